"""What an account keeps beside its book: refunds on their way, payouts, papers and claims, with switches.

Money stays in the book. What is to come of a refund or a dispute is an appointment here; `catch_up` carries out the
ones that are due, dated when they were due and not when somebody looked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import Any, NamedTuple

from mpkit.sandbox.journal import Kinds
from mpkit.sandbox.shelf import Remember

FAMILIES = ("refunds", "chargebacks", "claims")  # what a policy can close


class Waiting(NamedTuple):
    """A refund the bank has not decided yet: what it will say, and when."""

    payment: int
    refund: int
    hundredths: int
    at: int
    due: int
    outcome: str  # approved, rejected


class Payout(NamedTuple):
    """Money the merchant took out of the account; below zero it was put in."""

    at: int
    hundredths: int


class Paper(NamedTuple):
    """A file sent to defend a payment; only what the API tells of it."""

    case: str
    at: int
    kind: str
    name: str
    size: int


class Complaint(NamedTuple):
    """A buyer's complaint about a payment; `closed` 0 while it is open."""

    id: int
    payment: int
    reason: str
    opened: int
    closed: int = 0


@dataclass(frozen=True, slots=True)
class Switches:
    """How the account's refunds behave beyond the rules; turned at `/_sandbox/refunds`."""

    policy: tuple[str, ...] = ()  # the families that are answered 403 to this token
    not_yet_s: float = 0.0  # seconds after its approval in which a payment cannot be refunded yet
    in_process: float = 0.2  # the share of Pix refunds that take their time
    rejected: float = 0.05  # of those, the share that comes to nothing
    in_process_s: float = 120.0  # how long those take
    partials: bool = True  # whether any partial refund is taken
    most: int = 20  # refunds of one payment (undocumented)
    refuse: int = 0  # refuse every refund with this code


class Calendar:
    """Appointments: instants and what is to be looked at then, in their order."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, tuple[str, str]]] = []

    def add(self, at: int, matter: tuple[str, str]) -> None:
        """Look at this matter (its kind and its id) then."""
        heappush(self._heap, (at, matter))

    def due(self, now: int) -> tuple[str, str] | None:
        """The first matter whose time has come, taken out; None where there is none."""
        return heappop(self._heap)[1] if self._heap and self._heap[0][0] <= now else None


@dataclass
class Office:
    """The account's papers; every change is one line of the journal."""

    remember: Remember
    switches: Switches = field(default_factory=Switches)
    waiting: dict[int, Waiting] = field(default_factory=dict)  # by payment: one at a time
    payouts: list[Payout] = field(default_factory=list)
    papers: dict[str, list[Paper]] = field(default_factory=dict)
    complaints: dict[int, Complaint] = field(default_factory=dict)  # by payment, the last one
    next_complaint: int = 5_900_000_001
    cases_seen: int = 0  # how many disputes are in the calendar
    born_in_mediation: tuple[int, ...] | None = None  # payments of the generated year; None until somebody asks
    calendar: Calendar = field(default_factory=Calendar)

    def kinds(self) -> Kinds:
        """How the lines it writes are applied again."""
        return {
            "refund-asked": lambda line: self.await_bank(Waiting(*line["waiting"])),
            "refund-ended": lambda line: self.ended(line["payment"]),
            "payout": lambda line: self.pay_out(Payout(*line["payout"])),
            "paper": lambda line: self.file_paper(Paper(*line["paper"])),
            "complaint": lambda line: self.note_complaint(Complaint(*line["complaint"])),
        }

    def await_bank(self, refund: Waiting) -> None:
        """A refund is on its way."""
        self.waiting[refund.payment] = refund
        self.calendar.add(refund.due, ("refund", str(refund.payment)))
        self.remember("refund-asked", {"waiting": list(refund)})

    def ended(self, payment: int) -> None:
        """The bank has decided."""
        if self.waiting.pop(payment, None) is not None:
            self.remember("refund-ended", {"payment": payment})

    def pay_out(self, payout: Payout) -> None:
        """Money leaves the account for the merchant's bank."""
        self.payouts.append(payout)
        self.remember("payout", {"payout": list(payout)})

    def file_paper(self, paper: Paper) -> None:
        """A file is put to its case."""
        self.papers.setdefault(paper.case, []).append(paper)
        self.remember("paper", {"paper": list(paper)})

    def note_complaint(self, complaint: Complaint) -> None:
        """A complaint is opened, or closed."""
        self.complaints[complaint.payment] = complaint
        self.next_complaint = max(self.next_complaint, complaint.id + 17)
        self.remember("complaint", {"complaint": list(complaint)})

    def turn(self, **wanted: object) -> None:
        """Turn switches; raises `ValueError` for one that is none, or a value it cannot have."""
        for name, value in wanted.items():
            check = _POSITIONS.get(name)
            if check is None or not check(value):
                raise ValueError(name)
        changed: dict[str, Any] = dict(wanted)
        if "policy" in changed:
            changed["policy"] = tuple(changed["policy"])
        self.switches = replace(self.switches, **changed)


def _share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 10**7


def _whole(value: object) -> bool:
    return isinstance(value, int) and _number(value)


def _families(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) and name in FAMILIES for name in value)


_POSITIONS: Mapping[str, Callable[[object], bool]] = {
    "policy": _families,
    "not_yet_s": _number,
    "in_process": _share,
    "rejected": _share,
    "in_process_s": _number,
    "partials": lambda value: isinstance(value, bool),
    "most": _whole,
    "refuse": _whole,
}
