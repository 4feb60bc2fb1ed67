"""What is wanted against what exists: `make` a plan (pure), `apply` it (journalled, resumable)."""

from mpkit.plan.applying import IN_FLIGHT, SETTLE, Applied, Applying
from mpkit.plan.change import Change, Existing, Plan
from mpkit.plan.closing import Closed, closed, doomed, marked
from mpkit.plan.cost import Recall, recall
from mpkit.plan.making import answered, make
from mpkit.plan.paying import last_payments
from mpkit.plan.said import markdown, text
from mpkit.plan.scan import read
from mpkit.plan.scope import Only, parse_only
from mpkit.plan.undoing import created, undo

__all__ = [
    "IN_FLIGHT",
    "SETTLE",
    "Applied",
    "Applying",
    "Change",
    "Closed",
    "Existing",
    "Only",
    "Plan",
    "Recall",
    "answered",
    "closed",
    "created",
    "doomed",
    "last_payments",
    "make",
    "markdown",
    "marked",
    "parse_only",
    "read",
    "recall",
    "text",
    "undo",
]
