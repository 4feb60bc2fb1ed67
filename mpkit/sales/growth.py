"""Same-store growth: a period and the one before come in; branches open in both, new, and gone ones, go out apart."""

# ruff: noqa: S608 - texts hold our own column names; values from outside are placeholders

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from mpkit.model import Period
from mpkit.sales.asking import Compared, ranked
from mpkit.sales.entries import business_day
from mpkit.sales.mirror import Mirror
from mpkit.sales.question import MEASURES, Question, Row, change, earlier
from mpkit.sales.said import Said

_EDGE = timedelta(days=7)  # a branch may sell first so long after the one period began, and last before the other ends
_ALL = 1_000_000
Part = Literal["same", "new", "gone"]
PARTS: tuple[Part, ...] = ("same", "new", "gone")


@dataclass(frozen=True, slots=True)
class Growth:
    """Branches in three parts, most sold first: open in both periods, opened since, gone since.

    Sums of one currency; with what came without a branch they make up the account. `before` is the period compared
    with; not `known` where the sales fetched do not reach back to its first day.
    """

    same: tuple[Compared, ...]
    new: tuple[Compared, ...]
    gone: tuple[Compared, ...]
    before: Period
    known: bool = True

    def total(self, part: Part) -> Compared:
        """The sums of a part."""
        rows: tuple[Compared, ...] = getattr(self, part)
        return Compared(_sum([each.now for each in rows]), _sum([each.before for each in rows]))

    @property
    def growth(self) -> float | None:
        """The change of the gross of the branches open in both, as a fraction; None without any before."""
        same = self.total("same")
        return change(same.now.gross, same.before.gross)


def growth(mirror: Mirror, question: Question) -> Growth:
    """The branches of a question's currency in a period, and in the one `question.compare` names ("previous" else)."""
    before = earlier(question.period, question.compare or "previous")
    lasting = {
        store: (first, last) for store, first, last in mirror.fetch(_lasting(question.account, question.currency))
    }
    parts: dict[Part, list[Compared]] = {"same": [], "new": [], "gone": []}
    for each in ranked(mirror, replace(question, by="store"), before, 0, _ALL):
        first, last = lasting.get(each.now.key or each.before.key, (date.min, date.max))
        if first > before.first + _EDGE:
            parts["new"].append(each)
        elif last < question.period.last - _EDGE:
            parts["gone"].append(each)
        else:
            parts["same"].append(each)
    since = mirror.freshness().since
    known = since is not None and business_day(since, mirror.zone) <= before.first
    same, new, gone = (tuple(parts[name]) for name in PARTS)
    return Growth(same, new, gone, before, known)


def _lasting(account: str, currency: str) -> Said:
    """The first and the last day on which each branch sold."""
    only = " AND currency = {currency:String}" if currency else ""
    return Said(
        "SELECT store_id, MIN(day) AS first_day, MAX(day) AS last_day FROM entries WHERE account = {account:String} "
        f"AND kind = 'sale' AND store_id <> ''{only} GROUP BY store_id ORDER BY store_id",
        {"account": account, "currency": currency} if currency else {"account": account},
    )


def _sum(rows: list[Row]) -> Row:
    currency = next((row.currency for row in rows), "")
    return Row("", currency, **{name: sum(getattr(row, name) for row in rows) for name in MEASURES})
