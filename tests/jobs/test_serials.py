"""Signs by their numbers: printed anew in a proven book, the old ones replaced, all of it on record with who did it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mpkit import ledger, plan
from mpkit.ledger import audit
from tests.conftest import Running
from tests.jobs.house import House, command
from tests.plan.chain import chain


@pytest.fixture
def house(tmp_path: Path, start_sandbox: Callable[..., Running]) -> House:
    made = House(tmp_path, start_sandbox(site="MLA", seed=5))
    made.want(chain(2, 3))
    made.apply()
    made.job("kit", book="first", sign="sticker-70x100", workers=1)
    return made


def pieces(house: House) -> tuple[ledger.Piece, ...]:
    return ledger.pieces_of(house.bench.store, house.account.id, seal=house.seal)


def by(house: House) -> ledger.By:
    return ledger.By("ana", house.bench.seams.clock.now(), "tests")


def states(house: House) -> dict[int, str]:
    return {piece.serial: piece.state for piece in pieces(house)}


def test_printed_anew_the_old_number_is_replaced_and_all_is_on_record(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert states(house) == {1: "printed", 2: "printed", 3: "printed"}
    done = house.job("reprint", serials=[2], book="second", workers=1)
    again = house.job("reprint", serials=[2], book="second", workers=1)  # as after a kill at its very end
    assert (done["replaced"], again["replaced"]) == ([2], [])
    assert states(house) == {1: "printed", 2: "replaced", 3: "printed", 4: "printed"}
    assert command(house, "serials", "void", "1,3-3") == 0
    assert states(house) == {1: "void", 2: "replaced", 3: "void", 4: "printed"}
    rows = [row for row in audit.entries(house.bench.store, house.account.id) if row.object == "piece"]
    assert [(row.kind, row.subject) for row in rows] == [
        *[("print", str(n)) for n in (1, 2, 3)],
        ("reprint", "4"),
        ("replaced", "2"),
        ("void", "1"),
        ("void", "3"),
    ]
    assert [row.who for row in rows[:4]] == ["ana"] * 4
    assert rows[-1].who  # whoever runs the command, as the system calls them
    capsys.readouterr()
    assert command(house, "serials", "list", "--json", "--state", "void") == 0
    assert [row["serial"] for row in json.loads(capsys.readouterr().out)["pieces"]] == [1, 3]
    assert command(house, "serials", "void", "9") == 1
    assert command(house, "serials", "void", "x") == 2
    assert command(house, "serials", "void", "4", "--state", "eaten") == 2


def test_a_book_in_place_of_others_replaces_what_its_registers_had_and_nothing_else(house: House) -> None:
    house.job("kit", book="second", sign="sticker-70x100", workers=1, registers=["P000"])
    assert states(house) == {1: "printed", 2: "printed", 3: "printed", 4: "printed"}  # one more, unless it is said
    words = {"book": "third", "workers": 1, "registers": ["P000", "P001"], "instead": True}
    ledger.set_state(house.bench.store, house.account.id, [4], "lost", seal=house.seal, by=by(house))
    done, again = house.job("kit", **words), house.job("kit", **words)  # as after a kill at its very end
    mine = {piece.serial: piece.register for piece in pieces(house)}
    assert (sorted(done["replaced"]), again["replaced"]) == ([n for n in (1, 2, 3) if mine[n] != "P002"], [])
    now = states(house)
    assert {mine[n]: now[n] for n in (1, 2, 3)} == {"P000": "replaced", "P001": "replaced", "P002": "printed"}
    assert now[4] == "lost", "what was said of a sign before stays"
    going = house.plan(close=["store:S000"])
    hung = {piece.serial for piece in pieces(house) if piece.state == "printed" and piece.register in {"P000", "P002"}}
    assert {serial for one in plan.recall(going.changes) for serial in one.serials} == hung, "what is to be taken down"


def test_the_record_of_an_apply_names_the_file_and_row(house: House) -> None:
    rows = list(audit.entries(house.bench.store, house.account.id))
    approved, *made = [row for row in rows if row.kind in {"approve", "create"}]
    assert (approved.kind, approved.object, approved.who) == ("approve", "plan", "ana")
    assert approved.details["summary"] == {"create": 5}
    assert {row.source for row in made} == {f"list.csv:{n}" for n in (1, 2, 3)}
    assert {row.details["plan"] for row in made} == {approved.subject}
    house.apply(house.plan(close=["P002"]))
    kinds = [(row.kind, row.subject) for row in audit.entries(house.bench.store, house.account.id)][len(rows) :]
    assert [kind for kind, _ in kinds] == ["close", "approve", "void", "delete"]
    assert kinds[2:] == [("void", "2"), ("delete", "P002")]  # serials go store by store
