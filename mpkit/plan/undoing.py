"""Undo of one run: its journal and the account in, a plan out that removes what the run created, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mpkit.errors import Refused
from mpkit.ledger import Intent
from mpkit.model import Account, Pos, Store
from mpkit.plan.change import Change, Existing, Plan, list_hash
from mpkit.plan.closing import Doomed, Paid, pos_away, store_away


def created(journal: Sequence[Intent]) -> tuple[Intent, ...]:
    """What a run made. Raises `Refused` for one that made nothing, or that left something in doubt."""
    if any(one.kind == "create" and one.state in {"sent", "unknown"} for one in journal):
        raise Refused("plan_undo_unsettled")
    made = tuple(one for one in journal if one.kind == "create" and one.state == "done" and one.remote_id)
    if not made:
        raise Refused("plan_undo_nothing")
    return made


def undo(
    made: Iterable[Intent],
    existing: Existing,
    *,
    account: Account,
    printed: Mapping[str, Sequence[int]],
    paid: Paid,
) -> Plan:
    """The plan that removes what the run made, POS before their store.

    What somebody has paid at, or what a printed sign hangs for, is blocked and stays, with its store; `paid` tells the
    last payment of each POS. What is no longer there, or was put in its place by others, is left out. The list stays.
    """
    look = _Look.of(made, existing, Doomed(paid, printed))
    changes = [*look.pos(), *look.stores()]
    return Plan(
        account=account.id,
        site=account.site,
        test=account.test,
        amount=account.amount,
        changes=tuple(changes),
        same=0,
        listed=list_hash(_NO_LIST, account.amount, ()),
        remote=existing.fingerprints(),
        scope=(),  # it depends on no entry of the list
    )


@dataclass(frozen=True)
class _Empty:
    branches: tuple[()] = ()
    registers: tuple[()] = ()


_NO_LIST = _Empty()


@dataclass(frozen=True)
class _Look:
    """What the run made and is still there, by id of Mercado Pago."""

    made_stores: Mapping[str, Store]
    made_pos: Mapping[str, Pos]
    store_of: Mapping[str, Store]
    inside: Mapping[str, Sequence[Pos]]
    doomed: Doomed

    @classmethod
    def of(cls, made: Iterable[Intent], existing: Existing, doomed: Doomed) -> _Look:
        ours = {(one.object, one.remote_id): one.external_id for one in made}
        stores = {one.id: one for one in existing.stores if ours.get(("store", one.id)) == (one.external_id or "")}
        pos = {one.id: one for one in existing.pos if ours.get(("pos", one.id)) == (one.external_id or "")}
        inside: dict[str, list[Pos]] = defaultdict(list)
        for one in existing.pos:
            inside[one.store_id or ""].append(one)
        return cls(stores, pos, {one.id: one for one in existing.stores}, inside, doomed)

    def pos(self) -> list[Change]:
        """Each POS that the run made: taken away, or kept with its reason."""
        return [self._pos(one) for one in self.made_pos.values()]

    def _pos(self, found: Pos) -> Change:
        store = self.store_of.get(found.store_id or "")
        base = Change("delete", "pos", found.external_id or "", found.name, "plan_why_undo", remote_id=found.id)
        names = {"store": (store.external_id or "") if store else "", "branch": store.name if store else ""}
        change = pos_away(base, found, self.doomed, **names)
        if self.doomed.paid.get(found.id) is not None:
            return _kept(change, "plan_why_undo_paid")
        if change.serials:
            return _kept(change, "plan_why_undo_signs")
        return replace(change, why="plan_why_undo")

    def stores(self) -> list[Change]:
        """Each store that the run made: taken away once none of its POS stays."""
        away = {id_ for id_, one in self.made_pos.items() if self._pos(one).kind == "delete"}
        changes = []
        for one in self.made_stores.values():
            base = Change("delete", "store", one.external_id or "", one.name, "plan_why_undo", remote_id=one.id)
            change = store_away(base, one, self.inside.get(one.id, ()), away)
            changes.append(replace(change, why="plan_why_undo") if change.kind == "delete" else change)
        return changes


def _kept(change: Change, why: str) -> Change:
    """It stays, and so do its signs."""
    values = {name: value for name, value in change.values.items() if name != "also"}
    return replace(change, kind="blocked", why=why, stickers_void=0, serials=(), values=values)
