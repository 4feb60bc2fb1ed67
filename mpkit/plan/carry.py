"""Effects carried out: a call becomes a request and its event, journal entries become one durable transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from mpkit import ledger
from mpkit.api import MercadoPago, valid_values
from mpkit.db import Connection, Engine
from mpkit.errors import ApiError, RefusedByApi
from mpkit.ledger import By, Done, Hold, Intent, Known, Seal, audit
from mpkit.model import Pos, Store
from mpkit.plan.change import Change
from mpkit.plan.events import Answer, Call, Ended, Event, Journal, Sending, Taken, Trouble
from mpkit.plan.fields import Fields, branch_of, register_of, words_of
from mpkit.work import Clock

Learn = Callable[[str, str, tuple[str, ...]], object]

_PLACES = {"city_name": "city", "state_name": "state"}
_AT_ONCE = 500  # changes put on record in one statement
_LONGEST = 300  # characters of a text inside a sentence
_STATES = {"skipped": "intended", "left": "intended"}  # nothing was sent, or it certainly did not arrive


def perform(call: Call, api: MercadoPago, keys: Mapping[str, str], learn: Learn = lambda *_: None) -> Event:
    """Ask or tell Mercado Pago, once; what it answers or how it failed. `keys` are those on record, by change.

    `learn` is told what a refusal lists as valid: field, the state it was asked for, and the values.
    """
    try:
        found = _store(call, api) if call.change.object == "store" else _pos(call, api, keys)
    except ApiError as error:
        if told := valid_values(error):
            learn(told[0], str(call.fields.get("state", "")), told[1])
        return Trouble(call.change.key, error)
    return Answer(call.change.key, found)


def _store(call: Call, api: MercadoPago) -> Store | None:
    external_id = call.change.external_id
    if call.action == "look":
        return api.store_by_external_id(external_id)
    if call.action == "read":
        return api.store(call.target)
    if call.action == "delete":
        api.delete_store(call.target)
        return None
    branch = branch_of(external_id, call.fields)
    if call.action == "create":
        return api.create_store(branch)
    return api.update_store(
        call.target, branch, fields=_parts(call.change.fields), external_id=call.external_id or None
    )


def _pos(call: Call, api: MercadoPago, keys: Mapping[str, str]) -> Pos | None:
    external_id = call.change.external_id
    if call.action == "look":
        return api.pos_by_external_id(external_id)
    if call.action == "read":
        return api.pos(call.target)
    if call.action == "delete":
        api.delete_pos(call.target, key=keys[call.change.key])
        return None
    register = register_of(external_id, call.fields)
    waits = bool(call.fields["fixed_amount"])
    if call.action == "create":
        key = keys[call.change.key]
        return api.create_pos(register, store_id=call.store_id, waits_for_order=waits, key=key)
    named = call.external_id or None
    return api.update_pos(call.target, register, store_id=call.store_id, waits_for_order=waits, external_id=named)


def _parts(fields: Iterable[str]) -> set[str]:
    """The parts of a store's body that hold these fields; a location always goes whole."""
    return {name if name in {"name", "hours"} else "location" for name in fields if name != "external_id"}


def repair(error: RefusedByApi, fields: Fields) -> Mapping[str, Any] | None:
    """The API's own spelling of a refused city or state, where exactly one of its valid values is the same words."""
    told = valid_values(error)
    if told is None or told[0] not in _PLACES:
        return None
    name = _PLACES[told[0]]
    same = {value for value in told[1] if words_of(value) == words_of(fields.get(name, ""))}
    return {name: same.pop()} if len(same) == 1 else None


@dataclass(frozen=True)
class Book:
    """Where the journal of one plan is written, and by whom; `known` holds all that is on record, gone or not."""

    store: Engine
    account: str
    plan: str
    known: Mapping[tuple[str, str], Known]
    seal: Seal
    clock: Clock
    hold: Hold
    who: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)  # change key → the file and row it came from

    def begin(
        self,
        changes: Iterable[Change],
        journal: Mapping[str, Intent],
        again: Collection[str] = (),
        approved: Mapping[str, Any] | None = None,
    ) -> dict[str, str]:
        """Put on record everything the plan will do, before its first request; gives the idempotency keys by change.

        `journal` is what stands there of this plan already; `again` are the keys of changes that were done once and are
        to be done anew; `approved` the numbers of the plan that somebody said yes to, None where that stands in the
        audit already.
        """
        keys, now = {key: one.key for key, one in journal.items()}, self.clock.now()
        rest = (change for change in changes if change.key not in keys or change.key in again)
        with ledger.writing_held(self.store, self.hold) as connection:
            while part := list(islice(rest, _AT_ONCE)):  # a chain's whole plan as rows would be most of our memory
                wanted = {change.key: self._intended(change) for change in part}
                ledger.intend(connection, self.account, wanted.values(), at=now)
                for key, intent in wanted.items():
                    if key in again:
                        ledger.reopen(connection, self.account, intent, at=now)
                    keys[key] = intent.key
            said = [] if approved is None else [Done("approve", "plan", self.plan, approved)]
            audit.append(connection, self.account, said, self._by(), seal=self.seal)
        return keys

    def _intended(self, change: Change) -> Intent:
        return Intent(
            self.plan,
            change.object,
            change.external_id,
            change.kind,
            body_hash=ledger.body_hash(dict(change.after or {})),
            key=self._key(change),
        )

    def _key(self, change: Change) -> str:
        before = self.known.get((change.object, change.external_id))
        gone = before.remote_id if before is not None and change.kind == "create" else ""
        after = str(change.remote_id) if change.kind == "delete" else gone
        return ledger.request_key(self.account, change.kind, change.object, change.external_id, after=after)

    def write(self, entries: Iterable[Journal]) -> list[Event]:
        """Write entries in one transaction; an outcome that the ledger refuses comes back as an event."""
        refused: list[Event] = []
        done: list[Done] = []
        with ledger.writing_held(self.store, self.hold) as connection:
            for entry in entries:
                if isinstance(entry, Sending):
                    self._sending(connection, entry)
                elif trouble := self._ended(connection, entry):
                    refused += trouble
                elif entry.end == "done":
                    done.append(self._done(entry))
            audit.append(connection, self.account, done, self._by(), seal=self.seal)
        return refused

    def _done(self, entry: Ended) -> Done:
        """What the audit says of an outcome."""
        change = entry.change
        details: dict[str, Any] = {"plan": self.plan, "id": entry.remote_id or change.remote_id, "name": change.name}
        details |= {"fields": list(change.fields)} if change.fields else {}
        return Done(change.kind, change.object, change.external_id, details, self.sources.get(change.key, ""))

    def _by(self) -> By:
        return By(self.who, self.clock.now())

    def _sending(self, connection: Connection, entry: Sending) -> None:
        ledger.mark_sent(
            connection,
            self.account,
            self._intent(entry.change, entry.attempt),
            body_hash=ledger.body_hash(dict(entry.fields)),
            at=self.clock.now(),
        )

    def _ended(self, connection: Connection, entry: Ended) -> list[Event]:
        change, now = entry.change, self.clock.now()
        if entry.end == "done" and change.kind == "delete":
            ledger.forget(connection, self.account, change.object, change.external_id, at=now, seal=self.seal)
        elif entry.end == "done" and entry.remote_id:
            before = self.known.get((change.object, change.external_id))
            same = before if before is not None and before.remote_id == entry.remote_id else None
            now_known = Known(
                change.object,
                change.external_id,
                entry.remote_id,
                entry.qr_payload or (same.qr_payload if same else None),
                {**(same.sent if same else {}), **entry.fields},
            )
            try:
                ledger.remember(connection, self.account, now_known, at=now, seal=self.seal)
            except ledger.Taken as taken:
                return [Taken(change.key, taken.holder)]
            if change.object == "pos" and change.names and now_known.qr_payload:
                self._sticker(connection, now_known)
        if entry.end == "done" and change.stickers_void > change.steps_false:
            ledger.void_pieces(connection, self.account, change.serials, seal=self.seal, by=self._by())
        ledger.mark_ended(
            connection,
            self.account,
            self._intent(change),
            state=_STATES.get(entry.end, entry.end),
            at=now,
            remote_id=entry.remote_id,
            error={"key": entry.error.key, "values": shortened(entry.error.values)} if entry.error else None,
            note=entry.note,
        )
        return []

    def _sticker(self, connection: Connection, pos: Known) -> None:
        """What hangs on the counter of a POS made in the panel stays valid, and is ours to know from now on."""
        ledger.enter_sticker(
            connection,
            self.account,
            pos.external_id,
            pos.remote_id,
            pos.qr_payload or "",
            at=self.clock.now(),
            seal=self.seal,
        )

    def _intent(self, change: Change, attempts: int = 0) -> Intent:
        return Intent(self.plan, change.object, change.external_id, change.kind, attempts=attempts)


def shortened(values: Mapping[str, object]) -> dict[str, object]:
    """Values of a sentence as JSON keeps them and people read them: a refusal may hold all cities of a state."""
    return {name: _short(list(value) if isinstance(value, tuple) else value) for name, value in values.items()}


def _short(value: object) -> object:
    return f"{value[:_LONGEST]}…" if isinstance(value, str) and len(value) > _LONGEST else value
