"""Closing for good: ids of branches and registers in, the POS and stores to take away out, each with what it costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mpkit.errors import Refused
from mpkit.model import Branch, Pos, Register, Store, WaitingOrder
from mpkit.plan.change import Change, Existing, Wanted
from mpkit.plan.fields import of_pos, of_store

Paid = Mapping[str, datetime | None]  # POS id to its last payment, None where it has none; absent where nobody asked
Waiting = Mapping[str, WaitingOrder | None]  # POS id to the order that waits there; absent where it could not be asked


@dataclass(frozen=True)
class Closed:
    """Entries of the list that are to be taken away: external ids of branches and of registers.

    `heirs` are the registers that stand in for some of them, whose signs are printed in place of theirs.
    """

    branches: frozenset[str] = frozenset()
    registers: frozenset[str] = frozenset()
    heirs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Doomed:
    """What is known of what goes: of each POS the last payment and what waits at it, of each register its pieces."""

    paid: Paid = field(default_factory=dict)
    printed: Mapping[str, Sequence[int]] = field(default_factory=dict)
    waiting: Waiting = field(default_factory=dict)
    currency: str = ""


def closed(wanted: Wanted, ids: Collection[str]) -> Closed:
    """Who is meant: a branch by our id or the merchant's own, with all its registers, or one register.

    `store:ID` and `pos:ID` say which, where a branch and a register have the same id; `ID=NEW` names the register that
    takes the place of another one: a code is for life, so that replacing it is another register. Raises `Refused` for
    an id that names nothing, or two things, or for a NEW that is no open register of the same branch.
    """
    heirs = {old: new for old, equals, new in (text.partition("=") for text in ids) if equals}
    stores: set[str] = set()
    pos: set[str] = set()
    own = {branch.own_id: branch.external_id for branch in wanted.branches if branch.own_id}
    branches = {branch.external_id for branch in wanted.branches}
    registers = {register.external_id for register in wanted.registers}
    named: dict[str, str] = {}
    for text in (text.partition("=")[0] for text in ids):
        kind, colon, id_ = text.partition(":")
        name = id_ if colon and kind in {"store", "pos"} else text
        only = kind if colon and kind in {"store", "pos"} else ""
        branch = (name if name in branches else own.get(name, "")) if only != "pos" else ""
        register = name if name in registers and only != "store" else ""
        if branch and register:
            raise Refused("plan_close_which", text=text)
        if not branch and not register:
            raise Refused("plan_close_unknown", text=text)
        stores |= {branch} if branch else set()
        pos |= {register} if register else set()
        named |= {register: heirs[text]} if text in heirs else {}
    _heirs(wanted, named)
    pos |= {one.external_id for one in wanted.registers if one.branch_external_id in stores}
    return Closed(frozenset(stores), frozenset(pos), named)


def _heirs(wanted: Wanted, heirs: Mapping[str, str]) -> None:
    """Raise `Refused` where a register is to stand in for another one that it cannot stand in for."""
    if not heirs:
        return
    registers = {one.external_id: one for one in wanted.registers}
    for old, new in heirs.items():
        heir, before = registers.get(new), registers.get(old)
        fits = heir and before and not heir.closed and heir.branch_external_id == before.branch_external_id
        if not fits or new == old:
            raise Refused("plan_close_heir", text=new, old=old)


def marked(wanted: Wanted, going: Closed) -> tuple[tuple[Branch, ...], tuple[Register, ...]]:
    """The same entries as the list is to have them: closed."""
    return (
        tuple(replace(one, closed=True) for one in wanted.branches if one.external_id in going.branches),
        tuple(replace(one, closed=True) for one in wanted.registers if one.external_id in going.registers),
    )


def doomed(existing: Existing, going: Closed) -> tuple[Pos, ...]:
    """The POS that would be taken away: whose last payment is to be told."""
    return tuple(pos for pos in existing.pos if pos.external_id in going.registers)


def pos_away(base: Change, found: Pos, known: Doomed, *, store: str, branch: str, heir: str = "") -> Change:
    """A POS that goes: its last payment, its pieces, and the order that waits at it.

    `store` is the external id of its store, `branch` that branch's name, `heir` the register that takes its place.
    """
    serials = tuple(known.printed.get(base.external_id, ()))
    last = known.paid.get(found.id)
    asked = found.id in known.paid
    values: dict[str, object] = {"branch": branch, "pieces": len(serials), "waits": found.fixed_amount}
    values |= {"heir": heir} if heir else {}
    values["last_payment"] = last.isoformat(timespec="minutes") if last else None
    why = "plan_why_close_paid" if last else "plan_why_close_unpaid" if asked else "plan_why_close_unasked"
    values |= order_of(found, known.waiting, known.currency)
    return replace(
        base,
        kind="delete",
        why=why,
        before={**of_pos(found, {}), "store": store},
        remote_id=found.id,
        stickers_void=len(serials),
        serials=serials,
        values=values,
    )


def order_of(pos: Pos, waiting: Waiting, currency: str) -> dict[str, object]:
    """What a change says of the order at a POS; nothing where its buyers type the amount: no order can wait there."""
    if not pos.fixed_amount:
        return {}
    order = waiting.get(pos.id)
    if order is None:
        return {"also": ["plan_close_no_order" if pos.id in waiting else "plan_close_order"]}
    return {
        "also": ["plan_close_open_order"],
        "order": order.amount,
        "currency": currency,
        "order_reference": order.reference,
    }


def store_away(base: Change, found: Store, inside: Sequence[Pos], going: Collection[str]) -> Change:
    """A store that goes after its POS; while it keeps one that does not go, it stays: its buyers would still pay.

    `inside` are the POS it has, `going` the ids of those that are taken away.
    """
    left = [pos for pos in inside if pos.id not in going]
    before = of_store(found, None)
    if left:
        values = {"n": len(left), "names": ", ".join(sorted(pos.name for pos in left)[:5])}
        return replace(base, kind="blocked", why="plan_why_close_occupied", before=before, values=values)
    return replace(base, kind="delete", why="plan_why_close_store", before=before, remote_id=found.id)
