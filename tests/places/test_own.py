"""An account's own catalogue: read over HTTP, kept, learned from refusals; and it decides."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from mpkit import accounts, settings, sheet
from mpkit.api import valid_values
from mpkit.db import Engine, open_store
from mpkit.errors import RefusedByApi
from mpkit.jobs import Workbench
from mpkit.jobs.judging import places_of
from mpkit.jobs.kinds import places as reading
from mpkit.jobs.rows import latest
from mpkit.model import Account
from mpkit.places import catalogue, listed, rows
from mpkit.places.own import of_account
from mpkit.work import Seams, SystemClock, silent

ACCOUNT = Account("77", "TIENDA", "MLA", test=True)
NOW = SystemClock().now()


def kept(*states: tuple[str, str, tuple[str, ...] | None]) -> list[rows.Listed]:
    return [rows.Listed(state, state_id, cities, NOW) for state, state_id, cities in states]


def test_nothing_is_known_before_anything_was_read(store: Engine) -> None:
    assert of_account(store, ACCOUNT) is None
    assert rows.stamp(store, "77") == ""


def test_what_was_read_decides_and_has_the_points_of_the_built_in_list(store: Engine) -> None:
    rows.keep(
        store, "77", kept(("Capital Federal", "AR-C", ("Belgrano", "Palermo")), ("Córdoba", "AR-X", ("Cordoba",)))
    )
    own = of_account(store, ACCOUNT)
    assert own is not None
    assert own.decides
    assert own.states == ("Capital Federal", "Córdoba")
    assert own.cities("Capital Federal") == ("Belgrano", "Palermo")
    assert own.point("Capital Federal", "Palermo") == catalogue("MLA").point("Capital Federal", "Palermo")
    assert own.match_city("Córdoba", "Córdoba").value == "Cordoba", "its spelling, not ours"
    assert own.code("Capital Federal") == "AR-C"
    assert listed("MLA", own) is own
    assert listed("MLB", own) is catalogue("MLB")


def test_accounts_do_not_see_each_others(store: Engine) -> None:
    rows.keep(store, "77", kept(("Córdoba", "AR-X", ("Cordoba",))))
    assert of_account(store, Account("78", "OTRA", "MLA", test=True)) is None


def test_reading_anew_takes_away_what_is_no_longer_there(store: Engine) -> None:
    rows.keep(store, "77", kept(("Córdoba", "AR-X", ("Cordoba",)), ("Oz", "AR-O", ("Emerald",))))
    rows.keep(store, "77", kept(("Córdoba", "AR-X", ("Córdoba",))))
    assert [(one.state, one.cities) for one in rows.kept(store, "77")] == [("Córdoba", ("Córdoba",))]


def refused(text: str) -> tuple[str, tuple[str, ...]]:
    error = RefusedByApi("api_refused", status=400, code="validation_error", cause="", detail=text)
    told = valid_values(error)
    assert told is not None
    return told


def test_a_refusal_that_lists_cities_teaches_its_state_only(store: Engine) -> None:
    field, values = refused("location.city_name was invalid. Valid values are: Culiacán, Los Mochis , Mazatlán")
    account = Account("77", "TIENDA", "MLM", test=True)
    assert rows.learn(store, "77", field, "Sinaloa", values, at=NOW) == ("Sinaloa",)
    assert rows.learn(store, "77", field, "Sinaloa", values, at=NOW) == (), "the same again teaches nothing"
    own = of_account(store, account)
    assert own is not None
    assert own.cities("Sinaloa") == ("Culiacán", "Los Mochis", "Mazatlán")
    assert own.decides_in("Sinaloa")
    assert not own.decides
    assert not own.decides_in("Sonora")
    assert own.cities("Sonora") == catalogue("MLM").cities("Sonora")


def test_a_refusal_that_lists_states_gives_their_names(store: Engine) -> None:
    field, values = refused("location.state_name was invalid. Valid values are: Cordoba, Pcia. de Buenos Aires")
    rows.learn(store, "77", field, "", values, at=NOW)
    own = of_account(store, ACCOUNT)
    assert own is not None
    assert own.states == ("Cordoba", "Pcia. de Buenos Aires")
    assert own.match_state("Córdoba").value == "Cordoba"
    assert own.code("Pcia. de Buenos Aires") == "AR-B"
    assert not own.decides_in("Cordoba"), "its cities are not known yet"
    assert "Mar del Plata" in own.cities("Pcia. de Buenos Aires")


def test_a_refusal_never_undoes_a_list_that_was_read(store: Engine) -> None:
    rows.keep(store, "77", kept(("Córdoba", "AR-X", ("Cordoba",)), ("Salta", "AR-A", ("Salta",))))
    rows.learn(store, "77", "city_name", "Córdoba", ("Córdoba", "Río Cuarto"), at=NOW)
    found = {one.state: one for one in rows.kept(store, "77")}
    assert found["Salta"].cities == ("Salta",)
    assert (found["Córdoba"].cities, found["Córdoba"].state_id) == (("Córdoba", "Río Cuarto"), "AR-X")


@pytest.fixture
def bench(tmp_path: Path, start_sandbox) -> Workbench:
    running = start_sandbox(site="MLU", seed=3)
    chosen = settings.load(data=tmp_path, store_url="", access_token=SecretStr(running.token), api_url=running.url)
    return Workbench(chosen, open_store(chosen.database), Seams())


def test_a_job_reads_it_state_by_state_and_not_again_while_it_is_fresh(bench: Workbench) -> None:
    account = bench.account()
    told = reading.run(bench, {"account": account.id}, silent)
    assert told["read"] is True
    assert told["states"] == 19
    assert told["cities"] == len({(place.state, place.city) for place in catalogue("MLU").places})
    before = bench.mercadopago(account).requests
    assert reading.run(bench, {"account": account.id}, silent)["read"] is False
    assert bench.mercadopago(account).requests == before
    old = [
        rows.Listed(o.state, o.state_id, o.cities, o.at - timedelta(days=31))
        for o in rows.kept(bench.store, account.id)
    ]
    rows.keep(bench.store, account.id, old)
    assert reading.run(bench, {"account": account.id}, silent)["read"] is True
    own = places_of(bench)
    assert own is not None
    assert own.decides


def test_where_mercado_pago_cannot_be_asked_what_is_known_serves(tmp_path: Path) -> None:
    chosen = settings.load(data=tmp_path, store_url="", access_token=None, api_url="http://127.0.0.1:9")
    bench = Workbench(chosen, open_store(chosen.database), Seams())
    accounts.pin(bench.store, ACCOUNT, chosen.api_url)
    reading.freshen(bench, ACCOUNT, silent)
    assert places_of(bench) is None
    assert latest(bench.store, "77", "places") is None


HEAD = "codigo;nombre;direccion;ciudad;provincia;lat;lng\n"
ROWS = (
    "S1;Uno;Cabildo 2040;Belgrano;Capital Federal;-34.5627;-58.4583\n"
    "S2;Dos;San Martin 50;Rosarioo;Santa Fe;;\n"
    "S3;Tres;Mitre 10;Villa Inventada;Santa Fe;;\n"
)


def test_the_account_decides_where_ours_only_warns(store: Engine, tmp_path: Path) -> None:
    file = tmp_path / "sucursales.csv"
    file.write_text(HEAD + ROWS, encoding="utf-8")
    ours = sheet.check(file, site="MLA", accept=("missing_coordinates",))
    said = {(f.code, f.record): f for f in ours.findings if f.code.startswith("city")}
    assert {key: f.severity.value for key, f in said.items()} == {
        ("city_misspelled", 2): "warning",
        ("city_unknown", 3): "warning",
    }
    rows.keep(
        store, "77", kept(("Capital Federal", "AR-C", ("Belgrano",)), ("Santa Fe", "AR-S", ("Rosario", "Santa Fe")))
    )
    own = of_account(store, ACCOUNT)
    decided = sheet.check(file, site="MLA", places=own, accept=("missing_coordinates",))
    said = {(f.code, f.record): f for f in decided.findings if f.code.startswith("city")}
    assert {key: f.severity.value for key, f in said.items()} == {
        ("city_misspelled", 2): "blocking",
        ("city_unknown", 3): "blocking",
    }
    assert said["city_misspelled", 2].suggestion == "Rosario"
    agreed = sheet.check(file, site="MLA", places=own, accept=("missing_coordinates", "city_misspelled"))
    assert [(b.own_id, b.location.city) for b in agreed.branches] == [("S1", "Belgrano"), ("S2", "Rosario")]


def test_where_the_account_lists_quarters_the_point_says_which(store: Engine, tmp_path: Path) -> None:
    quarters = ("Belgrano", "Palermo", "Recoleta", "San Nicolás")
    towns = ("La Matanza", "La Plata", "Mar del Plata")
    rows.keep(store, "77", kept(("Capital Federal", "AR-C", quarters), ("Buenos Aires", "AR-B", towns)))
    file = tmp_path / "sucursales.csv"
    file.write_text(
        HEAD + "S1;Uno;Cabildo 2040;CABA;CABA;-34.5627;-58.4583\n"
        "S2;Dos;Corrientes 900;Buenos Aires;Capital Federal;-34.6035;-58.3810\n"
        "S3;Tres;Santa Fe 3000;Palermo;Ciudad Autónoma de Buenos Aires;-34.5795;-58.4241\n"
        "S4;Cuatro;Santa Fe 3001;CABA;Capital Federal;;\n"
        "S5;Cinco;Calle 7 700;La Pltaa;Bs As;-34.9216;-57.9545\n",
        encoding="utf-8",
    )
    found = sheet.check(file, site="MLA", places=of_account(store, ACCOUNT), accept=("missing_coordinates",))
    said = [(b.own_id, b.location.city, b.location.state) for b in found.branches]
    assert said == [
        ("S1", "Belgrano", "Capital Federal"),
        ("S2", "San Nicolás", "Capital Federal"),
        ("S3", "Palermo", "Capital Federal"),
        ("S5", "La Plata", "Buenos Aires"),
    ]
    assert [f.record for f in found.findings if f.severity == "blocking"] == [4], "no point, so nobody knows which"
