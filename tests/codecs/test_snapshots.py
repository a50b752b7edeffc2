"""Which of the snapshots in a log is gone on from, and that all of it comes back."""

from zlib import crc32

import pytest

from streams.codecs import snapshots
from streams.codecs.snapshots import Link, Manifest, chain, chunk_key, chunks, encode, identity, manifest_key, newest
from streams.core.snapshot import Cut
from tests.core.samples import catalogue, experiment

OURS = "ours"


def taken(epoch, offset, *cuts, wanted=OURS):
    """Records of a chain of snapshots, each a head with its pieces."""
    links, records = [], {}
    for number, (head, *pieces) in enumerate(cuts):
        told = [*chunks(Cut(head, iter(pieces)))]
        links.append(Link(f"{epoch}.{number}", [*map(crc32, told)]))
        records |= dict(zip(links[-1].keys, told, strict=True))
    manifest = Manifest(wanted, links, {"exposures": offset, "conversions": 1}, 7, 1)
    return records | {manifest_key(epoch): encode(manifest)}


def told(records):
    found = newest(records, OURS)
    return found and [(head, [*pieces]) for head, pieces in chain(found, records)]


def test_heads_and_pieces_come_back_as_they_went():
    cuts = [(b"base", b"one", b"two"), (b"delta",), (b"last", b"three")]
    assert told(taken("a", 5, *cuts)) == [(head, pieces) for head, *pieces in cuts]


@pytest.mark.parametrize("largest", [1, 2, 3, 6, 7, 8])
def test_what_is_large_is_split_and_joined_again(monkeypatch, largest):
    monkeypatch.setattr(snapshots, "LARGEST", largest)
    records = taken("a", 5, (b"a head!", b"a large piece", b"x"))
    assert max(map(len, (value for key, value in records.items() if key.startswith(b"c/")))) == largest + 1
    assert told(records) == [(b"a head!", [b"a large piece", b"x"])]


def test_the_one_that_leads_furthest_is_taken():
    assert told(taken("a", 5, (b"old",)) | taken("b", 9, (b"new",)) | taken("c", 7, (b"other",))) == [(b"new", [])]


def damaged(records, key):
    return records | {key: records[key][:-1] + bytes([records[key][-1] ^ 1])}


@pytest.mark.parametrize(
    "harm",
    [
        lambda records: {key: value for key, value in records.items() if key != chunk_key("b.0", 1)},
        lambda records: damaged(records, chunk_key("b.0", 1)),
        lambda records: damaged(records, manifest_key("b")),
        lambda records: records | {manifest_key("b"): b""},
        lambda records: records | taken("b", 9, (b"new", b"piece"), wanted="of other experiments"),
    ],
    ids=["incomplete", "damaged", "manifest damaged", "manifest empty", "of others"],
)
def test_one_that_can_not_be_relied_upon_leaves_an_older_one_or_none(harm):
    older, newer = taken("a", 5, (b"old",)), taken("b", 9, (b"new", b"piece"))
    assert told(older | newer) == [(b"new", [b"piece"])]
    assert told(harm(older | newer)) == [(b"old", [])]
    assert told(harm(newer)) is None


def test_an_identity_is_of_the_experiments_and_of_the_key_and_does_not_tell_it():
    one, other = catalogue(experiment()), catalogue(experiment(hypothesis="Another text, and so another one."))
    assert identity(one, b"key") == identity(one, b"key")
    assert len({identity(one, b"key"), identity(one, b""), identity(other, b"key")}) == 3
    assert "key" not in identity(one, b"key")
