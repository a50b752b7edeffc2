"""The demo on a terminal: what is true, what is said, and why."""

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from streams.lab.crowd import Truth
from streams.lab.demo import Object, View, Work, glances, stage

COLOURS = {"stop_success": "green", "stop_harm": "red", "invalid": "yellow", "stop": "cyan"}
LAST = 8  # decisions shown
SHORT = "Windows of 8 seconds instead of days; nothing else is scaled. Ctrl-C ends it."


def play(work: Work, port: int | None) -> int:
    """Play until Ctrl-C."""
    console = Console()
    console.print("starting the broker, the worker and the crowd …")
    try:
        with stage(work, port) as on, Live(console=console, refresh_per_second=4) as live:
            for view in glances(on):
                live.update(screen(on.url, on.truths, view))
    except KeyboardInterrupt:
        console.print("ended")
    return 0


def screen(url: str, truths: dict[str, Truth], view: View) -> Group:
    """One picture of the demo."""
    read, rejected = view.pipeline.get("read", 0), sum(view.pipeline.get("rejected", {}).values())
    counted = Text(f"{read:,} events read, {rejected:,} rejected", style="dim")
    page = Text.assemble("page ", (url, f"link {url} underline"), f"    metrics {url}/metrics")
    return Group(Panel(Group(page, Text(SHORT), counted), title="Peekproof demo"), _verdicts(truths, view), _log(view))


def _verdicts(truths: dict[str, Truth], view: View) -> Table:
    table = Table("experiment", "what is true", "units", "always-valid p", "verdict", "why", expand=True)
    for id_, truth in truths.items():
        shown = view.experiments.get(id_)
        row = ("", "", Text("waiting", style="dim"), "") if shown is None else _row(shown)
        table.add_row(id_, truth.says, *row)
    return table


def _row(shown: Object) -> tuple[str, str, Text, str]:
    metric = next(iter(shown["metrics"].values()))
    units = sum(arm["units"] for arm in metric.values())
    p = min(arm["vs_control"]["p_always_valid"] for arm in metric.values() if arm["vs_control"])
    return f"{units:,}", f"{p:.2g}", _verdict(shown["verdict"], shown["action"]), "\n".join(shown["reasons"])


def _verdict(verdict: str, action: str) -> Text:
    style = next((colour for start, colour in COLOURS.items() if verdict.startswith(start)), "default")
    return Text(verdict if action == "none" else f"{verdict} → {action}", style=f"bold {style}")


def _log(view: View) -> Table:
    table = Table("evidence clock", "experiment", "decision", "because", title="decisions", expand=True)
    for decision in view.decisions[-LAST:]:
        data = decision["data"]
        table.add_row(
            decision["time"], data["experiment_id"], _verdict(data["verdict"], data["action"]), data["reasons"][0]
        )
    return table
