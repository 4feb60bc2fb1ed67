"""The book of money: every movement of every payment, and the indexes that find payments by their dates.

A payment's amounts and status are derived from its movements. The movements at its approval and what a payment has of
its own lie in columns; what came later is kept beside them, payment by payment. Times are whole seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import numpy as np

from mpkit.sandbox.balance import SIGNS
from mpkit.sandbox.columns import CHARGES, Columns, Dated, Form, Numbers, References, Texts
from mpkit.sandbox.figures import figures
from mpkit.sandbox.journal import Kinds
from mpkit.sandbox.shelf import Remember
from mpkit.sandbox.slips import ByPayment, Movement, Slip
from mpkit.sites import Site

__all__ = ["RANGES", "Book", "Movement", "Slip"]
RANGES = ("date_created", "date_last_updated", "date_approved", "money_release_date")
_COLUMN = dict(zip(RANGES, ("created", "updated", "approved", "released"), strict=True))
_FIRST = {"outgoing": "outgoing", "funding": "funding"}  # a channel's first movement, else `sale`
_APPROVALS = frozenset({"sale", "outgoing", "funding"})
_NEVER = 2**40  # seconds: after any release


class Book:
    """All slips and movements of the account, and their indexes. `now` is the sandbox's time of day."""

    def __init__(self, site: Site, remember: Remember, now: Callable[[], datetime]) -> None:
        self.site, self.now = site, now
        self.columns, self.forms, self.fates, self.states = Columns(), Texts(), Texts(), Texts()
        self.references = References()
        self.later: dict[int, tuple[Movement, ...]] = {}  # by row: what moved after the approval
        self.slips = ByPayment(self.columns, self.slip)
        self.money = ByPayment(self.columns, self.movements_of)
        self.next_payment = 130_000_000_001
        self.next_refund = 2_000_000_001
        self.next_chargeback = 217_000_087_000_000_001
        self.held = 0  # hundredths that came in and did not go out, released or not
        self.cases: dict[str, int] = {}  # chargeback to its payment, in the order in which they were opened
        self.version = 0  # rises with every change, so that remembered queries end
        self._remember = remember
        self.dated = {name: Dated() for name in RANGES}
        self.fates.number("")

    def fill(self, later: Mapping[int, Sequence[Movement]]) -> None:
        """Take the generated year: `columns` have been filled in; `later` is what moved after the approvals, by row."""
        all_, self.version = self.columns, self.version + 1
        self.held += int(self.flows()[2].sum())
        self.next_payment = max(self.next_payment, int(all_.id[: all_.count].max(initial=0)) + 7)
        for row, money in sorted(later.items()):
            self.later[row], all_.later[row] = tuple(money), True
            self._count(money)
            self._derive(row)
        for name, index in self.dated.items():
            index.fill(getattr(all_, _COLUMN[name])[: all_.count])

    def add(self, slip: Slip, money: list[Movement]) -> None:
        """Take one new payment."""
        row, all_ = self.columns.append(), self.columns
        all_.id[row], all_.created[row], all_.amount[row] = slip.id, slip.created, slip.asked
        all_.coupon[row], all_.extra[row], all_.payer[row] = slip.coupon, slip.extra, slip.payer
        all_.order[row], all_.reference[row] = slip.order, self.references.code(slip.reference)
        all_.store[row], all_.pos[row] = int(slip.store or 0), int(slip.pos or 0)
        all_.release[row], all_.lag[row] = slip.release, slip.lag
        all_.form[row], all_.fate[row] = self.forms.number(slip.form()), self.fates.number(slip.fate)
        self.next_payment = max(self.next_payment, slip.id + 7)
        self._remember("payment", {"slip": list(slip)})
        self._derive(row, dict.fromkeys(RANGES, 0))
        if money:
            self.move(slip.id, money)

    def move(self, payment: int, money: Sequence[Movement]) -> None:
        """Add movements to a payment."""
        row = self._row(payment)
        before = {name: int(getattr(self.columns, column)[row]) for name, column in _COLUMN.items()}
        rest = self._approve(row, money)
        if rest:
            self.later[row] = (*self.later.get(row, ()), *rest)
            self.columns.later[row] = True
        for entry in money[: len(money) - len(rest)]:
            self.held += SIGNS[entry.kind] * entry.hundredths
        self._count(rest)
        self._derive(row, before)
        self._remember("money", {"payment": payment, "money": [list(entry) for entry in money]})

    def refate(self, payment: int, fate: str) -> None:
        """Set or end a mediation, or what became of a payment that is not paid."""
        row = self._row(payment)
        self.columns.fate[row] = self.fates.number(fate)
        self._derive(row)
        self._remember("fate", {"payment": payment, "fate": fate})

    def kinds(self) -> Kinds:
        """How the lines it writes are applied again."""
        return {
            "payment": lambda line: self._add_again(Slip(*line["slip"])),
            "money": lambda line: self.move(line["payment"], [Movement(*entry) for entry in line["money"]]),
            "fate": lambda line: self.refate(line["payment"], line["fate"]),
        }

    def _add_again(self, slip: Slip) -> None:
        self.add(slip._replace(rates=tuple((name, rate) for name, rate in slip.rates)), [])

    def dates(self, slip: Slip, money: Sequence[Movement]) -> dict[str, int]:
        """The four dates a search can ask for, 0 where the payment has none."""
        approved = next((entry.at for entry in money if entry.kind in _APPROVALS), 0)
        touched = max((entry.at for entry in money if entry.at > approved), default=0)
        return {
            "date_created": slip.created,
            "date_approved": approved,
            "date_last_updated": max(touched, (approved or slip.created) + slip.lag),
            "money_release_date": approved + slip.release if approved else 0,
        }

    def between(self, range_: str, begin: int, end: int) -> list[tuple[int, int]]:
        """(instant, payment id) with begin ≤ instant ≤ end, in order."""
        index = self.dated[range_]
        span = index.span(begin, end)
        return list(zip(index.at[span].tolist(), self.columns.id[index.rows[span]].tolist(), strict=True))

    def date_of(self, range_: str, rows: Numbers) -> Numbers:
        """One of the four dates of each row, 0 where it has none."""
        found: Numbers = getattr(self.columns, _COLUMN[range_])[rows]
        return found

    def flows(self) -> tuple[Numbers, Numbers, Numbers]:
        """Money that moved, as arrays: when, when free, hundredths in or (below 0) out; an approval is one net."""
        all_, paid = self.columns, np.flatnonzero(self.columns.approved[: self.columns.count] > 0)
        out = self.fits_form(lambda form: form.channel == "outgoing")[all_.form[paid]]
        net = np.where(out, -all_.amount[paid], all_.amount[paid]) - all_.charges[paid].sum(axis=1)
        later = [
            (entry.at, max(entry.at, int(all_.released[row])), SIGNS[entry.kind] * entry.hundredths)
            for row, money in self.later.items()
            for entry in money
            if entry.kind in SIGNS
        ]
        more = np.array(later, dtype="i8").reshape(-1, 3).T
        parts = ((all_.approved[paid], more[0]), (all_.released[paid], more[1]), (net, more[2]))
        at, free, moved = (np.concatenate(part) for part in parts)
        return at, free, moved

    def unreleased(self, now: int) -> int:
        """Hundredths of the payments whose money is not free yet, less what they have already given back."""
        all_, index = self.columns, self.dated["money_release_date"]
        rows = index.rows[index.span(now + 1, _NEVER)]
        came = int(all_.amount[rows].sum()) - int(all_.charges[rows].sum())
        changed = (entry for row in rows[all_.later[rows]].tolist() for entry in self.later[row])
        return came + sum(SIGNS.get(entry.kind, 0) * entry.hundredths for entry in changed)

    def fated(self, beginning: str) -> list[int]:
        """The payments whose fate begins so, in the order of their rows."""
        all_ = self.columns
        numbers = [number for number, fate in enumerate(self.fates.known) if fate.startswith(beginning)]
        found: list[int] = all_.id[: all_.count][np.isin(all_.fate[: all_.count], numbers)].tolist()
        return found

    def fits_form(self, fits: Callable[[Form], bool]) -> Numbers:
        """For each number of a form whether it fits."""
        return np.fromiter(map(fits, self.forms.known), dtype=bool, count=len(self.forms.known))

    def movements(self) -> Iterator[Movement]:
        """Every movement of money."""
        for row in range(self.columns.count):
            yield from self.movements_of(row)

    def slip(self, row: int) -> Slip:
        """The slip of a row."""
        all_, form = self.columns, self.forms.known[self.columns.form[row]]
        approved = all_.approved[row] > 0
        return Slip(
            id=int(all_.id[row]),
            created=int(all_.created[row]),
            method=form.method,
            type=form.type,
            channel=form.channel,
            store=str(all_.store[row]) if all_.store[row] else "",
            pos=str(all_.pos[row]) if all_.pos[row] else "",
            reference=self.references.text(int(all_.reference[row])),
            description=form.description,
            payer=int(all_.payer[row]),
            province=form.province,
            asked=0 if approved else int(all_.amount[row]),
            fate=self.fates.known[all_.fate[row]],
            installments=form.installments,
            wallet=form.wallet,
            coupon=int(all_.coupon[row]),
            order=int(all_.order[row]),
            lag=int(all_.lag[row]),
            release=int(all_.release[row]),
            rates=form.rates,
            extra=int(all_.extra[row]),
            taken=form.taken,
            quoted=form.quoted,
        )

    def movements_of(self, row: int) -> list[Movement]:
        """The movements of a row, the approval first."""
        all_, later = self.columns, self.later.get(row, ())
        at = int(all_.approved[row])
        if not at:
            return list(later)
        form = self.forms.known[all_.form[row]]
        store, pos = all_.store[row], all_.pos[row]
        where = (self.site.currency, str(store) if store else "", str(pos) if pos else "")
        id_ = int(all_.id[row])
        found = [Movement(at, id_, _FIRST.get(form.channel, "sale"), int(all_.amount[row]), *where)]
        for (name, _), charge in zip(form.rates, all_.charges[row].tolist(), strict=False):
            if charge:
                found.append(Movement(at, id_, "tax" if name.startswith("tax") else "fee", charge, *where, name))
        return [*found, *later]

    def _row(self, payment: int) -> int:
        row = self.columns.row_of(payment)
        if row < 0:
            raise KeyError(payment)
        return row

    def _approve(self, row: int, money: Sequence[Movement]) -> Sequence[Movement]:
        """Put the movements of an approval into the columns; what is none of it is given back."""
        all_, first = self.columns, money[0]
        form: Form = self.forms.known[all_.form[row]]
        if all_.approved[row] or first.kind != _FIRST.get(form.channel, "sale") or not first.hundredths:
            return money
        names, taken = [name for name, _ in form.rates[:CHARGES]], 1
        charges = [0] * CHARGES
        for entry in money[1:]:
            kind = "tax" if entry.name.startswith("tax") else "fee"
            at = names.index(entry.name) if entry.name in names else -1
            if entry.kind != kind or at < 0 or any(charges[at:]) or entry.at != first.at:
                break
            charges[at], taken = entry.hundredths, taken + 1
        all_.approved[row], all_.amount[row], all_.charges[row] = first.at, first.hundredths, charges
        return money[taken:]

    def _count(self, money: Sequence[Movement]) -> None:
        """What later movements count up."""
        for entry in money:
            self.held += SIGNS.get(entry.kind, 0) * entry.hundredths
            if entry.kind in {"refund", "refund_asked"}:
                self.next_refund = max(self.next_refund, int(entry.note) + 3)
            elif entry.kind == "chargeback":
                self.next_chargeback = max(self.next_chargeback, int(entry.note) + 11)
                self.cases[entry.note] = entry.payment

    def _derive(self, row: int, before: Mapping[str, int] | None = None) -> None:
        """Work out a row's state and dates again; with the dates `before`, put it to its new places."""
        slip, money = self.slip(row), self.movements_of(row)
        sums, dates = figures(slip, money), self.dates(slip, money)
        self.columns.state[row] = self.states.number((sums.status, sums.detail))
        self.columns.printed[row] = 0  # it says something else now
        for name, at in dates.items():
            getattr(self.columns, _COLUMN[name])[row] = at
            if before is not None:
                self.dated[name].move(row, before[name], at)
        self.version += 1
