"""Every kind of answer becomes the right error, by status and code: every row of the contract's tables, every shape."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit import errors
from mpkit.api import valid_values
from mpkit.api.refusals import judge, retry_after, unclear
from mpkit.errors import Conflict, NotFound, RateLimited, RefusedByApi, Unauthorised, UnknownOutcome
from mpkit.i18n import LANGUAGES, say_error
from tests.api.conftest import said

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KNOWN = (Unauthorised, NotFound, Conflict, RefusedByApi, RateLimited)  # it certainly was not carried out


# the shapes


def classic(status, code, message="Text.", causes=()):
    return said(status, {"error": code, "message": message, "status": status, "causes": list(causes)})


def classic_lone(status, code):
    """`cause` for `causes`, an object for the list."""
    return said(status, {"error": code, "message": "Text.", "cause": {"code": status, "description": "More."}})


def flat(status, code):
    return said(status, {"code": code, "message": "Text."})


def newer(status, code):
    return said(status, {"errors": [{"code": code, "message": "Text.", "details": ["one", "two"]}]})


def newer_lone(status, code):
    return said(status, {"errors": {"code": code, "message": "Text.", "details": "one"}})


def newer_with_data(status, code):
    return said(status, {"errors": [{"code": code, "message": "Text."}], "data": {"id": "ORD1"}})


def wrapped(status, code):
    return said(status, [{"error": code, "message": "Text.", "status": status, "cause": []}])


SHAPES = (classic, classic_lone, flat, newer, newer_lone, newer_with_data, wrapped)

# stores and POS reference, tables 2.9, 3.8 and 4.3, row by row

STORES = [
    (400, "UNKNOWN_FIELD", RefusedByApi),
    (400, "INVALID_NAME", RefusedByApi),
    (400, "BAD_REQUEST", RefusedByApi),
    (400, "INVALID_BUSINESS_HOURS", RefusedByApi),
    (400, "INVALID_DAY", RefusedByApi),
    (400, "INVALID_LOCATION", RefusedByApi),
    (400, "INVALID_STREET_NAME", RefusedByApi),
    (400, "INVALID_STREET_NUMBER", RefusedByApi),
    (400, "INVALID_CITY_NAME", RefusedByApi),
    (400, "INVALID_STATE_NAME", RefusedByApi),
    (400, "INVALID_REFERENCE", RefusedByApi),
    (400, "INVALID_ZIP_CODE", RefusedByApi),
    (400, "INVALID_LATITUDE", RefusedByApi),
    (400, "INVALID_LONGITUDE", RefusedByApi),
    (400, "VALIDATION_ERROR", RefusedByApi),
    (400, "INVALID_USER_ID", RefusedByApi),
    (400, "INVALID_STORE_ID", RefusedByApi),
    (400, "INVALID_OFFSET", RefusedByApi),
    (400, "INVALID_LIMIT", RefusedByApi),
    (400, "INVALID_EXTERNAL_ID", RefusedByApi),
    (401, "unauthorized", Unauthorised),
    (401, "UNAUTHORIZED_SCOPES", Unauthorised),
    (403, "Forbidden", Unauthorised),
    (404, "store_not_found", NotFound),
    (404, "not_found", NotFound),
]
POS = [
    (400, "MISSING_BODY", RefusedByApi),
    (400, "UNKNOWN_FIELD_EXCEPTION", RefusedByApi),
    (400, "INVALID_NAME", RefusedByApi),
    (400, "NAME_TOO_LONG", RefusedByApi),
    (400, "INVALID_FIXED_AMOUNT", RefusedByApi),
    (400, "INVALID_CATEGORY", RefusedByApi),
    (400, "UNKNOWN_MCC", RefusedByApi),
    (400, "POS_UNKNOWN_MCC", RefusedByApi),
    (400, "INVALID_STORE_ID", RefusedByApi),
    (400, "POS_INVALID_STORE_ID", RefusedByApi),
    (400, "INVALID_EXTERNAL_STORE_ID", RefusedByApi),
    (400, "INEXISTENT_EXTERNAL_STORE_ID", NotFound),
    (400, "EXTERNAL_STORE_ID_NOT_MATCH", RefusedByApi),
    (400, "INVALID_EXTERNAL_ID", RefusedByApi),
    (400, "EXTERNAL_ID_TOO_LONG", RefusedByApi),
    (400, "INVALID_URL", RefusedByApi),
    (400, "URL_TOO_LONG", RefusedByApi),
    (400, "FIXED_AMOUNT_FALSE", RefusedByApi),
    (400, "INVALID_POS_ID", RefusedByApi),
    (400, "INVALID_LIMIT", RefusedByApi),
    (400, "INVALID_OFFSET", RefusedByApi),
    (403, "", Unauthorised),
    (404, "", NotFound),
    (409, "", Conflict),
    (409, "point_of_sale_exists", Conflict),
    (400, "point_of_sale_exists", Conflict),
    (400, "External_id-already-used", Conflict),
]
POS_V2 = [
    (400, "bad_request", RefusedByApi),
    (400, "idempotency_key_already_used", Conflict),
    (400, "invalid_external_store_id", RefusedByApi),
    (400, "resource_bad_request_error", RefusedByApi),
    (401, "unauthorized", Unauthorised),
    (404, "store_not_found", NotFound),
    (404, "pos_not_found", NotFound),
    (409, "pos_already_exists", Conflict),
    (409, "conflict", UnknownOutcome),
    (422, "unprocessable_entity", RefusedByApi),
    (424, "internal_error_check_store_owner", RefusedByApi),
    (500, "internal_server_error", UnknownOutcome),
]

# payments reference, tables 8.1 and 8.2

OTHER_CODES = [
    (403, "PA_UNAUTHORIZED_RESULT_FROM_POLICIES", Unauthorised),
    (400, "property_value", RefusedByApi),
    (400, "property_type", RefusedByApi),
    (400, "required_properties", RefusedByApi),
    (400, "minimum_properties", RefusedByApi),
    (400, "unsupported_properties", RefusedByApi),
    (400, "invalid_total_amount", RefusedByApi),
    (400, "invalid_transaction_amount", RefusedByApi),
    (400, "empty_required_header", RefusedByApi),
    (400, "invalid_idempotency_key_length", RefusedByApi),
    (401, "invalid_credentials", Unauthorised),
    (400, "invalid_email_for_sandbox", RefusedByApi),
    (422, "unprocessable_content", RefusedByApi),
    (402, "failed", RefusedByApi),
    (409, "cannot_cancel_order", Conflict),
    (409, "order_already_canceled", Conflict),
    (409, "idempotency_key_already_used", Conflict),
    (409, "processor_communication_error", Conflict),
    (409, "post_processing_operation_pending", Conflict),
    (400, "invalid_client", RefusedByApi),
]
STATUSES = [
    (400, RefusedByApi),
    (401, Unauthorised),
    (402, RefusedByApi),
    (403, Unauthorised),
    (404, NotFound),
    (405, RefusedByApi),
    (406, RefusedByApi),
    (408, UnknownOutcome),
    (409, Conflict),
    (410, RefusedByApi),
    (413, RefusedByApi),
    (415, RefusedByApi),
    (422, RefusedByApi),
    (423, Conflict),
    (424, UnknownOutcome),
    (425, UnknownOutcome),
    (429, RateLimited),
    (451, RefusedByApi),
    (500, UnknownOutcome),
    (502, UnknownOutcome),
    (503, UnknownOutcome),
    (504, UnknownOutcome),
    (599, UnknownOutcome),
    (302, UnknownOutcome),
    (307, UnknownOutcome),
    (101, UnknownOutcome),
    (600, UnknownOutcome),
]

# payments search and refunds: the number of the first cause, at whatever status the reference lists it

CAUSES = [
    *((status, code, RefusedByApi) for status, code in [(400, 1), (400, 1000), (400, 1001), (400, 1003), (400, 1004)]),
    (400, 9062, RefusedByApi),
    (400, 3, Unauthorised),
    (400, 5, Unauthorised),
    (401, 7, Unauthorised),
    (403, 4, Unauthorised),
    (403, 3002, Unauthorised),
    (403, 2041, Unauthorised),
    (404, 2000, NotFound),
    (400, 2000, NotFound),
    (404, 2032, NotFound),
    (404, 2024, RefusedByApi),
    (404, 3024, RefusedByApi),
    (404, 4292, RefusedByApi),
    (404, 15016, RefusedByApi),
    (401, 4040, RefusedByApi),
    (401, 4041, RefusedByApi),
    *((400, code, RefusedByApi) for code in (2017, 2018, 2020, 2021, 2022, 2025, 2027, 2029, 2030, 2031, 2063, 2085)),
    *((400, code, RefusedByApi) for code in (4211, 4248, 4291, 4293, 4294, 4295, 4296, 4297)),
]


def sensible(error):
    """A sentence in each language: what, where, what to do; nothing of the code's own left in it."""
    for language in LANGUAGES:
        text = say_error(error, language)
        assert "Mercado Pago" in text
        assert text.endswith(".")
        assert len(text) > 40
        assert "{" not in text
        assert "None" not in text
        assert "()" not in text


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_every_documented_error_in_every_shape_and_case(shape, case):
    for status, code, kind in (*STORES, *POS, *POS_V2, *OTHER_CODES):
        error = judge(shape(status, case(code)), now=NOW)
        assert type(error) is kind, (status, code)
        assert (error.status, error.code) == (status, code.lower())
        assert isinstance(error, KNOWN) is not isinstance(error, UnknownOutcome)
        assert "Text." in error.detail
        sensible(error)


BODIES = {
    "nothing": b"",
    "blanks": b"  \n",
    "page": b"<!DOCTYPE html><html><body>secret page</body></html>",
    "plain text": b"local_rate_limited",
    "half an object": b'{"error": "not_found", "mess',
    "half a list": b'[{"error"',
    "null": b"null",
    "number": b"7",
    "text": b'"not_found"',
    "list": b"[]",
    "list of texts": b'["not_found"]',
    "empty object": b"{}",
    "wrong types": b'{"error": {"a": 1}, "code": [1], "message": {"b": 2}, "cause": "x", "errors": 7, "status": "no"}',
    "wrong types within": b'{"errors": [7, null, "x"], "causes": [null, 5, {"code": {}, "description": []}]}',
    "errors empty": b'{"errors": [], "message": null, "causes": null}',
    "no text": b"\xff\xfe\x00\xd8\x80",
    "deep": b"[" * 50_000,
    "a flag": b'{"error": true, "code": false}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_every_status_with_every_body(body):
    for status, kind in STATUSES:
        error = judge(said(status, body), now=NOW)
        assert type(error) is kind, status
        assert error.code == ""
        assert "secret page" not in error.detail
        assert "{" not in error.detail
        sensible(error)


@pytest.mark.parametrize("key", ["cause", "causes"])
@pytest.mark.parametrize("lone", [False, True])
@pytest.mark.parametrize("as_text", [False, True])
def test_the_number_of_a_cause_tells_more_than_its_status(key, lone, as_text):
    for status, number, kind in CAUSES:
        cause = {"code": str(number) if as_text else number, "description": "What it is.", "data": "01-01-2026;abc"}
        body = {"message": "Text.", "error": "bad_request", "status": status, key: cause if lone else [cause]}
        error = judge(said(status, body), now=NOW)
        assert type(error) is kind, (status, number)
        assert (error.code, error.cause) == ("bad_request", str(number))
        assert "What it is." in error.detail
        sensible(error)


@pytest.mark.parametrize(
    ("status", "code", "key"),
    [
        (401, "unauthorized", "api_token_refused"),
        (401, "unauthorized_scopes", "api_other_owner"),
        (424, "internal_error_check_store_owner", "api_other_owner"),
        (403, "forbidden", "api_forbidden"),
        (409, "conflict", "api_in_process"),
        (409, "processor_communication_error", "api_not_yet"),
        (409, "cannot_cancel_order", "api_conflict"),
    ],
)
def test_the_sentence_of_a_code(status, code, key):
    assert judge(classic(status, code), now=NOW).key == key


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_went_well(status):
    assert judge(said(status), now=NOW) is None


def test_no_text_decides():
    """The same texts with another status or code mean another thing; only the code and the status count."""
    texts = ["external id 'A' is already assigned to this user", "Store not found", "Invalid access token.", "exists"]
    assert {type(judge(classic(400, "validation_error", text), now=NOW)) for text in texts} == {RefusedByApi}
    assert {type(judge(classic(404, "not_found", text), now=NOW)) for text in texts} == {NotFound}


@given(status=st.integers(100, 999), body=st.binary(max_size=60))
def test_whatever_comes_is_one_of_ours(status, body):
    error = judge(said(status, body), now=NOW)
    assert error is None if 200 <= status < 300 else isinstance(error, errors.ApiError)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["error", "errors", "code", "cause", "causes", "message", "description", "details", "type"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=15,
)


@given(status=st.sampled_from([400, 401, 404, 409, 424, 429, 500]), document=JSON)
def test_whatever_json_comes_is_one_of_ours(status, document):
    error = judge(said(status, json.dumps(document).encode()), now=NOW)
    assert isinstance(error, errors.ApiError)
    sensible_or_text = say_error(error, "es")
    assert sensible_or_text


def test_which_refusals_leave_open_whether_the_id_is_taken():
    assert unclear(judge(classic(400, "VALIDATION_ERROR", "anything"), now=NOW))
    assert unclear(judge(newer(400, "bad_request"), now=NOW))
    assert unclear(judge(said(400, b""), now=NOW))
    assert not unclear(judge(classic(400, "invalid_name"), now=NOW))
    assert not unclear(judge(classic(422, "validation_error"), now=NOW))
    city = classic(400, "validation_error", "x", [{"description": "location.city_name… Valid values are: A, B"}])
    assert not unclear(judge(city, now=NOW)), "it is about the place"


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
