"""The sales in a real browser: every mark leads to its payments and the way back, every view stands in every way."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.conftest import Shop
from tests.browser.test_journey import fetched
from tests.browser.test_set_up import House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
LONG = 60_000
VIEWS = ("summary", "places", "growth", "mix", "returns", "payments")
LOCALES = {"es": "es-AR", "pt": "pt-BR", "en": "en-US"}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WAYS = tuple(itertools.product((1280, 390), LOCALES, SCHEMES))
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def house(shop: Shop) -> House:
    """An account with its payments fetched."""
    made = House(shop)
    made.run("sync", "sync")
    return made


@pytest.fixture
def open_(browser: Browser, house: House) -> Iterator[Open]:
    """Opens the sales with a query, in a window of some width, in a language, by day or by night."""
    contexts = []

    def run(query: str, width: int = 1280, lang: str = "es", scheme: Literal["light", "dark"] = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 1400}, locale=LOCALES[lang], color_scheme=scheme, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{house.shop.address}/ventas?lang={lang}&{query}")
        expect(page.locator("h1").first).to_be_visible(timeout=LONG)
        settled(page)
        return page

    yield run
    for each in contexts:
        each.close()


def settled(page: Page) -> None:
    """Until nothing runs and every chart is drawn."""
    page.wait_for_timeout(150)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=LONG)
    for chart in page.get_by_test_id("stVegaLiteChart").all():
        expect(chart.locator("svg, canvas").first).to_be_visible(timeout=LONG)
    page.wait_for_timeout(150)


def press(page: Page, chart: int, across: float, down: float) -> None:
    """A click inside a chart; parts of its width and height."""
    box = page.get_by_test_id("stVegaLiteChart").nth(chart).bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)


def found(page: Page) -> Locator:
    """How many payments are shown."""
    return page.get_by_text(re.compile(r"pagos?, del más nuevo|^Un pago\."))


def test_every_mark_leads_to_its_payments_and_back(open_: Open, tmp_path: Path) -> None:
    page = open_("period=90")
    for chart, across, down, said in (
        (0, 0.5, 0.3, r"from=(\d{4}-\d\d-\d\d)&to=\1"),
        (1, 0.6, 0.3, r"weekday=\d&hour=\d+"),
    ):
        press(page, chart, across, down)
        expect(page).to_have_url(re.compile(rf"view=payments.*{said}"), timeout=LONG)
        expect(found(page)).to_be_visible(timeout=LONG)
        page.go_back()
        expect(page).to_have_url(re.compile(r"ventas\?(lang=es&)?period=90$"), timeout=LONG)
        expect(page.get_by_text("Por hora y día de la semana")).to_be_visible(timeout=LONG)
        settled(page)
    page.get_by_text("Sucursales y cajas").click()
    expect(page.get_by_text("Todas las cajas")).to_be_visible(timeout=LONG)
    settled(page)
    press(page, 1, 0.6, 0.1)
    expect(page).to_have_url(re.compile(r"register=\d+"), timeout=LONG)
    expect(found(page)).to_be_visible(timeout=LONG)
    shown = int(re.sub(r"\D", "", found(page).inner_text()) or "1")
    lines = fetched(page, "Bajar CSV", tmp_path).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines[1 : lines.index("")]) == shown
    page.go_back()
    expect(page.get_by_text("Todas las cajas")).to_be_visible(timeout=LONG)
    page.get_by_text("Medios de pago", exact=True).click()
    expect(page.get_by_text("Otra billetera o banco")).to_be_visible(timeout=LONG)
    settled(page)
    press(page, 0, 0.6, 0.1)
    expect(page).to_have_url(re.compile(r"means=\w+"), timeout=LONG)
    expect(page.get_by_role("button", name=re.compile("^.*Solo: "))).to_be_visible(timeout=LONG)


def test_a_filter_runs_the_page_and_not_the_house(open_: Open, tmp_path: Path) -> None:
    page = open_("")
    told: list[bytes] = []

    def hear(frame: bytes | str) -> None:
        if isinstance(frame, bytes):
            told.append(frame)

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", hear)

    page.on("websocket", listen)
    page.reload()
    expect(page.locator("h1").first).to_be_visible(timeout=LONG)
    settled(page)
    told.clear()
    page.get_by_role("combobox", name="Período").click()
    page.get_by_role("option", name="Últimos 7 días").click()
    expect(page).to_have_url(re.compile("period=7"), timeout=LONG)
    settled(page)
    ends = [msg.script_finished for msg in map(ForwardMsg.FromString, told) if msg.HasField("script_finished")]
    assert set(ends) == {ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}, "the whole script ran for a filter"
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("combobox", name="Período")).to_have_value(re.compile("7 días"), timeout=LONG)
    other.close()
    page.go_back()
    expect(page.get_by_role("combobox", name="Período")).to_have_value(re.compile("30 días"), timeout=LONG)
    pdf = fetched(page, "Bajar PDF", tmp_path)
    assert pdf.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_stands(view: str, open_: Open) -> None:
    """In one of the ways of looking each; where pictures are wanted, in all of them."""
    folder = os.environ.get("MPKIT_SCREENSHOTS")
    ways = WAYS if folder else [WAYS[(5 * VIEWS.index(view)) % len(WAYS)]]
    for width, lang, scheme in ways:
        page = open_(f"view={view}&period=90", width, lang, scheme)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, "it scrolls sideways"
        assert page.get_by_test_id("stException").count() == 0
        assert page.locator("[data-testid=stAlertContentError]").count() == 0
        if folder:
            high = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
            page.set_viewport_size({"width": width, "height": max(600, min(high, 3200))})
            settled(page)
            page.screenshot(path=Path(folder) / f"ventas-{view}-{width}-{lang}-{scheme}.png")
        page.close()
