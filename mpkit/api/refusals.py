"""Answers that are not what was asked for: a response in, the right `ApiError` out, told by status and code.

The API answers errors in six shapes (classic, payments family, gateway, policy agent, orders and the newer POS, plain
text or HTML); texts differ by language and year and are never read for their meaning. Where neither status nor code
tells, the state does: see `unclear`. Sources: the stores and POS reference of 2022 and 2026, the payments reference,
answers recorded by public integrations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mpkit.errors import ApiError, Conflict, NotFound, RateLimited, RefusedByApi, Unauthorised, UnknownOutcome
from mpkit.log import clean
from mpkit.work import HttpResponse

Kind = tuple[type[ApiError], str]  # what it is, and the sentence that says it

_OK, _REDIRECT, _REFUSED, _FAILED = 200, 300, 400, 500  # where the classes of HTTP statuses begin
_TOKEN: Kind = (Unauthorised, "api_token_refused")
_FORBIDDEN: Kind = (Unauthorised, "api_forbidden")
_TAKEN: Kind = (Conflict, "api_conflict")
_ABSENT: Kind = (NotFound, "api_not_found")
_NO: Kind = (RefusedByApi, "api_refused")
_WHO_KNOWS: Kind = (UnknownOutcome, "api_unknown_outcome")

# A code goes before its status: the documents list some under several.
_BY_CODE: Mapping[str, Kind] = {
    "point_of_sale_exists": _TAKEN,
    "pos_already_exists": _TAKEN,
    "external_id-already-used": _TAKEN,
    "external_id_already_used": _TAKEN,
    "idempotency_key_already_used": _TAKEN,  # 400 on /v2/pos, 409 on orders: this key stands for another request
    "conflict": (UnknownOutcome, "api_in_process"),  # 409: the first request with this key is still under way
    "processor_communication_error": (Conflict, "api_not_yet"),
    "post_processing_operation_pending": (Conflict, "api_not_yet"),
    # A store just made may be unknown to the POS side for some seconds: "not found (yet)", no fault of the request.
    "inexistent_external_store_id": _ABSENT,
    "inexistent_store_id": _ABSENT,
    "store_not_found": _ABSENT,
    "pos_not_found": _ABSENT,
    "unauthorized_scopes": (Unauthorised, "api_other_owner"),
    "internal_error_check_store_owner": (RefusedByApi, "api_other_owner"),  # 424
}
# The payments family names the cause by a number; the reference groups many under statuses that do not fit them.
_BY_CAUSE: Mapping[str, Kind] = {
    **dict.fromkeys(("2000", "2032"), _ABSENT),
    **dict.fromkeys(("3", "5", "7"), _TOKEN),
    **dict.fromkeys(("4", "2041", "3002"), _FORBIDDEN),
    **dict.fromkeys(("2024", "3024", "4040", "4041", "4292", "15016"), _NO),
}
_BY_STATUS: Mapping[int, Kind] = {
    401: _TOKEN,
    403: _FORBIDDEN,
    404: _ABSENT,
    408: _WHO_KNOWS,
    409: _TAKEN,
    423: _TAKEN,
    424: _WHO_KNOWS,  # something behind the API failed, at a point nobody tells
    425: _WHO_KNOWS,
}
_GENERAL = frozenset({"", "bad_request", "validation_error"})  # codes that many different refusals share
_TOO_MANY = 429
_MOST_DETAIL = 20_000  # the list of valid cities of a state has up to 13,000 characters
_LONGEST_RETRY_AFTER = 3600.0


def judge(response: HttpResponse, *, now: datetime) -> ApiError | None:
    """The error an answer stands for, None where it went well (2xx). `now` reads a Retry-After given as a date."""
    status = response.status
    if _OK <= status < _REDIRECT:
        return None
    code, cause, detail = _told_by(response.body)
    told: dict[str, Any] = {"status": status, "code": code, "cause": cause, "detail": detail}
    if status == _TOO_MANY:
        after = retry_after(response.headers.get("retry-after", ""), now)
        return RateLimited("api_rate_limited", retry_after=after, **told)
    kind, key = _kind(status, code, cause)
    return kind(key, **told)


def _kind(status: int, code: str, cause: str) -> Kind:
    """A 4xx certainly was not carried out; a failure of the server's own, or a redirect, says nothing about that."""
    if not _REFUSED <= status < _FAILED:
        return _WHO_KNOWS
    return _BY_CODE.get(code) or _BY_CAUSE.get(cause) or _BY_STATUS.get(status, _NO)


def unclear(error: ApiError) -> bool:
    """Whether a refused create may mean that its external id is taken: the account must be asked.

    For a store the API says `validation_error` for this and for a wrong city alike (recorded live); one POS simulator
    answers a general 400. A refusal that lists the valid places is about the place.
    """
    return error.status == _REFUSED and error.code in _GENERAL and valid_values(error) is None


def taken(error: ApiError) -> Conflict:
    """The same refusal, once the account was seen to have an object with that external id."""
    return Conflict("api_conflict", status=error.status, code=error.code, cause=error.cause, detail=error.detail)


_VALID_VALUES = re.compile(
    r"(?:location\.)?(?P<field>city_name|state_name)\b.*?valid values are:\s*(?P<list>.+)", re.IGNORECASE | re.DOTALL
)


def valid_values(error: ApiError) -> tuple[str, tuple[str, ...]] | None:
    """The field ("city_name" or "state_name") and the spellings a refused place may have, None for any other refusal.

    The API gives them in its text only: "location.city_name was invalid. Valid values are: A, B, C" (recorded 2020
    and 2026), and they are the whole catalogue of that state.
    """
    found = _VALID_VALUES.search(error.detail) if error.status == _REFUSED else None
    if found is None:
        return None
    return found["field"].lower(), tuple(part.strip() for part in found["list"].split(",") if part.strip())


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for, as a number or a date; None where it says nothing readable."""
    text = text.strip()
    if not text:  # of nearly every answer
        return None
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text, re.ASCII):
        return min(float(text), _LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    return min(max((at - now).total_seconds(), 0.0), _LONGEST_RETRY_AFTER)


def _told_by(body: bytes) -> tuple[str, str, str]:
    """The API's own code in lower case, the number of its first cause, its text; each "" where the body has none."""
    text = body[: 4 * _MOST_DETAIL].decode("utf-8", "replace")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):  # plain text is shown, a page or half a document is not
        return "", "", "" if text.lstrip()[:1] in {"<", "{", "["} else _told(text)
    if isinstance(document, list):
        document = next(_records(document), None)
    if not isinstance(document, dict):
        return "", "", ""
    error = next(_records(document.get("errors")), None) or document
    causes = list(_records(document.get("causes") or document.get("cause")))
    details = error.get("details")
    texts = [
        error.get("message"),
        *(cause.get("description") for cause in causes),
        *(details if isinstance(details, list) else [details]),
    ]
    said = dict.fromkeys(part for part in texts if isinstance(part, str) and part)
    number = next((_word(cause.get("code")) for cause in causes), "")
    return _code(error), number, _told(" · ".join(said))


def _records(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects in a list, or a lone object, as old answers have it; nothing of anything else."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield one


def _code(error: Mapping[str, Any]) -> str:
    """`error` in the classic shapes, `code` in the others."""
    return _word(error.get("error")) or _word(error.get("code"))


def _word(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return clean(str(value)).strip().lower()[:80]


def _told(text: str) -> str:
    return clean(" ".join(text.split()))[:_MOST_DETAIL]
