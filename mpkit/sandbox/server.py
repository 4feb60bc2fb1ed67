"""The sandbox over HTTP on loopback: a world goes in, its address comes out, and it answers there until closed."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import socket
import sys
import threading
from dataclasses import dataclass

import uvicorn

from mpkit.errors import Refused
from mpkit.sandbox.ahead import Ahead, begin
from mpkit.sandbox.asgi import Application
from mpkit.sandbox.line import Line
from mpkit.sandbox.world import World

LOOPBACK = "127.0.0.1"
_STARTS_WITHIN_S = 30.0
_SWEPT_EVERY = 10  # tenths of a second
_WAITING = 1024  # connections the system keeps for us until we take them


def settle() -> None:
    """What this process has made by now stays: the collector need not walk through a year of payments again."""
    gc.collect()
    gc.freeze()


@dataclass
class Served:
    """A world that is being served; `close()` ends it."""

    world: World
    url: str
    _server: _Telling
    _thread: threading.Thread
    ahead: Ahead | None  # prints payments before they are asked for

    def close(self) -> None:
        """Stop taking requests, end the threads, let the state file go."""
        if self.ahead is not None:
            self.ahead.close()
        self._server.should_exit = True
        self._thread.join(timeout=10)
        self.world.close()

    def wait(self) -> None:
        """Until it ends by itself or is interrupted. Raises `Refused` when its state file can no longer be written."""
        while self._thread.is_alive():
            self._thread.join(timeout=0.5)
        if self._server.failures:
            raise self._server.failures[0]


class _Telling(uvicorn.Server):
    """A server that says when it answers and why it ended; its signals are its parent's."""

    def __init__(self, config: uvicorn.Config, failures: list[Refused]) -> None:
        super().__init__(config)
        self.told, self.failures = threading.Event(), failures

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.told.set()

    async def on_tick(self, counter: int) -> bool:
        """End the connections whose request does not come to an end, and all when the world can go no further."""
        if counter % _SWEPT_EVERY == 0:
            now = asyncio.get_running_loop().time()
            for line in [line for line in self.server_state.connections if isinstance(line, Line)]:
                line.end_if_stuck(now)
        return await super().on_tick(counter) or bool(self.failures)


def serve(world: World, port: int | socket.socket = 0, *, ahead: bool = True) -> Served:
    """Serve a world on loopback from a thread of its own and return when it answers.

    `port` 0 takes any free one; a socket from `reserve` is taken as it is. With `ahead` many payments are printed
    before they are asked for, into a file.
    """
    listener = reserve(port) if isinstance(port, int) else port
    world.url = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    failures = list[Refused]()
    config = uvicorn.Config(
        Application(world, failures.append),
        http=Line,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    server = _Telling(config, failures)

    def loop() -> None:
        with contextlib.closing(listener):
            server.run(sockets=[listener])

    thread = threading.Thread(target=loop, name="sandbox", daemon=True)
    thread.start()
    if not server.told.wait(_STARTS_WITHIN_S) or not server.started:
        raise Refused("sandbox_not_started", port=world.url.rpartition(":")[2])
    return Served(world, world.url, server, thread, begin(world) if ahead else None)


def reserve(port: int) -> socket.socket:
    """A socket that holds the port before a world is made for it; raises `Refused` where the port is taken."""
    # named as TCP, or asyncio leaves the wait for small packets on: 40 ms an answer
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":  # there it would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(_WAITING)
    except OSError as error:
        listener.close()
        key = "sandbox_port_taken" if error.errno == errno.EADDRINUSE else "sandbox_port_refused"
        raise Refused(key, port=str(port), why=error.strerror or str(error)) from error
    return listener
