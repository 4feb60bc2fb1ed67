"""Sales by day, hour, weekday, store, register, method or payment, from what was synced."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from mpkit import rehearsal, sales
from mpkit.cli import console, days, silences
from mpkit.errors import Refused, WrongUsage
from mpkit.i18n import locale_of, say
from mpkit.model import Period
from mpkit.money import shown
from mpkit.sales import Answer, Mirror, Question, Row
from mpkit.sales.export import spoken_key
from mpkit.sales.places_of_sale import REGISTER, STORE
from mpkit.sales.printed import print_page
from mpkit.sites import SITES

_SUMS = ("gross", "refunds", "chargebacks", "fees", "taxes", "net", "ticket")


def command(
    *,
    from_: Annotated[str, typer.Option("--from", help="first day; 30 whole days back where not given")] = "",
    to: Annotated[str, typer.Option(help="last day; yesterday where not given")] = "",
    by: Annotated[str, typer.Option(help=", ".join(sales.BY))] = "day",
    store: Annotated[
        str, typer.Option(help="one store or several: Mercado Pago's id or your own, comma separated")
    ] = "",
    register: Annotated[str, typer.Option(help="one register or several, likewise")] = "",
    method: Annotated[str, typer.Option(help="one method or several (visa, account_money), comma separated")] = "",
    channel: Annotated[str, typer.Option(help="one channel or several: qr, point, transfer, online")] = "",
    compare: Annotated[
        str, typer.Option(help="previous, weekdays (the same ones, whole weeks before) or last-year")
    ] = "",
    silent: Annotated[bool, typer.Option("--silent", help="registers that stopped selling, instead of sales")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
    csv: Annotated[Path | None, typer.Option(help="write this CSV file")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="write this workbook")] = None,
    pdf: Annotated[Path | None, typer.Option(help="write the page of these sales as PDF")] = None,
) -> None:
    """Answer from the columns; nothing is asked of Mercado Pago."""
    bench = console.bench()
    account = bench.account()
    seams = rehearsal.ahead(bench.settings.data, account.id, bench.seams)
    mirror = sales.open_mirror(bench.settings.data, bench.store, account, seams)
    with console.progress() as progress:
        mirror.catch_up(progress=progress)
    if silent:
        silences.show(mirror, as_json=as_json)
        return
    question = Question(
        account.id,
        _period(mirror, days.day(from_), days.day(to)),
        by=by,
        stores=_meant(mirror, STORE, store),
        registers=_meant(mirror, REGISTER, register),
        methods=_parts(method),
        channels=_parts(channel),
        compare=compare,
    )
    line_by_line = by == "payment" and bool(csv or xlsx) and not as_json  # a file may hold millions: no list of them
    answer = sales.ask(mirror, replace(question, by="") if line_by_line else question)
    language = console.language()
    if csv:
        _write(csv, partial(_into, (sales.as_csv, sales.payments_as_csv), mirror, question, answer))
    if xlsx:
        _write(xlsx, partial(_into, (sales.as_xlsx, sales.payments_as_xlsx), mirror, question, answer))
    if pdf:
        money = (
            max(answer.totals, key=lambda row: row.count).currency if answer.totals else SITES[account.site].currency
        )
        page = partial(print_page, mirror, replace(question, by="day", currency=money))
        _write(pdf, partial(page, language=language, name=account.name or account.nickname))
    text = "" if as_json else table(answer, language)
    console.answer(answer.to_json(), text, as_json=as_json)


def _period(mirror: Mirror, first: date | None, last: date | None) -> Period:
    usual = sales.last_days(mirror)
    if last is None:
        last = usual.last if first is None or first <= usual.last else sales.local_day(mirror)
    return Period(first or last - (usual.last - usual.first), last)


def _into(
    ways: tuple[Callable[[Answer, str], bytes], Callable[..., None]],
    mirror: Mirror,
    question: Question,
    answer: Answer,
    target: BinaryIO,
) -> None:
    """The answer into a file; payments line by line, each with all that is known of it."""
    whole, each_line = ways
    language = console.language()
    if question.by == "payment":
        each_line(target, sales.every_payment(mirror, question), question, answer.as_of, answer.zone, language)
    else:
        target.write(whole(answer, language))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def _meant(mirror: Mirror, kind: str, text: str) -> tuple[str, ...]:
    places = sales.places_of(mirror)
    found = []
    for part in _parts(text):
        place = places.find(kind, part)
        if place is None:
            raise WrongUsage("sales_unknown_store" if kind == STORE else "sales_unknown_register", text=part)
        found.append(place)
    return tuple(found)


def _write(file: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file whole: aside first, then in its place."""
    aside = file.with_name(f".{file.name}.new")
    try:
        with aside.open("wb") as target:
            write(target)
        aside.replace(file)
    except OSError as error:
        raise Refused("sales_not_written", file=str(file), why=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def table(answer: Answer, language: str) -> str:
    """The answer as lines for people: one block, the totals under it, then what the figures are about."""
    by = answer.question.by
    locale = locale_of(language)
    header = [say(f"sales_by_{by}", language), say("sales_currency", language), say("sales_count", language)]
    header += [say(f"sales_{name}", language) for name in _SUMS]
    lines = [[_named(row, by, language), *_figures(row, locale)] for row in answer.rows]
    totals = [[say("sales_total", language), *_figures(row, locale)] for row in answer.totals]
    notes = []
    if not lines:
        notes.append(say("sales_none", language))
    if answer.previous:
        compared = answer.previous.question.period
        notes.append(say("sales_previous", language, first=compared.first, last=compared.last))
        notes += ["  " + "  ".join(_figures(row, locale)) for row in answer.previous.totals]
    if answer.unexplained:
        some = ", ".join(each.payment_id for each in answer.unexplained[:5])
        notes.append(say("sales_unexplained", language, n=len(answer.unexplained), ids=some))
    when = answer.to_json()["as_of"] or say("sales_never", language)
    zone = say("sales_zone_of_stores", language) if answer.zone == "store" else answer.zone
    notes.append(f"{say('sales_as_of', language)}: {when} · {say('sales_zone', language)}: {zone}")
    return "\n".join([*_aligned([header, *lines, *totals]), "", *notes])


def _named(row: Row, by: str, language: str) -> str:
    if by in {"store", "register"}:
        return row.label or say(f"sales_without_{by}", language)
    return spoken_key(by, row.key, language)


def _figures(row: Row, locale: str) -> list[str]:
    return [row.currency, str(row.count), *(shown(getattr(row, name), row.currency, locale) for name in _SUMS)]


def _aligned(lines: list[list[str]]) -> list[str]:
    """Columns of equal width, the first to the left, figures to the right; wide letters count double."""
    widths = [max(_width(line[column]) for line in lines) for column in range(len(lines[0]))]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) if column == 0 else " " * (width - _width(cell)) + cell
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
