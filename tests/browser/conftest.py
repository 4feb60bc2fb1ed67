"""A sandbox and a dashboard as processes of their own, as a merchant's machine runs them."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

TOKEN = "sandbox-token-of-the-journey"
PATIENCE = 90.0
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
LONG = 90_000  # milliseconds a page may take on a busy machine
STILL = '[data-testid="stApp"][data-test-connection-state="CONNECTED"][data-test-script-state="notRunning"]'
# Clicks at the place of an element, by the page's own clock: between two of them lies no way to a busy test.
CLICKS = """(element, [times, between]) => new Promise(over => {
    const box = element.getBoundingClientRect(), [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const click = () => {
        document.elementFromPoint(x, y)?.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
        --times > 0 ? setTimeout(click, between) : over();
    };
    click();
})"""


@dataclass(frozen=True)
class Shop:
    """Where the dashboard answers, and what the sandbox has seen."""

    address: str
    sandbox: str
    data: Path

    def asked(self, path: str) -> Any:
        with urllib.request.urlopen(self.sandbox + path, timeout=30) as answer:
            return json.loads(answer.read())

    def writes(self) -> list[dict[str, Any]]:
        """Every request that changed something in the account."""
        return [each for each in self.asked("/_sandbox/requests")["requests"] if each["effect"]]


@pytest.fixture(scope="module")
def program() -> str:
    """The module the dashboard is started by; a file of tests may have one of its own."""
    return "mpkit"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, program: str) -> Iterator[Shop]:
    """An account with three stores made in the panel and a year of payments; nothing connected yet."""
    folder = tmp_path_factory.mktemp("shop")
    data = folder / "data"
    bare = {name: value for name, value in os.environ.items() if not name.startswith("MPKIT_")}
    bare |= {"PYTHONUNBUFFERED": "1", "MPKIT_DATA": str(data), "MPKIT_LANG": ""}
    bare["PYTHONPATH"] = str(Path(__file__).parent.parent.parent)
    amounts = ["--stores", "3", "--registers", "6", "--payments", "2500", "--latency-ms", "20"]
    running = []
    try:
        sandbox_said = folder / "sandbox.txt"
        running.append(_start(["sandbox", "--port", _free(), "--token", TOKEN, *amounts], bare, sandbox_said))
        sandbox = _address(running[-1], sandbox_said)
        said = folder / "dashboard.txt"
        running.append(_start(["serve", "--port", _free()], bare | {"MPKIT_API_URL": sandbox}, said, program))
        yield Shop(_address(running[-1], said), sandbox, data)
    finally:
        for each in reversed(running):
            each.terminate()
            each.wait(20)
        _end_worker(data)


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=re.compile(name)).first


def still(page: Page) -> None:
    """Until the page's script has come to its end, as the page itself says."""
    expect(page.locator(STILL)).to_be_attached(timeout=LONG)


def clicks(press: Locator, times: int, between: int) -> None:
    """So many clicks at one place, whatever has come there meanwhile, with so many milliseconds between two."""
    expect(press).to_be_enabled(timeout=LONG)
    press.scroll_into_view_if_needed()
    press.evaluate(CLICKS, [times, between])


def _start(
    words: list[str], environment: dict[str, str], said: Path, program: str = "mpkit"
) -> subprocess.Popen[bytes]:
    with said.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", program, *words], env=environment, cwd=said.parent, stdout=out, stderr=out
        )


def _free() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        found = ADDRESS.search(said.read_text(encoding="utf-8"))
        if found:
            return found[0]
        assert process.poll() is None, said.read_text(encoding="utf-8")
        time.sleep(0.1)
    raise AssertionError(said.read_text(encoding="utf-8"))


def _end_worker(data: Path) -> None:
    """The worker outlives the dashboard that started it; it is found by the data folder it serves."""
    for entry in Path("/proc").glob("[0-9]*") if Path("/proc").is_dir() else ():
        try:
            command, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"mpkit.jobs.worker" in command and f"MPKIT_DATA={data}".encode() in environment:
            os.kill(int(entry.name), 15)
