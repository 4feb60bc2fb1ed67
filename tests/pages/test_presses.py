"""What a press does: one job for two clicks, nothing stored before a yes, no answer suggested."""

from __future__ import annotations

from pathlib import Path

from mpkit import accounts, jobs, sheet
from mpkit.db import open_store
from mpkit.jobs.rows import live
from mpkit.model import Account, Amount
from tests.pages.conftest import texts

TOKEN = "a-token-that-must-stay-nowhere-1234567890"


def engine_of(data: Path):
    return open_store(f"sqlite:///{data / 'mpkit.sqlite'}")


def test_two_clicks_on_review_are_one_job(at, tmp_path):
    _, example, _ = sheet.template("MLA", "es", tmp_path)
    test = at("branches", data=tmp_path / "data", step="file")
    test.file_uploader[0].upload(example.name, example.read_bytes(), "application/octet-stream").run()
    test.button(key="check").click().run()
    first = test.query_params["review"]
    again = at("branches", data=tmp_path / "data", step="file")
    again.file_uploader[0].upload(example.name, example.read_bytes(), "application/octet-stream").run()
    again.button(key="check").click().run()
    assert again.query_params["review"] == first
    assert len(live(engine_of(tmp_path / "data"))) == 1


def test_the_merchants_file_is_copied_and_never_touched(at, tmp_path):
    _, example, _ = sheet.template("MLA", "es", tmp_path)
    before = example.read_bytes(), example.stat().st_mtime_ns
    test = at("branches", data=tmp_path / "data", step="file")
    test.file_uploader[0].upload("../../odd name?.xlsx", example.read_bytes(), "application/octet-stream").run()
    test.button(key="check").click().run()
    (job,) = live(engine_of(tmp_path / "data"))
    kept = Path(job.arguments["review"]["paths"][0])
    assert kept.is_relative_to(tmp_path / "data")
    assert kept.read_bytes() == before[0]
    assert (example.read_bytes(), example.stat().st_mtime_ns) == before


def test_a_token_goes_to_the_worker_and_nowhere_else(at, tmp_path):
    test = at("connect", data=tmp_path / "data")
    test.text_input(key="token_field").set_value(TOKEN)
    test.button[0].click().run()
    (job,) = live(engine_of(tmp_path / "data"))
    assert job.kind == "look"
    assert set(job.arguments) == {"handover"}
    assert TOKEN not in "".join(texts(test))
    holding = [f for f in (tmp_path / "data").rglob("*") if f.is_file() and TOKEN.encode() in f.read_bytes()]
    assert [f.parent.name for f in holding] == ["handover"]
    assert holding[0].stat().st_mode & 0o077 == 0
    assert not accounts.known(engine_of(tmp_path / "data")), "nothing is stored before a yes"


def test_an_empty_token_is_asked_for_again(at, tmp_path):
    test = at("connect", data=tmp_path / "data")
    test.button[0].click().run()
    assert test.warning
    assert not live(engine_of(tmp_path / "data"))


def test_the_token_of_the_environment_leaves_it_before_the_first_page(at, tmp_path, monkeypatch):
    import os

    monkeypatch.setenv("MPKIT_ACCESS_TOKEN", TOKEN)
    test = at("connect", data=tmp_path / "data")
    assert "MPKIT_ACCESS_TOKEN" not in os.environ
    assert TOKEN not in "".join(texts(test))
    test.button(key="look_offered").click().run()
    assert [job.kind for job in live(engine_of(tmp_path / "data"))] == ["look"]


def pinned(data: Path) -> Account:
    account = Account("123", "TETE", "MLA", test=True, name="Farmacias ![x](http://evil.example/x.png) *Sur*")
    accounts.pin(engine_of(data), account, "http://127.0.0.1:9")
    return account


def test_who_enters_the_amount_has_no_default(at, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    pinned(data)
    test = at("changes", data=data)
    assert test.radio(key="amount").value is None
    test.button(key="amount_keep").click().run()
    assert test.warning
    assert accounts.known(engine_of(data))[0].amount is None
    test.radio(key="amount").set_value(Amount.BUYER)
    test.button(key="amount_keep").click().run()
    assert accounts.known(engine_of(data))[0].amount == "buyer"


def test_names_are_text_and_never_markup(at, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    pinned(data)
    test = at("settings", data=data)
    read = [node.proto.body for node in (*test.markdown, *test.caption)]
    assert not [text for text in read if "![x](" in text]
    assert any("Farmacias ![x]" in node.value for node in test.text)


def test_a_strangers_job_in_the_address_is_nobodys(at, walked):
    data, url, made, _ = walked
    test = at("signs", data=data, url=url, kit="0" * 32)
    assert not test.error
    assert not test.exception
    assert jobs.find(engine_of(data), made["kit"]).state == "done"


def test_a_finished_book_shows_its_proof_and_its_files(at, walked):
    data, url, made, _ = walked
    test = at("signs", data=data, url=url, kit=made["kit"])
    assert any("Códigos verificados" in each.value for each in test.success)
    labels = {node.proto.label for node in test.get("download_button")}
    assert {"Archivo para imprenta", "Lista para repartir", "Constancia"} <= labels


def test_the_address_of_a_plan_that_was_carried_out_shows_what_became_of_it(at, walked):
    data, url, made, _ = walked
    test = at("changes", data=data, url=url, plan=made["plan"])
    assert any("5 sucursales y 9 cajas" in each.value for each in test.success)
    assert not [each for each in test.button if each.key == "apply"], "nothing is offered twice"


def test_a_store_that_cannot_be_opened_is_one_sentence(at, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "mpkit.sqlite").write_bytes(b"this is no database " * 200)
    test = at("", data=data)
    assert len(test.error) == 1
    assert not test.exception


def test_an_unexpected_failure_is_a_number_and_no_trace(at, walked, monkeypatch):
    from mpkit import sales

    data, url, _, _ = walked

    def broken(*_):
        raise ZeroDivisionError("a secret detail")  # noqa: TRY003

    monkeypatch.setattr(sales, "overview", broken)
    test = at("sales", data=data, url=url)
    assert len(test.error) == 1
    assert not test.exception
    assert "a secret detail" not in " ".join(texts(test))


def test_the_address_says_what_is_chosen_in_any_language(at, walked):
    data, url, _, _ = walked
    for lang in ("es", "pt"):
        test = at("sales", data=data, url=url, lang=lang, period="7", only="refunded")
        assert test.selectbox(key="period").value == "7"
        assert test.session_state["only"] == "refunded"
    test.selectbox(key="period").set_value("90").run()
    assert test.query_params["period"] in ("90", ["90"])


def test_a_click_with_the_address_of_before_goes_on_with_what_was_pressed(at, tmp_path):
    """The second click of a double click brings the old address: the first one's job is not lost."""
    test = at("connect", data=tmp_path / "data")
    test.text_input(key="token_field").set_value(TOKEN)
    test.button[0].click().run()
    (job,) = live(engine_of(tmp_path / "data"))
    del test.query_params["look"]
    test.run()
    assert job.id in test.query_params["look"]
    assert [each.id for each in live(engine_of(tmp_path / "data"))] == [job.id]
