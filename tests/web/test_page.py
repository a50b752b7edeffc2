"""What a person sees in a browser: the verdict as it falls, names as text, nothing from anywhere else."""

from urllib.parse import urlsplit

import pytest

from streams.web.board import Board
from streams.web.server import make_app, serve
from tests.web.sample import AA, HARM, WINNER
from tests.web.simulation import Play

MARKUP = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>"\'&amp;'


def site(board, port=0):
    return serve(make_app(board, bytes, lambda: None), port=port)


async def test_the_verdict_appears_while_one_watches_and_nothing_comes_from_elsewhere(page):
    board, play = Board(), Play(HARM)
    play.tell(board, 60)
    async with site(board) as port:
        await page.open(f"http://127.0.0.1:{port}/")
        await page.see(".banner h2", "Keep running")
        await page.eval("window.sameDocument = true")
        play.tell(board, 80)
        await page.see(".banner h2", "Stop: it harms")
        await page.see(".todo", "Roll back personal_bold")
        await page.see(".reasons", "guardrail unsubscribe: personal_bold worse by")
        await page.see(".log", "Stop: it harms")
        assert await page.eval("window.sameDocument === true")
        assert {f"127.0.0.1:{port}"} == {urlsplit(url).netloc for url in page.requests}
        assert page.complaints == []


async def test_every_plot_is_drawn_and_says_in_words_what_it_shows(page):
    board = Board()
    Play(WINNER).tell(board, 120)
    async with site(board) as port:
        await page.open(f"http://127.0.0.1:{port}/#/{WINNER.id}")
        await page.wait("document.querySelectorAll('.plot canvas').length === 4")
        labels = await page.eval("[...document.querySelectorAll('[role=img]')].map(plot => plot.ariaLabel)")
        titles = ("Effect on purchase", "Always-valid p", "Exposures", "Split check")
        assert list(titles) == [label.split(",")[0] for label in labels]
        assert all("Now " in label for label in labels)
        inked = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(Boolean)"
        assert await page.wait(f"[...document.querySelectorAll('.plot canvas')].every({inked})")
        assert page.complaints == []


async def test_names_stay_text_wherever_they_are_shown(page):
    board, play = Board(), Play(HARM)
    play.tell(board, 130)
    shown = board.experiment(HARM.id)
    metrics = {MARKUP: shown["metrics"]["click"]}
    about = shown["about"] | dict.fromkeys(("name", "team", "surface", "hypothesis", "runbook"), MARKUP)
    about |= {"metrics": {MARKUP: shown["about"]["metrics"]["click"]}, "owner": {"name": MARKUP, "contact": MARKUP}}
    board.show(
        shown | {"metrics": metrics, "about": about, "reasons": [MARKUP], "variant": MARKUP, "config_hash": MARKUP}
    )
    board.pipeline = {"read": 1, "accepted": 0, "late": 0, "rejected": {MARKUP: 1}}
    async with site(board) as port:
        await page.open(f"http://127.0.0.1:{port}/")
        for selector in (
            ".name",
            "h1",
            ".hypothesis",
            ".reasons",
            ".todo",
            ".switch",
            ".print",
            "th.group, .group th",
            "footer",
        ):
            await page.see(selector, MARKUP)
        assert await page.eval("document.querySelectorAll('body img, body script').length") == 0
        assert not await page.eval("'harmed' in window")
        assert page.complaints == []


async def test_the_browser_itself_refuses_markup_made_of_strings(page):
    async with site(Board()) as port:
        await page.open(f"http://127.0.0.1:{port}/")
        await page.see("h1", "No experiment yet")
        attempt = "(() => { try { document.body.innerHTML = '<b>x</b>' } catch (error) { return error.name } })()"
        assert await page.eval(attempt) == "TypeError"


async def test_a_choice_is_kept_in_the_address_and_the_focus_on_its_button(page):
    board, play = Board(), Play(WINNER)
    play.tell(board, 100)
    async with site(board) as port:
        await page.open(f"http://127.0.0.1:{port}/")
        await page.see("figcaption h3", "Effect on purchase")
        choose = "const b = document.querySelector('[data-key=\"Metric refund\"]'); b.focus(); b.click()"
        await page.eval(choose)
        await page.see("figcaption h3", "Effect on refund")
        assert f"#/{WINNER.id}/refund/personal" == await page.eval("location.hash")
        assert await page.eval("document.activeElement.dataset.key") == "Metric refund"
        play.tell(board, 5)
        await page.see(".until", ":01:45")
        assert await page.text("figcaption h3") == "Effect on refund"


async def test_times_tell_utc_and_figures_are_readable(page):
    board = Board()
    Play(WINNER).tell(board, 240)
    async with site(board) as port:
        await page.open(f"http://127.0.0.1:{port}/")
        await page.see(".numbers", "Always-valid p")
        assert await page.eval("document.querySelector('.until time').title") == "2026-11-22 09:04:00 UTC"
        versus = board.experiment(WINNER.id)["metrics"]["purchase"]["personal"]["vs_control"]
        assert f"+{100 * versus['estimate']:.2f} pp" == await page.text(".numbers .value")
        await page.see(".numbers", f"{versus['p_always_valid']:.1e}".replace("e-0", "e-"))
        await page.see("table", f"{board.experiment(WINNER.id)['metrics']['purchase']['control']['units']:,}")


async def test_a_harmed_guardrail_shows_the_evidence_of_the_harm_and_not_of_its_own_claim(page):
    board = Board()
    Play(HARM).tell(board, 130)
    harm = board.experiment(HARM.id)["metrics"]["unsubscribe"]["personal_bold"]["vs_control"]["tests"][1]
    async with site(board) as port:
        await page.open(f"http://127.0.0.1:{port}/#/{HARM.id}/unsubscribe/personal_bold")
        await page.see(".numbers", f"{harm['p_always_valid']:.2g}against “not worse by more than 0.002”")
        await page.see("figure:nth-child(2) figcaption", "not worseharm")


async def test_readings_follow_the_pointer_in_every_plot(page):
    board = Board()
    Play(WINNER).tell(board, 120)
    async with site(board) as port:
        await page.open(f"http://127.0.0.1:{port}/")
        newest = f"p = {board.points(WINNER.id)[-1]['metrics']['purchase']['personal']['p']:.2}"
        await page.see("figure:nth-child(2) .reading", newest)
        box = await page.eval("document.querySelector('.u-over').getBoundingClientRect().toJSON()")
        await page.call("Input.dispatchMouseEvent", type="mouseMoved", x=box["x"] + 1, y=box["y"] + 40)
        await page.see("figure:nth-child(1) .reading", ":00:01")
        await page.see("figure:nth-child(2) .reading", "p = 1")


FIGURES = {
    "pValue(0.0004)": "0.0004",
    "pValue(4.1e-9)": "4.1e-9",
    "pValue(0.0312)": "0.031",
    "pValue(1)": "1",
    "pValue(null)": "–",
    "count(1234567)": "1,234,567",
    "effect(0.00412, 'binary')": "+0.41",
    "effect(-0.00412, 'binary')": "−0.41",
    "effect(0, 'binary')": "0.00",
    "effect(-1.2345, 'continuous')": "−1.23",
    "effect(1234.5, 'continuous')": "+1,235",
    "effect(undefined, 'binary')": "–",
    "interval(0.0021, 0.0062, 'binary')": "+0.21 to +0.62",
    "interval(-0.00001, 0.02, 'binary')": "0.00 to +2.00",
    "relative(0.1034)": "+10.3\u202f%",
    "mean(0.1234, 'binary')": "12.34\u202f%",
    "effectTick(0.025, 'binary', 0.025)": "+2.5",
    "effectTick(-0.02, 'binary', 0.01)": "−2",
}


async def test_figures_are_written_as_people_read_them(page):
    async with site(Board()) as port:
        await page.open(f"http://127.0.0.1:{port}/")
        written = {call: await page.eval(f"import('/static/format.js').then(f => f.{call})") for call in FIGURES}
    assert written == FIGURES


async def test_a_lost_connection_is_said_and_mended(page):
    board, play = Board(), Play(AA)
    play.tell(board, 20)
    async with site(board) as port:
        await page.open(f"http://127.0.0.1:{port}/")
        await page.see("#connection", "Live")
        await page.see("h1", AA.name)
    await page.see("#connection", "Connection lost")
    assert AA.name == await page.text("h1")
    play.tell(board, 10)
    async with site(board, port):
        await page.see("#connection", "Live")
        await page.see(".until", ":00:30")


@pytest.mark.parametrize("dark", [False, True])
async def test_a_phone_shows_the_list_then_one_experiment_and_never_scrolls_sideways(page, dark):
    board = Board()
    for story in (WINNER, HARM):
        Play(story).tell(board, 130)
    async with site(board) as port:
        await page.dress(390, 844, dark)
        await page.open(f"http://127.0.0.1:{port}/")
        await page.see("#overview", HARM.name)
        assert await page.eval("getComputedStyle(document.querySelector('#detail')).display") == "none"
        await page.eval("document.querySelectorAll('#overview a')[1].click()")
        await page.see("h1", HARM.name)
        await page.wait("document.querySelectorAll('.plot canvas').length === 4")
        assert await page.eval("document.documentElement.scrollWidth") == 390
        await page.eval("document.querySelector('.back').click()")
        await page.wait("getComputedStyle(document.querySelector('#overview')).display !== 'none'")


async def test_a_window_made_narrow_takes_its_plots_along(page):
    board = Board()
    Play(WINNER).tell(board, 60)
    async with site(board) as port:
        await page.dress(1280)
        await page.open(f"http://127.0.0.1:{port}/#/{WINNER.id}")
        await page.wait("document.querySelectorAll('.plot canvas').length === 4")
        await page.dress(390)
        await page.wait("document.documentElement.scrollWidth === 390")
        await page.wait("document.querySelector('.plot canvas').clientWidth < 390")


async def test_an_experiment_that_is_not_there_is_said_and_appears_when_it_comes(page):
    board, play = Board(), Play(WINNER)
    async with site(board) as port:
        await page.open(f"http://127.0.0.1:{port}/#/{WINNER.id}")
        await page.see("h1", "Unknown here")
        play.tell(board, 1)
        await page.see("h1", WINNER.name)


async def test_an_experiment_without_any_figure_is_shown(page):
    board = Board()
    obj, _, _ = Play(WINNER).look()
    empty = {"units": 0, "matured": 0, "conversions": 0, "sum": 0, "mean": None, "early": None}
    contrast = dict.fromkeys(obj["metrics"]["purchase"]["personal"]["vs_control"]) | {
        "status": "undecided",
        "tests": [],
    }
    cells = {"control": empty | {"vs_control": None}, "personal": empty | {"vs_control": contrast}}
    srm = dict.fromkeys(obj["srm"])
    board.show(obj | {"metrics": dict.fromkeys(obj["metrics"], cells), "srm": srm, "clock": None, "reasons": []})
    async with site(board) as port:
        await page.open(f"http://127.0.0.1:{port}/")
        await page.see(".banner h2", "Warming up")
        await page.see(".reading", "no points yet")
        await page.wait("document.querySelectorAll('.plot canvas').length === 4")
        assert page.complaints == []
