"""The whole path on all seven sites, by the real commands; whole in the soak, each command a process of its own."""

from __future__ import annotations

import json
import re
import signal
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mpkit.cli import console, run
from mpkit.sites import SITES, zones_of
from tests import forking
from tests.conftest import Running
from tests.path.journey import ALWAYS, Journey, some
from tests.soak import Bar

ROOT = Path(__file__).parent.parent.parent
BEHIND_S = 120  # seconds the sandbox lies behind us: what is paid in a test was paid before its sync began
TOKEN = "of-this-test"


@pytest.fixture
def journey(
    start_sandbox: Callable[..., Running],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Callable[..., Journey]]:
    """A journey whose commands run in this process; options as those of `World`."""

    def begin(site: str, language: str = "en", **options: Any) -> Journey:
        sandbox = start_sandbox(site=site, **options)
        sandbox.put("/_sandbox/clock", {"advance_s": -BEHIND_S})
        values = {"API_URL": sandbox.url, "ACCESS_TOKEN": sandbox.token, "DATA": str(tmp_path / "data")}
        for name, value in {**values, "LANG": language}.items():
            monkeypatch.setenv(f"MPKIT_{name}", value)
        monkeypatch.chdir(tmp_path)
        console.settings.cache_clear()

        def command(*words: str) -> tuple[int, str, str]:
            capsys.readouterr()
            code = run(words)
            said = capsys.readouterr()
            return code, said.out, said.err

        def ask(path: str, document: object = None) -> Any:
            return sandbox.get(path) if document is None else sandbox.post(path, document)

        return Journey(SITES[site], tmp_path, command, ask)

    yield begin
    console.settings.cache_clear()


@pytest.mark.parametrize("site", SITES)
def test_from_an_example_to_sales_that_add_up(journey: Callable[..., Journey], site: str) -> None:
    """With a year beside it: days, shops, methods and, where the country has several, zones are in the sums."""
    several = len(zones_of(site)) > 1
    year = (
        {"stores": 12, "registers": 12, "payments": 600} if several else {"stores": 2, "registers": 3, "payments": 150}
    )
    whole = journey(site, **year)
    whole.whole()
    zone = whole.answer("sales", *ALWAYS)["zone"]
    assert zone == whole.ask("/_sandbox/ledger?by=day")["zone"] == ("store" if several else SITES[site].zone)


@pytest.mark.parametrize("site", some("MLB", "MLC"))
def test_the_longest_codes_there_are_fit_every_sign(journey: Callable[..., Journey], site: str) -> None:
    made = journey(site, long_payload=True)
    made.created(made.checked(made.filled()), "till")
    assert {490 <= len(row["qr_code"]) <= 512 for row in made.registers} == {True}
    for design in made.designs:
        made.printed(design, again=design == made.designs[0])
    made.paid("till")
    made.counted()


class Separate:
    """An installation whose sandbox and commands are processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = forking.settings(folder / "data", MPKIT_LANG="en")

    def run(self, *words: str) -> tuple[int, str, str]:
        done = forking.run(words, env=self.env, cwd=self.folder, timeout=600)
        return done.returncode, done.stdout, done.stderr

    def ask(self, path: str, document: object = None, method: str = "POST") -> Any:
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(self.env["MPKIT_API_URL"] + path, body, method=method if body else "GET")
        with urllib.request.urlopen(request, timeout=600) as answer:
            return json.loads(answer.read())

    @contextmanager
    def sandbox(self, *options: str) -> Iterator[None]:
        words = ("sandbox", "--port", "0", "--token", TOKEN, *options)
        served = forking.start(words, env=self.env, cwd=self.folder)
        assert served.stderr is not None
        try:
            where = re.search(r"http://[\d.]+:\d+", served.stderr.readline())
            assert where is not None
            self.env |= {"MPKIT_API_URL": where[0], "MPKIT_ACCESS_TOKEN": TOKEN}
            self.ask("/_sandbox/clock", {"advance_s": -BEHIND_S}, "PUT")
            yield
        finally:
            served.send_signal(signal.SIGINT)
            served.communicate(timeout=60)
        assert served.returncode == 130


@pytest.mark.skipif(sys.platform == "win32", reason="the sandbox is ended by a signal Windows does not have")
def test_the_whole_path_each_command_a_process(bar: Bar, tmp_path: Path) -> None:
    """The whole path with an example of each site, each command a process, plain and long codes in turn."""
    rounds = [(site, payload) for payload in ("plain", "long") for site in SITES]
    for number in bar.rounds(stated=len(rounds), reduced=1):
        site, payload = rounds[number]
        folder = tmp_path / f"{site}-{payload}"
        folder.mkdir()
        here = Separate(folder)
        size = ("12", "40", "20000") if bar.whole else ("0", "0", "0")
        year = [
            word for name, n in zip(("stores", "registers", "payments"), size, strict=True) for word in (f"--{name}", n)
        ]
        with here.sandbox("--site", site, "--payload", payload, *year):
            designs = Journey.designs if bar.whole else Journey.designs[:1]
            Journey(SITES[site], folder, here.run, here.ask, designs).whole("buyer" if number % 2 else "till")
    bar.saw(f"{bar.row.run} journeys, every code proven, sales equal to the ledger to the hundredth")
