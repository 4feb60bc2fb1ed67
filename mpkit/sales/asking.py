"""A question goes to the columns of a mirror; an answer with rows, totals, names and its honest time comes back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from mpkit import db
from mpkit.db import Condition
from mpkit.model import Period
from mpkit.sales import rows, said
from mpkit.sales.mirror import Mirror
from mpkit.sales.places_of_sale import REGISTER, STORE, Place, PlacesOfSale, gather
from mpkit.sales.question import (
    MEASURES,
    STORE_ZONES,
    Answer,
    Question,
    Row,
    Unexplained,
    earlier,
)

_PLACE = tuple(field.name for field in fields(Place))


def ask(mirror: Mirror, question: Question) -> Answer:
    """The answer from the columns as they stand; what was asked to be compared comes with it."""
    answer = _answer(mirror, question)
    if not question.compare:
        return answer
    before = replace(question, period=earlier(question.period, question.compare), compare="")
    found = _rows(mirror, before)  # what it is compared with are sums: nothing else of it is asked
    previous = Answer(before, found if before.by else (), _totals(found), answer.as_of, answer.zone)
    return replace(answer, previous=previous)


def places_of(mirror: Mirror) -> PlacesOfSale:
    """The names of the stores and registers of the mirror's account."""
    return rows.known_places(mirror.engine, mirror.account, mirror.zone)


def names_of(mirror: Mirror, ids: Collection[str]) -> PlacesOfSale:
    """The names of some of them: there may be twenty thousand, and a page shows few."""
    return rows.known_places(mirror.engine, mirror.account, mirror.zone, ids)


def some_places(mirror: Mirror, limit: int, also: Collection[str] = ()) -> PlacesOfSale:
    """The first stores and registers by name, so many of each at most, and those of the ids in `also`."""
    found = [place for kind in (STORE, REGISTER) for place in _places_where(mirror, limit, rows.places.c.kind == kind)]
    if also:
        found += _places_where(mirror, limit, rows.places.c.id.in_(also))
    return gather(mirror.zone, found)


def registers_of(mirror: Mirror, store_id: str, limit: int) -> tuple[Place, ...]:
    """The registers of a store, by name."""
    return tuple(_places_where(mirror, limit, rows.places.c.store_id == store_id))


def _places_where(mirror: Mirror, limit: int, which: Condition) -> list[Place]:
    columns = rows.places.c
    query = rows.places.select().where(columns.account == mirror.account, which)
    with db.reading(mirror.engine) as connection:
        found = connection.execute(query.order_by(columns.name, columns.id).limit(limit)).mappings()
        return [Place(**{name: row[name] for name in _PLACE}) for row in found]


def _names(mirror: Mirror, by: str, keys: Iterable[Any]) -> PlacesOfSale:
    """The names of the keys of an answer: most have none, and of thousands of places few are in it."""
    return names_of(mirror, set(keys)) if by in {"store", "register"} else PlacesOfSale(mirror.zone, {}, {})


def days_of(period: Period) -> tuple[date, ...]:
    """Every day of a period, both ends included."""
    first, last = period.first.toordinal(), period.last.toordinal()
    return tuple(date.fromordinal(number) for number in range(first, last + 1))


def matrix(mirror: Mirror, question: Question, by: str, across: str) -> tuple[tuple[str, Row], ...]:
    """Sums by two keys: the key across, and the row of the key `by`; in the order of both."""
    found = mirror.fetch(said.matrix(question, by, across))
    places = _names(mirror, by, (first for first, *_ in found))
    return tuple((_key(across, second), _row(by, (first, *rest), places)) for first, second, *rest in found)


@dataclass(frozen=True, slots=True)
class Compared:
    """The sums of one place in a period, and in the one it is compared with."""

    now: Row
    before: Row


def ranked(mirror: Mirror, question: Question, before: Period, offset: int, limit: int) -> tuple[Compared, ...]:
    """Stores or registers, most sold first; those that sold only before come last."""
    found = mirror.fetch(said.ranked(question, before, offset, limit))
    places = _names(mirror, question.by, (key for key, *_ in found))
    return tuple(_compared(question.by, values, places) for values in found)


def most_back(mirror: Mirror, question: Question, limit: int) -> tuple[Row, ...]:
    """The keys with most given back; what came without one is one of them."""
    return _named(mirror, question.by, mirror.fetch(said.most_back(question, limit)))


def placed(mirror: Mirror, question: Question, before: Period) -> tuple[tuple[bool, int, Compared], ...]:
    """What came without a place (True) and with one, per currency, and how many places there are."""
    places = _names(mirror, "", ())
    return tuple(
        (bool(nowhere), number, _compared("", ("", currency, *sums), places))
        for nowhere, currency, number, *sums in mirror.fetch(said.placed(question, before))
    )


def _compared(by: str, values: Sequence[Any], places: PlacesOfSale) -> Compared:
    key, currency, *sums = values
    half = len(MEASURES)
    return Compared(_row(by, (key, currency, *sums[:half]), places), _row(by, (key, currency, *sums[half:]), places))


def _answer(mirror: Mirror, question: Question) -> Answer:
    manifest = mirror.manifest()
    found = _rows(mirror, question)
    strange = mirror.fetch(said.unexplained(question))
    return Answer(
        question=question,
        rows=found if question.by else (),
        totals=_totals(found),
        as_of=manifest.as_of if manifest else None,
        zone=_zone(mirror, question),
        unexplained=tuple(Unexplained(key, currency, net, net - off) for key, currency, net, off in strange),
    )


def _rows(mirror: Mirror, question: Question) -> tuple[Row, ...]:
    return _named(mirror, question.by, mirror.fetch(said.sums(question)))


def _named(mirror: Mirror, by: str, found: Sequence[tuple[Any, ...]]) -> tuple[Row, ...]:
    places = _names(mirror, by, (key for key, *_ in found))
    return tuple(_row(by, values, places) for values in found)


def _totals(found: Sequence[Row]) -> tuple[Row, ...]:
    """One row per currency: every entry is in exactly one of the rows."""
    return tuple(
        Row(
            "",
            currency,
            **{name: sum(getattr(row, name) for row in found if row.currency == currency) for name in MEASURES},
        )
        for currency in sorted({row.currency for row in found})
    )


def _zone(mirror: Mirror, question: Question) -> str:
    """The zone of the business days counted, or "store" where the stores live in several."""
    ((first, last),) = mirror.fetch(said.zones(question)) or [("", "")]
    return (first or mirror.zone) if first == last else STORE_ZONES


def _row(by: str, values: Sequence[Any], places: PlacesOfSale) -> Row:
    key, currency, count, gross, refunds, chargebacks, fees, taxes, net = values
    written = key if isinstance(key, str) else _key(by, key)
    label = written
    if by == "store":
        label = places.store_name(written)
    elif by == "register":
        label = places.register_name(written)
    return Row(written, currency, count, gross, refunds, chargebacks, fees, taxes, net, label)


def _key(by: str, value: Any) -> str:  # noqa: ANN401 - a day, a number or a text of the engine
    if by == "hour":
        return f"{value:02d}"
    return value.isoformat() if isinstance(value, date) else str(value)
