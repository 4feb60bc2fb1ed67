"""Answers of the sandbox beside the description Mercado Pago publishes, except where the contract says it is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from mpkit.sandbox.table import API
from mpkit.work import HttpRequest, HttpResponse
from tests.sandbox.asking import ask
from tests.sandbox.requests_sent import REQUESTS
from tests.sandbox.situations_of_money import SITUATIONS, Situation

_NULL = "live payments have null there (P 1.4)"
_TOO_FEW = "the description tells few refusals; the contract and live answers have more"
_SILENT = "the description gives no body; the documents do"

# Operation and status, what differs (both may have wildcards): why, with the contract's section.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("* /users/{user_id}/stores 4*", "status"): f"{_TOO_FEW} (S 2.9)",
    ("* /users/{user_id}/stores/* 4*", "status"): f"{_TOO_FEW} (S 2.9)",
    ("GET /stores/{id} 401", "status"): f"{_TOO_FEW} (S 2.9)",
    ("POST /users/{user_id}/stores 201", "content"): f"{_SILENT} (S 2.1)",
    ("DELETE /users/{user_id}/stores/{id} 200", "content"): f"{_SILENT} (S 2.8)",
    ("GET /pos 200", "results.[].id: number, string"): "live ids of POS are numbers (S 3.4)",
    ("PUT /pos/{id} 200", "id: number, string"): "live ids of POS are numbers (S 3.4)",
    ("GET /pos 200", "results.[].external*_id: null, string"): "POS made in the panel have none (S 9)",
    ("??T /v1/payments/{id} 200", "*: null, string"): _NULL,
    ("GET /v1/payments/search 200", "*: null, string"): _NULL,
    ("GET /v1/payments/{id}/refunds 200", ": array, object"): "a bare array (P 2.3)",
    ("* /v1/payments/{id}/refunds* 20?", "reason: null, string"): "null in every recorded refund (P 2.2)",
    ("* /v1/payments/{id}/refunds* 20?", "unique_sequence_number: null, string"): "null in recorded refunds (P 2.2)",
    ("* /instore/qr/seller/collectors/* 20?", "status"): "204 without a body (S 7.2)",
    ("GET /instore/qr/seller/collectors/* 200", "content"): "an order is read, as the reference says (S 7.2)",
    ("* /instore/qr/seller/collectors/* 40?", "status"): "the description knows no refusal of these (S 7.2)",
    ("* /instore/qr/seller/collectors/* 500", "status"): "nothing to take off is the server's own error (S 7.2)",
    ("GET /v1/orders/{id} 200", "user_id: string, integer"): "a text in every order (S 6.3)",
    ("GET /v1/orders/{id} 200", "items.[].unit_price: string, number"): "amounts of orders are texts (S 6.2)",
    ("GET /v1/orders/{id} 200", "status*: enum"): "canceled with one l, refunded, created (S 6.5)",
    ("GET /v1/orders/{id} 200", "transactions.payments.[].status*: enum"): "the words of QR orders (S 6.5)",
    ("GET /v1/orders/{id} 40?", ": required"): "the envelope of orders is `errors` (P 8.1 D)",
    ("GET /merchant_orders/{id} 200", "*: null, *"): "null in recorded merchant orders (P 4.2)",
    ("GET /v1/chargebacks/{id} 200", "payments.[]: number, object"): "numbers of payments (P 3.1)",
    ("GET /v1/chargebacks/{id} 200", "documentation: array, object"): "a list of files (P 3.1)",
    ("GET /v1/chargebacks/{id} 200", "coverage_applied: null, boolean"): "null while undecided (P 3.1)",
    ("GET /v1/chargebacks/{id} 200", "documentation_status: enum"): "the documents know six states (P 3.1)",
    ("GET /post-purchase/v1/claims/search 403", "status"): f"{_TOO_FEW} (P 3.5)",
    ("GET /post-purchase/v1/claims/{claim_id} 200", "players.[].available_actions.[]: object, string"): (
        "the reference of claims wins over the description (P 12-29)"
    ),
    ("GET /v1/payment_methods 200", "[].settings: array, object"): "a list, as recorded (P 1.8)",
    ("GET /v1/account/*_report/list 200", ": array, object"): "a bare array (P 6.2)",
    ("POST /v1/account/*_report/config 201", "status"): "201 in the documents (P 12-22)",
    ("POST /v1/account/*_report 202", "id: number, string"): "a number in the documents (P 6.2)",
    ("* /v1/account/*_report/schedule 200", "content"): f"{_SILENT} (P 6.2)",
}


def exchanges() -> Iterator[tuple[HttpRequest, HttpResponse]]:
    """Everything that goes over the wire in the situations of the samples."""
    for situation in [*SITUATIONS.values(), *REQUESTS.values()]:
        it = ask(**situation.options)
        heard: list[tuple[HttpRequest, HttpResponse]] = []

        def handle(request: HttpRequest, heard: Any = heard, carried: Any = it.world.handle) -> HttpResponse:
            heard.append((request, carried(request)))
            return heard[-1][1]

        it.world.handle = handle  # type: ignore[method-assign]
        situation.play(it) if isinstance(situation, Situation) else situation.send(it, situation.body)
        yield from heard


@pytest.fixture(scope="module")
def official(shared: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((shared / "api/openapi/spec3.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def found(official: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Each difference once: the operation with its status, and what is different."""
    seen = set()
    for request, response in exchanges():
        path = described(request, official)
        if path:
            name = f"{request.method} {path} {response.status}"
            seen |= {(name, each) for each in differences(official, path, request.method.lower(), response)}
    return seen


def described(request: HttpRequest, official: Mapping[str, Any]) -> str | None:
    """The path in the official description, which calls the parts of a path by other names; None where it has none."""
    for path in sorted(official["paths"], key=lambda path: path.count("{")):
        pattern = re.sub(r"{[^}]*}", "[^/]+", path)
        if request.method.lower() in official["paths"][path] and re.fullmatch(pattern, request.path):
            return str(path)
    return None


def differences(official: Mapping[str, Any], path: str, method: str, response: HttpResponse) -> Iterator[str]:
    answers = official["paths"][path][method]["responses"]
    if str(response.status) not in answers:
        yield "status"
        return
    at = ["paths", path, method, "responses", str(response.status)]
    answer = answers[str(response.status)]
    while "$ref" in answer:
        at = answer["$ref"].removeprefix("#/").split("/")
        answer = official
        for name in at:
            answer = answer[name]
    content = answer.get("content", {})
    kind = response.headers.get("content-type", "").partition(";")[0]
    if response.body and kind not in content:
        yield "content"
    elif kind == "application/json":
        steps = "/".join(name.replace("~", "~0").replace("/", "~1") for name in [*at, "content", kind, "schema"])
        validator = Draft202012Validator({**official, "$ref": f"#/{steps}"})
        yield from (_said(error) for error in validator.iter_errors(json.loads(response.body)))


def _said(error: ValidationError) -> str:
    where = ".".join("[]" if isinstance(step, int) else str(step) for step in error.absolute_path)
    if error.validator != "type":
        return f"{where}: {error.validator}"
    kinds = {type(None): "null", bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return f"{where}: {kinds.get(type(error.instance), 'object')}, {error.validator_value}"


def _fits(seen: tuple[str, str], exception: tuple[str, str]) -> bool:
    escaped = (pattern.replace("[", "[[]") for pattern in exception)
    return all(fnmatchcase(text, pattern) for text, pattern in zip(seen, escaped, strict=True))


def test_answers_are_as_described_except_where_the_contract_says_otherwise(found: set[tuple[str, str]]) -> None:
    assert not [seen for seen in found if not any(_fits(seen, exception) for exception in EXCEPTIONS)]


def test_no_exception_is_kept_that_nobody_needs(found: set[tuple[str, str]]) -> None:
    assert not [exception for exception in EXCEPTIONS if not any(_fits(seen, exception) for seen in found)]


def test_what_is_served_and_not_described_is_known(official: Mapping[str, Any]) -> None:
    """The contract has these from the reference or from live answers; the description does not know them."""
    theirs = {
        f"{method.upper()} {re.sub(r'{[^}]*}', '{}', path)}"
        for path, methods in official["paths"].items()
        for method in methods
    }
    ours = {f"{method} {re.sub(r'{[^}]*}', '{}', path)}" for method, path, _ in API.table}
    assert ours - theirs == {
        "GET /users/me",  # P 7.4
        *("POST /pos", "GET /pos/{}", "DELETE /pos/{}"),  # S 3.1
        *("POST /v2/pos", "GET /v2/pos", "GET /v2/pos/{}", "PATCH /v2/pos/{}", "DELETE /v2/pos/{}"),  # S 4
        "PUT /instore/qr/seller/collectors/{}/pos/{}/orders",  # S 7.2, the older path
        "GET /v1/chargebacks/search",  # P 3.2
        "GET /merchant_orders",  # P 4.1, the search by another path
        "POST /v1/chargebacks/{}/documentation",  # P 3.3
    }
