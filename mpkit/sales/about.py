"""What the figures of a file are about, for whoever finds it later: a question comes in, named facts go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mpkit import __version__
from mpkit.i18n import say, words
from mpkit.sales.question import STORE_ZONES, PaymentFilter, Question, Which, with_offset

_NAMED = {  # column of the entries: the word for it
    "store_id": "store",
    "pos_id": "register",
    "method": "method",
    "method_type": "method_type",
    "channel": "channel",
    "wallet": "wallet",
    "hour": "by_hour",
    "weekday": "by_weekday",
    "currency": "currency",
}


def about(asked: Which, as_of: datetime | None, zone: str, language: str) -> list[tuple[str, str]]:
    """Account, days, filters, what they are compared with, zone, day's end, as-of time and program."""
    spoken = say("sales_zone_of_stores", language) if zone == STORE_ZONES else zone
    facts = [
        (say("sales_account", language), asked.account),
        (say("sales_from", language), asked.period.first.isoformat()),
        (say("sales_to", language), asked.period.last.isoformat()),
        (say("sales_filters", language), "; ".join(filters(asked, language)) or say("sales_no_filters", language)),
    ]
    if isinstance(asked, Question) and asked.compare:
        facts.append((say("sales_compared", language), say(f"sales_compared_{asked.compare}", language)))
    return [
        *facts,
        (say("sales_zone", language), spoken),
        (say("sales_cutoff", language), say("sales_cutoff_is", language)),
        (say("sales_as_of", language), with_offset(as_of, zone) or say("sales_never", language)),
        (say("sales_program", language), f"mpkit {__version__}"),
    ]


def filters(asked: Which, language: str) -> list[str]:
    """What the sales are narrowed down to, each as a person reads it."""
    found = [
        f"{say(f'sales_{_NAMED[column]}', language)}: {_listed(column, values, language)}"
        for column, values in asked.lists()
        if values
    ]
    if isinstance(asked, PaymentFilter):
        found += [say(f"sales_only_{asked.only}", language)] if asked.only else []
        found += [f"{say('sales_payment_id', language)}: {asked.payment_id}"] if asked.payment_id else []
    return found


def _listed(column: str, values: Sequence[str | int], language: str) -> str:
    if column == "weekday":
        return ", ".join(say(f"sales_weekday_{value}", language) for value in values)
    if column == "hour":
        return ", ".join(f"{value}:00" for value in values)
    nothing = say("sales_without_store" if column in {"store_id", "pos_id"} else "sales_unsaid", language)
    return ", ".join(_called(column, str(value), language) or nothing for value in values)


def _called(column: str, value: str, language: str) -> str:
    """A channel and a kind of method in words; anything else by its own id."""
    key = {"channel": f"sold_channel_{value}", "method_type": f"sold_method_{value}"}.get(column, "")
    return say(key, language) if value and key in words() else value
