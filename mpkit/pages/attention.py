"""What asks for an act today: facts of several rooms come in, at most seven short lines with where to go come out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mpkit.jobs import Job
from mpkit.model import Account
from mpkit.sales import Silences

MOST = 7


@dataclass(frozen=True)
class Line:
    """One thing to act on: a sentence of `words/`, and the page that the press leads to."""

    key: str
    page: str
    press: str
    icon: str = "arrow_forward"
    values: dict[str, object] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """How far the roll-out is: what the list wants, what exists, what has a printed sign."""

    wanted: int = 0
    existing: int = 0
    printed: int = 0
    to_correct: int = 0
    approximate: int = 0  # branches that stand at their city's own point
    drifted: int = 0  # objects that are not as they were left, as the last look at the account found them
    codes: int = 0  # of these, registers whose code is another one


def lines(
    account: Account, counts: Counts, silent: Silences, unfinished: Iterable[Job], unexplained: int
) -> list[Line]:
    """What to do, the most urgent first; never more than seven."""
    found = [Line("today_codes", "drift", "today_look", "qr_code_2", {"n": counts.codes})] if counts.codes else []
    found += [*map(_unfinished, unfinished), *_silent(silent)]
    if counts.drifted > counts.codes:
        found.append(Line("today_drift", "drift", "today_look", "sync_problem", {"n": counts.drifted - counts.codes}))
    if counts.wanted and account.amount is None:
        found.append(Line("today_amount", "changes", "today_answer", "help"))
    missing = counts.wanted - counts.existing
    if missing > 0:
        values: dict[str, object] = {"n": missing}
        found.append(Line("today_to_create", "changes", "today_create", "add_business", values))
    if counts.to_correct:
        values = {"n": counts.to_correct}
        found.append(Line("today_to_correct", "branches", "today_correct", "edit_note", values, {"step": "review"}))
    if counts.approximate:
        found.append(Line("today_approximate", "branches", "today_look", "wrong_location", {"n": counts.approximate}))
    unprinted = counts.existing - counts.printed
    if unprinted > 0:
        found.append(Line("today_to_print", "signs", "today_print", "print", {"n": unprinted}))
    if unexplained:
        values = {"n": unexplained}
        query = {"only": "unexplained", "period": "7"}
        found.append(Line("today_unexplained", "sales", "today_look", "help", values, query))
    return found[:MOST]


def _unfinished(job: Job) -> Line:
    page = {"kit": "signs", "proof": "signs", "sync": "sales", "apply": "changes", "plan": "changes"}
    step = {"check": "review", "take_in": "review"}.get(job.kind, "")
    query = {job.kind: job.id} | ({"step": step} if step else {})
    if job.state == "paused":
        return Line("today_paused_apply", "changes", "today_look", "pause_circle", query=query)
    if job.state == "failed":
        return Line(f"today_failed_{job.kind}", page.get(job.kind, "branches"), "today_look", "error", query=query)
    return Line(f"today_running_{job.kind}", page.get(job.kind, "branches"), "today_look", "hourglass_top", query=query)


def _silent(silent: Silences) -> list[Line]:
    """One line: which register or branch where it is one, else how many."""
    if not silent.lines:
        return []
    only = silent.lines[0] if len(silent.lines) == 1 else None
    key = f"today_silent_{only.object}" if only else "today_silent"
    values: dict[str, object] = {"n": silent.registers}
    if only:
        values = {"name": only.name, "store": only.store, "n": len(only.registers)}
    return [Line(key, "silent", "today_look", "notifications_paused", values)]
