"""Drift: what others did in the panel is told object by object, with the signs it concerns; nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mpkit import ledger
from mpkit.ledger import Piece
from tests.conftest import Running
from tests.jobs.house import House
from tests.plan.chain import branch, chain

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


def test_another_code_names_the_signs_it_kills(house: House) -> None:
    pos = house.id_of("pos", "P004")
    shelf = house.sandbox.world.shelf
    shelf.put_pos(replace(shelf.pos[pos], qr_code=shelf.pos[house.id_of("pos", "P001")].qr_code + "X"))
    (row,) = house.job("drift")["code_changed"]
    assert (row["external_id"], row["store"], row["branch"]) == ("P004", "S000", "Sucursal 0")
    assert row["stickers"] == [{"serial": 5, "register": "P004", "store": "S000", "branch": "Sucursal 0"}]
    assert row["fields"]["qr_code"]["theirs"].endswith("X")


def test_a_register_deleted_and_made_again_has_another_code(house: House) -> None:
    old = house.id_of("pos", "P005")
    house.press("delete_pos", id=old)
    again = house.press("create_pos", name="Caja 5", store_id=house.id_of("store", "S001"))
    house.press("edit_pos", id=again, external_id="P005")
    assert told(house) == NOTHING | {"code_changed": [("pos", "P005", ["id", "qr_code"])]}


def test_what_the_list_wants_by_now_is_no_difference(house: House) -> None:
    store = house.id_of("store", "S002")
    house.press("edit_store", id=store, name="Centro")
    house.want(replace(chain(0), branches=(branch(2, name="Centro"),)))
    assert told(house) == NOTHING
