"""Defects to plant into a run: each breaks one promise of the system, and must not go unnoticed."""

from contextlib import contextmanager
from unittest.mock import patch

import msgspec
from msgspec.structs import replace

from streams.core.attribution import Attribution
from streams.core.events import Exposure
from streams.core.recovery import restore
from streams.core.state import Part
from streams.worker.case import Case
from tests.simulator.crowd import LATENESS
from tests.simulator.world import VARIANTS

RARE = 997

apply = Attribution.apply
plants = {}


def plant(make):
    """A defect by its name: whoever enters it is under its spell."""
    plants[make.__name__] = contextmanager(make)
    return make


def changed_arrivals(change):
    """Every batch is changed before it is taken."""
    return patch.object(Attribution, "apply", lambda core, kind, some: apply(core, kind, change(list(some))))


def is_rare(arrival):
    return arrival.offset % RARE == RARE // 2


def is_late_exposure(arrival):
    return isinstance(arrival.event, Exposure) and arrival.time > arrival.event.time + LATENESS


@plant
def a_record_in_a_thousand_is_dropped():
    with changed_arrivals(lambda some: [one for one in some if not is_rare(one)]):
        yield


@plant
def a_record_in_a_thousand_is_counted_twice():
    def take(core, kind, arrivals):
        refused = apply(core, kind, list(arrivals))
        for one in filter(is_rare, arrivals):
            end, core.offsets[kind] = core.offsets[kind], one.offset
            apply(core, kind, [one])
            core.offsets[kind] = end
        return refused

    with patch.object(Attribution, "apply", take):
        yield


@plant
def an_exposure_in_a_thousand_is_to_the_other_arm():
    def swap(one):
        if not (is_rare(one) and isinstance(one.event, Exposure)):
            return one
        return one._replace(event=replace(one.event, variant=VARIANTS[one.event.variant == VARIANTS[0]]))

    with changed_arrivals(lambda some: list(map(swap, some))):
        yield


@plant
def what_is_late_counts():
    def in_time(one):
        return one._replace(time=one.event.time) if is_late_exposure(one) else one

    with changed_arrivals(lambda some: list(map(in_time, some))):
        yield


@plant
def a_replay_is_not_trimmed():
    def take(core, kind, arrivals):
        core.offsets[kind] = min([core.offsets[kind], *(one.offset for one in arrivals)])
        return apply(core, kind, arrivals)

    with patch.object(Attribution, "apply", take):
        yield


@plant
def reading_goes_on_from_committed_offsets():
    def recover(catalogue, partition, chain):
        core = restore(catalogue, partition, chain)
        core.offsets.update({kind: offset + 3 for kind, offset in core.offsets.items()})
        return core

    with restored_by(recover):
        yield


@plant
def the_units_of_a_partition_are_lost():
    with restored_by(lambda catalogue, partition, chain: restored_without(catalogue, partition, chain, len(chain))):
        yield


@plant
def the_newest_delta_is_left_out():
    with restored_by(lambda catalogue, partition, chain: restored_without(catalogue, partition, chain, len(chain) > 1)):
        yield


def restored_by(recover):
    return patch("tests.simulator.snapshots.restore", recover)


def restored_without(catalogue, partition, chain, links):
    """Of the last links only the heads are read, and nobody counts what is missing."""
    left = [(head, pieces if number < len(chain) - links else []) for number, (head, pieces) in enumerate(chain)]
    core = Attribution(catalogue, partition)
    for _, pieces in left:
        for piece in pieces:
            core.load(piece)
    head = msgspec.json.decode(chain[-1][0]) | {"units": core.units}
    return restore(catalogue, partition, [*left[:-1], (msgspec.json.encode(head), left[-1][1])])


@plant
def any_other_version_is_newer():
    def differs(part, offsets, clock):
        return (part.offsets, part.clock) != (offsets, clock)

    with patch.object(Part, "is_older_than", differs):
        yield


@plant
def no_version_is_newer():
    with patch.object(Part, "is_older_than", lambda *_: False):
        yield


@plant
def who_takes_over_the_judging_begins_anew():
    with patch.object(Case, "restore", lambda x, ends, *_: Case(x, ends)):
        yield


@plant
def a_decision_is_not_kept_until_it_has_gone_out():
    def keep(case):
        with patch.object(case, "outbox", []):
            return case_keep(case)

    with patch.object(Case, "keep", keep):
        yield


case_keep = Case.keep
