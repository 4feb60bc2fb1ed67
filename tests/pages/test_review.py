"""A review on screen: every press one step in the store, found again after a reload; what is not shown is not read."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import ClassVar

import pytest

from mpkit import i18n, jobs
from mpkit.db import open_store
from mpkit.jobs.rows import live
from mpkit.pages import acting, comparing, judged
from mpkit.places.geocoder import Found, Sought
from mpkit.settings import load
from mpkit.sheet import gaps, rows
from mpkit.work import silent
from tests.pages.conftest import texts
from tests.pages.test_pages import leaked, of_code
from tests.sheet.test_book import OTHERS, book
from tests.sheet.test_kinds import HEAD as COLUMNS
from tests.sheet.test_kinds import SHOPS

HEAD = "codigo;nombre;direccion;ciudad;provincia;lat;lng\n"
ROWS = (
    "0425;Centro;San Martín 450;Rosario;Santa Fe;-32.9468;-60.6393\n"
    "0426;Norte;Mitre 12;Rosario;Salta;-32.9301;-60.6601\n"
    "0427;Este;Mitre 90;Rosario;Salta;-32.9311;-60.6611\n"
    "0428;Sur;Alem 20;Bahía Blanca;Buenos Aires;;\n"
)


def worked(data: Path) -> None:
    """What the worker would do by now."""
    settings = load(data=data, api_url="http://127.0.0.1:9", access_token=None, store_url="")
    bench = jobs.Workbench(settings, open_store(settings.database))
    for job in live(bench.store):
        done = jobs.run_now(
            bench, account=job.account, kind=job.kind, key=job.key, arguments=job.arguments, progress=silent
        )
        assert done.state == "done", done.error
    bench.store.dispose()


def uploaded(at, data: Path, content: str = HEAD + ROWS, **query: str):
    test = at("branches", data=data, step="file", **query)
    test.file_uploader[0].upload("sucursales.csv", content.encode(), "text/csv").run()
    test.button(key="check").click().run()
    worked(data)
    return test.run()


def steps_of(data: Path, test) -> tuple:
    store = open_store(f"sqlite:///{data / 'mpkit.sqlite'}")
    return rows.find(store, "", str(test.query_params["review"]).strip("[]'")).steps


def press(test, label: str):
    return next(button for button in test.button if label in button.label.replace("\\", ""))


def test_a_cell_written_is_one_step_judged_again_and_there_after_a_reload(at, tmp_path):
    data = tmp_path / "data"
    test = uploaded(at, data)
    assert any("de 4 filas salen 1" in m.value.replace("\\", "") for m in test.markdown)
    field = next(f for f in test.text_input if f.value == "Salta")
    field.set_value("Santa Fe")
    press(test, "Guardar").click().run()
    assert [step["do"] for step in steps_of(data, test)] == ["edit"]
    worked(data)
    again = at("branches", data=data, step="review", review=str(test.query_params["review"]).strip("[]'"))
    assert any("de 4 filas salen 2" in m.value.replace("\\", "") for m in again.markdown)
    press(again, "Deshacer").click().run()
    assert [step["do"] for step in steps_of(data, again)] == ["edit", "undo"]
    again.run()
    assert any("de 4 filas salen 1" in m.value.replace("\\", "") for m in again.markdown), "and judged before already"


def test_what_is_alike_is_settled_in_one_press(at, tmp_path):
    data = tmp_path / "data"
    test = uploaded(at, data)
    press(test, "Usarlo en las 2 iguales").click().run()
    (step,) = steps_of(data, test)
    assert sorted(step["cells"]) == [[3, 5, "Santa Fe"], [4, 5, "Santa Fe"]]


def test_a_pasted_link_becomes_the_rows_point(at, tmp_path):
    data = tmp_path / "data"
    test = uploaded(at, data, problem="missing_coordinates")
    field = test.text_input[-1]
    field.set_value("https://www.google.com/maps/place/X/@-38.7,-62.2,17z/data=!3d-38.7183!4d-62.2663")
    [*_, save] = [button for button in test.button if button.label == "Guardar"]
    save.click().run()
    (step,) = steps_of(data, test)
    assert step["cells"] == [[5, 6, "-38.718300"], [5, 7, "-62.266300"]]


class Finder:
    """A geocoder that is not online, and what it was given."""

    given: ClassVar[list[Sought]] = []

    def find(self, sought: Sought) -> Found:
        self.given.append(sought)
        return Found(-38.72, -62.27)


def test_addresses_are_given_away_only_by_a_press_and_what_comes_back_is_a_sheet(at, tmp_path, monkeypatch):
    data = tmp_path / "data"
    test = uploaded(at, data, problem="missing_coordinates")
    assert not any("propuesta" in button.label for button in test.button), "none is set"
    monkeypatch.setenv("MPKIT_GEOCODER", "tests.pages.test_review:Finder")
    name = str(test.query_params["review"]).strip("[]'")
    again = at("branches", data=data, step="review", review=name, problem="missing_coordinates")
    assert not Finder.given
    press(again, "pedir una propuesta").click().run()
    worked(data)
    again.run()
    assert any("propuesta para 1 de 1" in m.value for m in again.markdown)
    assert [sought.address for sought in Finder.given] == ["Alem 20"]
    job = jobs.latest(open_store(f"sqlite:///{data / 'mpkit.sqlite'}"), "", "locate")
    assert [(one.row, one.point) for one in gaps.read(Path(job.result["path"]))] == [(5, "-38.7200000, -62.2700000")]
    assert not steps_of(data, test), "nothing is used until the sheet is brought back"


def test_what_says_no_point_is_asked_for_again_and_is_no_step(at, tmp_path):
    data = tmp_path / "data"
    test = uploaded(at, data, problem="missing_coordinates")
    test.text_input[-1].set_value("frente a la plaza")
    [*_, save] = [button for button in test.button if button.label == "Guardar"]
    save.click().run()
    assert any("no dice un punto" in each.value for each in test.warning)
    assert not steps_of(data, test)


def test_the_country_is_asked_where_nothing_says_it(at, tmp_path):
    data = tmp_path / "data"
    test = uploaded(at, data, "nombre;direccion\nCentro;Calle 1\nNorte;Calle 2\n")
    assert any("de qué país" in each.value for each in test.markdown)
    assert not any("--site" in text for text in texts(test)), "no words of the command line"


def test_a_file_that_cannot_be_read_says_why_and_what_to_do(at, tmp_path):
    test = uploaded(at, tmp_path / "data", "PK\x03\x04 cut short")
    assert not test.exception
    assert any("XLSX" in text for text in texts(test)), texts(test)


@pytest.mark.parametrize("lang", ["es", "pt", "en"])
@pytest.mark.parametrize("view", ["correct", "rows", "map", "columns", "understood", "files"])
def test_every_view_in_every_language(at, tmp_path, view, lang):
    data = tmp_path / "data"
    test = at("branches", data=data, step="file", lang=lang)
    test.file_uploader[0].upload("a.csv", (HEAD + ROWS).encode(), "text/csv").run()
    test.button(key="check").click().run()
    worked(data)
    test.query_params["view"] = view
    test.session_state["view"] = view
    test.run()
    assert not test.exception
    assert not [e.value for e in test.error]
    assert not leaked(test)
    assert not of_code(test, lang)


def test_sheets_of_a_workbook_are_read_together_and_chosen(at, tmp_path):
    data = tmp_path / "data"
    path = book(
        tmp_path / "a.xlsx", Norte=[COLUMNS, *SHOPS], Sur=[COLUMNS, *OTHERS, SHOPS[0]], Proveedores=[COLUMNS, *OTHERS]
    )
    test = at("branches", data=data, step="file", lang="es")
    test.file_uploader[0].upload("a.xlsx", path.read_bytes(), "application/octet-stream").run()
    test.button(key="check").click().run()
    worked(data)
    test.run()
    assert any(
        "a.xlsx (2 hojas): de 6 filas salen 5 sucursales y 5 cajas" in text.replace("\\", "") for text in texts(test)
    ), texts(test)
    test.query_params["view"] = test.session_state["view"] = "columns"
    test.run()
    (sheets,) = [group for group in test.button_group if group.key.startswith("leaves_")]
    assert (list(sheets.options), sheets.value) == (["Norte (3)", "Sur (3)", "Proveedores (2)"], ["Norte", "Sur"])
    sheets.set_value(["Sur"]).run()
    press(test, "Leer estas hojas").click().run()
    assert steps_of(data, test) == ({"do": "reading", "file": "a.xlsx", "reading": {"sheets": ["Sur"]}},)
    worked(data)
    test.run()
    assert any("a.xlsx: de 3 filas salen 3" in text.replace("\\", "") for text in texts(test)), texts(test)


def test_what_a_list_would_change_is_told_with_who_wrote_it(at, walked):
    data, url, made, _ = walked
    test = at("branches", data=data, url=url, step="review", review=made["review"], view="changes")
    assert not test.exception
    assert any("Al llevarlo a la lista" in m.value for m in test.markdown)


def test_a_list_of_another_country_is_told_above_everything_else(at, tmp_path):
    madrid = "".join(f"0{n};S{n};Mitre {n};Rosario;Santa Fe;40.4{n};-3.7{n}\n" for n in range(30, 34))
    test = uploaded(at, tmp_path / "data", HEAD + madrid)
    assert any("4 de 4 filas tienen su punto fuera de Argentina" in w.value for w in test.warning)
    near = uploaded(at, tmp_path / "near")
    assert not any("fuera de" in w.value for w in near.warning)


def codes() -> list[str]:
    return sorted(key.removeprefix("problem_") for key in i18n.words() if key.startswith("problem_"))


def said() -> set[str]:
    """Every code the rules find, read from the source."""
    source = "".join(f.read_text(encoding="utf-8") for f in Path(judged.__file__).parents[1].glob("sheet/**/*.py"))
    found = re.findall(r"(?:Trouble|Remark|findings\.add|findings\.put|run\.add)\(\s*(?:\w+, )?\"([a-z_]+)\"", source)
    return set(found)


def test_every_finding_has_a_short_name():
    assert len(said()) > 20, "the reader of the source sees nothing"
    assert not sorted(code for code in said() if f"problem_{code}" not in i18n.words())


@pytest.mark.parametrize("lang", ["es", "pt", "en"])
def test_every_finding_reads_as_plain_advice(lang):
    """A whole sentence that ends, in words of merchants: no jargon, no blame, nothing left to fill in."""
    words = i18n.words()
    jargon = re.compile(
        r"\b(store|POS|payload|encoding|parse|string|null|campo obligatorio|inválid[oa]|error)\b", re.IGNORECASE
    )
    for code in codes():
        for key in (code, f"{code}_file", f"{code}_used", f"{code}_kept"):
            text = words.get(key, {}).get(lang, "")
            assert not text or text.endswith((".", "»", "”", "…")), key
            assert not jargon.search(text.replace("{encoding}", "").replace("another encoding", "")), (key, text)
            assert len(text) < 330, key


def test_a_value_proposed_for_a_state_goes_into_no_other_column():
    columns = (judged.Column(1, "Localidad", "city", 1.0), judged.Column(2, "Provincia", "state", 1.0))
    file = judged.File("a.csv", {}, columns)
    found = judged.Found(0, "state_mismatch", "blocking", 1, 2, 1, "state_mismatch", "Rocha", {})
    assert acting.suggestions(file, found) == ()
    assert acting.suggestions(file, found._replace(column=2)) == ("Rocha",)


def test_filters_of_twenty_thousand_rows_look_at_nothing_but_the_findings():
    """Counting does not walk the findings again: twice as many, counted a hundred times, stay as quick."""
    found = tuple(
        judged.Found(0, f"code_{n % 7}", judged.WEIGHTS[n % 3], n, n, 1, "x", None, {}) for n in range(40_000)
    )
    document = judged.Judged((judged.File("a.csv", {"records": []}),), found, None)
    document.counts("code")
    begun = time.process_time()
    for _ in range(100):
        document.counts("code", severity="warning")
    counting = time.process_time() - begun
    begun = time.process_time()
    for _ in range(5):
        document.pick(severity="warning")
    assert counting < (time.process_time() - begun) * 20, "a ratio: a hundred counts beside five walks"
    assert sum(document.counts("severity").values()) == 40_000


def test_what_is_taken_in_is_said_as_branches_and_registers(monkeypatch):
    monkeypatch.setattr(comparing, "say", lambda key, **values: i18n.say(key, "es", **values))
    done = {"kinds": {"added": {"branches": 2, "registers": 5}, "changed": {"branches": 0, "registers": 1}, "same": {}}}
    assert comparing.kinds(done) == {"added": "2 sucursales y 5 cajas", "changed": "1 caja", "same": "nada"}
