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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mpkit.sales.question import PaymentFilter, Question

_KEY = {
    "day": "day",
    "hour": "hour",
    "weekday": "weekday",
    "store": "store_id",
    "register": "pos_id",
    "method": "method",
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
# Which entries make a payment one of a kind, and what of them must not cancel out; every payment has one sale.
_ONLY = {
    "": ("kind = 'sale'", ""),
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


def zones(question: Question) -> Said:
    """First and last of the zones whose days were counted: equal where there is one, no text where nothing is."""
    where, values = _where(question)
    return Said(
        f"SELECT MIN(zone) AS first_zone, MAX(zone) AS last_zone FROM entries WHERE {where}",
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


def last_sales(account: str, first: date, last: date) -> Said:
    """Days on which each register sold: register, store, day."""
    return Said(
        "SELECT pos_id, store_id, day, CAST(SUM(payments) AS BIGINT) AS sum_payments FROM entries "
        "WHERE account = {account:String} AND day BETWEEN {first:Date} AND {last:Date} AND pos_id <> '' "
        "AND kind = 'sale' GROUP BY pos_id, store_id, day ORDER BY pos_id, store_id, day",
        {"account": account, "first": first, "last": last},
        first,
        last,
    )


def payment_keys(asked: PaymentFilter, offset: int, limit: int) -> Said:
    """Ids of the payments approved in the period, newest first."""
    text, values = _payments(asked)
    return Said(
        f"{text} ORDER BY approved_us DESC, payment_id DESC LIMIT {{limit:Int64}} OFFSET {{offset:Int64}}",
        {**values, "limit": limit, "offset": offset},
        *_days(asked),
    )


def payment_count(asked: PaymentFilter) -> Said:
    """How many payments the filter finds."""
    text, values = _payments(asked)
    return Said(f"SELECT COUNT(*) AS found FROM ({text}) AS chosen", values, *_days(asked))


def _payments(asked: PaymentFilter) -> tuple[str, dict[str, str | int | date]]:
    where, values = _conditions(
        "approved_day BETWEEN {first:Date} AND {last:Date}",
        {"account": asked.account, "first": asked.period.first, "last": asked.period.last},
        asked,
    )
    kind, having = _ONLY[asked.only]
    group = (
        f" GROUP BY payment_id, approved_us{having}" if asked.only else ""
    )  # a payment has one sale: nothing to group
    return f"SELECT payment_id, approved_us FROM entries WHERE {where} AND {kind}{group}", values


def _days(asked: PaymentFilter) -> tuple[date, date | None]:
    """Where the entries lie: a sale on its payment's own day, what came of it on any later one."""
    return asked.period.first, asked.period.last if asked.only in {"", "unexplained"} else None


def _where(question: Question) -> tuple[str, dict[str, str | int | date]]:
    return _conditions(
        "day BETWEEN {first:Date} AND {last:Date}",
        {"account": question.account, "first": question.period.first, "last": question.period.last},
        question,
    )


def _conditions(
    when: str, values: dict[str, str | int | date], asked: Question | PaymentFilter
) -> tuple[str, dict[str, str | int | date]]:
    parts = ["account = {account:String}", when]
    lists: tuple[tuple[str, Sequence[str]], ...] = (
        ("store_id", asked.stores),
        ("pos_id", asked.registers),
        ("method", asked.methods),
        ("channel", asked.channels),
        ("currency", (asked.currency,) if asked.currency else ()),
    )
    for column, wanted in lists:
        if wanted:
            names = [f"{column}_{number}" for number in range(len(wanted))]
            values |= dict(zip(names, wanted, strict=True))
            parts.append(f"{column} IN ({', '.join('{' + name + ':String}' for name in names)})")
    return " AND ".join(parts), values
