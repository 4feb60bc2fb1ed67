"""Spreadsheets imported on screen as a new user would: what is found is corrected there and stays after a reload."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mpkit.db import open_store
from mpkit.sheet import rows
from tests.browser.conftest import Shop, button, clicks
from tests.browser.conftest import still as ended
from tests.soak import Bar

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
LONG = 120_000
LEGIBLE = 4.5  # WCAG 2.2, 1.4.3
HEAD = "codigo;nombre;direccion;ciudad;provincia;lat;lng;horario\n"
NORTE = (
    "0425;Centro;San Martín 450;Rosario;Santa Fe;-32.9468;-60.6393;Lun a Vie 9 a 18\n"
    "0426;Norte;Mitre 12;Rosario;Salta;-32.9301;-60.6601;\n"
    "0427;Sur;Alem 20;Bahía Blanca;Buenos Aires;;;\n"
)
LINK = "https://www.google.com/maps/place/X/@-38.7,-62.2,17z/data=!3d-38.7183!4d-62.2663"
OPEN_FILES = (
    "AR_precios-claros_sucursales.csv",
    "BR_lojas-de-pesca.csv",
    "CL_farmacias_minsal.csv",
    "CL_tricot_tiendas.xlsx",
    "CO_puntos-de-venta.csv",
    "MX_afore-coppel_sucursales.csv",
    "PE_degustaciones_tiendas.csv",
    "UY_locales-de-cobro.csv",
)
VIEWS = {
    "es": ("Filas", "Mapa", "Columnas", "Horarios y cajas", "Archivos", "Para corregir"),
    "pt": ("Linhas", "Mapa", "Colunas", "Horários e caixas", "Arquivos", "Para corrigir"),
    "en": ("Rows", "Map", "Columns", "Hours and registers", "Files", "To correct"),
}
Open = Callable[..., Page]


@pytest.fixture
def hosts() -> set[str]:
    """Every host the browser asked for anything."""
    return set()


@pytest.fixture
def open_page(browser: Browser, hosts: set[str]) -> Iterator[Open]:
    made: list[BrowserContext] = []

    def open_(*, width: int = 1280, locale: str = "es-AR", dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale=locale,
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        made.append(context)
        return context.new_page()

    yield open_
    for context in made:
        context.close()


def still(page: Page) -> None:
    """Until what was pressed has been answered."""
    page.wait_for_timeout(300)  # on its way
    ended(page)


def reviewed(page: Page, shop: Shop, files: list[Path], lang: str = "es") -> None:
    """Choose the files and wait until what they say stands there."""
    page.goto(f"{shop.address}/sucursales?step=file&lang={lang}")
    page.locator("input[type=file]").first.set_input_files(files)
    button(page, "^.*(Revisar l|Revisar a|Revisar as|Review the)").click()
    page.wait_for_url(re.compile("review="), timeout=LONG)
    expect(button(page, "marcada|marked")).to_be_visible(timeout=LONG)
    still(page)


HEIGHT = "Math.ceil(document.querySelector('[data-testid=stMainBlockContainer]').getBoundingClientRect().height)"


def shot(page: Page, name: str) -> None:
    """A picture of the whole page, where somebody asked for pictures."""
    folder = os.environ.get("MPKIT_SCREENSHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    size = page.viewport_size or {"width": 1280, "height": 900}
    seen = 0
    while (high := page.evaluate(HEIGHT)) != seen:  # what is long is drawn as it comes into sight
        seen = high
        page.set_viewport_size({"width": size["width"], "height": max(600, min(high, 9000))})
        still(page)
        page.wait_for_timeout(900)
    page.screenshot(path=Path(folder) / f"{name}.png")
    page.set_viewport_size(size)


def view(page: Page, name: str) -> None:
    page.get_by_role("radio", name=re.compile(f"{name}$")).first.click()
    still(page)


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


CONTRAST = """() => {
    const numbers = text => text.match(/[\\d.]+/g).map(Number);
    const light = rgb => rgb.map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
    return Math.min(...[...document.querySelectorAll(".stButtonGroup [data-selected=true] p")].map(letters => {
        const layers = [];
        for (let at = letters; at; at = at.parentElement) layers.push(numbers(getComputedStyle(at).backgroundColor));
        const ground = layers.reverse().reduce((below, [r, g, b, a = 1]) =>
            [r, g, b].map((c, n) => c * a + below[n] * (1 - a)), [255, 255, 255]);
        const pair = [light(numbers(getComputedStyle(letters).color)), light(ground)].sort((a, b) => b - a);
        return (pair[0] + 0.05) / (pair[1] + 0.05);
    }));
}"""


def legible(page: Page) -> float:
    """The contrast of the letters on what is chosen of several (WCAG 2.2), the least on the page."""
    return float(page.evaluate(CONTRAST))


DRAWN = "map => [map.dataset.shown ?? null, map.dataset.scale ?? null]"


def drawn(page: Page) -> tuple[int, int]:
    """How many points the map shows, and how close it is, once it stays so."""
    seen, now = None, page.locator("canvas[data-part=map]").evaluate(DRAWN)
    while seen != now or None in now:
        page.wait_for_timeout(150)
        seen, now = now, page.locator("canvas[data-part=map]").evaluate(DRAWN)
    return int(now[0]), int(now[1])


FIND = """map => {
    const box = map.getBoundingClientRect();
    for (let y = 8; y < box.height; y += 8) for (let x = 8; x < box.width; x += 8) {
        map.dispatchEvent(new PointerEvent("pointermove", {clientX: box.x + x, clientY: box.y + y, bubbles: true}));
        if (map.style.cursor === "pointer") return [x, y];
    }
}"""


def looked_at_on_the_map(page: Page) -> None:
    """Closer by a press, to a state by its name, moved by hand; a point that is pressed shows what is found there."""
    view(page, "Mapa")
    everything, far = drawn(page)
    map_ = page.locator("canvas[data-part=map]")
    page.get_by_role("button", name="Acercar").click()
    expect(map_).not_to_have_attribute("data-scale", str(far), timeout=LONG)
    assert drawn(page)[1] > far
    page.get_by_label("Ir a").select_option(label="Chubut")
    expect(map_).to_have_attribute("data-shown", "0", timeout=LONG)  # nothing lies there
    page.get_by_label("Ir a").select_option(label="Todas las sucursales")
    expect(map_).to_have_attribute("data-shown", str(everything), timeout=LONG)
    expect(map_).to_have_attribute("data-scale", str(far), timeout=LONG)
    map_.focus()
    for key in ("+", "ArrowLeft", "-"):
        page.keyboard.press(key)
    drawn(page)
    x, y = map_.evaluate(FIND)
    map_.click(position={"x": x, "y": y})
    expect(page.get_by_role("heading", name=re.compile("Centro|Norte"))).to_be_visible(timeout=LONG)
    shot(page, "importar-mapa")


def steps(shop: Shop, page: Page) -> list[str]:
    name = re.search(r"review=(\w+)", page.url)
    assert name is not None
    begun = rows.find(open_store(f"sqlite:///{shop.data / 'mpkit.sqlite'}"), "", name[1])
    assert begun is not None
    return [str(step["do"]) for step in begun.steps]


def test_what_is_found_is_corrected_on_screen(shop: Shop, open_page: Open, hosts: set[str], tmp_path: Path) -> None:
    norte = tmp_path / "norte.csv"
    norte.write_text(HEAD + NORTE, encoding="utf-8")
    page = open_page()
    reviewed(page, shop, [norte])
    expect(page.get_by_text("de 3 filas salen 1 sucursal")).to_be_visible(timeout=LONG)
    shot(page, "importar-corregir")
    looked_at_on_the_map(page)
    view(page, "Para corregir")

    # A value taken, pressed twice: one step; and a link pasted where coordinates are missing.
    use = button(page, "Usar «Santa Fe»")
    clicks(use, 2, 300)
    expect(page.get_by_text("de 3 filas salen 2 sucursales")).to_be_visible(timeout=LONG)
    assert steps(shop, page) == ["edit"]
    still(page)
    page.get_by_label("Enlace de mapa, o latitud y longitud").first.fill(LINK)
    button(page, "Guardar").click()
    expect(page.get_by_text("de 3 filas salen 3 sucursales")).to_be_visible(timeout=LONG)

    # A reload, another tab, and a step back.
    page.reload()
    expect(page.get_by_text("de 3 filas salen 3 sucursales")).to_be_visible(timeout=LONG)
    other = open_page()
    other.goto(page.url)
    expect(other.get_by_text("de 3 filas salen 3 sucursales")).to_be_visible(timeout=LONG)
    button(page, "Deshacer").click()
    expect(page.get_by_text("de 3 filas salen 2 sucursales")).to_be_visible(timeout=LONG)
    assert steps(shop, page) == ["edit", "edit", "undo"]

    with page.expect_download(timeout=LONG) as waiting:
        button(page, "Bajar planilla marcada").click()
    assert zipfile.is_zipfile(waiting.value.path())
    for name in VIEWS["es"] if os.environ.get("MPKIT_SCREENSHOTS") else ():
        if name not in {"Mapa", "Para corregir"}:
            view(page, name)
            shot(page, f"importar-{name.lower().replace(' ', '-')}")
    assert "Salta" in norte.read_text(encoding="utf-8"), "the merchant's own file is never written to"
    assert hosts <= {urlsplit(shop.address).netloc, ""}, hosts


def test_several_files_on_a_phone(shop: Shop, open_page: Open, tmp_path: Path) -> None:
    norte, sur = tmp_path / "norte.csv", tmp_path / "sur.csv"
    norte.write_text(HEAD + NORTE, encoding="utf-8")
    sur.write_text(HEAD + NORTE.splitlines()[0].replace("450", "470") + "\n", encoding="utf-8")
    page = open_page(width=390, locale="pt-BR", dark=True)
    reviewed(page, shop, [norte, sur], "pt")
    for name in VIEWS["pt"]:
        view(page, name)
        assert sideways(page) <= 0, name
        assert legible(page) >= LEGIBLE, name
    shot(page, "importar-telefono")
    with page.expect_download(timeout=LONG) as waiting:
        button(page, "Baixar planilhas marcadas").click()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        assert {"norte.xlsx", "sur.xlsx"} < set(archive.namelist())


def test_the_open_files_as_a_new_user_would(
    shop: Shop, open_page: Open, hosts: set[str], shared: Path, bar: Bar
) -> None:
    """Every open file imported in Chromium: all views, three languages, desktop and phone, light and dark."""
    seen = 0
    for seed in bar.rounds(stated=len(OPEN_FILES) * 3, reduced=1):
        name = OPEN_FILES[seed % len(OPEN_FILES)]
        file = shared / "data" / "branches" / name
        if not file.is_file():
            pytest.skip(f"the list {name} is not in the folder of test data")
        nth, turn = seed % len(OPEN_FILES), seed // len(OPEN_FILES)
        lang, width, dark = tuple(VIEWS)[(nth + turn) % 3], (1280, 390)[(nth + turn) % 2], (nth // 2 + turn) % 2 == 1
        page = open_page(width=width, locale={"es": "es-AR", "pt": "pt-BR", "en": "en-US"}[lang], dark=dark)
        reviewed(page, shop, [file], lang)
        for shown in VIEWS[lang]:
            view(page, shown)
            assert sideways(page) <= 0, (name, shown)
            assert legible(page) >= LEGIBLE, (name, shown)
            assert not page.get_by_test_id("stException").count(), (name, shown)
            shot(page, f"{Path(name).stem}-{lang}-{width}-{shown.lower().replace(' ', '-')}")
            seen += 1
        page.close()
    bar.saw(f"{seen} views, none failed or scrolled sideways")
    assert hosts <= {urlsplit(shop.address).netloc, ""}, hosts
