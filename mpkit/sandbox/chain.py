"""A chain of shops for one account: counts and a seed go in; stores and POS, some made in the panel, come out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from mpkit.model import WEEK
from mpkit.sandbox.believable import believable
from mpkit.sandbox.pos import make
from mpkit.sandbox.shelf import PosRow, StoreRow

if TYPE_CHECKING:
    from mpkit.sandbox.world import World
    from mpkit.sandbox.year import Year

_PANEL = 6  # one shop in six was made in the panel
_OLDER = timedelta(days=400)  # the shops are older than the year
_SPREAD = 0.012  # degrees around a city's centre
_WEEK = (0.9, 0.85, 0.9, 1.0, 1.3, 1.45, 0.75)  # Monday to Sunday


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as the year sees it: its size, how busy each day of the week is, its hours and registers."""

    store: str
    province: str
    pos: tuple[str, ...]
    pos_weights: tuple[float, ...]
    size: float
    week: tuple[float, ...]
    opens: int
    closes: int


def open_chain(world: World, draw: random.Random, year: Year) -> list[Shop]:
    """Make `year.stores` stores with `year.registers` POS in all, one after the other to each store."""
    words = believable(world.site.id)
    cities = _cities(world, words["cities"], draw)
    panel = max(1, year.stores // _PANEL) if year.stores > 2 else 0
    shops = []
    for n in range(year.stores):
        state, city = cities[n % len(cities)]
        by_panel = n >= year.stores - panel
        opens, closes = draw.choice(((8, 21), (9, 20), (8, 22), (10, 22), (7, 23)))
        sundays = draw.random() < 0.6
        days = WEEK if sundays else WEEK[:6]
        number = f"{n + 1:03d}"
        store = _store(world, draw, words, number, (state, city), by_panel=by_panel)
        hours = {day: [{"open": f"{opens:02d}:00", "close": f"{closes:02d}:00"}] for day in days}
        opened = year.born - _OLDER
        store = world.shelf.put_store(replace(store, hours=hours, created=opened, changed=opened))
        count = len(range(n, year.registers, year.stores))
        rows = [_register(world, words, store, number, k, by_panel=by_panel) for k in range(count)]
        if rows:
            weights = tuple(accumulate(1.0 / (k + 1) for k in range(len(rows))))
            week = tuple(share if sundays or day < 6 else 0.0 for day, share in enumerate(_WEEK))
            ids = tuple(row.id for row in rows)
            code = world.places.code(state)
            shops.append(Shop(store.id, code, ids, weights, draw.uniform(0.5, 2.0), week, opens, closes))
    return shops


def _cities(world: World, wanted: Sequence[Sequence[str]], draw: random.Random) -> list[tuple[str, str]]:
    """The named cities as this catalogue spells them; any others of it where it has none of them."""
    found = []
    for state, city in wanted:
        known = world.places.match_state(state)
        match = world.places.match_city(city, known.value) if known.value else known
        if match.value and world.places.point(known.value, match.value):
            found.append((known.value, match.value))
    if found:
        return found
    some = [place for place in world.places.places if place.latitude is not None]
    return [(place.state, place.city) for place in draw.sample(some, min(12, len(some)))]


def _store(
    world: World, draw: random.Random, words: dict[str, Any], number: str, where: tuple[str, str], *, by_panel: bool
) -> StoreRow:
    state, city = where
    latitude, longitude = world.places.point(state, city) or (0.0, 0.0)
    location = {
        "street_name": draw.choice(words["streets"]),
        "street_number": str(draw.randrange(50, 4900)),
        "city_name": city,
        "state_name": state,
        "latitude": round(latitude + draw.uniform(-_SPREAD, _SPREAD), 6),
        "longitude": round(longitude + draw.uniform(-_SPREAD, _SPREAD), 6),
        "reference": "",
    }
    return StoreRow(
        id=world.shelf.store_numbers.counted(),
        user=world.seller.id,
        name=f"{words['chain']} {city}" if not by_panel else f"{words['chain']} {city} {number}",
        external_id=None if by_panel else f"SUC{number}",
        hours={},
        location=location,
        created=world.now(),
        changed=world.now(),
    )


def _register(world: World, words: dict[str, Any], store: StoreRow, number: str, k: int, *, by_panel: bool) -> PosRow:
    row = make(
        world,
        world.seller,
        store,
        name=f"{words['register']} {k + 1}",
        external_id=None if by_panel else f"SUC{number}CAJA{k + 1:02d}",
        mode="standalone" if by_panel else "pdv",
        generated=True,
    )
    return world.shelf.put_pos(replace(row, created=store.created, changed=store.created))
