"""The control routes under `/_sandbox/`: what a test or a rehearsal sees and turns; no part of the API."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfoNotFoundError

from mpkit.errors import WrongUsage
from mpkit.sandbox import buyer, gone, panel
from mpkit.sandbox.answers import Answer
from mpkit.sandbox.faults import NAMES
from mpkit.sandbox.hours import zone_said
from mpkit.sandbox.keys import Told
from mpkit.sandbox.ledger import WAYS, ledger
from mpkit.sandbox.routes import long
from mpkit.sandbox.seller import seller
from mpkit.sandbox.trace import KEPT
from mpkit.sandbox.wanted import wanted_of, wrong_control

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World


_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@long
def state(world: World, call: Call) -> Answer:  # noqa: ARG001 - every route has this shape
    """`GET /_sandbox/state`: all objects, and how much there is of the rest."""
    return Answer(
        200,
        {
            "site": world.site.id,
            "seed": world.seed,
            "now": world.now().isoformat(),
            "user_id": world.seller.id,
            "stores": [_plain(asdict(row)) for row in world.shelf.stores.values()],
            "pos": [_plain(asdict(row)) | {"fixed_amount": row.fixed_amount} for row in world.shelf.pos.values()],
            "payments": len(world.book.slips),
            "buyers": buyer.customs(world),
            "requests": world.trace.count,
            "effects": dict(world.trace.effects),
        },
    )


def faults(world: World, call: Call) -> Answer:
    """`GET` and `PUT /_sandbox/faults`: name to probability; a PUT replaces all."""
    if call.request.method == "PUT":
        wanted = wanted_of(call)
        chosen = wanted.get("faults", wanted)
        if not isinstance(chosen, dict):
            raise wrong_control("faults is an object of names and probabilities")
        try:
            world.faults.set(chosen)
        except WrongUsage as wrong:
            raise wrong_control(str(wrong)) from wrong
    fired = {name: world.faults.fired[name] for name in NAMES}
    return Answer(200, {"faults": world.faults.probabilities, "fired": fired})


def clock(world: World, call: Call) -> Answer:
    """`GET` and `PUT /_sandbox/clock`: `{"now": "2026-…"}` sets it, `{"advance_s": 3600}` moves it."""
    if call.request.method == "PUT":
        world.ahead = _ahead(world, wanted_of(call))
    return Answer(200, {"now": world.now().isoformat()})


def _ahead(world: World, wanted: Mapping[str, Any]) -> timedelta:
    """How far the sandbox is to be ahead of its clock; refused outside the years a payment can be in."""
    now = world.now()
    try:
        at = datetime.fromisoformat(wanted["now"]) if "now" in wanted else now + timedelta(seconds=wanted["advance_s"])
        further = at - now  # a time without offset cannot be subtracted
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise wrong_control(f"now (with its offset) or advance_s is needed: {error}") from error
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise wrong_control(f"the year must be from {_FIRST_YEAR} to {_LAST_YEAR}")
    return world.ahead + further


@long
def requests(world: World, call: Call) -> Answer:
    """`GET /_sandbox/requests`: the log, oldest first; `?since=n` only what came after the n-th."""
    since = call.query.get("since", "0")
    if not re.fullmatch("[0-9]{1,9}", since):
        raise wrong_control("since is the number of a request")
    trace = world.trace
    counts = {"count": trace.count, "kept": KEPT, "effects": dict(trace.effects), "writes": trace.writes()}
    return Answer(200, {**counts, "requests": trace.rows(int(since))})


@long
def sums(world: World, call: Call) -> Answer:
    """`GET /_sandbox/ledger?by=day|store|pos`, optionally `&from=` and `&to=` (ISO instants, `to` excluded).

    `&zone=` says whose days they are: `store` (each its own, as without it), `site`, or the name of an IANA zone.
    """
    by = call.query.get("by", "day")
    if by not in WAYS:
        raise wrong_control(f"by is one of {', '.join(WAYS)}")
    try:
        begin, end = (datetime.fromisoformat(call.query[n]) if n in call.query else None for n in ("from", "to"))
    except ValueError as error:
        raise wrong_control(f"from and to are ISO instants: {error}") from error
    span = int(begin.timestamp()) if begin else 0, int(end.timestamp()) if end else 2**62
    zone = call.query.get("zone") or "store"
    try:
        rows = ledger(world, by, *span, zone=zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise wrong_control(f"zone is store, site or the name of an IANA zone: {error}") from error
    said = {"store": zone_said(world), "site": world.site.zone}.get(zone, zone)
    return Answer(200, {"by": by, "zone": said, "rows": rows})


def buy(world: World, call: Call) -> Answer:
    """`POST /_sandbox/buyer`: see `buyer.act`; with a `key`, the same key again is answered and not done again."""
    return _once(world, call, buyer.act)


def press(world: World, call: Call) -> Answer:
    """`POST /_sandbox/panel`: see `panel.act`; with a `key` as for the buyer."""
    return _once(world, call, panel.act)


def _once(world: World, call: Call, act: Callable[[World, Mapping[str, Any]], Answer]) -> Answer:
    """Do what is asked; whoever was killed before the answer came asks again with its key and gets that answer."""
    wanted = wanted_of(call)
    key = (call.request.path, str(wanted.get("key") or ""))
    if not key[1]:
        return act(world, wanted)
    told = world.keys.told(*key, world.now())
    if told is None:
        told = Told("", act(world, wanted), world.now())
        world.keys.keep(*key, told)
    return told.answer


def accounts(world: World, call: Call) -> Answer:
    """`POST /_sandbox/accounts {"token", "user_id"}`: another seller, to be mistaken for this one."""
    wanted = wanted_of(call)
    token, user = wanted.get("token"), str(wanted.get("user_id", ""))
    if not isinstance(token, str) or not token.strip() or not re.fullmatch("[0-9]+", user):
        raise wrong_control("token and a numeric user_id are needed")
    world.sellers[token] = seller(world.site.id, world.seed + 1, token, user)
    return Answer(201, {"user_id": user})


def without(world: World, call: Call) -> Answer:
    """`GET` and `PUT /_sandbox/gone`: `{"POST /pos": 405}`, generations of POS switched off; a PUT replaces all."""
    if call.request.method == "PUT":
        wanted = wanted_of(call)
        if not all(name in gone.FAMILIES and status in gone.STATUSES for name, status in wanted.items()):
            raise wrong_control(f"gone is an object of {', '.join(gone.FAMILIES)} and 404, 405 or 410")
        world.gone = dict(wanted)
    return Answer(200, dict(world.gone))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


ROUTES: Sequence[tuple[str, str, Any]] = (
    ("GET", "/_sandbox/state", state),
    ("GET", "/_sandbox/faults", faults),
    ("PUT", "/_sandbox/faults", faults),
    ("GET", "/_sandbox/clock", clock),
    ("PUT", "/_sandbox/clock", clock),
    ("GET", "/_sandbox/requests", requests),
    ("GET", "/_sandbox/ledger", sums),
    ("POST", "/_sandbox/buyer", buy),
    ("POST", "/_sandbox/panel", press),
    ("POST", "/_sandbox/accounts", accounts),
    ("GET", "/_sandbox/gone", without),
    ("PUT", "/_sandbox/gone", without),
)
