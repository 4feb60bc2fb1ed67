"""Rehearse everything: a sandbox with a seeded account, a worker and the dashboard, ended together by Ctrl-C."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated

import typer

from mpkit import private
from mpkit.cli import console, family, listening
from mpkit.errors import Refused, WrongUsage
from mpkit.settings import Settings, load
from mpkit.sites import SITES

KEPT = {"MPKIT_LANG", "MPKIT_PLACES", "MPKIT_LOG_LEVEL", "MPKIT_LOG_FORMAT"}  # what a rehearsal takes from outside
_FOLDER, _HELD = "mpkit-rehearsal-", "held"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
PATIENCE = 120.0  # seconds until the sandbox must answer; a slow machine invents a year of payments


def command(
    port: Annotated[int, typer.Option(help="Port of the dashboard; where it is taken, the next free one.")] = 8501,
    site: Annotated[str, typer.Option(help="Country: MLA MLB MLM MLC MLU MCO MPE.")] = "MLA",
    stores: Annotated[int, typer.Option(help="Stores the account has.", min=0)] = 12,
    registers: Annotated[int, typer.Option(help="Registers of those stores.", min=0)] = 40,
    payments: Annotated[int, typer.Option(help="Payments of the last year.", min=0)] = 150_000,
    *,
    seed: Annotated[int, typer.Option(help="The same seed invents the same account.")] = 7,
) -> None:
    """Start the rehearsal and print the address of the dashboard once it answers."""
    if site not in SITES:
        raise WrongUsage("sandbox_site_unknown", site=site, sites=", ".join(SITES))
    for name in ("SIGTERM", "SIGHUP"):  # told to end, or the terminal is closed: end the whole tree
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    os.environ.setdefault("MPKIT_LANG", SITES[site].language)
    console.settings.cache_clear()
    with ExitStack() as stack:
        folder = _stage(stack)
        taken = stack.enter_context(listening.bound("127.0.0.1", port))
        console.say("web_rehearsal_starting", stores=stores, registers=registers, payments=payments)
        numbers: dict[str, str | int] = {
            "site": site,
            "stores": stores,
            "registers": registers,
            "payments": payments,
            "seed": seed,
        }
        settings = _sandbox(stack, folder, numbers)
        _connect(settings)
        _dashboard(stack, settings, taken)


def _stage(stack: ExitStack) -> Path:
    """A folder of this rehearsal's own, gone when it ends; those of rehearsals that were killed go now."""
    for left in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime < PATIENCE:  # one that begins right now holds nothing yet
                continue
        with suppress(OSError), private.locked(left / _HELD, wait=False) as over:
            if over:
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_FOLDER))  # 0700: nobody else reads it
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    stack.enter_context(private.locked(folder / _HELD))
    return folder


def _sandbox(stack: ExitStack, folder: Path, numbers: dict[str, str | int]) -> Settings:
    """Start the sandbox and wait until it answers; the settings that point the rest of the tree at it."""
    token, log = secrets.token_hex(16), folder / "sandbox.log"
    options = [word for name, value in numbers.items() for word in (f"--{name}", str(value))]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MPKIT_") or name in KEPT}
    environment |= {"MPKIT_DATA": str(folder), "PYTHONUNBUFFERED": "1"}
    output = stack.enter_context(log.open("wb"))
    words = ["sandbox", "--port", "0", "--token", token, "--no-ahead", *options]  # no large file for a look around
    if os.environ.get("MPKIT_PLACES"):
        words += ["--places", os.environ["MPKIT_PLACES"]]
    child = family.Child(words, environment, output=output)
    stack.callback(child.end)
    url = _address(child, log)
    for name in [name for name in os.environ if name.startswith("MPKIT_") and name not in KEPT]:
        os.environ.pop(name)
    os.environ.setdefault("MPKIT_LOG_LEVEL", "WARNING")
    os.environ |= {"MPKIT_DATA": str(folder), "MPKIT_API_URL": url, "MPKIT_ACCESS_TOKEN": token}
    os.environ |= {
        "MPKIT_STORE_URL": f"sqlite:///{folder / 'mpkit.sqlite'}",
        "MPKIT_ANALYTICS_URL": "",
        "MPKIT_ACCOUNT": "",
    }
    console.settings.cache_clear()
    return load()


def _address(child: family.Child, log: Path) -> str:
    """Where the sandbox answers: it takes a free port and says so once it listens."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and child.alive:
        found = _ADDRESS.search(log.read_text(encoding="utf-8", errors="replace"))
        if found:
            return found[0]
        time.sleep(0.1)
    tail = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise Refused("web_rehearsal_failed", what="sandbox", why=" ".join(tail))


def _connect(settings: Settings) -> None:
    """Pin the seeded account and ask for its sales, so that the first page has something to say."""
    from mpkit import jobs  # noqa: PLC0415 - heavy, and `--help` needs none of it
    from mpkit.accounts import tokens  # noqa: PLC0415
    from mpkit.db import open_store  # noqa: PLC0415
    from mpkit.work import SystemClock  # noqa: PLC0415

    bench = jobs.Workbench(settings, open_store(settings.database))
    account = bench.account()
    if settings.access_token is not None:
        tokens.keep(settings.data, account.id, settings.access_token)  # for a worker that has to be started again
    jobs.submit(
        bench.store,
        account=account.id,
        kind="sync",
        key="sync",
        arguments={"account": account.id},
        who="demo",
        clock=SystemClock(),
    )
    bench.store.dispose()


def _dashboard(stack: ExitStack, settings: Settings, taken: listening.Taken) -> None:
    """Serve the dashboard in this process, beside a worker that ends with it."""
    from mpkit import web  # noqa: PLC0415
    from mpkit.jobs import start_worker  # noqa: PLC0415

    worker = start_worker(settings)
    stack.callback(_end, worker.terminate, worker.wait, worker.kill)
    os.environ.pop("MPKIT_ACCESS_TOKEN", None)
    address = listening.address(taken)

    def ready() -> None:
        console.say("web_ready", address=address)
        for key in ("rehearse_try", "rehearse_try_play", "rehearse_try_list", "rehearse_try_sales"):
            console.say(key, address=address)

    listening.serve(web.application(settings), taken, ready)
    console.say("web_rehearsal_over")


def _end(ask: Callable[[], None], wait: Callable[[float], int], insist: Callable[[], None]) -> None:
    ask()
    try:
        wait(family.PATIENCE)
    except Exception:  # noqa: BLE001 - whatever kept it from ending, it ends now
        insist()
