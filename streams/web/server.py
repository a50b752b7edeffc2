"""The HTTP face of a worker: the page, the API it reads, metrics and health."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web

from streams.web.board import Board
from streams.web.feed import encode
from streams.web.guard import BODY_LIMIT, add_headers, guard, refusal

STATIC = Path(__file__).parent / "static"
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PIPELINE_EVERY = 1.0  # seconds
GOODBYE = 2.0  # seconds an open request may take to end at shutdown

Metrics = Callable[[], bytes]
Ready = Callable[[], str | None]


def make_app(board: Board, metrics: Metrics, ready: Ready, names: Collection[str] = ()) -> web.Application:
    """The application behind one worker's port.

    Args:
        board: what there is to show.
        metrics: renders the Prometheus page; called in a thread, because a large one takes a while.
        ready: None when this worker may be asked, else the reason why not.
        names: host names besides localhost under which this server is reached.
    """
    app = web.Application(middlewares=[guard(names)], client_max_size=BODY_LIMIT)
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(partial(_close, board))
    app.cleanup_ctx.append(partial(_telling_pipeline, board))
    app.add_routes(_routes(board, metrics, ready))
    return app


@asynccontextmanager
async def serve(app: web.Application, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    """Serve while the context is open; the value is the bound port (chosen by the system when `port` is 0)."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=GOODBYE)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _routes(board: Board, metrics: Metrics, ready: Ready) -> list[web.AbstractRouteDef]:
    return [
        web.get("/", _page),
        web.static("/static", STATIC),
        web.get("/api/experiments", partial(_experiments, board)),
        web.get("/api/experiments/{id}", partial(_experiment, board)),
        web.get("/api/experiments/{id}/history", partial(_history, board)),
        web.get("/api/decisions", partial(_decisions, board)),
        web.get("/api/pipeline", partial(_pipeline, board)),
        web.get("/api/live", partial(_live, board), allow_head=False),
        web.get("/metrics", partial(_metrics, metrics)),
        web.get("/healthz", _healthy),
        web.get("/readyz", partial(_ready, board, ready)),
    ]


async def _page(_: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")


async def _experiments(board: Board, _: web.Request) -> web.Response:
    return _json({"experiments": board.summaries()})


async def _experiment(board: Board, request: web.Request) -> web.Response:
    found = board.experiment(request.match_info["id"])
    return _json(found) if found else _unknown()


async def _history(board: Board, request: web.Request) -> web.Response:
    experiment_id = request.match_info["id"]
    if board.experiment(experiment_id) is None:
        return _unknown()
    return _json({"experiment_id": experiment_id, "points": board.points(experiment_id)})


async def _decisions(board: Board, _: web.Request) -> web.Response:
    return _json({"decisions": board.decisions()})


async def _pipeline(board: Board, _: web.Request) -> web.Response:
    return _json(board.pipeline_now())


async def _live(board: Board, request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    with board.feed.subscribe() as messages, suppress(ConnectionError):  # the page was closed
        await response.prepare(request)
        await response.write(b"retry: 1000\n\n")
        async for message in messages:
            await response.write(message)
    return response


async def _metrics(metrics: Metrics, _: web.Request) -> web.Response:
    response = web.Response(body=await asyncio.to_thread(metrics), headers={"Content-Type": METRICS_TYPE})
    response.enable_compression()
    return response


async def _healthy(_: web.Request) -> web.Response:
    return web.Response(text="alive\n")


async def _ready(board: Board, ready: Ready, _: web.Request) -> web.Response:
    """A worker that lags is ready: nobody else could show better what it knows."""
    reason, lagging = ready(), board.pipeline_now().get("lagging")
    text = f"ready, but verdicts are held: partitions {lagging} lag" if lagging else "ready"
    return web.Response(text=f"{reason or text}\n", status=503 if reason else 200)


async def _close(board: Board, _: web.Application) -> None:
    board.feed.close()


async def _telling_pipeline(board: Board, _: web.Application) -> AsyncIterator[None]:
    task = asyncio.create_task(_tell_pipeline(board))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _tell_pipeline(board: Board) -> None:
    while True:
        board.tell_pipeline()
        await asyncio.sleep(PIPELINE_EVERY)


def _unknown() -> web.Response:
    return refusal(HTTPStatus.NOT_FOUND, "no experiment of that id is known here")


def _json(value: Any) -> web.Response:
    return web.Response(body=encode(value), content_type="application/json")
