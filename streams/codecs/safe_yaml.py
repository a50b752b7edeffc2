"""YAML as definitions may use it: plain data, nothing that is large, deep, ambiguous or no number."""

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16


class _Loader(yaml.SafeLoader):
    """Safe, with the booleans of YAML 1.2 (the key `on` is a word) and unique keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) < len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is written twice", node.start_mark)
        return mapping


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), list("tf"))


def read(text: bytes) -> Any:
    """Plain data.

    Raises:
        ValueError: too long, too deep, with aliases, or not YAML.
    """
    if len(text) > MAX_BYTES:
        raise ValueError(f"longer than {MAX_BYTES} bytes")
    try:
        _limit(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506  (a SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ValueError(f"not YAML: {' '.join(str(error).split())}") from None


def no_numbers(plain: Any, pointer: str = "") -> Iterator[str]:
    """JSON pointers to infinities and to what is not a number."""
    if isinstance(plain, float) and not math.isfinite(plain):
        yield pointer
    children = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for key, child in children:
        yield from no_numbers(child, f"{pointer}/{key}")


def _limit(text: bytes) -> None:
    """Refuse what makes a small file large or deep: anchors with aliases, and nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > MAX_DEPTH:
            raise ValueError("aliases and deep nesting are not accepted")
