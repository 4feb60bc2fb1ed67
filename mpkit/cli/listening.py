"""A socket to listen on and a server on it: a wish for a port comes in, the next free one and its address go out."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from mpkit.errors import Refused

Taken = socket.socket
TRIES = 50  # ports looked at after the wished one


def bound(host: str, port: int) -> socket.socket:
    """A socket bound to `port`, or to the next free one after it (0: any free one).

    Raises `Refused` where the address is not this machine's or no port is free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for wish in range(port, port + TRIES) if port else (0,):
        taken = socket.socket(family, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind((host, wish))
            taken.listen()  # until it listens, another process may bind the same port
        except OSError as error:
            taken.close()
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                continue
            raise Refused("web_address_refused", host=host, why=error.strerror or "") from error
        return taken
    raise Refused("web_no_port", first=str(port), last=str(port + TRIES - 1))


def address(taken: socket.socket) -> str:
    """What a browser on this machine opens."""
    host, port = taken.getsockname()[:2]
    name = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{name}:{port}"


class Announced(uvicorn.Server):
    """A server that says so once it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets=sockets)
        if self.started:
            self.ready()


def serve(app: ASGIApp, taken: socket.socket, ready: Callable[[], None]) -> None:
    """Run `app` on the bound socket until it is interrupted; `ready` is called once it answers."""
    config = uvicorn.Config(
        app,
        log_config=None,  # its lines go through our log, cleaned
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        ws_max_size=32 * 1024 * 1024,
    )
    with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
        Announced(config, ready).run(sockets=[taken])
