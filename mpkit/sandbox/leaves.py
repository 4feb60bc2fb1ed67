"""What a payment's document is made of: slip and movements go in, its look and its leaves come out.

The look is what many payments share, so that one document can be prepared for all of them; the leaves are the numbers,
dates and ids of one payment. `typeset` reads the leaves of many payments from their columns at once: where a leaf is
worked out, one function works it out for both, on whole numbers as on arrays of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from mpkit.sandbox.answers import number, payment_date
from mpkit.sandbox.columns import Form
from mpkit.sandbox.figures import figures

if TYPE_CHECKING:
    from mpkit.sandbox.book import Book, Movement, Slip

CARDS = frozenset({"credit_card", "debit_card", "prepaid_card"})
_FIRST = ("Lucía", "Martín", "Sofía", "Diego", "Camila", "Joaquín", "Valentina", "Tomás", "Renata", "Bruno")
_LAST = ("Ejemplo", "Prueba", "Ficticia", "Muestra", "Inventada", "Supuesta", "Imaginaria")
NAMES = tuple(f"{first} {last}".upper() for last in _LAST for first in _FIRST)


class Look(NamedTuple):
    """What a document shows beside its leaves."""

    form: Form  # as `shared` leaves it
    status: str
    detail: str
    charged: tuple[tuple[str, float], ...]  # the charges there are: name to per cent
    approved: bool
    released: bool
    coupon: bool
    extra: bool
    order: bool
    store: bool
    pos: bool
    reference: bool
    refunds: bool  # whether anything was given back, or asked for


class Leaves(NamedTuple):
    """The values of one payment; amounts as the API shows them."""

    id: Any
    payer: Any
    document: Any
    last: Any
    ip: Any
    month: Any
    code: Any
    store: Any
    pos: Any
    order: Any
    created: Any
    approved: Any
    updated: Any
    released: Any
    reference: Any
    name: Any
    province: Any
    description: Any
    wallet: Any
    amount: Any
    coupon: Any
    extra: Any
    net: Any
    total: Any
    part: Any
    refunded: Any
    charges: tuple[Any, ...]
    back: tuple[Any, ...]  # of each charge, what came back with refunds
    moved: Any  # when a refund last gave something of a fee back
    refunds: Any


class Person(NamedTuple):
    """The made-up person behind a payer's number."""

    document: Any
    last: Any
    ip: Any
    month: Any
    code: Any
    name: Any  # place in NAMES


def person(payer: Any) -> Person:  # noqa: ANN401 - a number, or an array of them
    """The digits of a person and their card."""
    return Person(
        document=10_000_000 + payer % 50_000_000,
        last=payer // 7 % 10_000,
        ip=payer // 3 % 250,
        month=1 + payer % 12,
        code=payer // 11 % 1_000_000,
        name=payer % len(NAMES),
    )


def shared(form: Form) -> Form:
    """A form without what is a leaf: two that are alike in the rest have documents of one look."""
    return form._replace(province="", description="", wallet="other" if form.wallet else "")


class Sums(NamedTuple):
    """What the payer paid in all, each instalment of it, what the merchant got at approval; hundredths."""

    total: Any
    part: Any
    net: Any


def sums(amount: Any, charged: Any, coupon: Any, extra: Any, installments: Any) -> Sums:  # noqa: ANN401
    """Of one payment or of many; `charged` is the sum of its charges."""
    total = amount - coupon + extra
    return Sums(total, (2 * total + installments) // (2 * installments), amount - charged)


def look(book: Book, slip: Slip, money: Sequence[Movement]) -> Look:
    """How a payment's document looks now."""
    status, dates = figures(slip, money), book.dates(slip, money)
    approved = dates["date_approved"] > 0
    names = {entry.name for entry in _at_approval(money)}
    return Look(
        form=shared(slip.form()),
        status=status.status,
        detail=status.detail,
        charged=tuple((name, rate) for name, rate in slip.rates if name in names),
        approved=approved,
        released=approved and dates["money_release_date"] <= book.now().timestamp(),
        coupon=slip.coupon > 0,
        extra=slip.extra > 0,
        order=slip.order > 0,
        store=slip.store != "",
        pos=slip.pos != "",
        reference=slip.reference != "",
        refunds=any(entry.kind.startswith("refund") for entry in money),
    )


def leaves(book: Book, slip: Slip, money: Sequence[Movement], refunds: Sequence[Any]) -> Leaves:
    """The values of a payment's document; `refunds` are the documents of its refunds."""
    found, dates, who = figures(slip, money), book.dates(slip, money), person(slip.payer)
    charged = {entry.name: entry.hundredths for entry in _at_approval(money)}
    back, moved = dict[str, int](), dates["date_approved"]
    for entry in money:
        if entry.kind == "fee_refund":
            back[entry.name], moved = back.get(entry.name, 0) + entry.hundredths, entry.at
    names = [name for name, _ in slip.rates if name in charged]
    paid = sums(found.amount, found.amount - found.net, slip.coupon, slip.extra, slip.installments)
    return Leaves(
        id=slip.id,
        payer=slip.payer,
        document=who.document,
        last=who.last,
        ip=who.ip,
        month=who.month,
        code=who.code,
        store=int(slip.store or 0),
        pos=int(slip.pos or 0),
        order=slip.order,
        created=payment_date(slip.created),
        approved=payment_date(dates["date_approved"]),
        updated=payment_date(dates["date_last_updated"]),
        released=payment_date(dates["money_release_date"]),
        reference=slip.reference,
        name=NAMES[who.name],
        province=slip.province or None,
        description=slip.description or None,
        wallet=slip.wallet,
        amount=number(found.amount),
        coupon=number(slip.coupon),
        extra=number(slip.extra),
        net=number(found.net),
        total=number(paid.total),
        part=number(paid.part),
        refunded=number(found.refunded),
        charges=tuple(number(charged[name]) for name in names),
        back=tuple(number(back.get(name, 0)) for name in names),
        moved=payment_date(moved),
        refunds=refunds,
    )


def _at_approval(money: Sequence[Movement]) -> list[Movement]:
    """The charges of the approval."""
    return [entry for entry in money if entry.kind in {"fee", "tax"} and entry.at == money[0].at]
