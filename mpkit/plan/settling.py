"""A difference of the account becomes what one of its two presses asks for: edits of the list, or a plan.

*Accept* takes what Mercado Pago has into the list; *put back* is a plan that makes the account as it was left. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mpkit.errors import Refused
from mpkit.ledger import Intent, Known
from mpkit.model import Account, Amount, Location, Pos, Store
from mpkit.plan.change import Change, Existing, Plan, Wanted
from mpkit.plan.closing import Paid
from mpkit.plan.drifting import Difference
from mpkit.plan.fields import NOT_ECHOED, plain_hours
from mpkit.plan.making import make
from mpkit.plan.scope import Only
from mpkit.plan.undoing import undo
from mpkit.sheet import ids
from mpkit.sites import zone_of

ReadLine = Callable[[Store], Location | None]  # what the address line of a store says, None where nobody can tell
_PLAIN = ("name", "latitude", "longitude", "reference", "hours", "category")


@dataclass
class Accepted:
    """What accepting asks for: `edits` and `blanks` of the list, `known` and `gone` of the ledger, `dead` pieces.

    `edits` are as `branches.amended` takes them, `blanks` are fields emptied there. Of what is new, `adopting` is as
    `matching.Matched.taken` has it: its edits go into the list when its plan is carried out, and not before.
    """

    edits: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {"branches": {}, "registers": {}})
    blanks: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    known: list[Known] = field(default_factory=list)
    gone: list[tuple[str, str]] = field(default_factory=list)
    dead: list[int] = field(default_factory=list)
    adopting: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Settling:
    """The account, the list and the ledger that differences were found in."""

    account: Account
    wanted: Wanted
    existing: Existing
    known: Mapping[tuple[str, str], Known]
    read_line: ReadLine

    def accept(self, differences: Iterable[Difference], amount: Amount | None = None) -> Accepted:
        """What taking these differences over asks for; `amount` says who enters it where a register waits by now.

        Raises `Refused` where what Mercado Pago has cannot stand in the list.
        """
        done = Accepted()
        new = [one for one in differences if one.kind == "new"]
        for one in differences:
            if one.kind == "missing":
                self._gone(one, done)
            elif one.kind != "new":
                self._other(one, done, amount)
        for one in new:
            if one.object == "store":
                self._new_store(one, done)
        for one in new:
            if one.object == "pos":
                self._new_pos(one, done, amount)
        return done

    def _gone(self, one: Difference, done: Accepted) -> None:
        kind = "branches" if one.object == "store" else "registers"
        if self._listed(one):
            done.edits[kind][one.external_id] = {"closed": True}
        done.gone.append((one.object, one.external_id))
        done.dead += one.serials

    def _listed(self, one: Difference) -> bool:
        rows = self.wanted.branches if one.object == "store" else self.wanted.registers
        return any(row.external_id == one.external_id for row in rows)

    def _other(self, one: Difference, done: Accepted, amount: Amount | None) -> None:
        """What is otherwise by now: into the list, and on record as if we had left it so."""
        if "external_id" in one.fields:
            raise Refused("drift_external_id", name=one.name, external_id=one.external_id)
        mine = self.known[one.object, one.external_id]
        found = self._found(one)
        said = self._said(one, found, amount)
        sent = {**mine.sent, **{name: theirs for name, (_, theirs) in one.fields.items() if name in mine.sent}}
        sent |= {name: said[name] for name in NOT_ECHOED if name in said}
        code = found.qr_code if isinstance(found, Pos) else None
        before = next((each for each in done.known if each.external_id == mine.external_id), mine)
        done.known = [each for each in done.known if each is not before]
        merged = {**before.sent, **{k: v for k, v in sent.items() if mine.sent.get(k) != v}}
        done.known.append(replace(before, remote_id=one.id, qr_payload=code or before.qr_payload, sent=merged))
        if one.kind == "code_changed":
            done.dead += one.serials
        if not self._listed(one):
            return
        kind = "branches" if one.object == "store" else "registers"
        done.edits[kind].setdefault(one.external_id, {}).update(said)
        listed = "branch" if one.object == "store" else "register"
        blank = [name for name, (_, theirs) in one.fields.items() if name in _PLAIN and theirs in (None, "", {})]
        if blank:
            done.blanks[listed, one.external_id] += blank

    def _said(self, one: Difference, found: Store | Pos, amount: Amount | None) -> dict[str, Any]:
        """The fields of the list that differ, as it keeps them."""
        said: dict[str, Any] = {}
        for name, (_, theirs) in one.fields.items():
            if name in _PLAIN and theirs not in (None, "", {}):
                said[name] = theirs
            elif name == "fixed_amount":
                said["amount"] = self._amount(amount, waits=bool(theirs), name=one.name).value
            elif name == "store":
                if not any(row.external_id == theirs for row in self.wanted.branches):
                    raise Refused("drift_store_first", name=one.name)
                said["branch_external_id"] = theirs
            elif name == "address_line" and isinstance(found, Store):
                place = self._place(found)
                said |= {each: getattr(place, each) for each in NOT_ECHOED}
        if {"latitude", "longitude"} & set(said):
            said["approximate"] = False
        return said

    def _amount(self, said: Amount | None, *, waits: bool, name: str) -> Amount:
        """Who enters the amount of a register, from whether it waits for an order: asked, never assumed."""
        if not waits:
            return Amount.BUYER
        for one in (said, self.account.amount):
            if one is not None and one.waits_for_order:
                return one
        raise Refused("drift_who_sends", name=name)

    def _place(self, store: Store) -> Location:
        place = self.read_line(store)
        if place is None:
            raise Refused("drift_address", name=store.name, line=store.address_line)
        return place

    def _found(self, one: Difference) -> Store | Pos:
        rows: Sequence[Store | Pos] = self.existing.stores if one.object == "store" else self.existing.pos
        return next(row for row in rows if row.id == one.id)

    def _new_store(self, one: Difference, done: Accepted) -> None:
        found = self._found(one)
        assert isinstance(found, Store)
        place = self._place(found)
        street = f"{place.street_name} {place.street_number}"
        name = found.external_id or ids.derived_id(found.name, street, place.city, place.state)
        if any(row.external_id == name for row in self.wanted.branches):
            raise Refused("drift_listed_already", name=found.name, external_id=name)
        where = {"latitude": found.latitude, "longitude": found.longitude, "reference": found.reference}
        place_said = {each: getattr(place, each) for each in NOT_ECHOED}
        done.edits["branches"][name] = {"name": found.name, **place_said, **where, "hours": plain_hours(found.hours)}
        zone = zone_of(self.account.site, place.state, place.city, place.latitude, place.longitude)
        done.edits["branches"][name]["zone"] = zone
        done.adopting[f"store:{name}"] = found.id

    def _new_pos(self, one: Difference, done: Accepted, amount: Amount | None) -> None:
        found = self._found(one)
        assert isinstance(found, Pos)
        homes = {id_: key.partition(":")[2] for key, id_ in done.adopting.items() if key.startswith("store:")}
        homes |= {mine.remote_id: mine.external_id for mine in self.known.values() if mine.object == "store"}
        home = homes.get(found.store_id or "")
        if home is None:
            raise Refused("drift_store_first", name=found.name)
        taken = {row.external_id for row in self.wanted.registers} | set(done.edits["registers"])
        taken |= {pos.external_id for pos in self.existing.pos if pos.external_id} - {found.external_id}
        name = found.external_id or next(
            free for n in range(1, len(taken) + 2) if (free := ids.register_id(home, number=n)) not in taken
        )
        who = self._amount(amount, waits=found.fixed_amount, name=found.name)
        said: dict[str, Any] = {"name": found.name, "branch_external_id": home, "category": found.category}
        done.edits["registers"][name] = said | ({} if who == self.account.amount else {"amount": who.value})
        done.adopting[f"pos:{name}"] = found.id

    def put_back(
        self, differences: Collection[Difference], *, printed: Mapping[str, Sequence[int]], paid: Paid
    ) -> Plan:
        """The plan that brings these objects back to what we left; of what is new, that takes it away.

        Raises `Refused` for a code that is another one: Mercado Pago gives codes, and the old one does not come back.
        """
        fixed = [one for one in differences if one.kind == "code_changed" and "id" not in one.fields]
        if fixed:
            raise Refused("drift_code_fixed", name=fixed[0].name)
        ours = [one for one in differences if one.kind != "new"]
        new = [Intent("", one.object, one.external_id, "create", remote_id=one.id) for one in differences]
        new = [intent for intent, one in zip(new, differences, strict=True) if one.kind == "new"]
        away = undo(new, self.existing, account=self.account, printed=printed, paid=paid)
        made = self._restored(ours, printed) if ours else away
        return replace(made, changes=((*made.changes,) if ours else ()) + tuple(map(_away, away.changes)), same=0)

    def _restored(self, ours: Collection[Difference], printed: Mapping[str, Sequence[int]]) -> Plan:
        lines = {one.external_id for one in ours if "address_line" in one.fields}  # to be sent as a whole again
        known = {
            key: replace(mine, sent={}) if key[0] == "store" and key[1] in lines else mine
            for key, mine in self.known.items()
        }
        unnamed = {f"{one.object}:{one.external_id}": one.id for one in ours if "external_id" in one.fields}
        homes = {row.external_id: row.branch_external_id for row in self.wanted.registers}
        scope = {one.external_id if one.object == "store" else homes.get(one.external_id, one.store) for one in ours}
        whole = make(
            self.wanted,
            self.existing,
            known,
            account=self.account,
            amount=self.account.amount,
            only=Only(ids=tuple(f"store:{name}" for name in sorted(scope))),
            printed=printed,
            adopting=unnamed,
        )
        named = {f"{one.object}:{one.external_id}" for one in ours}
        homeless = {f"store:{scope_}" for scope_ in scope}
        kept = [one for one in whole.work if one.key in named or (one.kind == "create" and one.key in homeless)]
        return replace(whole, changes=tuple(kept))


def _away(change: Change) -> Change:
    """What is new goes under a name of its own where it has none: a plan keeps its journal by names."""
    why = {"plan_why_undo": "drift_why_away", "plan_why_undo_paid": "drift_why_paid"}.get(change.why, change.why)
    return replace(change, external_id=change.external_id or f"ID{change.remote_id}", why=why)
