"""Who judges, as the worker does: the table first, then decisions, then the table once more."""

from collections import defaultdict

from streams.worker.case import Case, Looks


class Judge:
    """All experiments under judgement, read from the counts that the last judge was not certain to have done with."""

    def __init__(self, broker, catalogue, again=0):
        self.position = max(0, broker.judged - again)
        ends, table = broker.ends(), broker.table
        self.cases = {x.id: Case.restore(x, ends, table.get(x.id), broker.last(x.id)) for x in catalogue}
        self._broker = broker

    def look(self, most=None):
        """Take the next counts together, step by step."""
        broker, arrived, before = self._broker, self._next(most), self.versions()
        Looks((self.cases[id_], counts) for id_, counts in arrived.items()).end()
        broker.backward += lower(before, self.versions())
        cases = [self.cases[id_] for id_ in arrived]
        yield "before_table"
        self._keep(case for case in cases if case.worth_keeping)
        yield "after_table"
        due = [case for case in cases if case.outbox]
        for decision in [decision for case in due for decision in case.outbox]:
            broker.decide(decision)
            yield "after_decision"
        for case in due:
            case.outbox = []
        self._keep(due)
        yield "before_commit"
        broker.judged = max(broker.judged, self.position)

    def versions(self):
        """What is under judgement, by experiment and partition."""
        states = {id_: case.state for id_, case in self.cases.items() if case.is_open}
        return {(id_, p): version(part) for id_, state in states.items() for p, part in state.parts.items()}

    def _next(self, most):
        stop = None if most is None else self.position + most
        counts, found = self._broker.counts[self.position : stop], defaultdict(list)
        self.position += len(counts)
        for one in counts:
            found[one.experiment].append(one)
        return found

    def _keep(self, cases):
        for case in cases:
            kept = {(case.x.id, p): version(part) for p, part in case.state.parts.items()}
            self._broker.backward += lower(self._broker.versions, kept)
            self._broker.versions.update(kept)
            self._broker.table[case.x.id] = case.keep()


def version(part):
    return (*part.offsets, part.clock)


def lower(before, after):
    """Where a version goes back."""
    places = before.keys() & after.keys()
    return [place for place in places if any(a > b for a, b in zip(before[place], after[place], strict=True))]
