"""What files and people do to the list stands in the audit, with the change itself and not a row more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mpkit import sheet
from mpkit.jobs import evidence
from mpkit.jobs.anchors import anchor, verify
from mpkit.ledger import audit
from tests.conftest import Running
from tests.jobs.house import House


@pytest.fixture
def house(tmp_path: Path, start_sandbox: Callable[..., Running]) -> House:
    return House(tmp_path, start_sandbox(site="MLA", seed=5))


def told(house: House) -> list[tuple[str, str, str]]:
    return [(row.kind, row.who, row.source) for row in audit.entries(house.bench.store, house.account.id)]


def test_a_file_an_edit_and_taking_it_back(house: House, tmp_path: Path) -> None:
    file = sheet.template("MLA", "es", tmp_path)[1]
    taken = house.job("take_in", paths=[str(file)])
    house.job("take_in", paths=[str(file)])  # it changes nothing any more: nothing was done
    one = next(iter(audit.entries(house.bench.store, house.account.id)))
    assert (one.kind, one.who, one.source, one.details["added"]) == ("import", "ana", file.name, taken["added"])
    name = one.details["entries"][0]
    house.job("amend", edits={"branches": {name: {"name": "Otro"}}}, what="branch")
    assert told(house)[1:] == [("edit", "ana", "branch")]
    where = (house.bench.settings, house.bench.store, house.account.id)
    clock = house.bench.seams.clock
    evidence.take_back(*where, taken["take_in"], who="eva", clock=clock, exists=())
    last = list(audit.entries(house.bench.store, house.account.id))[-1]
    assert (last.who, last.source, last.subject) == ("eva", file.name, taken["take_in"])
    assert last.details["taken_back"]["left"] >= 1  # what somebody wrote since stays


def test_a_mark_outside_the_store_that_is_not_ours_is_told_and_not_believed(house: House, tmp_path: Path) -> None:
    house.job("take_in", paths=[str(sheet.template("MLA", "es", tmp_path)[1])])
    anchor(house.bench, house.account.id)
    anchor(house.bench, house.account.id)  # the same head is not written twice
    file = house.folder / "audit" / f"{house.account.id}.heads"
    (line,) = file.read_text().splitlines()
    assert file.stat().st_mode & 0o077 == 0
    forged = line.replace('"n":1', '"n":9')
    file.write_text(f"{line}\n{forged}\nnonsense\n")
    found = verify(house.bench, house.account.id)
    assert (found.anchors, found.unsealed, found.faults) == (1, 2, ())
