"""Work that must not fail: if it does, the process ends."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from streams.worker.fatal import die


async def guarded(name: str, work: Coroutine[Any, Any, None]) -> None:
    """Do the work; whoever called us may swallow an error, so it ends the process."""
    try:
        await work
    except Exception as error:  # noqa: BLE001  (whatever it is, a worker without this is half alive)
        die(f"{name} has failed", error)


def start(name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Run the work as a task."""
    return asyncio.create_task(guarded(name, work), name=name)


async def every(seconds: float, step: Callable[[], Awaitable[None]]) -> None:
    """Begin the step so often; one that takes long gets half of the time, and waits for no more than this."""
    await _repeat(step, seconds, lambda took: min(max(seconds - took, took), seconds))


async def seldom(least: float, most: float, share: float, step: Callable[[], Awaitable[None]]) -> None:
    """Repeat the step, with a pause that leaves it this share of the time, and lies within these bounds."""
    await _repeat(step, least, lambda took: min(max(least, took / share), most))


async def _repeat(step: Callable[[], Awaitable[None]], pause: float, after: Callable[[float], float]) -> None:
    """Pause before each step; how long, but for the first, depends on how long the last one took."""
    while True:
        await asyncio.sleep(pause)
        began = time.monotonic()
        await step()
        pause = after(time.monotonic() - began)


async def stop(*tasks: asyncio.Task[None]) -> None:
    """Cancel the tasks and wait until they are gone."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
