"""The composition root: one process with a worker, its board and its web server on one event loop."""

import asyncio
import gc
import logging
import signal
import socket
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from streams.codecs import definitions, routes
from streams.codecs.routes import Routes, RoutesError
from streams.core.definition import Catalogue
from streams.core.form import form
from streams.core.validation import DefinitionError
from streams.exporter.exposition import render
from streams.settings import Settings
from streams.web.board import Board
from streams.web.server import make_app, serve
from streams.worker import logs, loops
from streams.worker.board_feed import Listener, feed
from streams.worker.ingest.ingest import Ingest
from streams.worker.preflight import NotReadyError, check_catalogue, check_record_times, check_topics
from streams.worker.worker import Worker

log = logging.getLogger(__name__)

OK = 0
USAGE = 2


def run_worker(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; the exit code. What breaks on the way ends the process with 1 (see `die`)."""
    return _run(settings, _worker)


def run_ingest(settings: Settings) -> int:
    """Re-key foreign topics until SIGTERM or SIGINT; the exit code, as of a worker."""
    return _run(settings, _rekeying)


def _run(settings: Settings, prepare: Callable[[Settings], Coroutine[Any, Any, None]]) -> int:
    logs.configure(settings.log_level)
    try:
        work = prepare(settings)
        _collect_seldom()
        asyncio.run(work)
    except (DefinitionError, RoutesError, NotReadyError, OSError) as error:
        log.error("cannot start: %s", error)  # noqa: TRY400  (the message says it all)
        return USAGE
    return OK


def _worker(settings: Settings) -> Coroutine[Any, Any, None]:
    catalogue, rekeyed = definitions.load(settings.experiments), routes.load(settings.ingest)
    check_catalogue(catalogue)
    check_record_times(settings, rekeyed)
    return _work(settings, catalogue, rekeyed)


def _rekeying(settings: Settings) -> Coroutine[Any, Any, None]:
    known = routes.load(settings.ingest)
    check_record_times(settings, known)
    return _ingest(settings, known)


async def _ingest(settings: Settings, known: Routes) -> None:
    stop = _signalled()
    await check_topics(settings, known)
    await Ingest(settings, known).run(stop)


async def _work(settings: Settings, catalogue: Catalogue, rekeyed: Routes) -> None:
    stop = _signalled()
    await check_topics(settings, rekeyed)
    _say_if_slow()
    worker, board = Worker(settings, catalogue, rekeyed.kinds), Board()
    board.pipeline = lambda: worker.pipeline
    listener = Listener(lambda _, experiment: board.show(experiment), board.add_point, board.add_decision)
    names = (settings.web_host, socket.gethostname())  # Prometheus calls a container by its host name
    app = make_app(board, partial(_metrics, worker, board), worker.recovering, names)
    async with serve(app, settings.web_host, settings.web_port) as port:
        log.info("serving", extra={"host": settings.web_host, "port": port, "core": form()})
        watch = loops.start("board", feed(settings, listener))
        await worker.run(stop)
        await loops.stop(watch)


def _say_if_slow() -> None:
    if form() == "interpreted":
        log.warning(
            "the core runs interpreted, slower: install a C compiler and Python's headers, then install Peekproof again"
        )


def _collect_seldom() -> None:
    """Let garbage collection look at what is young, and seldom: by default it takes a third of the CPU.

    Units and events make no cycles, so it finds nothing among them; a full pass over a million would stall the loop.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 1_000)


def _signalled() -> asyncio.Event:
    """Set by the first SIGTERM or SIGINT; a second one ends the process as if nobody listened."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def tell(sign: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(sign)

    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, tell, sign)
    return stop


def _metrics(worker: Worker, board: Board) -> bytes:
    """Rendered in a thread, from objects that are never changed once they are shown."""
    owned = [one for one in board.experiments() if worker.owns(one["experiment_id"])]
    return render(owned, worker.pipeline, time.time())
