"""Compiles what has its types in a `.pxd`; where there is no C compiler, the same files run as they are written."""

from pathlib import Path

from Cython.Distutils import Extension
from setuptools import setup

DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,  # the .pxd says what Python's `int` is
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "embedsignature": False,
}
TYPES = sorted(map(str, Path("streams/core").glob("*.pxd")))


def compiled(types: str) -> Extension:
    """One module."""
    module = types.removesuffix(".pxd")
    return Extension(
        module.replace("/", "."),
        [f"{module}.py"],
        depends=TYPES,
        extra_compile_args=["-O3", "-fwrapv"],
        optional=True,
        cython_directives=DIRECTIVES,
        cython_c_in_temp=True,  # made anew by each build, and never left between the sources
    )


setup(ext_modules=[compiled(types) for types in TYPES])
