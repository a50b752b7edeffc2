"""What is wrong with a definition, where, and how to mend it."""

import difflib
from collections.abc import Iterable
from typing import NamedTuple


class Problem(NamedTuple):
    """A JSON pointer into the definition, what is wrong there, and the fix."""

    pointer: str
    wrong: str
    fix: str

    def __str__(self) -> str:
        return f"{self.pointer}: {self.wrong}; {self.fix}"


class MendableError(Exception):
    """What the user can mend: said in one line, without a traceback."""


class DefinitionError(MendableError, ValueError):
    """A definition that can't be run, with every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def nearest(name: str, known: Iterable[str]) -> str:
    """The fix of a name that is not known."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else one_of(names)


def one_of(known: Iterable[str]) -> str:
    """The fix of a name that does not belong there."""
    return f"use {' or '.join(known)}"
