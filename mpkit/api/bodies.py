"""What we send: branches and registers in, the API's JSON bodies out.

Unknown fields are refused by the API, so nothing is sent that the reference does not name. `zip_code` is left out: the
newest reference has dropped it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any, Literal

from mpkit.model import WEEK, Branch, Hours, Location, Register
from mpkit.sites import SITES

FIELDS = frozenset({"name", "location", "hours"})  # of a branch, as `fields` of an update names them
_LONGEST_NAME = 45  # of a POS of generation 2
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_-]+")


def category(site: str, trade: Literal["gastronomy", "gas_station", ""]) -> int | None:
    """The POS category (MCC) of a trade in a country; any other trade has none: the API knows only these two."""
    if not trade:
        return None
    return SITES[site].gastronomy if trade == "gastronomy" else SITES[site].gas_station


def store_body(branch: Branch, fields: Collection[str] = FIELDS, *, external_id: str | None = None) -> dict[str, Any]:
    """The body of a store: the named fields, and the external id only where one is given.

    Sending a store its own external id again was refused as "already assigned" in one recorded integration; the
    location always goes whole, as its parts are checked against each other.
    """
    body: dict[str, Any] = {}
    if "name" in fields:
        body["name"] = branch.name
    if external_id is not None:
        body["external_id"] = external_id
    if "hours" in fields and branch.hours:
        body["business_hours"] = hours_body(branch.hours)
    if "location" in fields:
        body["location"] = location_body(branch.location)
    return body


def location_body(place: Location) -> dict[str, Any]:
    """The location, whole; the number of the house is a text, or it is refused."""
    body: dict[str, Any] = {
        "street_number": place.street_number,
        "street_name": place.street_name,
        "city_name": place.city,
        "state_name": place.state,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
    if place.reference:
        body["reference"] = place.reference
    return body


def hours_body(hours: Hours) -> dict[str, list[dict[str, str]]]:
    """Opening hours; a day that is missing is closed."""
    return {day: [{"open": start, "close": end} for start, end in hours[day]] for day in WEEK if hours.get(day)}


def pos_body(
    register: Register, *, store_id: str, waits_for_order: bool, external_id: str | None = None, url: str = ""
) -> dict[str, Any]:
    """The body of a POS of generation 1; `external_id` only where it is to be set (it cannot be changed later).

    `url` is where Mercado Pago asks an unattended machine for its order; such a POS always waits for one.
    """
    body: dict[str, Any] = {
        "name": register.name,
        "fixed_amount": waits_for_order or bool(url),
        "store_id": int(store_id) if store_id.isdecimal() else store_id,
    }
    if external_id is not None:
        body["external_id"] = external_id
    if register.category is not None:
        body["category"] = register.category
    if url:
        body["url"] = url
    return body


def newer_pos_body(
    register: Register, *, store_id: str, mode: str = "", external_id: str | None = None
) -> dict[str, Any]:
    """The body of a POS of generation 2: the store's id is a text, the amount's mode and category stand in `config`.

    `mode` is left out where it is to stay; a name nothing is left of is left out too, and becomes the external id.
    """
    body: dict[str, Any] = {"store_id": store_id}
    name = plain_name(register.name)
    if name:
        body["name"] = name
    if external_id is not None:
        body["external_id"] = external_id
    qr: dict[str, Any] = {"operating_mode": mode} if mode else {}
    if register.category is not None:
        qr["category"] = register.category
    if qr:
        body["config"] = {"qr": qr}
    return body


def plain_name(name: str) -> str:
    """A register's name as generation 2 takes it: plain letters, digits, hyphens, underscores, single inner blanks."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return _NOT_PLAIN.sub(" ", bare).strip()[:_LONGEST_NAME].strip()
