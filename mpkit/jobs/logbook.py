"""Work in people's words: a job or a run's journal comes in, sentences go out, for pages and commands alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mpkit import i18n, ledger
from mpkit.db import Engine
from mpkit.i18n import say
from mpkit.jobs.alive import is_dead
from mpkit.jobs.rows import Job
from mpkit.ledger import Intent
from mpkit.work import Clock

_WORK = ("create", "update", "adopt", "delete")
_DIFFERENCES = ("missing", "changed", "new", "code_changed")


def kind(name: str, language: str) -> str:
    """What a job does."""
    return say(f"history_kind_{name}" if f"history_kind_{name}" in i18n.words() else "history_kind_other", language)


def who(job: Job, language: str) -> str:
    """Who asked for it: a person on screen, a command, or the schedule."""
    key = f"history_who_{job.who or 'command'}"
    return say(key, language) if key in i18n.words() else job.who


def state(job: Job, clock: Clock) -> str:
    """Its state; one whose worker is dead is neither running nor over."""
    return "dead" if job.state == "running" and is_dead(job, clock) else job.state


def long(job: Job, clock: Clock, language: str) -> str:
    """How long it took, or has been taking."""
    if job.started is None:
        return "—"
    until = job.ended or (job.heartbeat if state(job, clock) == "dead" else None) or clock.now()
    return spell(max(timedelta(), until - job.started), language)


def spell(stretch: timedelta, language: str) -> str:
    """A stretch of time as people say it: whole minutes, or seconds below one minute."""
    minutes = round(stretch.total_seconds() / 60)
    if minutes < 1:
        return say("watch_seconds", language, n=max(1, round(stretch.total_seconds())))
    return say("watch_minutes", language, n=minutes)


def failure(job: Job, language: str) -> str:
    """Why a job failed, in one sentence."""
    error = job.error or {}
    values = {str(name): value for name, value in dict(error.get("values", {})).items()}
    return say(str(error.get("key", "watch_failed")), language, **values)


def result(job: Job, language: str) -> str:
    """What came of it, in a few words."""
    if job.state == "failed":
        return failure(job, language)
    if job.state != "done":
        done, total = job.progress.get("done", 0), job.progress.get("total")
        return say("watch_count", language, done=done, total=total) if total else ""
    say_it = _RESULTS.get(job.kind)
    return say_it(job.result or {}, language) if say_it else ""


def _applied(found: Mapping[str, Any], language: str) -> str:
    return say("history_apply", language, done=found["done"], failed=found["failed"] + found["skipped"])


def _planned(found: Mapping[str, Any], language: str) -> str:
    counts = found["summary"]
    blocked = [say("history_blocked", language, n=counts["blocked"])] if counts["blocked"] else []
    return ", ".join([say("history_plan", language, n=sum(counts[name] for name in _WORK)), *blocked])


def _accepted(found: Mapping[str, Any], language: str) -> str:
    return say("history_accepted", language, n=found["accepted"])


def _printed(found: Mapping[str, Any], language: str) -> str:
    return say("history_kit", language, n=found["pieces"])


def _listed(found: Mapping[str, Any], language: str) -> str:
    return say("history_list", language, added=found["added"], changed=found["changed"])


def _differing(found: Mapping[str, Any], language: str) -> str:
    return say("history_drift", language, n=sum(len(found.get(name, ())) for name in _DIFFERENCES))


_RESULTS: Mapping[str, Callable[[Mapping[str, Any], str], str]] = {
    "apply": _applied,
    "plan": _planned,
    "adopt": _planned,
    "put_back": _planned,
    "accept": _accepted,
    "kit": _printed,
    "reprint": _printed,
    "take_in": _listed,
    "amend": _listed,
    "drift": _differing,
}


def told(one: Intent, language: str) -> str:
    """What a request was about, how it ended, and what was repaired or refused."""
    ended = say(f"carry_state_{one.state}_{one.kind}" if one.state == "done" else f"carry_state_{one.state}", language)
    text = f"{say(f'create_{one.object}', language)} {one.external_id} · {ended}"
    if one.error:
        text += f": {sentence(one.error, language)}"
    for field, value in one.note.items():  # what Mercado Pago's own list of places made of it
        name = say(f"plan_field_{field}", language) if f"plan_field_{field}" in i18n.words() else field
        text += f" · {say('carry_repaired', language, field=name, value=str(value))}"
    return text


def sentence(error: Mapping[str, Any], language: str) -> str:
    """An error as it is kept, said."""
    values = dict(error.get("values") or {})
    fields = values.get("fields")
    if isinstance(fields, list | tuple):
        values["fields"] = ", ".join(say(f"plan_field_{name}", language) for name in fields)
    return say(str(error["key"]), language, **values)


def log(store: Engine, account: str, plan: str, zone: str, language: str) -> Iterator[str]:
    """All that the runs of a plan (its hash) did, the oldest first, a line each with the local time; `zone` is IANA."""
    there = ZoneInfo(zone)
    rows = [(one.ended or one.sent, one) for one in ledger.of_plan(store, account, plan)]
    done = sorted(((at, one.object != "store", one) for at, one in rows if at is not None), key=lambda row: row[:2])
    for at, _, one in done:
        yield f"{at.astimezone(there):%Y-%m-%d %H:%M:%S} · {told(one, language)}"
