"""Run the worker alone: it does the jobs that pages and other commands ask for."""

from __future__ import annotations

import typer

from mpkit.cli import console


def command() -> None:
    """Serve this data folder until interrupted; says so and leaves where another worker serves it."""
    from mpkit.jobs import worker  # noqa: PLC0415 - heavy
    from mpkit.jobs.starting import worker_lives  # noqa: PLC0415

    if worker_lives(console.settings()):
        console.say("worker_here_already")
        return
    raise typer.Exit(worker.main([]))
