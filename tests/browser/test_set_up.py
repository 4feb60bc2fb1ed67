"""Set-up on screen in a real browser: however a press is pressed it is one job, and every page stands in every way."""

from __future__ import annotations

import json
import os
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pydantic import SecretStr

from mpkit import accounts, branches, jobs
from mpkit.accounts import tokens
from mpkit.branches import Origin
from mpkit.db import Engine, open_store
from mpkit.jobs import Job
from mpkit.model import Account, Amount, Branch, Location, Register
from mpkit.settings import load
from mpkit.work import silent
from tests.browser.conftest import TOKEN, Shop, button, clicks, still
from tests.soak import Bar

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
LONG = 90_000
COUNT = 6  # branches of the list, two registers each
PANEL = {"street_name": "Salta", "street_number": "99", "latitude": -32.95, "longitude": -60.7}
WAYS = ("double", "five", "tabs", "reload", "closed", "other")
LOCALES = {"es": "es-AR", "pt": "pt-BR", "en": "en-US"}
APPLY = r"Cambiar \S+ sucursal$"
DONE = re.compile(r"Listo\. Cambiadas")
Open = Callable[..., Page]


class House:
    """The data folder the dashboard works in, seen from beside it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        token = SecretStr(TOKEN)
        settings = load(data=shop.data, api_url=shop.sandbox, access_token=token, store_url="")
        self.bench = jobs.Workbench(settings, open_store(settings.database))
        self.account: Account = self.bench.account()
        tokens.keep(shop.data, self.account.id, token)
        accounts.set_amount(self.store, self.account.id, Amount.BUYER)

    @property
    def store(self) -> Engine:
        return self.bench.store

    def want(self) -> None:
        """A list of a few branches, as from a file."""
        wanted, tills = [], []
        for n in range(1, COUNT + 1):
            place = Location("Mitre", str(100 * n), "Rosario", "Santa Fe", -32.94 - n / 500, -60.65 - n / 500)
            wanted.append(Branch(f"SUR{n}", f"Sur {n}", place, own_id=f"{n:03d}", region="Norte" if n % 2 else "Sur"))
            tills += [Register(f"SUR{n}C0{k}", f"SUR{n}", f"Sur {n} Caja {k}") for k in (1, 2)]
        panel = self.press(action="create_store", name="Sur 99", state="Santa Fe", city="Rosario", **PANEL)
        self.press(action="create_pos", name="Caja 1", store_id=panel)
        wanted.append(Branch("SUR99", "Sur 99", Location("Salta", "99", "Rosario", "Santa Fe", -32.95, -60.7)))
        tills.append(Register("SUR99C01", "SUR99", "Sur 99 Caja 1"))
        origin = Origin("file", what="sucursales.xlsx")
        branches.propose(self.store, self.account.id, wanted, tills, origin=origin, clock=self.bench.seams.clock)

    def press(self, **what: object) -> str:
        """What somebody does in the panel; the id of the object."""
        body = json.dumps(what).encode()
        request = urllib.request.Request(
            f"{self.shop.sandbox}/_sandbox/panel", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(json.loads(answer.read())["id"])

    def run(self, kind: str, key: str, **arguments: object) -> Job:
        given = {"account": self.account.id, "who": "screen", "language": "es", **arguments}
        job = jobs.run_now(
            self.bench, account=self.account.id, kind=kind, key=key, arguments=given, progress=silent, who="screen"
        )
        assert job.state == "done", job.error
        return job

    def applies(self) -> list[Job]:
        return list(jobs.page(self.store, self.account.id, kinds=["apply"], most=1000)[1])

    def begun(self, before: int) -> None:
        """Until there is one job more than before: the press has arrived."""
        self._until(lambda: len(self.applies()) > before)

    def settled(self) -> None:
        """Until nothing of the account is at work."""
        self._until(lambda: all(job.finished for job in self.applies()))

    def _until(self, so: Callable[[], bool]) -> None:
        end = time.monotonic() + LONG / 1000
        while not so() and time.monotonic() < end:
            time.sleep(0.05)

    def name(self, id_: str) -> str:
        return next(
            each.name for each in branches.wanted(self.store, self.account.id).branches if each.external_id == id_
        )

    def stored(self, id_: str) -> str:
        """What Mercado Pago calls the store."""
        stores = self.shop.asked("/_sandbox/state")["stores"]
        return next(str(each["name"]) for each in stores if each["external_id"] == id_)


@pytest.fixture(scope="module")
def house(shop: Shop) -> House:
    """Half of the list exists in the account; the other half is a wave that is still to come."""
    made = House(shop)
    made.want()
    plan = made.run("plan", "half", only=f"first={COUNT // 2}")
    made.run("apply", str((plan.result or {})["plan"]), plan=(plan.result or {})["plan"])
    made.run("kit", "B1", book="B1", sign="sticker-70x100", paper="a4", workers=1, registers=["SUR1C01", "SUR2C01"])
    return made


def screens(house: House) -> Iterator[tuple[str, str]]:
    """Every page of set-up, by a name and its address."""
    plan = house.run("plan", "all")
    yield "cambios", f"cambios?plan={plan.id}"
    yield "ola", "cambios"
    ids = {"only": "store:SUR1", "close": ["store:SUR1"], "about": "branch:SUR1"}
    edits = {
        "branches": {"SUR1": {"closed": True}},
        "registers": {"SUR1C01": {"closed": True}, "SUR1C02": {"closed": True}},
    }
    yield "cerrar", f"cambios?plan={house.run('plan', 'close', **ids, edits=edits).id}"
    yield "hecho", f"cambios?apply={house.applies()[-1].id}"
    for view in ("registers", "data", "signs", "sales", "story"):
        yield "sucursal" if view == "registers" else f"sucursal-{view}", f"sucursal?id=SUR1&view={view}"
    for view in ("code", "data", "story"):
        yield f"caja-{view}", f"caja?id=SUR1C01&view={view}"
    store = next(each["id"] for each in house.shop.asked("/_sandbox/state")["stores"] if each["external_id"] == "SUR2")
    house.press(action="edit_store", id=store, name="Local del centro")
    yield "diferencias", f"diferencias?drift={house.run('drift', 'screen').id}"
    yield "incorporar", f"incorporar?adopt={house.run('adopt', 'screen:look', match='').id}"
    yield "historial", "trabajos"
    yield "sucursales", "sucursales"


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_every_screen_stands_in_every_way(house: House, open_page: Open, bar: Bar) -> None:
    """The screens of set-up: three languages, desktop and phone, light and dark; none fails or scrolls sideways."""
    ways = [(lang, width, dark) for lang in LOCALES for width in (1280, 390) for dark in (False, True)]
    pages = list(screens(house))
    if not bar.whole and not os.environ.get("MPKIT_SCREENSHOTS"):
        pages = pages[::2]  # the others stand in tests/pages, without a browser
    seen = 0
    for seed in bar.rounds(stated=len(ways), reduced=1):
        lang, width, dark = ways[(seed * 5) % len(ways)]
        page = open_page(width=width, locale=LOCALES[lang], dark=dark)
        for name, where in pages:
            page.goto(f"{house.shop.address}/{where}{'&' if '?' in where else '?'}lang={lang}")
            expect(page.get_by_test_id("stHeading").first).to_be_visible(timeout=LONG)
            still(page)
            shot(page, name if seed == 0 else f"{name}-{lang}-{width}-{'dark' if dark else 'light'}")
            assert sideways(page) <= 0, (name, lang, width)
            assert not page.get_by_test_id("stException").count(), name
            assert not page.locator("[data-testid=stAlertContentError]").count(), name
            seen += 1
        page.context.close()
    bar.saw(f"{seen} views, none failed or scrolled sideways")


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    made: list[BrowserContext] = []

    def open_(*, width: int = 1280, locale: str = "es-AR", dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale=locale,
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        made.append(context)
        return context.new_page()

    yield open_
    for context in made:
        context.close()


def shot(page: Page, name: str) -> None:
    """A picture of the whole page, where somebody asked for pictures."""
    folder = os.environ.get("MPKIT_SCREENSHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    size = page.viewport_size or {"width": 1280, "height": 900}
    high = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(600, min(high, 2600))})
    page.wait_for_timeout(900)
    page.screenshot(path=Path(folder) / f"{name}.png")
    page.set_viewport_size(size)


def renaming(page: Page, house: House, id_: str, name: str) -> str:
    """From the branch's page to what renaming it would do; the address of that."""
    page.goto(f"{house.shop.address}/sucursal?id={id_}&lang=es")
    expect(page.get_by_role("heading", name=house.name(id_))).to_be_visible(timeout=LONG)
    still(page)
    page.get_by_role("radio", name=re.compile("Cambiar el nombre$")).first.click()
    field = page.get_by_label("Nombre de la sucursal")
    expect(field).to_be_visible(timeout=LONG)
    field.fill(name)
    clicks(button(page, "Ver qué cambiaría"), 2, 250)
    expect(button(page, APPLY)).to_be_visible(timeout=LONG)
    return page.url


def looked_at(page: Page, house: House, id_: str, name: str) -> str:
    """The same comparison, asked for beside the browser."""
    what = {"only": f"store:{id_}", "edits": {"branches": {id_: {"name": name}}}, "about": f"branch:{id_}"}
    address = f"{house.shop.address}/cambios?plan={house.run('plan', name, **what).id}&lang=es"
    page.goto(address)
    expect(button(page, APPLY)).to_be_visible(timeout=LONG)
    return address


def press(page: Page, open_page: Open, way: str, arrived: Callable[[], None]) -> None:
    """Press the one button in one of the ways people do; `arrived` comes back once there is a job."""
    apply = button(page, APPLY)
    if way == "double":
        clicks(apply, 2, 300)
    elif way == "five":
        clicks(apply, 5, 130)
    elif way == "tabs":
        other = open_page()
        other.goto(page.url)
        expect(button(other, APPLY)).to_be_enabled(timeout=LONG)
        still(other)
        apply.click()
        button(other, APPLY).click(timeout=LONG)
        expect(other.get_by_text(DONE)).to_be_visible(timeout=LONG)
    elif way == "other":
        another = button(page, "Bajar la comparación").element_handle(timeout=LONG)
        apply.evaluate("(apply, another) => { apply.click(); another.click(); }", another)
    else:
        apply.click()
        arrived()  # what has not left the browser yet is no press; a page gone before its job has begun is one
        page.reload() if way == "reload" else page.close()


def test_a_press_is_one_job_however_it_is_pressed(house: House, open_page: Open, bar: Bar) -> None:
    """A press (double, five clicks, two tabs, reload, closed tab, other control touched) is one job and one request."""
    first = len(house.applies())
    for seed in bar.rounds(stated=100, reduced=len(WAYS)):
        way, id_ = WAYS[seed % len(WAYS)], f"SUR{1 + seed % (COUNT // 2)}"
        name = f"Sur {way} {seed}"
        before, writes = len(house.applies()), len(house.shop.writes())
        page = open_page()
        way_there = renaming if seed == 0 or bar.whole else looked_at  # walked once: what is tried here is the press
        address = way_there(page, house, id_, name)
        assert len(house.shop.writes()) == writes, "looking writes nothing"
        assert house.name(id_) != name, "looking does not change the list"
        press(page, open_page, way, partial(house.begun, before))
        if way == "closed":
            page = open_page()
            page.goto(address)
        expect(page.get_by_text(DONE)).to_be_visible(timeout=LONG)
        still(page)  # every click of it has been answered
        house.settled()
        found = house.applies()
        assert [job.state for job in found[: len(found) - before]] == ["done"], (seed, way)
        made = [each for each in house.shop.writes()[writes:] if each["method"] in {"POST", "PUT", "DELETE"}]
        assert [each["method"] for each in made] == ["PUT"], (seed, way, made)
        assert house.name(id_) == name
        assert house.stored(id_) == name
        page.context.close()
    assert len(house.applies()) == first + bar.row.run, "none came late"
    bar.saw("one job and one request for each press")


@pytest.mark.soak
def test_a_long_run_is_paused_gone_on_with_and_given_up(house: House, open_page: Open) -> None:
    """A run of 800 is paused on screen, goes on, is cancelled, and undone: nothing twice, nothing left."""
    wanted, tills = [], []
    for n in range(400):
        place = Location("Mitre", str(n + 1), "Rosario", "Santa Fe", -32.9 - n / 9000, -60.6 - n / 9000)
        wanted.append(Branch(f"OESTE{n}", f"Oeste {n}", place, region="Oeste"))
        tills.append(Register(f"OESTE{n}C01", f"OESTE{n}", f"Oeste {n} Caja 1"))
    origin = Origin("file", what="oeste.xlsx")
    branches.propose(house.store, house.account.id, wanted, tills, origin=origin, clock=house.bench.seams.clock)
    before = len(house.shop.asked("/_sandbox/state")["stores"])
    page = open_page()
    page.goto(f"{house.shop.address}/cambios?lang=es")
    page.get_by_role("radio", name=re.compile("Una región$")).click(timeout=LONG)
    page.get_by_label("Regiones").click(timeout=LONG)
    page.get_by_role("option", name="Oeste").click(timeout=LONG)
    page.keyboard.press("Escape")
    button(page, "Revisar cambios").click(timeout=LONG)
    button(page, "Crear 400 sucursales y 400 cajas").click(timeout=LONG)
    expect(button(page, "Pausar")).to_be_enabled(timeout=LONG)
    expect(page.get_by_text(re.compile("por minuto"))).to_be_visible(timeout=LONG)
    shot(page, "corrida")
    button(page, "Pausar").click()
    expect(page.get_by_text(re.compile("En pausa: "))).to_be_visible(timeout=LONG)
    shot(page, "en-pausa")
    button(page, "Seguir").click()
    expect(button(page, "Cancelar lo que falta")).to_be_enabled(timeout=LONG)
    page.wait_for_timeout(2500)
    button(page, "Cancelar lo que falta").click()
    expect(page.get_by_text(re.compile("Cancelado: |Listo"))).to_be_visible(timeout=LONG)
    state = house.shop.asked("/_sandbox/state")
    ids = [each["external_id"] for kind in ("stores", "pos") for each in state[kind] if each["external_id"]]
    assert len(ids) == len(set(ids))
    button(page, "Deshacer esta corrida").click(timeout=LONG)
    field = page.get_by_label(re.compile("^Escribir"))
    expect(field).to_be_visible(timeout=LONG)
    field.fill(re.findall(r"\d+", field.get_attribute("aria-label") or "")[0])
    field.press("Enter")
    button(page, r"Cerrar \d+ sucursales").click(timeout=LONG)
    expect(page.get_by_text(re.compile(r"Listo\. Cerradas"))).to_be_visible(timeout=LONG)
    assert len(house.shop.asked("/_sandbox/state")["stores"]) == before
