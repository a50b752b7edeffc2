"""What both ways of keeping units share: `plain` in words, `awake` by their records."""

from typing import NamedTuple

from streams.core.changes import Changes
from streams.core.ledger import Ledger
from streams.core.maturing import Maturing
from streams.core.quiet import Arms
from streams.core.store import Store


class Kept(NamedTuple):
    """All units of a partition, and what is told of them.

    Attributes:
        changes: to be told of a unit before it changes.
        horizon: how long (ms) a record may matter to an entry still to come.
    """

    units: Store
    arms: Arms
    ledger: Ledger
    maturing: Maturing
    changes: Changes
    horizon: int
