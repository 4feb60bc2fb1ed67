"""What a plan costs in paper: its changes in; the signs to take down, where they hang and what to print anew, out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mpkit.plan.change import Change


@dataclass(frozen=True, slots=True)
class Recall:
    """The signs of one register that will no longer serve.

    `dead` True: their code pays nobody any more; False: the code goes on, and the steps printed beside it are false.
    `anew` is the register to print in their place: the same where it goes on, the one that takes its place, or "".
    """

    register: str
    name: str
    store: str
    branch: str
    serials: tuple[int, ...]
    dead: bool
    anew: str

    def content(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "register": self.register,
            "name": self.name,
            "store": self.store,
            "branch": self.branch,
            "pieces": len(self.serials),
            "serials": list(self.serials),
            "reason": "code" if self.dead else "steps",
            "reprint": bool(self.anew),
            "anew": self.anew or None,
        }


def recall(changes: Iterable[Change]) -> tuple[Recall, ...]:
    """The signs that a plan makes useless, in its order."""
    return tuple(
        Recall(
            register=change.external_id,
            name=change.name,
            store=str((change.after or change.before or {}).get("store", "")),
            branch=str(change.values.get("branch", "")),
            serials=change.serials,
            dead=change.stickers_void > change.steps_false,
            anew=str(change.values.get("heir", "")) if change.kind == "delete" else change.external_id,
        )
        for change in changes
        if change.stickers_void
    )


def of(changes: Iterable[Change]) -> dict[str, Any]:
    """The whole cost as plain data: how many pieces in which stores, what to take down, what to print anew."""
    found = recall(changes)
    stores: dict[str, dict[str, Any]] = {}
    for one in found:
        store = stores.setdefault(one.store, {"store": one.store, "branch": one.branch, "void": 0, "steps": 0})
        store["void" if one.dead else "steps"] += len(one.serials)
    return {
        "void": sum(len(one.serials) for one in found if one.dead),
        "steps": sum(len(one.serials) for one in found if not one.dead),
        "stores": list(stores.values()),
        "recall": [one.content() for one in found],
        "reprint": list(dict.fromkeys(one.anew for one in found if one.anew)),
    }
