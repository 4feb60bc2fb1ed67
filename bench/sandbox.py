"""The sandbox's own processor time a request, against a Starlette route that returns a ready body of the same size.

Both are served by uvicorn with httptools on loopback, each in a process of its own; what is measured is the processor
time of the serving process (all its threads), not the clock on the wall. The bar is 2 times the baseline; what is over
it is said at the end. Pages of payments are asked for twice: ones that never were before, and ones that were.

`python bench/sandbox.py --registers 20000 --payments 0 --requests 1500 --rounds 3`; `--serve` is how it starts itself.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpkit.sandbox import World, serve, settle

TOKEN = "bench"  # no secret: the sandbox takes what it is told
BAR = 2.0
SEEN = 40  # pages that are asked for again and again
_MB = 1024 if sys.platform != "darwin" else 1024 * 1024  # units of ru_maxrss in a megabyte


# --- the two serving processes


def serve_baseline() -> str:
    """Starlette under uvicorn; the address."""
    made: dict[int, bytes] = {}

    async def route(request: Request) -> Response:
        size = request.path_params["size"]
        if request.method != "GET":
            await request.body()
        body = made.setdefault(size, b"x" * size)
        return Response(body, request.path_params["status"], media_type="application/json")

    app = Starlette(routes=[Route("/{status:int}/{size:int}", route, methods=["GET", "POST"])])
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http="httptools", lifespan="off", log_config=None, access_log=False, timeout_keep_alive=60
    )
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def child(which: str, registers: int, payments: int) -> None:
    """Serve; then say one line of figures for each line that comes in, until none comes."""
    begun = time.perf_counter()
    told: dict[str, Any] = {}
    if which == "baseline":
        told["url"] = serve_baseline()
    else:
        world = World(stores=max(1, registers // 3), registers=registers, payments=payments, token=TOKEN)
        settle()
        served = serve(world)
        told |= {"url": served.url, "user": world.seller.id, "made_cpu": time.process_time()}
        told["seconds"] = time.perf_counter() - begun
        if served.ahead is not None:
            served.ahead.wait()
            told |= {"ahead_cpu": time.process_time() - told["made_cpu"], "file_mb": served.ahead.bytes / 1e6}
            told["ahead_seconds"] = time.perf_counter() - begun - told["seconds"]
    print(json.dumps(told), flush=True)
    for _ in sys.stdin:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB
        told = {"cpu": time.process_time(), "peak_mb": peak, "own_mb": own_memory() or peak}
        print(json.dumps(told), flush=True)


def own_memory() -> float:
    """Megabytes of this process's own, without what is a file's; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024


# --- the asking process


class Server:
    """One serving process and one connection to it."""

    def __init__(self, which: str, registers: int, payments: int) -> None:
        words = [sys.executable, __file__, "--serve", which, "--registers", str(registers), "--payments", str(payments)]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.told = self._line()
        host, port = self.told["url"].removeprefix("http://").split(":")
        self._line_out = socket.create_connection((host, int(port)))
        self._line_out.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _line(self) -> dict:  # type: ignore[type-arg]
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())  # type: ignore[no-any-return]

    def figures(self) -> dict:  # type: ignore[type-arg]
        """Processor seconds so far and the greatest memory in MB."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._line()

    def ask(self, raw: bytes) -> tuple[int, bytes]:
        """Status and body of one request."""
        self._line_out.sendall(raw)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._line_out.recv(1 << 18)
        head, _, body = got.partition(b"\r\n\r\n")
        lower = head.lower()
        at = lower.index(b"content-length:") + len(b"content-length:")
        size = int(lower[at : lower.find(b"\r\n", at) if b"\r\n" in lower[at:] else None])
        parts, missing = [body], size - len(body)
        while missing > 0:
            parts.append(self._line_out.recv(1 << 18))
            missing -= len(parts[-1])
        return int(head[9:12]), b"".join(parts)

    def cost(self, requests: Iterator[bytes], count: int) -> float:
        """Processor seconds of the server for each of `count` requests."""
        before = float(self.figures()["cpu"])
        for _ in range(count):
            self.ask(next(requests))
        return (float(self.figures()["cpu"]) - before) / count

    def close(self) -> None:
        """End the process."""
        self._line_out.close()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)


def raw(method: str, path: str, document: object = None) -> bytes:
    """One request as bytes."""
    body = b"" if document is None else json.dumps(document).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nAccept: application/json\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


@dataclass(frozen=True)
class Case:
    """One kind of request; `make` gives the n-th."""

    name: str
    make: Callable[[int], bytes]
    divisor: int = 1  # a heavy case is asked so many times less often


def cases(user: str, registers: int, payments: int) -> list[Case]:
    """What is asked: the requests of a sync, a plan and an apply."""
    stores = max(1, registers // 3)
    known = stores - stores // 6  # the last ones were made in the panel
    found = [
        Case("GET /users/me", lambda _: raw("GET", "/users/me")),
        Case("GET /pos, 50 rows", lambda n: raw("GET", f"/pos?limit=50&offset={n * 50 % registers}"), 2),
        Case("GET /pos, 100 rows", lambda n: raw("GET", f"/pos?limit=100&offset={n * 100 % registers}"), 2),
        Case(
            "GET stores/search?external_id",
            lambda n: raw("GET", f"/users/{user}/stores/search?external_id=SUC{n % known + 1:03d}"),
        ),
        Case("POST /pos", lambda n: raw("POST", "/pos", _register(n, n % known + 1))),
    ]
    if payments:
        deep = min(payments, 10_000) - 50
        pages = deep // 50

        def fresh(n: int) -> bytes:
            """Page after page; when all are read, those of another query."""
            begin = f"begin_date=NOW-{364 - n // pages % 90}DAYS"
            query = f"{begin}&end_date=NOW&range=date_created&sort=date_created&criteria=asc"
            return raw("GET", f"/v1/payments/search?{query}&limit=50&offset={n % pages * 50}")

        found.append(Case("payments/search, 50 rows, new", fresh, 4))
        again = [fresh(90 * pages + n) for n in range(min(SEEN, pages))]
        found.append(Case("payments/search, 50 rows, seen", lambda n: again[n % len(again)], 4))
    return found


def _register(n: int, store: int) -> dict[str, object]:
    return {
        "name": f"Caja {n}",
        "fixed_amount": True,
        "external_id": f"BENCH{n:07d}",
        "external_store_id": f"SUC{store:03d}",
    }


def main() -> None:
    """Start both, ask both in turn, print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--serve", default="")
    asked.add_argument("--registers", type=int, default=20_000)
    asked.add_argument("--payments", type=int, default=20_000)
    asked.add_argument("--requests", type=int, default=1500)
    asked.add_argument("--rounds", type=int, default=3)
    chosen = asked.parse_args()
    if chosen.serve:
        child(chosen.serve, chosen.registers, chosen.payments)
        return
    ours, theirs = (Server(which, chosen.registers, chosen.payments) for which in ("sandbox", "baseline"))
    born = ours.figures()
    print(f"{chosen.registers:,} registers, {chosen.payments:,} payments: started in {ours.told['seconds']:.1f} s")
    print(
        f"  memory after the start: {born['own_mb']:.0f} MB (an empty Starlette: {theirs.figures()['own_mb']:.0f} MB)"
    )
    print(f"  {ahead(ours.told)}")
    try:
        over = [case.name for case in cases(ours.told["user"], chosen.registers, chosen.payments)
                if not compare(case, ours, theirs, chosen.requests, chosen.rounds)]  # fmt: skip
        print(f"  memory at the end: {ours.figures()['own_mb']:.0f} MB")
    finally:
        ours.close()
        theirs.close()
    if over:
        print(f"  NOT within {BAR:g} times the baseline: {', '.join(over)}")


def ahead(told: dict[str, Any]) -> str:
    """What the sandbox said of the payments it printed ahead."""
    if "file_mb" not in told:
        return "too few payments to print ahead"
    return (
        f"payments printed ahead in {told['ahead_cpu']:.1f} s of processor time ({told['ahead_seconds']:.1f} s on the "
        f"wall), {told['file_mb']:,.0f} MB of a file without a name"
    )


def compare(case: Case, ours: Server, theirs: Server, requests: int, rounds: int) -> bool:
    """Print one case; whether it is within the bar."""
    turn = itertools.count()
    asked = (case.make(n) for n in turn)
    status, body = ours.ask(next(asked))
    if status not in {200, 201}:
        message = f"{case.name} answered {status}: {body[:200]!r}"
        raise SystemExit(message)
    method, _, sent = case.make(0).partition(b" ")
    document = json.loads(sent.partition(b"\r\n\r\n")[2] or b"null")
    baseline = itertools.repeat(raw(method.decode(), f"/{status}/{len(body)}", document))
    count, own, base = max(50, requests // case.divisor), float("inf"), float("inf")
    for _ in range(rounds):
        own = min(own, ours.cost(asked, count))
        base = min(base, theirs.cost(baseline, count))
    print(
        f"  {case.name:<34} {own * 1e6:7.0f} µs   Starlette, {len(body):>7,} bytes ready: {base * 1e6:6.0f} µs"
        f"   ratio {own / base:.2f}",
        flush=True,
    )
    return own <= BAR * base


if __name__ == "__main__":
    main()
