"""One consistent copy of the store in one file, while others go on working; the key that seals it stays apart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mpkit.cli import console
from mpkit.i18n import say


def command(
    file: Annotated[Path, typer.Argument(help="the copy; replaced where it exists")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Copy the store, whole or not at all; refused while changes are being carried out."""
    from mpkit.jobs import run_now  # noqa: PLC0415 - heavy, and `--help` needs none of it

    bench = console.bench()
    arguments = {"out": str(file.resolve()), "who": console.who()}
    with console.progress() as progress:
        job = run_now(bench, account="", kind="backup", key=str(file.resolve()), arguments=arguments, progress=progress)
    done = console.finished(job)
    language = console.language()
    lines = [
        say("backup_done", language, **{name: done[name] for name in ("file", "bytes", "sha256", "key", "key_id")})
    ]
    lines += [say("backup_head", language, account=account, head=head) for account, head in done["heads"].items()]
    console.answer(done, "" if as_json else "\n".join(lines), as_json=as_json)
