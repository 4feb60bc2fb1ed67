"""Edits of a screen: what the list would be with them, and what it is after."""

from __future__ import annotations

import pytest

from mpkit import branches
from mpkit.branches import Origin
from mpkit.db import open_store
from mpkit.errors import Refused
from mpkit.model import Branch, Location, Register
from mpkit.work import SystemClock

CLOCK = SystemClock()
PLACE = Location("Mitre", "12", "Rosario", "Santa Fe", -32.9, -60.6)
SCREEN = Origin("screen", who="ana", what="press")


@pytest.fixture
def store(tmp_path):
    engine = open_store(f"sqlite:///{tmp_path / 'mpkit.sqlite'}")
    file = Origin("file", what="norte.csv")
    one = Branch("S1", "Norte", PLACE, closed_until="2026-12-01")
    branches.propose(engine, "1", [one], [Register("S1C1", "S1", "Caja 1")], origin=file, clock=CLOCK)
    return engine


def test_looking_at_an_edit_writes_nothing_and_a_blank_leaves_what_is_there(store):
    before = branches.wanted(store, "1")
    after = branches.amended(before, {"branches": {"S1": {"name": "Norte II", "own_id": ""}}})
    assert after.branches[0].name == "Norte II"
    assert after.branches[0].location == PLACE
    assert after.registers == before.registers
    assert branches.wanted(store, "1") == before


def test_what_is_written_is_what_was_looked_at(store):
    edits = {
        "branches": {"S1": {"name": "Norte II", "closed_until": "2026-11-23"}},
        "registers": {"S1C1": {"closed": True}, "S1C2": {"name": "Caja 2", "branch_external_id": "S1"}},
    }
    looked = branches.amended(branches.wanted(store, "1"), edits)
    branches.amend(store, "1", edits, origin=SCREEN, clock=CLOCK)
    assert branches.wanted(store, "1") == looked
    assert [one.closed for one in looked.registers] == [True, False]
    named = next(one for one in branches.listed(store, "1") if one.external_id == "S1")
    assert named.origins["name"]["kind"] == "screen"
    assert named.origins["name"]["who"] == "ana"
    assert named.origins["city"]["kind"] == "file"


def test_said_twice_nothing_more_changes_and_what_is_closed_opens_again(store):
    edits = {"registers": {"S1C1": {"closed": True}}}
    branches.amend(store, "1", edits, origin=SCREEN, clock=CLOCK)
    assert branches.amend(store, "1", edits, origin=SCREEN, clock=CLOCK).changed == ()
    branches.amend(store, "1", {"registers": {"S1C1": {"closed": False}}}, origin=SCREEN, clock=CLOCK)
    assert not branches.wanted(store, "1").registers[0].closed


def test_half_an_entry_is_refused(store):
    with pytest.raises(Refused) as refused:
        branches.amended(branches.wanted(store, "1"), {"registers": {"S1C9": {"name": "Caja 9"}}})
    assert refused.value.key == "list_edit_incomplete"
