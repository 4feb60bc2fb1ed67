"""`mpkit sales --silent`: who stopped selling although it usually does, as lines or as one JSON document."""

from __future__ import annotations

from babel.numbers import format_decimal

from mpkit import ledger, sales
from mpkit.cli import console
from mpkit.i18n import locale_of, say
from mpkit.sales import Mirror, Silences, SilentLine
from mpkit.sales.question import with_offset


def show(mirror: Mirror, *, as_json: bool) -> None:
    """Say it; leaves with 3 where somebody is silent, or where it cannot be known for want of newer sales."""
    put_off = ledger.snoozed(mirror.engine, mirror.account, sales.local_day(mirror))
    seen = sales.silences(mirror).answered(put_off)
    console.answer(seen.to_json(), "" if as_json else text(seen, mirror.zone, console.language()), as_json=as_json)
    if seen.lines or seen.state != "known":
        console.look()


def text(seen: Silences, zone: str, language: str) -> str:
    """The lines for people."""
    if seen.state != "known":
        return say(f"sales_silent_{seen.state}", language, as_of=with_offset(seen.as_of, zone))
    lines = [_line(each, language) for each in seen.lines] or [say("sales_silent_none", language, n=seen.watched)]
    if seen.waited:
        lines.append(say("sales_silent_waited", language, n=len(seen.waited)))
    if seen.put_off:
        lines.append(say("sales_silent_put_off", language, n=len(seen.put_off)))
    return "\n".join(lines)


def _line(each: SilentLine, language: str) -> str:
    place = " · ".join(part for part in (each.store, "" if each.object == "store" else each.name) if part)
    return say(
        "sales_silent_line",
        language,
        place=place,
        last=with_offset(each.last, each.zone),
        usual=_rounded(each.usual, language),
        missed=_rounded(each.missed, language),
    )


def _rounded(number: float, language: str) -> str:
    return str(format_decimal(number, "#,##0.#", locale=locale_of(language)))
