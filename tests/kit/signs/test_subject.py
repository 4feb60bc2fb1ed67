from __future__ import annotations

from dataclasses import replace

import pytest

from mpkit import emv, kit
from mpkit.kit.signs.subject import Refusal, judge, kind, pictures, words
from tests.kit.making import payload, subject


def judged(subjects: list[kit.Subject]) -> tuple[tuple[kit.Subject, ...], tuple[Refusal, ...]]:
    """Those that may be printed, and the reasons why the others may not."""
    found = list(judge(subjects))
    fine = tuple(subject for subject, reason in found if reason is None)
    return fine, tuple(reason for _, reason in found if reason is not None)


def fields(**changed: object) -> str:
    plain: dict[str, object] = {
        "00": "01",
        "01": "11",
        "43": [("00", "com.mercadolibre"), ("01", "https://mpago.la/pos/1")],
        "52": "9700",
        "53": "032",
        "58": "AR",
        "59": "FARMACIAS",
        "60": "CABA",
    }
    plain |= {name.removeprefix("t"): value for name, value in changed.items()}
    return emv.build([(tag, value) for tag, value in plain.items() if value is not None])  # type: ignore[misc]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "kit_no_payload"),
        ("not a code", "kit_payload_broken"),
        (fields()[:-1] + ("0" if fields()[-1] != "0" else "1"), "kit_payload_broken"),
        (fields(t00="02"), "kit_payload_broken"),
        (fields(t53="986"), "kit_payload_elsewhere"),
        (fields(t58="BR"), "kit_payload_elsewhere"),
        (fields(t54="100.00"), "kit_payload_order"),
        (fields(t43=[("00", "com.mercadolibre"), ("02", "1"), ("06", "x")]), "kit_payload_order"),
        (fields(t59="UNDEFINED"), "kit_payee_missing"),
        (fields(t59=None), "kit_payee_missing"),
        (fields(t59="   "), "kit_payee_missing"),
        (fields(t59="Test Test"), "kit_payee_missing"),
    ],
)
def test_codes_that_are_not_printed(code: str, reason: str) -> None:
    fine, refused = judged([subject(payload=code)])
    assert not fine
    assert [one.key for one in refused] == [reason]
    for language in ("es", "pt", "en"):
        assert refused[0].sentence(language).startswith(f"{subject().external_id}: ")


def test_a_sound_code_is_printed_and_a_test_name_on_a_test_account() -> None:
    assert judged([subject(payload=fields())])[0]
    assert judged([subject(payload=fields(t59="Test Test"), test=True)])[0]


def test_a_code_twice_refuses_both_and_only_those() -> None:
    fine, refused = judged([subject(1), replace(subject(2), payload=payload(1)), subject(3)])
    assert [one.external_id for one in fine] == [subject(3).external_id]
    assert {one.external_id: one.values["others"] for one in refused} == {
        subject(1).external_id: subject(2).external_id,
        subject(2).external_id: subject(1).external_id,
    }


@pytest.mark.parametrize("text", ["", "  ", "Caja\u202e1", "Caja\x00", "食堂", "A\u200bB", "👍"])
def test_names_that_cannot_be_printed_refuse_the_register_by_name(text: str) -> None:
    fine, refused = judged([subject(store=text)])
    assert not fine
    assert refused[0].external_id == subject().external_id


def test_steps_are_true_for_country_code_and_amount() -> None:
    argentina = words(subject(), "es")
    assert (argentina["verb"], argentina["step3"]) == ("Pagá con QR", "Escribí el monto y confirmá")
    assert "Mercado Pago" not in " ".join(argentina.values())
    waits = words(subject(waits_for_order=True), "es")
    assert waits["step3"] == "Revisá el monto y confirmá"
    assert pictures(kind(subject()))["step3"] != pictures(kind(subject(waits_for_order=True)))["step3"]
    mexico = words(subject(site="MLM", payload=payload(1, "MLM")), "es")
    assert (mexico["verb"], mexico["step1"]) == ("Paga con QR", "Abre la app de Mercado Pago")
    pix = words(subject(site="MLB", payload=payload(1, "MLB", pix=True)), "pt")
    assert (pix["verb"], pix["step1"]) == ("Pague com Pix", "Abra o app do seu banco")
    plain = words(subject(site="MLB", payload=payload(1, "MLB")), "pt")
    assert (plain["verb"], plain["step1"]) == ("Pague com QR", "Abra o app do Mercado Pago")
    assert "Pix" not in " ".join(plain.values())


def test_the_payee_is_the_codes_own() -> None:
    assert words(subject(payload=payload(1, payee="OTRO NOMBRE SA")), "es")["payee"] == "OTRO NOMBRE SA"
