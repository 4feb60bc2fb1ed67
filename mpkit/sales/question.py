"""What is asked of the sales and what comes back: frozen questions in, frozen answers out, integers of hundredths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mpkit.errors import WrongUsage
from mpkit.model import Period
from mpkit.money import plain

BY = ("day", "hour", "weekday", "store", "register", "method", "means", "channel", "wallet", "payment")
COMPARE = ("", "previous", "last-year", "weekdays")
CHANNELS = ("qr", "point", "transfer", "online", "")  # "" where a payment does not tell
MEASURES = ("count", "gross", "refunds", "chargebacks", "fees", "taxes", "net")
_WEEK = 7
STORE_ZONES = "store"  # the answer's zone where the stores of an account live in several


@dataclass(frozen=True, slots=True)
class Which:
    """What sales are meant; empty tuples mean all.

    `stores`, `registers` hold Mercado Pago ids ("" is what came without a branch: transfers, online), `means` types of
    method (credit_card), `wallets` names of banks and wallets; `hours` (0 to 23) and `weekdays` (1 Monday) are local.
    """

    account: str
    period: Period
    stores: tuple[str, ...] = ()
    registers: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    wallets: tuple[str, ...] = ()
    hours: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    currency: str = ""

    def lists(self) -> Iterator[tuple[str, tuple[str, ...] | tuple[int, ...]]]:
        """What is narrowed down, each with the column of the entries it narrows."""
        yield from (
            ("store_id", self.stores),
            ("pos_id", self.registers),
            ("method", self.methods),
            ("method_type", self.means),
            ("channel", self.channels),
            ("wallet", self.wallets),
            ("hour", self.hours),
            ("weekday", self.weekdays),
            ("currency", (self.currency,) if self.currency else ()),
        )


@dataclass(frozen=True, slots=True)
class Question(Which):
    """Which sales, and by what they are summed; `by` "" asks for the totals alone.

    Raises `WrongUsage` for a word that is none of ours.
    """

    by: str = "day"
    compare: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be asked."""
        if self.by and self.by not in BY:
            raise WrongUsage("sales_unknown_by", by=self.by, known=", ".join(BY))
        if self.compare not in COMPARE:
            raise WrongUsage("sales_unknown_compare", compare=self.compare, known=", ".join(COMPARE[1:]))
        if self.period.last < self.period.first:
            raise WrongUsage("sales_period_backwards", first=self.period.first, last=self.period.last)


@dataclass(frozen=True, slots=True)
class Row:
    """The sums of one key in one currency, hundredths; `key` as in the JSON, `label` as a person knows it.

    Keys: ISO day, hour "00" to "23", weekday "1" (Monday) to "7", Mercado Pago's id of store, register or payment.
    """

    key: str
    currency: str
    count: int = 0
    gross: int = 0
    refunds: int = 0
    chargebacks: int = 0
    fees: int = 0
    taxes: int = 0
    net: int = 0
    label: str = ""

    @property
    def ticket(self) -> int:
        """Average gross of a payment, hundredths, rounded half up; 0 where there was none."""
        return (2 * self.gross + self.count) // (2 * self.count) if self.count else 0

    def to_json(self) -> dict[str, Any]:
        """As `sales --json` writes it."""
        amounts = {name: plain(getattr(self, name), self.currency) for name in (*MEASURES[1:], "ticket")}
        return {"key": self.key, "currency": self.currency, "count": self.count, **amounts}


@dataclass(frozen=True, slots=True)
class Unexplained:
    """An unrefunded payment whose net is not what Mercado Pago says was received; hundredths."""

    payment_id: str
    currency: str
    net: int
    net_received: int

    def to_json(self) -> dict[str, str]:
        """As `sales --json` writes it."""
        return {
            "payment": self.payment_id,
            "currency": self.currency,
            "net": plain(self.net, self.currency),
            "net_received": plain(self.net_received, self.currency),
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a question in their natural order, and one total per currency; currencies are never added.

    `as_of` is until when the account's payments are known (None: nothing was synced yet); `previous` answers the same
    question for the period it is compared with.
    """

    question: Question
    rows: tuple[Row, ...]
    totals: tuple[Row, ...]
    as_of: datetime | None
    zone: str
    unexplained: tuple[Unexplained, ...] = ()
    previous: Answer | None = None

    def to_json(self) -> dict[str, Any]:
        """The document of `sales --json`."""
        document: dict[str, Any] = {
            "from": self.question.period.first.isoformat(),
            "to": self.question.period.last.isoformat(),
            "as_of": with_offset(self.as_of, self.zone),
            "zone": self.zone,
            "by": self.question.by,
            "rows": [row.to_json() for row in self.rows],
            "total": [row.to_json() for row in self.totals],
            "unexplained": [each.to_json() for each in self.unexplained],
        }
        if self.previous is not None:
            document["previous"] = {
                name: value
                for name, value in self.previous.to_json().items()
                if name in {"from", "to", "rows", "total"}
            }
        return document


@dataclass(frozen=True, slots=True)
class PaymentFilter(Which):
    """Which payments a table shows; `payment_id` finds one, whatever its day.

    With `only` they are those with something of that kind in the period ("refunded", "charged_back", "back" for
    either), on its own day like in every sum, or those that do not add up ("unexplained"); else those approved in it.
    """

    only: str = ""
    payment_id: str = ""


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment as the table shows it: its own attributes and the sums of all its entries; hundredths."""

    payment_id: str
    approved: datetime
    day: date
    status: str
    status_detail: str
    store_id: str
    store: str
    pos_id: str
    register: str
    method: str
    method_type: str
    channel: str
    wallet: str
    order_id: str
    currency: str
    gross: int
    refunds: int
    chargebacks: int
    fees: int
    taxes: int
    net: int
    unexplained: int
    zone: str


@dataclass(frozen=True, slots=True)
class PaymentLines:
    """One page of payments, newest first, and how many there are in all."""

    count: int
    rows: tuple[PaymentLine, ...] = field(default=())


def earlier(period: Period, compare: str) -> Period:
    """The period compared with.

    As many days right before ("previous"), the same dates a year earlier ("last-year", 29 February: 28), or as many
    whole weeks before as the period needs, so that each day stands beside the same weekday ("weekdays").
    """
    if compare == "last-year":
        return Period(_a_year_before(period.first), _a_year_before(period.last))
    days = (period.last - period.first).days + 1
    if compare == "weekdays":
        weeks = timedelta(days=-(-days // _WEEK) * _WEEK)
        return Period(period.first - weeks, period.last - weeks)
    return Period(period.first - timedelta(days=days), period.first - timedelta(days=1))


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def with_offset(moment: datetime | None, zone: str) -> str | None:
    """An instant as ISO 8601 with the zone's offset, whole seconds; UTC where several zones are meant."""
    if moment is None:
        return None
    local = moment.astimezone(UTC if zone == STORE_ZONES else ZoneInfo(zone))
    return local.isoformat(timespec="seconds")


def change(now: int, before: int) -> float | None:
    """The change from `before` to `now` as a fraction; None where there is nothing to compare with."""
    return None if before == 0 else (now - before) / before


def rows_by_key(rows: tuple[Row, ...]) -> Mapping[tuple[str, str], Row]:
    """Rows found by key and currency."""
    return {(row.key, row.currency): row for row in rows}
