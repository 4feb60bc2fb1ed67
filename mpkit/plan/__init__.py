"""What is wanted against what exists: `make` a plan (pure), `apply` it (journalled, resumable)."""

from mpkit.plan.applying import SETTLE, Applied, Applying
from mpkit.plan.change import Change, Existing, Plan
from mpkit.plan.making import make
from mpkit.plan.said import markdown, text
from mpkit.plan.scope import Only, parse_only

__all__ = [
    "SETTLE",
    "Applied",
    "Applying",
    "Change",
    "Existing",
    "Only",
    "Plan",
    "make",
    "markdown",
    "parse_only",
    "text",
]
