"""Answers that are not what was asked for: a response in, the right `ApiError` out, told by status and code.

The API answers errors in five shapes (classic, payments family, orders, gateway, plain text or HTML); texts differ by
language and year and are not read, but for the two places below where the contract gives no code. Sources: the stores
and POS reference of 2022 and 2026, answers recorded by public integrations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mpkit.errors import ApiError, Conflict, NotFound, RateLimited, RefusedByApi, Unauthorised, UnknownOutcome
from mpkit.log import clean
from mpkit.work import HttpResponse

_EXISTS = {"point_of_sale_exists", "pos_already_exists", "external_id-already-used", "external_id_already_used"}
# A store just made may be unknown to the POS side for some seconds: "not found (yet)", not a fault of the request.
_STORE_NOT_THERE = {"inexistent_external_store_id", "inexistent_store_id", "store_not_found"}
_MOST_DETAIL = 20_000  # the list of valid cities of a state has up to 13,000 characters
_LONGEST_RETRY_AFTER = 3600.0


def judge(response: HttpResponse, *, now: datetime) -> ApiError | None:
    """The error an answer stands for, None where it went well (2xx). `now` reads a Retry-After given as a date."""
    status = response.status
    if 200 <= status < 300:  # noqa: PLR2004 - the class of answers that went well
        return None
    code, detail = _code_and_detail(response.body)
    told: dict[str, Any] = {"status": status, "code": code, "detail": detail}
    if status == 429:  # noqa: PLR2004
        after = retry_after(response.headers.get("retry-after", ""), now)
        return RateLimited("api_rate_limited", retry_after=after, **told)
    if status >= 500 or status < 400 or status in {408, 425}:  # noqa: PLR2004
        # A redirect is never followed; like a server's own failure it says nothing about what was carried out.
        return UnknownOutcome("api_unknown_outcome", **told)
    return _refusal(status, code, detail, told)


def _refusal(status: int, code: str, detail: str, told: Mapping[str, Any]) -> ApiError:
    """A 4xx: it certainly was not carried out."""
    if status == 401:  # noqa: PLR2004
        return Unauthorised("api_other_owner" if code == "unauthorized_scopes" else "api_token_refused", **told)
    if status == 403:  # noqa: PLR2004
        return Unauthorised("api_forbidden", **told)
    if status in {409, 423} or code in _EXISTS or (status == 400 and _says_taken(code, detail)):  # noqa: PLR2004
        return Conflict("api_conflict", **told)
    if status == 404 or code in _STORE_NOT_THERE:  # noqa: PLR2004
        return NotFound("api_not_found", **told)
    return RefusedByApi("api_refused", **told)


def _says_taken(code: str, detail: str) -> bool:
    """Whether a 400 means that the external id is taken.

    The one error told by its text: for a store the API answers `validation_error` for this and for a wrong city alike
    (text "external id '…' is already assigned to this user", recorded live); one POS simulator says "exists" with 400.
    """
    text = detail.casefold()
    return code in {"validation_error", "bad_request", ""} and (
        "already assigned" in text or ("external" in text and "exists" in text)
    )


_VALID_VALUES = re.compile(
    r"(?:location\.)?(?P<field>city_name|state_name)\b.*?valid values are:\s*(?P<list>.+)", re.IGNORECASE | re.DOTALL
)


def valid_values(error: ApiError) -> tuple[str, tuple[str, ...]] | None:
    """The field ("city_name" or "state_name") and the spellings a refused place may have, None for any other refusal.

    The API gives them in its text only: "location.city_name was invalid. Valid values are: A, B, C" (recorded 2020
    and 2026), and they are the whole catalogue of that state.
    """
    found = _VALID_VALUES.search(error.detail) if error.status == 400 else None  # noqa: PLR2004
    if found is None:
        return None
    return found["field"].lower(), tuple(part.strip() for part in found["list"].split(",") if part.strip())


def retry_after(text: str, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for, as a number or a date; None where it says nothing readable."""
    text = text.strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text, re.ASCII):
        return min(float(text), _LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    return min(max((at - now).total_seconds(), 0.0), _LONGEST_RETRY_AFTER)


def _code_and_detail(body: bytes) -> tuple[str, str]:
    """The API's own code in lower case, and its text; both "" where the body is not one of its shapes."""
    text = body[: 4 * _MOST_DETAIL].decode("utf-8", "replace")
    try:
        document = json.loads(text)
    except ValueError:
        return "", "" if text.lstrip().startswith("<") else _told(text)
    if not isinstance(document, dict):
        return "", ""
    code = document.get("error") or document.get("code") or ""
    texts = [document.get("message"), *_causes(document)]
    errors = document.get("errors")
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        code = errors[0].get("code") or ""
        details = errors[0].get("details")
        texts = [errors[0].get("message"), *(details if isinstance(details, list) else [])]
    return clean(str(code)).strip().lower()[:80], _told(" · ".join(str(part) for part in dict.fromkeys(texts) if part))


def _causes(document: Mapping[str, Any]) -> list[str]:
    """The descriptions of the causes; `cause` and `causes`, lists and (in old answers) a lone object."""
    causes = document.get("causes") or document.get("cause") or []
    if isinstance(causes, dict):
        causes = [causes]
    if not isinstance(causes, list):
        return []
    return [str(cause.get("description") or "") for cause in causes if isinstance(cause, dict)]


def _told(text: str) -> str:
    return clean(" ".join(text.split()))[:_MOST_DETAIL]
