"""A replayed world that is verified, and ways to tamper with it."""

import hashlib
import json

from streams.audit.chain import chains
from streams.audit.files import Files
from streams.audit.verify import Choice, verify
from tests.lab import samples

ALL = Choice(all_=True)
FAULTLESS = {"definition": [], "recount": [], "evidence": []}


class World:
    """A folder with a definition, its events and what a replay decided."""

    def __init__(self, folder, events=None, **options):
        self.folder, self.events = folder, samples.world() if events is None else events
        samples.run(folder, self.events, **options)
        self.lines = self.decisions.read_bytes().splitlines()

    @property
    def decisions(self):
        return self.folder / "out" / "decisions.jsonl"

    def verified(self, lines=None, events=None, definition=None, choice=ALL):
        """The report, with other decisions, events or definition than there are."""
        decided, fed = self.folder / "tampered.jsonl", self.folder / "fed.jsonl"
        decided.write_bytes(b"".join(line + b"\n" for line in (self.lines if lines is None else lines)))
        samples.write(fed, self.events if events is None else events)
        experiments = self.folder / "definition.yaml"
        if definition is not None:
            experiments = self.folder / "other.yaml"
            experiments.write_text(definition)
        return verify(experiments, Files([fed], decided, samples.NOW, lambda _stage, _done: None), choice)

    def forged(self, seq, change):
        """Its decisions after a change of one, with a chain that is whole again."""
        said = [json.loads(line) for line in self.lines]
        change(said[seq - 1]["data"])
        lines = [self.lines[0]] if seq > 1 else []
        for record in said[len(lines) :]:
            if lines:
                record["data"]["previous_hash"] = hashlib.sha256(lines[-1]).hexdigest()
            lines.append(compact(record))
        return lines


def compact(record):
    return json.dumps(record, separators=(",", ":")).encode()


def found(report):
    """By decision and check the first difference."""
    return {(one.seq, check): found[0] for one in report.decisions for check, found in one.found.items() if found}


def flaws(lines):
    """(line, text) of every flaw of a chain."""
    from streams.audit.chain import Written

    return [
        (flaw.place, flaw.text) for flaw in chains([Written(f"line {i}", one) for i, one in enumerate(lines, 1)]).flaws
    ]
