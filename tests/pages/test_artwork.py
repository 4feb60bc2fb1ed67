"""The page of own designs: placeholders, what is kept; and Mercado Pago's own sign as a choice."""

from __future__ import annotations

import shutil

from mpkit.i18n import say
from mpkit.kit.artwork import design as artwork_design
from mpkit.kit.signs.design import own
from tests.kit import drawings
from tests.pages.conftest import texts


def test_what_is_kept_is_shown_can_be_printed_and_taken_away(at, walked):
    data, url, _, account = walked
    made = artwork_design.keep(data, account.id, drawings.pdf(), "Mostrador")
    try:
        test = at("artwork", data=data, url=url, lang="pt")
        assert say("page_artwork", "pt") in " ".join(texts(test))
        signs = at("signs", data=data, url=url)
        assert f"take_{made.name}" in {button.key for button in signs.button}
        test.button(key=f"remove_{made.name}").click().run()
        assert artwork_design.names(data, account.id) == ()
    finally:
        shutil.rmtree(own(data, account.id), ignore_errors=True)


def test_mercado_pagos_own_sign_can_be_taken(at, walked):
    data, url, _, _ = walked
    test = at("signs", data=data, url=url)
    test.button(key="take_mercadopago").click().run()
    assert test.query_params["sign"] in ("mercadopago", ["mercadopago"])
    assert say("document_title", "es") in " ".join(texts(test))
    assert test.button(key="print")
