"""Apply as a state machine: events in, effects out; no clock, no thread, no socket, no randomness.

What one change does next is decided in `moves`; here they are kept, take their turns, and wait for each other. Every
effect belongs to one change, named by its key. Effects of `Journal` must be durable before any other effect of the same
answer is begun: that is what makes killing the process at any point harmless.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import replace

from mpkit.errors import MpkitError
from mpkit.ledger import Intent
from mpkit.model import Pos, Store
from mpkit.plan import moves
from mpkit.plan.change import Change
from mpkit.plan.events import Answer, Call, Effect, Ended, Event, Sending, Taken, Wait, Woke
from mpkit.plan.moves import WRITES, Lost, Move, Nap, Over, Queue, Repair
from mpkit.plan.step import Phase, Step, first, unreached

_BARREN = 5  # changes in a row that end unknown, without one answer between: the other side is not well


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
        self._phases: Counter[Phase] = Counter()
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
        self._going: dict[str, list[str]] = defaultdict(list)  # POS to take away, by their store's external id
        self._coming: dict[str, list[str]] = defaultdict(list)  # all others
        for change in changes:
            doubt = change.key in open_elsewhere
            step = first(change, journal.get(change.key), unsettled=doubt)
            self._set(step)
            if change.object == "pos" and change.kind == "delete":
                self._going[str((change.before or {}).get("store", ""))].append(change.key)
            elif change.object == "pos":
                self._coming[str(step.fields.get("store", ""))].append(change.key)

    # what is asked of it

    @property
    def finished(self) -> bool:
        """Nothing is in flight and nothing will be: all over, or halted."""
        waiting = self._phases["queued"] + self._phases["asleep"] + self._phases["held"]
        return not self._flying and (self._halted or not waiting)

    @property
    def done(self) -> int:
        """How many changes are over."""
        return self._phases["over"]

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
        left = MpkitError("plan_left")
        return tuple(
            Ended(
                step.change,
                step.end or unreached(step),
                remote_id=step.remote_id,
                fields=step.fields,
                error=step.error or (None if step.end else left),
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
            effects = self._over(Over(step, "conflict", error=error))
        elif step.phase == "over":
            effects = []
        elif isinstance(event, Woke):
            self._queue_up(step)
            effects = []
        elif isinstance(event, Answer):
            self._barren = 0
            effects = self._moved(moves.answered(step, event.found, self._stores, halted=self._halted))
        else:
            effects = self._moved(moves.troubled(step, event.error, self._repair))
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
                return self._over(Over(step, "done", found=known))
            if change.object == "store":
                return self._over(Over(step, "refused", error=MpkitError("plan_gone")))
        store_id = self._stores.get(str(step.fields.get("store", "")), "")
        effects: list[Effect] = []
        if step.next in WRITES:
            if change.object == "pos" and not store_id and change.kind != "delete":
                return self._skipped(step, "plan_skipped_store", branch=step.fields["store"])
            step = replace(step, attempts=step.attempts + 1, settled=False)
            effects.append(Sending(change, step.before + step.attempts, step.fields))
        self._set(replace(step, phase="flying"))
        self._flying.add(change.key)
        target = step.found.id if step.found is not None else step.remote_id or ""
        given = change.external_id if step.next == "update" and change.names and not step.claimed else ""
        effects.append(Call(change, step.next, step.fields, target=target, store_id=store_id, external_id=given))
        return effects

    def _set(self, step: Step) -> None:
        key = step.change.key
        before = self._steps.get(key)
        if before is not None:
            self._phases[before.phase] -= 1
        self._phases[step.phase] += 1
        self._steps[key] = step

    def _queue_up(self, step: Step) -> None:
        self._set(replace(step, phase="queued"))
        self._queue.append(step.change.key)

    def _moved(self, move: Move) -> list[Effect]:
        """Carry out what one change does next."""
        if isinstance(move, Queue):
            self._queue_up(move.step)
            return []
        if isinstance(move, Nap):
            self._set(replace(move.step, phase="asleep"))
            return [Wait(move.step.change, move.seconds, move.settle)]
        return self._over(move) if isinstance(move, Over) else self._lost(move)

    # ends

    def _over(self, move: Over) -> list[Effect]:
        found, remote_id = move.found, move.found.id if move.found else move.remote_id
        step = replace(move.step, phase="over", end=move.end, error=move.error, remote_id=remote_id)
        self._set(step)
        self._barren = self._barren + 1 if move.end == "unknown" else self._barren
        if self._barren >= _BARREN:
            self.halt(move.error)
        code = found.qr_code if isinstance(found, Pos) else None
        effects: list[Effect] = [
            Ended(step.change, move.end, remote_id, code, step.fields, error=move.error, note=step.note)
        ]
        if step.change.kind == "delete":
            effects += self._pos_gone(step)
        elif step.change.object == "store":
            effects += self._store_over(step)
        return effects

    def _skipped(self, step: Step, why: str, **values: object) -> list[Effect]:
        return self._over(Over(step, "skipped", error=MpkitError(why, **values)))

    def _lost(self, move: Lost) -> list[Effect]:
        """Nothing can go on: begin nothing new."""
        self.halt(move.error)
        if move.step.found is not None:
            return self._over(Over(move.step, "done", found=move.step.found))
        step = replace(move.step, phase="asleep", attempts=move.step.attempts - (move.step.next in WRITES))
        self._set(step)
        return [Ended(step.change, unreached(step), error=move.error)]

    def _store_over(self, store: Step) -> list[Effect]:
        """The POS that waited for this store go on, or are skipped with it."""
        external_id = store.change.external_id
        if store.end == "done" and store.remote_id:
            self._stores[external_id] = store.remote_id
        effects: list[Effect] = []
        for step in [self._steps[key] for key in self._coming.get(external_id, ())]:
            if step.phase == "held" and store.end == "done":
                self._queue_up(step)
            elif step.phase == "held":
                effects += self._skipped(step, "plan_skipped_store", branch=external_id)
        return effects

    def _pos_gone(self, pos: Step) -> list[Effect]:
        """A store whose POS are all gone goes too; one that keeps a POS stays, as that POS would be left without it."""
        store = self._steps.get(f"store:{(pos.change.before or {}).get('store', '')}")
        if store is None or store.phase != "held" or self._waits(store):
            return []
        if any(one.end != "done" for one in self._inside(store)):
            return self._skipped(store, "plan_skipped_pos")
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
