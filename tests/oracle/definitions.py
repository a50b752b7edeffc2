"""How the oracle reads a time."""

from streams.audit.counting.definitions import instant

__all__ = ["instant"]
