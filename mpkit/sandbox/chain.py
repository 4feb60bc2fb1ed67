"""A chain of shops for one account: counts and a seed go in; stores and POS, some made in the panel, come out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mpkit.model import WEEK
from mpkit.sandbox.believable import believable, kinds
from mpkit.sandbox.hours import zone_at
from mpkit.sandbox.pos import make
from mpkit.sandbox.shelf import PosRow, StoreRow

if TYPE_CHECKING:
    from mpkit.sandbox.world import World
    from mpkit.sandbox.year import Year

_PANEL = 6  # one shop in six was made in the panel
_OLDER = timedelta(days=400)  # the shops are older than the year
_SPREAD = 0.012  # degrees around a city's centre
_SUNDAY = 6
_MIDNIGHT = 24
_NEW = 0.08  # of the shops opened during the year


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop as the year sees it: what kind it is, how large, where, when it is open, its registers."""

    store: str
    place: tuple[str, str]  # state and city
    province: str
    zone: ZoneInfo
    pos: tuple[int, ...]
    sticker: bool  # its registers take any amount; else the till sends an order
    kind: int  # place in `kinds`
    size: float
    growth: float  # over the year
    sundays: bool
    hours: tuple[tuple[int, int], ...]
    opened: int  # days before the world was born


def open_chain(world: World, draw: random.Random, year: Year) -> list[Shop]:
    """Make `year.stores` stores with `year.registers` POS in all, one after the other to each store."""
    words, sorts = believable(world.site.id), kinds(world.site.id)
    cities = _cities(world, words["cities"], draw)
    panel = max(1, year.stores // _PANEL) if year.stores > 2 else 0
    shops = []
    for n in range(year.stores):
        place, number = cities[n % len(cities)], f"{n + 1:03d}"
        by_panel = n >= year.stores - panel
        kind = draw.choices(range(len(sorts)), weights=[sort.share for sort in sorts])[0]
        hours, sundays = draw.choice(sorts[kind].hours), draw.random() < sorts[kind].sundays
        # the first and the last are old: a chain that is looked at has a whole year to show
        new = 0 < n < year.stores - 1 and draw.random() < _NEW
        opened = draw.randrange(40, 300) if new else _OLDER.days
        store = _store(world, draw, words, number, place, by_panel=by_panel)
        born = year.born - timedelta(days=opened)
        week = _week(hours, sundays=sundays)
        store = world.shelf.put_store(replace(store, hours=week, created=born, changed=born))
        count = len(range(n, year.registers, year.stores))
        rows = [_register(world, words, store, number, k, by_panel=by_panel) for k in range(count)]
        size = draw.uniform(*sorts[kind].size) * (0.6 + 0.4 * len(rows))
        growth = draw.uniform(-0.15, 2 * words["growth"] + 0.15)
        if rows:
            shop = Shop(
                store=store.id,
                place=place,
                province=world.places.code(place[0]),
                zone=zone_at(world, store.id),
                pos=tuple(int(row.id) for row in rows),
                sticker=by_panel,
                kind=kind,
                size=size,
                growth=growth,
                sundays=sundays,
                hours=hours,
                opened=opened,
            )
            shops.append(shop)
    return shops


def _week(hours: Sequence[tuple[int, int]], *, sundays: bool) -> dict[str, list[dict[str, str]]]:
    """Opening hours as a store has them; what is open to midnight closes a minute before."""
    times = [{"open": f"{a:02d}:00", "close": "23:59" if b == _MIDNIGHT else f"{b:02d}:00"} for a, b in hours]
    return {day: times for n, day in enumerate(WEEK) if sundays or n != _SUNDAY}


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
