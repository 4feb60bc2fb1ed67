"""Lists of registers (another file, another sheet) are given to their branches by a code both hold."""

import pytest

from mpkit import sheet
from mpkit.branches import Memory
from mpkit.sheet import joining
from mpkit.sheet.joining import Part, Shop
from tests.sheet.test_across import run, sentences, told, write
from tests.sheet.test_kinds import HEAD, SHOPS

TILLS = ["tienda", "terminal", "descripcion"]


def registers(checked):
    return [(r.branch_external_id, r.external_id, r.own_id) for r in checked.registers]


def test_registers_of_it_find_their_branches(tmp_path):
    shops = write(tmp_path / "sucursales.csv", HEAD, *SHOPS)
    rows = [["425", "1", "Caja rapida"], ["425", "2", "Caja 2"], ["427", "1", "Caja"], ["999", "1", "Caja"]]
    tills = write(tmp_path / "cajas.csv", TILLS, *rows)
    for order in ((shops, tills), (tills, shops)):
        results = {checked.file: checked for checked in run(*order)}
        listed, own = results["cajas.csv"], results["sucursales.csv"]
        assert listed.branches == ()
        assert registers(listed) == [("0425", "0425R1", "1"), ("0425", "0425R2", "2"), ("0427", "0427R1", "1")]
        assert [r.record for r in listed.registers] == [1, 2, 3]
        assert registers(own) == [("0426", "0426C01", "")]  # the one nobody listed keeps the one by default
        assert told(listed) == [("registers_joined_zeros", 1, 1, "info"), ("register_without_branch", 5, 1, "blocking")]
        assert told(own) == [("branch_without_registers", 3, 1, "warning")]
        assert dict(listed.findings[0].values) == {"registers": 3, "branches": 2, "orphans": 1, "column": "tienda"}
        assert all(sentences(checked) for checked in results.values())
        assert listed.blocked == {4}


def test_a_marked_workbook_is_not_joined_with_its_own_sheet_of_ids(tmp_path):
    [checked] = run(write(tmp_path / "a.csv", HEAD, *SHOPS))
    sheet.mark(tmp_path / "a.csv", checked, tmp_path / "a.xlsx", "pt")
    [again] = run(tmp_path / "a.xlsx")
    assert (again.branches, again.registers) == (checked.branches, checked.registers)


def test_the_list_knows_branches_too(tmp_path):
    [known] = run(write(tmp_path / "sucursales.csv", HEAD, *SHOPS))
    tills = write(tmp_path / "cajas.csv", TILLS, ["SUC-0425", "7", "Caja"], ["SUC-0426", "7", "Caja"])
    [listed] = run(tills, memory=Memory(known.branches, known.registers))
    assert registers(listed) == [("0425", "0425R7", "7"), ("0426", "0426R7", "7")]
    assert told(listed) == [("registers_joined_word", 1, 1, "info")]
    [alone] = run(tills)
    assert alone.registers == ()
    assert alone.blocked


def test_a_branch_that_waits_lets_its_registers_wait(tmp_path):
    wrong = [*SHOPS[0][:4], "Salta", *SHOPS[0][5:]]
    shops = write(tmp_path / "sucursales.csv", HEAD, wrong, *SHOPS[1:])
    tills = write(tmp_path / "cajas.csv", TILLS, *[[shop[0], "1", "Caja"] for shop in SHOPS])
    listed, _ = run(tills, shops)
    assert told(listed)[1:] == [("register_waits", 2, 1, "blocking")]
    assert [r[0] for r in registers(listed)] == ["0426", "0427"]


def test_what_is_listed_twice_is_one_register(tmp_path):
    shops = write(tmp_path / "sucursales.csv", HEAD, *SHOPS)
    tills = write(tmp_path / "cajas.csv", TILLS, ["0425", "1", "A"], ["0425", "1", "B"], ["0426", "1", "A"])
    listed, _ = run(tills, shops)
    assert told(listed, "register_twice") == [("register_twice", 3, 2, "warning")]
    assert [r[1] for r in registers(listed)] == ["0425R1", "0426R1"]


def test_registers_with_names_alone_keep_their_ids_wherever_their_rows_stand(tmp_path):
    shops = write(tmp_path / "sucursales.csv", HEAD, *SHOPS)
    names = ["Caja 2", "Rapida", "Caja 1"]
    found = []
    for order in (names, names[::-1], sorted(names)):
        tills = write(tmp_path / "cajas.csv", ["tienda", "nombre de caja"], *[["0425", name] for name in order])
        listed = run(tills, shops)[0]
        found.append({(r.external_id, r.name) for r in listed.registers})
    assert found[0] == found[1] == found[2]
    assert {name for name, _ in found[0]} == {"0425C01", "0425C02", "0425C03"}
    assert ("0425C02", "0425 Caja 2") in found[0]
    memory = Memory(run(shops)[0].branches, listed.registers)
    tills = write(
        tmp_path / "cajas.csv",
        ["tienda", "nombre de caja"],
        ["0425", "Rapida nueva"],
        ["0425", "Caja 1"],
        ["0425", "Caja 2"],
    )
    again = run(tills, shops, memory=memory)[0]
    assert {r.external_id for r in again.registers} == {"0425C01", "0425C02", "0425C03"}


def shop(own, name=""):
    return Shop(own, own, name, None)


@pytest.mark.parametrize(
    ("codes", "way", "expected"),
    [
        (["0425", "0426"], "exact", ["0425", "0426"]),
        (["425", "426"], "zeros", ["0425", "0426"]),
        (["suc-0425", "suc-0426"], "word", ["0425", "0426"]),
        (["Centro", "SUR"], "name", ["0425", "0426"]),
    ],
)
def test_the_way_codes_are_compared(codes, way, expected):
    found = joining.join(
        Part(("store_name", "register_id"), (tuple(codes), ("1", "2"))), [shop("0425", "Centro"), shop("0426", "Sur")]
    )
    assert (found.column, found.way) == (0, way)
    assert [each.external_id for each in found.shops.values()] == expected


def test_a_way_that_makes_two_branches_one_is_not_taken():
    part = Part(("external_id", "register_id"), (("15", "015", "7", "8"), ("1", "1", "1", "1")))
    found = joining.join(part, [shop("15"), shop("015"), shop("7"), shop("8")])
    assert found.way == "exact"
    loose = Part(("external_id", "register_id"), (("0015", "07", "08"), ("1", "1", "1")))
    found = joining.join(loose, [shop("15"), shop("015"), shop("7"), shop("8")])
    assert (found.way, found.orphans) == ("zeros", {1: "0015"})


def test_small_numbers_of_registers_are_no_codes_of_branches():
    cells = (tuple("112233"), tuple("121212"))
    found = joining.join(Part(("ignore", "register_id"), cells), [shop(str(n)) for n in range(1, 4)])
    assert found.column == 0
    assert joining.join(Part(("external_id", "ignore"), (("1", "2"), ("x", "y"))), [shop("1"), shop("2")]) is None


def test_a_list_of_names_without_registers_stays_what_it_is(tmp_path):
    shops = write(tmp_path / "sucursales.csv", HEAD, *SHOPS)
    phones = write(tmp_path / "telefonos.csv", ["codigo", "nombre"], *[shop[:2] for shop in SHOPS])
    other, own = run(phones, shops)
    assert other.registers == ()
    assert len(own.registers) == 3
