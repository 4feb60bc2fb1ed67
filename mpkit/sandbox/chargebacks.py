"""The routes of chargebacks, and how a dispute goes on by itself: papers by a deadline, a review, won or lost.

Deadlines and reviews: the contract's 3.3 (10 days and up to 140, in Chile 7 and 150). That nobody wins without papers,
and who wins with them, is ours: drawn by the seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from mpkit.sandbox.answers import Answer, Effect, Refusal, family, number, payment_date
from mpkit.sandbox.book import Movement
from mpkit.sandbox.office import Paper
from mpkit.sandbox.refund_rules import closed_by_policy
from mpkit.sandbox.sale import disputed
from mpkit.sandbox.upload import Unusable, parts

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

_DAY = 86_400
_PAGE = 25
_WON = 0.6  # of the disputes that are answered with papers
_VALID = 0.5  # papers of a lost dispute that were in order all the same
_SOONEST = 15  # days of a review
_AFTER_DEADLINE = 2 * _DAY  # from a missed deadline to the decision
_SENT_AFTER = 5 * _DAY  # a generated merchant sends papers this soon
_MOST_BYTES = 10_000_000  # all files together
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"%PDF-": "application/pdf"}


@dataclass(frozen=True, slots=True)
class Case:
    """One dispute as its movements and papers tell it; `ended` None while it is open."""

    id: str
    payment: int
    opened: Movement
    ended: Movement | None
    papers: tuple[Paper, ...]

    def deadline(self, site: str) -> int:
        """Until when papers are taken."""
        return self.opened.at + (7 if site == "MLC" else 10) * _DAY


def search(world: World, call: Call) -> Answer:
    """`GET /v1/chargebacks/search`: only by payment; the limit asked for is ignored."""
    closed_by_policy(world, "chargebacks")
    wanted = call.query.get("payment_id", "")
    if not wanted.isdecimal():
        raise family(400, "bad_request", "Wrong parameters in Search Cases")
    money = world.book.money.get(int(wanted), []) if call.seller == world.seller else []
    found = [document(world, _case(world, entry.note)) for entry in money if entry.kind == "chargeback"]
    return Answer(200, {"paging": {"offset": 0, "limit": _PAGE, "total": len(found)}, "results": found})


def read(world: World, call: Call) -> Answer:
    """`GET /v1/chargebacks/{id}`."""
    closed_by_policy(world, "chargebacks")
    return Answer(200, document(world, _known(world, call)))


def file_papers(world: World, call: Call) -> Answer:
    """`POST /v1/chargebacks/{id}/documentation`: pictures and PDF files, once, until the deadline."""
    closed_by_policy(world, "chargebacks")
    case, now = _known(world, call), int(world.now().timestamp())
    if case.ended or case.papers or now > case.deadline(world.site.id):
        raise family(400, "bad_request", "The case does not take documentation (any more)")
    for kind, name, size in _files(call):
        world.office.file_paper(Paper(case.id, now, kind, name, size))
    schedule(world, case.id)
    return Answer(200, document(world, _case(world, case.id)), Effect("document", "chargeback", case.id))


def document(world: World, case: Case) -> dict[str, Any]:
    """A chargeback as the API shows it; `coverage_applied` None until it is decided."""
    covered = None if case.ended is None else case.ended.kind == "chargeback_back"
    last = max([case.opened.at, *(paper.at for paper in case.papers), *([case.ended.at] if case.ended else [])])
    status = _papers_are(world, case)
    return {
        "id": case.id,
        "payments": [case.payment],
        "currency": case.opened.currency,
        "amount": number(case.opened.hundredths),
        "reason": "fraud",
        "coverage_applied": covered,
        "coverage_elegible": True,
        "documentation_required": status == "pending",
        "documentation_status": status,
        "documentation": [
            {
                "type": paper.kind,
                "url": f"{world.url}/v1/chargebacks/documentation/op/op-{case.id}-{n}",
                "description": f"File: {paper.name}, Size: {paper.size}",
            }
            for n, paper in enumerate(case.papers, 1)
        ],
        "date_documentation_deadline": payment_date(case.deadline(world.site.id)),
        "date_created": payment_date(case.opened.at),
        "date_last_updated": payment_date(last),
        "live_mode": True,
    }


def take_up(world: World, seen: int) -> int:
    """Put the cases beyond the first `seen` into the calendar; how many there are."""
    for case in list(islice(world.book.cases, seen, None)):
        schedule(world, case)
    return len(world.book.cases)


def schedule(world: World, case: str) -> None:
    """Note when a case will be decided as things are."""
    found = _case(world, case)
    if found.ended is None:
        world.office.calendar.add(_decided_at(world, found), ("case", case))


def decide(world: World, case_id: str) -> None:
    """Decide a case whose day has come; one that has moved on meanwhile has another day."""
    case, now = _case(world, case_id), int(world.now().timestamp())
    if case.ended is not None:
        return
    at = _decided_at(world, case)
    if at > now:
        return
    kind = "chargeback_back" if case.papers and _draw(world, "won", case) < _WON else "chargeback_lost"
    slip = world.book.slips[case.payment]
    ended = disputed(world.site, slip, case.opened.hundredths, at, case=case.id, kind=kind)
    world.book.move(case.payment, [ended])


def _decided_at(world: World, case: Case) -> int:
    """When it is decided: after the review of the papers, or soon after the deadline without any."""
    if not case.papers:
        return case.deadline(world.site.id) + _AFTER_DEADLINE
    longest = 150 if world.site.id == "MLC" else 140
    days = _SOONEST + int(_draw(world, "review", case) * (longest - _SOONEST))
    born = int(world.journal.born.timestamp())
    return max(case.papers[-1].at, born) + days * _DAY  # nothing of a generated year is decided before its end


def _papers_are(world: World, case: Case) -> str:
    """The state of the papers: from the movements, the papers and the time of day."""
    if case.ended is None:
        if case.papers:
            return "review_pending"
        return "pending" if world.now().timestamp() <= case.deadline(world.site.id) else "not_supplied"
    if case.ended.kind == "chargeback_back":
        return "valid"
    if not case.papers:
        return "not_supplied"
    return "valid" if _draw(world, "valid", case) < _VALID else "invalid"


def _case(world: World, id_: str) -> Case:
    payment = world.book.cases[id_]
    opened, *later = (entry for entry in world.book.money[payment] if entry.note == id_)
    papers = tuple(world.office.papers.get(id_, ())) or _generated(world, opened, later[-1] if later else None)
    return Case(id_, payment, opened, later[-1] if later else None, papers)


def _generated(world: World, opened: Movement, ended: Movement | None) -> tuple[Paper, ...]:
    """What the merchant of a generated year has sent: papers after some days, though not always to a lost case."""
    at, born = opened.at + _SENT_AFTER, int(world.journal.born.timestamp())
    lost = ended is not None and ended.kind == "chargeback_lost"
    drawn = world.faults.chance("papers", opened.note.encode(), 1)
    if at >= born or (ended is not None and ended.at < at) or (lost and drawn < 0.3):
        return ()
    return (Paper(opened.note, at, "image/png", "comprobante.png", 30_000 + int(drawn * 90_000)),)


def _draw(world: World, of: str, case: Case) -> float:
    return world.faults.chance(of, case.id.encode(), 1)


def _known(world: World, call: Call) -> Case:
    id_ = call.params["id"]
    if id_ not in world.book.cases or call.seller != world.seller:
        raise family(404, "not_found", f"Case for {id_} doesn't exist")
    return _case(world, id_)


def _files(call: Call) -> list[tuple[str, str, int]]:
    """Kind, name and size of each file; refused where there is none, one of another kind, or too much of it."""
    try:
        found = parts(call.request)
    except Unusable as wrong:
        raise _wrong(str(wrong)) from wrong
    files = [part for part in found if part.field == "files[]" and part.name]
    if not files:
        raise _wrong("files[] is needed")
    if sum(len(part.content) for part in files) > _MOST_BYTES:
        raise _wrong("The files have more than 10 MB")
    told = []
    for part in files:
        kind = next((kind for start, kind in _KINDS.items() if part.content.startswith(start)), None)
        if kind is None:
            raise _wrong("The files are to be jpg, png or pdf")
        told.append((kind, part.name, len(part.content)))
    return told


def _wrong(message: str) -> Refusal:
    return family(400, "bad_request", message)


ROUTES: Sequence[tuple[str, str, Any]] = (
    ("GET", "/v1/chargebacks/search", search),
    ("GET", "/v1/chargebacks/{id}", read),
    ("POST", "/v1/chargebacks/{id}/documentation", file_papers),
)
