"""A branch or register as fields and values, and back: what the list keeps an origin for, value by value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mpkit.model import Amount, Branch, Location, Register

_PLACE = ("street_name", "street_number", "city", "state", "latitude", "longitude", "reference", "approximate")
_BRANCH = ("name", "own_id", "region", "zone", "closed")
_ASIDE = (
    "tax_id",
    "route",
    "email",
    "contact",
    "phone",
    "closed_until",
    "handed_to",
    "handed_at",
)  # kept for the merchant, never sent


def of_branch(branch: Branch) -> dict[str, Any]:
    """Field → plain value."""
    place = {name: getattr(branch.location, name) for name in _PLACE}
    hours = {day: [list(interval) for interval in intervals] for day, intervals in branch.hours.items()}
    aside = {name: value for name in _ASIDE if (value := getattr(branch, name))}
    return {**{name: getattr(branch, name) for name in _BRANCH}, **place, "hours": hours, **aside}


def to_branch(external_id: str, values: Mapping[str, Any], record: int | None) -> Branch:
    """The branch its values say."""
    hours = {
        day: tuple((str(opens), str(closes)) for opens, closes in intervals)
        for day, intervals in values.get("hours", {}).items()
    }
    return Branch(
        external_id,
        values["name"],
        Location(**{name: values[name] for name in _PLACE if name in values}),
        hours,
        own_id=values.get("own_id", ""),
        region=values.get("region", ""),
        zone=values.get("zone", ""),
        record=record,
        closed=values.get("closed", False),
        **{name: values[name] for name in _ASIDE if name in values},
    )


def heard(said: Mapping[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, without what says nothing new: a city's own point never takes the place of the branch's."""
    left_out: set[str] = set()
    if not said.get("approximate"):
        left_out = set() if held.get("approximate") else {"approximate"}
    elif held.get("latitude") is not None and not held.get("approximate"):
        left_out = {"latitude", "longitude", "approximate"}
    return {name: value for name, value in said.items() if name not in left_out}


def of_register(register: Register) -> dict[str, Any]:
    """Field → plain value; the branch it stands in is one of them."""
    return {
        "name": register.name,
        "branch_external_id": register.branch_external_id,
        "amount": register.amount.value if register.amount else None,
        "category": register.category,
        "closed": register.closed,
        "own_id": register.own_id,
        **{name: value for name in ("till_code", "closed_until") if (value := getattr(register, name))},
    }


_AMOUNTS: Mapping[str, Amount | None] = {"": None, **{one.value: one for one in Amount}}


def to_register(external_id: str, values: Mapping[str, Any], record: int | None) -> Register:
    """The register its values say."""
    return Register(
        external_id,
        values["branch_external_id"],
        values["name"],
        _AMOUNTS[values.get("amount") or ""],
        values.get("category"),
        record,
        values.get("closed", False),
        values.get("own_id", ""),
        values.get("till_code", ""),
        values.get("closed_until", ""),
    )


def is_blank(value: object) -> bool:
    """Whether a proposed value says nothing: for something that exists it means *leave as is*."""
    return value is None or value in ("", {})
