"""Money given back: a payment, hundredths and a key in, a `Refund` out; and the same, listed and read.

The key is the caller's, written down before the first attempt: sending again with the same key is safe, however often.
What the API refuses becomes one of our errors by its cause's number or its code (the payments contract, 2.4).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from mpkit.api import answers, sales
from mpkit.api.calls import Calls, Unreadable
from mpkit.errors import ApiError, Conflict, NotFound, RefusedByApi, Unauthorised, UnknownOutcome, WrongUsage
from mpkit.model import Payment, Refund
from mpkit.money import sent
from mpkit.sites import Site

Answer = TypeVar("Answer")
_SEE_ALL = {"x-render-in-process-refunds": "true"}  # or a Pix on its way is told as an error, and left out of lists
_KEY = re.compile(r"[!-~]{1,64}", re.ASCII)
_GONE = frozenset({"rejected", "cancelled"})  # refunds that gave nothing back
_DONE = "approved"
_BAD_REQUEST, _UNPROCESSABLE, _LOCKED = 400, 422, 423
_PIX_SITE = "MLB"

_NO_PAYMENT = (NotFound, "api_payment_not_found")
_STATE = (RefusedByApi, "api_payment_state")
_AMOUNT = (RefusedByApi, "api_refund_amount")
_OTHERWISE = (RefusedByApi, "api_refund_other_way")
_OLD = (RefusedByApi, "api_refund_too_old")
_POOR = (RefusedByApi, "api_refund_no_money")
_PANEL = (Unauthorised, "api_refund_only_panel")
_NOT_YET = (Conflict, "api_not_yet")
_BY_CAUSE: Mapping[str, tuple[type[ApiError], str]] = {
    "2000": _NO_PAYMENT,
    "2017": _AMOUNT,
    "2018": _STATE,
    "2020": _OTHERWISE,
    "2021": _OTHERWISE,
    "2022": (RefusedByApi, "api_refund_too_many"),
    "2024": _OLD,
    "2025": _OTHERWISE,
    "2027": _OTHERWISE,
    "2029": _OTHERWISE,
    "2030": _POOR,
    "2031": _POOR,
    "2032": (NotFound, "api_refund_not_found"),
    "2041": _PANEL,
    "2063": _STATE,
    "2085": _OTHERWISE,
    "3024": (RefusedByApi, "api_refund_only_whole"),
    "4040": _AMOUNT,
    "4041": _AMOUNT,
    "15016": _OLD,
}
_BY_CODE: Mapping[str, tuple[type[ApiError], str]] = {
    "idempotency_key_already_used": (Conflict, "api_refund_key_used"),
    "pa_unauthorized_result_from_policies": _PANEL,
    "post_processing_operation_pending": _NOT_YET,
    "processor_communication_error": _NOT_YET,
}
_BY_STATUS: Mapping[int, tuple[type[ApiError], str]] = {_UNPROCESSABLE: _NOT_YET, _LOCKED: _NOT_YET}


def create(calls: Calls, site: Site, payment_id: str, *, amount: int | None, key: str) -> Refund:
    """Give back `amount` hundredths, None for all that is left; its `status` may be `in_process` for a Pix.

    Waits and repeats with the same key while the API says "not yet", does not answer or fails. Raises `RefusedByApi`,
    `NotFound`, `Unauthorised` or `Conflict` where it certainly was not done, `UnknownOutcome` where only the list of
    refunds, or the same key once more, can tell. A refused Pix is settled by that list before anything is raised.
    """
    if not _KEY.fullmatch(key):
        message = "a key of 1 to 64 letters, digits or signs is needed"
        raise ValueError(message)
    body = _body(amount, site)
    pix = _Pix.of(calls, payment_id, amount) if site.id == _PIX_SITE else None
    try:
        return calls.insist(
            _path(payment_id),
            body,
            key=key,
            headers=_SEE_ALL,
            not_yet=lambda error: _said(error) == _NOT_YET,
            parse=lambda answer: _made(answer, payment_id, amount),
        )
    except ApiError as error:
        refused = error
    if pix is not None and refused.status == _BAD_REQUEST:
        found = pix.settled(calls, refused)
        if found is not None:
            return found
    raise _told(refused, site)


def every(calls: Calls, payment_id: str) -> tuple[Refund, ...]:
    """Every refund of a payment, oldest first, those in process among them. Raises `NotFound`."""

    def parse(answer: object) -> tuple[Refund, ...]:
        found = [sales.refund(row, payment_id) for row in answers.rows(answer, "refunds")]
        return tuple(sorted(found, key=lambda refund: (refund.created, refund.id)))

    return _asked(calls, _path(payment_id), parse)


def one(calls: Calls, payment_id: str, refund_id: str) -> Refund:
    """One refund. Raises `NotFound`."""
    path = f"{_path(payment_id)}/{quote(refund_id, safe='')}"
    return _asked(calls, path, lambda answer: sales.refund(answer, payment_id))


def cancel(calls: Calls, payment_id: str) -> Payment:
    """Cancel a payment that is not paid yet; sent once. Raises `RefusedByApi` where there is nothing to cancel."""
    path = f"/v1/payments/{quote(payment_id, safe='')}"
    try:
        return calls.write("PUT", path, {"status": "cancelled"}, parse=sales.payment)
    except ApiError as error:
        refused = error
    raise _told(refused, None)


class _Pix:
    """What was known of a Pix before its refund was asked for: by it a refusal is told from a refund that goes on."""

    def __init__(self, payment_id: str, amount: int, known: Mapping[str, Refund]) -> None:
        self._payment_id = payment_id
        self._amount = amount
        self._known = known

    @classmethod
    def of(cls, calls: Calls, payment_id: str, amount: int | None) -> _Pix | None:
        """None where the payment is no Pix. Raises what reading it raises: nothing has been sent then."""
        try:
            payment = calls.read(f"/v1/payments/{quote(payment_id, safe='')}", parse=sales.payment)
        except NotFound as error:
            absent = error
        else:
            if payment.method != "pix" and payment.method_type != "bank_transfer":
                return None
            left = payment.amount - payment.refunded if amount is None else amount
            return cls(payment_id, left, {refund.id: refund for refund in every(calls, payment_id)})
        raise _told(absent, None)

    def settled(self, calls: Calls, refused: ApiError) -> Refund | None:
        """The refund that goes on although the API refused it; None where there is none.

        Raises `UnknownOutcome` where the list does not tell: it cannot be read, or a refund of before this attempt is
        still open, which may be this very one.
        """
        try:
            rows = every(calls, self._payment_id)
        except ApiError:
            rows = None
        if rows is None:
            raise _unsettled(refused)
        alive = [row for row in rows if row.status not in _GONE and row.amount == self._amount]
        new = [row for row in alive if row.id not in self._known]
        if len(new) == 1:
            return new[0]
        if new or any(row.status != _DONE for row in alive):
            raise _unsettled(refused)
        return None


def _unsettled(error: ApiError) -> UnknownOutcome:
    return UnknownOutcome("api_unsettled", status=error.status, code=error.code, cause=error.cause, detail=error.detail)


def _asked(calls: Calls, path: str, parse: Callable[[Any], Answer]) -> Answer:
    try:
        return calls.read(path, parse=parse, headers=_SEE_ALL)
    except NotFound as error:
        absent = error
    raise _told(absent, None)


def _path(payment_id: str) -> str:
    return f"/v1/payments/{quote(payment_id, safe='')}/refunds"


def _body(amount: int | None, site: Site) -> dict[str, Any]:
    """The body: empty for all; else a number with no more decimals than the site takes."""
    if amount is None:
        return {}
    try:
        text = sent(amount, site.currency)
    except ValueError as error:
        raise WrongUsage("api_refund_amount", detail=str(error)) from error
    return {"amount": float(text) if amount % 100 else amount // 100}


def _made(answer: object, payment_id: str, amount: int | None) -> Refund:
    """The refund that was asked for; an answer about any other is none."""
    found = sales.refund(answer, payment_id)
    if found.payment_id != payment_id or (amount is not None and found.amount != amount):
        field = "refund"
        raise Unreadable(field)
    return found


def _said(error: ApiError) -> tuple[type[ApiError], str]:
    """What a refusal of the payments family is; anything else stays what it is."""
    if isinstance(error, UnknownOutcome) or error.status is None:
        return type(error), error.key
    found = _BY_CAUSE.get(error.cause) or _BY_CODE.get(error.code) or _BY_STATUS.get(error.status)
    return found or (type(error), error.key)


def _told(error: ApiError, site: Site | None) -> ApiError:
    """The same refusal, said in the words of refunds."""
    kind, key = _said(error)
    if key == error.key:
        return error
    days = site.refund_days if site else 0
    return kind(key, status=error.status, code=error.code, cause=error.cause, detail=error.detail, days=days)
