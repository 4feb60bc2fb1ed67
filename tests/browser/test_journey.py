"""One journey of a merchant in a real browser, from a spreadsheet to the sales page, every press pressed twice."""

from __future__ import annotations

import os
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from mpkit import sheet
from mpkit.db import open_store
from mpkit.jobs.rows import jobs as table
from tests.browser.conftest import TOKEN, Shop, button, clicks, still

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
BETWEEN = 300  # milliseconds between two clicks of an impatient hand
LONG = 120_000
REAL = "data/branches/AR_precios-claros_sucursales.csv"
Shoot = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def hosts() -> set[str]:
    """Every host the browser asked for anything."""
    return set()


@pytest.fixture
def context(browser: Browser, hosts: set[str]) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="es-AR", accept_downloads=True)
    context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    yield context
    context.close()


@pytest.fixture
def shoot(tmp_path: Path) -> Shoot:
    """Waits until a page is as it is to be seen; a picture of the whole of it goes into `MPKIT_SCREENSHOTS`."""
    folder = Path(os.environ.get("MPKIT_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        still(page)
        if not os.environ.get("MPKIT_SCREENSHOTS"):
            return
        size = page.viewport_size or {"width": 1280, "height": 900}
        high = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": max(600, min(high, 2600))})
        page.wait_for_timeout(900)
        page.screenshot(path=folder / f"{name}.png")
        page.set_viewport_size(size)

    return take


@pytest.fixture
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The real list where it is on this machine, else our own filled template."""
    shared = Path(os.environ.get("MPKIT_SHARED") or request.config.rootpath.parent / "shared") / REAL
    return shared if shared.is_file() else sheet.template("MLA", "es", tmp_path)[1]


def twice(press: Locator) -> None:
    """Two clicks at the same place, whatever has come there meanwhile."""
    clicks(press, 2, BETWEEN)


def fetched(page: Page, name: str, folder: Path) -> Path:
    """What a download button gives."""
    with page.expect_download(timeout=LONG) as waiting:
        button(page, name).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_from_a_spreadsheet_to_the_sales(  # noqa: PLR0915, PLR0917 - one journey, told in order
    shop: Shop, context: BrowserContext, hosts: set[str], shoot: Shoot, file: Path, tmp_path: Path
) -> None:
    page = context.new_page()

    # The first minute: three doors, and a review without an account.
    page.goto(shop.address)
    expect(button(page, "Revisar mi planilla")).to_be_visible(timeout=LONG)
    shoot(page, "puertas")
    button(page, "Revisar mi planilla").click()
    page.locator("input[type=file]").set_input_files(file)
    twice(button(page, "Revisar la planilla"))
    expect(button(page, "Bajar planilla marcada")).to_be_visible(timeout=LONG)
    marked = fetched(page, "Bajar planilla marcada", tmp_path)
    assert zipfile.is_zipfile(marked)

    # Connect: whose account it is stands there before anything is stored.
    button(page, "Conectar mi cuenta").click()
    page.locator("input[type=password]").fill(TOKEN)
    twice(button(page, "Ver de quién es"))
    expect(page.get_by_text("¿Es esta?")).to_be_visible(timeout=LONG)
    expect(page.get_by_text("Cuenta de prueba", exact=True)).to_be_visible()
    shoot(page, "conectar")
    assert TOKEN not in page.content()
    twice(button(page, "Sí, conectar esta cuenta"))
    expect(page.get_by_text("La cuenta quedó conectada")).to_be_visible(timeout=LONG)

    # Back to the same review, with one kind of repair accepted where there is one.
    button(page, "Revisar mi planilla").click()
    expect(button(page, "a mi lista")).to_be_visible(timeout=LONG)
    shoot(page, "sucursales-review")
    accepted = button(page, r"Corregir las \d+ filas")
    if accepted.is_visible():
        twice(accepted)
        expect(page.get_by_text(re.compile("Aceptado:")).first).to_be_visible(timeout=LONG)
    twice(button(page, "a mi lista"))
    expect(page.get_by_text("La lista quedó al día")).to_be_visible(timeout=LONG)

    # Who enters the amount, then what would happen.
    button(page, "Revisar y crear").click()
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    page.get_by_text("Quien compra", exact=True).click()
    twice(button(page, "Guardar la respuesta"))
    expect(button(page, "Revisar cambios")).to_be_visible(timeout=LONG)
    before = shop.writes()
    twice(button(page, "Revisar cambios"))
    press = button(page, r"Crear \d+ sucursales y \d+ cajas")
    expect(press).to_be_visible(timeout=LONG)
    assert shop.writes() == before, "a plan writes nothing"
    shoot(page, "crear")
    numbers = re.findall(r"\d+", (press.text_content() or "").replace(".", ""))
    stores, registers = int(numbers[0]), int(numbers[1])

    # Create, with the page reloaded in the middle.
    twice(press)
    over = page.get_by_text(re.compile(r"Listo\. Creadas"))
    expect(button(page, "Pausar").or_(over).first).to_be_visible(timeout=LONG)  # a short list is soon done
    page.reload()
    expect(button(page, "Pausar").or_(over).first).to_be_visible(timeout=LONG)
    expect(over).to_be_visible(timeout=LONG)
    assert zipfile.is_zipfile(fetched(page, "Bajar planilla de resultados", tmp_path))

    # Print: nothing is offered without its proof.
    button(page, "Imprimir los carteles").click()
    expect(page.get_by_text("Calco de mostrador").first).to_be_visible(timeout=LONG)
    shoot(page, "carteles")
    page.locator(".st-key-take_sticker-70x100 button").click()
    expect(button(page, "Preparar para imprimir")).to_be_visible(timeout=LONG)
    shoot(page, "cartel")
    twice(button(page, "Preparar para imprimir"))
    expect(page.get_by_text("Códigos verificados").first).to_be_visible(timeout=LONG)
    proven = re.findall(r"\d+", page.get_by_text("Códigos verificados").first.text_content() or "")
    assert proven[0] == proven[1]
    assert int(proven[0]) >= registers
    shoot(page, "carteles-listos")
    assert fetched(page, "Archivo para imprenta", tmp_path).read_bytes().startswith(b"%PDF")

    # Sales, down to a file with every payment.
    page.get_by_role("link", name="Ventas").click()
    expect(page.get_by_text("Vendido", exact=True).first).to_be_visible(timeout=LONG)
    expect(page.get_by_text(re.compile("Ventas conocidas hasta"))).to_be_visible(timeout=LONG)
    twice(button(page, "Actualizar"))
    expect(button(page, "Actualizar")).to_be_visible(timeout=LONG)
    shoot(page, "ventas")
    page.get_by_text("Pagos uno por uno").click()
    expect(page.get_by_text("del más nuevo al más viejo")).to_be_visible(timeout=LONG)
    payments = fetched(page, "Bajar CSV", tmp_path).read_text(encoding="utf-8-sig").splitlines()
    shown = re.search(r"([\d.]+) pagos, del más nuevo", page.content())
    assert shown is not None
    assert len(payments[1 : payments.index("")]) == int(shown[1].replace(".", "")), "a heading, the payments, a gap"
    page.get_by_role("link", name="Hoy").click()
    expect(page.get_by_text(re.compile("^Ayer"))).to_be_visible(timeout=LONG)
    shoot(page, "hoy")

    # What all those presses came to.
    created = [each for each in shop.writes() if each not in before]
    made = Counter(each["effect"] for each in created)
    assert sum(each["method"] == "POST" for each in created) == stores + registers, made
    state = shop.asked("/_sandbox/state")
    for kind in ("stores", "pos"):
        ids = [each["external_id"] for each in state[kind] if each["external_id"]]
        assert len(ids) == len(set(ids))
    assert kinds(shop) == Counter(
        look=1, connect=1, places=1, check=kinds(shop)["check"], mark=1, take_in=1, plan=1, apply=1, kit=1, sync=2
    )
    assert kinds(shop)["check"] <= 5, "without an account, with it, after each change of the review or of the list"
    assert hosts <= {urlsplit(shop.address).netloc, ""}, hosts


def kinds(shop: Shop) -> Counter[str]:
    """How many jobs of each kind there ever were."""
    store = open_store(f"sqlite:///{shop.data / 'mpkit.sqlite'}")
    with store.connect() as connection:
        return Counter(row.kind for row in connection.execute(table.select()))


def test_other_languages_and_a_phone(shop: Shop, context: BrowserContext, hosts: set[str], shoot: Shoot) -> None:
    page = context.new_page()
    page.goto(f"{shop.address}/ventas?lang=pt")
    expect(page.get_by_role("heading", name="Vendas")).to_be_visible(timeout=LONG)
    shoot(page, "ventas-pt")
    page.goto(f"{shop.address}/?lang=en")
    expect(page.get_by_role("heading", name="Today")).to_be_visible(timeout=LONG)
    shoot(page, "hoy-en")
    page.set_viewport_size({"width": 390, "height": 844})
    for path, name in (("", "telefono-hoy"), ("sucursales", "telefono-sucursales"), ("ventas", "telefono-ventas")):
        page.goto(f"{shop.address}/{path}?lang=es")
        expect(page.locator("h1").first).to_be_visible(timeout=LONG)
        still(page)
        page.wait_for_timeout(500)  # charts are drawn after the script has ended
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} scrolls sideways"
        shoot(page, name)
    assert hosts <= {urlsplit(shop.address).netloc, ""}, hosts
