"""Where one change of an apply stands: from its plan and its journal at the start, then step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mpkit.errors import MpkitError
from mpkit.ledger import Intent
from mpkit.model import Pos, Store
from mpkit.plan.change import NOTHING, Change
from mpkit.plan.events import Action, End
from mpkit.plan.fields import Fields

Phase = Literal["held", "queued", "flying", "asleep", "over"]


@dataclass(frozen=True, slots=True)
class Step:
    """Where one change stands. `next` is what it does when its turn comes."""

    change: Change
    fields: Fields
    phase: Phase = "held"
    next: Action = "create"
    attempts: int = 0  # of this run
    before: int = 0  # of earlier runs
    settled: bool = False  # a settle window has passed since the last request of unknown outcome
    claimed: bool = False  # Mercado Pago has said that the external id is in use; of an adoption, by this very object
    naps: int = 0
    lags: int = 0
    stops: int = 0
    found: Store | Pos | None = None  # done but for reading its code
    end: End | None = None
    remote_id: str | None = None
    error: MpkitError | None = None
    note: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


def first(change: Change, intent: Intent | None, *, unsettled: bool) -> Step:
    """Where a change stands when a run begins: what the journal has as done is over, what is in doubt is looked up."""
    fields = change.after or {}
    if intent is not None and intent.state == "done":
        return Step(change, fields, phase="over", end="done", remote_id=intent.remote_id, note=intent.note)
    return Step(
        change,
        fields,
        next=_first_action(change, intent, unsettled=unsettled),
        before=intent.attempts if intent else 0,
        remote_id=None if change.kind == "create" else change.remote_id,
    )


def _first_action(change: Change, intent: Intent | None, *, unsettled: bool) -> Action:
    if change.kind == "create":
        doubt = unsettled or (intent is not None and intent.state in {"sent", "unknown", "conflict"})
        return "look" if doubt else "create"
    if change.kind == "delete":
        return "delete"  # by its own id: said twice it is done once
    doubt = change.names and intent is not None and intent.state != "intended"
    return "read" if doubt or not change.touches else "update"


def is_ours(step: Step, found: Store | Pos) -> bool:
    """Whether an answer is about the object that was asked for."""
    if step.next == "create":
        return found.external_id == step.change.external_id
    return found.id == (step.found.id if step.found else step.remote_id)


def unreached(step: Step) -> End:
    """How a change stands that was not brought to its end."""
    return "unknown" if step.next == "look" else "left"
