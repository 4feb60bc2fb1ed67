"""Stores and registers as they are today come in; sales already booked move to the day, store and line they belong to.

A place is written down only after the sales it moves have moved: a sync killed on the way finds it changed once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from mpkit import db
from mpkit.db import Condition, Connection, Engine
from mpkit.errors import WrongUsage
from mpkit.sales.entries import business_day, zone_of
from mpkit.sales.places_of_sale import REGISTER, STORE, Place, PlacesOfSale, gather
from mpkit.sales.rows import chargebacks, days, known_places, payments, places, rebook, refunds, tell_mirrors

_AT_ONCE = 5_000  # payments that move in one transaction
_DAY_MINUTES = 24 * 60
_PARTS = ((refunds, {"day": "created"}), (chargebacks, {"day": "created", "back_day": "updated"}))


def set_day(engine: Engine, account: str, store_id: str, *, cutoff: int = 0, zone: str = "") -> None:
    """What the merchant says of a store's business day: minutes after midnight it begins, and its zone ("": proposed).

    The next sync moves the sales booked already. Raises `WrongUsage` for a zone or a time that is none.
    """
    try:
        zone_of(zone or "UTC")
    except (ValueError, OSError, KeyError) as error:
        raise WrongUsage("sales_no_zone", zone=zone) from error
    if not 0 <= cutoff < _DAY_MINUTES:
        raise WrongUsage("sales_no_cutoff")
    line = {"account": account, "store_id": store_id, "cutoff": cutoff, "zone": zone}
    with db.writing(engine) as connection:
        db.upsert(connection, days, [line], key=("account", "store_id"))


def days_told(engine: Engine, account: str) -> dict[str, tuple[str, int]]:
    """Zone ("": as proposed) and cut-off of each store the merchant said something of."""
    with db.reading(engine) as connection:
        found = connection.execute(days.select().where(days.c.account == account)).mappings()
        return {row["store_id"]: (row["zone"], row["cutoff"]) for row in found}


def keep_places(engine: Engine, account: str, zone: str, found: Iterable[Place]) -> int:
    """Learn today's stores and registers; returns how many sales moved. Those that are gone keep their names.

    A register that is gone hands its line to the one that has its external id today.
    """
    known = known_places(engine, account, zone)
    before = {(place.kind, place.id): place for place in (*known.stores.values(), *known.registers.values())}
    told = days_told(engine, account)
    today = {(place.kind, place.id): _told(place, told) for place in found}
    heirs = {place.external_id: place.id for place in today.values() if place.kind == REGISTER and place.external_id}
    for key, place in before.items():
        if key not in today and place.kind == REGISTER and place.external_id in heirs:
            today[key] = replace(place, line=heirs[place.external_id])
    changed = {key: place for key, place in today.items() if before.get(key) != place}
    if not changed:
        return 0
    moved = _move(engine, account, gather(zone, (before | today).values()), _touched(before, changed))
    with db.writing(engine) as connection:
        lines = [{"account": account, **asdict(place)} for place in changed.values()]
        db.upsert(connection, places, lines, key=("account", "kind", "id"))
    return moved


def _told(place: Place, told: Mapping[str, tuple[str, int]]) -> Place:
    if place.kind != STORE or place.id not in told:
        return place
    zone, cutoff = told[place.id]
    return replace(place, zone=zone or place.zone, cutoff=cutoff)


def _touched(before: Mapping[tuple[str, str], Place], changed: Mapping[tuple[str, str], Place]) -> list[Condition]:
    """Which payments may stand elsewhere now: of stores with other days, of registers that are new or gave their line.

    A payment whose store was told stays there, wherever its register goes.
    """
    stores, new, gave = list[str](), list[str](), list[str]()
    for key, place in changed.items():
        was = before.get(key)
        if place.kind == STORE and (was is None or (was.zone, was.cutoff) != (place.zone, place.cutoff)):
            stores.append(place.id)
        elif place.kind == REGISTER and was is None:
            new.append(place.id)
        elif place.kind == REGISTER and was is not None and was.line != place.line:
            gave.append(place.id)
    found: list[Condition] = []
    if stores:
        found.append(db.among(payments.c.store_id, stores))
    if new:
        found.append((payments.c.store_id == "") & db.among(payments.c.pos_id, new))
    if gave:
        found.append(db.among(payments.c.pos_id, gave))
    return found


def _move(engine: Engine, account: str, where: PlacesOfSale, touched: Iterable[Condition]) -> int:
    moved = 0
    for which in touched:
        last = ""
        while batch := _after(engine, account, which, last):
            last = batch[-1]["payment_id"]
            lines = [line for row in batch if (line := _placed(row, where)) is not None]
            if lines:
                with db.writing(engine) as connection:
                    rebook(connection, payments, account, lines)
                    _move_parts(connection, account, {line["payment_id"]: line for line in lines})
                    tell_mirrors(connection, account, [line["payment_id"] for line in lines])
            moved += len(lines)
    return moved


def _after(engine: Engine, account: str, which: Condition, last: str) -> list[Mapping[str, Any]]:
    query = payments.select().where(payments.c.account == account, payments.c.payment_id > last, which)
    with db.reading(engine) as connection:
        found = connection.execute(query.order_by(payments.c.payment_id).limit(_AT_ONCE)).mappings()
        return [dict(row) for row in found]


def _placed(row: Mapping[str, Any], where: PlacesOfSale) -> dict[str, Any] | None:
    """Where a booked payment counts now; None where nothing changes."""
    said = row["paid_at"] or row["pos_id"]
    store_id = row["store_id"] or where.store_of(None, said)
    pos_id = where.line_of(row["pos_id"])
    zone, cutoff = where.zone_of(store_id), where.cutoff_of(store_id)
    placed = {
        "payment_id": row["payment_id"],
        "store_id": store_id,
        "pos_id": pos_id,
        "paid_at": said if said != pos_id else "",
        "zone": zone,
        "cutoff": cutoff,
        "day": business_day(row["approved"], zone, cutoff),
    }
    return placed if any(row[name] != value for name, value in placed.items()) else None


def _move_parts(connection: Connection, account: str, placed: Mapping[str, Mapping[str, Any]]) -> None:
    for table, dated in _PARTS:
        these = table.select().where(table.c.account == account, db.among(table.c.payment_id, placed))
        lines = [_redated(dict(row), dated, placed[row["payment_id"]]) for row in connection.execute(these).mappings()]
        if lines:
            rebook(connection, table, account, lines)


def _redated(row: dict[str, Any], dated: Mapping[str, str], spot: Mapping[str, Any]) -> dict[str, Any]:
    """The key of a refund or chargeback with its days in the store's own terms."""
    key = {name: row[name] for name in row if name.endswith("_id")}
    moments: dict[str, datetime] = {day: row[moment] for day, moment in dated.items()}
    return key | {day: business_day(moment, spot["zone"], spot["cutoff"]) for day, moment in moments.items()}
