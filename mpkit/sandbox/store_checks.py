"""A store as sent is judged in the order of the contract (types, box, state, city, hours, external id) or refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mpkit.model import WEEK
from mpkit.sandbox.answers import Refusal, classic

if TYPE_CHECKING:
    from mpkit.sandbox.world import World

_FIELDS = {"name", "external_id", "business_hours", "location"}
_PARTS = ("street_name", "street_number", "city_name", "state_name", "reference", "zip_code")
_OPTIONAL = {"reference", "zip_code"}
_MOST_INTERVALS = 4
_LONGEST_ID = 60
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
ALPHANUMERIC = re.compile(r"[A-Za-z0-9]+")


def judge(world: World, body: object, *, new: bool) -> Mapping[str, Any]:
    """The body itself where it may become a store; raises the refusal otherwise. `new`: the required fields count."""
    if not isinstance(body, dict):
        raise classic(400, "bad_request", "The request body must be a JSON object")
    for field in body:
        if field not in _FIELDS:
            raise classic(400, "unknown_field", f"The field {field} is unknown")
    if (new or "name" in body) and not (isinstance(body.get("name"), str) and body["name"].strip()):
        raise classic(400, "invalid_name", "The name must be a string")
    _types(body)
    if new and "location" not in body:
        raise classic(400, "invalid_location", "The location must be an object")
    if "location" in body:
        _location(world, body["location"])
    for day, intervals in body.get("business_hours", {}).items():
        if len(intervals) > _MOST_INTERVALS:
            text = f"{day.capitalize()} exceeds the maximum length of {_MOST_INTERVALS} for Opening Hours"
            raise classic(400, "validation_error", text)
    external_id = body.get("external_id")
    if external_id is not None and len(external_id) > _LONGEST_ID:
        raise classic(400, "bad_request", "Field description too long.")
    return body


def _types(body: Mapping[str, Any]) -> None:
    hours = body.get("business_hours", {})
    if not isinstance(hours, dict):
        raise classic(400, "invalid_business_hours", "The business_hours must be an object")
    for day, intervals in hours.items():
        if day not in WEEK or not isinstance(intervals, list) or not all(_interval(each) for each in intervals):
            raise classic(400, "invalid_day", f"The day {day} must be an array of open and close")
    external_id = body.get("external_id")
    if external_id is not None and not isinstance(external_id, str):
        raise classic(400, "invalid_external_id", "The external_id must be a string")
    if "location" in body:
        _location_types(body["location"])


def _location_types(location: object) -> None:
    if not isinstance(location, dict):
        raise classic(400, "invalid_location", "The location must be an object")
    for part in location:
        if part not in {*_PARTS, "latitude", "longitude"}:
            raise classic(400, "unknown_field", f"The field location.{part} is unknown")
    for part in _PARTS:
        if not isinstance(location.get(part, "" if part in _OPTIONAL else None), str):
            raise classic(400, f"invalid_{part}", f"The location.{part} must be a string")
    for part in ("latitude", "longitude"):
        value = location.get(part)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise classic(400, f"invalid_{part}", f"The location.{part} must be a number")


def _interval(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"open", "close"}
        and all(isinstance(time, str) and _CLOCK.fullmatch(time) for time in value.values())
    )


def _location(world: World, location: Mapping[str, Any]) -> None:
    if not world.site.box.holds(location["latitude"], location["longitude"]):
        raise classic(400, "bad_request", "The store coordinates are outside the site")
    if location["state_name"] not in world.places.states:
        raise _not_listed("location.state_name", world.places.states)
    cities = world.cities(location["state_name"])
    if location["city_name"] not in cities:
        raise _not_listed("location.city_name", cities)


def _not_listed(field: str, valid: Iterable[str]) -> Refusal:
    text = f"{field} was invalid."
    return classic(400, "validation_error", text, f"{text} Valid values are: {', '.join(valid)}")
