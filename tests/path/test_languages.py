"""Every site in each of the three languages: the workbook in it checks clean, the sign fits, nothing is left unsaid."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from mpkit import kit, sheet
from mpkit.emv import parse
from mpkit.i18n import LANGUAGES
from mpkit.kit.signs.subject import words
from mpkit.sandbox.payload import pos_payload
from mpkit.sites import SITES, Site

NAMED = [f"{site}-{language}" for site, language in product(SITES, LANGUAGES)]
EACH = pytest.mark.parametrize(("site", "language"), list(product(SITES.values(), LANGUAGES)), ids=NAMED)

TOO_LONG = {("sticker-50", "kit_code_too_fine"), ("decal-a6", "kit_code_too_fine")}


def register(site: Site, *, waits: bool = False, test: bool = False, long: bool = False) -> kit.Subject:
    """A register with the longest names that signs are made for."""
    code = pos_payload(
        site,
        pos_id="1142682450",
        uuid="0123456789abcdef" * 4,
        seller="Distribuidora Nueva Esperanza",
        city="San José",
        tax_id="30123456789",
        long=long,
    )
    return kit.Subject(
        account="1",
        site=site.id,
        test=test,
        payload=code,
        pos_id="1142682450",
        external_id="SUC0001CAJA01",
        register="Caja 12",
        store="Sucursal Peatonal Nueva Córdoba 34",
        waits_for_order=waits,
    )


@EACH
def test_the_workbook_of_a_site_in_any_language_checks_clean(site: Site, language: str, tmp_path: Path) -> None:
    _, example, reference = sheet.template(site.id, language, tmp_path)
    checked = sheet.check(example, site=site.id)
    assert (len(checked.branches), checked.findings) == (5, ())
    assert reference.read_text(encoding="utf-8").count("\n") > 10


@EACH
def test_every_sign_of_a_site_fits_in_any_language(site: Site, language: str) -> None:
    for design in kit.designs():
        for waits, test, long in product((False, True), repeat=3):
            ready = kit.prepare([register(site, waits=waits, test=test, long=long)], design, language)
            if long and ready.refused:  # a code of 512 characters is too fine for two of them, and they say so
                assert (design.name, ready.refused[0].key) in TOO_LONG
                continue
            assert ready.refused == (), (design.name, waits, test, long)


@EACH
def test_the_words_of_a_sign_are_true_for_the_country(site: Site, language: str) -> None:
    """Any wallet in Argentina, Pix by name in Brazil, the Mercado Pago app elsewhere; the amount as it is entered."""
    one = register(site)
    said = words(one, language)
    assert said["payee"] == parse(one.payload).payee == "DISTRIBUIDORA NUEVA ESPER"
    assert ("Mercado Pago" in said["wallets"] and "Mercado Pago" in said["step1"]) is not site.any_wallet
    assert ("Pix" in said["verb"]) is (site.id == "MLB")
    assert all(text.strip() for text in said.values())
    assert words(register(site, waits=True), language)["step3"] != said["step3"]
    for scheme in ("CoDi", "DiMo", "Bre-B", "Yape", "Plin"):
        assert not any(scheme.lower() in text.lower() for text in said.values())


@pytest.mark.parametrize("site", SITES.values(), ids=list(SITES))
def test_a_sign_in_the_countrys_own_language(site: Site) -> None:
    verb = words(register(site), site.language)["verb"]
    assert verb == {"vos": "Pagá con QR", "tú": "Paga con QR", "você": "Pague com Pix"}[site.address]
