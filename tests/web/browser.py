"""A headless Chromium driven over the DevTools protocol: load a page, look at it, hear what it asks for."""

import asyncio
import base64
import json
import subprocess
import tempfile
import time
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path

import aiohttp

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--window-size=1280,900",
    "--remote-debugging-port=0",
)
PATIENCE = 20  # seconds for anything to happen


class Page:
    """One tab. `requests` holds every URL it asked for, `complaints` every error and policy violation it reported."""

    def __init__(self, socket):
        self.socket = socket
        self.tab = {}
        self.requests, self.complaints = [], []
        self._numbers, self._answers = count(1), {}

    async def call(self, method, **params):
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self.socket.send_json({"id": number, "method": method, "params": params} | self.tab)
        return await asyncio.wait_for(self._answers[number], PATIENCE)

    async def listen(self):
        async for message in self.socket:
            heard = json.loads(message.data)
            if "id" in heard:
                self._settle(self._answers.pop(heard["id"]), heard)
            else:
                self._note(heard["method"], heard["params"])

    def _settle(self, answer, heard):
        if "error" in heard:
            answer.set_exception(RuntimeError(heard["error"]["message"]))
        else:
            answer.set_result(heard["result"])

    def _note(self, method, params):
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Log.entryAdded" and params["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(params["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(params["exceptionDetails"]["exception"].get("description", "exception"))
        elif method == "Runtime.consoleAPICalled" and params["type"] in {"error", "warning", "assert"}:
            self.complaints.append(str(params["args"]))

    async def open(self, url):
        await self.call("Page.navigate", url=url)

    async def eval(self, expression):
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def text(self, selector):
        return await self.eval(f"document.querySelector({json.dumps(selector)})?.textContent ?? null")

    async def wait(self, expression):
        """The first truthy value of the expression, asked again at every animation frame."""
        look = f"const look = () => {{ const v = {expression}; v ? done(v) : requestAnimationFrame(look) }}; look()"
        try:
            return await self.eval(f"new Promise(done => {{ {look} }})")
        except TimeoutError:
            shown = await self.text("body")
            raise AssertionError(
                f"never true: {expression}\nthe page shows: {shown}\nit complains: {self.complaints}"
            ) from None

    async def see(self, selector, text):
        """Wait until an element shows the text."""
        query = f"document.querySelector({json.dumps(selector)})?.textContent.includes({json.dumps(text)})"
        await self.wait(query)

    async def dress(self, width, height=900, dark=False):
        """Size and colour scheme of the window."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": width < 600}
        await self.call("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])

    async def picture(self):
        """PNG bytes of the whole page."""
        shot = await self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])


@contextmanager
def running(chromium):
    """The address of a Chromium with a fresh profile; the process ends with the context."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [chromium, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield _address(Path(profile), process)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _address(profile, process):
    """Chromium writes the port it chose and the path of its socket into a file of the profile."""
    written, deadline = profile / "DevToolsActivePort", time.monotonic() + PATIENCE
    while not (written.exists() and len(lines := written.read_text().splitlines()) == 2):
        assert process.poll() is None, f"Chromium ended at once with {process.returncode}"
        assert time.monotonic() < deadline, "Chromium does not open its port"
        time.sleep(0.02)
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}"


@asynccontextmanager
async def tab(address):
    """A tab that shares nothing with any other: neither cache nor storage."""
    async with aiohttp.ClientSession() as session, session.ws_connect(address, max_msg_size=0) as socket:
        page = Page(socket)
        listening = asyncio.create_task(page.listen())
        try:
            await _enter(page)
            yield page
        finally:
            listening.cancel()


async def _enter(page):
    context = await page.call("Target.createBrowserContext", disposeOnDetach=True)
    target = await page.call("Target.createTarget", url="about:blank", browserContextId=context["browserContextId"])
    attached = await page.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
    page.tab = {"sessionId": attached["sessionId"]}
    for domain in ("Page", "Runtime", "Log", "Network"):
        await page.call(f"{domain}.enable")
