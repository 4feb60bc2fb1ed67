"""Print signs: one proven PDF for the printer, with its manifest and packing lists; nothing leaves unproven."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from mpkit.cli import console
from mpkit.i18n import say
from mpkit.jobs import run_now


def command(  # noqa: PLR0917 - typer reads the options from here
    sign: Annotated[str, typer.Option(help="the design: sticker-70x100, poster-a5 or one of your own")] = "",
    paper: Annotated[
        str,
        typer.Option(help="a sheet (a4, letter), a print shop's preset (print-shop), a label sheet, one of your own"),
    ] = "",
    bleed: Annotated[float | None, typer.Option(min=0, max=10, help="mm of bleed; the paper's if not said")] = None,
    marks: Annotated[bool | None, typer.Option(help="crop marks or none; the paper's if not said")] = None,
    curves: Annotated[bool | None, typer.Option(help="texts as outlines; the paper's if not said")] = None,
    wave: Annotated[
        str, typer.Option(help="of a roll-out: stands beside every sign and on slips between branches")
    ] = "",
    printer: Annotated[str, typer.Option(help="a printer that was measured with mpkit printer")] = "",
    stores: Annotated[str, typer.Option(help="only the registers of these stores, ids with commas")] = "",
    registers: Annotated[str, typer.Option(help="only these registers, ids with commas")] = "",
    copies: Annotated[int, typer.Option(min=1, help="signs for each register")] = 1,
    start_at: Annotated[int, typer.Option(min=1, help="first free place of a sheet that has been begun")] = 1,
    split: Annotated[str, typer.Option(help="store, or how many signs a file may have")] = "",
    lang: Annotated[str, typer.Option(help="language of the signs: es, pt or en; the country's if not said")] = "",
    mood: Annotated[str, typer.Option(help="band, plain, full or one of your own; the brand's if not said")] = "",
    workers: Annotated[int, typer.Option(min=0, help="processes that draw and prove; 0: one a processor")] = 0,
    instead: Annotated[
        bool, typer.Option("--instead", help="in place of the signs these registers have: those count as replaced")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="folder of the book; mpkit's own if not said")] = None,
    accept_changed: Annotated[
        bool, typer.Option(help="print codes that are no longer the ones on record (old signs stop being ours)")
    ] = False,
    consent_grade: Annotated[
        str, typer.Option(help="C: print signs that only just read; without it nothing below B leaves")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Print the signs of the account's registers."""
    _one_of("--lang", lang, "es", "pt", "en")
    _one_of("--consent-grade", consent_grade, "C")
    arguments = {
        "sign": sign,
        "paper": paper,
        "bleed": bleed,
        "marks": marks,
        "curves": curves,
        "wave": wave,
        "printer": printer,
        "stores": console.ids(stores),
        "registers": console.ids(registers),
        "copies": copies,
        "start_at": start_at,
        "split": split,
        "language": lang,
        "reader": console.language(),
        "mood": mood,
        "workers": workers,
        "instead": instead,
        "out": str(out.resolve()) if out else "",
        "accept_changed": accept_changed,
        "consent_grade": consent_grade,
    }
    _print(arguments, as_json=as_json)


def _one_of(option: str, given: str, *known: str) -> None:
    if given not in {"", *known}:
        message = ", ".join(known)
        raise typer.BadParameter(message, param_hint=option)


def _print(arguments: dict[str, Any], *, as_json: bool) -> None:
    """The job done and told; what was left out is named, register by register."""
    bench = console.bench()
    account = bench.account()
    book = f"{bench.seams.clock.now():%Y%m%d}-{secrets.token_hex(3).upper()}"
    arguments |= {"account": account.id, "book": book, "who": console.who()}
    with console.progress() as progress:
        job = run_now(bench, account=account.id, kind="kit", key=book, arguments=arguments, progress=progress)
    made = console.finished(job)
    console.answer(made, summary(made), as_json=as_json)
    if made["replaced"]:
        console.say("kit_replaced", n=len(made["replaced"]), serials=", ".join(map(str, made["replaced"])))
    if made["proof"]["grade"] == "C":
        console.say("kit_consented", grade="C")
    if made["refused"]:
        console.say("kit_left_out", n=len(made["refused"]))
        for one in made["refused"]:
            console.say(one["key"], register=one["register"], **one["values"])
        console.look()


def summary(made: dict[str, Any]) -> str:
    """A finished book in one sentence."""
    return say(
        "kit_done",
        console.language(),
        matched=made["proof"]["matched"],
        n=made["proof"]["symbols"],
        grade=made["proof"]["grade"],
        files=", ".join(file["path"] for file in made["files"]),
        packing=made["packing"][0],
    )
