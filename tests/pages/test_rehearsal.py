"""The rehearsal's page: only where all is invented, one play for two clicks, and what happened is told in words."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from mpkit import accounts, branches, jobs, ledger, rehearsal
from mpkit.db import open_store
from mpkit.errors import Refused, Unauthorised
from mpkit.jobs.rows import jobs as table
from mpkit.jobs.rows import live
from mpkit.model import WEEK, Account, Branch, Location, Register
from mpkit.settings import load
from mpkit.work import Seams, SystemClock, silent
from tests.pages.conftest import texts
from tests.pages.test_pages import leaked, of_code, title_of

pytestmark = pytest.mark.timeout(180)


@dataclass
class Stage:
    """A house with a list, all of it created, beside a sandbox of its own; `run` does what the page asked for."""

    data: Path
    url: str
    account: Account
    bench: jobs.Workbench
    at: Any

    def do(self, kind: str, key: str, **arguments: object) -> dict[str, Any]:
        wanted = {"account": self.account.id, **arguments}
        job = jobs.run_now(self.bench, account=self.account.id, kind=kind, key=key, arguments=wanted, progress=silent)
        return jobs.outcome(job)

    def run(self) -> None:
        """As the worker would."""
        for job in live(self.bench.store):
            self.do(job.kind, job.key, **job.arguments)

    def page(self, where: str = "rehearsal", **query: str) -> Any:
        return self.at(where, data=self.data, url=self.url, **query)

    def opened(self, **query: str) -> Any:
        """The page with its scene set."""
        self.page(**query)
        self.run()
        return self.page(**query)

    def scene(self) -> rehearsal.Scene:
        found = rehearsal.kept(self.data, self.account.id)
        assert found is not None
        return found

    def plays(self) -> list[Any]:
        """What was played; looks are no plays."""
        query = table.select().where(table.c.kind == "play").order_by(table.c.created)
        with self.bench.store.connect() as connection:
            return [row for row in connection.execute(query) if row.arguments["act"] != "look"]


@pytest.fixture
def stage(start_sandbox, at, tmp_path):
    shop = start_sandbox(site="MLA", stores=2, registers=4, payments=60, token="a-token-of-the-rehearsal")
    settings = load(data=tmp_path / "house", api_url=shop.url, access_token=SecretStr(shop.token), store_url="")
    settings.data.mkdir()
    hurried = Seams(sleep=lambda seconds: time.sleep(seconds / 20))  # its attempts on a bad day
    bench = jobs.Workbench(settings, open_store(settings.database), hurried)
    made = Stage(settings.data, shop.url, bench.account(), bench, at)
    here = Location("Caseros", "3039", "Rosario", "Santa Fe", -32.9468, -60.6393)
    hours = dict.fromkeys(WEEK[:5], (("08:00", "20:00"),))
    branch = Branch("L1", "Sucursal Centro", here, hours=hours)
    registers = [Register(f"L1C{n}", "L1", f"Caja {n}") for n in (1, 2)]
    origin = branches.Origin("screen", "tests")
    branches.propose(bench.store, made.account.id, [branch], registers, origin=origin, clock=SystemClock())
    made.do("sync", "first")  # not what a press asks for: a press right after it would be its second click
    plan = made.do("plan", "all", amount="buyer")
    made.do("apply", plan["plan"], plan=plan["plan"], language="es")
    yield made
    bench.store.dispose()


def told(test) -> str:
    return " ".join(texts(test)).replace("\\", "")


@pytest.mark.parametrize("lang", ["es", "pt", "en"])
def test_the_page_in_every_language_with_something_of_everything(stage, lang):
    test = stage.opened(lang=lang)
    for key in ("pay", "rush", "rename", "hours", "switch", "delete", "new", "bad", "time_hour"):
        test.button(key=key).click().run()
    stage.run()
    test = stage.page(lang=lang)
    for key in ("read_sales", "compare_account", "well"):
        test.button(key=key).click().run()
    stage.run()
    test.button(key="time_night").click().run()
    stage.run()
    test = stage.page(lang=lang)
    assert not test.exception
    assert not [each.value for each in test.error]
    assert title_of(test) == {"es": "Un día en el local", "pt": "Um dia na loja", "en": "A day at the shop"}[lang]
    assert not leaked(test)
    assert not of_code(test, lang)
    assert len(stage.plays()) == 11


def test_it_is_nowhere_for_a_real_account(at, walked, tmp_path):
    _, url, _, account = walked
    for name, one, where in (
        ("real", Account(account.id, "REAL", "MLA", test=False, name="Real"), url),
        ("far", Account(account.id, "TETE", "MLA", test=True, name="Far"), "https://api.mercadopago.com"),
    ):
        data = tmp_path / name
        data.mkdir()
        accounts.pin(open_store(f"sqlite:///{data / 'mpkit.sqlite'}"), one, where)
        menu = told(at("settings", data=data, url=where))
        assert one.name in menu
        assert "Un día en el local" not in told(at("", data=data, url=where))
        with pytest.raises(ValueError, match="Could not find a navigation page"):
            at("rehearsal", data=data, url=where)


def test_the_job_refuses_a_real_account_and_a_far_address(walked, tmp_path):
    _, url, _, account = walked
    for name, one, where in (
        ("real", Account(account.id, "REAL", "MLA", test=False), url),
        ("far", Account(account.id, "TETE", "MLA", test=True), "https://api.mercadopago.com"),
    ):
        settings = load(data=tmp_path / name, api_url=where, store_url="")
        (tmp_path / name).mkdir()
        bench = jobs.Workbench(settings, open_store(settings.database))
        accounts.pin(bench.store, one, where)
        arguments = {"account": one.id, "act": "delete", "press": "a"}
        job = jobs.run_now(bench, account=one.id, kind="play", key="a", arguments=arguments, progress=silent)
        assert job.state == "failed"
        with pytest.raises(Refused) as refused:
            jobs.outcome(job)
        assert refused.value.key == "rehearse_not_here"


def test_two_clicks_are_one_sale_and_the_next_press_is_another(stage, monkeypatch):
    monkeypatch.setattr("mpkit.pages.watch.TWICE", timedelta(minutes=1))  # also on a slow machine
    test = stage.opened()
    test.button(key="pay").click().run()
    test.button(key="pay").click().run()
    stage.run()
    test.button(key="pay").click().run()  # the first is over already, and still it is the same double click
    assert len(stage.plays()) == 1
    monkeypatch.setattr("mpkit.pages.watch.TWICE", timedelta())
    test.button(key="pay").click().run()
    stage.run()
    assert len(stage.plays()) == 2
    assert len({row.result["paid"][0] for row in stage.plays()}) == 2


def test_a_sale_is_followed_until_it_is_in_the_books(stage):
    test = stage.opened()
    test.segmented_control(key="pay_then").set_value("part").run()
    test.button(key="pay").click().run()
    stage.run()
    assert "Todavía no está en las ventas" in told(stage.page())
    (play,) = stage.plays()
    test.button(key="read_sales").click().run()
    stage.run()
    after = told(stage.page())
    assert "una sola vez. La devolución también." in after
    reloaded = told(stage.page())
    assert "Llegó a las ventas" in reloaded, "a reload keeps the list"
    found = told(stage.page("sales", period="dates", payment=play.result["paid"][0]))
    assert play.result["paid"][0] in found


def test_what_a_colleague_did_is_found_by_the_comparison(stage):
    listed = {each.external_id for each in branches.wanted(stage.bench.store, stage.account.id).registers}
    test = stage.opened()
    scene = stage.scene()
    till = next(each for each in scene.tills if each.external_id in listed)
    stranger = next(each for each in scene.tills if each.external_id not in listed)
    for each in (till, stranger):
        test.selectbox(key="edit_till").set_value(each.id).run()
        test.button(key="delete").click().run()
        stage.run()
    before = told(stage.page())
    assert "mpkit todavía no comparó" in before
    assert "No está en la lista" in before
    test.button(key="compare_account").click().run()
    stage.run()
    after = told(stage.page())
    assert "mpkit lo notó y propone crearla de nuevo." in after
    assert "No está en la lista" in after
    document = ledger.latest_plan(stage.bench.store, stage.account.id)
    assert [each["external_id"] for each in document["changes"] if each["kind"] == "create"] == [till.external_id]


def test_a_register_that_waits_for_nobody_is_told_and_found(stage):
    listed = {each.external_id for each in branches.wanted(stage.bench.store, stage.account.id).registers}
    test = stage.opened()
    till = next(each for each in stage.scene().tills if each.external_id in listed)
    test.selectbox(key="edit_till").set_value(till.id).run()
    test.button(key="switch").click().run()
    stage.run()
    test.selectbox(key="pay_till").set_value(till.id).run()
    test.button(key="pay").click().run()
    stage.run()
    assert stage.plays()[-1].result["waiting"] == 1, "the list says that the buyer enters the amount"
    test.button(key="compare_account").click().run()
    stage.run()
    after = told(stage.page())
    assert "no pudo: su app espera un importe que nadie manda" in after
    assert "En la lista es distinto: quién ingresa el monto" in after


def test_the_count_of_a_bad_day(stage):
    test = stage.opened()
    test.pills(key="fault_kinds").set_value(["errors", "half"]).run()
    test.button(key="faults").click().run()
    stage.run()
    test.button(key="read_sales").click().run()
    stage.run()
    stage.page()
    stage.run()
    scene = stage.scene()
    test = stage.page()
    shown = [each.value for each in test.metric]
    assert shown == [str(scene.bad.asked), str(scene.bad.struck), str(scene.bad.again), "0"]
    assert scene.bad.asked >= scene.bad.struck >= scene.bad.again
    assert "El servidor falla a propósito" in told(test)
    test.button(key="well").click().run()
    stage.run()
    assert stage.scene().faults == {}


def test_a_sandbox_that_is_gone_is_one_sentence(stage):
    gone = load(data=stage.data, api_url="http://127.0.0.1:9", store_url="")
    away = jobs.Workbench(gone, open_store(gone.database))
    arguments = {"account": stage.account.id, "act": "look", "press": "a"}
    job = jobs.run_now(away, account=stage.account.id, kind="play", key="a", arguments=arguments, progress=silent)
    assert job.state == "failed"
    test = stage.at("rehearsal", data=stage.data, url="http://127.0.0.1:9")
    assert ["no responde" in each.value for each in test.error] == [True]
    assert not [row for row in live(stage.bench.store) if row.kind == "play"], "not asked again at once"


def test_days_without_a_scene_show_no_press_that_would_fail(stage):
    test = stage.page()
    assert test.button(key="pay").disabled
    assert "Preparando el escenario" in told(test)


def test_an_expired_key_is_told_and_is_over_with_the_bad_day(stage, monkeypatch):
    monkeypatch.setattr("mpkit.pages.watch.TWICE", timedelta())  # the second reading is no double click
    test = stage.opened()
    test.pills(key="fault_kinds").set_value(["token"]).run()
    test.button(key="faults").click().run()
    stage.run()
    test.button(key="read_sales").click().run()
    (job,) = [each for each in live(stage.bench.store) if each.kind == "sync"]
    with pytest.raises(Unauthorised):
        stage.do(job.kind, job.key, **job.arguments)
    after = told(stage.page())
    assert "mpkit no pudo leer las ventas" in after
    assert "no acepta la clave de acceso" in after
    stage.run()
    test = stage.page()
    test.button(key="well").click().run()
    stage.run()
    test.button(key="read_sales").click().run()
    stage.run()
    assert "mpkit leyó las ventas: 0 nuevas o cambiadas" in told(stage.page())
