"""What goes into and comes out of apply's state machine: effects to carry out, events that follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mpkit.errors import ApiError, MpkitError
from mpkit.model import Pos, Store
from mpkit.plan.change import Change
from mpkit.plan.fields import Fields

Action = Literal["create", "update", "delete", "look", "read"]
End = Literal["done", "refused", "conflict", "unknown", "skipped", "left"]


# effects


@dataclass(frozen=True, slots=True)
class Sending:
    """Journal: the request of this change leaves now, for the `attempt`-th time, with these fields."""

    change: Change
    attempt: int
    fields: Fields


@dataclass(frozen=True, slots=True)
class Ended:
    """Journal: how it ended. `remote_id`, `qr_payload` and `fields` (as sent) are those of an object that is done."""

    change: Change
    end: End
    remote_id: str | None = None
    qr_payload: str | None = None
    fields: Fields = field(default_factory=dict)
    error: MpkitError | None = None
    note: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """Network: ask or tell Mercado Pago; `target` is the object's id, `store_id` that of a POS's store.

    `external_id` is the one an object made in the panel is to get with this update, "" where it has it already.
    """

    change: Change
    action: Action
    fields: Fields
    target: str = ""
    store_id: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Time: wake this change after so many seconds; `settle` instead means the driver's settle window."""

    change: Change
    seconds: float = 0.0
    settle: bool = False


Journal = Sending | Ended
Effect = Journal | Call | Wait


# events


@dataclass(frozen=True, slots=True)
class Answer:
    """A call's answer: the object; None for a look that found none, and for an object that was taken away."""

    key: str
    found: Store | Pos | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A call's error."""

    key: str
    error: ApiError


@dataclass(frozen=True, slots=True)
class Woke:
    """A wait is over."""

    key: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The journal refuses an outcome: the id or code stands there for another object."""

    key: str
    holder: str


Event = Answer | Trouble | Woke | Taken
