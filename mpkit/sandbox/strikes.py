"""What each fault does to an answer: the request, the fault and the answer go in, what comes instead comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import orjson

from mpkit.sandbox.answers import Answer, Refusal, classic, family, flat, newer
from mpkit.sandbox.faults import Faults
from mpkit.work import HttpRequest

_HTML = "<html><head><title>Error</title></head><body><h1>Oops</h1><p>Something went wrong.</p></body></html>"
_JSON = "application/json"
Row = TypeVar("Row")


def instead(faults: Faults, request: HttpRequest, fault: str, now_s: float) -> Answer | None:  # noqa: PLR0911 - a table
    """The answer that comes instead of handling the request, None where it is handled."""
    coin = faults.variant(request, fault)
    if fault == "429":
        return limited(with_wait=coin, plain=not coin)
    if fault == "429-storm":
        return limited(seconds=faults.calm_in(now_s))
    if fault == "token-expired":
        return unknown_token(request.path).answer
    if fault == "403":
        return forbidden(request.path).answer
    if fault in {"502", "503"}:
        return server_error(int(fault))
    if fault == "500" and (coin or request.method == "GET"):
        return server_error(500)
    if fault == "html-error":
        return Answer(200 if coin else 502, _HTML, kind="text/html; charset=utf-8")
    return None


def after(faults: Faults, request: HttpRequest, fault: str, answer: Answer) -> Answer:
    """The answer that comes although the request was handled; its effect stays."""
    if fault == "500":
        return server_error(500)
    if fault == "cut-page" and _is_document(answer):
        return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.effect)
    if fault == "changed-type" and _is_document(answer):
        changed = _changed(orjson.loads(answer.body), faults.draw(request, fault))
        return Answer(answer.status, changed, answer.effect)
    return answer


def page(
    faults: Faults, request: HttpRequest, fault: str | None, rows: Sequence[Row], *, at: int, most: int
) -> Sequence[Row]:
    """One page of a list: rows moved, missing, in another order or there twice, as the fault says."""
    if fault == "moving-page":
        at = max(0, at + (1 if faults.variant(request, fault) else -1))
    if fault == "order-flips":
        rows = rows[::-1]
    found = rows[at : at + most]
    if fault == "short-page":
        return found[: max(1, len(found) * 2 // 3)]
    if fault == "duplicate-ids" and len(found):
        twice = int(faults.draw(request, fault) * len(found))
        return [*found[: twice + 1], *found[twice:]]
    return found


def limited(*, with_wait: bool = True, plain: bool = False, seconds: int = 1) -> Answer:
    """Too many requests: with or without the time to wait, from the API or from the proxy in front of it."""
    headers = {"retry-after": str(seconds)} if with_wait else {}
    if plain:
        return Answer(429, "local_rate_limited", kind="text/plain", headers=headers)
    text = "Rate limit exceeded. Retry after the indicated number of seconds."
    return Answer(429, {"status": 429, "error": "too_many_requests", "message": text}, headers=headers)


def unknown_token(path: str) -> Refusal:
    """Nobody has this token (any more), in the words of the family of the path."""
    if path.startswith(("/v2/", "/v1/orders")):
        return flat(401, "unauthorized", "user not found")
    if path.startswith("/v1/account/"):
        return family(401, "unauthorized", "Invalid token")
    if path.startswith(("/v1/", "/users/me")):
        return family(401, "unauthorized", "invalid access token")
    if path.startswith("/merchant_orders"):
        return family(401, "invalid_token", "access denied")
    return classic(401, "unauthorized", "Invalid access token.")


def forbidden(path: str) -> Refusal:
    """The account may not do this (any more), in the words of the family of the path."""
    if path.startswith(("/v2/", "/v1/orders")):
        return newer(403, "forbidden", "Forbidden")
    if path.startswith(("/v1/", "/users/me", "/merchant_orders")):
        return family(403, "forbidden", "Caller is not authorized to access this resource")
    return classic(403, "Forbidden", "Forbidden")


def unreadable(path: str) -> Refusal:
    """The body is no JSON, in the words of the family of the path."""
    text = "The body is not valid JSON"
    if path.startswith("/_sandbox/"):
        return Refusal(Answer(400, {"error": "wrong_control", "message": text, "status": 400}))
    if path.startswith("/v2/"):
        return newer(400, "bad_request", text)
    if path.startswith(("/v1/", "/post-purchase/")):
        return family(400, "bad_request", text)
    return classic(400, "bad_request", text)


def nowhere(others: Sequence[str]) -> Answer:
    """There is no such path (404); or there is, for `others` of the methods (405)."""
    if others:
        told = {"message": "method not allowed", "error": "method_not_allowed", "status": 405, "cause": []}
        return Answer(405, told, headers={"allow": ", ".join(others)})
    return Answer(404, {"message": "resource not found", "error": "not_found", "status": 404, "cause": []})


def server_error(status: int) -> Answer:
    """The API or the proxy in front of it has failed."""
    if status == 500:
        return Answer(500, {"message": "internal_server_error", "error": "internal_server_error", "status": 500})
    text = "upstream connect error or disconnect/reset before headers"
    return Answer(status, text, kind="text/plain")


def _is_document(answer: Answer) -> bool:
    return answer.status < 300 and answer.document is not None and answer.kind.startswith(_JSON)


def _changed(document: Any, chance: float) -> Any:  # noqa: ANN401 - any document of the API
    """The document with one field of another JSON type: of the first row where it is a list."""
    within = document
    for name in ("results", "data"):
        rows = within.get(name) if isinstance(within, dict) else None
        if isinstance(rows, list) and rows:
            within = rows[0]
    if isinstance(within, list) and within:
        within = within[0]
    if not isinstance(within, dict) or not within:
        return {"data": document}
    field = list(within)[int(chance * len(within))]
    within[field] = next(turn(within[field]) for kinds, turn in _OTHER if isinstance(within[field], kinds))
    return document


_OTHER: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (bool, lambda value: "true" if value else "false"),
    ((int, float), str),
    (str, lambda value: int(value) if value.isdecimal() else [value]),
    ((dict, list), lambda _: None),
    (object, lambda _: {}),  # null
)
