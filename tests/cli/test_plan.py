"""`mpkit plan` and `mpkit apply` as a person and a script meet them: answers, sentences, exit codes."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.plan.chain import Listed, branch, chain, register
from tests.plan.shop import Shop


def written(listed: Listed, file: Path) -> Path:
    lines = ["codigo;nombre;calle;numero;localidad;provincia;latitud;longitud"]
    for one in listed.branches:
        place = one.location
        values = (one.external_id, one.name, place.street_name, place.street_number, place.city, place.state)
        lines.append(";".join(map(str, (*values, place.latitude, place.longitude))))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def shop(tmp_path: Path, start_sandbox: Callable[..., Any]) -> Shop:
    return Shop(tmp_path, start_sandbox(site="MLA", seed=7))


def test_from_a_file_to_existing_stores_and_nothing_left_to_do(shop: Shop, tmp_path: Path) -> None:
    file = written(chain(4), tmp_path / "sucursales.csv")
    code, out, err = shop.run("plan", str(file), "--json")
    assert (code, out) == (1, "")
    assert "--amount" in err
    code, out, err = shop.run("plan", str(file), "--amount", "own-system", "--out", "p.json", "--json")
    document = json.loads(out)
    assert code == 3, err
    assert document["summary"]["create"] == 8
    assert document == json.loads((tmp_path / "p.json").read_text())
    assert shop.creates() == {}  # a plan writes nothing
    code, out, err = shop.run("apply", "p.json", "--json")
    assert (code, out) == (1, "")
    assert "--yes" in err
    assert shop.creates() == {}
    code, out, err = shop.run("apply", "p.json", "--yes", "--out", "r.xlsx", "--json")
    result = json.loads(out)
    assert code == 0, err
    assert (result["done"], result["failed"], result["skipped"]) == (8, 0, 0)
    assert {row.fixed_amount for row in shop.sandbox.world.shelf.pos.values()} == {True}
    assert zipfile.is_zipfile(tmp_path / "r.xlsx")
    code, out, err = shop.run("plan", str(file), "--json")
    assert (code, json.loads(out)["changes"]) == (0, []), err
    assert set(shop.creates().values()) == {1}
    assert shop.sandbox.token not in "".join((tmp_path / "p.json").read_text() + out + err)


def test_the_same_plan_again_answers_the_same_and_sends_nothing(shop: Shop) -> None:
    shop.want(chain(2))
    shop.run("plan", "--amount", "buyer", "--out", "p.json")
    first = shop.run("apply", "p.json", "--yes", "--json")
    second = shop.run("apply", "p.json", "--yes", "--json")
    assert (first[0], second[0]) == (0, 0)
    assert json.loads(first[1])["results"] == json.loads(second[1])["results"]
    assert set(shop.creates().values()) == {1}


def test_a_plan_as_text_and_markdown(shop: Shop, tmp_path: Path) -> None:
    shop.want(chain(2))
    code, out, _ = shop.run("plan", "--amount", "buyer", "--only", "first=1", "--out", "p.md")
    assert code == 3
    assert "Create: 1 store, 1 register" in out
    assert (tmp_path / "p.md").read_text().startswith("# Account")


def test_what_makes_no_sense_is_wrong_usage(shop: Shop) -> None:
    for words in (("--amount", "nobody"), ("--only", "first=none"), ("--map", "city")):
        code, out, err = shop.run("plan", *words)
        assert (code, out) == (2, ""), words
        assert words[1] in err


def test_files_that_are_no_plan_are_refused_in_one_sentence(shop: Shop, tmp_path: Path) -> None:
    shop.want(chain(1))
    shop.run("plan", "--amount", "buyer", "--out", "p.json")
    document = json.loads((tmp_path / "p.json").read_text())
    document["changes"][0]["after"]["name"] = "Otra"
    (tmp_path / "altered.json").write_text(json.dumps(document))
    (tmp_path / "text.json").write_text("not json")
    (tmp_path / "list.json").write_text("[]")
    for name in ("altered.json", "text.json", "list.json", "absent.json"):
        code, out, err = shop.run("apply", name, "--yes")
        assert (code, out) == (1, ""), name
        assert err.strip().count("\n") == 0
        assert "Traceback" not in err
    assert shop.creates() == {}


def test_a_plan_of_another_account_is_refused(shop: Shop, tmp_path: Path, start_sandbox: Callable[..., Any]) -> None:
    shop.want(chain(1))
    shop.run("plan", "--amount", "buyer", "--out", "p.json")
    (tmp_path / "other").mkdir()
    other = Shop(tmp_path / "other", start_sandbox(site="MLA", seed=8))
    code, _, err = other.run("apply", "../p.json", "--yes")
    assert code == 1
    assert shop.sandbox.user_id in err
    assert other.sandbox.user_id in err
    assert other.creates() == {}


def test_a_list_that_moved_on_makes_the_plan_stale(shop: Shop) -> None:
    shop.want(chain(1))
    shop.run("plan", "--amount", "buyer", "--out", "p.json")
    shop.want(Listed((branch(0, name="Otro nombre"),)))
    code, _, err = shop.run("apply", "p.json", "--yes")
    assert code == 1
    assert "list" in err
    assert shop.creates() == {}


def test_a_change_of_many_needs_its_number(shop: Shop) -> None:
    listed = chain(6)
    shop.want(listed)
    shop.run("plan", "--amount", "buyer", "--out", "p.json")
    assert shop.run("apply", "p.json", "--yes")[0] == 0
    renamed = tuple(replace(one, name=f"Nueva {n}") for n, one in enumerate(listed.branches))
    shop.want(Listed(renamed, (register(0),)))
    code, out, _ = shop.run("plan", "--out", "q.json", "--json")
    assert (code, json.loads(out)["confirm"]) == (3, {"changes": 6, "stickers": None, "switches": None})
    code, _, err = shop.run("apply", "q.json", "--yes")
    assert code == 1
    assert "--confirm-changes 6" in err
    assert shop.run("apply", "q.json", "--yes", "--confirm-changes", "6")[0] == 0
    assert {row.name for row in shop.sandbox.world.shelf.stores.values()} == {one.name for one in renamed}


def test_a_server_that_is_down_is_one_sentence(shop: Shop) -> None:
    shop.want(chain(1))
    shop.run("plan", "--amount", "buyer", "--out", "p.json")
    shop.sandbox.close()
    process = shop.start("apply", "p.json", "--yes", "--json", hurried=True)
    out, err = process.communicate(timeout=240)
    assert (process.returncode, out) == (1, "")
    assert "Traceback" not in err
    assert err.strip()
