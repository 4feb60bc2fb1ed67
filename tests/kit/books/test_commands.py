"""The two jobs and their commands, against a sandbox over real HTTP."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pydantic import SecretStr

import mpkit
from mpkit import jobs, keys, ledger
from mpkit.db import open_store
from mpkit.errors import MpkitError, Refused, WrongAccount
from mpkit.jobs import Workbench
from mpkit.kit.artwork import design
from mpkit.settings import Settings
from tests import forking
from tests.kit import drawings

ROOT = Path(mpkit.__file__).parent.parent
STORES, REGISTERS = 3, 7


@pytest.fixture
def sandbox(start_sandbox: Callable[..., Any]) -> Any:
    return start_sandbox(site="MLA", seed=7, stores=STORES, registers=REGISTERS)


@pytest.fixture
def bench(sandbox: Any, tmp_path: Path) -> Workbench:
    chosen = Settings(api_url=sandbox.url, access_token=SecretStr(sandbox.token), data=tmp_path / "data")
    return Workbench(chosen, open_store(chosen.database))


def run(bench: Workbench, kind: str, **arguments: Any) -> dict[str, Any]:
    account = bench.account()
    key = str(arguments.get("book", arguments))
    job = jobs.run_now(bench, account=account.id, kind=kind, key=key, arguments=arguments)
    return jobs.outcome(job)


def registers(sandbox: Any) -> dict[str, dict[str, Any]]:
    return {one["external_id"]: one for one in sandbox.get("/_sandbox/state")["pos"] if one.get("external_id")}


def test_all_registers_of_an_account_printed_and_proven(bench: Workbench, sandbox: Any, tmp_path: Path) -> None:
    made = run(bench, "kit", book="B1", out=str(tmp_path / "out"), workers=1)
    wanted = registers(sandbox)
    assert len(wanted) >= STORES
    assert made["registers"] == made["pieces"] == made["proof"]["matched"] == len(wanted)
    seal = partial(keys.mac, "ledger", data=bench.settings.data)
    kept = ledger.pieces_of(bench.store, sandbox.user_id, seal=seal)
    assert {(one.register, one.book, one.state) for one in kept} == {(name, "B1", "printed") for name in wanted}
    assert all(one.sound for one in kept)
    file = made["files"][0]["path"]
    with pikepdf.open(file) as document:
        assert document.docinfo["/Creator"] == "mpkit"
    for manifest in (made["manifest"], ""):
        found = run(bench, "proof", file=file, manifest=manifest, workers=1)
        assert (found["matched"], found["grade"], found["failures"]) == (len(wanted), "A", [])
    again = run(bench, "kit", book="B1", out=str(tmp_path / "out"), workers=1)
    assert (again["files"], again["proof"]) == (made["files"], made["proof"])
    assert len(ledger.pieces_of(bench.store, sandbox.user_id, seal=seal)) == len(wanted)


def test_a_register_that_is_gone_since_is_found(bench: Workbench, sandbox: Any, tmp_path: Path) -> None:
    made = run(bench, "kit", book="B1", out=str(tmp_path / "out"), workers=1)
    gone, one = min(registers(sandbox).items())
    sandbox._ask("DELETE", f"/pos/{one['id']}", None)
    found = run(bench, "proof", file=made["files"][0]["path"], manifest=made["manifest"], workers=1, language="es")
    assert [(one["register"], one["code"]) for one in found["failures"]] == [(gone, "kit_register_gone")]
    assert found["matched"] == made["pieces"] - 1


def test_some_stores_and_registers(bench: Workbench, sandbox: Any, tmp_path: Path) -> None:
    first, second, *_ = sorted(registers(sandbox))
    made = run(bench, "kit", book="B1", registers=[first, second], out=str(tmp_path / "out"), copies=2, workers=1)
    assert (made["registers"], made["pieces"]) == (2, 4)
    with pytest.raises(Refused, match="NOSUCH"):
        run(bench, "kit", book="B2", registers=[first, "NOSUCH"], workers=1)


def test_a_code_that_is_not_on_record_is_not_printed_unless_said(
    bench: Workbench, sandbox: Any, tmp_path: Path
) -> None:
    from mpkit.db import writing

    first, second, *_ = sorted(registers(sandbox))
    account = bench.account()
    with writing(bench.store) as connection:
        known = ledger.Known("pos", first, str(registers(sandbox)[first]["id"]), "another code", {})
        seal = partial(keys.mac, "ledger", data=bench.settings.data)
        ledger.remember(connection, account.id, known, at=bench.seams.clock.now(), seal=seal)
    made = run(bench, "kit", book="B1", registers=[first, second], out=str(tmp_path / "a"), workers=1)
    assert [(one["register"], one["key"]) for one in made["refused"]] == [(first, "kit_ledger_differs")]
    assert made["registers"] == 1
    made = run(bench, "kit", book="B2", registers=[first], out=str(tmp_path / "b"), workers=1, accept_changed=True)
    assert made["registers"] == 1


def test_a_manifest_of_another_account_or_changed(bench: Workbench, tmp_path: Path) -> None:
    made = run(bench, "kit", book="B1", out=str(tmp_path / "out"), workers=1)
    document = json.loads(Path(made["manifest"]).read_text(encoding="utf-8"))
    for change, error in ((("account", "user_id"), WrongAccount), (("who",), Refused)):
        other = json.loads(json.dumps(document))
        place = other[change[0]] if len(change) > 1 else other
        place[change[-1]] = "somebody"
        (tmp_path / "m.json").write_text(json.dumps(other), encoding="utf-8")
        with pytest.raises(error):
            run(bench, "proof", file=made["files"][0]["path"], manifest=str(tmp_path / "m.json"), workers=1)


def test_numbers_of_a_book_that_never_left_are_void(bench: Workbench, sandbox: Any, tmp_path: Path) -> None:
    made = run(bench, "kit", book="B1", out=str(tmp_path / "out"), workers=1)
    Path(made["manifest"]).unlink()  # as if killed after the record and before the release
    run(bench, "kit", book="B1", out=str(tmp_path / "out"), workers=1)
    seal = partial(keys.mac, "ledger", data=bench.settings.data)
    states = [one.state for one in ledger.pieces_of(bench.store, sandbox.user_id, seal=seal)]
    assert states == ["void"] * made["pieces"] + ["printed"] * made["pieces"]


def test_a_sign_in_the_merchants_own_artwork_is_printed_anew(bench: Workbench, sandbox: Any, tmp_path: Path) -> None:
    account = bench.account()
    own = design.keep(bench.settings.data, account.id, drawings.pdf(), "De la casa").name
    chosen = sorted(registers(sandbox))[:2]
    made = run(bench, "kit", book="B1", sign=own, registers=chosen, out=str(tmp_path / "a"), workers=1)
    seal = partial(keys.mac, "ledger", data=bench.settings.data)
    old = ledger.pieces_of(bench.store, account.id, seal=seal)[0]
    again = run(bench, "reprint", book="B2", sign=own, serials=[old.serial], out=str(tmp_path / "b"), workers=1)
    assert (made["design"], again["design"], again["pieces"]) == (own, own, 1)
    assert (again["proof"]["matched"], again["proof"]["grade"], again["replaced"]) == (1, "A", [old.serial])
    states = {one.serial: (one.register, one.state) for one in ledger.pieces_of(bench.store, account.id, seal=seal)}
    assert states[old.serial] == (old.register, "replaced")
    assert [each for each in states.values() if each == (old.register, "printed")] == [(old.register, "printed")]


def mpkit_(sandbox: Any, data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    known = {"MPKIT_API_URL": sandbox.url, "MPKIT_ACCESS_TOKEN": sandbox.token, "MPKIT_LANG": "es"}
    return forking.run(arguments, env=forking.settings(data, **known), cwd=data)


def test_the_commands_and_their_exit_codes(sandbox: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = mpkit_(sandbox, tmp_path, "kit", "--out", str(out), "--workers", "1")
    assert made.returncode == 0, made.stderr
    assert "Códigos verificados" in made.stdout
    pdf = next(out.glob("sticker*.pdf"))
    manifest = str(out / "manifest.json")
    proven = mpkit_(sandbox, tmp_path, "proof", str(pdf), "--manifest", manifest, "--json")
    assert proven.returncode == 0, proven.stderr
    document = json.loads(proven.stdout)
    assert set(document) >= {"file", "pages", "symbols", "decoded", "matched", "grade", "failures"}
    with pikepdf.open(pdf, allow_overwriting_input=True) as damaged:
        damaged.pages[0].contents_add(b"q 0 0 0 0 k 0 0 600 850 re f Q")
        damaged.save(pdf)
    failed = mpkit_(sandbox, tmp_path, "proof", str(pdf), "--manifest", manifest, "--json")
    assert failed.returncode == 3
    failures = json.loads(failed.stdout)["failures"]
    assert failures
    assert set(failures[0]) >= {"page", "register", "reason"}
    assert sandbox.token not in made.stdout + made.stderr + failed.stdout + failed.stderr
    assert mpkit_(sandbox, tmp_path, "proof", str(tmp_path / "none.pdf")).returncode == 1


def test_an_error_of_a_job_says_its_sentence(bench: Workbench) -> None:
    with pytest.raises(MpkitError) as caught:
        run(bench, "kit", book="B9", sign="none")
    assert "sticker-70x100" in str(caught.value)


def test_codes_for_screens_and_receipts(bench: Workbench, tmp_path: Path) -> None:
    made = run(bench, "codes", name="codes-a", kinds=["png", "escpos-384"], out=str(tmp_path / "out"))
    named = sum(one.external_id is not None for one in bench.mercadopago(bench.account()).pos_list())
    assert (made["registers"], made["files"], made["refused"]) == (named, 2 * named, [])
    assert len(list((tmp_path / "out" / "codes-a").glob("*.escpos"))) == named > 0
