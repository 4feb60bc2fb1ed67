"""The list and the account become a table for whoever programs tills: which till charges on which code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from mpkit.branches import Wanted
from mpkit.model import Account, Amount, Pos, Register, Store
from mpkit.sheet import exported


@dataclass(frozen=True, slots=True)
class Line:
    """One till: the merchant's own code for it, and everything its software needs to put an amount on its sign.

    `qr_code` is the text of the code on the counter, byte for byte; `amount_mode` is buyer, own-system or till.
    """

    till_code: str
    external_store_id: str
    store_id: str
    store_name: str
    external_pos_id: str
    pos_id: str
    pos_name: str
    user_id: str
    qr_code: str
    amount_mode: str


COLUMNS = tuple(field.name for field in fields(Line))


def lines(
    account: Account, wanted: Wanted, stores: Sequence[Store], pos: Sequence[Pos]
) -> tuple[tuple[Line, ...], tuple[Register, ...]]:
    """A line for each open register that exists in the account, in the list's order; and those that do not yet."""
    branches = {one.external_id: one for one in wanted.branches}
    there = {one.external_id: one for one in pos if one.external_id}
    homes = {one.id: one for one in stores}
    found: list[Line] = []
    missing: list[Register] = []
    for register in wanted.registers:
        branch = branches.get(register.branch_external_id)
        if register.closed or branch is None or branch.closed:
            continue
        one = there.get(register.external_id)
        if one is None or not one.qr_code:
            missing.append(register)
            continue
        home = homes.get(one.store_id or "")
        mode = register.amount or account.amount or Amount.BUYER
        found.append(
            Line(
                till_code(register),
                (home.external_id if home else None) or branch.external_id,
                one.store_id or "",
                home.name if home else branch.name,
                register.external_id,
                one.id,
                one.name,
                account.id,
                one.qr_code,
                mode.value if mode.waits_for_order == one.fixed_amount else _mode(waits=one.fixed_amount),
            )
        )
    return tuple(found), tuple(missing)


def till_code(register: Register) -> str:
    """What the merchant's software calls the till: its own code for it, else the register's own, else ours."""
    return register.till_code or register.own_id or register.external_id


def _mode(*, waits: bool) -> str:
    """What the account says, where the list was not applied yet: the sign on the counter follows the account."""
    return (Amount.OWN_SYSTEM if waits else Amount.BUYER).value


def as_csv(told: Sequence[Line]) -> bytes:
    """The table as CSV; no cell is a formula."""
    return exported.as_csv([COLUMNS, *([exported.defused(text) for text in asdict(one).values()] for one in told)])


def as_json(account: Account, told: Sequence[Line], *, made: str) -> bytes:
    """The same as one JSON document; `made` is the moment it was read from the account."""
    head: dict[str, Any] = {"user_id": account.id, "site": account.site, "test": account.test, "made": made}
    document = head | {"tills": [asdict(one) for one in told]}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
