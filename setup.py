"""Compiles what has its types in a `.pxd`; where there is no C compiler, the same files run as they are written."""

from pathlib import Path

from Cython.Distutils import Extension
from setuptools import setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError

DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,  # the .pxd says what Python's `int` is
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "embedsignature": False,
}
TYPES = sorted(map(str, Path("streams").glob("*/*.pxd")))


def compiled(types: str) -> Extension:
    """One module."""
    module = types.removesuffix(".pxd")
    return Extension(
        module.replace("/", "."),
        [f"{module}.py"],
        depends=TYPES,
        extra_compile_args=["-O2", "-g0", "-fwrapv"],  # more takes half as long again, and gains nothing
        cython_directives=DIRECTIVES,
        cython_c_in_temp=True,  # made anew by each build, and never left between the sources
    )


class AllOrNone(build_ext):
    """Compiled modules know each other's structures: one of them can't use another as it is written."""

    def build_extensions(self) -> None:
        """Keep nothing if a single one fails, as all do without a C compiler."""
        try:
            super().build_extensions()
        except (BaseError, CCompilerError) as error:
            self.warn(f"nothing is compiled: {error}")
            for one in self.extensions:
                Path(self.get_ext_fullpath(one.name)).unlink(missing_ok=True)
            self.extensions = []


setup(
    ext_modules=[compiled(types) for types in TYPES],
    cmdclass={"build_ext": AllOrNone},
    options={"build_ext": {"parallel": True}},
)
