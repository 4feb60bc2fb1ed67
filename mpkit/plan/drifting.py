"""The account as it is against what the last apply left: every difference, and the printed pieces it concerns.

Pure: the account, the ledger and the list come in, a `Drift` goes out. What the list wants by now is no difference,
whoever brought it about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from mpkit.ledger import Known
from mpkit.model import Amount, Branch, Pos, Register, Store
from mpkit.plan.change import Existing, Object, Wanted
from mpkit.plan.fields import differing, of_branch, of_pos, of_register, of_store, words_of

Kind = Literal["missing", "changed", "new", "code_changed"]
KINDS: tuple[Kind, ...] = ("missing", "changed", "new", "code_changed")
_SILENT = frozenset({"amount", "external_id"})  # one only explains, the other is compared by itself


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that is not as it was left. `fields` are name → (ours, theirs); `serials` the pieces in use of it.

    `external_id` is "" for what the panel made; `id` is Mercado Pago's, of what is there now or of what is missing.
    `store` and `branch` are external id and name of the store it stands in, or is.
    """

    kind: Kind
    object: Object
    id: str
    external_id: str
    name: str
    store: str
    branch: str
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    serials: tuple[int, ...] = ()

    @property
    def key(self) -> str:
        """What a press names: the kind of object and Mercado Pago's id."""
        return f"{self.object}:{self.id}"

    def plain(self) -> dict[str, Any]:
        """The difference as a document: one piece a line, each with its register and its store."""
        where = {"register": self.external_id, "store": self.store, "branch": self.branch}
        return {
            "key": self.key,
            "object": self.object,
            "external_id": self.external_id or None,
            "id": self.id,
            "name": self.name,
            "store": self.store or None,
            "branch": self.branch,
            "fields": {name: {"mine": mine, "theirs": theirs} for name, (mine, theirs) in self.fields.items()},
            "stickers": [{"serial": serial, **where} for serial in self.serials],
        }


@dataclass(frozen=True, slots=True)
class Drift:
    """All differences, in one order; `checked` is how many objects of ours were looked at."""

    differences: tuple[Difference, ...]
    checked: int

    def of(self, kind: Kind) -> tuple[Difference, ...]:
        """The differences of one kind."""
        return tuple(one for one in self.differences if one.kind == kind)

    def plain(self) -> dict[str, Any]:
        """The document of `drift --json`."""
        rows: dict[str, Any] = {kind: [one.plain() for one in self.of(kind)] for kind in KINDS}
        return {**rows, "checked": self.checked, "differences": len(self.differences)}


def drift(
    wanted: Wanted,
    existing: Existing,
    known: Mapping[tuple[str, str], Known],
    *,
    amount: Amount | None,
    before: Collection[str] | None,
    printed: Mapping[str, Sequence[int]],
) -> Drift:
    """What differs from what was left.

    `known` is what the ledger has as existing, `before` the marks of all objects that a plan carried out has shown
    ("store:<id>", "pos:<id>"; None where none ever was: then nothing is new), `printed` the serials of each register's
    pieces in use, `amount` who enters the amount where a register does not say so.
    """
    look = _Look.at(wanted, existing, known, amount, printed)
    found = [one for mine in known.values() for one in look.ours(mine)]
    if before is not None:
        found += look.strangers(before)
    order = {kind: number for number, kind in enumerate(KINDS)}
    found.sort(key=lambda one: (order[one.kind], one.store, one.object != "store", one.external_id, one.id))
    return Drift(tuple(found), len(known))


@dataclass(frozen=True)
class _Look:
    """The account, the ledger and the list, laid out for one comparison."""

    stores: Mapping[str, Store]  # by id
    pos: Mapping[str, Pos]
    named: Mapping[tuple[str, str], Sequence[Store | Pos]]  # by object and external id
    names: Mapping[str, str]  # store id → external id, as the ledger has it before what the account says
    branches: Mapping[str, Branch]
    registers: Mapping[str, Register]
    known: Mapping[tuple[str, str], Known]
    amount: Amount | None
    printed: Mapping[str, Sequence[int]]

    @classmethod
    def at(
        cls,
        wanted: Wanted,
        existing: Existing,
        known: Mapping[tuple[str, str], Known],
        amount: Amount | None,
        printed: Mapping[str, Sequence[int]],
    ) -> _Look:
        named: dict[tuple[str, str], list[Store | Pos]] = defaultdict(list)
        for store in existing.stores:
            named["store", store.external_id or ""].append(store)
        for pos in existing.pos:
            named["pos", pos.external_id or ""].append(pos)
        names = {store.id: store.external_id or "" for store in existing.stores}
        names |= {one.remote_id: one.external_id for one in known.values() if one.object == "store"}
        return cls(
            {store.id: store for store in existing.stores},
            {pos.id: pos for pos in existing.pos},
            named,
            names,
            {one.external_id: one for one in wanted.branches},
            {one.external_id: one for one in wanted.registers},
            known,
            amount,
            printed,
        )

    def ours(self, mine: Known) -> list[Difference]:
        """What became of one object of ours."""
        found = (self.stores if mine.object == "store" else self.pos).get(mine.remote_id)
        heirs = [one for one in self.named.get((mine.object, mine.external_id), ()) if one.id != mine.remote_id]
        if found is None and len(heirs) == 1:
            return [self._replaced(mine, heirs[0])]
        if found is None:
            return [self._told("missing", mine, None, {})]
        told = []
        if fields := self._fields(mine, found):
            told.append(self._told("changed", mine, found, fields))
        if isinstance(found, Pos) and found.qr_code and mine.qr_payload and found.qr_code != mine.qr_payload:
            told.append(self._told("code_changed", mine, found, {"qr_code": (mine.qr_payload, found.qr_code)}))
        return told

    def _replaced(self, mine: Known, found: Store | Pos) -> Difference:
        """Another object has our external id: somebody deleted ours and made it again, and its code is another one."""
        fields: dict[str, tuple[Any, Any]] = {"id": (mine.remote_id, found.id)}
        if isinstance(found, Pos):
            fields["qr_code"] = (mine.qr_payload, found.qr_code)
        return self._told("code_changed" if isinstance(found, Pos) else "changed", mine, found, fields)

    def _fields(self, mine: Known, found: Store | Pos) -> dict[str, tuple[Any, Any]]:
        """The fields that are neither as we left them nor as the list wants them by now."""
        sent = {name: value for name, value in mine.sent.items() if name not in _SILENT}
        if isinstance(found, Store):
            theirs = of_store(found, mine.sent)
            wanted = of_branch(self.branches[mine.external_id]) if mine.external_id in self.branches else {}
        else:
            theirs = of_pos(found, self.names)
            register = self.registers.get(mine.external_id)
            wanted = of_register(register, register.amount or self.amount or Amount.BUYER) if register else {}
        unlike = set(differing(sent, theirs))
        agreed = set(wanted) - set(differing(wanted, theirs))
        fields = {name: (sent[name], theirs.get(name)) for name in sent if name in unlike - agreed}
        if (found.external_id or "") != mine.external_id:
            fields["external_id"] = (mine.external_id, found.external_id)
        if isinstance(found, Store) and (said := _moved(sent, wanted, found.address_line)):
            fields["address_line"] = (said, found.address_line)
        return fields

    def _told(
        self, kind: Kind, mine: Known, found: Store | Pos | None, fields: Mapping[str, tuple[Any, Any]]
    ) -> Difference:
        store = mine.external_id if mine.object == "store" else str(mine.sent.get("store") or "")
        serials = tuple(self.printed.get(mine.external_id, ())) if mine.object == "pos" else ()
        dead = kind in {"missing", "code_changed"} or bool({"fixed_amount", "store"} & set(fields))
        return Difference(
            kind,
            "store" if mine.object == "store" else "pos",
            found.id if found else mine.remote_id,
            mine.external_id,
            str(mine.sent.get("name") or (found.name if found else "")),
            store,
            self._branch(store),
            fields,
            serials if dead else (),
        )

    def strangers(self, before: Collection[str]) -> list[Difference]:
        """What stands in the account and was neither ours nor there when the last plan was made."""
        ids = {(one.object, one.remote_id) for one in self.known.values()}
        names = {key for key in self.known if key[1]}
        told = []
        for object_, rows in (("store", self.stores), ("pos", self.pos)):
            for id_, one in rows.items():
                known = (object_, id_) in ids or (object_, one.external_id or "") in names
                if not known and f"{object_}:{id_}" not in before:
                    told.append(self._stranger(one))
        return told

    def _stranger(self, one: Store | Pos) -> Difference:
        store_id = one.id if isinstance(one, Store) else one.store_id or ""
        store = self.names.get(store_id, "")
        theirs = of_store(one, None) if isinstance(one, Store) else of_pos(one, self.names)
        fields = {name: (None, value) for name, value in theirs.items() if value not in (None, "", {})}
        branch = self._branch(store) or (self.stores[store_id].name if store_id in self.stores else "")
        kind: Object = "store" if isinstance(one, Store) else "pos"
        return Difference("new", kind, one.id, one.external_id or "", one.name, store, branch, fields)

    def _branch(self, store: str) -> str:
        """The name of the branch with this external id, as the list has it, else as it was sent."""
        if store in self.branches:
            return self.branches[store].name
        sent = self.known.get(("store", store))
        return str(sent.sent.get("name") or "") if sent else ""


def _moved(sent: Mapping[str, Any], wanted: Mapping[str, Any], line: str) -> str:
    """Our address, where the line Mercado Pago composes no longer holds its street or city; "" where it does.

    The line is all that is echoed of an address, and it says the state in several ways.
    """
    told = f" {words_of(line)} "
    if not told.strip():
        return ""
    for ours in (sent, wanted) if wanted else (sent,):
        parts = [words_of(ours.get(name) or "") for name in ("street_name", "city")]
        if not all(parts) or all(f" {part} " in told for part in parts):
            return ""
    return ", ".join(str(sent[name]) for name in ("street_name", "street_number", "city", "state") if sent.get(name))
