"""Several files of one run: what stands in two of them is told in both, by the other's name, row and value."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpkit import sheet
from mpkit.branches import Memory
from mpkit.errors import UnreadableFile
from mpkit.sheet import Checked, across
from mpkit.sheet.run import Decided
from mpkit.work import silent
from tests.sheet.test_kinds import HEAD, SHOPS

LANGUAGES = ("es", "pt", "en")


def write(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(";".join(row) for row in rows) + "\n", encoding="utf-8")
    return path


def run(*files, **more):
    return tuple(each.result for each in sheet.check_all(files, silent, site="MLA", **more))


def told(checked, *codes):
    return [(f.code, f.row, f.column, f.severity.value) for f in checked.findings if not codes or f.code in codes]


def sentences(checked):
    return [sheet.message(finding, language) for finding in checked.findings for language in LANGUAGES]


def test_a_branch_of_two_files_is_told_in_both(tmp_path):
    north = write(tmp_path / "norte.csv", HEAD, *SHOPS)
    south = write(tmp_path / "sur.csv", ["Lista"], [], HEAD, SHOPS[2], ["0999", "Otra", *far(1)])
    one, two = run(north, south)
    (first,), (second,) = one.findings, two.findings
    assert (first.code, first.severity, first.record, first.row, first.column) == ("in_other_file", "warning", 3, 4, 1)
    assert {name: first.values[name] for name in ("value", "other", "row")} == {
        "value": "0427",
        "other": "sur.csv",
        "row": 4,
    }
    assert [each.values["again"] for each in (first, second)] == [
        {"branches": 0, "registers": 0},
        {"branches": 1, "registers": 1},
    ]
    assert across.counted([one, two]) == {"branches": 4, "registers": 4}
    assert (second.record, second.row, dict(second.values)["other"]) == (1, 4, "norte.csv")
    assert len(one.branches) == 3
    for language in LANGUAGES:
        assert "sur.csv" in one.to_json(language)["findings"][0]["message"]


def far(n):
    """Street, city, state and point of a shop near no other."""
    return [f"Pellegrini {n + 1}00", "Rosario", "Santa Fe", f"{-32.9 - n / 50:.4f}", "-60.6"]


def test_files_apart_have_nothing_to_say(tmp_path):
    files = [write(tmp_path / f"{n}.csv", HEAD, shop) for n, shop in enumerate(SHOPS)]
    assert [checked.findings for checked in run(*files)] == [(), (), ()]


def test_one_file_that_cannot_be_read_stops_no_other(tmp_path):
    good, bad = write(tmp_path / "a.csv", HEAD, *SHOPS), tmp_path / "b.csv"
    bad.write_bytes(b"%PDF-1.7")
    refusal, checked = run(bad, good)
    assert isinstance(refusal, UnreadableFile)
    assert isinstance(checked, Checked)
    with pytest.raises(UnreadableFile):
        run(bad)


COUNTED = [*HEAD, "zona", "cajas"]


def clashing(tmp_path):
    """Two files that differ in name, address, region and registers of one branch, and agree in another."""
    code, name, _, *rest = SHOPS[0]
    third = ["0999", "Otra", *far(1), "Este", "1"]
    north = write(tmp_path / "norte.csv", COUNTED, [*SHOPS[0], "Norte", "2"], [*SHOPS[1], "", "1"], third)
    here = [code, name + " II", "San Martín 455", *rest, "Sur", "3"]
    south = write(tmp_path / "sur.csv", COUNTED, here, [*SHOPS[1], "Este", "1"])
    return north, south


def test_every_value_that_differs_is_told_in_both(tmp_path):
    one, two = run(*clashing(tmp_path))
    codes = ("files_differ", "registers_differ")
    columns = {
        2: ("Peña & Compañía", "Peña & Compañía II"),
        3: ("San Martín 450", "San Martín 455"),
        8: ("Norte", "Sur"),
    }
    for checked, other, turn in ((one, "sur.csv", 1), (two, "norte.csv", -1)):
        assert told(checked, *codes) == [
            (code, 2, c, "blocking") for code, c in zip([codes[0]] * 3 + [codes[1]], [2, 3, 8, 9], strict=True)
        ]
        for finding in checked.findings:
            if finding.code == "files_differ":
                values = finding.values
                assert (values["here"], values["there"]) == columns[finding.column][::turn]
                assert (values["other"], values["row"]) == (other, 2)
        assert "0425" not in {branch.external_id for branch in checked.branches}
        assert "0426" in {branch.external_id for branch in checked.branches}  # blank says nothing: no conflict
        assert "0425" not in {register.branch_external_id for register in checked.registers}
    assert any("2" in s and "3" in s and "sur.csv" in s for s in sentences(one))


def test_somebody_chooses_a_row_or_all_alike(tmp_path):
    north, south = clashing(tmp_path)
    picked = Decided(passed={"norte.csv": {(2, "files_differ")}})
    one, two = run(north, south, decided=picked)
    assert [b.name for b in one.branches if b.external_id == "0425"] == ["Peña & Compañía"]
    assert [b.external_id for b in two.branches] == ["0426"]
    assert {severity for *_, severity in told(one, "files_differ", "registers_differ")} == {"warning"}
    assert "norte.csv" in sentences(two)[0]
    for order in ((north, south), (south, north)):
        results = {checked.file: checked for checked in run(*order, decided=Decided(accept={"files_differ"}))}
        assert len(results["sur.csv"].branches) == 2
        assert [b.external_id for b in results["norte.csv"].branches] == ["0426", "0999"]


def test_a_few_metres_and_letters_are_no_difference(tmp_path):
    code, name, street, city, state, lat, lng = SHOPS[0]
    north = write(tmp_path / "norte.csv", HEAD, SHOPS[0])
    south = write(tmp_path / "sur.csv", HEAD, [code, name.upper(), street.upper(), city, state, lat + "1", lng])
    one, two = run(north, south)
    assert told(one) == [("in_other_file", 2, 1, "warning")]
    assert told(two) == [("in_other_file", 2, 1, "warning")]


def test_ids_that_look_alike_are_told(tmp_path):
    rows = [
        [own, f"Local {n}", *far(n)]
        for n, own in enumerate(("sol1", "SOL1", "0425", "425", "A10", "AIO", "15-1-8017", "15-18-017"))
    ]
    [one] = run(write(tmp_path / "a.csv", HEAD, *rows))
    codes = ("id_case_twin", "id_zeros_twin", "id_lookalike")
    assert [(code, row) for code, row, *_ in told(one, *codes)] == [
        (codes[0], 2),
        (codes[0], 3),
        (codes[1], 4),
        (codes[1], 5),
        (codes[2], 6),
        (codes[2], 7),
    ]
    assert len({branch.external_id for branch in one.branches}) == 8
    other = write(tmp_path / "b.csv", HEAD, ["O425", "Otra", *far(20)])
    with_list = run(other, memory=Memory(run(write(tmp_path / "c.csv", HEAD, rows[2]))[0].branches))
    assert told(with_list[0]) == [("id_lookalike_list", 2, 1, "warning")]
    assert all(sentences(checked) for checked in (one, *with_list))


def test_two_rows_of_one_id_are_not_one_branch(tmp_path):
    bare = [row[1:] for row in (SHOPS[0], SHOPS[0], SHOPS[1])]
    bare[1][4] = "-32.9469"
    [one] = run(write(tmp_path / "a.csv", HEAD[1:], *bare), accept=("repeated_store",))
    assert told(one, "id_collision") == [("id_collision", 2, 1, "blocking"), ("id_collision", 3, 1, "blocking")]
    assert [branch.name for branch in one.branches] == ["Ñandú"]
    assert one.blocked == {1, 2}


def facts(results):
    """Everything the files say of the list, whatever the order."""
    branches = {(b.external_id, b.name, b.region, b.own_id, str(b.location)) for c in results for b in c.branches}
    registers = {(r.external_id, r.branch_external_id, r.name) for c in results for r in c.registers}
    return (
        branches,
        registers,
        {c.file: sorted((f.code, f.severity.value, str(f.values.get("value"))) for f in c.findings) for c in results},
    )


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_no_order_changes_ids_or_the_list(tmp_path, chance):
    shops = [["", f"Kiosco {n}", *far(n)] for n in range(6)] + SHOPS
    parts = {"a.csv": shops[:5], "b.csv": shops[3:8], "c.csv": shops[5:]}
    tills = [[own, f"Caja {n}"] for own in ("425", "426", "427") for n in (1, 2, 3)]

    def results(shuffled):
        files, order = [], list(range(len(HEAD)))
        for name, part in parts.items():
            rows = list(part)
            if shuffled:
                chance.shuffle(rows)
                chance.shuffle(order)
            files.append(write(tmp_path / name, *[[row[c] for c in order] for row in (HEAD, *rows)]))
        rows = list(tills)
        if shuffled:
            chance.shuffle(rows)
        files.append(write(tmp_path / "cajas.csv", ["sucursal", "nombre de caja"], *rows))
        if shuffled:
            chance.shuffle(files)
        return run(*files)

    assert facts(results(shuffled=True)) == facts(results(shuffled=False))


def test_sources_come_in_one_order(tmp_path):
    north, south = clashing(tmp_path)
    results = run(south, north)
    assert [source.origin.what for source in across.sources(results, "ana")] == ["norte.csv", "sur.csv"]
    assert across.named(results[1]) == {"0425", "0426", "0999"}
