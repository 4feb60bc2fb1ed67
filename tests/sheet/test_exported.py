"""The list as a sheet and back: nothing changes that nobody changed, in seven countries, three languages, two kinds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from mpkit.model import Amount, Branch, Location, Register
from mpkit.sheet import Checked, across, check, exported, template
from mpkit.sheet.findings import ACCEPTABLE
from mpkit.sites import SITES
from tests.plan.chain import branch, chain

FILES = {
    "MLA": "AR_precios-claros_sucursales.csv",
    "MLB": "BR_lojas-de-pesca.csv",
    "MLC": "CL_farmacias_minsal.csv",
    "MCO": "CO_puntos-de-venta.csv",
    "MLU": "UY_locales-de-cobro.csv",
}
LINES = 61  # of a file: the header and so many branches
LIVE = ("=1+1", "+54 11 4000", "-x", "@SUM(A1)", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0")


def back(
    folder: Path, site: str, name: str, language: str, listed: tuple[Sequence[Branch], Sequence[Register]]
) -> tuple[dict[str, Branch], dict[str, Register]]:
    """What a check of the exported file reads; the row it stood in is left out."""
    file = exported.write(folder / name, *listed, language)
    (found,) = across.compared([check(file, site=site)])
    assert not found.blocked, [(one.code, one.row, one.values) for one in found.findings if one.record in found.blocked]
    branches = {one.external_id: replace(one, record=None) for one in found.branches}
    return branches, {one.external_id: replace(one, record=None) for one in found.registers}


def by_id(branches: Sequence[Branch], registers: Sequence[Register]) -> tuple[dict[str, Branch], dict[str, Register]]:
    return (
        {one.external_id: replace(one, record=None) for one in branches},
        {one.external_id: replace(one, record=None) for one in registers},
    )


def real(site: str, request: pytest.FixtureRequest, folder: Path) -> Checked:
    """A real list of the country; its own example where there is none with streets."""
    if site not in FILES:
        return check(template(site, "es", folder)[1], site=site)
    shared: Path = request.getfixturevalue("shared")
    lines = (shared / "data" / "branches" / FILES[site]).read_bytes().splitlines(keepends=True)
    file = folder / "real.csv"
    file.write_bytes(b"".join(lines[:LINES]))
    return check(file, site=site, accept=ACCEPTABLE)


@pytest.mark.parametrize("site", SITES)
def test_a_real_list_comes_back_as_it_was(site: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    read = real(site, request, tmp_path)
    dice = random.Random(site)
    tills = [
        replace(one, amount=dice.choice([None, *Amount]), category=dice.choice([None, 621102, 473000]))
        for one in read.registers
    ]
    chosen = [replace(one, closed=dice.random() < 0.1, region=dice.choice(["", "Norte"])) for one in read.branches]
    shut = {one.external_id for one in chosen if one.closed}
    tills = [replace(one, closed=one.branch_external_id in shut or dice.random() < 0.1) for one in tills]
    expected = by_id(chosen, tills)
    assert len(chosen) >= 5
    assert back(tmp_path, site, "list.xlsx", SITES[site].language, (chosen, tills)) == expected
    if site in {"MLA", "MLB"}:
        assert back(tmp_path, site, "list.csv", "en", (chosen, tills)) == expected


def shop(n: int, **changed: object) -> Branch:
    return replace(branch(n), zone="America/Argentina/Buenos_Aires", **changed)


def till(n: int, of: int, **changed: object) -> Register:
    made = Register(f"S{of:03d}C{n:02d}", f"S{of:03d}", f"Caja {n}")
    return replace(made, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "language"), [("list.xlsx", "es"), ("list.csv", "pt"), ("list.xlsx", "en")])
def test_what_no_file_of_branches_could_say_comes_back_too(language: str, name: str, tmp_path: Path) -> None:
    place = Location("San Martín 100 bis", "100", *_place(3), reference="esquina, al fondo", approximate=True)
    branches = [
        shop(0, own_id="", external_id="XDABCDEFGHIJKLMNOPQRST"),  # made by us: it has no code of the merchant's
        shop(1, own_id="0425"),
        shop(2, closed=True, external_id="SUC2", own_id="SUC2"),
        shop(
            3, location=place, tax_id="30-11111111-8", phone="+54 11 4000", email="a@b.example", contact="-x", route="7"
        ),
        shop(4, hours={"monday": (("09:00", "13:00"), ("17:00", "23:59")), "sunday": (("00:00", "02:00"),)}),
    ]
    homes = [one.external_id for one in branches]
    registers = [
        till(1, 0, branch_external_id=homes[0], external_id="OTHER1", name="Mostrador"),  # another software's id
        till(2, 0, branch_external_id=homes[0], external_id="S000C07", own_id="A-7", till_code="0007"),
        till(1, 1, branch_external_id=homes[1], amount=Amount.TILL, category=12345),
        till(1, 2, branch_external_id=homes[2], closed=True),
        till(1, 3, branch_external_id=homes[3], closed=True, amount=Amount.OWN_SYSTEM),
    ]  # the last branch has none
    found = back(tmp_path, "MLA", name, language, (branches, registers))
    zones = {one.external_id: one.zone for one in found[0].values()}
    assert found == by_id([replace(one, zone=zones[one.external_id]) for one in branches], registers)


def _place(n: int) -> tuple[str, str, float, float]:
    where = branch(n).location
    return where.city, where.state, where.latitude, where.longitude


@pytest.mark.parametrize("name", ["list.xlsx", "list.csv"])
def test_no_text_becomes_a_formula_and_each_comes_back(name: str, tmp_path: Path) -> None:
    branches = [shop(n, own_id=f"own{n}", phone=text, contact=text, region=text) for n, text in enumerate(LIVE)]
    found, _ = back(tmp_path, "MLA", name, "es", (branches, []))
    assert [found[f"S{n:03d}"].phone for n in range(len(LIVE))] == list(LIVE)
    if name == "list.csv":
        text = (tmp_path / name).read_text(encoding="utf-8-sig")
        cells = [cell.strip('"') for line in text.splitlines() for cell in line.split(",")]
        assert not [cell for cell in cells if cell[:1] in "=+-@" and cell and not _is_number(cell)]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_what_somebody_changes_in_it_is_read_and_a_new_row_is_a_new_branch(tmp_path: Path) -> None:
    listed = chain(3, 3)
    cells = list(exported.rows(listed.branches, listed.registers, "es"))
    heads = exported.headings("es")
    at = {name: heads.index(exported.heading(name, "es")) for name in ("store_name", "register_name", "external_id")}
    cells[0][at["store_name"]] = "Otro nombre"
    cells[1][at["register_name"]] = "Mostrador"
    new = [*["", "", "", ""], *cells[2][4:]]
    new[at["external_id"]], new[at["store_name"]] = "0999", "Nueva"
    place = heads.index(exported.heading("street_number", "es"))
    new[place] = "4321"
    file = tmp_path / "list.csv"
    file.write_bytes(exported.as_csv([heads, *cells, new]))
    found = check(file, site="MLA", accept=ACCEPTABLE)
    assert {one.external_id: one.name for one in found.branches} == {
        "S000": "Otro nombre",
        "S001": "Sucursal 1",
        "S002": "Sucursal 2",
        "0999": "Nueva",
    }
    assert [one.name for one in found.registers][:3] == ["Caja 0", "Mostrador", "Caja 2"]
    assert found.registers[3].branch_external_id == "0999"
