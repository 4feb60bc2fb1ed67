"""The QR text: what is built is read back, sums are right, damage is noticed."""

from __future__ import annotations

import json
from binascii import crc_hqx
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit import emv
from mpkit.sandbox.payload import pos_payload
from mpkit.sites import SITES, Site

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=30)
TAGS = st.integers(65, 79).map(str)
EVERY = pytest.mark.parametrize("site", SITES.values(), ids=lambda site: site.id)


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


# Each site's own layout

SITE = st.sampled_from(list(SITES.values()))
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=60)


def code_of(site: Site, seller: str = "Farmacias del Sol", city: str = "Bogotá", *, long: bool = False) -> str:
    return pos_payload(
        site,
        pos_id="1142682450",
        uuid="0123456789abcdef" * 4,
        seller=seller,
        city=city,
        tax_id="30123456789",
        long=long,
    )


@EVERY
def test_the_layout_of_a_site(site: Site) -> None:
    payload = emv.parse(code_of(site))
    assert payload.crc_valid
    assert (payload.country, payload.currency_number) == (site.country, site.currency_number)
    assert (payload.fields["01"], payload.fields["52"]) == (site.layout.initiation, site.layout.trade)
    assert payload.register_link == "https://mpago.la/pos/1142682450"
    assert payload.pix is site.layout.pix
    assert payload.tax_id == ("30123456789" if site.layout.tax_id else "")
    assert (payload.payee, payload.fields["60"]) == ("FARMACIAS DEL SOL", "BOGOTA")
    assert not payload.is_order
    assert not payload.has_amount
    extra = {"MLA": ["50"], "MLB": ["26", "62"]}.get(site.id, [])
    assert sorted(payload.fields) == sorted(["00", "01", "43", "52", "53", "58", "59", "60", "63", *extra])


@given(SITE, NAMES, NAMES, st.booleans())
def test_any_name_and_city_make_a_code_that_is_read_back(site: Site, seller: str, city: str, long: bool) -> None:
    """However long and in whatever script: names are cut to 25 and 15 letters, a long code has 490 to 512."""
    text = code_of(site, seller, city, long=long)
    payload = emv.parse(text)
    assert payload.crc_valid
    assert 1 <= len(payload.payee) <= site.layout.name
    assert 1 <= len(payload.fields["60"]) <= site.layout.city
    assert 490 <= len(text) <= 512 if long else len(text) <= site.layout.room
    assert all(len(value) <= 99 for value in payload.fields.values())


@EVERY
def test_a_long_code_says_the_same_as_a_short_one(site: Site) -> None:
    short, long = emv.parse(code_of(site)), emv.parse(code_of(site, long=True))
    assert {tag: value for tag, value in long.fields.items() if tag < "80" and tag != "63"} == {
        tag: value for tag, value in short.fields.items() if tag != "63"
    }
    assert all(long.inside(tag)["00"] for tag in long.fields if tag >= "80")


def test_a_value_has_1_to_99_characters() -> None:
    text = emv.build([("00", "01"), ("80", "Ñ" * 99)])
    assert emv.parse(text).fields["80"] == "Ñ" * 99
    for wrong in ("", "x" * 100):
        with pytest.raises(ValueError, match="1 to 99"):
            emv.build([("00", "01"), ("80", wrong)])
    with pytest.raises(ValueError, match="field 43 has 100"):
        emv.build([("43", [("00", "a" * 46), ("01", "b" * 46)])])


# Lengths count characters, the sum counts bytes


def test_a_city_with_an_accent_has_its_length_in_letters_and_its_sum_in_bytes() -> None:
    text = emv.build([("00", "01"), ("60", "Bogotá")])
    assert "6006Bogotá63" in text
    body = text[:-4]
    assert emv.crc(body) == text[-4:]
    assert emv.crc(body) != f"{crc_hqx(body.encode('latin-1'), 0xFFFF):04X}"


@given(st.lists(st.tuples(TAGS, TEXT), min_size=1, max_size=4, unique_by=lambda pair: pair[0]))
def test_a_code_that_counts_bytes_is_read_too(fields: list[tuple[str, str]]) -> None:
    """Unless it also makes sense in characters: then that reading is the one of the standard."""
    fitting = [(tag, value) for tag, value in fields if len(value.encode()) <= 99]
    body = "000201" + "".join(f"{tag}{len(value.encode()):02d}{value}" for tag, value in fitting) + "6304"
    payload = emv.parse(body + emv.crc(body))
    assert payload.crc_valid
    assert next(reversed(payload.fields)) == "63"
    if all(value.isascii() for _, value in fitting):
        assert {tag: payload.fields[tag] for tag, _ in fitting} == dict(fitting)


def test_a_city_counted_in_bytes() -> None:
    body = "0002015802CO6007Bogotá62070503ñ6304".replace("62070503ñ", "62060502ñ")
    payload = emv.parse(body + emv.crc(body))
    assert payload.fields["60"] == "Bogotá"
    assert payload.inside("62") == {"05": "ñ"}


# The published table


def table(shared: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared / "api/samples/qr.payloads.json").read_text(encoding="utf-8"))
    assert len(found) > 15
    return found


def test_published_codes_are_what_the_table_says(shared: Path) -> None:
    for row in table(shared):
        assert len(row["value"]) == row["length"], row["key"]
        try:
            payload = emv.parse(row["value"])
        except emv.BrokenPayload:
            assert not row["crc_valid"], row["key"]
            continue
        assert payload.crc_valid is row["crc_valid"], row["key"]
        if not row["crc_valid"]:
            continue
        site = SITES[row["site"]]
        assert (payload.country, payload.currency_number) == (site.country, site.currency_number), row["key"]
        assert payload.is_order == row["kind"].startswith("order"), row["key"]
        assert payload.has_amount == (row["kind"] == "offline_hand_built"), row["key"]
        assert bool(payload.register_link) == (row["kind"] == "pos_static"), row["key"]


def test_published_register_codes_have_the_layout_of_their_site(shared: Path) -> None:
    """Taken apart and built again by our layout, each real register's code is the same text."""
    registers = [row for row in table(shared) if row["kind"] == "pos_static"]
    assert {row["site"] for row in registers} == {"MLA", "MLB"}
    for row in registers:
        payload, layout = emv.parse(row["value"]), SITES[row["site"]].layout
        assert (payload.fields["01"], payload.fields["52"]) == (layout.initiation, layout.trade), row["key"]
        assert payload.pix is layout.pix, row["key"]
        assert bool(payload.tax_id) is layout.tax_id, row["key"]
        assert len(row["value"]) <= layout.room, row["key"]
        assert len(payload.payee) <= layout.name, row["key"]
        assert emv.build([(tag, value) for tag, value in payload.fields.items() if tag != "63"]) == row["value"]
        ours = emv.parse(code_of(SITES[row["site"]]))
        assert list(ours.fields) == list(payload.fields), row["key"]


def test_codes_of_other_schemes_are_read(shared: Path) -> None:
    examples = json.loads((shared / "design/data/emv_payloads.json").read_text(encoding="utf-8"))["examples"]
    read = 0
    for row in examples:
        if "parse_error" in row:
            with pytest.raises(emv.BrokenPayload):
                emv.parse(row["payload"])
            continue
        payload = emv.parse(row["payload"])
        assert payload.crc_valid is row["crc_ok"], row["source"]
        assert [tag for tag in row["tag_order"] if tag in payload.fields] == list(payload.fields), row["source"]
        read += 1
    assert read > 25
