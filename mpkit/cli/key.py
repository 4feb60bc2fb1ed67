"""The key that seals the store: which one, since when; and a new one in its place."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from mpkit.cli import console
from mpkit.i18n import say


def command(
    *,
    rotate: Annotated[bool, typer.Option("--rotate", help="make a new key and seal everything anew with it")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Say which keys there are; 3 after --rotate: rows had a broken seal before, and have it still."""
    from mpkit.jobs import rekeying, seals  # noqa: PLC0415 - heavy, and `--help` needs none of it

    bench, language = console.bench(), console.language()
    done = rekeying.rotate(bench, who=console.who()) if rotate else None
    told = seals.told(bench)
    broken = [f"{account}: {name}" for account, names in (done or {"broken": {}})["broken"].items() for name in names]
    lines = [say("key_turned", language, id=done["to"], n=done["rows"], file=done["file"])] if done else []
    lines += [_line(one, language) for one in told["keys"]]
    lines += [say("key_broken", language, n=len(broken), rows="; ".join(broken))] if broken else []
    document = told | ({"rotated": done} if done else {})
    console.answer(document, "" if as_json else "\n".join(lines), as_json=as_json)
    if broken:
        console.look()


def _line(one: dict[str, Any], language: str) -> str:
    """One key: what it is, since when and until when."""
    values = {name: str(one[name] or "?")[:10] for name in ("id", "since", "until")}
    return say("key_seals" if one["seals"] else "key_past" if one["until"] else "key_waits", language, **values)
