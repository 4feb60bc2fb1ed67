"""What is wanted against what exists: `make` a plan (pure), `apply` it (journalled, resumable)."""

from mpkit.plan.applying import IN_FLIGHT, SETTLE, Applied, Applying
from mpkit.plan.change import Change, Existing, Plan
from mpkit.plan.making import answered, make
from mpkit.plan.said import markdown, text
from mpkit.plan.scan import read
from mpkit.plan.scope import Only, parse_only

__all__ = [
    "IN_FLIGHT",
    "SETTLE",
    "Applied",
    "Applying",
    "Change",
    "Existing",
    "Only",
    "Plan",
    "answered",
    "make",
    "markdown",
    "parse_only",
    "read",
    "text",
]
