"""The list keeps what was said last, by whom, and never forgets what a proposal does not mention."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mpkit import branches
from mpkit.branches import Choice, Origin
from mpkit.db import Engine, open_store
from mpkit.model import Amount, Branch, Location, Register
from mpkit.work import FixedClock

PLACE = Location("Cabred", "23", "Salta", "Salta", -24.67, -65.04)
SHOP = Branch("0425", "Centro", PLACE, {"monday": (("09:00", "13:00"),)}, own_id="0425", record=1)
TILL = Register("0425C01", "0425", "0425 Caja 1", Amount.BUYER, record=1)
FILE = Origin("file", "ana", "sucursales.csv")
SCREEN = Origin("screen", "ana", "Sucursales")


def propose(store: Engine, clock: FixedClock, *shops: Branch, tills=(), origin=FILE, **more):
    return branches.propose(store, "7", shops, tills, origin=origin, clock=clock, **more)


def test_what_goes_in_comes_out(store, clock):
    done = propose(store, clock, SHOP, tills=[TILL])
    assert (done.added, done.changed, done.same) == (("0425", "0425C01"), (), ())
    assert branches.wanted(store, "7") == branches.Wanted((SHOP,), (TILL,))
    assert branches.wanted(store, "8") == branches.Wanted((), ())


def test_the_same_again_changes_nothing(store, clock):
    propose(store, clock, SHOP, tills=[TILL])
    clock.at += timedelta(days=1)
    done = propose(store, clock, SHOP, tills=[TILL])
    assert (done.added, done.changed, done.changes) == ((), (), ())
    assert {entry.changed for entry in branches.listed(store, "7")} == {datetime(2026, 3, 1, tzinfo=UTC)}


def test_absence_removes_nothing_and_order_stays(store, clock):
    propose(store, clock, SHOP, replace(SHOP, external_id="0426"))
    propose(store, clock, replace(SHOP, external_id="0427"))
    assert [b.external_id for b in branches.wanted(store, "7").branches] == ["0425", "0426", "0427"]


def test_blank_leaves_as_is(store, clock):
    propose(store, clock, replace(SHOP, region="Norte"), tills=[TILL])
    done = propose(store, clock, replace(SHOP, hours={}, region=""), tills=[replace(TILL, amount=None)])
    assert done.changes == ()
    assert branches.wanted(store, "7").branches[0].region == "Norte"
    assert branches.wanted(store, "7").registers[0].amount is Amount.BUYER


def test_each_value_has_its_own_origin(store, clock):
    propose(store, clock, SHOP)
    done = propose(store, clock, replace(SHOP, name="Centro II", record=None), origin=SCREEN)
    assert [(c.field, c.before, c.after) for c in done.changes] == [("name", "Centro", "Centro II")]
    [kept] = branches.listed(store, "7")
    assert (kept.origins["name"]["kind"], kept.origins["city"]["kind"]) == ("screen", "file")
    assert (kept.origins["city"]["what"], kept.origins["city"]["record"]) == ("sucursales.csv", 1)


def test_a_person_corrects_a_file_once(store, clock):
    propose(store, clock, SHOP)
    propose(store, clock, replace(SHOP, name="Centro II"), origin=SCREEN)
    propose(store, clock, replace(SHOP, name="Centro 2"), origin=SCREEN)  # and again: the file has said what it said
    again = propose(store, clock, SHOP)
    assert [(c.kept, c.conflict) for c in again.changes] == [(True, False)]
    assert branches.wanted(store, "7").branches[0].name == "Centro 2"


def test_a_file_with_news_against_a_person_asks(store, clock):
    propose(store, clock, SHOP)
    clock.at += timedelta(hours=1)
    propose(store, clock, replace(SHOP, name="Centro II"), origin=SCREEN)
    news = replace(SHOP, name="Centro III", region="Norte")
    asked = propose(store, clock, news)
    [change] = asked.conflicts
    assert (change.field, change.before, change.after) == ("name", "Centro II", "Centro III")
    assert (change.wrote["kind"], change.wrote["at"]) == ("screen", "2026-03-01T01:00:00+00:00")
    assert (change.says["what"], change.says["record"]) == ("sucursales.csv", 1)
    shop = branches.wanted(store, "7").branches[0]
    assert (shop.name, shop.region) == ("Centro II", "Norte")  # what nobody contradicts is taken in
    assert propose(store, clock, news).conflicts  # until somebody chooses
    kept = propose(store, clock, news, choice=Choice({("branch", "0425", "name"): "list"}))
    assert (kept.conflicts, [c.kept for c in kept.changes]) == ((), [True])
    assert (propose(store, clock, news).conflicts, branches.wanted(store, "7").branches[0].name) == ((), "Centro II")
    other = replace(news, name="Centro IV")
    assert propose(store, clock, other, choice=Choice(others="file")).changed == ("0425",)
    assert branches.wanted(store, "7").branches[0].name == "Centro IV"


def test_only_a_said_status_reopens(store, clock):
    propose(store, clock, replace(SHOP, closed=True))
    propose(store, clock, SHOP)
    assert branches.wanted(store, "7").branches[0].closed
    propose(store, clock, SHOP, reopens=True)
    assert not branches.wanted(store, "7").branches[0].closed


def test_a_preview_writes_nothing(store, clock):
    assert propose(store, clock, SHOP, write=False).added == ("0425",)
    assert branches.wanted(store, "7").branches == ()


names = st.text("AÑé '0z-", min_size=1, max_size=12)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), names, names, st.booleans()), max_size=8))
def test_the_last_word_of_files_is_the_list(tmp_path_factory, said):
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('list') / 's.sqlite'}")
    clock = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
    last: dict[str, Branch] = {}
    for external_id, name, street, closed in said:
        place = replace(PLACE, street_name=street)
        last[external_id] = Branch(external_id, name, place, closed=closed, record=1)
        branches.propose(store, "7", [last[external_id]], [], origin=FILE, clock=clock, reopens=True)
    found = branches.wanted(store, "7").branches
    assert list(found) == list(last.values())
