"""Disputed payments: chargebacks with their papers, and the claims buyers make; ids and files in, nouns out.

Fields: the payments contract, 3.1 to 3.5. The structures of the official client libraries differ, and are not followed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mpkit.api import answers
from mpkit.api.answers import amount, identity, instant, maybe_identity, maybe_instant, maybe_record, record, rows, text
from mpkit.api.calls import Calls, Unreadable
from mpkit.api.forms import form
from mpkit.errors import Refused
from mpkit.model import Chargeback, Claim, Paper

_MOST_BYTES = 10_000_000  # all papers of a case together
_KINDS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"%PDF-": "application/pdf"}
_PAGE = 30  # claims


def of_payment(calls: Calls, payment_id: str) -> tuple[Chargeback, ...]:
    """The chargebacks of one payment; the API has no other way to find them, and ignores any limit."""
    return calls.read(
        "/v1/chargebacks/search",
        {"payment_id": payment_id},
        parse=lambda answer: tuple(chargeback(row, payment_id) for row in rows(answers.page(answer)["results"])),
    )


def one(calls: Calls, chargeback_id: str) -> Chargeback:
    """One chargeback. Raises `NotFound`."""
    return calls.read(f"/v1/chargebacks/{quote(chargeback_id, safe='')}", parse=chargeback)


def send_papers(calls: Calls, chargeback_id: str, files: Sequence[tuple[str, bytes]]) -> Chargeback:
    """Send the papers (name and content) that defend a payment: pictures and PDF files, all at once; sent once.

    Raises `Refused` for another kind of file, none at all or more than 10 MB, `RefusedByApi` where the case takes no
    papers any more, `NotFound`.
    """
    told = [(name, _kind(name, content), content) for name, content in files]
    size = sum(len(content) for _, _, content in told)
    if not told or size > _MOST_BYTES:
        raise Refused("api_papers_size", n=len(told), size=f"{size / 1e6:.1f}")
    path = f"/v1/chargebacks/{quote(chargeback_id, safe='')}/documentation"
    return calls.upload(path, form("files[]", told), parse=chargeback)


def claims_of(calls: Calls, payment_id: str) -> tuple[Claim, ...]:
    """The claims about one payment; rarely any for a sale in a shop."""
    found: dict[str, Claim] = {}
    offset = 0
    while True:
        page = calls.read(
            "/post-purchase/v1/claims/search",
            {"resource": "payment", "resource_id": payment_id, "limit": _PAGE, "offset": offset},
            parse=lambda answer: [claim(row) for row in rows(answers.page(answer)["results"])],
        )
        fresh = [each for each in page if each.id not in found]
        found |= {each.id: each for each in fresh}
        if not fresh or len(page) < _PAGE:
            # a server that does not know the filter answers every claim there is
            return tuple(each for each in found.values() if each.resource_id == payment_id)
        offset += len(page)


def one_claim(calls: Calls, claim_id: str) -> Claim:
    """One claim. Raises `NotFound`."""
    return calls.read(f"/post-purchase/v1/claims/{quote(claim_id, safe='')}", parse=claim)


def chargeback(value: object, payment_id: str = "") -> Chargeback:
    """One chargeback, as found for one payment or by its own id."""
    found = record(value)
    created = instant(found.get("date_created"), "date_created")
    payments = found.get("payments")
    ids = tuple(identity(each, "payments") for each in payments) if isinstance(payments, list) else ()
    if not payment_id and not ids:
        field = "payments"
        raise Unreadable(field)
    return Chargeback(
        id=identity(found.get("id"), "id"),
        payment_id=payment_id or ids[0],
        amount=amount(found.get("amount"), "amount"),
        currency=text(found.get("currency")),
        covered=_flag(found, "coverage_applied"),
        created=created,
        updated=maybe_instant(found.get("date_last_updated"), "date_last_updated") or created,
        payment_ids=ids or (payment_id,),
        reason=text(found.get("reason")),
        can_be_covered=_flag(found, "coverage_elegible"),  # spelled so
        papers_wanted=_flag(found, "documentation_required") or False,
        papers_status=text(found.get("documentation_status")),
        papers_until=maybe_instant(found.get("date_documentation_deadline"), "date_documentation_deadline"),
        papers=tuple(
            Paper(text(row.get("type")), text(row.get("url")), text(row.get("description")))
            for row in rows(found.get("documentation"), "documentation")
        ),
    )


def claim(value: object) -> Claim:
    """One claim, without the people in it."""
    found = record(value)
    resolution = maybe_record(found.get("resolution"))
    return Claim(
        id=identity(found.get("id"), "id"),
        resource=text(found.get("resource")),
        resource_id=maybe_identity(found.get("resource_id"), "resource_id") or "",
        status=text(found.get("status")),
        kind=text(found.get("type")),
        stage=text(found.get("stage")),
        reason=text(found.get("reason_id")),
        delivered=_flag(found, "fulfilled"),
        created=maybe_instant(found.get("date_created"), "date_created"),
        updated=maybe_instant(found.get("last_updated"), "last_updated"),
        resolution=text(resolution.get("reason")),
    )


def _flag(found: Mapping[str, Any], field: str) -> bool | None:
    value = found.get(field)
    if value is not None and not isinstance(value, bool):
        raise Unreadable(field)
    return value


def _kind(name: str, content: bytes) -> str:
    kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)
    if kind is None:
        raise Refused("api_papers_kind", file=name)
    return kind
