"""The files of one run go into the list together or not at all, and a run can be taken back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpkit import branches
from mpkit.branches import Origin, Source, rows
from mpkit.db import open_store
from mpkit.errors import Refused
from mpkit.model import Register
from mpkit.work import FixedClock
from tests.branches.test_listing import PLACE, SCREEN, SHOP, TILL, propose

NORTH, SOUTH = Origin("file", "ana", "norte.csv"), Origin("file", "ana", "sur.csv")
OTHER = replace(SHOP, external_id="0426", own_id="0426", name="Sur", location=replace(PLACE, street_name="Mitre"))


def state(store):
    return [(each.object, each.external_id, each.values) for each in branches.listed(store, "7")]


def run(store, clock, *sources, **more):
    return branches.propose_all(store, "7", sources, clock=clock, **more)


def test_a_run_is_written_whole_or_not_at_all(store, clock, monkeypatch):
    propose(store, clock, SHOP)
    before = branches.listed(store, "7")
    sources = [Source(NORTH, (replace(SHOP, name="Nuevo"),), (TILL,)), Source(SOUTH, (OTHER,))]
    write = rows.write

    def killed(connection, table, entries):
        write(connection, table, entries)
        if table is rows.registers:
            raise KeyboardInterrupt

    monkeypatch.setattr(rows, "write", killed)
    with pytest.raises(KeyboardInterrupt):
        run(store, clock, *sources)
    monkeypatch.undo()
    assert branches.listed(store, "7") == before
    assert branches.taken_in(store, "7")[0].files == ("sucursales.csv",)
    done = run(store, clock, *sources)
    assert (done.added, done.changed) == (("0426", "0425C01"), ("0425",))


def test_a_run_says_what_it_changes_from_what_was(store, clock):
    propose(store, clock, SHOP)
    first, last = replace(SHOP, name="Uno"), replace(SHOP, name="Dos")
    preview = run(store, clock, Source(NORTH, (first,)), Source(SOUTH, (last,)), write=False)
    assert [(c.before, c.after, c.says["what"]) for c in preview.changes] == [("Centro", "Dos", "sur.csv")]
    assert state(store)[0][2]["name"] == "Centro"
    back = run(store, clock, Source(NORTH, (first,)), Source(SOUTH, (SHOP,)))
    assert (back.changes, back.changed, back.same, back.take_in) == ((), (), ("0425",), "")


def test_a_run_is_taken_back(store, clock):
    propose(store, clock, SHOP, tills=[TILL])
    before = state(store)
    clock.at += timedelta(hours=1)
    done = run(store, clock, Source(NORTH, (replace(SHOP, name="Otro", region="Norte"), OTHER), (TILL,)))
    [late, early] = branches.taken_in(store, "7")
    assert (late.id, late.files, late.who, late.entries, late.undone) == (done.take_in, ("norte.csv",), "ana", 2, None)
    assert early.files == ("sucursales.csv",)
    clock.at += timedelta(hours=1)
    undone = branches.undo(store, "7", done.take_in, clock=clock)
    assert (undone.removed, undone.restored, undone.left) == (("0426",), ("0425",), ())
    assert state(store) == before
    assert branches.memory(store, "7").ids == {("branch", "", "0425"): "0425"}
    with pytest.raises(Refused):
        branches.undo(store, "7", done.take_in, clock=clock)
    with pytest.raises(Refused):
        branches.undo(store, "7", "nothing", clock=clock)
    with pytest.raises(Refused):
        branches.undo(store, "8", early.id, clock=clock)


def test_what_happened_since_is_left(store, clock):
    propose(store, clock, SHOP)
    clock.at += timedelta(hours=1)
    third = replace(OTHER, external_id="0427", own_id="0427")
    news = replace(SHOP, name="Otro", region="Norte")
    done = run(
        store,
        clock,
        Source(NORTH, (news, OTHER, third), (replace(TILL, external_id="0427C01", branch_external_id="0427"),)),
    )
    clock.at += timedelta(hours=1)
    propose(store, clock, replace(news, name="A mano"), origin=SCREEN)
    propose(store, clock, tills=[Register("0426C09", "0426", "Nueva")], origin=SCREEN)
    undone = branches.undo(store, "7", done.take_in, clock=clock, exists={"0427C01"})
    assert set(undone.left) == {"0425", "0426", "0427", "0427C01"}
    shop = branches.wanted(store, "7").branches[0]
    assert (shop.name, shop.region) == ("A mano", "")
    assert len(branches.wanted(store, "7").branches) == 3


def test_only_the_last_runs_can_be_taken_back(store, clock):
    names = []
    for number in range(23):
        clock.at += timedelta(hours=1)
        names.append(run(store, clock, Source(NORTH, (replace(SHOP, name=str(number)),))).take_in)
    with pytest.raises(Refused):
        branches.undo(store, "7", names[2], clock=clock)
    assert branches.undo(store, "7", names[3], clock=clock).left == ("0425",)
    assert branches.undo(store, "7", names[-1], clock=clock).restored == ("0425",)
    assert state(store)[0][2]["name"] == "21"


def test_own_ids_are_kept_with_who_they_are(store, clock):
    till = replace(TILL, own_id="1")
    run(store, clock, Source(NORTH, (SHOP,), (till,), made={"XDABC": "0425"}))
    run(store, clock, Source(SOUTH, (replace(SHOP, own_id="425"),)))
    assert branches.memory(store, "7").ids == {
        ("branch", "", "0425"): "0425",
        ("branch", "", "425"): "0425",
        ("register", "0425", "1"): "0425C01",
        ("made", "", "XDABC"): "0425",
    }
    assert branches.memory(store, "8").ids == {}


parts = st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from(["x", "y", ""])), max_size=6)


@settings(max_examples=25, deadline=None)
@given(parts, parts)
def test_a_run_and_its_undo_are_nothing(tmp_path_factory, first, second):
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('list') / 's.sqlite'}")
    clock = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
    shops = [[replace(SHOP, external_id=name, region=region) for name, region in part] for part in (first, second)]
    run(store, clock, Source(NORTH, tuple(shops[0])))
    before = state(store)
    clock.at += timedelta(hours=1)
    done = run(store, clock, Source(SOUTH, tuple(shops[1])))
    again = run(store, clock, Source(SOUTH, tuple(shops[1])))
    assert (again.added, again.changed, again.changes, again.take_in) == ((), (), (), "")
    if done.take_in:
        branches.undo(store, "7", done.take_in, clock=clock)
    assert state(store) == before


def test_a_new_branch_somebody_wrote_in_since_is_left(store, clock):
    done = run(store, clock, Source(NORTH, (SHOP, OTHER)))
    clock.at += timedelta(hours=1)
    propose(store, clock, replace(SHOP, region="Centro"), origin=SCREEN)
    undone = branches.undo(store, "7", done.take_in, clock=clock)
    assert (undone.removed, undone.left) == (("0426",), ("0425",))
