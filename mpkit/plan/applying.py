"""A plan carried out: checked against the account, the list and the number a person typed; journalled; resumable."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from mpkit import ledger, log
from mpkit.api import SECONDS, MercadoPago
from mpkit.db import Engine
from mpkit.errors import MpkitError, StalePlan, Unauthorised
from mpkit.i18n import say
from mpkit.ledger import Hold, Intent, Seal
from mpkit.model import Account, Pos, Store
from mpkit.places import rows as places
from mpkit.plan import scan
from mpkit.plan.carry import Book, perform, repair, shortened
from mpkit.plan.change import Change, Existing, Plan, Wanted, account_of, list_hash
from mpkit.plan.closing import Paid, Waiting
from mpkit.plan.drive import Driver
from mpkit.plan.events import Ended
from mpkit.plan.machine import Machine
from mpkit.plan.paying import last_payments, waiting_orders
from mpkit.plan.stale import confirmed, signs_still, still_true, undone, unordered_still, unpaid_still
from mpkit.work import Progress, Seams, silent

SETTLE = SECONDS + 60.0  # seconds: a request's own time, and a minute in which a late one may still be carried out
IN_FLIGHT = 4
_FAILED = frozenset({"refused", "conflict", "unknown"})
_log = log.get("plan")


@dataclass(frozen=True)
class Applied:
    """What became of a plan: one outcome for each change, `requests` sent for it, `elapsed` seconds."""

    plan: str
    outcomes: tuple[Ended, ...]
    requests: int
    elapsed: float

    @property
    def done(self) -> int:
        """How many changes are as planned."""
        return sum(one.end == "done" for one in self.outcomes)

    @property
    def failed(self) -> int:
        """How many were tried and are not as planned."""
        return sum(one.end in _FAILED for one in self.outcomes)

    @property
    def skipped(self) -> int:
        """How many were not tried."""
        return len(self.outcomes) - self.done - self.failed

    def document(self, language: str = "en") -> dict[str, Any]:
        """The answer of `apply --json`."""
        return {
            "plan": self.plan,
            "done": self.done,
            "failed": self.failed,
            "skipped": self.skipped,
            "requests": self.requests,
            "elapsed_s": round(self.elapsed, 3),
            "results": [_result(one, language) for one in self.outcomes],
        }


def _result(one: Ended, language: str) -> dict[str, Any]:
    return {
        "external_id": one.change.external_id,
        "object": one.change.object,
        "kind": one.change.kind,
        "name": one.change.name,
        "record": one.change.record,
        "outcome": one.end,
        "id": one.remote_id,
        "error": None if one.error is None else _sentence(one.error, language),
        "repaired": dict(one.note),
    }


def _sentence(error: MpkitError, language: str) -> str:
    """An outcome's reason; fields by their names, and the API's own text no longer than a person reads."""
    values = dict(error.values)
    fields = values.get("fields")
    if isinstance(fields, list | tuple):
        values["fields"] = ", ".join(say(f"plan_field_{name}", language) for name in fields)
    return say(error.key, language, **shortened(values))


@dataclass(frozen=True)
class Applying:
    """Everything one apply needs from outside. `settle` below `SETTLE` is for an API that is known to answer at once.

    `wanted` and `account` are read anew by the caller, so that a plan made from something else is noticed.
    """

    store: Engine
    api: MercadoPago
    account: Account
    wanted: Wanted
    seal: Seal
    seams: Seams
    who: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)  # change key → the file and row it came from
    settle: float = SETTLE
    in_flight: int = IN_FLIGHT
    progress: Progress = silent
    told: Callable[[Applied], None] = lambda _: None  # how far it came, said before anything is raised
    driver: Callable[..., Driver] = Driver  # the simulator drives the same machine on a clock of its own

    def apply(
        self,
        plan: Plan,
        *,
        confirm_changes: int | None = None,
        confirm_stickers: int | None = None,
        confirm_switches: int | None = None,
    ) -> Applied:
        """Carry the plan out; what was done by an earlier run of the same plan is not done again.

        Raises `StalePlan`, `Refused` (a number not confirmed), `Busy`, `Cancelled`, `Unauthorised` and `StoreTrouble`;
        after any of them the same plan can be applied again and goes on where it stopped.
        """
        began = self.seams.clock.monotonic()
        if not account_of(plan, self.account):
            raise StalePlan("plan_stale_account", planned=plan.account, found=self.account.id)
        confirmed(plan, confirm_changes, confirm_stickers, confirm_switches)
        hold = ledger.take(self.store, self.account.id, "apply", who=self.who, clock=self.seams.clock)
        try:
            return self._held(plan, hold, began)
        finally:
            ledger.give_back(self.store, hold)

    def _held(self, plan: Plan, hold: Hold, began: float) -> Applied:
        if self.api.seller().id != plan.account:
            raise StalePlan("plan_stale_account", planned=plan.account, found=self.api.seller().id)
        if list_hash(self.wanted, self.account.amount, plan.scope) != plan.listed:
            raise StalePlan("plan_stale_list")
        before = self.api.requests
        recorded = ledger.recorded(self.store, self.account.id, seal=self.seal)
        journal = {
            f"{one.object}:{one.external_id}": one for one in ledger.of_plan(self.store, self.account.id, plan.hash)
        }
        known = [one for one in recorded.values() if one.gone is None]
        existing = scan.read(self.api, known, self.progress)
        again = undone(plan, existing, journal)
        journal = {key: replace(one, state="intended") if key in again else one for key, one in journal.items()}
        still_true(plan, existing, journal)
        done = {key for key, one in journal.items() if one.state == "done"}
        signs_still(plan, ledger.serials_in_use(self.store, self.account.id), done)
        unpaid_still(plan, self._paid(plan, done), done)
        unordered_still(plan, self._waiting(plan, existing, done), done)
        to = (self.store, self.account.id, plan.hash)
        book = Book(*to, recorded, self.seal, self.seams.clock, hold, self.who, self.sources)
        keys = book.begin(plan.work, journal, again, None if journal and not again else plan.approved)
        machine = self._machine(plan, existing, journal)
        _log.info("apply begins", plan=plan.hash, changes=machine.total, done_before=machine.done)
        driver = self.driver(
            machine=machine,
            perform=partial(perform, api=self.api, keys=keys, learn=self._learn),
            write=book.write,
            seams=self.seams,
            settle=self.settle,
            in_flight=self.in_flight,
            progress=self.progress,
            beat=partial(ledger.beat, self.store, hold, clock=self.seams.clock),
        )
        try:
            driver.run()
            _raise_trouble(machine)
        finally:
            applied = self._ended(plan, machine, self.api.requests - before, began)
        return applied

    def _ended(self, plan: Plan, machine: Machine, requests: int, began: float) -> Applied:
        """Say how far it came, whatever ended it."""
        blocked = tuple(_blocked(change) for change in plan.changes if change.kind == "blocked")
        elapsed = self.seams.clock.monotonic() - began
        applied = Applied(plan.hash, (*machine.outcomes(), *blocked), requests, elapsed)
        _log.info("apply ended", plan=plan.hash, done=applied.done, failed=applied.failed, skipped=applied.skipped)
        self.told(applied)
        return applied

    def _paid(self, plan: Plan, done: Collection[str]) -> Paid:
        """The last payment of each POS that is still to be taken away."""
        going = [one for one in plan.work if one.kind == "delete" and one.object == "pos" and one.key not in done]
        now = self.seams.clock.now()
        return last_payments(self.api, [str(one.remote_id) for one in going], now=now, progress=self.progress)

    def _waiting(self, plan: Plan, existing: Existing, done: Collection[str]) -> Waiting:
        """The order at each POS that is still to be taken away."""
        going = {one.remote_id for one in plan.work if one.kind == "delete" and one.key not in done}
        return waiting_orders(self.api, [pos for pos in existing.pos if pos.id in going], self.progress)

    def _learn(self, field: str, state: str, values: tuple[str, ...]) -> None:
        """What a refusal lists as valid is the account's own catalogue: the next check judges by it."""
        places.learn(self.store, self.account.id, field, state, values, at=self.seams.clock.now())

    def _machine(self, plan: Plan, existing: Existing, journal: Mapping[str, Intent]) -> Machine:
        unsettled = ledger.unsettled(self.store, self.account.id)
        seen: dict[str, Store | Pos] = {f"store:{store.id}": store for store in existing.stores}
        seen |= {f"pos:{pos.id}": pos for pos in existing.pos}
        return Machine(
            plan.work,
            journal=journal,
            unsettled=[f"{one.object}:{one.external_id}" for one in unsettled],
            stores={store.external_id: store.id for store in existing.stores if store.external_id},
            seen=seen,
            in_flight=self.in_flight,
            repair=repair,
        )


def _raise_trouble(machine: Machine) -> None:
    """A run that could not go on ends with its reason; what was done is on record."""
    trouble = machine.trouble
    if isinstance(trouble, Unauthorised):
        raise Unauthorised(
            "plan_unauthorised", status=trouble.status, code=trouble.code, done=machine.done, total=machine.total
        ) from trouble
    if isinstance(trouble, MpkitError):
        raise trouble


def _blocked(change: Change) -> Ended:
    return Ended(change, "skipped", error=MpkitError(change.why, **{"fields": "", **change.values}))
