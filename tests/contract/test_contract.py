"""Every endpoint, quirk and error of the contract, driven through the real client against the sandbox over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpkit.sandbox import table as table_of
from mpkit.sandbox.faults import NAMES
from tests.contract import (
    of_days,
    of_documents,
    of_gateway,
    of_instore,
    of_orders,
    of_others,
    of_payments,
    of_pos,
    of_pos_v2,
    of_refunds,
    of_reports,
    of_stores,
)
from tests.contract.stage import perform, table

FAMILIES = (
    of_gateway,
    of_stores,
    of_pos,
    of_pos_v2,
    of_instore,
    of_orders,
    of_payments,
    of_refunds,
    of_reports,
    of_documents,
    of_days,
    of_others,
)
CASES = [case for family in FAMILIES for case in family.CASES]
PAGE = Path(__file__).parent.parent.parent / "docs/contract.md"


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_it_is_answered_and_understood(case):
    answers, makes = perform(case)
    print(f"{case.endpoint} | {case.situation} | {answers} | {makes} | {case.section}")  # noqa: T201 - the row
    assert (answers, makes) == (case.answers, case.makes)


def test_no_situation_is_there_twice():
    assert len({case.id for case in CASES}) == len(CASES)


def test_every_endpoint_is_driven():
    served = {f"{method} {path}" for method, path, _ in (*table_of.API.table, *table_of.OPEN.table)}
    assert served <= {case.endpoint for case in CASES}


def test_every_fault_is_played():
    assert not [name for name in NAMES if not any(f"`{name}`" in case.situation for case in of_days.CASES)]


def test_the_page_is_the_table(request):
    text = table(CASES)
    print(text)  # noqa: T201 - the table
    if request.config.getoption("--golden"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "run `pytest tests/contract --golden`"
