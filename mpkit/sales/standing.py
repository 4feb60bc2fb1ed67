"""What the list says of the stores and registers that sell: an account comes in, hours, closings and ends go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from mpkit import branches, ledger
from mpkit.db import Engine
from mpkit.model import WEEK, Hours


@dataclass(frozen=True, slots=True)
class Standing:
    """All by Mercado Pago's ids.

    `until` is the day a store opens again, `off_until` that of a register by itself; `over` are stores and registers
    that are closed for good or handed over, whose silence is wanted; `listed` says the external ids, by object and id.
    """

    hours: Mapping[str, Hours] = field(default_factory=dict)
    until: Mapping[str, date] = field(default_factory=dict)
    over: frozenset[str] = frozenset()
    listed: Mapping[tuple[str, str], str] = field(default_factory=dict)
    off_until: Mapping[str, date] = field(default_factory=dict)

    def opens(self, store_id: str) -> tuple[bool, ...]:
        """On which weekdays a store opens, Monday first; all where its hours are not known."""
        hours = self.hours.get(store_id)
        return tuple(bool(hours.get(day)) for day in WEEK) if hours else (True,) * 7

    def resting(self, store_id: str, pos_id: str, today: date) -> bool:
        """Whether a register, or its store, is known to be closed for a while."""
        return max(self.until.get(store_id, today), self.off_until.get(pos_id, today)) > today


def standing_of(engine: Engine, account: str) -> Standing:
    """As the list of the account stands."""
    wanted = branches.wanted(engine, account)
    recorded = ledger.recorded(engine, account, seal=_unread)
    known = {key: each.remote_id for key, each in recorded.items()}
    gone = {each.remote_id for each in recorded.values() if each.gone}
    stores = {each.external_id: each for each in wanted.branches}
    of_store = {known["store", id_]: each for id_, each in stores.items() if ("store", id_) in known}
    over = {id_ for id_, each in of_store.items() if each.closed or each.handed_to}
    listed = {("store", id_): each.external_id for id_, each in of_store.items()}
    off: dict[str, date] = {}
    for register in wanted.registers:
        id_ = known.get(("pos", register.external_id), "")
        branch = stores.get(register.branch_external_id)
        if id_ and (register.closed or (branch and (branch.closed or branch.handed_to))):
            over.add(id_)
        elif id_:
            listed["pos", id_] = register.external_id
            off |= {id_: date.fromisoformat(register.closed_until)} if register.closed_until else {}
    return Standing(
        hours={id_: each.hours for id_, each in of_store.items() if each.hours},
        until={id_: date.fromisoformat(each.closed_until) for id_, each in of_store.items() if each.closed_until},
        over=frozenset(over | gone),
        listed=listed,
        off_until=off,
    )


def _unread(_text: str) -> str:
    """A seal for whoever prints or pays nothing by the rows."""
    return ""
