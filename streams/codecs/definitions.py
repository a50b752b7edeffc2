"""YAML files of a folder to experiments. A file that can't be run is an error that names the place and the fix."""

import difflib
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from streams.codecs import safe_yaml
from streams.core import schema
from streams.core.definition import Catalogue, Experiment, compile_definition
from streams.core.times import format_instant, parse_duration, parse_instant
from streams.core.validation import DefinitionError, Problem, check


def load(folder: Path) -> Catalogue:
    """All experiments of a folder (`*.yaml`, `*.yml`) or of one file.

    Raises:
        DefinitionError: one is not runnable, two have the same id, or there is none.
    """
    files = [folder] if folder.is_file() else sorted(p for p in folder.glob("*") if p.suffix in (".yaml", ".yml"))
    if not files:
        raise DefinitionError([Problem(str(folder), "no experiment definition (*.yaml) here", "add one")])
    experiments: dict[str, Experiment] = {}
    for file in files:
        experiment = _named(file)
        if experiment.id in experiments:
            raise DefinitionError([Problem(f"{file}#/metadata/id", f"{experiment.id!r} is taken", "choose another id")])
        experiments[experiment.id] = experiment
    _own_flags(experiments.values())
    return Catalogue(experiments)


def _own_flags(experiments: Iterable[Experiment]) -> None:
    """Two experiments that turn one flag would undo each other."""
    owners: dict[tuple[str, str], str] = {}
    for x in experiments:
        flag = x.spec.flag
        if flag.key is not None and (owner := owners.setdefault((flag.system, flag.key), x.id)) != x.id:
            raise DefinitionError(
                [Problem(f"{x.id}#/flag/key", f"{flag.key!r} belongs to {owner}", "choose another flag")]
            )


def _named(file: Path) -> Experiment:
    try:
        return parse(file.read_bytes())
    except DefinitionError as error:
        problems = [problem._replace(pointer=f"{file}#{problem.pointer}") for problem in error.problems]
        raise DefinitionError(problems) from None


def parse(text: bytes) -> Experiment:
    """One experiment from its YAML.

    Raises:
        DefinitionError: with a JSON pointer, what is wrong and the fix, for every problem found.
    """
    try:
        definition = msgspec.convert(_plain(text), schema.Definition, dec_hook=_quantity)
    except msgspec.ValidationError as error:
        raise DefinitionError([_explain(str(error))]) from None
    check(definition)
    return compile_definition(definition, _canonical(definition))


def _plain(text: bytes) -> Any:
    try:
        plain = safe_yaml.read(text)
    except ValueError as error:
        raise DefinitionError([Problem("", str(error), "write it as docs/definition.md shows")]) from None
    if pointers := list(safe_yaml.no_numbers(plain)):
        raise DefinitionError([Problem(pointer, "not a number", "write a finite one") for pointer in pointers])
    return plain


def _quantity(kind: type, value: Any) -> Any:
    if kind is schema.Millis and isinstance(value, str):
        return schema.Millis(parse_duration(value))
    if kind is schema.Instant and isinstance(value, str | date):
        return schema.Instant(parse_instant(value if isinstance(value, str) else _as_text(value)))
    wanted = "a duration such as 30m" if kind is schema.Millis else "a time such as 2026-11-22T10:00:00Z"
    raise ValueError(f"{value!r} is not {wanted}")


def _as_text(value: date) -> str:
    """YAML reads an unquoted time by itself; without a zone it means UTC."""
    if not isinstance(value, datetime):
        return f"{value.isoformat()}T00:00:00Z"
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()


def _explain(message: str) -> Problem:
    """A JSON pointer and the nearest known name, from the decoder's message."""
    what, _, where = message.partition(" - at ")
    (*_, path) = re.findall(r"`([^`]*)`", where) or ["$"]
    steps = re.findall(r"\.([^.\[]+)|\[(\d+)\]|(\[\.\.\.\])", path)
    pointer = "".join(f"/{name or number or '*'}" for name, number, _ in steps)
    unknown = re.search(r"unknown field `(.*)`", what)
    fix = _nearest(unknown[1]) if unknown else "see docs/definition.md"
    return Problem(pointer, what[:1].lower() + what[1:], fix)


def _nearest(name: str) -> str:
    parts = [kind for kind in vars(schema).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    known = {field.encode_name for part in parts for field in msgspec.structs.fields(part)}
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else "remove it"


def _canonical(definition: schema.Definition) -> bytes:
    """Canonical JSON: every key with its default, sorted, durations in ms, times in RFC 3339."""
    plain = msgspec.to_builtins(definition, enc_hook=_written)
    return msgspec.json.encode(plain, order="sorted")


def _written(value: Any) -> Any:
    return format_instant(value) if isinstance(value, schema.Instant) else int(value)
