"""The sandbox described: every route and nothing else, served by itself and kept as a page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mpkit.sandbox import table
from mpkit.sandbox.description import OPERATIONS, SHAPES, described
from mpkit.sandbox.faults import NAMES
from mpkit.sites import SITES
from tests.sandbox.asking import ask

ROOT = Path(__file__).parent.parent.parent


def routes() -> set[str]:
    tables = (table.API.table, table.OPEN.table, table.CONTROL.table)
    return {f"{method} {path}" for rows in tables for method, path, _ in rows}


def test_every_route_is_described_and_nothing_else_is():
    assert routes() == set(OPERATIONS)


def test_a_route_nothing_is_said_of_is_an_error():
    with pytest.raises(KeyError, match="GET /v1/new"):
        described([("GET", "/v1/new", lambda *_: None)], set(), "http://127.0.0.1")


def test_every_route_says_what_it_does():
    document = table.description("http://127.0.0.1")
    silent = [o["operationId"] for each in document["paths"].values() for o in each.values() if not o["summary"]]
    assert not silent


def test_every_shape_is_a_schema_that_is_used():
    document = table.description("http://127.0.0.1")
    for name, shape in SHAPES.items():
        Draft202012Validator.check_schema(shape)
        assert f'"#/components/schemas/{name}"' in json.dumps(document), name
    named = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(document)))
    assert named == set(SHAPES)


def test_who_needs_no_token_is_said():
    document = table.description("http://127.0.0.1")
    it = ask(stores=1, registers=1)
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            if path.startswith("/_sandbox/"):
                assert said["security"] == []
                continue
            heard = it(method.upper(), re.sub(r"{\w+}", "1", path), token="")
            assert (heard.status == 401) is bool(said["security"]), (method, path)


@pytest.mark.parametrize("site", SITES)
def test_a_year_on_every_site_is_as_described(site):
    document, it = table.description("http://127.0.0.1"), ask(site=site, stores=2, registers=4, payments=300)
    validator = Draft202012Validator({**document, "$ref": "#/components/schemas/Payment"})
    seen = 0
    for offset in range(0, 400, 100):
        page = it("GET", f"/v1/payments/search?begin_date=NOW-364DAYS&limit=100&offset={offset}").body
        for row in page["results"]:
            validator.validate(row)
            seen += 1
    assert seen == 300


def test_it_serves_its_own_description(start_sandbox):
    running = start_sandbox()
    assert running.get("/_sandbox/openapi.json") == table.description(running.url)


def test_the_page_for_people_names_every_control_route_and_fault():
    page = (ROOT / "docs/sandbox.md").read_text(encoding="utf-8")
    assert not [path for _, path, _ in table.CONTROL.table if f"`{path}" not in page and f" {path}" not in page]
    assert not [name for name in NAMES if f"`{name}`" not in page]


def test_the_page_is_what_the_code_says():
    page = (ROOT / "docs/sandbox.openapi.json").read_text(encoding="utf-8")
    assert json.loads(page) == table.description("http://127.0.0.1:8700"), "run `make docs`"
