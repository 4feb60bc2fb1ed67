"""Taking over what the panel made: matches in, a plan out that gives ids and leaves every sticker valid."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mpkit.errors import Refused
from mpkit.ledger import Known
from mpkit.model import Account
from mpkit.plan.change import Existing, Plan, Wanted
from mpkit.plan.making import make
from mpkit.plan.scope import Only

_HEAD = ("id", "external_id")


def take_over(
    wanted: Wanted,
    existing: Existing,
    known: Mapping[tuple[str, str], Known],
    *,
    account: Account,
    adopting: Mapping[str, str],
    printed: Mapping[str, Sequence[int]],
) -> Plan:
    """The plan that makes ours what was matched, and touches nothing else.

    `adopting` is as `matching.Matched.taken` has it.
    """
    home = {one.external_id: one.branch_external_id for one in wanted.registers}
    branches = {name if kind == "store" else home[name] for kind, _, name in (key.partition(":") for key in adopting)}
    whole = make(
        wanted,
        existing,
        known,
        account=account,
        amount=account.amount,
        only=Only(ids=tuple(sorted(branches))) if branches else None,
        printed=printed,
        adopting=adopting,
    )
    changes = tuple(one for one in whole.changes if one.key in adopting)
    return replace(whole, changes=changes, same=0, scope=whole.scope if branches else (), listed=whole.listed)


def decisions(text: str, wanted: Wanted, existing: Existing) -> tuple[dict[str, str], frozenset[str]]:
    """Decisions of a person from a CSV (`id`, `external_id`, optional `object`): what is what, and ids to leave alone.

    An empty `external_id` leaves the object as it is. Raises `Refused` for an id that is none of the panel's, or that
    could be two, and for an external id the list does not have, or has for the other kind.
    """
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";" if ";" in text else ","))
    if not rows or not set(_HEAD) <= set(rows[0]):
        raise Refused("plan_match_columns")
    stores = {one.id for one in existing.stores if not one.external_id}
    pos = {one.id for one in existing.pos if not one.external_id}
    entries = {
        "store": {one.external_id for one in wanted.branches},
        "pos": {one.external_id for one in wanted.registers},
    }
    taken: dict[str, str] = {}
    left: set[str] = set()
    for number, row in enumerate(rows, start=2):
        id_, name = (row["id"] or "").strip(), (row["external_id"] or "").strip()
        said = (row.get("object") or "").strip()
        kinds = [kind for kind, ids in (("store", stores), ("pos", pos)) if id_ in ids and said in {"", kind}]
        if len(kinds) != 1:
            raise Refused("plan_match_id", row=number, text=id_)
        if not name:
            left.add(f"{kinds[0]}:{id_}")
        elif name not in entries[kinds[0]] or f"{kinds[0]}:{name}" in taken:
            raise Refused("plan_match_external_id", row=number, text=name)
        else:
            taken[f"{kinds[0]}:{name}"] = id_
    return taken, frozenset(left)
