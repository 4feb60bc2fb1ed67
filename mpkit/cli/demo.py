"""Rehearse everything: a sandbox with a seeded account, a worker and the dashboard, ended together by Ctrl-C."""

from __future__ import annotations

import http
import http.client
import os
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

from mpkit.cli import console, family, listening
from mpkit.errors import Refused
from mpkit.settings import Settings, load

KEPT = {"MPKIT_LANG", "MPKIT_PLACES", "MPKIT_LOG_LEVEL", "MPKIT_LOG_FORMAT"}  # what a rehearsal takes from outside
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
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end: end the whole tree
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="mpkit-rehearsal-"))  # 0700: nobody else reads it
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
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


def _sandbox(stack: ExitStack, folder: Path, numbers: dict[str, str | int]) -> Settings:
    """Start the sandbox and wait until it answers; the settings that point the rest of the tree at it."""
    token, log = secrets.token_hex(16), folder / "sandbox.log"
    with listening.bound("127.0.0.1", 0) as probe:
        url = listening.address(probe)
    options = [word for name, value in numbers.items() for word in (f"--{name}", str(value))]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MPKIT_") or name in KEPT}
    environment |= {"MPKIT_DATA": str(folder)}
    output = stack.enter_context(log.open("wb"))
    words = ["sandbox", "--port", url.rpartition(":")[2], "--token", token, *options]
    if os.environ.get("MPKIT_PLACES"):
        words += ["--places", os.environ["MPKIT_PLACES"]]
    child = family.Child(words, environment, output=output)
    stack.callback(child.end)
    for name in [name for name in os.environ if name.startswith("MPKIT_") and name not in KEPT]:
        os.environ.pop(name)
    os.environ.setdefault("MPKIT_LOG_LEVEL", "WARNING")
    os.environ |= {"MPKIT_DATA": str(folder), "MPKIT_API_URL": url, "MPKIT_ACCESS_TOKEN": token}
    os.environ |= {
        "MPKIT_STORE_URL": f"sqlite:///{folder / 'mpkit.sqlite'}",
        "MPKIT_ANALYTICS_URL": "",
        "MPKIT_ACCOUNT": "",
    }
    _wait(int(url.rpartition(":")[2]), child, log)
    console.settings.cache_clear()
    return load()


def _wait(port: int, child: family.Child, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and child.alive:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/_sandbox/clock")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        connection.close()
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
    listening.serve(web.application(settings), taken, lambda: console.say("web_ready", address=address))
    console.say("web_rehearsal_over")


def _end(ask: Callable[[], None], wait: Callable[[float], int], insist: Callable[[], None]) -> None:
    ask()
    try:
        wait(family.PATIENCE)
    except Exception:  # noqa: BLE001 - whatever kept it from ending, it ends now
        insist()
