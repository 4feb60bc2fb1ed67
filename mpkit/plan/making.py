"""The list and the account become a plan: pure, the same for the same input, in one order, a store before its POS."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mpkit.errors import Refused
from mpkit.ledger import Known
from mpkit.model import Account, Amount, Branch, Pos, Register, Store
from mpkit.plan.change import Change, Existing, Object, Plan, Wanted, list_hash
from mpkit.plan.closing import Closed, Doomed, Paid, Waiting, pos_away, store_away
from mpkit.plan.fields import Fields, differing, holds, of_branch, of_pos, of_register, of_store, stands
from mpkit.plan.firms import Firms
from mpkit.plan.matching import twins
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
    printed: Mapping[str, Sequence[int]] | None = None,
    close: Closed | None = None,
    paid: Paid | None = None,
    adopting: Mapping[str, str] | None = None,
    waiting: Waiting | None = None,
    firms: Firms | None = None,
) -> Plan:
    """The plan that turns `existing` into what is `wanted`.

    `known` is what the ledger holds (ids, and the fields as last sent), `amount` who enters the amount where a register
    does not say so itself, `printed` the serials of each register's pieces in use. `close` names what is closed in the
    list and to be taken away, `paid` the last payment of each such POS, `waiting` the order at it; `adopting` the ids
    of objects made in the panel that are to become ours, by "store:<external id>" and "pos:<external id>"; `firms`
    keeps away branches of another firm. Raises `Refused` where somebody still has to say who enters the amount: with a
    wrong guess every sign of the chain collects nothing.
    """
    answered(wanted, amount)
    doomed = Doomed(paid or {}, printed or {}, waiting or {}, SITES[account.site].currency)
    look = _Look.at(account, existing, known, amount, doomed=doomed, close=close or Closed(), adopting=adopting or {})
    look = replace(look, firms=firms or Firms(account))
    changes, scope = _changes(look, wanted, only)
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


def _changes(look: _Look, wanted: Wanted, only: Only | None) -> tuple[list[Change], tuple[str, ...] | None]:
    """Every change in its order, those that are none among them, and the branches they are about (None: all)."""
    registers: dict[str, list[Register]] = defaultdict(list)
    for register in wanted.registers:
        registers[register.branch_external_id].append(register)
    rows = [(branch, look.branch(branch, registers.pop(branch.external_id, ()))) for branch in wanted.branches]
    scope = chosen(only, [(branch, any(one.kind in PENDING for one in found)) for branch, found in rows])
    changes = [one for branch, found in rows if scope is None or branch.external_id in scope for one in found]
    if scope is None:
        changes += [look.stray(register) for left in registers.values() for register in left]
    if any(one.kind == "create" for one in changes):
        changes = _warned(changes, twins(wanted, look.existing))
    return [*changes, *look.unmanaged(wanted, scope)], scope


def _warned(changes: Sequence[Change], found: Mapping[str, Store | Pos]) -> list[Change]:
    """What would be made although the account seems to have it says so: taking it over makes no double."""
    return [_twin(one, found[one.key]) if one.kind == "create" and one.key in found else one for one in changes]


def _twin(change: Change, there: Store | Pos) -> Change:
    also = [*change.values.get("also", ()), "plan_twin_other" if there.external_id else "plan_twin_panel"]
    told = {"twin": there.name, "twin_id": there.id, "twin_external_id": there.external_id or ""}
    return replace(change, values={**change.values, **told, "also": also})


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
    inside: Mapping[str, Sequence[Pos]]  # by store id
    known: Mapping[tuple[str, str], Known]
    existing: Existing
    doomed: Doomed
    close: Closed
    adopting: Mapping[str, str]
    firms: Firms

    @classmethod
    def at(
        cls,
        account: Account,
        existing: Existing,
        known: Mapping[tuple[str, str], Known],
        amount: Amount | None,
        *,
        doomed: Doomed,
        close: Closed,
        adopting: Mapping[str, str],
    ) -> _Look:
        named = {f"{key.partition(':')[0]}:{id_}": key.partition(":")[2] for key, id_ in adopting.items()}
        stores: dict[str, list[Store]] = defaultdict(list)
        pos: dict[str, list[Pos]] = defaultdict(list)
        inside: dict[str, list[Pos]] = defaultdict(list)
        for store in existing.stores:
            stores[store.external_id or named.get(f"store:{store.id}", "")].append(store)
        for one in existing.pos:
            pos[one.external_id or named.get(f"pos:{one.id}", "")].append(one)
            inside[one.store_id or ""].append(one)
        names = ((store.id, store.external_id or named.get(f"store:{store.id}", "")) for store in existing.stores)
        store_of = {id_: name for id_, name in names if name}
        sound = {key: one for key, one in known.items() if one.sound}
        return cls(
            account, amount, stores, pos, store_of, inside, sound, existing, doomed, close, adopting, Firms(account)
        )

    def branch(self, branch: Branch, registers: Sequence[Register]) -> list[Change]:
        """What happens to a branch's store, then to its POS; what goes, goes the other way round."""
        if branch.closed:
            return self._closing(branch, registers)
        store = self._store(branch)
        changes = [store, *(self._pos(one, branch, blocked=store.kind == "blocked") for one in registers)]
        return [one for one in changes if one.why != _ABSENT]

    def _closing(self, branch: Branch, registers: Sequence[Register]) -> list[Change]:
        """A closed branch: what it has in the account is left, but for what is to be taken away now."""
        pos = [self._closed_pos(register, branch) for register in registers]
        base = Change("same", "store", branch.external_id, branch.name, _ABSENT, branch.record)
        found = self.stores.get(branch.external_id, ())
        if branch.external_id not in self.close.branches or not found:
            store = _closed(base, found)
        elif len(found) > 1:
            store = replace(base, kind="blocked", why="plan_why_twice", values={"n": len(found)})
        else:
            away = {one.remote_id for one in pos if one.kind == "delete" and one.remote_id}
            store = store_away(base, found[0], self.inside.get(found[0].id, ()), away)
        return [one for one in (*pos, store) if one.why != _ABSENT]

    def _closed_pos(self, register: Register, branch: Branch) -> Change:
        base = Change("same", "pos", register.external_id, register.name, _ABSENT, register.record)
        found = self.pos.get(register.external_id, ())
        if register.external_id not in self.close.registers or not found:
            return _closed(base, found)
        if len(found) > 1:
            return replace(base, kind="blocked", why="plan_why_twice", values={"n": len(found)})
        heir = self.close.heirs.get(register.external_id, "")
        return pos_away(base, found[0], self.doomed, store=branch.external_id, branch=branch.name, heir=heir)

    def stray(self, register: Register) -> Change:
        """A register whose branch is not in the list."""
        change = Change("blocked", "pos", register.external_id, register.name, "plan_why_no_branch", register.record)
        return replace(change, values={"branch": register.branch_external_id})

    def unmanaged(self, wanted: Wanted, scope: Collection[str] | None) -> Iterator[Change]:
        """What the account has and the list does not, in the stores of `scope` (None: anywhere): it stays as it is."""
        branches = {branch.external_id for branch in wanted.branches}
        taken = {f"{key.partition(':')[0]}:{id_}" for key, id_ in self.adopting.items()}
        for store in self.existing.stores:
            if scope is None and store.external_id not in branches and f"store:{store.id}" not in taken:
                yield _left("store", store, of_store(store, None))
        registers = {register.external_id for register in wanted.registers}
        for pos in self.existing.pos:
            meant = scope is None or self.store_of.get(pos.store_id or "") in scope
            if meant and pos.external_id not in registers and f"pos:{pos.id}" not in taken:
                yield _left("pos", pos, of_pos(pos, self.store_of))

    def _store(self, branch: Branch) -> Change:
        found = self.stores.get(branch.external_id, ())
        place = branch.location
        told = (branch.name, place.street_name, place.city, place.state)
        why = self._unfit(branch.external_id, _STORE_ID, told)
        if not why and not SITES[self.account.site].box.holds(place.latitude, place.longitude):
            why = "plan_why_outside"
        known = self.known.get(("store", branch.external_id))
        ours = known if known and len(found) == 1 and known.remote_id == found[0].id else None
        other = None if why or len(found) > 1 else self.firms.against(branch)
        ready = ours is not None and not why and not other and bool(found[0].external_id)
        if ready and ours is not None and holds(branch, found[0], ours.sent):
            return _SAME_STORE
        after = of_branch(branch)
        base = Change("same", "store", branch.external_id, branch.name, _ABSENT, branch.record)
        if why or len(found) > 1:
            return replace(base, kind="blocked", why=why or "plan_why_twice", after=after, values={"n": len(found)})
        if other:
            return replace(base, kind="blocked", why=other[0], after=after, values=other[1])
        if not found:
            why = "plan_why_gone" if known else "plan_why_new"
            return replace(base, kind="create", why=why, after=after, values=self.firms.remark(branch))
        before = _nameless(of_store(found[0], ours.sent if ours else None), found[0])
        return _compared(replace(base, remote_id=found[0].id, before=before, after=after), ours, known)

    def _pos(self, register: Register, branch: Branch, *, blocked: bool) -> Change:
        if register.closed:
            return self._closed_pos(register, branch)
        amount = register.amount or self.amount or Amount.BUYER
        found = self.pos.get(register.external_id, ())
        known = self.known.get(("pos", register.external_id))
        ours = known if known and len(found) == 1 and known.remote_id == found[0].id else None
        ready = ours is not None and not blocked and bool(found[0].external_id)
        if ready and stands(register, amount.waits_for_order, found[0], self.store_of):
            return _SAME
        after = of_register(register, amount)
        base = Change("same", "pos", register.external_id, register.name, _ABSENT, register.record)
        why = "plan_why_branch_blocked" if blocked else self._unfit(register.external_id, _POS_ID, (register.name,))
        if not why and len(register.name) > _POS_NAME:
            why = "plan_why_name_long"
        if why or len(found) > 1:
            return replace(base, kind="blocked", why=why or "plan_why_twice", after=after, values={"n": len(found)})
        if not found:
            made = replace(base, kind="create", why="plan_why_gone" if known else "plan_why_new", after=after)
            return self._signs(made, branch, dead=known is not None)
        before = _nameless(of_pos(found[0], self.store_of), found[0])
        change = _compared(replace(base, remote_id=found[0].id, before=before, after=after), ours, known)
        # The code of another POS is another code; steps to pay that are no longer true make a sign useless too.
        dead = change.why == "plan_why_replaced"
        return self._signs(change, branch, dead=dead, steps="fixed_amount" in change.fields)

    def _signs(self, change: Change, branch: Branch, *, dead: bool, steps: bool = False) -> Change:
        """The change with the printed pieces it makes useless: by their code, or by the steps beside it."""
        serials = tuple(self.doomed.printed.get(change.external_id, ())) if dead or steps else ()
        if not serials:
            return change
        return replace(
            change,
            stickers_void=len(serials),
            steps_false=0 if dead else len(serials),
            serials=serials,
            values={**change.values, "branch": branch.name},
        )

    def _unfit(self, external_id: str, most: int, needed: Sequence[str]) -> str:
        """Why the API would refuse it as it stands, or ""; the list may have been edited after its file was checked."""
        if not _ID.match(external_id) or len(external_id) > most:
            return "plan_why_id"
        return "" if all(str(text).strip() for text in needed) else "plan_why_incomplete"


_ABSENT = ""  # the reason of a change that is none
_SAME = Change("same", "pos", "", "", "plan_why_same")  # only counted, so one stands for all
_SAME_STORE = replace(_SAME, object="store")


def _compared(change: Change, ours: Known | None, known: Known | None) -> Change:
    """Same, update or adopt: by what differs, and by whether we know the object as ours."""
    before, after = change.before or {}, change.after or {}
    fields = differing(after, before)
    if ours is not None and not fields:
        return replace(change, why="plan_why_same")
    if ours is not None:
        return replace(change, kind="update", why="plan_why_differs", fields=fields)
    if "external_id" in before:  # made in the panel: it gets our id, and its sticker goes on
        also = ["plan_adopt_switch"] if "fixed_amount" in fields else []
        after = {**after, "external_id": change.external_id}
        values = {"also": also} if also else {}
        fields = ("external_id", *fields)
        return replace(change, kind="adopt", why="plan_why_adopt", fields=fields, after=after, values=values)
    why = "plan_why_ours_differs" if fields else "plan_why_ours"
    return replace(change, kind="adopt", why="plan_why_replaced" if known else why, fields=fields)


def _closed(base: Change, found: Sequence[Store | Pos]) -> Change:
    """Closed in the list: nothing to make, and what exists is left, because closing it is a step of its own."""
    return replace(base, kind="unmanaged", why="plan_why_closed", remote_id=found[0].id) if found else base


def _nameless(before: Fields, found: Store | Pos) -> Fields:
    """The fields of an object; one made in the panel says that it has no external id."""
    return before if found.external_id else {**before, "external_id": None}


def _left(kind: Object, found: Store | Pos, before: Fields) -> Change:
    why = "plan_why_foreign" if found.external_id else "plan_why_panel"
    return Change("unmanaged", kind, found.external_id or "", found.name, why, before=before, remote_id=found.id)
