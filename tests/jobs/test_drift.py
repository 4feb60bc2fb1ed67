"""Drift: what others did in the panel is told object by object, with the signs it concerns; nothing else is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mpkit import branches, ledger, plan
from mpkit.errors import Refused
from mpkit.ledger import Piece
from mpkit.model import Amount
from tests.conftest import Running
from tests.jobs.house import House, command
from tests.plan.chain import Listed, branch, chain, register

KINDS = ("missing", "changed", "new", "code_changed")


@pytest.fixture
def house(tmp_path: Path, start_sandbox: Callable[..., Running]) -> House:
    """Four branches with six registers, applied; a sign printed for each register."""
    made = House(tmp_path, start_sandbox(site="MLA", seed=11))
    made.want(chain(4, 6))
    made.apply()
    pos = ledger.of_registers(made.bench.store, made.account.id, seal=made.seal)
    signs = [_sign(n, one.external_id, one.remote_id, str(one.qr_payload)) for n, one in enumerate(pos, start=1)]
    ledger.record_pieces(made.bench.store, made.account.id, signs, seal=made.seal)
    return made


def _sign(serial: int, register: str, pos_id: str, payload: str) -> Piece:
    code, at = ledger.payload_hash(payload), datetime(2026, 3, 1, tzinfo=UTC)
    return Piece(serial, register, pos_id, code, "ABCD1234", "book", 1, serial, at)


def told(house: House) -> dict[str, list[tuple[str, str | None, list[str]]]]:
    document = house.job("drift")
    return {
        kind: [(one["object"], one["external_id"], sorted(one["fields"])) for one in document[kind]] for kind in KINDS
    }


NOTHING = {kind: [] for kind in KINDS}


def test_nothing_differs_after_an_apply_whatever_stood_there_before(
    tmp_path: Path, start_sandbox: Callable[..., Running]
) -> None:
    house = House(tmp_path, start_sandbox(site="MLB", seed=3, stores=3, registers=4))
    assert told(house) == NOTHING  # nobody has applied anything: nothing is ours, nothing is new
    house.want(chain(0))
    document = house.job("drift")
    assert (document["checked"], document["differences"]) == (0, 0)


def test_what_the_panel_did_is_told_each_once(house: House) -> None:
    assert told(house) == NOTHING
    house.press("edit_store", id=house.id_of("store", "S000"), name="Otro nombre")
    house.press("edit_store", id=house.id_of("store", "S001"), location={"street_name": "Belgrano"})
    house.press("edit_pos", id=house.id_of("pos", "P002"), fixed_amount=True)
    house.press("delete_pos", id=house.id_of("pos", "P003"))
    new = house.press("create_store", name="Quiosco")
    house.press("create_pos", name="Caja nueva", store_id=new)
    document = house.job("drift")
    assert told(house) == {
        "missing": [("pos", "P003", [])],
        "changed": [
            ("store", "S000", ["name"]),
            ("store", "S001", ["address_line"]),
            ("pos", "P002", ["fixed_amount"]),
        ],
        "new": [
            ("store", None, ["address_line", "latitude", "longitude", "name"]),
            ("pos", None, ["fixed_amount", "name"]),
        ],
        "code_changed": [],
    }
    assert document["changed"][0]["fields"]["name"] == {"mine": "Sucursal 0", "theirs": "Otro nombre"}
    assert document["missing"][0]["stickers"] == [
        {"serial": 4, "register": "P003", "store": "S003", "branch": "Sucursal 3"}
    ]
    assert [one["serial"] for one in document["changed"][2]["stickers"]] == [3]  # its steps to pay are false now
    assert document["changed"][0]["stickers"] == []


def test_a_register_made_again_has_another_code_and_what_the_list_wants_by_now_is_no_difference(house: House) -> None:
    store = house.id_of("store", "S002")
    house.press("edit_store", id=store, name="Centro")
    house.want(replace(chain(0), branches=(branch(2, name="Centro"),)))
    old = house.id_of("pos", "P005")
    house.press("delete_pos", id=old)
    again = house.press("create_pos", name="Caja 5", store_id=house.id_of("store", "S001"))
    house.press("edit_pos", id=again, external_id="P005")
    assert told(house) == NOTHING | {"code_changed": [("pos", "P005", ["id", "qr_code"])]}


def key_of(house: House, object_: str, external_id: str) -> str:
    return f"{object_}:{house.id_of(object_, external_id)}"


def test_what_is_accepted_is_in_the_list_and_no_difference_any_more(house: House) -> None:
    later = {"monday": [{"open": "08:00", "close": "12:00"}]}
    house.press("edit_store", id=house.id_of("store", "S003"), name="Otro nombre", hours=later)
    house.press("edit_store", id=house.id_of("store", "S000"), hours=later)  # ours says nothing of its hours: no drift
    house.press("edit_store", id=house.id_of("store", "S001"), location={"street_name": "Belgrano"}, hours={})
    house.press("edit_pos", id=house.id_of("pos", "P002"), name="Caja del fondo")
    gone = key_of(house, "pos", "P003")
    house.press("delete_pos", id=gone.partition(":")[2])
    keys = [row["key"] for kind in KINDS for row in house.job("drift")[kind]]
    assert len(keys) == 4
    done = house.job("accept", keys=keys)
    assert (done["accepted"], done["plan"]) == (4, None)
    assert told(house) == NOTHING
    assert house.plan().work == ()
    listed = branches.wanted(house.bench.store, house.account.id)
    second, last = listed.branches[1], listed.branches[3]
    assert (last.name, last.hours) == ("Otro nombre", {"monday": (("08:00", "12:00"),)})
    assert (second.location.street_name, second.hours) == ("Belgrano", {})
    assert [one.closed for one in listed.registers] == [False, False, False, True, False, False]
    (piece,) = ledger.pieces_of(house.bench.store, house.account.id, ["P003"], seal=house.seal)
    assert piece.state == "void"
    with pytest.raises(Refused, match="no difference"):
        house.job("accept", keys=[gone])


def test_who_sends_orders_is_asked_and_not_guessed(house: House) -> None:
    house.press("edit_pos", id=house.id_of("pos", "P001"), fixed_amount=True)
    keys = [key_of(house, "pos", "P001")]
    with pytest.raises(Refused, match="own-system or till"):
        house.job("accept", keys=keys)
    house.job("accept", keys=keys, amount="till")
    assert branches.wanted(house.bench.store, house.account.id).registers[1].amount is Amount.TILL
    assert told(house) == NOTHING
    assert house.plan().work == ()


def test_ours_is_put_back_by_a_plan(house: House) -> None:
    house.press("edit_store", id=house.id_of("store", "S000"), name="Otro nombre")
    house.press("edit_store", id=house.id_of("store", "S001"), location={"street_name": "Belgrano"})
    house.press("edit_store", id=house.id_of("store", "S002"), name="Sin tocar")
    house.press("delete_pos", id=house.id_of("pos", "P003"))
    rows = house.job("drift")
    keys = [row["key"] for row in (*rows["changed"], *rows["missing"]) if row["external_id"] != "S002"]
    made = house.kept(house.job("put_back", keys=keys))
    assert sorted((one.kind, one.external_id) for one in made.work) == [
        ("create", "P003"),
        ("update", "S000"),
        ("update", "S001"),
    ]
    assert made.confirm_stickers == 1  # the sign of the register that was deleted
    house.apply(made)
    assert told(house) == NOTHING | {"changed": [("store", "S002", ["name"])]}
    shelf = house.sandbox.world.shelf
    assert shelf.stores[house.id_of("store", "S001")].location["street_name"] == "San Martín"


def test_another_code_names_its_signs_is_accepted_and_printed_anew_and_never_put_back(house: House) -> None:
    pos = house.id_of("pos", "P004")
    shelf = house.sandbox.world.shelf
    shelf.put_pos(replace(shelf.pos[pos], qr_code=shelf.pos[house.id_of("pos", "P001")].qr_code + "X"))
    (row,) = house.job("drift")["code_changed"]
    assert (row["external_id"], row["store"], row["branch"]) == ("P004", "S000", "Sucursal 0")
    assert row["stickers"] == [{"serial": 5, "register": "P004", "store": "S000", "branch": "Sucursal 0"}]
    assert row["fields"]["qr_code"]["theirs"].endswith("X")
    with pytest.raises(Refused, match="does not come back"):
        house.job("put_back", keys=[f"pos:{pos}"])
    done = house.job("accept", keys=[f"pos:{pos}"])
    assert (done["reprint"], [sign["serial"] for sign in done["recall"]]) == (["P004"], [5])
    assert told(house) == NOTHING
    (known,) = ledger.of_registers(house.bench.store, house.account.id, ["P004"], seal=house.seal)
    assert str(known.qr_payload).endswith("X")
    assert ledger.in_use(house.bench.store, house.account.id) == {f"P00{n}": 1 for n in range(6) if n != 4}


def test_what_is_new_is_taken_over_or_taken_away(house: House) -> None:
    stores = [house.press("create_store", name=name) for name in ("Quiosco", "Feria")]
    tills = [house.press("create_pos", name=f"Caja {n}", store_id=stores[n]) for n in range(2)]
    more = house.press("create_pos", name="Caja extra", store_id=house.id_of("store", "S003"))
    with pytest.raises(Refused, match="Accept that store first"):
        house.job("accept", keys=[f"pos:{tills[0]}"])
    done = house.job("accept", keys=[f"store:{stores[0]}", f"pos:{tills[0]}", f"pos:{more}"])
    assert len(branches.wanted(house.bench.store, house.account.id).branches) == 4  # not before it is carried out
    house.apply(house.kept(done["plan"]), edits=done["edits"])
    assert house.plan().work == ()
    assert len(house.sandbox.world.shelf.stores) == 6  # nothing was made beside what was there
    assert ledger.in_use(house.bench.store, house.account.id)["S003C01"] == 1  # its sticker is in the books
    away = house.kept(house.job("put_back", keys=[f"store:{stores[1]}", f"pos:{tills[1]}"]))
    assert [one.kind for one in away.work] == ["delete", "delete"]
    assert away.confirm_changes == 2
    house.apply(away)
    assert told(house) == NOTHING
    assert len(house.sandbox.world.shelf.stores) == 5


def test_the_command_says_it_and_ends_with_three(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(house, "drift", "--json") == 0
    assert json.loads(capsys.readouterr().out)["differences"] == 0
    house.press("edit_store", id=house.id_of("store", "S000"), name="Otro nombre")
    assert command(house, "drift") == 3
    said = capsys.readouterr().out
    assert "Sucursal 0 → Otro nombre" in said
    assert command(house, "drift", "--put-back", "all", "--out", str(house.folder / "plan.json")) == 3
    assert command(house, "apply", str(house.folder / "plan.json"), "--yes") == 0
    assert command(house, "drift") == 0


def test_what_an_apply_does_meanwhile_is_no_difference(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the account is read, a plan renames a store, makes a register and takes one away."""
    read = plan.read

    def meanwhile(*given: Any, **named: Any) -> Any:
        found = read(*given, **named)
        monkeypatch.setattr(plan, "read", read)
        house.want(Listed((branch(0, name="Nuevo nombre"),), (register(9, of=0),)))
        house.apply(house.plan(close=["P001"]))
        return found

    def before(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(plan, "read", read)
        house.want(Listed((branch(1, name="Otro nombre"),), (register(8, of=1),)))
        house.apply(house.plan(close=["P002"]))
        return read(*given, **named)

    monkeypatch.setattr(plan, "read", meanwhile)
    assert told(house) == NOTHING
    monkeypatch.setattr(plan, "read", before)
    assert told(house) == NOTHING
    assert told(house) == NOTHING


def test_what_is_just_being_made_is_not_new(house: House) -> None:
    (intent, *_) = ledger.of_object(house.bench.store, house.account.id, "pos", "P005")
    at = datetime.now(UTC)
    with house.bench.store.begin() as connection:  # the answer has not come yet
        ledger.mark_sent(connection, house.account.id, intent, body_hash="", at=at)
        ledger.forget(connection, house.account.id, "pos", "P005", at=at, seal=house.seal)
    assert told(house) == NOTHING
