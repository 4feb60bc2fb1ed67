"""The list and the account become a plan: pure, the same for the same input, in one order, a store before its POS."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mpkit.errors import Refused
from mpkit.ledger import Known
from mpkit.model import Account, Amount, Branch, Pos, Register, Store
from mpkit.plan.change import Change, Existing, Object, Plan, Wanted, list_hash
from mpkit.plan.fields import Fields, differing, of_branch, of_pos, of_register, of_store
from mpkit.plan.scope import Only, chosen
from mpkit.sites import SITES

PENDING = frozenset({"create", "update", "adopt", "delete"})
_ID = re.compile(r"[A-Za-z0-9]+\Z")
_STORE_ID = 60  # stores contract 2.2
_POS_ID = 39  # stores contract 3.2: "less than 40"
_POS_NAME = 44  # stores contract 3.2: fewer than 45 characters


def make(
    wanted: Wanted,
    existing: Existing,
    known: Mapping[tuple[str, str], Known],
    *,
    account: Account,
    amount: Amount | None = None,
    only: Only | None = None,
    printed: Mapping[str, int] | None = None,
) -> Plan:
    """The plan that turns `existing` into what is `wanted`.

    `known` is what the ledger holds (ids, and the fields as last sent), `amount` who enters the amount where a register
    does not say so itself, `printed` how many pieces of each register are in use. Raises `Refused` where somebody still
    has to say who enters the amount: with a wrong guess every sign of the chain collects nothing.
    """
    answered(wanted, amount)
    look = _Look.at(account, existing, known, printed or {}, amount)
    registers: dict[str, list[Register]] = defaultdict(list)
    for register in wanted.registers:
        registers[register.branch_external_id].append(register)
    rows = [(branch, look.branch(branch, registers.pop(branch.external_id, ()))) for branch in wanted.branches]
    scope = chosen(only, [(branch, any(one.kind in PENDING for one in found)) for branch, found in rows])
    changes = [one for branch, found in rows if scope is None or branch.external_id in scope for one in found]
    if scope is None:
        changes += [look.stray(register) for left in registers.values() for register in left]
    changes += look.unmanaged(wanted)
    return Plan(
        account=account.id,
        site=account.site,
        test=account.test,
        amount=amount,
        changes=tuple(one for one in changes if one.kind != "same"),
        same=sum(one.kind == "same" for one in changes),
        listed=list_hash(wanted, amount, scope),
        remote=existing.fingerprints(),
        scope=scope,
    )


def answered(wanted: Wanted, amount: Amount | None) -> None:
    """Raise `Refused` where nobody has said who enters the amount, neither for the account nor at the register."""
    unanswered = sum(1 for register in wanted.registers if not register.closed and not (register.amount or amount))
    if unanswered:
        raise Refused("plan_amount_unanswered", n=unanswered)


@dataclass(frozen=True)
class _Look:
    """The account and the ledger, laid out for one comparison."""

    account: Account
    amount: Amount | None
    stores: Mapping[str, Sequence[Store]]  # by external id
    pos: Mapping[str, Sequence[Pos]]
    store_of: Mapping[str, str]  # store id to external id
    known: Mapping[tuple[str, str], Known]
    printed: Mapping[str, int]
    existing: Existing

    @classmethod
    def at(
        cls,
        account: Account,
        existing: Existing,
        known: Mapping[tuple[str, str], Known],
        printed: Mapping[str, int],
        amount: Amount | None,
    ) -> _Look:
        stores: dict[str, list[Store]] = defaultdict(list)
        pos: dict[str, list[Pos]] = defaultdict(list)
        for store in existing.stores:
            stores[store.external_id or ""].append(store)
        for one in existing.pos:
            pos[one.external_id or ""].append(one)
        store_of = {store.id: store.external_id for store in existing.stores if store.external_id}
        sound = {key: one for key, one in known.items() if one.sound}
        return cls(account, amount, stores, pos, store_of, sound, printed, existing)

    def branch(self, branch: Branch, registers: Sequence[Register]) -> list[Change]:
        """What happens to a branch's store, then to its POS."""
        store = self._store(branch)
        blocked = store.kind == "blocked"
        changes = [] if store.why == _ABSENT else [store]
        for register in registers:
            one = self._pos(register, branch, blocked=blocked)
            changes += [] if one.why == _ABSENT else [one]
        return changes

    def stray(self, register: Register) -> Change:
        """A register whose branch is not in the list."""
        change = Change("blocked", "pos", register.external_id, register.name, "plan_why_no_branch", register.record)
        return replace(change, values={"branch": register.branch_external_id})

    def unmanaged(self, wanted: Wanted) -> Iterator[Change]:
        """What the account has and the list does not: it stays as it is."""
        branches = {branch.external_id for branch in wanted.branches}
        for store in self.existing.stores:
            if store.external_id not in branches:
                yield _left("store", store, of_store(store, None))
        registers = {register.external_id for register in wanted.registers}
        for pos in self.existing.pos:
            if pos.external_id not in registers:
                yield _left("pos", pos, of_pos(pos, self.store_of))

    def _store(self, branch: Branch) -> Change:
        after = of_branch(branch)
        base = Change("same", "store", branch.external_id, branch.name, _ABSENT, branch.record)
        found = self.stores.get(branch.external_id, ())
        if branch.closed:
            return _closed(base, found)
        why = self._unfit(branch.external_id, _STORE_ID, after, ("name", "street_name", "city", "state"))
        box = SITES[self.account.site].box
        if not why and not box.holds(branch.location.latitude, branch.location.longitude):
            why = "plan_why_outside"
        if why or len(found) > 1:
            return replace(base, kind="blocked", why=why or "plan_why_twice", after=after, values={"n": len(found)})
        known = self.known.get(("store", branch.external_id))
        if not found:
            return replace(base, kind="create", why="plan_why_gone" if known else "plan_why_new", after=after)
        ours = known if known and known.remote_id == found[0].id else None
        before = of_store(found[0], ours.sent if ours else None)
        return _compared(replace(base, remote_id=found[0].id, before=before, after=after), ours, known)

    def _pos(self, register: Register, branch: Branch, *, blocked: bool) -> Change:
        amount = register.amount or self.amount or Amount.BUYER  # a closed one may be unanswered: it is never sent
        after = of_register(register, amount)
        base = Change("same", "pos", register.external_id, register.name, _ABSENT, register.record)
        found = self.pos.get(register.external_id, ())
        if register.closed or branch.closed:
            return _closed(base, found)
        why = "plan_why_branch_blocked" if blocked else self._unfit(register.external_id, _POS_ID, after, ("name",))
        if not why and len(register.name) > _POS_NAME:
            why = "plan_why_name_long"
        if why or len(found) > 1:
            return replace(base, kind="blocked", why=why or "plan_why_twice", after=after, values={"n": len(found)})
        known = self.known.get(("pos", register.external_id))
        pieces = self.printed.get(register.external_id, 0)
        if not found:
            why = "plan_why_gone" if known else "plan_why_new"
            return replace(base, kind="create", why=why, after=after, stickers_void=pieces if known else 0)
        ours = known if known and known.remote_id == found[0].id else None
        before = of_pos(found[0], self.store_of)
        change = _compared(replace(base, remote_id=found[0].id, before=before, after=after), ours, known)
        # The code of another POS is another code; and steps to pay that are no longer true make a sign useless too.
        useless = change.why == "plan_why_replaced" or "fixed_amount" in change.fields
        return replace(change, stickers_void=pieces if useless else 0)

    def _unfit(self, external_id: str, most: int, after: Fields, needed: Sequence[str]) -> str:
        """Why the API would refuse it as it stands, or ""; the list may have been edited after its file was checked."""
        if not _ID.match(external_id) or len(external_id) > most:
            return "plan_why_id"
        return "" if all(str(after[name]).strip() for name in needed) else "plan_why_incomplete"


_ABSENT = ""  # the reason of a change that is none


def _compared(change: Change, ours: Known | None, known: Known | None) -> Change:
    """Same, update or adopt: by what differs, and by whether we know the object as ours."""
    fields = differing(change.after or {}, change.before or {})
    if ours is not None and not fields:
        return replace(change, why="plan_why_same")
    if ours is not None:
        return replace(change, kind="update", why="plan_why_differs", fields=fields)
    why = "plan_why_ours_differs" if fields else "plan_why_ours"
    return replace(change, kind="adopt", why="plan_why_replaced" if known else why, fields=fields)


def _closed(base: Change, found: Sequence[Store | Pos]) -> Change:
    """Closed in the list: nothing to make, and what exists is left, because closing it is a step of its own."""
    return replace(base, kind="unmanaged", why="plan_why_closed", remote_id=found[0].id) if found else base


def _left(kind: Object, found: Store | Pos, before: Fields) -> Change:
    why = "plan_why_foreign" if found.external_id else "plan_why_panel"
    return Change("unmanaged", kind, found.external_id or "", found.name, why, before=before, remote_id=found.id)
