"""A copy of the store put in its place; the store that was there is kept beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from mpkit.cli import console
from mpkit.i18n import say


def command(
    file: Annotated[Path, typer.Argument(help="a copy that `mpkit backup` made")],
    *,
    over_newer: Annotated[
        bool, typer.Option("--over-newer", help="also where the store has newer entries than the copy")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Restore the store; 3: the key of this folder is not the copy's. Nothing is asked of Mercado Pago."""
    from mpkit.jobs import vault  # noqa: PLC0415 - heavy, and `--help` needs none of it
    from mpkit.work import Seams  # noqa: PLC0415

    done = vault.restore(console.settings(), file, over_newer=over_newer, who=console.who(), seams=Seams())
    language = console.language()
    lines = [say("restore_done", language, as_of=datetime.fromisoformat(done["as_of"]))]
    lines += [say("restore_kept", language, file=done["kept"])] if done["kept"] else []
    turned, other = done["turned"], [one["account"] for one in done["accounts"] if not one["same_key"]]
    lines += [say("restore_turned", language, was=turned["from"], now=turned["to"])] if turned else []
    lines += [_lacking(one, language) for one in done["accounts"] if not one["same_key"]]
    console.answer(done, "" if as_json else "\n".join(lines), as_json=as_json)
    if other:
        console.look()


def _lacking(one: dict[str, Any], language: str) -> str:
    """Which key the copy needs."""
    if one["needs"]:
        return say("restore_key_missing", language, account=one["account"], id=one["needs"])
    return say("restore_other_key", language, account=one["account"])
