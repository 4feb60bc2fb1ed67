"""Start the dashboard: for a browser on this machine, or for everybody behind a proxy."""

from __future__ import annotations

from typing import Annotated

import typer

from mpkit.cli import console, listening


def command(
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than loopback need MPKIT_PUBLIC_URL.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; where it is taken, the next free one.", min=0, max=65535)] = 8501,
) -> None:
    """Start the dashboard, with health and metrics beside it."""
    from mpkit import web  # noqa: PLC0415 - heavy, and `--help` needs none of it

    settings = console.settings()
    app = web.application(settings, host)
    taken = listening.bound(host, port)
    listening.serve(app, taken, lambda: console.say("web_ready", address=listening.address(taken)))
