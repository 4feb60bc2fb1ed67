"""How a question is said: one SQL text with typed placeholders, understood by DuckDB now and ClickHouse later.

Decided by trying (DuckDB 2.0.0 and ClickHouse 26.9 in process, same text over the same Parquet files): plain SELECTs
over one relation named `entries` run unchanged on both, when
- placeholders are written as ClickHouse writes them, `{first:Date}`: they carry the type, and one substitution turns
  them into DuckDB's `CAST($first AS DATE)`; the way back would have to guess types;
- no sum is named like a column (`SUM(gross) AS gross` is refused by ClickHouse as an aggregate inside an aggregate:
  its aliases reach into the other expressions), so results are named `sum_gross`;
- lists are one placeholder each in `IN (…)`: the two engines write arrays differently;
- sums stay whole numbers of hundredths; nothing divides; instants are integer microseconds, days are dates;
- the order is stated in full, and every column of it is in the result.
A translating library was the other way (parse one dialect, write the other); it is not needed for what both speak.
"""

# ruff: noqa: S608 - texts hold our own column names; values from outside are placeholders

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from mpkit.model import Period
from mpkit.sales.question import PaymentFilter, Question, Which

_KEY = {
    "day": "day",
    "hour": "hour",
    "weekday": "weekday",
    "store": "store_id",
    "register": "pos_id",
    "method": "method",
    "means": "method_type",
    "channel": "channel",
    "wallet": "wallet",
    "payment": "payment_id",
}
_PARTS = ("gross", "refunds", "chargebacks", "fees", "taxes")
_SUMS = ", ".join(
    # BIGINT: DuckDB would give 128-bit sums, which reach Python six times slower
    f"CAST({text} AS BIGINT) AS sum_{name}"
    for name, text in {
        "payments": "SUM(payments)",
        **{name: f"SUM({name})" for name in _PARTS},
        "net": " - ".join(f"SUM({name})" for name in _PARTS),  # of the sums: one column less to read
    }.items()
)
_NOW, _THEN = "day BETWEEN {first:Date} AND {last:Date}", "day BETWEEN {then_first:Date} AND {then_last:Date}"
_BOTH = ", ".join(  # the sums of a period and of another it is compared with, in one reading; they may overlap
    f"CAST(SUM(CASE WHEN {when} THEN {column} ELSE 0 END) AS BIGINT) AS {name}_{column}"
    for name, when in (("now", _NOW), ("then", _THEN))
    for column in ("payments", *_PARTS, "net")
)
PAID = (
    "approved_us", "approved_day", "status", "status_detail", "store_id", "pos_id", "method", "method_type", "channel",
    "wallet", "order_id", "currency", "zone",
)  # fmt: skip
PAID_SUMS = (*_PARTS, "unexplained")
# Which entries make a payment one of a kind, and what of them must not cancel out; every payment has one sale.
_ONLY = {
    "": ("kind = 'sale'", ""),
    "back": (
        "(kind = 'refund' OR chargebacks <> 0)",
        " HAVING SUM(refunds) <> 0 OR MAX(ABS(chargebacks)) <> 0",
    ),
    "refunded": ("kind = 'refund'", " HAVING SUM(refunds) <> 0"),
    "charged_back": ("chargebacks <> 0", ""),
    "unexplained": ("unexplained <> 0", ""),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A text with placeholders, their values, and the days outside which no entry is needed (None: all are)."""

    text: str
    values: Mapping[str, str | int | date]
    first: date | None = None
    last: date | None = None


def sums(question: Question, *, by: str | None = None) -> Said:
    """Key, currency and the seven sums, ordered by key; `by` in place of the question's ("" for totals)."""
    where, values = _where(question)
    key = _KEY.get(question.by if by is None else by)
    columns = f"{key} AS row_key, currency" if key else "'' AS row_key, currency"
    group = f"{key}, currency" if key else "currency"
    order = "row_key, currency" if key else "currency"
    return Said(
        f"SELECT {columns}, {_SUMS} FROM entries WHERE {where} GROUP BY {group} ORDER BY {order}",
        values,
        question.period.first,
        question.period.last,
    )


def most_back(question: Question, limit: int) -> Said:
    """The keys with most given back, refunds and chargebacks together, most first: key, currency, seven sums."""
    where, values = _where(question)
    key, back = _KEY[question.by], "SUM(refunds) + SUM(chargebacks)"
    return Said(
        f"SELECT {key} AS row_key, currency, {_SUMS} FROM entries WHERE {where} GROUP BY {key}, currency "
        f"HAVING {back} <> 0 ORDER BY {back} DESC, row_key, currency LIMIT {{limit:Int64}}",
        {**values, "limit": limit},
        question.period.first,
        question.period.last,
    )


def zones(question: Question) -> Said:
    """First and last of the zones whose days were counted: equal where there is one, no text where nothing is."""
    where, values = _where(question)
    return Said(
        f"SELECT MIN(zone) AS first_zone, MAX(zone) AS last_zone FROM entries WHERE {where}",
        values,
        question.period.first,
        question.period.last,
    )


def selling(question: Question) -> Said:
    """How many registers had a sale."""
    where, values = _where(question)
    return Said(
        f"SELECT COUNT(DISTINCT pos_id) AS registers FROM entries WHERE {where} AND kind = 'sale' AND pos_id <> ''",
        values,
        question.period.first,
        question.period.last,
    )


def matrix(question: Question, rows: str, columns: str) -> Said:
    """Two keys, currency and the seven sums: hour by weekday, store by day."""
    where, values = _where(question)
    first, second = _KEY[rows], _KEY[columns]
    return Said(
        f"SELECT {first} AS row_key, {second} AS column_key, currency, {_SUMS} FROM entries WHERE {where} "
        f"GROUP BY {first}, {second}, currency ORDER BY row_key, column_key, currency",
        values,
        question.period.first,
        question.period.last,
    )


def unexplained(question: Question) -> Said:
    """Unrefunded payments whose net is not what was received: id, currency, net of the sale, difference."""
    where, values = _where(question)
    return Said(
        f"SELECT payment_id, currency, net, unexplained FROM entries WHERE {where} AND unexplained <> 0 "
        "ORDER BY payment_id, currency, net, unexplained",
        values,
        question.period.first,
        question.period.last,
    )


def payment_keys(asked: PaymentFilter, offset: int, limit: int) -> Said:
    """Ids of the payments approved in the period, newest first."""
    text, values = _payments(asked)
    return Said(
        f"{text} ORDER BY approved_us DESC, payment_id DESC LIMIT {{limit:Int64}} OFFSET {{offset:Int64}}",
        {**values, "limit": limit, "offset": offset},
        asked.period.first,
        asked.period.last,
    )


def payment_count(asked: PaymentFilter) -> Said:
    """How many payments the filter finds."""
    text, values = _payments(asked)
    return Said(f"SELECT COUNT(*) AS found FROM ({text}) AS chosen", values, asked.period.first, asked.period.last)


def ranked(question: Question, before: Period, offset: int, limit: int) -> Said:
    """The places (key `by`) of both periods, most sold first: key, currency, seven sums now, seven sums before."""
    where, values = _in_both(question, before)
    key = _KEY[question.by]
    return Said(
        f"SELECT {key} AS row_key, currency, {_BOTH} FROM entries WHERE {where} AND {key} <> '' "
        f"GROUP BY {key}, currency ORDER BY now_gross DESC, then_gross DESC, row_key, currency "
        "LIMIT {limit:Int64} OFFSET {offset:Int64}",
        {**values, "offset": offset, "limit": limit},
        *_span(question.period, before),
    )


def placed(question: Question, before: Period) -> Said:
    """What came with a place and what came without one (0, 1), with how many places, and the sums of both periods."""
    where, values = _in_both(question, before)
    key = _KEY[question.by]
    nowhere = f"CASE WHEN {key} = '' THEN 1 ELSE 0 END"
    return Said(
        f"SELECT {nowhere} AS nowhere, currency, COUNT(DISTINCT {key}) AS places, {_BOTH} FROM entries "
        f"WHERE {where} GROUP BY {nowhere}, currency ORDER BY nowhere, currency",
        values,
        *_span(question.period, before),
    )


def _in_both(question: Question, before: Period) -> tuple[str, dict[str, str | int | date]]:
    where, values = conditions(f"({_NOW} OR {_THEN})", question)
    return where, {**values, "then_first": before.first, "then_last": before.last}


def _span(*periods: Period) -> tuple[date, date]:
    return min(each.first for each in periods), max(each.last for each in periods)


def paid(asked: Which, first: date, last: date) -> Said:
    """The payments asked for that were approved from `first` to `last`, in full: own columns, then what they sum to.

    Of a `Question` the sums are those of its period; of a `PaymentFilter` all that ever came of the payments it finds.
    """
    of_these = "approved_day BETWEEN {approved_first:Date} AND {approved_last:Date}"
    where, values = _where(asked)
    until: date | None = asked.period.last
    if isinstance(asked, PaymentFilter):
        chosen, values = _payments(asked, f" AND {of_these}")
        where = f"account = {{account:String}} AND payment_id IN (SELECT payment_id FROM ({chosen}) AS chosen)"
        until = None
    own = ", ".join(f"MAX({name}) AS own_{name}" for name in PAID)
    sums = ", ".join(f"CAST(SUM({name}) AS BIGINT) AS sum_{name}" for name in PAID_SUMS)
    return Said(
        f"SELECT payment_id, {own}, {sums} FROM entries WHERE {where} AND {of_these} GROUP BY payment_id "
        "ORDER BY own_approved_us DESC, payment_id DESC",
        {**values, "approved_first": first, "approved_last": last},
        min(first, asked.period.first) if isinstance(asked, PaymentFilter) else asked.period.first,
        until,
    )


def approved_between(asked: Which) -> Said:
    """First and last day on which the payments asked for were approved, and how many there are; one row."""
    where, values = _where(asked)
    kind = _ONLY[asked.only][0] if isinstance(asked, PaymentFilter) else "true"
    return Said(
        "SELECT MIN(approved_day) AS first_day, MAX(approved_day) AS last_day, COUNT(*) AS found "
        f"FROM entries WHERE {where} AND {kind}",
        values,
        asked.period.first,
        asked.period.last,
    )


def _payments(asked: PaymentFilter, more: str = "") -> tuple[str, dict[str, str | int | date]]:
    where, values = _where(asked)
    kind, having = _ONLY[asked.only]
    group = (
        f" GROUP BY payment_id, approved_us{having}" if asked.only else ""
    )  # a payment has one sale: nothing to group
    return f"SELECT payment_id, approved_us FROM entries WHERE {where}{more} AND {kind}{group}", values


def _where(asked: Which) -> tuple[str, dict[str, str | int | date]]:
    return conditions("day BETWEEN {first:Date} AND {last:Date}", asked)


def conditions(when: str, asked: Which) -> tuple[str, dict[str, str | int | date]]:
    """A condition on the days and everything else that is asked; `first` and `last` are the period's."""
    values: dict[str, str | int | date] = {
        "account": asked.account,
        "first": asked.period.first,
        "last": asked.period.last,
    }
    parts = ["account = {account:String}", when]
    for column, wanted in asked.lists():
        names = [f"{column}_{number}" for number in range(len(wanted))]
        values |= dict(zip(names, wanted, strict=True))
        if names:
            kind = "String" if isinstance(wanted[0], str) else "Int64"
            parts.append(f"{column} IN ({', '.join('{' + name + ':' + kind + '}' for name in names)})")
    return " AND ".join(parts), values
