"""The sales in a real browser: marks lead to their payments, today looks by itself, every view stands."""

from __future__ import annotations

import itertools
import json
import os
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.conftest import Shop
from tests.browser.test_journey import button, fetched
from tests.browser.test_set_up import House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
LONG = 60_000
Scheme = Literal["light", "dark"]
VIEWS = ("summary", "places", "growth", "mix", "returns", "payments")
LOCALES = {"es": "es-AR", "pt": "pt-BR", "en": "en-US"}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WAYS = tuple(itertools.product((1280, 390), LOCALES, SCHEMES))
# View: its charts by key, and what the address says of the mark that is pressed.
MARKS: dict[str, dict[str, tuple[str, ...]]] = {
    "Resumen": {"days_day": (r"from=(\d{4}-\d\d-\d\d)&to=\1",), "hours": (r"weekday=\d", r"hour=\d+")},
    "Sucursales y cajas": {"ranked_store": (r"store=\d+",), "ranked_register": (r"register=\d+",)},
    "Crecimiento": {"growth_moved": (r"store=\d+",)},
    "Medios de pago": {f"mix_{by}": (rf"{by}=\w+",) for by in ("means", "method", "wallet", "channel")},
    "Devoluciones y contracargos": {
        "returned": (r"store=\d+", "only=back"),
        "peers_store_refunds": (r"store=\d+", "only=refunded"),
    },
}
GIVEN_BACK = ("returned", "peers_store_refunds")  # charts of what came back: their marks do not say what was sold
PICTURES = os.environ.get("MPKIT_SCREENSHOTS", "")
AMOUNT = "7654321.00"  # of the buyer: more than a day sells here
Open = Callable[..., Page]
# Asked by the page itself with every frame: between two looks from outside lies up to a second.
SETTLED = """() => document.querySelector(
    "[data-testid=stApp][data-test-connection-state=CONNECTED][data-test-script-state=notRunning]")
    && !document.querySelector("[data-testid=stStatusWidget], [data-testid=stSkeleton], [data-stale=true]")
    && [...document.querySelectorAll("[data-testid=stVegaLiteChart]")].every(chart => chart.querySelector("svg"))"""
OFFERED = "there => (document.querySelectorAll('.st-key-file_pdf').length === 1) === there"


@pytest.fixture(scope="module")
def program() -> str:
    """Pages that look by themselves do so at once."""
    return "tests.browser.impatient"


@pytest.fixture(scope="module")
def house(shop: Shop) -> House:
    """An account with its payments fetched."""
    made = House(shop)
    made.run("sync", "sync")
    return made


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Callable[[int, str, Scheme], BrowserContext]]:
    """A window of some width, in a language, by day or by night; the program's own files are loaded into it once."""
    contexts: dict[tuple[int, str, Scheme], BrowserContext] = {}

    def run(width: int, lang: str, scheme: Scheme) -> BrowserContext:
        if (width, lang, scheme) not in contexts:
            size: ViewportSize = {"width": width, "height": 1400}
            contexts[width, lang, scheme] = browser.new_context(
                viewport=size, locale=LOCALES[lang], color_scheme=scheme, accept_downloads=True
            )
        return contexts[width, lang, scheme]

    yield run
    for each in contexts.values():
        each.close()


@pytest.fixture
def open_(window: Callable[[int, str, Scheme], BrowserContext], house: House) -> Iterator[Open]:
    """Opens a page by its address, in a window of its kind."""
    pages = []

    def run(
        address: str,
        width: int = 1280,
        lang: str = "es",
        scheme: Scheme = "light",
        hear: Callable[[WebSocket], None] | None = None,
    ) -> Page:
        page = window(width, lang, scheme).new_page()
        pages.append(page)
        if hear is not None:
            page.on("websocket", hear)
        page.goto(f"{house.shop.address}/{address}{'&' if '?' in address else '?'}lang={lang}")
        expect(page.locator("h1").first).to_be_visible(timeout=LONG)
        return page

    yield run
    for each in pages:
        each.close()


def settled(page: Page) -> None:
    """Until everything of the page is there and every chart is drawn."""
    page.wait_for_function(SETTLED, timeout=LONG)


def ended(page: Page, *, payments: bool) -> None:
    """Until the run is over: the page's own file is offered last, and not where the payments are shown."""
    page.wait_for_function(OFFERED, arg=not payments, timeout=LONG)
    settled(page)


def goes(page: Page, pattern: str) -> None:
    """Until the address says so; asked with every frame, since a press waits for it."""
    page.wait_for_function("said => new RegExp(said).test(location.href)", arg=pattern, timeout=LONG)


def marks(page: Page, chart: str) -> Locator:
    """What can be pressed in a chart: each says aloud what it is."""
    found = page.locator(f".st-key-{chart} path[aria-label]")
    found.first.wait_for(state="attached", timeout=LONG)
    return found


def number(text: str) -> int:
    """The first whole number after a colon, as Argentina writes it."""
    said = re.search(r": [^\d]*([\d.]+)", text)
    assert said is not None, text
    return int(said[1].replace(".", ""))


def press_largest(page: Page, chart: str) -> str:
    """Press the mark that stands for most; what it says of itself."""
    found = marks(page, chart)
    labels: list[str] = found.evaluate_all("marks => marks.map(mark => mark.getAttribute('aria-label'))")
    largest = max(range(len(labels)), key=lambda place: number(labels[place]))
    found.nth(largest).click()
    return labels[largest]


def sums(page: Page) -> Locator:
    """The sentence on top."""
    return page.get_by_text(re.compile(r"^(Del|El|Hoy) .* pagos?"))


def count(page: Page) -> Locator:
    """How many payments are shown."""
    return page.get_by_text(re.compile(r"pagos?, del más nuevo|^Un pago\."))


def test_every_mark_of_every_chart_leads_to_its_payments_and_back(open_: Open, tmp_path: Path) -> None:
    page = open_("ventas?period=90")
    for view, charts in MARKS.items():
        page.get_by_test_id("stButtonGroup").get_by_text(view, exact=True).click()
        for chart, said in charts.items():
            marks(page, chart)
            settled(page)
            told = press_largest(page, chart)
            for part in ("view=payments", *said):
                goes(page, part)
            count(page).wait_for(timeout=LONG)
            if chart not in GIVEN_BACK:
                whole = f"{number(told):,}".replace(",", ".")
                expect(sums(page)).to_contain_text(re.compile(rf"\$\s{re.escape(whole)} en "), timeout=LONG)
            ended(page, payments=True)
            page.go_back()
            count(page).wait_for(state="detached", timeout=LONG)
            ended(page, payments=False)
            expect(page).not_to_have_url(re.compile("view=payments"))
    page.get_by_test_id("stButtonGroup").get_by_text("Resumen", exact=True).click()
    below = marks(page, "days_day").and_(page.locator("[aria-label*='Devuelto']")).first
    expect(below).to_be_attached(timeout=LONG)
    below.click()
    expect(page).to_have_url(re.compile(r"only=back"), timeout=LONG)
    expect(count(page)).to_be_visible(timeout=LONG)
    settled(page)
    shown = int(re.sub(r"\D", "", count(page).inner_text()) or "1")
    lines = fetched(page, "Bajar CSV", tmp_path).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines[1 : lines.index("")]) == shown
    page.goto(f"{page.url.partition('/ventas')[0]}/?lang=es")
    day = marks(page, "glance").first
    day.click()
    expect(page).to_have_url(re.compile(r"ventas\?.*view=payments.*from="), timeout=LONG)
    expect(count(page)).to_be_visible(timeout=LONG)


def test_a_filter_runs_the_page_and_not_the_house(open_: Open, tmp_path: Path) -> None:
    told: list[bytes] = []

    def hear(frame: bytes | str) -> None:
        if isinstance(frame, bytes):
            told.append(frame)

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", hear)

    page = open_("ventas", hear=listen)
    expect(page.get_by_role("combobox", name="Período")).to_be_visible(timeout=LONG)
    settled(page)
    told.clear()
    page.get_by_role("combobox", name="Período").click()
    page.get_by_role("option", name="Últimos 7 días").click()
    goes(page, "period=7")
    settled(page)
    ends = [msg.script_finished for msg in map(ForwardMsg.FromString, told) if msg.HasField("script_finished")]
    assert set(ends) == {ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}, "the whole script ran for a filter"
    for same in (page, page.context.new_page()):
        same.goto(page.url)
        expect(same.get_by_role("combobox", name="Período")).to_have_value(re.compile("7 días"), timeout=LONG)
    page.get_by_role("combobox", name="Período").click()
    page.get_by_role("option", name="Últimos 90 días").click()
    expect(page).to_have_url(re.compile("period=90"), timeout=LONG)
    page.go_back()
    expect(page.get_by_role("combobox", name="Período")).to_have_value(re.compile("7 días"), timeout=LONG)
    settled(page)
    assert fetched(page, "Bajar PDF", tmp_path).read_bytes().startswith(b"%PDF")


def ask(house: House, method: str, path: str, **what: object) -> None:
    """Turn something in the sandbox, or press as its buyer."""
    body, typed = json.dumps(what).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{house.shop.sandbox}/_sandbox/{path}", body, typed, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()


def test_today_looks_by_itself_and_keeps_its_figures_where_that_fails(house: House, open_: Open) -> None:
    pos = str(house.shop.asked("/_sandbox/state")["pos"][0]["id"])
    page, till = open_("ventas?period=today"), open_(f"pagos-de-la-caja?id={pos}", width=390)
    expect(page.get_by_text(re.compile("^Se sabe hasta hace"))).to_be_visible(timeout=LONG)
    expect(till.get_by_text(re.compile("^Se sabe hasta hace"))).to_be_visible(timeout=LONG)
    ask(house, "POST", "buyer", action="pay", pos=pos, amount=AMOUNT, as_order=True)
    expect(till.locator("img[alt*='7.654.321,00']")).to_be_visible(timeout=LONG)
    expect(sums(page)).to_contain_text(re.compile(r"\$\s(7|8|9)\.\d{3}\.\d{3} en "), timeout=LONG)
    kept = sums(page).inner_text()
    try:
        ask(house, "PUT", "faults", **{"token-expired": 1.0})
        button(page, "Actualizar").click()
        expect(page.get_by_text(re.compile("Lo que se muestra es lo último"))).to_be_visible(timeout=LONG)
        assert sums(page).inner_text() == kept
        expect(page.get_by_text(re.compile("Mercado Pago no acepta la clave"))).to_be_visible(timeout=LONG)
    finally:
        ask(house, "PUT", "faults")
        house.run("sync", "sync")


def test_registers_without_sales_are_one_press_away_and_the_way_back(open_: Open) -> None:
    page = open_("ventas?period=7&view=places")
    page.get_by_role("link", name="Cajas sin ventas").click()
    expect(page.get_by_role("heading", name="Cajas sin ventas")).to_be_visible(timeout=LONG)
    settled(page)
    assert page.locator("[data-testid=stAlertContentError]").count() == 0
    page.go_back()
    expect(page.get_by_role("combobox", name="Período")).to_have_value(re.compile("7 días"), timeout=LONG)


def test_filters_that_match_nothing_say_so_and_are_taken_out(open_: Open) -> None:
    page = open_("ventas?period=7&store=none&channel=qr")
    expect(page.get_by_text("Nada coincide con estos filtros")).to_be_visible(timeout=LONG)
    button(page, "Quitar los filtros").click()
    expect(page).not_to_have_url(re.compile("store=|channel="), timeout=LONG)
    expect(page).to_have_url(re.compile("period=7"))
    expect(page.get_by_text("Por hora y día de la semana")).to_be_visible(timeout=LONG)


@pytest.mark.parametrize("way", WAYS if PICTURES else [(390, "pt", "dark")], ids=lambda way: "-".join(map(str, way)))
def test_every_view_stands(way: tuple[int, str, Scheme], open_: Open) -> None:
    """On a phone, one after the other; where pictures are wanted, in all ways of looking."""
    width, lang, scheme = way
    page = open_("ventas?period=90", width, lang, scheme)
    settled(page)
    for place, view in enumerate(VIEWS):
        page.get_by_test_id("stButtonGroup").first.locator("button").nth(place).click()
        expect(page).to_have_url(re.compile(f"view={view}" if place else r"period=90"), timeout=LONG)
        settled(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{view} scrolls sideways"
        assert page.locator("[data-testid=stAlertContentError], [data-testid=stException]").count() == 0, view
        if PICTURES:
            high = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
            page.set_viewport_size({"width": width, "height": min(high, 3200)})
            settled(page)
            page.screenshot(path=Path(PICTURES) / f"ventas-{view}-{width}-{lang}-{scheme}.png")
            page.set_viewport_size({"width": width, "height": 1400})
