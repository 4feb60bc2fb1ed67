"""Who the rows of a file are: the same file twice, rows moved, a name corrected give the same ids; doubt asks."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mpkit import branches, sheet
from mpkit.branches import Memory
from mpkit.branches.identity import identify, likeness
from mpkit.model import Branch, Location, Register
from mpkit.sheet import across, ids
from mpkit.sheet.run import Decided
from mpkit.work import FixedClock
from tests.sheet.test_across import far, run, sentences, told, write
from tests.sheet.test_kinds import HEAD

BARE = HEAD[1:]
SHOPS = [[f"Kiosco {name}", *far(n)] for n, name in enumerate(("Sol", "Luna", "Mar", "Duna", "Cielo"))]


def memory(results, more=None):
    found = [b for c in results for b in c.branches], [r for c in results for r in c.registers]
    return Memory(tuple(found[0]), tuple(found[1]), more or {})


def names(results):
    return {branch.name: branch.external_id for checked in results for branch in checked.branches}


@pytest.fixture
def before(tmp_path):
    return run(write(tmp_path / "antes.csv", BARE, *SHOPS))


def change(n, **new):
    """The shops, one of them with other cells."""
    rows = [list(row) for row in SHOPS]
    for column, text in new.items():
        rows[n][BARE.index(column)] = text
    return rows


def test_rows_moved_and_a_name_corrected_are_the_same_branches(tmp_path, before):
    old = names(before)
    rows = change(1, nombre="Kiosco de la Luna")[::-1]
    [alone] = run(write(tmp_path / "a.csv", BARE, *rows))
    assert names([alone])["Kiosco de la Luna"] not in old.values()
    [linked] = run(write(tmp_path / "a.csv", BARE, *rows), memory=memory(before))
    new = names([linked])
    assert new.pop("Kiosco de la Luna") == old["Kiosco Luna"]
    assert new.items() <= old.items()
    assert told(linked) == [("identity_linked", 5, 1, "info")]
    assert {r.external_id for r in linked.registers} == {r.external_id for r in before[0].registers}
    assert "Kiosco Luna" in sentences(linked)[0]


def test_what_was_linked_once_is_known_for_good(tmp_path, before, store):
    """The id made for the row as it is now is kept beside the one it stands for, whatever the list says of it later."""
    clock = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
    branches.propose_all(store, "7", across.sources(before), clock=clock)
    path = write(tmp_path / "a.csv", BARE, *change(1, nombre="Kiosco de la Luna"))
    linked = run(path, memory=branches.memory(store, "7"))
    done = branches.propose_all(store, "7", across.sources(linked), clock=clock)
    assert (done.added, len(done.changed)) == ((), 2)  # the branch, and the name of its register
    held = branches.memory(store, "7")
    assert [key for key in held.ids if key[0] == "made"] == [("made", "", ids.of_branch(linked[0].branches[1]))]
    moved = replace(held.branches[1], location=replace(held.branches[1].location, street_name="Otra", latitude=-33.5))
    far_off = Memory((*held.branches[:1], replace(moved, name="Otro"), *held.branches[2:]), held.registers, held.ids)
    assert names(run(path, memory=far_off))["Kiosco de la Luna"] == names(before)["Kiosco Luna"]


@pytest.mark.parametrize(
    "new",
    [
        {"nombre": "Otro nombre"},  # another name at the same address
        {
            "direccion": "Belgrano 990",
            "lat": "-32.99",
            "lng": "-60.71",
        },  # a name no other shop has, elsewhere in the city
    ],
)
def test_doubt_asks(tmp_path, before, new):
    path = write(tmp_path / "a.csv", BARE, *change(2, **new))
    held = memory(before)
    [asked] = run(path, memory=held)
    assert told(asked) == [("identity_doubtful", 4, 1, "blocking")]
    assert len(asked.branches) == len(asked.registers) == 4
    old = names(before)["Kiosco Mar"]
    assert old in sentences(asked)[0]
    assert asked.findings[0].values["ids"] == old
    same = Decided(passed={"a.csv": {(4, f"identity_doubtful={old}")}})
    [linked] = run(path, memory=held, decided=same)
    assert (len(linked.branches), {b.external_id for b in linked.branches}) == (5, set(names(before).values()))
    assert told(linked) == []
    fresh = Decided(passed={"a.csv": {(4, "identity_doubtful")}})
    [other] = run(path, memory=held, decided=fresh)
    assert len({b.external_id for b in other.branches} - set(names(before).values())) == 1
    assert {code for code, *_ in told(other)} <= {"register_name_twice"}  # the new one may be called as the old one is


def test_another_shop_is_another_shop(tmp_path, before):
    rows = [*SHOPS, ["Kiosco Estrella", *far(9)]]
    [checked] = run(write(tmp_path / "a.csv", BARE, *rows), memory=memory(before))
    assert told(checked) == []
    assert len(checked.branches) == 6


def test_a_branch_that_gets_an_id_stays_itself(tmp_path, before):
    rows = [[f"S{n}", *row] for n, row in enumerate(SHOPS)]
    [checked] = run(write(tmp_path / "a.csv", HEAD, *rows), memory=memory(before))
    assert names([checked]) == names(before)
    assert [b.own_id for b in checked.branches] == ["S0", "S1", "S2", "S3", "S4"]
    assert {code for code, *_ in told(checked)} == {"identity_linked"}
    held = memory(before, {("branch", "", "S0"): names(before)["Kiosco Sol"]})
    [again] = run(write(tmp_path / "b.csv", HEAD, ["S0", "Todo nuevo", *far(7)]), memory=held)
    assert again.branches[0].external_id == names(before)["Kiosco Sol"]


def test_another_id_at_the_same_place_asks(tmp_path):
    rows = [[f"S{n}", *row] for n, row in enumerate(SHOPS)]
    before = run(write(tmp_path / "antes.csv", HEAD, *rows))
    recoded = [["T9", *SHOPS[0]], *rows[1:]]
    [checked] = run(write(tmp_path / "a.csv", HEAD, *recoded), memory=memory(before))
    assert told(checked) == [("identity_doubtful", 2, 1, "blocking")]
    [both] = run(write(tmp_path / "a.csv", HEAD, *rows, ["T9", "Otro", *SHOPS[0][1:]]), memory=memory(before))
    assert "identity_doubtful" not in {code for code, *_ in told(both)}  # the file itself says that they are two


def test_zeros_a_spreadsheet_dropped_are_no_second_branch(tmp_path):
    before = run(write(tmp_path / "antes.csv", HEAD, ["0425", *SHOPS[0]]))
    [checked] = run(write(tmp_path / "a.csv", HEAD, ["425", *SHOPS[0]]), memory=memory(before))
    assert [b.external_id for b in checked.branches] == ["0425"]
    assert {code for code, *_ in told(checked)} == {"identity_linked", "id_zeros_twin_list"}


def test_two_files_without_ids_name_one_branch(tmp_path):
    north = write(tmp_path / "norte.csv", BARE, *SHOPS[:3])
    south = write(tmp_path / "sur.csv", BARE, ["Kiosco del Mar", *SHOPS[2][1:]], *SHOPS[3:])
    one, two = run(north, south)
    assert told(one) == [("files_differ", 4, 1, "blocking")]
    assert told(two) == [("files_differ", 2, 1, "blocking")]
    one, two = run(north, write(tmp_path / "sur.csv", BARE, ["Otro nombre", *SHOPS[2][1:]], *SHOPS[3:]))
    assert told(one) == [("identity_doubtful", 4, 1, "blocking")]
    assert told(two) == [("identity_doubtful", 2, 1, "blocking")]
    assert (len(one.branches), len(two.branches)) == (2, 2)


def test_chains_of_one_name_are_told_apart_by_place(tmp_path):
    rows = [["Farmacia", *row[1:]] for row in SHOPS]
    before = run(write(tmp_path / "antes.csv", BARE, *rows))
    rows[1][1] = "Pellegrini 240"  # 50 metres on: the old one, or another?
    [checked] = run(write(tmp_path / "a.csv", BARE, *rows), memory=memory(before))
    assert told(checked, "identity_doubtful") == [("identity_doubtful", 3, 1, "blocking")]


PLACE = Location("Mitre", "10", "Salta", "Salta", -24.78, -65.41)
words_ = st.sampled_from(["Sol", "Luna", "Mar", "Río", "Kiosco", "Almacén"])
shop = st.builds(
    lambda n, name, street, number, own, shift: Branch(
        f"XD{n}",
        " ".join(name),
        replace(PLACE, street_name=street, street_number=str(number), latitude=-24.78 + shift),
        own_id=own,
    ),
    st.integers(0, 10**6),
    st.lists(words_, min_size=1, max_size=2),
    st.sampled_from(["Mitre", "Belgrano", "San Martín"]),
    st.integers(1, 3),
    st.sampled_from(["", "", "A", "B"]),
    st.sampled_from([0, 0.001, 0.02]),
)
shops = st.lists(shop, max_size=7, unique_by=lambda branch: branch.external_id)


def plain(found, fresh):
    same = {fresh[n].external_id: branch.external_id for n, branch in found.same.items()}
    doubtful = {fresh[n].external_id: [each.branch.external_id for each in some] for n, some in found.doubtful.items()}
    return same, doubtful


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shops, shops, st.randoms(use_true_random=False))
def test_who_is_who_depends_on_no_order(fresh, known, chance):
    known = [replace(branch, external_id="K" + branch.external_id) for branch in known]
    same, doubtful = plain(identify(fresh, known), fresh)
    assert len(set(same.values())) == len(same)  # nobody is two
    assert not set(same) & set(doubtful)
    for order in (fresh, known):
        chance.shuffle(order)
    assert plain(identify(fresh, known), fresh) == (same, doubtful)


@given(shop, shop)
def test_likeness_is_the_same_both_ways(one, other):
    assert likeness(one, other).score == likeness(other, one).score
    assert likeness(one, one).score == 1.0


own_ids = st.text(min_size=1, max_size=70)


@given(own_ids, st.text(min_size=0, max_size=40), st.integers(1, 300), own_ids)
@example("0425", "", 7, "X1")
@example("0" * 60, "till" * 9, 1, "9" * 60)
def test_a_register_moved_is_the_one_it_would_have_been(store, till, number, other):
    first, second = ids.derived_id(store, "", "", ""), ids.store_id(other)
    made = Register(ids.register_id(first, till, number), first, "Caja", own_id=till)
    assert ids.moved(made, second) == ids.register_id(second, till, number)


def test_every_sentence_names_its_candidates(tmp_path, before):
    [asked] = run(write(tmp_path / "a.csv", BARE, *change(0, nombre="Otra cosa")), memory=memory(before))
    for language in ("es", "pt", "en"):
        assert "Pellegrini 100" in sheet.message(asked.findings[0], language)
