"""What comes back, against others: payments and refunds by place come in; rates with their bounds, and spikes, go out.

A rate of few payments is hardly known: it comes with Wilson's bounds, and a place stands out only where all of them lie
above what the others have. A spike is a week in which a place gave back more than its own past and the others make
believable: the count is held against a negative binomial, whose spread is what is not known of the place's own rate.
"""

# ruff: noqa: S608 - texts hold our own column names; values from outside are placeholders

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from mpkit.sales.asking import names_of
from mpkit.sales.mirror import Mirror
from mpkit.sales.places_of_sale import PlacesOfSale
from mpkit.sales.question import Which
from mpkit.sales.said import Said, conditions

SURE = 2.576  # standard deviations: 99 of 100 bounds hold
CASES = 3  # fewer are not shouted about
WEEKS = 13  # a place's own past
_WEEK = timedelta(days=7)
_PRIOR = 300.0  # payments of everybody that a place's own past is mixed with
_LATE = 4  # weeks after which most of what is given back is
_RARE = 1e-4  # a week's count this unlikely is a spike

Measure = Literal["refunds", "chargebacks"]
Place = Literal["store", "register"]
_KIND = {"refunds": "refund", "chargebacks": "chargeback"}
_Weeks = dict[int, tuple[int, int, int]]  # weeks back: payments, payments given back, hundredths given back
_COLUMN = {"store": "store_id", "register": "pos_id"}


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the payments of a place came back, the bounds of that part, and the part among all the others."""

    id: str
    name: str
    store: str
    payments: int
    cases: int
    rate: float
    low: float
    high: float
    others: float

    @property
    def stands_out(self) -> bool:
        """Whether it is certainly more than elsewhere."""
        return self.cases >= CASES and self.low > self.others


@dataclass(frozen=True, slots=True)
class Rates:
    """The first of the places, who stands out before the rest; how many there are, and how many stand out."""

    rows: tuple[Rate, ...]
    places: int
    out: int


@dataclass(frozen=True, slots=True)
class Spike:
    """Weeks in which a place gave back far more than usual: payments given back, and how many were to be expected."""

    id: str
    name: str
    store: str
    first: date
    last: date
    cases: int
    expected: float
    amount: int


def wilson(cases: int, payments: int, sure: float = SURE) -> tuple[float, float]:
    """The bounds of a part of which so many cases were seen (E. B. Wilson, 1927); 0 to 1 where nothing was."""
    if payments <= 0:
        return 0.0, 1.0
    part = min(1.0, cases / payments)
    weight = 1 + sure**2 / payments
    middle = (part + sure**2 / (2 * payments)) / weight
    reach = sure * math.sqrt(part * (1 - part) / payments + sure**2 / (4 * payments**2)) / weight
    return max(0.0, min(part, middle - reach)), min(1.0, max(part, middle + reach))


def rates(mirror: Mirror, asked: Which, measure: Measure = "refunds", by: Place = "store", limit: int = 10) -> Rates:
    """The places of a period that stand out first, then by what is certain of their rate; what has no place is none."""
    found = [line for line in mirror.fetch(_counted(asked, measure, by)) if line[0]]
    payments, cases = (sum(line[n] for line in found) for n in (1, 2))
    made = []
    for id_, count, came in found:
        low, high = wilson(came, count)
        rate, others = _part(count, came), _part(payments - count, cases - came)
        made.append(Rate(id_, "", "", count, came, rate, low, high, others))
    made.sort(key=lambda each: (not each.stands_out, -each.low, -each.cases, each.id))
    places = _places(mirror, {each.id for each in made[:limit]})
    named = [(each, *_named(places, by, each.id)) for each in made[:limit]]
    rows = tuple(replace(each, name=name, store=store) for each, name, store in named)
    return Rates(rows, len(made), sum(each.stands_out for each in made))


def _counted(asked: Which, measure: Measure, by: Place) -> Said:
    where, values = conditions("day BETWEEN {first:Date} AND {last:Date}", asked)
    came = f"COUNT(DISTINCT CASE WHEN kind = '{_KIND[measure]}' THEN payment_id ELSE NULL END)"
    return Said(
        f"SELECT {_COLUMN[by]} AS place, CAST(SUM(payments) AS BIGINT) AS count_payments, "
        f"CAST({came} AS BIGINT) AS came FROM entries WHERE {where} GROUP BY {_COLUMN[by]} ORDER BY place",
        values,
        asked.period.first,
        asked.period.last,
    )


def spikes(mirror: Mirror, asked: Which, by: Place = "register") -> tuple[Spike, ...]:
    """Weeks of a period, counted back from its last day, with far more refunds than usual; the newest first."""
    weeks = -(-((asked.period.last - asked.period.first).days + 1) // 7)
    first = asked.period.last - (weeks + WEEKS) * _WEEK + timedelta(days=1)
    of_place: dict[str, _Weeks] = defaultdict(dict)
    everywhere = 0.0
    for id_, week, payments, came, refunds, all_payments, all_came in mirror.fetch(_weekly(asked, first, weeks, by)):
        of_place[id_][int(week)] = (payments, came, refunds)
        everywhere = _part(all_payments, all_came)
    found = [(id_, run, expected) for id_, its in of_place.items() for run, expected in _runs(its, weeks, everywhere)]
    places = _places(mirror, {id_ for id_, *_ in found})
    made = [
        Spike(
            id_,
            *_named(places, by, id_),
            asked.period.last - (max(run) + 1) * _WEEK + timedelta(days=1),
            asked.period.last - min(run) * _WEEK,
            sum(of_place[id_][week][1] for week in run),
            expected,
            sum(of_place[id_][week][2] for week in run),
        )
        for id_, run, expected in found
    ]
    return tuple(sorted(made, key=lambda each: (-each.last.toordinal(), -each.cases, each.id)))


def _weekly(asked: Which, first: date, weeks: int, by: Place) -> Said:
    """The weeks of the places that may have a spike, few of thousands, each with the sums of all places and weeks."""
    where, values = conditions("day BETWEEN {begin:Date} AND {last:Date}", asked)
    place, week = _COLUMN[by], "CAST(FLOOR(({last:Date} - day) / 7.0) AS BIGINT)"
    of_week = f"FROM entries WHERE {where}", f"GROUP BY {place}, {week}"
    # Ids are counted where there are refunds, few of all entries.
    by_week = (
        "SELECT place, week, CAST(SUM(sold) AS BIGINT) AS count_payments, CAST(SUM(back) AS BIGINT) AS came, "
        "CAST(SUM(hundredths) AS BIGINT) AS sum_refunds FROM ("
        f"SELECT {place} AS place, {week} AS week, SUM(payments) AS sold, 0 AS back, SUM(refunds) AS hundredths "
        f"{' '.join(of_week)} UNION ALL "
        f"SELECT {place} AS place, {week} AS week, 0 AS sold, COUNT(DISTINCT payment_id) AS back, 0 AS hundredths "
        f"{of_week[0]} AND kind = 'refund' {of_week[1]}) AS counted GROUP BY place, week"
    )
    return Said(
        "SELECT place, week, count_payments, came, sum_refunds, all_payments, all_came FROM ("
        "SELECT *, CAST(SUM(count_payments) OVER () AS BIGINT) AS all_payments, "
        "CAST(SUM(came) OVER () AS BIGINT) AS all_came, MAX(CASE WHEN week < {weeks:Int64} THEN came ELSE 0 END) "
        f"OVER (PARTITION BY place) AS most FROM ({by_week}) AS by_week) AS every_week "
        f"WHERE place <> '' AND most > {CASES} ORDER BY place, week",
        {**values, "begin": first, "weeks": weeks},
        first,
        asked.period.last,
    )


def _runs(its: _Weeks, weeks: int, everywhere: float) -> list[tuple[list[int], float]]:
    """Stretches of weeks that are spikes, each with the refunds to be expected in it: by the weeks that are none."""
    strange = {week for week in its if _strange(its, week, set(its) - {week}, everywhere)}
    strange = {week for week in strange if _strange(its, week, set(its) - strange, everywhere)}
    runs: list[list[int]] = []
    for week in sorted(each for each in strange if each < weeks):
        if runs and week == runs[-1][-1] + 1:
            runs[-1].append(week)
        else:
            runs.append([week])
    usual = set(its) - strange
    return [(run, sum(_expected(its, week, usual, everywhere)[0] for week in run)) for run in runs]


def _expected(its: _Weeks, week: int, usual: set[int], everywhere: float) -> tuple[float, float]:
    """Refunds to be expected in a week, and how many refunds that expectation is made of.

    They are of its payments, or of those of the weeks before where it sold less: some are given back weeks later.
    """
    shape = sum(its[each][1] for each in usual) + _PRIOR * everywhere
    seen = sum(its[each][0] for each in usual) + _PRIOR
    before = sum(its[each][0] for each in range(week + 1, week + 1 + _LATE) if each in its) / _LATE
    return max(its[week][0], before) * shape / seen, shape


def _strange(its: _Weeks, week: int, usual: set[int], everywhere: float) -> bool:
    cases = its[week][1]
    if cases <= CASES or not everywhere:
        return False
    mean, shape = _expected(its, week, usual, everywhere)
    return tail(cases, max(mean, everywhere), shape) < _RARE


def tail(cases: int, mean: float, shape: float) -> float:
    """The chance of so many cases or more of a negative binomial count with this mean and shape."""
    part = mean / (mean + shape)
    below = 0.0
    for k in range(cases):
        chance = math.lgamma(shape + k) - math.lgamma(shape) - math.lgamma(k + 1)
        below += math.exp(chance + shape * math.log1p(-part) + k * math.log(part))
    return max(0.0, 1.0 - below)


def _part(payments: int, cases: int) -> float:
    return cases / payments if payments else 0.0


def _places(mirror: Mirror, ids: set[str]) -> PlacesOfSale:
    """The names of some places, and of the branches of the registers among them."""
    stores = {each.store_id for each in names_of(mirror, ids).registers.values()}
    return names_of(mirror, ids | stores)


def _named(places: PlacesOfSale, by: Place, id_: str) -> tuple[str, str]:
    """The name of a place, and of the branch of a register."""
    if by == "store":
        return places.store_name(id_), ""
    register = places.registers.get(id_)
    return places.register_name(id_), places.store_name(register.store_id) if register else ""
