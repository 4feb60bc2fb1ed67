"""One entry of the rehearsal's list in words: a job and the books come in; event, reactions and a link go out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from mpkit import branches, ledger, sales
from mpkit.jobs import Job
from mpkit.model import Account
from mpkit.pages import figures, watch
from mpkit.pages.frame import CLOCK, house, language, numbers, say, site
from mpkit.plan.change import Change, Plan, why
from mpkit.rehearsal import Scene
from mpkit.sales import Booked
from mpkit.sites import SITES

_DONE, _WAIT, _WARN, _HOW = "check_circle", "schedule", "warning", "arrow_right_alt"


@dataclass(frozen=True)
class Told:
    """An entry: `lines` are what mpkit saw and did, each an icon and a sentence; `press` leads to `page`."""

    icon: str
    event: str
    at: str
    lines: tuple[tuple[str, str], ...] = ()
    press: str = ""
    page: str = ""
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Books:
    """What mpkit holds that the entries are compared with."""

    account: Account
    payments: Mapping[str, Booked]
    asked: Sequence[str]  # the payments of the rehearsal
    done: Mapping[str, Sequence[Job]]  # finished syncs and plans, the oldest first
    listed: frozenset[str]
    ahead: timedelta  # of the rehearsal's clock before this machine's, now
    steps: Sequence[tuple[datetime, timedelta]]  # and how it became so: from when on, by how much; the newest first
    _plans: dict[str, Plan | None] = field(default_factory=dict)

    @classmethod
    def of(cls, one: Account, found: Iterable[Job], scene: Scene | None) -> Books:
        """The books of an account, for the jobs that are told."""
        every = list(found)
        ids = [paid for job in every if job.kind == "play" for paid in (job.result or {}).get("paid", ())]
        wanted = branches.wanted(house().store, one.id)
        over = sorted((job for job in every if job.state == "done" and job.ended), key=lambda job: str(job.ended))
        return cls(
            account=one,
            payments={each.payment["payment_id"]: each for each in sales.booked(house().store, one.id, ids)},
            asked=ids,
            done={kind: [job for job in over if job.kind == kind] for kind in ("sync", "plan")},
            listed=frozenset(each.external_id for each in wanted.branches)
            | frozenset(each.external_id for each in wanted.registers),
            ahead=timedelta(seconds=scene.ahead if scene else 0),
            steps=[
                (job.ended, datetime.fromisoformat(job.result["at"]) - job.ended)
                for job in reversed(over)
                if job.kind == "play" and job.ended and job.result
            ],
        )

    @property
    def paid(self) -> int:
        """Sales of the rehearsal."""
        return len(self.asked)

    @property
    def booked(self) -> int:
        """Those of them that are in the books."""
        return len(self.payments)

    @property
    def twice(self) -> int:
        """Sales that the rehearsal made twice; in the books a payment stands under its number, once."""
        return len(self.asked) - len(set(self.asked))

    def money(self, hundredths: int) -> str:
        """An amount as the country writes it."""
        return figures.money(hundredths, SITES[self.account.site].currency, numbers(), exact=True)

    def after(self, kind: str, job: Job) -> Job | None:
        """The first job of a kind that began after this one had ended, and is done."""
        ended = job.ended
        return next((each for each in self.done[kind] if ended and each.started and each.started >= ended), None)

    def latest(self, kind: str, job: Job) -> Job | None:
        """The newest such job."""
        ended = job.ended
        return next(
            (each for each in reversed(self.done[kind]) if ended and each.started and each.started >= ended), None
        )

    def plan(self, job: Job) -> Plan | None:
        """What a comparison found."""
        hash_ = str((job.result or {}).get("plan"))
        if hash_ not in self._plans:
            document = ledger.find_plan(house().store, self.account.id, hash_)
            self._plans[hash_] = Plan.read(document) if document is not None else None
        return self._plans[hash_]

    def clock(self, moment: datetime | None) -> str:
        """A moment of this machine as the rehearsal's clock shows it."""
        at = moment or CLOCK.now()
        by = next((step for since, step in self.steps if since <= at), timedelta() if self.steps else self.ahead)
        return self.local(at + by)

    def local(self, moment: datetime) -> str:
        """A moment of the rehearsal: the time, with the day where it is another than now's."""
        here = site()
        zone = ZoneInfo(here.zone) if here else UTC
        at, now = moment.astimezone(zone), CLOCK.now().astimezone(zone) + self.ahead
        return f"{at:%H:%M}" if at.date() == now.date() else figures.moment(at, language())


def is_look(job: Job) -> bool:
    """Whether it only looked at the sandbox."""
    return job.kind == "play" and job.arguments.get("act") == "look"


def told(job: Job, books: Books) -> Told:
    """The entry of one job."""
    if job.state in {"failed", "cancelled", "paused"}:
        stopped = (job.error or {"key": "job_cancelled"})["key"] == "job_cancelled"  # and not by an error
        event = say("rehearse_stopped" if stopped else f"rehearse_failed_{job.kind}")
        lines = () if stopped else ((_WARN, watch.failure(job)),)
        return Told("error", event, books.clock(job.ended), lines, *_way_out(job))
    if job.kind != "play":
        return _work(job, books)
    if job.state != "done":
        return Told("hourglass_top", say(str(job.progress.get("step") or "rehearse_playing")), books.clock(job.created))
    return _PLAYS[str(job.arguments["act"])](job, books)


_AT_WORK = {"sync": "rehearse_syncing", "plan": "rehearse_planning", "apply": "rehearse_applying"}


def _way_out(job: Job) -> tuple[str, str, dict[str, str]]:
    """Where a failed comparison or creation goes on."""
    if job.kind in {"plan", "apply"}:
        return "rehearse_see_changes", "changes", {}
    return "", "", {}


def _work(job: Job, books: Books) -> Told:
    """What mpkit did by itself or was asked for."""
    result, at = job.result or {}, books.clock(job.ended or job.created)
    if not job.finished:
        return Told("hourglass_top", say(_AT_WORK[job.kind]), at)
    if job.kind == "sync":
        return Told("sync", say("rehearse_synced", n=int(result.get("changed", 0))), at)
    query = {job.kind: job.id}
    if job.kind == "plan":
        counts = result["summary"]
        n = sum(counts[kind] for kind in ("create", "update", "adopt", "delete"))
        known = n + counts["same"] + counts["blocked"]
        event = say("rehearse_planned", n=n, same=counts["same"]) if known else say("rehearse_planned_empty")
        return Told("compare_arrows", event, at, (), "rehearse_see_changes", "changes", query)
    done, failed = int(result["done"]), int(result["failed"]) + int(result["skipped"])
    event = say("rehearse_applied", n=done, failed=failed) if failed else say("rehearse_applied_all", n=done)
    return Told("add_business", event, at, (), "rehearse_see_changes", "changes", query)


# A customer paid


def _paid(job: Job, books: Books) -> Told:
    event, at = dict(job.result or {}), books.local(datetime.fromisoformat(str((job.result or {})["at"])))
    if not event["paid"]:
        text = say("rehearse_waited", amount=books.money(int(event["asked"])), place=event["till"])
        lines = ((_HOW, say("rehearse_waited_why")), *_noticed(job, books, quiet=True))
        return Told("do_not_disturb_on", text, at, lines)
    many = int(event["n"]) > 1
    text = say(
        "rehearse_paid_many" if many else f"rehearse_paid_{event['then']}",
        n=len(event["paid"]),
        amount=books.money(int(event["amount"])),
        place=event["till"],
        back=books.money(int(event["back"])),
    )
    return Told("groups" if many else "qr_code_scanner", text, at, _arrived(job, books), *_to_sales(event, books))


def _arrived(job: Job, books: Books) -> tuple[tuple[str, str], ...]:
    """Whether the sales of an event are in the books, with the same sum."""
    event = dict(job.result or {})
    here = [books.payments[paid] for paid in event["paid"] if paid in books.payments]
    lines: list[tuple[str, str]] = []
    if event["waiting"]:
        lines.append((_WARN, say("rehearse_waited_too", n=int(event["waiting"]))))
    if not event["paid"]:
        return tuple(lines)
    read = books.after("sync", job)
    if not here:
        return (*lines, (_WAIT, say("rehearse_not_yet")))
    if len(here) < len(event["paid"]):
        return (*lines, (_WAIT, say("rehearse_partly", n=len(here), of=len(event["paid"]))))
    booked = sum(int(each.payment["amount"]) for each in here)
    if booked != int(event["amount"]):
        return (*lines, (_WARN, say("rehearse_arrived_other", amount=books.money(booked))))
    at = books.clock(read.ended if read else job.ended)
    text = say("rehearse_arrived_all" if len(here) > 1 else "rehearse_arrived", n=len(here), at=at)
    if event.get("back") and sum(int(row["amount"]) for row in here[0].refunds) == int(event["back"]):
        text += " " + say("rehearse_back_too")
    if event.get("then") == "dispute" and here[0].chargebacks:
        text += " " + say("rehearse_dispute_too")
    return (*lines, (_DONE, text))


def _to_sales(event: Mapping[str, object], books: Books) -> tuple[str, str, dict[str, str]]:
    """The way to the sale: the days up to today, and its number where it is one."""
    paid = event["paid"]
    ids = [str(each) for each in paid] if isinstance(paid, list) else []
    if not any(each in books.payments for each in ids):
        return "", "", {}
    query = {"period": "dates"}
    if len(ids) == 1:
        query |= {"store": str(event["shop_id"]), "register": str(event["till_id"]), "payment": ids[0]}
    return "rehearse_see_sales", "sales", query


def _passed(job: Job, books: Books) -> Told:
    event = dict(job.result or {})
    what, paid = say(f"rehearse_passed_{event['how']}"), event["paid"]
    text = (
        say("rehearse_passed_sales", what=what, n=len(paid), amount=books.money(int(event["amount"])))
        if paid
        else say("rehearse_passed_none", what=what)
    )
    at = books.local(datetime.fromisoformat(str(event["at"])))
    return Told("schedule", text, at, _arrived(job, books), *_to_sales(event, books))


# A colleague edited


def _edited(job: Job, books: Books) -> Told:
    event = dict(job.result or {})
    key = _EDITS[str(event["act"])]
    if event["act"] == "amount":
        key += "_waits" if event["after"] else "_buyer"
    text = say(key, name=event["name"], after=event.get("after", ""))
    lines = _noticed(job, books)
    seen = books.latest("plan", job)
    query = {"plan": seen.id} if seen else {}
    link = ("rehearse_see_changes", "changes", query) if seen else ("", "", {})
    return Told("edit_square", text, books.local(datetime.fromisoformat(str(event["at"]))), lines, *link)


def _noticed(job: Job, books: Books, *, quiet: bool = False) -> tuple[tuple[str, str], ...]:
    """What the newest comparison after the event says of the object it was about."""
    event = dict(job.result or {})
    seen = books.latest("plan", job)
    made = books.plan(seen) if seen is not None else None
    object_ = str(event.get("object", "pos"))
    id_, external_id = str(event.get("id") or event.get("till_id")), str(event.get("external_id") or "")
    listed = external_id in books.listed or event["act"] == "new"
    if made is None:
        return (
            () if quiet else ((_WAIT, say("rehearse_not_compared")),) if listed else ((_HOW, say("rehearse_unlisted")),)
        )
    change = next((each for each in made.changes if _about(each, object_, id_, external_id)), None)
    if change is None:
        return ((_DONE, say("rehearse_nothing_to_do")),) if listed else ((_HOW, say("rehearse_unlisted")),)
    if change.kind == "unmanaged":
        return ((_DONE, say("rehearse_would_not", why=why(change, language()))),)
    proposal = change.kind if change.kind in {"create", "update", "adopt"} else "not"
    lines = [(_DONE, say(f"rehearse_would_{proposal}", why=why(change, language())))]
    if change.stickers_void:
        lines.append((_WARN, say("rehearse_void", n=change.stickers_void)))
    return tuple(lines)


def _about(change: Change, object_: str, id_: str, external_id: str) -> bool:
    if change.object != object_:
        return False
    return change.remote_id == id_ or bool(external_id and change.external_id == external_id)


# The server


def _server(job: Job, books: Books) -> Told:
    event = dict(job.result or {})
    at = books.local(datetime.fromisoformat(str(event["at"])))
    if not event["kinds"]:
        return Told("wb_sunny", say("rehearse_faults_ended"), at)
    kinds = ", ".join(say(f"rehearse_fault_{kind}").lower() for kind in event["kinds"])
    return Told("thunderstorm", say("rehearse_faults_began", kinds=kinds), at, ((_HOW, say("rehearse_faults_next")),))


_EDITS = {
    "rename": "rehearse_renamed",
    "hours": "rehearse_rehoured",
    "amount": "rehearse_switched",
    "delete": "rehearse_deleted",
    "new": "rehearse_made",
}
_PLAYS: Mapping[str, Callable[[Job, Books], Told]] = {
    "pay": _paid,
    "time": _passed,
    "faults": _server,
    **dict.fromkeys(_EDITS, _edited),
}
