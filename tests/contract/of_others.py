"""Documented answers whose cause is not known, or not the sandbox's to play: shown to the client as they stand."""

from __future__ import annotations

import json
from typing import Any

from mpkit.work import HttpResponse
from tests.contract.stage import Cases, Stage

case = Cases("Answers nobody can bring about here")
PAYMENTS, PAYMENT, POS, NEWER = "GET /v1/payments/search", "GET /v1/payments/{id}", "POST /pos", "POST /v2/pos"


def cause(code: int, status: int = 400) -> dict[str, Any]:
    error = {400: "bad_request", 401: "unauthorized", 403: "forbidden"}[status]
    return {"message": "", "error": error, "status": status, "cause": [{"code": code, "description": "", "data": ""}]}


def newer(code: str) -> dict[str, Any]:
    return {"errors": [{"code": code, "message": ""}]}


def shown(endpoint: str, situation: str, section: str, *, status: int, body: object, answers: str, makes: str) -> None:
    """One answer, given to the client in place of the sandbox's."""
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    text = "text/html" if content.startswith(b"<") else "text/plain"
    headers = {"content-type": text if isinstance(body, str) else "application/json"}

    @case(endpoint, situation, section, answers, makes)
    def play(on: Stage):
        on.wire.instead = HttpResponse(status, headers, content)
        calls = on.account._calls
        if endpoint.startswith("GET"):
            return lambda: calls.read("/users/me", parse=lambda found: found)
        return lambda: calls.write("POST", "/pos", {}, parse=lambda found: found)


for code, about in {3: "the token must be one for tests", 5: "no token is said to be missing"}.items():
    shown(
        PAYMENTS,
        about,
        "P 1.1.4",
        status=400,
        body=cause(code),
        answers=f"400 bad_request/{code} · cause",
        makes="Unauthorised",
    )
shown(
    PAYMENTS,
    "not for this resource",
    "P 1.1.4",
    status=403,
    body=cause(4, 403),
    answers="403 forbidden/4 · cause",
    makes="Unauthorised",
)
shown(
    PAYMENTS,
    "not this action",
    "P 1.1.4",
    status=403,
    body=cause(3002, 403),
    answers="403 forbidden/3002 · cause",
    makes="Unauthorised",
)
shown(
    PAYMENT,
    "live credentials of another product",
    "P 7.3",
    status=401,
    body=cause(7, 401),
    answers="401 unauthorized/7 · cause",
    makes="Unauthorised",
)
shown(
    PAYMENT,
    "old answers have one cause, not a list",
    "P 8.1",
    status=404,
    body={"message": "", "error": "not_found", "status": 404, "cause": {"code": 2000}},
    answers="404 not_found/2000 · cause",
    makes="NotFound",
)
shown(
    PAYMENT,
    "the gateway's page",
    "P 0.2",
    status=403,
    body="<html>denied</html>",
    answers="403 text/html",
    makes="Unauthorised",
)
shown(
    POS,
    "the wrong method",
    "P 8.2",
    status=405,
    body="<html>not allowed</html>",
    answers="405 text/html",
    makes="RefusedByApi",
)
shown(POS, "the wrong content type", "P 8.2", status=415, body="", answers="415 text/plain", makes="RefusedByApi")
shown(
    POS,
    "one simulator's 400 for what exists",
    "S 14.12",
    status=400,
    body={"error": "bad_request", "message": "external_id already exists", "status": 400, "causes": []},
    answers="400 bad_request · causes",
    makes="RefusedByApi",
)
shown(
    NEWER,
    "locked for now",
    "S 1.4",
    status=423,
    body=newer("resource_locked"),
    answers="423 resource_locked · errors",
    makes="Conflict",
)
shown(
    NEWER,
    "a dependency has failed",
    "P 8.2",
    status=424,
    body=newer("failed_dependency"),
    answers="424 failed_dependency · errors",
    makes="UnknownOutcome",
)
shown(
    NEWER,
    "it cannot be processed",
    "S 4.3",
    status=422,
    body=newer("unprocessable_entity"),
    answers="422 unprocessable_entity · errors",
    makes="RefusedByApi",
)
shown(
    NEWER,
    "its own failure",
    "S 4.3",
    status=500,
    body=newer("internal_server_error"),
    answers="500 internal_server_error · errors",
    makes="UnknownOutcome",
)
shown(
    "DELETE /v2/pos/{id}",
    "a code without a cause",
    "S 4.3",
    status=400,
    body=newer("resource_bad_request_error"),
    answers="400 resource_bad_request_error · errors",
    makes="RefusedByApi",
)
shown(
    NEWER,
    "no time to answer",
    "P 8.2",
    status=504,
    body="upstream request timeout",
    answers="504 text/plain",
    makes="UnknownOutcome",
)

CASES = case.all
