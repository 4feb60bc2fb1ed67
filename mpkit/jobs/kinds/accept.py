"""Differences taken over: what Mercado Pago has goes into the list, and counts as what we left from now on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from mpkit import branches, ledger, plan
from mpkit.branches import Origin
from mpkit.errors import Refused
from mpkit.jobs import evidence, seals
from mpkit.jobs.judging import places_of
from mpkit.jobs.kinds.drift import compared
from mpkit.jobs.kinds.plan import Look, keep
from mpkit.jobs.workbench import Workbench
from mpkit.ledger import By, Done, audit
from mpkit.model import Account, Amount, Location, Store
from mpkit.places import Catalogue, catalogue
from mpkit.plan import Accepted, Difference, Drift, Settling
from mpkit.sheet import address
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, keys, amount, who}; `keys` are those of `drift`, `amount` who sends orders, or "".

    Gives {accepted, plan, edits, reprint, recall}: `plan` is the head of the plan that gives our ids to what is new
    (None where nothing is), to be carried out with `edits`; `reprint` the registers whose signs are to be printed anew,
    `recall` those signs, as in `drift`. Run again, what was taken over is a difference no longer.
    """
    account = bench.account(str(arguments.get("account") or ""))
    found, seen = compared(bench, account, progress)
    chosen = meant(found, arguments)
    who = str(arguments.get("who") or "")
    amount = Amount(arguments["amount"]) if arguments.get("amount") else None
    done = settling(bench, account, seen).accept(chosen, amount)
    head, edits = None, None
    if done.adopting:
        head, edits = _taking_over(bench, account, seen, done, who=who)
    _write(bench, account, done, who=who)
    dead = [one for one in chosen if one.serials and one.kind == "code_changed"]
    return {
        "accepted": len(chosen),
        "plan": head,
        "edits": edits,
        "reprint": [one.external_id for one in dead],
        "recall": [sign for one in dead for sign in one.plain()["stickers"]],
    }


def meant(found: Drift, arguments: Mapping[str, Any]) -> list[Difference]:
    """The differences a press names. Raises `Refused` for one that is none (any more)."""
    keys_ = set(arguments["keys"])
    chosen = [one for one in found.differences if one.key in keys_]
    gone = keys_ - {one.key for one in chosen}
    if gone or not chosen:
        raise Refused("drift_none_such", text=", ".join(sorted(gone)))
    return chosen


def settling(bench: Workbench, account: Account, seen: Look) -> Settling:
    """The account as it was looked at, ready for a press."""
    places = places_of(bench, account.id)
    known = places if isinstance(places, Catalogue) else catalogue(account.site, places)
    wanted = branches.wanted(bench.store, account.id)
    return Settling(account, wanted, seen.existing, seen.known, partial(_read_line, known))


def _read_line(known: Catalogue, store: Store) -> Location | None:
    """The parts of a composed address, in the account's own spelling of places; None where they cannot be told."""
    parts = address.split_full(store.address_line, known)
    point = None if store.latitude is None or store.longitude is None else (store.latitude, store.longitude)
    state = known.match_state(parts.state)
    city = known.match_city(parts.city, state.value if state.kind.lossless else None, point)
    if not (parts.street and state.kind.lossless and city.kind.lossless):
        return None
    number = parts.number or address.NO_NUMBER
    return Location(parts.street, number, city.value, state.value, *(point or (0.0, 0.0)))


def _taking_over(
    bench: Workbench, account: Account, seen: Look, done: Accepted, *, who: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plan that makes ours what is new, and the edits that belong to it."""
    new = {key.partition(":")[2] for key in done.adopting}
    edits = {kind: {name: of for name, of in rows.items() if name in new} for kind, rows in done.edits.items()}
    done.edits = {kind: {name: of for name, of in rows.items() if name not in new} for kind, rows in done.edits.items()}
    listed = branches.amended(branches.wanted(bench.store, account.id), done.edits)
    made = plan.take_over(
        branches.amended(listed, edits),
        seen.existing,
        seen.known,
        account=account,
        adopting=done.adopting,
        printed=seen.printed,
    )
    return keep(bench, account, made, who=who), edits


def _write(bench: Workbench, account: Account, done: Accepted, *, who: str) -> None:
    """Into the list, then on record; nobody carries a plan out meanwhile."""
    clock = bench.seams.clock
    seal = seals.seal_of(bench)
    hold = ledger.take(bench.store, account.id, "apply", who=who, clock=clock)
    try:
        if any(done.edits.values()):
            origin = Origin("panel", who=who, what="drift")
            seen = evidence.witness(bench, account.id, "edit", origin)
            branches.amend(bench.store, account.id, done.edits, origin=origin, clock=clock, witness=seen)
        if done.blanks:
            branches.clear(bench.store, account.id, done.blanks, at=clock.now())
        with ledger.writing_held(bench.store, hold) as connection:
            for object_, name in done.gone:
                ledger.forget(connection, account.id, object_, name, at=clock.now(), seal=seal)
            for known in done.known:
                ledger.remember(connection, account.id, known, at=clock.now(), seal=seal)
            by = By(who, clock.now(), "drift")
            ledger.void_pieces(connection, account.id, done.dead, seal=seal, by=by)
            audit.append(connection, account.id, _rows(done), by, seal=seal)
    finally:
        ledger.give_back(bench.store, hold)


def _rows(done: Accepted) -> list[Done]:
    """What the audit says of what was taken over."""
    gone = [Done("accept", object_, name, {"gone": True}) for object_, name in done.gone]
    return gone + [Done("accept", one.object, one.external_id, {"id": one.remote_id}) for one in done.known]
