"""What the API answers, in all its forms, becomes our nouns or a refusal that names the field."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit.api import answers, disputes, sales
from mpkit.api.calls import Unreadable

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(
    at=st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1), timezones=ZONES),  # noqa: DTZ001 - hypothesis adds the zone
    digits=st.integers(0, 9),
    colon=st.booleans(),
)
def test_an_instant_is_read_whatever_its_digits_and_offset(at, digits, colon):
    fraction = f"{at.microsecond:06d}".ljust(9, "0")[:digits]
    offset = at.strftime("%z")
    offset = f"{offset[:3]}:{offset[3:]}" if colon else offset
    text = f"{at:%Y-%m-%dT%H:%M:%S}{'.' + fraction if fraction else ''}{offset}"
    kept = int(fraction.ljust(6, "0")[:6] or 0)
    assert answers.instant(text) == at.replace(microsecond=kept)
    assert answers.instant(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2024-12-28T18:16:40-03:00", 21),
        ("2024-12-28T21:16:40Z", 21),
        ("2024-12-28T17:16:40.000-04:00", 21),
        ("2024-12-28T21:16:40.123456789Z", 21),
        ("2024-12-28 17:16:40-04", 21),
    ],
)
def test_the_forms_that_were_seen(text, hour):
    assert answers.instant(text).hour == hour


@pytest.mark.parametrize(
    "bad",
    ["2024-12-28T18:16:40", "2024-13-28T18:16:40Z", "", None, 5, "yesterday", "2024-12-28", "٢٠٢٤-12-28T18:16:40Z"],
)
def test_a_time_without_offset_or_sense_is_refused(bad):
    with pytest.raises(Unreadable, match="approved"):
        answers.instant(bad, "approved")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda c: (
            st.lists(c, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "id",
                        "location",
                        "business_hours",
                        "monday",
                        "qr",
                        "config",
                        "paging",
                        "results",
                        "refunds",
                        "charges_details",
                        "collector",
                        "tags",
                        "status",
                        "date_created",
                        "currency_id",
                        "transaction_amount",
                    ]
                ),
                c,
                max_size=8,
            )
        ),
        max_leaves=12,
    )
)
def test_nonsense_is_unreadable_and_nothing_else(nonsense):
    for read in (
        answers.store,
        answers.pos,
        answers.account,
        sales.payment,
        answers.page,
        lambda v: disputes.chargeback(v, "1"),
    ):
        try:
            read(nonsense)
        except Unreadable as error:
            assert len(str(error)) < 40, "the field's name, never its value"  # noqa: PT017 - others may be read


def payment(**changed):
    return {
        "id": 137159042654,
        "collector_id": 430185252,
        "status": "approved",
        "currency_id": "ARS",
        "transaction_amount": "1500.25",
        "date_created": "2026-08-03T11:21:49.000-04:00",
        "payer": {"email": "person@example.com", "first_name": "Ana"},
        "card": {"last_four_digits": "4242"},
        **changed,
    }


def interaction(kind, sub_type="INTRA_PSP", unit="qr", **more):
    return {"type": kind, "sub_type": sub_type, "business_info": {"sub_unit": unit}, **more}


BANK = {"transaction_data": {"bank_info": {"payer": {"long_name": "Banco Ejemplo S.A."}}}}


@pytest.mark.parametrize(
    ("changed", "channel", "wallet"),
    [
        ({"pos_id": "9", "point_of_interaction": interaction("INSTORE")}, "qr", ""),
        (
            {"pos_id": "9", "point_of_interaction": interaction("INSTORE", "INTER_PSP", **BANK)},
            "qr",
            "Banco Ejemplo S.A.",
        ),
        ({"pos_id": "9", "point_of_interaction": interaction("INSTORE", "INTRA_PSP", **BANK)}, "qr", ""),
        ({"pos_id": "9", "point_of_interaction": interaction("UNSPECIFIED")}, "qr", ""),
        ({"pos_id": "9", "point_of_interaction": interaction("POINT", unit="point")}, "point", ""),
        ({"store_id": 7, "point_of_interaction": interaction("UNSPECIFIED", unit="smart")}, "point", ""),
        (
            {
                "payment_method_id": "cvu",
                "point_of_interaction": interaction("PSP_TRANSFER", "INTER_PSP", "money_inflows", **BANK),
            },
            "transfer",
            "",
        ),
        ({"point_of_interaction": interaction("CHECKOUT", unit="online")}, "online", ""),
        ({"point_of_interaction": interaction("OPENPLATFORM", unit="")}, "online", ""),
        ({"point_of_interaction": {}}, "", ""),
        ({}, "", ""),
    ],
)
def test_the_channel_and_the_wallet(changed, channel, wallet):
    read = sales.payment(payment(**changed))
    assert (read.channel, read.wallet) == (channel, wallet)


def test_no_person_is_kept():
    read = repr(sales.payment(payment(point_of_interaction=interaction("PSP_TRANSFER", "INTER_PSP", "x", **BANK))))
    for personal in ("person@example.com", "Ana", "4242", "Banco Ejemplo"):
        assert personal not in read


def test_whose_income_it_is():
    assert sales.payment(payment()).collector_id == "430185252"
    nested = payment(collector={"id": 2052122995})
    del nested["collector_id"]
    assert sales.payment(nested).collector_id == "2052122995"
    assert sales.payment({**nested, "collector": None}).collector_id is None


def test_charges_say_who_pays_and_older_payments_have_fees_only():
    charge = {
        "type": "fee",
        "name": "mercadopago_fee",
        "accounts": {"from": "ml", "to": "mp"},
        "amounts": {"original": "395.72", "refunded": "1.1"},
    }
    (read,) = sales.payment(payment(charges_details=[charge])).charges
    assert (read.kind, read.payer, read.original, read.refunded) == ("fee", "ml", 39572, 110)
    fees = [
        {"type": "mercadopago_fee", "amount": "10.5", "fee_payer": "collector"},
        {"type": "coupon_fee", "amount": 2, "fee_payer": "payer"},
    ]
    first, second = sales.payment(payment(charges_details=[], fee_details=fees)).charges
    assert (first.kind, first.payer, first.original) == ("fee", "collector", 1050)
    assert (second.kind, second.payer, second.original) == ("coupon", "payer", 200)


def test_refunds_and_the_order():
    refund = {
        "id": 5,
        "payment_id": 9,
        "amount": "1.5",
        "status": "approved",
        "date_created": "2026-08-04T00:00:00.000-04:00",
    }
    where = interaction("INSTORE", references=[{"id": "ORD01", "type": "ORDER_MP"}])
    read = sales.payment(payment(refunds=[refund], point_of_interaction=where, transaction_amount_refunded=1.5))
    assert (read.refunds[0].id, read.refunds[0].amount, read.refunds[0].created.day) == ("5", 150, 4)
    assert read.order_id == "ORD01"
    assert read.refunded == 150


@pytest.mark.parametrize("field", ["id", "status", "currency_id", "date_created"])
def test_a_payment_without_what_it_needs_is_unreadable(field):
    with pytest.raises(Unreadable, match=field):
        sales.payment(payment(**{field: None}))


def test_a_store_in_its_two_date_keys_and_ids():
    written = {
        "id": 7,
        "name": "Uno",
        "date_creation": "2024-01-01T00:00:00Z",
        "external_id": None,
        "location": {"latitude": "-34.6"},
    }
    read = answers.store(written)
    assert (read.id, read.external_id, read.latitude, read.created) == (
        "7",
        None,
        -34.6,
        datetime(2024, 1, 1, tzinfo=UTC),
    )
    later = answers.store({"id": "7", "date_created": "2024-01-02T00:00:00Z"})
    assert later.created == datetime(2024, 1, 2, tzinfo=UTC)


def test_a_pos_of_both_generations():
    first = answers.pos(
        {"id": 1, "fixed_amount": True, "qr_code": "0002", "qr": {"image": "i"}, "store_id": "7", "category": 621102}
    )
    second = answers.pos(
        {
            "id": "1",
            "store_id": 7,
            "config": {"qr": {"operating_mode": "pdv", "category": 621102}},
            "qr_response": {"qr_code": "0002", "image": "i"},
        }
    )
    assert first == second
    assert answers.pos({"id": 1, "config": {"qr": {"operating_mode": "standalone"}}}).fixed_amount is False


def test_the_seller_and_whether_it_is_a_test():
    seller = {"id": 1, "site_id": "MLA", "nickname": "TESTUSER1", "first_name": "Ana", "company": {"brand_name": "Uno"}}
    assert answers.account(seller).test
    assert answers.account({**seller, "nickname": "X", "tags": ["normal", "test_user"]}).test
    assert not answers.account({**seller, "nickname": "X", "tags": ["normal"]}).test
    assert answers.account(seller).name == "Uno"
    assert "Ana" not in repr(answers.account(seller))


def test_the_samples_of_the_contract_are_all_read(shared):
    read = 0
    for file in sorted((shared / "api").glob("samples*/*.json")):
        document = json.loads(file.read_text(encoding="utf-8"), parse_float=str)
        name = file.name
        if "error" in name or "request" in name or "fragment" in name:
            continue
        if name.startswith(("store.search", "pos.search")):
            parse = answers.store if name.startswith("store") else answers.pos
            read += len([parse(row) for row in answers.page(document)["results"]])
        elif name.startswith(("store.create", "store.get", "store.update")):
            read += bool(answers.store(document).id)
        elif name.startswith(("pos.create", "pos.get", "pos.update", "pos.v2.create")):
            read += bool(answers.pos(document).id)
        elif name.startswith("payment.get"):
            read += bool(sales.payment(document).amount)
        elif name.startswith("payments.search"):
            read += len([sales.payment(row) for row in answers.page(document)["results"]])
        elif name.startswith("users.me"):
            read += bool(answers.account(document).test)
    assert read > 20
