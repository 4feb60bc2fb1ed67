"""Printed signs by their numbers: listed, printed anew, made void."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import typer

from mpkit.cli import console
from mpkit.cli.kit import summary
from mpkit.errors import Refused, WrongUsage
from mpkit.i18n import say

app = typer.Typer(help=__doc__, add_completion=False, rich_markup_mode=None, no_args_is_help=True)
Numbers = Annotated[str, typer.Argument(help="serial numbers with commas; 12-20 is a range")]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]
_MOST = 100_000


@app.command("list")
def list_(
    *,
    registers: Annotated[str, typer.Option(help="only of these registers, ids with commas")] = "",
    state: Annotated[str, typer.Option(help="only printed, placed, replaced, void or lost")] = "",
    as_json: AsJson = False,
) -> None:
    """List the signs that were printed, each with its register and what has become of it."""
    from mpkit import ledger  # noqa: PLC0415 - heavy
    from mpkit.jobs.seals import seal_of  # noqa: PLC0415

    bench = console.bench()
    account, language = bench.account(), console.language()
    chosen = [part.strip() for part in registers.split(",") if part.strip()] or None
    found = ledger.pieces_of(bench.store, account.id, chosen, seal=seal_of(bench))
    found = tuple(piece for piece in found if state in {"", piece.state})
    rows = [
        {
            "serial": piece.serial,
            "register": piece.register,
            "state": piece.state,
            "check": piece.check_code,
            "book": piece.book,
            "page": piece.page,
            "printed": piece.printed.isoformat(timespec="seconds"),
            "sound": piece.sound,
        }
        for piece in found
    ]
    lines = [
        f"{piece.serial}\t{piece.register}\t{say(f'serials_{piece.state}', language)}\t{piece.check_code}\t{piece.book}"
        for piece in found
    ]
    console.answer({"pieces": rows}, "" if as_json else "\n".join(lines), as_json=as_json)


@app.command()
def void(
    serials: Numbers,
    *,
    state: Annotated[str, typer.Option(help="what has become of them: void, lost, placed or replaced")] = "void",
    as_json: AsJson = False,
) -> None:
    """Say that signs no longer count: taken down, thrown away, lost; written into the record."""
    from mpkit import ledger  # noqa: PLC0415 - heavy
    from mpkit.jobs.seals import seal_of  # noqa: PLC0415

    if state not in {"void", "lost", "placed", "replaced"}:
        raise WrongUsage("serials_state", text=state)
    bench = console.bench()
    account, language = bench.account(), console.language()
    wanted, seal = _numbers(serials), seal_of(bench)
    known = {piece.serial for piece in ledger.pieces_of(bench.store, account.id, seal=seal)}
    if unknown := sorted(set(wanted) - known):
        raise Refused("serials_unknown", serials=", ".join(map(str, unknown)))
    by = ledger.By(console.who(), bench.seams.clock.now(), "serials")
    ledger.set_state(bench.store, account.id, wanted, state, seal=seal, by=by)
    document = {"serials": wanted, "state": state}
    said = say("serials_done", language, n=len(wanted), state=say(f"serials_{state}", language))
    console.answer(document, "" if as_json else said, as_json=as_json)


@app.command()
def reprint(
    serials: Numbers,
    *,
    sign: Annotated[str, typer.Option(help="the design, as for kit")] = "",
    paper: Annotated[str, typer.Option(help="the sheet, as for kit")] = "",
    as_json: AsJson = False,
) -> None:
    """Print the registers of these signs anew, proven; the old numbers are replaced once the new book is there."""
    from mpkit.jobs import run_now  # noqa: PLC0415 - heavy

    wanted = _numbers(serials)
    bench = console.bench()
    account = bench.account()
    book = f"{bench.seams.clock.now():%Y%m%d}-{secrets.token_hex(3).upper()}"
    arguments: dict[str, Any] = {"account": account.id, "serials": wanted, "sign": sign, "paper": paper, "book": book}
    arguments["who"] = console.who()
    with console.progress() as progress:
        job = run_now(bench, account=account.id, kind="reprint", key=book, arguments=arguments, progress=progress)
    made = console.finished(job)
    console.answer(made, "" if as_json else summary(made), as_json=as_json)
    console.say("kit_replaced", n=len(made["replaced"]), serials=", ".join(map(str, made["replaced"])))
    if made["refused"]:
        console.look()


def _numbers(text: str) -> list[int]:
    """Serial numbers as typed: 3,7,12-20. Raises `WrongUsage`."""
    found: list[int] = []
    for part in (part.strip() for part in text.split(",")):
        first, dash, last = part.partition("-")
        whole = first.strip().isdecimal() and (not dash or last.strip().isdecimal())
        if not whole or (dash and not 0 <= int(last) - int(first) < _MOST):
            raise WrongUsage("serials_unreadable", text=text)
        found += range(int(first), int(last or first) + 1)
    return list(dict.fromkeys(found))
