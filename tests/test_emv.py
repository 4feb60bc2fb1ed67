"""The QR text: what is built is read back, sums are right, damage is noticed."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit import emv

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=30)
TAGS = st.integers(65, 79).map(str)


def argentine(payee: str = "FARMACIAS DEL SOL", pos_id: str = "700000001") -> str:
    return emv.build(
        [
            ("00", "01"),
            ("01", "11"),
            ("43", [("00", "com.mercadolibre"), ("01", f"https://mpago.la/pos/{pos_id}")]),
            ("50", [("00", "30123456789")]),
            ("52", "9700"),
            ("53", "032"),
            ("58", "AR"),
            ("59", payee),
            ("60", "CORDOBA"),
        ]
    )


def test_a_built_register_code_says_whose_it_is() -> None:
    payload = emv.parse(argentine())
    assert payload.crc_valid
    assert payload.payee == "FARMACIAS DEL SOL"
    assert payload.tax_id == "30123456789"
    assert payload.register_link == "https://mpago.la/pos/700000001"
    assert (payload.country, payload.currency_number) == ("AR", "032")
    assert not payload.is_order
    assert not payload.pix
    assert not payload.has_amount


def test_the_check_value_of_the_crc_is_the_published_one() -> None:
    # CRC-16/CCITT-FALSE over "123456789" is 29B1 in every catalogue of check sums.
    assert emv.crc("123456789") == "29B1"


@given(st.lists(st.tuples(TAGS, TEXT), min_size=1, max_size=8, unique_by=lambda pair: pair[0]))
def test_what_is_built_is_read_back(fields: list[tuple[str, str]]) -> None:
    payload = emv.parse(emv.build([("00", "01"), *fields]))
    assert payload.crc_valid
    assert {tag: payload.fields[tag] for tag, _ in fields} == dict(fields)


@given(st.integers(0, 140), st.characters(min_codepoint=33, max_codepoint=126))
def test_one_changed_character_never_keeps_a_valid_sum(at: int, other: str) -> None:
    text = argentine()
    at %= len(text) - 4
    if text[at] == other:
        return
    damaged = text[:at] + other + text[at + 1 :]
    with suppress(emv.BrokenPayload):
        assert not emv.parse(damaged).crc_valid


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        payload = emv.parse(text)
    except emv.BrokenPayload:
        return
    assert sum(4 + len(value) for value in payload.fields.values()) <= len(text)


@pytest.mark.parametrize(
    ("fields", "order"),
    [
        ([("43", [("00", "com.mercadolibre"), ("02", "3"), ("06", "0d1c")])], True),
        ([("26", [("00", "BR.GOV.BCB.PIX"), ("25", "pix-qr.mercadopago.com/instore/o/v2/aa")])], True),
        ([("26", [("00", "BR.GOV.BCB.PIX"), ("25", "pix-qr.mercadopago.com/instore/p/v2/aa")])], False),
    ],
)
def test_orders_are_told_from_registers(fields: list[tuple[str, list[tuple[str, str]]]], order: bool) -> None:
    assert emv.parse(emv.build([("00", "01"), *fields])).is_order is order


def test_published_codes_are_valid_where_the_contract_says_so(shared: Path) -> None:
    vectors = json.loads((shared / "api/samples/qr.payloads.json").read_text(encoding="utf-8"))
    valid = [v for v in vectors if v["crc_valid"]]
    assert valid
    for vector in valid:
        payload = emv.parse(vector["value"])
        assert payload.crc_valid, vector["key"]
        assert payload.is_order == vector["kind"].startswith("order"), vector["key"]
