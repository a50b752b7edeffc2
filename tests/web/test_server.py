"""The API says what the board knows; every response is guarded; nothing can be written."""

import asyncio
import json

import aiohttp
import pytest

from streams.web.board import Board
from streams.web.server import make_app, serve
from tests.web.sample import HARM, WINNER
from tests.web.simulation import Play

NASTY = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'; DROP TABLE", "\u2028\u202e</title>"]


def board_of(*plays, looks=120):
    board = Board()
    board.pipeline = {"read": 10, "accepted": 9, "late": 0, "unused": 0, "rejected": {"malformed": 1}}
    for play in plays:
        play.tell(board, looks)
    return board


class Site:
    """A served board and a client that talks to it."""

    def __init__(self, board, session, url):
        self.board, self.session, self.url, self.reason = board, session, url, None

    async def json(self, path):
        async with self.session.get(self.url + path) as response:
            return await response.json()

    async def answer(self, path, method="GET", **options):
        async with self.session.request(method, self.url + path, **options) as response:
            return response.status, response.headers, await response.read()


@pytest.fixture
async def site():
    board = board_of(Play(WINNER), Play(HARM))
    async with aiohttp.ClientSession() as session:
        site = Site(board, session, "")
        app = make_app(board, lambda: b"# metrics\n", lambda: site.reason, names=["board.example"])
        async with serve(app) as port:
            site.url = f"http://127.0.0.1:{port}"
            yield site


async def test_the_overview_lists_ids_verdicts_and_clocks(site):
    listed = (await site.json("/api/experiments"))["experiments"]
    assert [
        (WINNER.id, "stop_success", "2026-11-22T09:02:00Z"),
        (HARM.id, "stop_harm", "2026-11-22T09:02:00Z"),
    ] == [(e["experiment_id"], e["verdict"], e["clock"]) for e in listed]


async def test_the_overview_puts_the_effect_that_decides_in_front(site):
    listed = (await site.json("/api/experiments"))["experiments"]
    assert [(e["headline"]["metric"], e["headline"]["variant"]) for e in listed] == [
        ("purchase", "personal"),
        ("unsubscribe", "personal_bold"),
    ]


async def test_an_experiment_is_served_as_it_was_given(site):
    assert site.board.experiment(HARM.id) == await site.json(f"/api/experiments/{HARM.id}")


async def test_the_history_holds_the_points_in_order(site):
    history = await site.json(f"/api/experiments/{WINNER.id}/history")
    assert {"experiment_id": WINNER.id, "points": site.board.points(WINNER.id)} == history
    assert len(history["points"]) == 120


async def test_decisions_and_pipeline_are_served_as_they_were_given(site):
    assert {"decisions": site.board.decisions()} == await site.json("/api/decisions")
    assert site.board.pipeline == await site.json("/api/pipeline")


@pytest.mark.parametrize("path", ["/api/experiments/nobody", "/api/experiments/nobody/history", "/api/nothing", "/etc"])
async def test_what_is_not_there_is_said_in_json(site, path):
    status, headers, body = await site.answer(path)
    assert (status, headers["Content-Type"], [*json.loads(body)]) == (404, "application/json; charset=utf-8", ["error"])


async def test_numbers_that_json_does_not_know_become_null(site):
    site.board.show(site.board.experiment(WINNER.id) | {"srm": {"log_e": float("inf")}})
    assert (await site.json(f"/api/experiments/{WINNER.id}"))["srm"] == {"log_e": None}


@pytest.mark.parametrize("name", NASTY)
async def test_names_travel_as_data_and_never_as_markup(site, name):
    shown = site.board.experiment(WINNER.id)
    site.board.show(shown | {"about": shown["about"] | {"name": name}})
    status, headers, body = await site.answer(f"/api/experiments/{WINNER.id}")
    assert (
        status,
        headers["Content-Type"],
        headers["X-Content-Type-Options"],
    ) == (200, "application/json", "nosniff")
    assert name == json.loads(body)["about"]["name"]


@pytest.mark.parametrize("path", ["/", "/static/style.css", "/api/experiments", "/nowhere", "/metrics", "/healthz"])
async def test_every_response_forbids_foreign_code_frames_and_referrers(site, path):
    _, headers, _ = await site.answer(path)
    policy = headers["Content-Security-Policy"].split("; ")
    assert {
        "default-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    } <= {*policy}
    assert not [directive for directive in policy if "unsafe" in directive]
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "no-referrer")
    assert "Server" not in headers


async def test_the_page_holds_no_script_or_style_of_its_own(site):
    _, _, body = await site.answer("/")
    page = body.decode()
    assert page.count("<style") + page.count(" style=") + page.count(" onclick=") + page.count("http") == 0
    assert page.count("<script") == page.count('<script src="/static/') + page.count(
        '<script type="module" src="/static/'
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_nothing_can_be_written(site, method):
    status, headers, _ = await site.answer("/api/experiments", method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_large_body_is_refused_on_every_route(site, method):
    status, _, _ = await site.answer("/metrics", method, data=b"x" * 70_000)
    assert status == 413


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:80", 200),
        ("127.0.0.1:9", 200),
        ("[::1]:80", 200),
        ("10.1.2.3", 200),
        ("board.example:8080", 200),
        ("attacker.example", 421),
        ("localhost.attacker.example", 421),
        ("127.0.0.1.attacker.example", 421),
        ("", 421),
    ],
)
async def test_only_its_own_names_and_plain_addresses_are_answered(site, host, status):
    assert status == (await site.answer("/api/experiments", headers={"Host": host}))[0]


async def test_files_outside_the_static_folder_are_out_of_reach(site):
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static/..%2fserver.py", "/static/"):
        assert (await site.answer(path))[0] in {403, 404}


async def test_metrics_are_rendered_on_demand_as_text(site):
    status, headers, body = await site.answer("/metrics")
    assert (status, headers["Content-Type"], body) == (200, "text/plain; version=0.0.4; charset=utf-8", b"# metrics\n")


async def test_readiness_gives_its_reason(site):
    ready = await site.answer("/readyz")
    site.reason = "recovering partition 3"
    waiting = await site.answer("/readyz")
    assert [(a[0], a[2]) for a in (ready, waiting)] == [(200, b"ready\n"), (503, b"recovering partition 3\n")]
    assert (await site.answer("/healthz"))[0] == 200


async def test_a_worker_that_lags_is_ready_and_says_so(site):
    site.board.pipeline = {"lagging": [0, 3]}
    status, _, body = await site.answer("/readyz")
    assert (status, body) == (200, b"ready, but verdicts are held: partitions [0, 3] lag\n")


async def test_live_sends_what_happens_while_one_watches(site):
    async with site.session.get(site.url + "/api/live") as response:
        assert response.headers["Content-Type"] == "text/event-stream"
        site.board.show(site.board.experiment(WINNER.id))
        site.board.add_point(WINNER.id, {"t": 2_000_000_000_000})
        site.board.pipeline = {"read": 11}
        site.board.tell_pipeline()
        async with asyncio.timeout(5):
            heard = [line async for line in _events(response, 3)]
    assert [event for event, _ in heard] == ["experiment", "point", "pipeline"]
    assert {"experiment_id": WINNER.id, "point": {"t": 2_000_000_000_000}} == heard[1][1]


async def _events(response, count):
    while count:
        event = (await response.content.readuntil(b"\n\n")).decode()
        if event.startswith("event: "):
            name, data = event.strip().split("\n", 1)
            yield name.removeprefix("event: "), json.loads(data.removeprefix("data: "))
            count -= 1


async def test_an_open_page_does_not_hold_the_server_up():
    board = Board()
    async with asyncio.timeout(2), aiohttp.ClientSession() as session:
        async with serve(make_app(board, bytes, lambda: None)) as port:
            response = await session.get(f"http://localhost:{port}/api/live")
        assert await response.read() == b"retry: 1000\n\n"
