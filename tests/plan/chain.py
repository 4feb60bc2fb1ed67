"""A chain of branches and registers as a list, and what the account would hold if it had them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from mpkit.model import Account, Amount, Branch, Location, Pos, Register, Store
from mpkit.plan import Existing
from mpkit.plan.change import Plan

ACCOUNT = Account(id="1234567", nickname="TESTUSER1234567", site="MLA", test=True, amount=Amount.BUYER)


@dataclass(frozen=True)
class Listed:
    """The list."""

    branches: tuple[Branch, ...] = ()
    registers: tuple[Register, ...] = ()


@cache
def places() -> tuple[tuple[str, str, float, float], ...]:
    """Some real places of Argentina: state, city, latitude, longitude."""
    from mpkit.places import catalogue

    found = catalogue("MLA")
    chosen = []
    for state in found.states:
        for city in found.cities(state)[:2]:
            point = found.point(state, city)
            if point is not None:
                chosen.append((state, city, float(point[0]), float(point[1])))
    return tuple(chosen)


def branch(n: int, **changed: object) -> Branch:
    state, city, latitude, longitude = places()[n % len(places())]
    made = Branch(
        external_id=f"S{n:03d}",
        name=f"Sucursal {n}",
        location=Location("San Martín", str(100 + n), city, state, latitude, longitude),
        hours={"monday": (("09:00", "18:00"),)} if n % 2 else {},
        own_id=f"own-{n}",
        region="Norte" if n % 3 else "Sur",
        record=n + 1,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def register(n: int, of: int | None = None, **changed: object) -> Register:
    made = Register(f"P{n:03d}", f"S{n if of is None else of:03d}", f"Caja {n}", record=n + 1)
    return replace(made, **changed)  # type: ignore[arg-type]


def chain(branches: int, registers: int | None = None) -> Listed:
    """So many branches, the registers dealt out to them in turn (one each unless said otherwise)."""
    count = branches if registers is None else registers
    return Listed(
        tuple(branch(n) for n in range(branches)),
        tuple(register(n, of=n % branches) for n in range(count)),
    )


def as_store(wanted: Branch, id_: str, **changed: object) -> Store:
    place = wanted.location
    line = f"{place.street_name} {place.street_number}, {place.city}, {place.state}, Argentina"
    made = Store(
        id_, wanted.name, wanted.external_id, line, place.latitude, place.longitude, place.reference, wanted.hours
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def as_pos(wanted: Register, id_: str, store_id: str, **changed: object) -> Pos:
    made = Pos(id_, wanted.name, store_id, wanted.external_id, wanted.branch_external_id, qr_code=f"qr {id_}")
    return replace(made, **changed)  # type: ignore[arg-type]


def account_with(listed: Listed) -> Existing:
    """The account as it is once the whole list exists there."""
    stores = tuple(as_store(one, str(600 + n)) for n, one in enumerate(listed.branches))
    ids = {store.external_id: store.id for store in stores}
    return Existing(
        stores,
        tuple(as_pos(one, str(900 + n), ids[one.branch_external_id]) for n, one in enumerate(listed.registers)),
    )


def applied(plan: Plan, before: Existing) -> tuple[Existing, dict[tuple[str, str], object]]:
    """What the account and the ledger hold once a plan has been carried out, worked out without any of apply."""
    from mpkit.ledger import Known
    from mpkit.plan.fields import branch_of, register_of

    stores = {store.id: store for store in before.stores}
    pos = {one.id: one for one in before.pos}
    ids = {store.external_id: store.id for store in before.stores}
    known: dict[tuple[str, str], object] = {}
    for n, change in enumerate(plan.work, start=len(stores) + len(pos)):
        fields = dict(change.after or {})
        id_ = change.remote_id or str(70_000 + n)
        if change.object == "store":
            wanted = branch_of(change.external_id, fields)
            old = stores.get(id_)
            if old and "hours" not in fields:
                wanted = replace(wanted, hours=old.hours)
            if old and "reference" not in fields:
                wanted = replace(wanted, location=replace(wanted.location, reference=old.reference))
            stores[id_] = as_store(wanted, id_)
            ids[change.external_id] = id_
        else:
            register_ = register_of(change.external_id, fields)
            pos[id_] = as_pos(register_, id_, ids[fields["store"]], fixed_amount=fields["fixed_amount"])
            if "category" in fields:
                pos[id_] = replace(pos[id_], category=fields["category"])
        known[change.object, change.external_id] = Known(change.object, change.external_id, id_, None, fields)
    return Existing(tuple(stores.values()), tuple(pos.values())), known
