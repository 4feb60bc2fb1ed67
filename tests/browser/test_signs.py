"""From a brand to printed signs in a real browser: seen on the whole family, printed in three steps, taken home."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from pathlib import Path

import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from mpkit import jobs, kit
from mpkit.kit.signs.brand import folder_of
from tests.browser.conftest import Shop
from tests.browser.test_set_up import LONG, House, Open, button, clicks, open_page, shot, sideways, still

__all__ = ["open_page"]  # a fixture
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def house(shop: Shop) -> House:
    """Two branches of the list exist in the account."""
    made = House(shop)
    made.want()
    plan = made.run("plan", "first", only="first=2")
    made.run("apply", str((plan.result or {})["plan"]), plan=(plan.result or {})["plan"])
    return made


def logo() -> bytes:
    picture = Image.new("RGBA", (700, 300))
    ImageDraw.Draw(picture).ellipse((10, 10, 290, 290), fill="#C8442B")
    content = BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def read(pdf: Path) -> Counter[str]:
    """Every code of a PDF."""
    found: Counter[str] = Counter()
    for page in pdfium.PdfDocument(pdf.read_bytes()):
        drawn = page.render(scale=3, grayscale=True).to_numpy()
        found.update(code.text for code in zxingcpp.read_barcodes(drawn.reshape(drawn.shape[:2])))
    return found


def test_a_brand_is_chosen_and_kept(house: House, open_page: Open) -> None:
    """A logo, a line and a style: the whole family wears them at once; a double click keeps them once."""
    folder = folder_of(house.shop.data, house.account.id)
    page = open_page()
    page.goto(f"{house.shop.address}/marca?lang=es")
    expect(page.get_by_role("heading", name="Marca")).to_be_visible(timeout=LONG)
    still(page)
    page.locator("input[type=file]").first.set_input_files(
        {"name": "marca.png", "mimeType": "image/png", "buffer": logo()}
    )
    expect(button(page, "Sin logo|Quitar el logo")).to_be_visible(timeout=LONG)
    line = page.get_by_label("Frase arriba del título")
    line.fill("Desde 1952 en tu barrio")
    line.press("Enter")
    still(page)
    full = page.get_by_role("radio", name="Plena")
    full.click()
    expect(full).to_be_checked(timeout=LONG)
    still(page)
    expect(page.locator("[data-testid=stImage] img")).to_have_count(len(kit.designs()), timeout=LONG)
    clicks(button(page, "Guardar la marca"), 2, 150)
    expect(button(page, "Guardar la marca")).to_be_disabled(timeout=LONG)
    kept = kit.brand(folder)
    assert (kept.mood, kept.tagline) == ("full", "Desde 1952 en tu barrio")
    assert (folder / kept.logo).is_file()
    page.reload()
    expect(page.get_by_label("Frase arriba del título")).to_have_value(kept.tagline, timeout=LONG)
    still(page)
    shot(page, "marca")


def test_chosen_seen_printed_and_taken_home(house: House, open_page: Open, tmp_path: Path) -> None:
    """Three steps; a double click is one book, a reload shows it again, and its codes are the account's."""
    page = open_page()
    page.goto(f"{house.shop.address}/carteles?lang=es")
    expect(page.get_by_role("heading", name="1. Elegir el diseño")).to_be_visible(timeout=LONG)
    still(page)
    shot(page, "carteles-elegir")
    page.locator(".st-key-take_sticker-70x100 button").click()
    expect(page.get_by_role("heading", name="2. Ver cómo queda")).to_be_visible(timeout=LONG)
    still(page)
    page.reload()
    expect(page.get_by_role("heading", name="3. Imprimir")).to_be_visible(timeout=LONG)
    still(page)
    shot(page, "carteles-ver")
    owned = [each["qr_code"] for each in house.shop.asked("/_sandbox/state")["pos"] if each["external_id"]]
    clicks(button(page, "Preparar para imprimir"), 2, 150)
    done = page.get_by_text(f"Códigos verificados: {len(owned)} de {len(owned)}")
    expect(done).to_be_visible(timeout=LONG)
    page.reload()
    expect(done).to_be_visible(timeout=LONG)
    still(page)
    shot(page, "carteles-listos")
    books = jobs.page(house.store, house.account.id, kinds=["kit"], most=10)[1]
    assert [job.state for job in books] == ["done"], "two clicks are one book"
    with page.expect_download(timeout=LONG) as taken:
        button(page, "Archivo para imprenta").click()
    taken.value.save_as(tmp_path / "signs.pdf")
    assert read(tmp_path / "signs.pdf") == Counter(owned)


def test_on_a_phone(house: House, open_page: Open) -> None:
    page = open_page(width=390, locale="pt-BR")
    for path in ("marca", "carteles", "carteles?sign=tent-a5", "disenos"):
        page.goto(f"{house.shop.address}/{path}{'&' if '?' in path else '?'}lang=pt")
        expect(page.locator("h1").first).to_be_visible(timeout=LONG)
        still(page)
        shot(page, "telefone-" + path.replace("?sign=", "-"))
        assert sideways(page) <= 0, path
        if path == "carteles":
            card = page.locator("[class*='st-key-card_']").first.bounding_box()
            assert card is not None
            assert card["width"] > 300, "a card fills the width"
        assert not page.get_by_test_id("stException").count(), path
