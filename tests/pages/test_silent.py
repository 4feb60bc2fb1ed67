"""Registers without sales, the last payments of one, growth and what came back against others: on the pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mpkit import accounts, i18n, sales
from mpkit.db import open_store
from mpkit.model import Account
from mpkit.sales import coverage, placing, rows
from mpkit.sales.places_of_sale import REGISTER, Place
from mpkit.sales.windows import CREATED, Window
from mpkit.settings import load
from tests.pages.conftest import texts
from tests.pages.test_pages import LANGUAGES, leaked, of_code, title_of
from tests.sales.making import ACCOUNT, PLACES, ZONE, payment, refund

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house of two registers of eight sales a day, one of which stopped four days ago, and of a slow one."""
    data = tmp_path_factory.mktemp("quiet")
    store = open_store(load(data=data, store_url="").database)
    one = Account(ACCOUNT, "TIENDA", "MLA", test=True, name="Tienda")
    accounts.pin(store, one, "http://127.0.0.1:9")
    slow = Place(REGISTER, "702", "Caja 2", "N2", "901")
    placing.keep_places(store, ACCOUNT, ZONE, [*PLACES.stores.values(), *PLACES.registers.values(), slow])
    now = datetime.now(UTC)
    noon = now.replace(hour=14, minute=0, second=0, microsecond=0) - DAY
    many = [payment(1, approved=now - timedelta(minutes=1), amount=123_456, net_received=123_456)]
    for back in range(70):
        for n in range(8):
            at = noon - back * DAY + n * timedelta(minutes=50)
            given = (refund(back * 100 + n, 10_000, at + timedelta(hours=1)),) if (back * 8 + n) % 60 == 0 else ()
            many.append(payment(10_000 + back * 100 + n, approved=at, refunds=given))
            if back > 3:
                many.append(payment(20_000 + back * 100 + n, approved=at, store_id="901", pos_id="701"))
        if back % 3 == 0:
            many.append(payment(30_000 + back, approved=noon - back * DAY, store_id="901", pos_id="702"))
    rows.keep_payments(store, ACCOUNT, many, PLACES)
    coverage.finish_window(store, ACCOUNT, Window(CREATED, now - 300 * DAY, now, now), now)
    sales.open_mirror(data, store, one).catch_up()
    store.dispose()
    return data


def said(test) -> str:
    """All texts of a page in one, without what keeps Markdown off them."""
    return " ".join(texts(test)).replace("\\", "")


def sound(test, lang):
    assert not test.exception
    assert not [e.value for e in test.error]
    assert not leaked(test)
    assert not of_code(test, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_stopped_selling_is_put_off_and_called_again(at, quiet, lang):
    test = at("silent", data=quiet, lang=lang)
    sound(test, lang)
    assert title_of(test) == i18n.say("page_silent", lang)
    shown = said(test)
    places = i18n.say("silent_places", lang, n=1)
    assert i18n.say("silent_answer", lang, n=1, places=places) in shown
    assert "Tijuana" in shown
    assert "Centro" not in shown
    test.selectbox(key="reason_pos_701").select("works")
    test.button(key="put_off_pos_701").click().run()
    sound(test, lang)
    assert i18n.say("silent_all_sell", lang) in said(test)
    test = at("silent", data=quiet, lang=lang, view="put_off")
    assert i18n.say("silent_reason_works", lang) in said(test)
    test.button(key="wake_pos_701").click().run()
    assert i18n.say("silent_put_off_none", lang) in said(test)
    assert "Tijuana" in said(at("silent", data=quiet, lang=lang))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_who_sells_too_rarely_is_told_later_and_that_is_said(at, quiet, lang):
    assert i18n.say("silent_waited", lang, n=1) in said(at("silent", data=quiet, lang=lang))
    test = at("silent", data=quiet, lang=lang, view="waited")
    sound(test, lang)
    assert i18n.say("silent_waited_means", lang, n=1) in said(test)


def test_today_names_it_and_leads_there(at, quiet):
    test = at("", data=quiet)
    sound(test, "es")
    line = i18n.say("today_silent_pos", "es", name="Caja 1", store="Tijuana")
    assert line in said(test)
    english = said(at("", data=quiet, lang="en"))
    assert re.search(r" last (Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day", english), "as English writes its days"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_last_payments_of_a_register(at, quiet, lang):
    test = at("counter", data=quiet, lang=lang, id="700")
    sound(test, lang)
    assert title_of(test) == i18n.say("page_counter", lang)
    shown = said(test)
    assert "1.234,56" in shown, "the newest amount, as its country writes it"
    assert "…1" in shown
    assert shown.count("100,00") == 9, "ten in all"
    assert i18n.say("counter_unknown", lang) in said(at("counter", data=quiet, lang=lang, id="x"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_growth_and_what_came_back_against_the_others(at, quiet, lang):
    test = at("sales", data=quiet, lang=lang, view="growth", period="30")
    sound(test, lang)
    shown = said(test)
    assert i18n.say("growth_means", lang) in shown
    assert i18n.say("growth_same", lang, n=2) in shown
    test = at("sales", data=quiet, lang=lang, view="returns", period="90", of="register")
    sound(test, lang)
    shown = said(test)
    assert i18n.say("peers_title", lang) in shown
    assert i18n.say("spikes_none", lang) in shown


def test_an_account_without_sales_is_told_what_to_do(at, tmp_path):
    data = tmp_path / "empty"
    store = open_store(load(data=data, store_url="").database)
    accounts.pin(store, Account(ACCOUNT, "TIENDA", "MLA", test=True, name="Tienda"), "http://127.0.0.1:9")
    store.dispose()
    for view in ("now", "put_off", "waited", "unsold"):
        test = at("silent", data=data, view=view)
        sound(test, "es")
        assert i18n.say("silent_never", "es") in said(test)
