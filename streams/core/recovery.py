"""From snapshots back to the state."""

from collections.abc import Collection, Iterable, Sequence

from streams.core import snapshot
from streams.core.attribution import Attribution
from streams.core.definition import Catalogue


def restore(
    catalogue: Catalogue,
    partition: int,
    chain: Sequence[tuple[bytes, Iterable[bytes]]],
    rekeyed: Collection[str] = (),
) -> Attribution:
    """The state as of the last of a chain of snapshots, each a head with its pieces: a base, then its deltas.

    Raises:
        ValueError: they are of other experiments, or not complete.
    """
    core = Attribution(catalogue, partition, rekeyed)
    heads = [snapshot.decode(head) for head, _ in chain]
    core.reserve(max(head.units for head in heads))
    for _, pieces in chain:
        for piece in pieces:
            core.load(piece)
    core.resume(heads[-1])
    return core
