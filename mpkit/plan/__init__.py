"""What is wanted against what exists: `make` a plan (pure), `apply` it (journalled, resumable)."""

from mpkit.plan.adopting import decisions, take_over
from mpkit.plan.applying import IN_FLIGHT, SETTLE, Applied, Applying
from mpkit.plan.change import Change, Existing, Plan, list_hash
from mpkit.plan.closing import Closed, closed, doomed, marked
from mpkit.plan.cost import Recall, recall
from mpkit.plan.drifting import Difference, Drift, drift
from mpkit.plan.firms import Firms
from mpkit.plan.learning import as_known
from mpkit.plan.making import answered, make
from mpkit.plan.matching import Match, Matched, match
from mpkit.plan.paying import last_payments, waiting_orders
from mpkit.plan.said import compared, detail, markdown, text
from mpkit.plan.scan import read
from mpkit.plan.scope import Only, for_branch, parse_only
from mpkit.plan.settling import Accepted, Settling
from mpkit.plan.undoing import created, undo

__all__ = [
    "IN_FLIGHT",
    "SETTLE",
    "Accepted",
    "Applied",
    "Applying",
    "Change",
    "Closed",
    "Difference",
    "Drift",
    "Existing",
    "Firms",
    "Match",
    "Matched",
    "Only",
    "Plan",
    "Recall",
    "Settling",
    "answered",
    "as_known",
    "closed",
    "compared",
    "created",
    "decisions",
    "detail",
    "doomed",
    "drift",
    "for_branch",
    "last_payments",
    "list_hash",
    "make",
    "markdown",
    "marked",
    "match",
    "parse_only",
    "read",
    "recall",
    "take_over",
    "text",
    "undo",
    "waiting_orders",
]
