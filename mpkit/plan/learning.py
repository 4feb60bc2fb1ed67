"""The account becomes what a ledger would hold of it: for a store of ours that was put back to an older day. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mpkit.ledger import Known
from mpkit.model import Amount
from mpkit.plan.change import Existing, Wanted
from mpkit.plan.fields import NOT_ECHOED, differing, of_branch, of_pos, of_register, of_store


def as_known(wanted: Wanted, existing: Existing, amount: Amount | None) -> Iterator[Known]:
    """Every object with an external id that no other has, with the fields it has, stores first.

    Street, city and state are never echoed: where the line Mercado Pago composes holds what the list says, they are the
    list's; elsewhere the object comes without any field, so that a plan compares that line.
    """
    branches = {one.external_id: one for one in wanted.branches}
    registers = {one.external_id: one for one in wanted.registers}
    names = Counter(("store", one.external_id) for one in existing.stores)
    names.update(("pos", one.external_id) for one in existing.pos)
    for store in existing.stores:
        if store.external_id and names["store", store.external_id] == 1:
            branch = branches.get(store.external_id)
            said = of_branch(branch) if branch else {}
            theirs = of_store(store, None)
            told = not set(NOT_ECHOED) & set(differing(said, theirs)) and bool(said)
            place = {name: said[name] for name in NOT_ECHOED} if told else {}
            kept = {name: theirs[name] for name in said if name in theirs} if told else {}
            yield Known("store", store.external_id, store.id, None, kept | place)
    homes = {store.id: store.external_id for store in existing.stores if store.external_id}
    for pos in existing.pos:
        if pos.external_id and names["pos", pos.external_id] == 1:
            register = registers.get(pos.external_id)
            who = (register.amount if register else None) or amount or Amount.BUYER
            asked = set(of_register(register, who)) if register else {"name", "store", "fixed_amount"}
            theirs = of_pos(pos, homes)
            sent = {name: value for name, value in theirs.items() if name in asked}
            yield Known("pos", pos.external_id, pos.id, pos.qr_code, sent)
