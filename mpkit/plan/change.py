"""A plan as data: frozen changes in one order, one JSON form, one hash; read back only if it is still itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from json.encoder import encode_basestring as _quoted
from typing import Any, Literal, Protocol

from mpkit.db import canonical
from mpkit.errors import Refused, StalePlan
from mpkit.i18n import locale_of, say
from mpkit.model import Account, Amount, Branch, Pos, Register, Store
from mpkit.money import shown
from mpkit.plan import cost
from mpkit.plan.fields import plain_hours

FORMAT = 2  # raised whenever an older plan must no longer be applied by this program
MANY = 0.3  # share of existing objects from which a number must be typed
FEW = 10  # below this many existing objects a share says nothing

NOTHING: Mapping[str, Any] = {}  # one for all that have none; never written to

Kind = Literal["create", "update", "adopt", "delete", "blocked", "unmanaged", "same"]
Object = Literal["store", "pos"]
KINDS: tuple[Kind, ...] = ("create", "update", "adopt", "delete", "blocked", "unmanaged")


class Wanted(Protocol):
    """The list: branches and registers in the order people know them by."""

    @property
    def branches(self) -> tuple[Branch, ...]:
        """What is wanted as stores."""
        ...

    @property
    def registers(self) -> tuple[Register, ...]:
        """What is wanted as POS."""
        ...


@dataclass(frozen=True, slots=True)
class Existing:
    """The account as its lists showed it, twice alike; `requests` is what reading it took."""

    stores: tuple[Store, ...] = ()
    pos: tuple[Pos, ...] = ()
    requests: int = 0
    _marks: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def fingerprints(self) -> Mapping[str, str]:
        """A short mark of every object, by which a later look notices what has changed; made once."""
        if not self._marks:
            self._marks.update((f"store:{store.id}", _mark(_store_state(store))) for store in self.stores)
            self._marks.update((f"pos:{pos.id}", _mark(_pos_state(pos))) for pos in self.pos)
        return self._marks


def _store_state(store: Store) -> list[Any]:
    place = [store.address_line, store.latitude, store.longitude, store.reference]
    return [store.external_id, store.name, *place, plain_hours(store.hours)]


def _pos_state(pos: Pos) -> list[Any]:
    return [pos.external_id, pos.name, pos.store_id, pos.fixed_amount, pos.category]


def _mark(state: list[Any]) -> str:
    return sha256(repr(state).encode()).hexdigest()[:12]  # plain values: their text is as exact as JSON


@dataclass(frozen=True, slots=True)
class Change:
    """One object and what happens to it. `why` names a sentence; `fields` are those of `after` that differ.

    `before` and `after` are plain fields (see `plan.fields`); `external_id` is "" for an object that has none.
    `serials` are the printed pieces that no longer serve, `stickers_void` their number; of these, `steps_false` keep a
    code that pays and only tell the buyer the wrong steps.
    """

    kind: Kind
    object: Object
    external_id: str
    name: str
    why: str
    record: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    fields: tuple[str, ...] = ()
    stickers_void: int = 0
    steps_false: int = 0
    serials: tuple[int, ...] = ()
    remote_id: str | None = None
    values: Mapping[str, Any] = field(default_factory=lambda: NOTHING)

    @property
    def key(self) -> str:
        """What names this object in the account: its kind and our external id."""
        return f"{self.object}:{self.external_id}"

    @property
    def touches(self) -> bool:
        """Whether something that exists becomes different."""
        return self.kind in {"update", "delete"} or (self.kind == "adopt" and bool(self.fields))

    @property
    def names(self) -> bool:
        """Whether an object made in the panel gets our external id."""
        return self.kind == "adopt" and "external_id" in self.fields

    @property
    def switches(self) -> bool:
        """Whether what is taken over shows its buyers something else from then on: who enters the amount changes."""
        return self.kind == "adopt" and "fixed_amount" in self.fields

    def content(self) -> dict[str, Any]:
        """The change without any language: what the hash is taken over, and what is read back."""
        return {
            "kind": self.kind,
            "object": self.object,
            "external_id": self.external_id or None,
            "id": self.remote_id,
            "name": self.name,
            "record": self.record,
            "before": _plain(self.before),
            "after": _plain(self.after),
            "fields": list(self.fields),
            "stickers_void": self.stickers_void,
            "steps_false": self.steps_false,
            "serials": list(self.serials),
            "code": self.why,
            "values": dict(self.values),
        }

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Change:
        """The change a document holds."""
        return cls(
            kind=content["kind"],
            object=content["object"],
            external_id=content["external_id"] or "",
            name=content["name"],
            why=content["code"],
            record=content["record"],
            before=content["before"],
            after=content["after"],
            fields=tuple(content["fields"]),
            stickers_void=content["stickers_void"],
            steps_false=content["steps_false"],
            serials=tuple(content["serials"]),
            remote_id=content["id"],
            values=content["values"],
        )


def _plain(fields: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if fields is None else dict(fields)


@dataclass(frozen=True)
class Plan:
    """The difference between the list and the account; applying it is the only way to carry it out.

    `scope` names the branches it was limited to (None: all of the list), `listed` is the hash of what the list said
    about them, `remote` marks every object of the account as it was read, `same` counts what needs nothing.
    """

    account: str
    site: str
    test: bool
    amount: Amount | None
    changes: tuple[Change, ...]
    same: int
    listed: str
    remote: Mapping[str, str]
    scope: tuple[str, ...] | None = None
    format: int = FORMAT

    @cached_property
    def hash(self) -> str:
        """What the plan is called: equal for equal lists, accounts and changes, whenever and wherever it is made."""
        return f"sha256:{sha256(canonical(self._content()).encode()).hexdigest()}"

    def _content(self) -> dict[str, Any]:
        return {
            "format": self.format,
            "account": {"user_id": self.account, "site": self.site, "test": self.test},
            "amount": self.amount.value if self.amount else None,
            "scope": None if self.scope is None else list(self.scope),
            "list": self.listed,
            "remote": dict(self.remote),
            "same": self.same,
            "changes": [change.content() for change in self.changes],
        }

    @property
    def summary(self) -> dict[str, int]:
        """How many objects each kind of change is about, and how many printed pieces it makes useless."""
        counts: dict[str, int] = dict.fromkeys(KINDS, 0)
        for change in self.changes:
            counts[change.kind] += 1
        signs = {name: sum(getattr(one, name) for one in self.changes) for name in ("stickers_void", "steps_false")}
        return counts | {"same": self.same} | signs

    @property
    def work(self) -> tuple[Change, ...]:
        """The changes that apply carries out."""
        return tuple(change for change in self.changes if change.kind in {"create", "update", "adopt", "delete"})

    @property
    def confirm_changes(self) -> int | None:
        """The number a person must type because much of what exists would change or something would go, or None."""
        touched = sum(change.touches for change in self.changes)
        many = len(self.remote) >= FEW and touched > MANY * len(self.remote)
        return touched if many or any(change.kind == "delete" for change in self.changes) else None

    @property
    def confirm_stickers(self) -> int | None:
        """The number of printed pieces that would become useless, which a person must type, or None."""
        return self.summary["stickers_void"] or None

    @property
    def confirm_switches(self) -> int | None:
        """The number of POS taken over whose buyers would see something else, a consent of its own, or None."""
        return sum(change.switches for change in self.changes) or None

    @property
    def confirm(self) -> dict[str, int | None]:
        """Every number a person must state before the plan is carried out; None where nothing asks for it."""
        return {"changes": self.confirm_changes, "stickers": self.confirm_stickers, "switches": self.confirm_switches}

    @property
    def approved(self) -> dict[str, Any]:
        """The numbers of the plan that whoever carries it out says yes to."""
        return {"summary": {name: n for name, n in self.summary.items() if n}, "confirm": self.confirm}

    def document(self, language: str = "en") -> dict[str, Any]:
        """The JSON form: `plan --json`, `--out` and what apply reads; only the sentences depend on the language."""
        content = self._content()  # made anew, not kept: a chain's would be most of a plan's memory
        for one, change in zip(content["changes"], self.changes, strict=True):
            one["why"] = why(change, language)
        return {
            "plan": self.hash,
            **content,
            "summary": self.summary,
            "confirm": self.confirm,
            "stickers": cost.of(self.changes),
        }

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Plan:
        """The plan of a document; raises `StalePlan` for another program's form, `Refused` for an altered one."""
        if "plan" not in document or "changes" not in document:
            raise Refused("plan_not_a_plan")
        if document.get("format") != FORMAT:
            raise StalePlan("plan_stale_format")
        try:
            account = document["account"]
            plan = cls(
                account=account["user_id"],
                site=account["site"],
                test=account["test"],
                amount=Amount(document["amount"]) if document["amount"] else None,
                changes=tuple(Change.read(change) for change in document["changes"]),
                same=document["same"],
                listed=document["list"],
                remote=document["remote"],
                scope=None if document["scope"] is None else tuple(document["scope"]),
            )
            found = plan.hash
        except (KeyError, TypeError, ValueError) as error:
            raise Refused("plan_not_a_plan") from error
        if found != document["plan"]:
            raise Refused("plan_altered")
        return plan


def why(change: Change, language: str) -> str:
    """The reason of a change, in one sentence or several."""
    names = ", ".join(say(f"plan_field_{name}", language) for name in change.fields)
    keys = (change.why, *change.values.get("also", ()))
    values = {"fields": names, **change.values}
    if values.get("last_payment"):
        values["last_payment"] = datetime.fromisoformat(values["last_payment"])
    if "order" in values:
        values["order"] = shown(values["order"], values["currency"], locale_of(language))
    return " ".join(say(key, language, **values) for key in keys)


def list_hash(wanted: Wanted, amount: Amount | None, scope: tuple[str, ...] | None) -> str:
    """What the list says about the branches in `scope` (None: all), as one hash; where it was read from is left out."""
    chosen = None if scope is None else set(scope)
    rows: list[Any] = [amount]  # a text, to JSON
    for branch in wanted.branches:
        if chosen is None or branch.external_id in chosen:
            place = branch.location
            rows.append([branch.external_id, branch.name, place.street_name, place.street_number, place.city])
            rows.append([place.state, place.latitude, place.longitude, place.reference])
            rows.append([plain_hours(branch.hours), branch.closed])
    registers = (one for one in wanted.registers if chosen is None or one.branch_external_id in chosen)
    said = ",".join([canonical(rows)[:-1], *map(_said, registers)])
    return sha256(f"{said}]".encode()).hexdigest()


def _said(register: Register) -> str:
    """The canonical text of a register's two rows, made without them: there are tens of thousands."""
    names = f"{_quoted(register.external_id)},{_quoted(register.branch_external_id)},{_quoted(register.name)}"
    amount = "null" if register.amount is None else _quoted(register.amount.value)
    usual = register.category is None and not register.closed
    return f"[{names},{amount}],{'[null,false]' if usual else canonical([register.category, register.closed])}"


def account_of(plan: Plan, account: Account) -> bool:
    """Whether the plan was made for this account."""
    return (plan.account, plan.site, plan.test) == (account.id, account.site, account.test)
