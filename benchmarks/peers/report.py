"""The table, and all that must be known to read it."""

import os
import platform
from datetime import UTC, datetime

from benchmarks.statistics.measure import commit, processor, table
from tests.services import kafka

HEADER = (
    "system",
    "events",
    "events per CPU second",
    "with start-up",
    "events per second",
    "peak memory, MB",
    "counts",
    "killed at",
    "off by, after kill -9",
)


def surroundings(events):
    return (
        f"- {datetime.now(tz=UTC):%Y-%m-%d}, commit {commit()}\n"
        f"- {processor()}, {os.cpu_count()} cores shared with the broker, {platform.system()} {platform.machine()}; "
        f"load {os.getloadavg()[0]:.1f} before it began\n"
        f"- Apache Kafka {kafka.version()}, Python {platform.python_version()}\n"
        f"- {events:,} events of 330 bytes, a tenth for slow systems; made by `python -m benchmarks.peers`"
    )


def report(began, systems, rows):
    promises = table(
        ("system", "version", "told to guarantee", "promises"),
        [(system.name, system.version, system.guarantee, system.promise) for system in systems],
    )
    return f"# Throughput and crashes: Peekproof and its peers\n\n{began}\n\n{table(HEADER, rows)}\n\n{promises}\n"


def row(system, events, costs, crashed):
    return (
        system.name,
        f"{events:,}",
        rate(costs.per_cpu_steady),
        rate(costs.per_cpu),
        rate(costs.per_wall_steady),
        f"{costs.memory:,.0f}",
        verdict(costs.errors),
        f"{crashed.at:.0%}",
        verdict(crashed.errors),
    )


def failure(system):
    return (system.name, "ended by itself", *[""] * (len(HEADER) - 2))


def rate(value):
    return "too few events" if value is None else f"{value:,.0f}"


def verdict(errors):
    names = ("units", "converters", "conversions")
    return ", ".join(f"{error:,} {name}" for error, name in zip(errors, names, strict=True) if error) or "right"
