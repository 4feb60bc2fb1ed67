"""Apply as a state machine: events in, effects out; no clock, no thread, no socket, no randomness.

Every effect belongs to one change, named by its key. Effects of `Journal` must be durable before any other effect of
the same answer is begun: that is what makes killing the process at any point harmless.

    create ──answer──▶ (POS without code: read it) ──▶ done
       │  refused: repaired once by the API's own list of valid places, else refused
       │  store not known yet: 1.5, 3, 6 s ──▶ create
       └─ unknown, "already in use" ──▶ look ──found──▶ compare ──▶ done · conflict
                                         └─absent─▶ settle ──▶ look ──absent──▶ create (same ids, five times at most)

    an object of the panel gets our id ──unknown──▶ read ──ours──▶ the rest ──▶ done
                                                      ├─none──▶ again · another's ──▶ conflict
    delete, a store after its POS ──answer, or not there──▶ done; unknown: again, by the same id of Mercado Pago
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from mpkit.errors import (
    ApiError,
    Conflict,
    MpkitError,
    NotFound,
    RateLimited,
    RefusedByApi,
    Unauthorised,
    UnknownOutcome,
    Unreachable,
)
from mpkit.ledger import Intent
from mpkit.model import Pos, Store
from mpkit.plan.change import Change
from mpkit.plan.events import Answer, Call, Effect, End, Ended, Event, Sending, Taken, Wait, Woke
from mpkit.plan.fields import Fields, unlike
from mpkit.plan.step import Step, first, is_ours, unreached

ATTEMPTS = 5  # requests that may have been carried out, for one object in one run
_LAG = (1.5, 3.0, 6.0)  # seconds; a store just made may be unknown to the POS side (stores contract 1.4)
_BACK_OFF = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds after a request that certainly did not arrive, or a failed look
_STOPS = 30  # times 429 may send one change back to wait; the client has waited each time as told
_STOP_PAUSE = 5.0

_WRITES = frozenset({"create", "update", "delete"})
_BARREN = 5  # changes in a row that end unknown, without one answer between: the other side is not well

Repair = Callable[[RefusedByApi, Fields], Mapping[str, Any] | None]


class Machine:
    """One plan being carried out. `start` once, then `on` for each event, until `finished`."""

    def __init__(
        self,
        changes: Iterable[Change],
        *,
        journal: Mapping[str, Intent],
        unsettled: Iterable[str] = (),
        stores: Mapping[str, str],
        seen: Mapping[str, Store | Pos] | None = None,
        in_flight: int = 4,
        repair: Repair = lambda _error, _fields: None,
    ) -> None:
        """The changes, and what is known at the start.

        `journal` is what this plan has on record, by key; `unsettled` the keys whose last request of any plan has no
        outcome; `stores` the ids of existing stores by external id; `seen` existing objects by "store:id", "pos:id".
        """
        self._steps: dict[str, Step] = {}
        self._queue: deque[str] = deque()
        self._flying: set[str] = set()
        self._in_flight = in_flight
        self._stores = dict(stores)
        self._seen = dict(seen or {})
        self._repair = repair
        self._halt: MpkitError | None = None
        self._halted = False
        self._barren = 0
        open_elsewhere = set(unsettled)
        self._going: dict[str, list[str]] = {}  # keys of POS to take away, by their store's external id
        for change in changes:
            if change.kind == "delete" and change.object == "pos":
                self._going.setdefault(str((change.before or {}).get("store", "")), []).append(change.key)
            doubt = change.key in open_elsewhere
            self._steps[change.key] = first(change, journal.get(change.key), unsettled=doubt)

    # what is asked of it

    @property
    def finished(self) -> bool:
        """Nothing is in flight and nothing will be: all over, or halted."""
        waiting = any(step.phase in {"queued", "asleep", "held"} for step in self._steps.values())
        return not self._flying and (self._halted or not waiting)

    @property
    def done(self) -> int:
        """How many changes are over."""
        return sum(step.phase == "over" for step in self._steps.values())

    @property
    def total(self) -> int:
        """How many changes there are."""
        return len(self._steps)

    @property
    def trouble(self) -> MpkitError | None:
        """Why it halted, None while it has not or was asked to."""
        return self._halt

    def outcomes(self) -> tuple[Ended, ...]:
        """How every change stands, in the plan's order; those never reached are "left"."""
        return tuple(
            Ended(
                step.change,
                step.end or unreached(step),
                remote_id=step.remote_id,
                fields=step.fields,
                error=step.error or (None if step.end else MpkitError("plan_left")),
                note=step.note,
            )
            for step in self._steps.values()
        )

    def halt(self, error: MpkitError | None = None) -> None:
        """Begin nothing new; what is in flight may still answer."""
        self._halted = True
        self._halt = self._halt or error

    # events in, effects out

    def start(self) -> list[Effect]:
        """The first effects."""
        for step in list(self._steps.values()):
            if step.phase == "over" and step.change.object == "store" and step.remote_id:
                self._stores[step.change.external_id] = step.remote_id
            elif step.phase == "held" and not self._waits(step):
                self._queue_up(step)
        return self._pump()

    def on(self, event: Event) -> list[Effect]:
        """What follows from one event; events of changes that are over follow into nothing."""
        step = self._steps[event.key]
        self._flying.discard(event.key)
        if isinstance(event, Taken):
            error = MpkitError("plan_conflict_taken", holder=event.holder)
            effects: list[Effect] = [*self._over(step, "conflict", error=error)]
        elif step.phase == "over":
            effects = []
        elif isinstance(event, Woke):
            self._queue_up(step)
            effects = []
        elif isinstance(event, Answer):
            self._barren = 0
            effects = self._answered(step, event.found)
        else:
            effects = self._troubled(step, event.error)
        return effects + self._pump()

    # turns

    def _pump(self) -> list[Effect]:
        effects: list[Effect] = []
        while self._queue and len(self._flying) < self._in_flight and not self._halted:
            effects += self._go(self._steps[self._queue.popleft()])
        return effects

    def _go(self, step: Step) -> list[Effect]:
        change = step.change
        if step.next == "read" and step.found is None and change.kind == "adopt" and not change.touches:
            known = self._seen.get(f"{change.object}:{change.remote_id}")
            if isinstance(known, Store) or (isinstance(known, Pos) and known.qr_code):
                return self._finish(step, known)
            if change.object == "store":
                return self._over(step, "refused", error=MpkitError("plan_gone"))
        store_id = self._stores.get(str(step.fields.get("store", "")), "")
        effects: list[Effect] = []
        if step.next in _WRITES:
            if change.object == "pos" and not store_id and change.kind != "delete":
                return self._over(step, "skipped", error=MpkitError("plan_skipped_store", branch=step.fields["store"]))
            step = replace(step, attempts=step.attempts + 1, settled=False)
            effects.append(Sending(change, step.before + step.attempts, step.fields))
        self._set(replace(step, phase="flying"))
        self._flying.add(change.key)
        target = step.found.id if step.found is not None else step.remote_id or ""
        given = change.external_id if step.next == "update" and change.names and not step.claimed else ""
        effects.append(Call(change, step.next, step.fields, target=target, store_id=store_id, external_id=given))
        return effects

    def _set(self, step: Step) -> None:
        self._steps[step.change.key] = step

    def _queue_up(self, step: Step, **changed: Any) -> None:  # noqa: ANN401 - fields of a step
        self._set(replace(step, phase="queued", **changed))
        self._queue.append(step.change.key)

    def _nap(self, step: Step, seconds: float = 0.0, *, settle: bool = False, **changed: Any) -> list[Effect]:  # noqa: ANN401
        self._set(replace(step, phase="asleep", **changed))
        return [Wait(step.change, seconds, settle)]

    # answers

    def _answered(self, step: Step, found: Store | Pos | None) -> list[Effect]:
        if step.next == "look":
            return self._looked(step, found)
        if step.next == "delete":
            return self._over(step, "done", remote_id=step.remote_id)
        if found is None or not is_ours(step, found):
            return self._in_doubt(step)  # an answer about something else says nothing about ours
        if step.next == "read" and step.found is None and step.change.names:
            return self._named(step, found)
        return self._finish(step, found)

    def _named(self, step: Step, found: Store | Pos) -> list[Effect]:
        """An object of the panel, read after a doubt: it has our id by now, or none yet, or somebody else's."""
        ours = step.change.external_id
        if found.external_id == ours and step.change.fields == ("external_id",):
            return self._finish(step, found)
        if found.external_id not in {None, "", ours}:
            error = MpkitError("plan_conflict_taken", holder=found.external_id)
            return self._over(step, "conflict", error=error, remote_id=found.id)
        self._queue_up(step, next="update", claimed=found.external_id == ours, naps=0)
        return []

    def _finish(self, step: Step, found: Store | Pos) -> list[Effect]:
        """It exists as wanted: done, once the code of a POS is known."""
        if isinstance(found, Pos) and not found.qr_code and step.found is None and not self._halted:
            self._queue_up(step, next="read", found=found, naps=0)
            return []
        return self._over(step, "done", found=found)

    def _looked(self, step: Step, found: Store | Pos | None) -> list[Effect]:
        if found is not None:
            fields = unlike(step.fields, found, self._stores)
            if fields:
                error = MpkitError("plan_conflict", fields=fields)
                return self._over(step, "conflict", error=error, remote_id=found.id)
            return self._finish(step, found)
        if not step.settled:
            return self._nap(step, settle=True, settled=True)
        if step.attempts < ATTEMPTS:
            self._queue_up(step, next="create", naps=0)
            return []
        key = "plan_conflict_unseen" if step.claimed else "plan_unknown"
        return self._over(step, "conflict" if step.claimed else "unknown", error=MpkitError(key))

    # errors

    def _troubled(self, step: Step, error: ApiError) -> list[Effect]:
        if isinstance(error, Unauthorised):
            return self._lost(step, error)
        if isinstance(error, RateLimited):
            return self._stopped(step, error)
        if step.next in {"look", "read"}:
            return self._blind(step, error)
        if step.next == "delete" and isinstance(error, NotFound):
            return self._over(step, "done", remote_id=step.remote_id)
        if isinstance(error, Unreachable):
            return self._again(step, error)
        return self._write_failed(step, error)

    def _write_failed(self, step: Step, error: ApiError) -> list[Effect]:
        if isinstance(error, UnknownOutcome):
            return self._in_doubt(step)
        if isinstance(error, Conflict) and step.next == "create":
            return self._in_doubt(replace(step, claimed=True))
        return self._refused(step, error)

    def _in_doubt(self, step: Step) -> list[Effect]:
        """It may or may not have been carried out: look first.

        A delete, and an update that gives no external id, are simply said again, to the same effect.
        """
        if step.next == "update" and step.change.names and not step.claimed and step.attempts < ATTEMPTS:
            self._queue_up(step, next="read", naps=0)
            return []
        if step.next in {"update", "delete"}:
            return self._again(step, UnknownOutcome("plan_unknown"))
        self._queue_up(step, next="look", settled=False, naps=0)
        return []

    def _again(self, step: Step, error: ApiError) -> list[Effect]:
        if step.attempts >= ATTEMPTS and isinstance(error, Unreachable):
            return self._lost(step, error)
        if step.attempts >= ATTEMPTS:
            return self._over(step, "unknown", error=error)
        return self._nap(step, _BACK_OFF[min(step.naps, len(_BACK_OFF) - 1)], naps=step.naps + 1)

    def _blind(self, step: Step, error: ApiError) -> list[Effect]:
        """A look or a read that fails; the client has repeated it already."""
        if step.next == "read" and isinstance(error, NotFound):
            if step.change.kind == "adopt":
                return self._over(step, "refused", error=MpkitError("plan_gone"))
            if step.lags < len(_LAG):
                return self._nap(step, _LAG[step.lags], lags=step.lags + 1)
        if step.naps < len(_BACK_OFF) and not isinstance(error, RefusedByApi):
            return self._nap(step, _BACK_OFF[step.naps], naps=step.naps + 1)
        if step.next == "read" and step.found is not None:
            return self._over(step, "done", found=step.found)  # it exists; its code is read again before it is printed
        return self._over(step, "unknown", error=error)

    def _stopped(self, step: Step, error: RateLimited) -> list[Effect]:
        """429: certainly not carried out, and the client has stopped the whole account for as long as it was told."""
        if step.stops >= _STOPS:
            return self._lost(step, error)
        taken_back = 1 if step.next in _WRITES else 0
        pause = error.retry_after if error.retry_after is not None else _STOP_PAUSE
        return self._nap(step, pause, stops=step.stops + 1, attempts=step.attempts - taken_back)

    def _refused(self, step: Step, error: ApiError) -> list[Effect]:
        if isinstance(error, NotFound) and step.next == "update":
            return self._over(step, "refused", error=MpkitError("plan_gone"))
        if isinstance(error, NotFound) and step.change.object == "pos" and step.lags < len(_LAG):
            return self._nap(step, _LAG[step.lags], lags=step.lags + 1)
        if step.next == "update" and step.change.names and not (step.claimed or step.settled):
            self._queue_up(step, next="read", settled=True)  # its own id, come late, is refused as taken: look once
            return []
        changed = self._repair(error, step.fields) if isinstance(error, RefusedByApi) else None
        if changed and not set(changed) & set(step.note):  # each place once; the rest of the fields stays
            self._queue_up(step, fields={**step.fields, **changed}, note={**step.note, **changed})
            return []
        return self._over(step, "conflict" if isinstance(error, Conflict) else "refused", error=error)

    # ends

    def _over(
        self,
        step: Step,
        end: End,
        *,
        found: Store | Pos | None = None,
        error: MpkitError | None = None,
        remote_id: str | None = None,
    ) -> list[Effect]:
        step = replace(step, phase="over", end=end, error=error, remote_id=found.id if found else remote_id)
        self._set(step)
        self._barren = self._barren + 1 if end == "unknown" else self._barren
        if self._barren >= _BARREN:
            self.halt(error)
        code = found.qr_code if isinstance(found, Pos) else None
        effects: list[Effect] = [
            Ended(step.change, end, step.remote_id, code, step.fields, error=error, note=step.note)
        ]
        if step.change.kind == "delete":
            effects += self._pos_gone(step)
        elif step.change.object == "store":
            effects += self._store_over(step)
        return effects

    def _lost(self, step: Step, error: MpkitError) -> list[Effect]:
        """Nothing can go on: begin nothing new. This request was not carried out; what was in doubt before stays so."""
        self.halt(error)
        if step.found is not None:
            return self._over(step, "done", found=step.found)
        step = replace(step, phase="asleep", attempts=step.attempts - (step.next in _WRITES))
        self._set(step)
        return [Ended(step.change, unreached(step), error=error)]

    def _store_over(self, store: Step) -> list[Effect]:
        """The POS that waited for this store go on, or are skipped with it."""
        external_id = store.change.external_id
        if store.end == "done" and store.remote_id:
            self._stores[external_id] = store.remote_id
        effects: list[Effect] = []
        for step in [one for one in self._steps.values() if one.phase == "held"]:
            if step.change.kind != "delete" and step.fields.get("store") == external_id:
                if store.end == "done":
                    self._queue_up(step)
                else:
                    effects += self._over(step, "skipped", error=MpkitError("plan_skipped_store", branch=external_id))
        return effects

    def _pos_gone(self, pos: Step) -> list[Effect]:
        """A store whose POS are all gone goes too; one that keeps a POS stays, as that POS would be left without it."""
        store = self._steps.get(f"store:{(pos.change.before or {}).get('store', '')}")
        if store is None or store.phase != "held" or self._waits(store):
            return []
        if any(one.end != "done" for one in self._inside(store)):
            return self._over(store, "skipped", error=MpkitError("plan_skipped_pos"))
        self._queue_up(store)
        return []

    def _inside(self, store: Step) -> list[Step]:
        """The POS of a store that are to go with it."""
        return [self._steps[key] for key in self._going.get(store.change.external_id, ())]

    def _waits(self, step: Step) -> bool:
        """Whether another object must come, or go, first."""
        if step.change.kind == "delete":
            return step.change.object == "store" and any(pos.phase != "over" for pos in self._inside(step))
        store = self._steps.get(f"store:{step.fields.get('store', '')}")
        to_come = store is not None and (store.change.kind == "create" or store.change.names)
        return step.change.object == "pos" and to_come and store is not None and store.phase != "over"
