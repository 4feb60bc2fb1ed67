"""What one change does next: where it stands and what came back in, one move out; pure, a table of transitions.

create ──answer──▶ (POS without code: read it) ──▶ done
   │  refused: repaired once by the API's own list of valid places, else refused, where that may be for
   │  an id that is taken after 1.5, 3 and 6 s: no list may show yet by what
   │  store not known yet: 1.5, 3, 6 s ──▶ create
   └─ unknown, "already in use" ──▶ look ──found──▶ compare ──▶ done · conflict
                                     └─absent─▶ settle ──▶ look ──absent──▶ create (same ids, five times at most)

an object of the panel gets our id ──unknown──▶ read ──ours──▶ the rest ──▶ done
                                                  ├─none──▶ again · another's ──▶ conflict
delete, a store after its POS ──answer, or not there──▶ done; unknown: again, by the same id of Mercado Pago
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mpkit.api import unclear
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
from mpkit.model import Pos, Store
from mpkit.plan.events import End
from mpkit.plan.fields import Fields, unlike
from mpkit.plan.step import Step, is_ours

ATTEMPTS = 5  # requests that may have been carried out, for one object in one run
WRITES = frozenset({"create", "update", "delete"})
_LAG = (1.5, 3.0, 6.0)  # seconds; a store just made may be unknown to the POS side (stores contract 1.4)
_BACK_OFF = (1.0, 2.0, 4.0, 8.0, 16.0)  # seconds after a request that certainly did not arrive, or a failed look
_STOPS = 30  # times 429 may send one change back to wait; the client has waited each time as told
_STOP_PAUSE = 5.0

Repair = Callable[[RefusedByApi, Fields], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Queue:
    """Do `step.next` as soon as its turn comes."""

    step: Step


@dataclass(frozen=True, slots=True)
class Nap:
    """The same after some seconds, or after the settle window."""

    step: Step
    seconds: float = 0.0
    settle: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """It ended. `found` is the object where it is known whole, `remote_id` where only its id is."""

    step: Step
    end: End
    found: Store | Pos | None = None
    error: MpkitError | None = None
    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """Nothing can go on, for no change: this request was not carried out; what was in doubt before stays so."""

    step: Step
    error: MpkitError


Move = Queue | Nap | Over | Lost


def _queue(step: Step, **changed: Any) -> Queue:  # noqa: ANN401 - fields of a step
    return Queue(replace(step, **changed))


def _nap(step: Step, seconds: float = 0.0, *, settle: bool = False, **changed: Any) -> Nap:  # noqa: ANN401
    return Nap(replace(step, **changed), seconds, settle)


# answers


def answered(step: Step, found: Store | Pos | None, stores: Mapping[str, str], *, halted: bool) -> Move:
    """An answer came: None for a look that found nothing, and for a delete.

    `stores` are the ids of stores by external id; `halted`: nothing new is to be begun.
    """
    if step.next == "look":
        return _looked(step, found, stores, halted=halted)
    if step.next == "delete":
        return Over(step, "done", remote_id=step.remote_id)
    if found is None or not is_ours(step, found):
        return in_doubt(step)  # an answer about something else says nothing about ours
    if step.next == "read" and step.found is None and step.change.names:
        return _named(step, found, halted=halted)
    return _exists(step, found, halted=halted)


def _named(step: Step, found: Store | Pos, *, halted: bool) -> Move:
    """An object of the panel, read after a doubt: it has our id by now, or none yet, or somebody else's."""
    ours = step.change.external_id
    if found.external_id == ours and step.change.fields == ("external_id",):
        return _exists(step, found, halted=halted)
    if found.external_id not in {None, "", ours}:
        error = MpkitError("plan_conflict_taken", holder=found.external_id)
        return Over(step, "conflict", error=error, remote_id=found.id)
    return _queue(step, next="update", claimed=found.external_id == ours, naps=0)


def _exists(step: Step, found: Store | Pos, *, halted: bool) -> Move:
    """It exists as wanted: done, once the code of a POS is known."""
    if isinstance(found, Pos) and not found.qr_code and step.found is None and not halted:
        return _queue(step, next="read", found=found, naps=0)
    return Over(step, "done", found=found)


def _looked(step: Step, found: Store | Pos | None, stores: Mapping[str, str], *, halted: bool) -> Move:
    if found is not None:
        fields = unlike(step.fields, found, stores)
        if fields:
            error = MpkitError("plan_conflict", fields=fields)
            return Over(step, "conflict", error=error, remote_id=found.id)
        return _exists(step, found, halted=halted)
    if not step.settled:
        return _nap(step, settle=True, settled=True)
    if step.attempts < ATTEMPTS:
        return _queue(step, next="create", naps=0)
    key = "plan_conflict_unseen" if step.claimed else "plan_unknown"
    return Over(step, "conflict" if step.claimed else "unknown", error=MpkitError(key))


# errors


def troubled(step: Step, error: ApiError, repair: Repair) -> Move:
    """A call failed; `repair` gives the fields to send instead where a refusal says what would be right."""
    if isinstance(error, Unauthorised):
        return Lost(step, error)
    if isinstance(error, RateLimited):
        return _stopped(step, error)
    if step.next in {"look", "read"}:
        return _blind(step, error)
    if step.next == "delete" and isinstance(error, NotFound):
        return Over(step, "done", remote_id=step.remote_id)
    if isinstance(error, Unreachable):
        return _again(step, error)
    return write_failed(step, error, repair)


def write_failed(step: Step, error: ApiError, repair: Repair) -> Move:
    """A write that arrived, or may have."""
    if isinstance(error, UnknownOutcome):
        return in_doubt(step)
    if isinstance(error, Conflict) and step.next == "create":
        return in_doubt(replace(step, claimed=True))
    return _refused(step, error, repair)


def in_doubt(step: Step) -> Move:
    """It may or may not have been carried out: look first.

    A delete, and an update that gives no external id, are simply said again, to the same effect.
    """
    if step.next == "update" and step.change.names and not step.claimed and step.attempts < ATTEMPTS:
        return _queue(step, next="read", naps=0)
    if step.next in {"update", "delete"}:
        return _again(step, UnknownOutcome("plan_unknown"))
    return _queue(step, next="look", settled=False, naps=0)


def _again(step: Step, error: ApiError) -> Move:
    if step.attempts >= ATTEMPTS and isinstance(error, Unreachable):
        return Lost(step, error)
    if step.attempts >= ATTEMPTS:
        return Over(step, "unknown", error=error)
    return _nap(step, _BACK_OFF[min(step.naps, len(_BACK_OFF) - 1)], naps=step.naps + 1)


def _blind(step: Step, error: ApiError) -> Move:
    """A look or a read that fails; the client has repeated it already."""
    if step.next == "read" and isinstance(error, NotFound):
        if step.change.kind == "adopt":
            return Over(step, "refused", error=MpkitError("plan_gone"))
        if step.lags < len(_LAG):
            return _nap(step, _LAG[step.lags], lags=step.lags + 1)
    if step.naps < len(_BACK_OFF) and not isinstance(error, RefusedByApi):
        return _nap(step, _BACK_OFF[step.naps], naps=step.naps + 1)
    if step.next == "read" and step.found is not None:
        return Over(step, "done", found=step.found)  # it exists; its code is read again before it is printed
    return Over(step, "unknown", error=error)


def _stopped(step: Step, error: RateLimited) -> Move:
    """429: certainly not carried out, and the client has stopped the whole account for as long as it was told."""
    if step.stops >= _STOPS:
        return Lost(step, error)
    taken_back = 1 if step.next in WRITES else 0
    pause = error.retry_after if error.retry_after is not None else _STOP_PAUSE
    return _nap(step, pause, stops=step.stops + 1, attempts=step.attempts - taken_back)


def _refused(step: Step, error: ApiError, repair: Repair) -> Move:
    if isinstance(error, NotFound) and step.next == "update":
        return Over(step, "refused", error=MpkitError("plan_gone"))
    if isinstance(error, NotFound) and step.change.object == "pos" and step.lags < len(_LAG):
        return _nap(step, _LAG[step.lags], lags=step.lags + 1)
    if step.next == "update" and step.change.names and not (step.claimed or step.settled):
        return _queue(step, next="read", settled=True)  # its own id, come late, is refused as taken: look once
    changed = repair(error, step.fields) if isinstance(error, RefusedByApi) else None
    if changed and not set(changed) & set(step.note):  # each place once; the rest of the fields stays
        return _queue(step, fields={**step.fields, **changed}, note={**step.note, **changed})
    if step.next == "create" and unclear(error) and step.lags < len(_LAG):
        return _nap(step, _LAG[step.lags], lags=step.lags + 1)  # its id may be taken by what no list shows yet
    return Over(step, "conflict" if isinstance(error, Conflict) else "refused", error=error)
