"""A browser for tests: the Chromium of this machine, spoken to over its debugging protocol. No driver and no download."""

import asyncio
import base64
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--remote-debugging-port=0",
)


class Page:
    """One open page. `faults` are what the browser complained of: refused by the policy, not found, thrown and not caught."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.faults: list[str] = []

    async def listen(self) -> None:
        async for message in self._socket:
            told = message.json()
            if (waiting := self._waiting.pop(told.get("id", 0), None)) is not None:
                waiting.set_result(told.get("result", {}))
            elif told.get("method") == "Log.entryAdded" and told["params"]["entry"]["level"] == "error":
                self.faults.append(told["params"]["entry"]["text"])
            elif told.get("method") == "Runtime.exceptionThrown":
                self.faults.append(str(told["params"]["exceptionDetails"]))

    async def send(self, method: str, **parameters: object) -> dict[str, Any]:
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        return await asyncio.wait_for(self._waiting[number], 30)

    async def open(self, address: str, width: int = 1920, height: int = 1080) -> None:
        await self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
        await self.send("Page.navigate", url=address)

    async def run(self, script: str) -> Any:
        return (await self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True))["result"].get("value")

    async def text(self) -> str:
        return str(await self.run("document.body ? document.body.innerText : ''"))

    async def until(self, script: str, seconds: float = 30) -> Any:
        """What a script gives, as soon as it gives anything true."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            # An element has no value of its own: that it is there is the answer.
            if found := await self.run(f"(() => {{ try {{ const it = {script}; return it instanceof Node ? true : it }} catch {{ return null }} }})()"):
                return found
            assert asyncio.get_running_loop().time() < deadline, f"not within {seconds} s: {script}\n{await self.text()}\n{self.faults}"
            await asyncio.sleep(0.05)

    async def picture(self, path: Path) -> None:
        shot = await self.send("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))  # noqa: ASYNC240  # nothing else waits in this loop


@asynccontextmanager
async def browser(language: str = "zh-CN") -> AsyncIterator[Page]:
    """A fresh browser with one page."""
    assert PROGRAM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            PROGRAM,
            *_FLAGS,
            f"--lang={language}",
            f"--accept-lang={language}",
            f"--user-data-dir={folder}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            port = await _port(Path(folder) / "DevToolsActivePort")
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                    target = next(one for one in await answer.json() if one["type"] == "page")
                async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    page = Page(socket)
                    listening = asyncio.create_task(page.listen())
                    for domain in ("Page", "Runtime", "Log"):
                        await page.send(f"{domain}.enable")
                    yield page
                    listening.cancel()
                    await asyncio.gather(listening, return_exceptions=True)
        finally:
            process.kill()
            await process.wait()


async def _port(file: Path) -> int:
    for _ in range(600):
        if file.exists() and (text := file.read_text().split()):  # noqa: ASYNC240  # as above
            return int(text[0])
        await asyncio.sleep(0.1)
    raise AssertionError("the browser did not start")
