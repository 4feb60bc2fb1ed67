"""The rehearsal played in a real browser: a sale is followed into the books, a very bad day doubles nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_journey import button, twice

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
LONG = 120_000
PATIENCE = 120.0
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@dataclass(frozen=True)
class Demo:
    """A rehearsal as `mpkit demo` starts it."""

    address: str
    sandbox: str
    folder: Path

    def state(self) -> Any:
        with urllib.request.urlopen(f"{self.sandbox}/_sandbox/state", timeout=30) as answer:
            return json.loads(answer.read())


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("MPKIT_")}
    root = str(Path(__file__).parent.parent.parent)
    bare |= {"PYTHONUNBUFFERED": "1", "PYTHONPATH": root, "TMPDIR": str(tmp_path)}
    said = tmp_path / "said.txt"
    words = ["demo", "--port", "8720", "--stores", "2", "--registers", "4", "--payments", "300"]
    with said.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "mpkit", *words], env=bare, cwd=tmp_path, stdout=out, stderr=out
        )
    try:
        until = time.monotonic() + PATIENCE
        while "/ensayo" not in said.read_text(encoding="utf-8"):
            assert process.poll() is None, said.read_text(encoding="utf-8")
            assert time.monotonic() < until, said.read_text(encoding="utf-8")
            time.sleep(0.1)
        (folder,) = tmp_path.glob("mpkit-rehearsal-*")
        found = ADDRESS.search(said.read_text(encoding="utf-8")), ADDRESS.search((folder / "sandbox.log").read_text())
        assert found[0]
        assert found[1]
        yield Demo(found[0][0], found[1][0], folder)
    finally:
        process.terminate()
        process.wait(30)
    assert not folder.exists(), "nothing of a rehearsal stays"


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_a_day_at_the_shop(demo: Demo, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="es-AR")
    hosts: set[str] = set()
    context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page = context.new_page()

    a_sale_is_followed(demo, page)
    a_list_is_begun(demo, page)
    a_very_bad_day_doubles_nothing(demo, page)
    a_colleague_is_found_out(demo, page)

    # On a phone nothing scrolls sideways.
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(800)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert hosts <= {urlsplit(demo.address).netloc, ""}, hosts
    context.close()


def a_sale_is_followed(demo: Demo, page: Page) -> None:
    """A customer pays, by an impatient hand; mpkit reads the sales; the sale stands on the sales page."""
    page.goto(f"{demo.address}/ensayo")
    before = demo.state()["payments"]
    twice(button(page, "Pagar"))
    expect(page.get_by_text("Una venta de").first).to_be_visible(timeout=LONG)
    button(page, "Leer las ventas ahora").click()
    expect(page.get_by_text("una sola vez").first).to_be_visible(timeout=LONG)
    page.reload()
    expect(page.get_by_text("una sola vez").first).to_be_visible(timeout=LONG)
    assert demo.state()["payments"] == before + 1, "two clicks, one sale"
    page.get_by_role("link", name="Ver en Ventas").first.click()
    expect(page.get_by_role("heading", name="Ventas")).to_be_visible(timeout=LONG)
    (paid,) = parse_qs(urlsplit(page.url).query)["payment"]
    expect(page.get_by_text(re.compile(f"Pago {paid}"))).to_be_visible(timeout=LONG)


def a_list_is_begun(demo: Demo, page: Page) -> None:
    """The filled template goes into the list; the buyer enters the amount."""
    page.goto(f"{demo.address}/sucursales?step=file&example=1")
    button(page, "a mi lista").click(timeout=LONG)
    button(page, "Revisar y crear").click(timeout=LONG)
    page.get_by_text("Quien compra", exact=True).click(timeout=LONG)
    button(page, "Guardar la respuesta").click()
    expect(button(page, "Revisar cambios")).to_be_visible(timeout=LONG)


def a_very_bad_day_doubles_nothing(demo: Demo, page: Page) -> None:
    """The server fails in every way while all of the list is created."""
    page.get_by_role("link", name="Ensayo").click()
    expect(button(page, "Pagar")).to_be_enabled(timeout=LONG)
    tab(page, "El servidor")
    button(page, "Un día muy malo").click()
    expect(page.get_by_text("El servidor empezó a fallar")).to_be_visible(timeout=LONG)
    button(page, "Comparar con la cuenta").click()
    expect(page.get_by_text(re.compile(r"mpkit comparó: \d+ por cambiar"))).to_be_visible(timeout=LONG)
    page.get_by_role("link", name="Ver los cambios").first.click()
    press = button(page, r"Crear \d+ sucursales y \d+ cajas")
    expect(press).to_be_visible(timeout=LONG)
    stores, registers = (int(n) for n in re.findall(r"\d+", press.text_content() or ""))
    twice(press)
    expect(page.get_by_text(re.compile(r"Listo\. Creadas"))).to_be_visible(timeout=LONG)
    page.get_by_role("link", name="Ensayo").click()
    expect(page.get_by_text(re.compile(r"mpkit hizo \d+ cambios en la cuenta, todos bien"))).to_be_visible(timeout=LONG)
    told = page.get_by_text(re.compile(r"En el servidor hay \d+ sucursales y cajas creadas por mpkit"))
    expect(told).to_contain_text(f"hay {stores + registers} ", timeout=LONG)
    expect(told).to_contain_text(f"en sus libros, {stores + registers}.")
    _, struck, again, doubled = page.get_by_test_id("stMetricValue").all_inner_texts()
    assert int(struck) >= int(again) > 0
    assert doubled == "0"
    state = demo.state()
    made = Counter(state["effects"])
    assert (made["create store"], made["create pos"]) == (stores, registers)
    for kind in ("stores", "pos"):
        ids = [each["external_id"] for each in state[kind] if each["external_id"]]
        assert len(ids) == len(set(ids))


def a_colleague_is_found_out(demo: Demo, page: Page) -> None:
    """All well again; a colleague deletes a register, and the comparison says so."""
    before = len(demo.state()["pos"])
    tab(page, "El servidor")
    button(page, "Que todo ande bien").click()
    expect(page.get_by_text("El servidor volvió a andar bien")).to_be_visible(timeout=LONG)
    tab(page, "Un colega")
    twice(button(page, "Borrar la caja"))
    expect(page.get_by_text("En el panel, borraron").first).to_be_visible(timeout=LONG)
    button(page, "Comparar con la cuenta").click()
    expect(page.get_by_text("propone crearla de nuevo")).to_be_visible(timeout=LONG)
    assert len(demo.state()["pos"]) == before - 1, "two clicks, one register"
