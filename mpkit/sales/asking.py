"""A question goes to the columns of a mirror; an answer with rows, totals, names and its honest time comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from mpkit.model import Period
from mpkit.sales import rows, said
from mpkit.sales.mirror import Mirror
from mpkit.sales.places_of_sale import PlacesOfSale
from mpkit.sales.question import (
    MEASURES,
    STORE_ZONES,
    Answer,
    Question,
    Row,
    Unexplained,
    earlier,
)


def ask(mirror: Mirror, question: Question) -> Answer:
    """The answer from the columns as they stand; what was asked to be compared comes with it."""
    places = _names(mirror, question.by)
    answer = _answer(mirror, question, places)
    if not question.compare:
        return answer
    before = replace(question, period=earlier(question.period, question.compare), compare="")
    return replace(answer, previous=_answer(mirror, before, places))


def places_of(mirror: Mirror) -> PlacesOfSale:
    """The names of the stores and registers of the mirror's account."""
    return rows.known_places(mirror.engine, mirror.account, mirror.zone)


def _names(mirror: Mirror, *keys: str) -> PlacesOfSale:
    """The names an answer by these keys needs: there may be twenty thousand, and most answers need none."""
    return places_of(mirror) if {"store", "register"} & set(keys) else PlacesOfSale(mirror.zone, {}, {})


def days_of(period: Period) -> tuple[date, ...]:
    """Every day of a period, both ends included."""
    first, last = period.first.toordinal(), period.last.toordinal()
    return tuple(date.fromordinal(number) for number in range(first, last + 1))


def matrix(mirror: Mirror, question: Question, by: str, across: str) -> tuple[tuple[str, Row], ...]:
    """Sums by two keys: the key across, and the row of the key `by`; in the order of both."""
    places = _names(mirror, by)
    return tuple(
        (_key(across, second), _row(by, (first, *rest), places))
        for first, second, *rest in mirror.fetch(said.matrix(question, by, across))
    )


def _answer(mirror: Mirror, question: Question, places: PlacesOfSale) -> Answer:
    manifest = mirror.manifest()
    found = [_row(question.by, values, places) for values in mirror.fetch(said.sums(question))]
    strange = mirror.fetch(said.unexplained(question))
    return Answer(
        question=question,
        rows=tuple(found) if question.by else (),
        totals=_totals(found),
        as_of=manifest.as_of if manifest else None,
        zone=_zone(mirror, question),
        unexplained=tuple(Unexplained(key, currency, net, net - off) for key, currency, net, off in strange),
    )


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
