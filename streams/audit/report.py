"""What a verification found, for people and for machines."""

from collections.abc import Iterator, Sequence

import msgspec
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from streams.audit.findings import Checked, Conserved, Report

CHECKS = ("definition", "recount", "evidence")
MEANING = {
    "definition": "made by the definition given",
    "recount": "the source says the same",
    "evidence": "it follows from its cells",
}


def as_json(report: Report) -> str:
    """One document."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1).decode() + "\n"


def show(report: Report, console: Console) -> None:
    """Tables, then the first difference of everything that failed."""
    console.print(Group(_decisions(report.decisions), _source(report.source), _chain(report)))
    for line in (*_flaws(report), _verdict(report)):
        console.print(line, soft_wrap=True)


def _decisions(decisions: Sequence[Checked]) -> RenderableType:
    table = Table("experiment", "seq", "verdict", *CHECKS, title="Decisions", title_justify="left")
    for one in decisions:
        table.add_row(one.experiment, str(one.seq), one.verdict, *(_cell(one, check) for check in CHECKS))
    return table


def _cell(one: Checked, check: str) -> Text:
    if check not in one.found:
        return Text("not checked", style="yellow")
    found = one.found[check]
    return Text(f"{len(found):,} wrong", style="red") if found else Text("ok", style="green")


def _source(source: Sequence[Conserved]) -> RenderableType:
    columns = "source", "consumed", "accepted", "late", "rejected", "watermarks", "unexplained"
    table = Table(*columns, title="Conservation", title_justify="left")
    for one in source:
        numbers = one.consumed, one.accepted, one.late
        style = "red" if one.unexplained else "green"
        rest = _rejected(one), f"{one.watermarks:,}", Text(f"{one.unexplained:,}", style=style)
        table.add_row(one.log, *(f"{n:,}" for n in numbers), *rest)
    return table


def _rejected(one: Conserved) -> str:
    reasons = ", ".join(f"{reason.removeprefix('rejected.')} {count:,}" for reason, count in one.rejected.items())
    return f"{sum(one.rejected.values()):,}{f' ({reasons})' if reasons else ''}"


def _chain(report: Report) -> Text:
    flaws = len(report.chain)
    said = Text(_several(flaws, "flaw") if flaws else "whole", style="red" if flaws else "green")
    repeated = f", {report.repeated:,} of them repeated" if report.repeated else ""
    return Text.assemble(f"\nHash chain of {_several(report.records, 'record')}{repeated}: ", said)


def _several(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _flaws(report: Report) -> Iterator[Text]:
    """Each in one line that is not broken: it is to be searched for."""
    for flaw in report.chain:
        yield _line(flaw.place, "chain", flaw.text)
    for one in report.source:
        if one.unexplained:
            yield _line(one.log, "conservation", f"{one.unexplained:,} of {one.consumed:,} records are unexplained")
    for decision in report.decisions:
        for check, found in decision.found.items():
            if found:
                name = f"{decision.experiment} seq {decision.seq}, {decision.place}"
                yield _line(name, check, f"{found[0]}{f' (and {len(found) - 1:,} more)' if len(found) > 1 else ''}")


def _line(place: str, check: str, text: str) -> Text:
    return Text.assemble((f"{place}: ", "bold"), (f"{check}: ", "red"), text)


def _verdict(report: Report) -> Text:
    if report.ok:
        checked = ", ".join(MEANING[check] for check in CHECKS)
        return Text(f"verified: {_several(len(report.decisions), 'decision')}: {checked}", style="green")
    return Text("not verified: see above", style="red")
