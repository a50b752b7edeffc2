"""The command line. Each command loads what it needs when it is called: help must not wait for Faust or scipy."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from streams.core.problems import MendableError
from streams.core.times import format_instant, parse_instant

OK, FOUND, USAGE = 0, 1, 2

app = typer.Typer(
    name="peekproof",
    help="Monitor A/B experiments: look as often as you like, the verdict stays valid.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
topics = typer.Typer(help="Create the topics on a broker, or show what would be changed.", no_args_is_help=True)
app.add_typer(topics, name="topics")

Experiments = Annotated[Path, typer.Option(help="Folder of experiment definitions (*.yaml), or one file.", exists=True)]
Partitions = Annotated[int, typer.Option(help="Partitions of each source topic.", min=1)]
Port = Annotated[int | None, typer.Option(help="Loopback port of the page; the default is 8080, or a free one.")]

Routes = Annotated[Path | None, typer.Option("--ingest", help="File that says what ingest re-keys.", exists=True)]

BOOTSTRAP = typer.Option("--bootstrap", help="Address of the broker, host:port.")
MDE = typer.Option(help="Improvement worth detecting: `5%` of the baseline, or `0.006`.")
ALPHA = typer.Option(help="Two-sided level.  [default: 0.05]")

ADDRESS = "127.0.0.1:9092"


@app.command(epilog="Example: `peekproof demo --once > decisions.jsonl`")
def demo(
    *,
    once: Annotated[
        bool, typer.Option(help="End when all four experiments are judged; decisions as JSON lines.")
    ] = False,
    port: Port = None,
) -> None:
    """Watch four simulated experiments being judged; needs no broker."""
    from streams import bootstrap
    from streams.lab import demo as lab
    from streams.lab import screen

    raise typer.Exit((lab.once if once else screen.play)(bootstrap.run_worker, port))


@app.command(epilog="Example: `peekproof worker --bootstrap kafka:9092 --experiments experiments/`")
def worker(
    experiments: Experiments,
    bootstrap_servers: Annotated[str | None, BOOTSTRAP] = None,
    partitions: Annotated[int | None, typer.Option(help="Partitions of each source topic.", min=1)] = None,
    ingest: Routes = None,
    idle_clock: Annotated[str | None, typer.Option(help="`wall`, or `record` to back-fill historic topics.")] = None,
    until: Annotated[
        str | None, typer.Option(help="With `record`: move the clock here once all is read (RFC 3339).")
    ] = None,
    web_host: Annotated[str | None, typer.Option(help="Address of page, API and metrics.")] = None,
    web_port: Annotated[int | None, typer.Option(help="Port of page, API and metrics.")] = None,
) -> None:
    """Count, judge and serve the page, until SIGTERM.

    Every option can also be set by an environment variable, such as `PEEKPROOF_WEB_PORT`.
    """
    given = locals()
    from streams import bootstrap
    from streams.settings import Settings

    raise typer.Exit(bootstrap.run_worker(Settings.read(**given)))


@app.command(epilog="Example: `peekproof ingest --ingest ingest.yaml --bootstrap kafka:9092`")
def ingest(
    ingest: Annotated[Path, typer.Option(help="File that says which topics, in which format.", exists=True)],
    bootstrap_servers: Annotated[str | None, BOOTSTRAP] = None,
    partitions: Annotated[int | None, typer.Option(help="Partitions of each source topic.", min=1)] = None,
) -> None:
    """Re-key topics of another format, key or number of partitions, until SIGTERM."""
    given = locals()
    from streams import bootstrap
    from streams.settings import Settings

    raise typer.Exit(bootstrap.run_ingest(Settings.read(**given)))


def _instant(text: str | None) -> str | None:
    """Refuse what is no time before anything starts."""
    try:
        return text if text is None else format_instant(parse_instant(text))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


@app.command(epilog="Example: `peekproof replay --experiments experiments/ --events events.jsonl.gz --out out/`")
def replay(
    experiments: Experiments,
    events: Annotated[
        list[Path], typer.Option(help="CloudEvents JSON lines, plain or .gz; may be repeated.", exists=True)
    ],
    out: Annotated[Path, typer.Option(help="Folder for report.json and decisions.jsonl.")],
    look_every: Annotated[int, typer.Option(help="Seconds of record time between looks.", min=1)] = 60,
    until: Annotated[
        str | None, typer.Option(help="Let the clock run on to this time (RFC 3339).", callback=_instant)
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report.")] = False,
) -> None:
    """Judge recorded events, with the same code as the worker and without a broker."""
    from streams.lab import replay as lab

    with _progress() as progress:
        lab.replay(experiments, events, out, look_every, until, now=int(time.time() * 1000), progress=progress)
    report = out / "report.json"
    sys.stdout.write(report.read_text() if as_json else f"{report}\n{out / 'decisions.jsonl'}\n")


@app.command(
    epilog="Example: `peekproof verify --experiments experiments/ --bootstrap kafka:9092 --all`\n\n"
    "or `peekproof verify --experiments experiments/ --events events.jsonl.gz --decisions out/decisions.jsonl`",
)
def verify(
    experiments: Experiments,
    events: Annotated[
        list[Path] | None, typer.Option(help="The events that were replayed; may be repeated.", exists=True)
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="What the replay decided: decisions.jsonl.", exists=True)
    ] = None,
    bootstrap_servers: Annotated[
        str | None, typer.Option("--bootstrap", help="Or the broker that holds both, host:port.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="Only decisions of this time or later (RFC 3339).", callback=_instant)
    ] = None,
    experiment: Annotated[str | None, typer.Option(help="Only decisions of this one.")] = None,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Every decision, not only the last of each experiment.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings for machines.")] = False,
) -> None:
    """Recount decisions from their events and derive them anew; exit code 1 if anything differs."""
    from streams.audit import report as findings
    from streams.audit import verify as audit
    from streams.audit.files import Files
    from streams.audit.kafka import Broker
    from streams.settings import Settings

    if (bootstrap_servers is None) != bool(events and decisions) or (bootstrap_servers and (events or decisions)):
        raise typer.BadParameter("give either --bootstrap, or --events and --decisions")
    with _progress() as progress:
        source = (
            Broker(bootstrap_servers, progress, Settings.read().key)
            if bootstrap_servers
            else Files(events or [], decisions or Path(), int(time.time() * 1000), progress)
        )
        report = audit.verify(experiments, source, audit.Choice(all_, since, experiment))
    if as_json:
        sys.stdout.write(findings.as_json(report))
    else:
        findings.show(report, Console())
    raise typer.Exit(OK if report.ok else FOUND)


@app.command(
    "plan",
    epilog="Example: `peekproof plan --baseline 0.12 --mde 5% --units-per-day 20000`\n\n"
    "or `peekproof plan --experiments checkout.yaml --mde 3% --plot power.png`",
)
def plan_experiment(
    experiments: Annotated[
        Path | None,
        typer.Option(help="Definitions to plan (folder or file); options take their values' place.", exists=True),
    ] = None,
    metric: Annotated[str | None, typer.Option(help="Of a definition; otherwise every primary one.")] = None,
    baseline: Annotated[float | None, typer.Option(help="Rate or mean without treatment.")] = None,
    mde: Annotated[str | None, MDE] = None,
    units_per_day: Annotated[float | None, typer.Option(help="Units that enter in a day, over all variants.")] = None,
    alpha: Annotated[float | None, ALPHA] = None,
    beta: Annotated[float | None, typer.Option(help="Accepted chance to miss the MDE.  [default: 0.2]")] = None,
    weights: Annotated[str | None, typer.Option(help="Shares, control first.  [default: 0.5,0.5]")] = None,
    max_runtime: Annotated[str | None, typer.Option(help="In which units enter.  [default: 28d]")] = None,
    window: Annotated[
        str | None, typer.Option(help="From entry to the last conversion that counts.  [default: 24h]")
    ] = None,
    lateness: Annotated[str | None, typer.Option(help="How late an event may come.  [default: 5m]")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="binary or mean.  [default: binary]")] = None,
    sd: Annotated[float | None, typer.Option(help="Of one unit's amount; of a mean.")] = None,
    cap: Annotated[float | None, typer.Option(help="Largest amount of one unit; adds bounded_bet.")] = None,
    method: Annotated[str | None, typer.Option(help="The one that will decide.  [default: by type]")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same plan.", min=0)] = 1,
    runs: Annotated[int, typer.Option(help="Simulated experiments.", min=100, max=100_000)] = 2_000,
    plot: Annotated[str | None, typer.Option(help="Draw power against days: FILE.png, or - for the terminal.")] = None,
    *,
    decrease: Annotated[bool, typer.Option("--decrease", help="Less is better.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan for machines.")] = False,
) -> None:
    """Units and days to the effect worth detecting, by method; exit code 1 if the experiment is underpowered."""
    from streams.lab import plan as lab

    options = {
        "metric": metric,
        "baseline": baseline,
        "mde": mde,
        "units_per_day": units_per_day,
        "alpha": alpha,
        "beta": beta,
        "weights": weights,
        "max_runtime": max_runtime,
        "window": window,
        "lateness": lateness,
        "type": type_,
        "sd": sd,
        "cap": cap,
        "method": method,
        "decrease": decrease,
    }
    raise typer.Exit(lab.plan(experiments, options, seed=seed, runs=runs, as_json=as_json, plot=plot))


@app.command(
    epilog="Example: `peekproof simulate --baseline 0.12 --mde 5% --units-per-day 20000 --ramp 10%,50%`\n\n"
    "or `peekproof simulate --experiments checkout.yaml --delay 2d --plot checkout.png`",
)
def simulate(
    experiments: Annotated[
        Path | None,
        typer.Option(help="Definitions to simulate (folder or file); options take their values' place.", exists=True),
    ] = None,
    baseline: Annotated[float | None, typer.Option(help="Rate of the control.")] = None,
    mde: Annotated[str | None, MDE] = None,
    units_per_day: Annotated[float | None, typer.Option(help="Units that enter in a day, in both arms.")] = None,
    delay: Annotated[str | None, typer.Option(help="Mean time from entry to conversion.  [default: 1d]")] = None,
    window: Annotated[
        str | None, typer.Option(help="From entry to the last conversion that counts.  [default: 7d]")
    ] = None,
    ramp: Annotated[
        str | None, typer.Option(help="Shares of treatment, and how long: `10%:3d,50%`.  [default: 50%]")
    ] = None,
    days: Annotated[str | None, typer.Option(help="Until entries and looks end.  [default: 28d]")] = None,
    looks: Annotated[int | None, typer.Option(help="Evenly spaced.  [default: one a day]")] = None,
    drift: Annotated[float | None, typer.Option(help="Rate at the end over rate at the start.  [default: 1]")] = None,
    alpha: Annotated[float | None, ALPHA] = None,
    beta: Annotated[
        float | None, typer.Option(help="Level at which an improvement is given up.  [default: 0.2]")
    ] = None,
    runs: Annotated[int, typer.Option(help="Simulated experiments, without an effect and with it.", min=10)] = 500,
    seed: Annotated[int, typer.Option(help="The same seed gives the same numbers.", min=0)] = 1,
    plot: Annotated[str | None, typer.Option(help="Draw decisions by day: FILE.png, or - for the terminal.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for machines.")] = False,
) -> None:
    """False alarms, power and days to a decision of each method, on experiments such as yours."""
    from streams.lab import simulate as lab

    options = {
        "baseline": baseline,
        "mde": mde,
        "units_per_day": units_per_day,
        "delay": delay,
        "window": window,
        "ramp": ramp,
        "days": days,
        "looks": looks,
        "drift": drift,
        "alpha": alpha,
        "beta": beta,
    }
    raise typer.Exit(lab.simulate(experiments, options, runs=runs, seed=seed, as_json=as_json, plot=plot))


@app.command(epilog="Example: `peekproof loadgen --experiments experiments/ --rate 200 --seconds 60`")
def loadgen(
    experiments: Annotated[Path | None, typer.Option(help="Simulate users of these experiments.", exists=True)] = None,
    events: Annotated[
        list[Path] | None, typer.Option(help="Or send recorded events (JSON lines).", exists=True)
    ] = None,
    bootstrap_servers: Annotated[str, BOOTSTRAP] = ADDRESS,
    truth: Annotated[Path | None, typer.Option(help="YAML: real split and rates by experiment.", exists=True)] = None,
    rate: Annotated[float, typer.Option(help="Users per second.", min=0.1)] = 100.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same users.")] = 1,
    seconds: Annotated[float | None, typer.Option(help="End after so long; otherwise at Ctrl-C.")] = None,
) -> None:
    """Feed a broker: simulated users in real time, or recorded events as fast as it takes them."""
    from streams.lab import loadgen as lab

    if (experiments is None) == (events is None):
        raise typer.BadParameter("give either --experiments or --events")
    if experiments is not None:
        lab.simulate(bootstrap_servers, experiments, truth, rate, seed, seconds)
    else:
        sys.stdout.write(f"{lab.play(bootstrap_servers, events or [])} events sent\n")


BackFill = Annotated[bool, typer.Option(help="For historic events: keep their own record times, for ever.")]


@topics.command(epilog="Example: `peekproof topics plan --bootstrap kafka:9092`")
def plan(
    bootstrap_servers: Annotated[str, BOOTSTRAP] = ADDRESS,
    partitions: Partitions = 4,
    ingest: Routes = None,
    *,
    back_fill: BackFill = False,
) -> None:
    """Show what `apply` would change; exit code 1 when there is something."""
    changes = _changes(bootstrap_servers, partitions, ingest, back_fill=back_fill)
    raise typer.Exit(FOUND if changes else OK)


@topics.command(epilog="Example: `peekproof topics apply --bootstrap kafka:9092 --yes`")
def apply(
    bootstrap_servers: Annotated[str, BOOTSTRAP] = ADDRESS,
    partitions: Partitions = 4,
    ingest: Routes = None,
    *,
    back_fill: BackFill = False,
    yes: Annotated[bool, typer.Option(help="Do not ask.")] = False,
) -> None:
    """Create and configure the topics, after showing what changes."""
    changes = _changes(bootstrap_servers, partitions, ingest, back_fill=back_fill)
    from streams.worker import topics as admin

    if changes and (yes or typer.confirm("apply?")):
        admin.apply(bootstrap_servers, changes)
        sys.stdout.write("done\n")


def _changes(address: str, partitions: int, ingest: Path | None, *, back_fill: bool) -> list[Any]:
    from streams.codecs import routes
    from streams.core.topology import topics as all_topics
    from streams.worker import topics as admin

    rekeyed = routes.load(ingest).kinds
    wanted = all_topics(partitions, partitions, record_time="create" if back_fill else "append", rekeyed=rekeyed)
    changes = admin.plan(address, wanted)
    sys.stdout.write("".join(f"{change}\n" for change in changes) or "nothing to change\n")
    return changes


@contextmanager
def _progress() -> Iterator[Callable[[str, int], None]]:
    """A progress line on a terminal, silence elsewhere."""
    console = Console(stderr=True)
    columns = SpinnerColumn(), TextColumn("{task.description} {task.completed:,.0f} events"), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda stage, done: bar.update(task, description=stage, completed=done)


def main() -> None:
    """Run a command; what the user can mend is said in one line, without a traceback."""
    try:
        app()
    except (MendableError, OSError) as error:
        Console(stderr=True, soft_wrap=True).print(f"peekproof: {error}", style="red", markup=False, highlight=False)
        sys.exit(USAGE)


if __name__ == "__main__":
    main()
