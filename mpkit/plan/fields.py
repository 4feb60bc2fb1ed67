"""What a branch and a register ask of the account, and what the account has, as comparable plain fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mpkit.api import plain_name
from mpkit.model import WEEK, Amount, Branch, Hours, Location, Pos, Register, Store

Fields = Mapping[str, Any]

NOT_ECHOED = ("street_name", "street_number", "city", "state")  # stores contract 2.5: never in an answer
_POINT = 1e-6  # degrees; about 10 cm, finer than any answer rounds
_NEAR = 1e-4  # degrees; about 10 m
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def of_branch(branch: Branch) -> dict[str, Any]:
    """The fields of a store as wanted; what the list leaves blank is absent and stays as it is in the account."""
    place = branch.location
    fields: dict[str, Any] = {
        "name": branch.name,
        "street_name": place.street_name,
        "street_number": place.street_number,
        "city": place.city,
        "state": place.state,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
    if place.reference:
        fields["reference"] = place.reference
    hours = plain_hours(branch.hours)
    if hours:
        fields["hours"] = hours
    return fields


def of_register(register: Register, amount: Amount) -> dict[str, Any]:
    """The fields of a POS as wanted; `amount` is the answer that holds for this register."""
    fields: dict[str, Any] = {
        "name": register.name,
        "store": register.branch_external_id,
        "fixed_amount": amount.waits_for_order,
        "amount": amount.value,
    }
    if register.category is not None:
        fields["category"] = register.category
    return fields


def stands(register: Register, waits: bool, found: Pos, store_of: Mapping[str, str]) -> bool:
    """Whether a POS is as its register is wanted: what `differing` says of the fields of both, without making them."""
    return (
        found.fixed_amount == waits
        and store_of.get(found.store_id or "") == register.branch_external_id
        and (register.category is None or found.category == register.category)
        and _called(register.name, found.name)
    )


def holds(branch: Branch, found: Store, sent: Fields) -> bool:
    """Whether a store is as its branch is wanted, of one whose address is as we `sent` it; as `stands`, for a store.

    False also where that takes a closer look.
    """
    place, hours = branch.location, plain_hours(branch.hours)
    return (
        found.name == branch.name
        and all(sent.get(name) == getattr(place, name) for name in NOT_ECHOED)
        and None not in {found.latitude, found.longitude}
        and abs(place.latitude - (found.latitude or 0.0)) <= _POINT
        and abs(place.longitude - (found.longitude or 0.0)) <= _POINT
        and (not place.reference or place.reference == found.reference)
        and (not hours or hours == plain_hours(found.hours))
    )


def of_store(store: Store, sent: Fields | None) -> dict[str, Any]:
    """The fields of a store as it is; street, city and state as we last sent them, absent where we never did."""
    fields: dict[str, Any] = {
        "name": store.name,
        "latitude": store.latitude,
        "longitude": store.longitude,
        "reference": store.reference,
        "hours": plain_hours(store.hours),
    }
    for name in NOT_ECHOED:
        if sent and name in sent:
            fields[name] = sent[name]
    if not sent:
        fields["address_line"] = store.address_line
    return fields


def of_pos(pos: Pos, store_of: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a POS as it is; `store_of` gives the external id of a store by its id."""
    return {
        "name": pos.name,
        "store": store_of.get(pos.store_id or "", f"id {pos.store_id}" if pos.store_id else ""),
        "fixed_amount": pos.fixed_amount,
        "category": pos.category,
    }


def differing(wanted: Fields, found: Fields) -> tuple[str, ...]:
    """The wanted fields that the account does not have; `amount` only explains `fixed_amount` and never differs."""
    return tuple(name for name in wanted if name != "amount" and not _same(name, wanted, found))


def _same(name: str, wanted: Fields, found: Fields) -> bool:
    value = wanted[name]
    if name in {"latitude", "longitude"}:
        return found.get(name) is not None and abs(value - found[name]) <= _POINT
    if name in NOT_ECHOED:
        if name in found:
            return value == found[name] or words_of(value) == words_of(found[name])
        return _stands_in(name, wanted, found)
    if name == "name" and "fixed_amount" in wanted:
        return _called(value, found.get(name))
    return bool(value == found.get(name))


def _called(wanted: str, found: object) -> bool:
    """Whether a POS has its name, or what the newer generation makes of it."""
    return found == wanted or (plain_name(wanted) or found) == found


def _stands_in(name: str, wanted: Fields, found: Fields) -> bool:
    """Where we never sent an address: the composed line must hold the words, or at least the point be the same."""
    line = words_of(found.get("address_line") or "")
    if not line:
        return near(wanted, found)
    if name == "state":  # the composed line names the state in several ways, or not at all
        return True
    return f" {words_of(wanted[name])} " in f" {line} " or not words_of(wanted[name])


def near(one: Fields, other: Fields) -> bool:
    """Whether two stores stand at the same point, to about ten metres."""
    return all(
        one.get(axis) is not None and other.get(axis) is not None and abs(one[axis] - other[axis]) <= _NEAR
        for axis in ("latitude", "longitude")
    )


def words_of(text: object) -> str:
    """A text without accents, letter case, punctuation and repeated blanks: how two spellings are compared."""
    apart = unicodedata.normalize("NFKD", str(text))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return _NOT_A_WORD.sub(" ", bare.casefold()).strip()


def plain_hours(hours: Hours) -> Mapping[str, list[list[str]]]:
    """Opening hours in one form: days in order, intervals in order, two-digit times, closed days left out.

    One for all that have the same, and never written to: a chain's branches open alike, and each is asked for it twice.
    """
    return _week(tuple(hours.items())) if hours else {}


@lru_cache(maxsize=4096)
def _week(days: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]) -> Mapping[str, list[list[str]]]:
    hours = dict(days)
    return {
        day: sorted([_clock(opens), _clock(closes)] for opens, closes in hours[day]) for day in WEEK if hours.get(day)
    }


@lru_cache(maxsize=4096)
def _clock(text: str) -> str:
    hour, _, minute = text.partition(":")
    return f"{int(hour):02d}:{int(minute or 0):02d}"


def branch_of(external_id: str, fields: Fields) -> Branch:
    """The branch to send, from the fields of a change."""
    return Branch(
        external_id=external_id,
        name=fields["name"],
        location=Location(
            street_name=fields["street_name"],
            street_number=fields["street_number"],
            city=fields["city"],
            state=fields["state"],
            latitude=fields["latitude"],
            longitude=fields["longitude"],
            reference=fields.get("reference", ""),
        ),
        hours={day: tuple((a, b) for a, b in spans) for day, spans in fields.get("hours", {}).items()},
    )


def register_of(external_id: str, fields: Fields) -> Register:
    """The register to send, from the fields of a change."""
    return Register(
        external_id=external_id,
        branch_external_id=fields["store"],
        name=fields["name"],
        amount=Amount(fields["amount"]),
        category=fields.get("category"),
    )


def unlike(fields: Fields, found: Store | Pos, stores: Mapping[str, str]) -> tuple[str, ...]:
    """What a found object has otherwise than the one we meant to make: store, name, point, amount mode."""
    if isinstance(found, Pos):
        pairs = {
            "name": words_of(found.name) == words_of(fields["name"]),
            "store": found.store_id == stores.get(str(fields["store"])),
            "fixed_amount": found.fixed_amount == fields["fixed_amount"],
        }
    else:
        place = {"latitude": found.latitude, "longitude": found.longitude}
        pairs = {"name": words_of(found.name) == words_of(fields["name"]), "latitude": near(fields, place)}
    return tuple(name for name, same in pairs.items() if not same)
