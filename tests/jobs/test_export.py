"""What goes out of an installation: the list plans to nothing, the vendor's swap is found, the report says it all."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from mpkit import branches, cli, sheet
from mpkit.ledger import By, Done, audit
from mpkit.sheet import check
from mpkit.sites import SITES
from tests.conftest import Running
from tests.jobs.house import House, command
from tests.plan.chain import Listed, branch, chain, register

FOUR = 4


@pytest.fixture
def house(tmp_path: Path, start_sandbox: Callable[..., Running]) -> House:
    made = House(tmp_path, start_sandbox(site="MLA", seed=5))
    made.want(
        Listed(
            chain(3, 5).branches,
            tuple(replace(one, till_code=f"{n:04d}") for n, one in enumerate(chain(3, 5).registers)),
        )
    )
    made.apply()
    return made


@pytest.mark.parametrize("site", SITES)
def test_the_exported_list_plans_to_zero_changes(
    site: str, tmp_path: Path, start_sandbox: Callable[..., Running]
) -> None:
    """The country's own example, applied; one store of the panel taken over; exported, taken in again, planned."""
    house = House(tmp_path, start_sandbox(site=site, seed=5))
    language = SITES[site].language
    read = check(sheet.template(site, language, tmp_path)[1], site=site)
    listed = Listed(read.branches[:FOUR], read.registers)
    house.want(Listed(listed.branches, tuple(r for r in read.registers if r.branch_external_id in _ids(listed))))
    house.apply()
    store = house.press("create_store", name="Del panel")
    till = house.press("create_pos", name="Caja del panel", store_id=store)
    taken = house.job("accept", keys=[f"store:{store}", f"pos:{till}"])
    house.apply(house.kept(taken["plan"]), edits=taken["edits"])
    before = house.plan()
    assert before.work == ()
    for name in ("list.xlsx", "list.csv") if site == "MLA" else ("list.xlsx",):
        out = tmp_path / name
        house.job("export", what="list", out=str(out), language=language)
        done = house.job("take_in", paths=[str(out)])
        assert [file["blocking"] for file in done["files"]] == [0]
        assert (done["added"], done["conflicts"], done["changed"]) == (0, 0, 0), done["changes"]
        plan = house.plan()
        assert (plan.work, plan.summary["same"]) == ((), before.summary["same"])
    if site not in {"MLA", "MLB"}:
        return
    again = House(tmp_path / "elsewhere", house.sandbox)  # a new installation that knows nothing but the file
    again.job("take_in", paths=[str(tmp_path / "list.xlsx")])
    plan = again.plan()
    assert {one.kind for one in plan.work} == {"adopt"}
    assert not any(one.touches for one in plan.work)  # taken on record, and nothing is sent


def _ids(listed: Listed) -> set[str]:
    return {one.external_id for one in listed.branches}


def rewritten(file: Path, change: Callable[[list[dict[str, str]]], None]) -> Path:
    """The vendor's file: ours with something done to its rows."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    change(rows)
    out = file.with_name("vendor.csv")
    with out.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return out


def swap(rows: list[dict[str, str]]) -> None:
    for name in ("external_pos_id", "pos_id", "qr_code"):
        rows[0][name], rows[1][name] = rows[1][name], rows[0][name]


def swap_codes(rows: list[dict[str, str]]) -> None:
    rows[0]["qr_code"], rows[1]["qr_code"] = rows[1]["qr_code"], rows[0]["qr_code"]


def double(rows: list[dict[str, str]]) -> None:
    rows[2] |= {name: rows[0][name] for name in ("external_pos_id", "pos_id", "qr_code")}


def drop(rows: list[dict[str, str]]) -> None:
    del rows[3]


def stranger(rows: list[dict[str, str]]) -> None:
    rows[4] |= {"till_code": "9999"}


def account(rows: list[dict[str, str]]) -> None:
    rows[1]["user_id"] = "1"


def foreign(rows: list[dict[str, str]]) -> None:
    rows[1] |= {"pos_id": "1", "external_pos_id": "NONE"}


def zeros(rows: list[dict[str, str]]) -> None:
    for row in rows:
        row["till_code"] = row["till_code"].lstrip("0") or "0"


PLANTED: dict[Callable[[list[dict[str, str]]], None], list[tuple[str, int]]] = {
    swap: [("handoff_swapped", 2), ("handoff_swapped", 3)],
    swap_codes: [("handoff_wrong_code", 2), ("handoff_wrong_code", 3)],
    double: [("handoff_doubled", 2), ("handoff_wrong_register", 4)],
    drop: [("handoff_missing", 0)],
    stranger: [("handoff_unknown", 6), ("handoff_missing", 0)],
    account: [("handoff_wrong_account", 3)],
    foreign: [("handoff_register_unknown", 3), ("handoff_register_unknown", 3)],
    zeros: [],
}


def test_what_the_vendor_mixes_up_is_found(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    file = house.folder / "tills.csv"
    done = house.job("export", what="till", out=str(file))
    assert (done["tills"], done["missing"]) == (5, [])
    for planted, expected in PLANTED.items():
        vendor = rewritten(file, planted)
        found = house.job("export", what="till", check=str(vendor))["findings"]
        assert [(one["code"], one["row"]) for one in found] == expected, planted.__name__
    vendor = rewritten(file, swap)
    assert command(house, "export", "--for", "till", "--check", str(vendor)) == 3
    assert "are swapped" in capsys.readouterr().out
    assert command(house, "export", "--for", "till", "--check", str(rewritten(file, zeros))) == 0
    document = house.folder / "tills.json"
    assert command(house, "export", str(document), "--for", "till") == 0
    told = json.loads(document.read_text())
    first = told["tills"][0]
    pos = house.sandbox.world.shelf.pos[first["pos_id"]]
    assert (told["user_id"], first["till_code"], first["qr_code"]) == (house.account.id, "0000", pos.qr_code)
    assert (first["external_pos_id"], first["amount_mode"]) == ("P000", "buyer")
    assert command(house, "export", "--for", "till", "--check", str(document)) == 0


def test_what_does_not_exist_yet_is_said(house: House) -> None:
    house.want(Listed((branch(0),), (register(9, of=0),)))
    done = house.job("export", what="till", out=str(house.folder / "tills.csv"))
    assert (done["tills"], done["missing"]) == (5, ["P009"])


def test_the_report_says_who_did_what_from_which_file(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    live = Done("refund", "payment", "=1+1", {"amount": "10.00"})
    hidden = By("Zoë \u200bΩ 漢", house.bench.seams.clock.now(), "=cmd|' /C calc'!A0")
    audit.record(house.bench.store, house.account.id, [live], hidden, seal=house.seal)
    pdf, book = house.folder / "report.pdf", house.folder / "report.xlsx"
    done = house.job("export", what="audit", out=str(pdf))
    assert done["faults"] == []
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    flat = " ".join(text.split())
    for told in (
        "ana",
        "created",
        "approved",
        "refunded",
        "P004",
        "list.csv:1",
        "name: Caja 4",
        f"{done['head'][:12]}",
    ):
        assert told in flat, told
    assert "U+6F22" in flat  # a letter the font lacks is not left out
    house.job("export", what="audit", out=str(book), since="2020-01-01", until="2099-12-31")
    from mpkit.sheet import reading

    grid = reading.read(book)
    cells = grid.sheets[0].rows
    assert [row[3] for row in cells[1:3]] == ["approved", "created"]
    assert not [remark for remark in grid.sheets[0].remarks if remark.code.startswith("formula")]
    assert house.job("export", what="audit", out=str(book), until="2020-01-01")["rows"] == 0
    assert command(house, "export", str(pdf), "--for", "audit", "--from", "2020-01-01") == 0
    assert command(house, "export", str(house.folder / "x.txt"), "--for", "audit") == 2
    assert command(house, "export") == 2
    assert cli.run(["export", "--for", "nothing", "x.pdf"]) in {1, 2}
    capsys.readouterr()
    listed = branches.wanted(house.bench.store, house.account.id)
    assert {one.till_code for one in listed.registers} == {f"{n:04d}" for n in range(5)}
