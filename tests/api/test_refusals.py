"""Every kind of answer becomes the right error, by status and code."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mpkit import errors
from mpkit.api import valid_values
from mpkit.api.refusals import judge, retry_after
from mpkit.i18n import LANGUAGES, say_error
from tests.api.conftest import said

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def classic(status, code, message="", causes=()):
    return said(status, {"error": code, "message": message, "status": status, "causes": list(causes)})


TABLE = [
    (classic(401, "unauthorized", "Invalid access token."), errors.Unauthorised, "unauthorized", "api_token_refused"),
    (classic(401, "UNAUTHORIZED_SCOPES"), errors.Unauthorised, "unauthorized_scopes", "api_other_owner"),
    (said(401, {"code": "unauthorized", "message": "no value"}), errors.Unauthorised, "unauthorized", None),
    (classic(403, "Forbidden"), errors.Unauthorised, "forbidden", "api_forbidden"),
    (said(403, b"<html>PolicyAgent</html>"), errors.Unauthorised, "", "api_forbidden"),
    (classic(404, "store_not_found"), errors.NotFound, "store_not_found", None),
    (said(404, b"resource not found"), errors.NotFound, "", None),
    (classic(400, "INEXISTENT_EXTERNAL_STORE_ID"), errors.NotFound, "inexistent_external_store_id", None),
    (classic(409, "point_of_sale_exists"), errors.Conflict, "point_of_sale_exists", None),
    (classic(400, "Point_Of_Sale_Exists"), errors.Conflict, "point_of_sale_exists", None),
    (classic(400, "validation_error", "external id 'A' is already assigned to this user"), errors.Conflict, None, None),
    (classic(400, "validation_error", "location.city_name was invalid."), errors.RefusedByApi, None, None),
    (classic(400, "invalid_external_id"), errors.RefusedByApi, "invalid_external_id", None),
    (classic(400, "already assigned", "already assigned"), errors.RefusedByApi, None, None),
    (said(405, b"<html>"), errors.RefusedByApi, "", None),
    (said(402, {"errors": [{"code": "failed", "message": "x"}], "data": {}}), errors.RefusedByApi, "failed", None),
    (
        said(409, {"errors": [{"code": "pos_already_exists", "message": "x", "details": ["y"]}]}),
        errors.Conflict,
        "pos_already_exists",
        None,
    ),
    (said(423, {}), errors.Conflict, "", None),
    (said(429, b"local_rate_limited"), errors.RateLimited, "", None),
    (said(500, {}), errors.UnknownOutcome, "", None),
    (said(503, b"<html>down</html>"), errors.UnknownOutcome, "", None),
    (said(408, {}), errors.UnknownOutcome, "", None),
    (said(302, b"", location="https://elsewhere"), errors.UnknownOutcome, "", None),
    (said(400, ["a list"]), errors.RefusedByApi, "", None),
    (said(400, {"error": None, "cause": {"code": 9062, "description": "too long"}}), errors.RefusedByApi, "", None),
]


@pytest.mark.parametrize(("response", "kind", "code", "key"), TABLE)
def test_an_answer_becomes_its_error(response, kind, code, key):
    error = judge(response, now=NOW)
    assert type(error) is kind
    assert error.status == response.status
    assert code is None or error.code == code
    assert key is None or error.key == key
    for language in LANGUAGES:
        assert len(say_error(error, language)) > 20


@pytest.mark.parametrize("status", [200, 201, 204])
def test_any_2xx_went_well(status):
    assert judge(said(status), now=NOW) is None


def test_html_is_never_shown():
    assert judge(said(502, b"  <html>secret page</html>"), now=NOW).detail == ""


def test_a_long_list_stays_out_of_the_sentence_but_not_out_of_the_error():
    cities = ", ".join(f"Ciudad {n}" for n in range(500))
    text = f"location.city_name was invalid. Valid values are: {cities}"
    error = judge(classic(400, "validation_error", "location.city_name was invalid.", [{"description": text}]), now=NOW)
    assert len(str(error)) < 400
    field, values = valid_values(error)
    assert field == "city_name"
    assert len(values) == 500
    assert values[-1] == "Ciudad 499"


def test_another_refusal_has_no_valid_values():
    assert valid_values(judge(classic(400, "validation_error", "Monday exceeds"), now=NOW)) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (" 1.5 ", 1.5),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("99999999", 3600.0),
        ("-3", None),
        ("soon", None),
        ("", None),
        ("\u0667", None),
    ],
)
def test_retry_after_as_number_or_date(text, seconds):
    assert retry_after(text, NOW) == seconds
