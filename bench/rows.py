"""Rows checked: `mpkit.sheet.check` on a workbook of 20,000 branches x 15 columns, against reading it alone.

Baselines: pandas with openpyxl (the common recipe) and calamine (the fastest reader at hand), both only reading the
cells as text. Our figure holds reading in a limited child process, recognising the columns and judging every cell.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pandas as pd
import xlsxwriter
from python_calamine import CalamineWorkbook
from timing import fastest, report

from mpkit import places, sheet

ROWS = 20_000
SEED = 7
HEADERS = (
    "Código", "Sucursal", "Razón social", "Calle", "Número", "Barrio", "Localidad", "Provincia", "Código postal",
    "Latitud", "Longitud", "Abre", "Cierra", "Teléfono", "Región",
)  # fmt: skip
STREETS = ("San Martín", "Belgrano", "Rivadavia", "Mitre", "Sarmiento", "Moreno", "Güemes", "Alberdi")


def workbook(file: Path) -> None:
    """Write believable branches of one chain, each in a real city of the catalogue, a little off its centre."""
    chance = random.Random(SEED)
    catalogue = places.catalogue("MLA")
    cities = [(state, city) for state in catalogue.states for city in catalogue.cities(state)]
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        page = book.add_worksheet("Sucursales")
        page.write_row(0, 0, HEADERS)
        for row in range(1, ROWS + 1):
            state, city = chance.choice(cities)
            latitude, longitude = catalogue.point(state, city) or (-34.6, -58.4)
            page.write_row(row, 0, [
                f"S{row:05}", f"Farmacia {city} {row}", "Farmacias del Ejemplo S.A.", chance.choice(STREETS),
                str(chance.randint(1, 9000)), "Centro", city, state, str(chance.randint(1000, 9431)),
                f"{latitude + chance.uniform(-0.01, 0.01):.6f}", f"{longitude + chance.uniform(-0.01, 0.01):.6f}",
                "08:00", "20:00", f"011 4{chance.randint(100, 999)}-{chance.randint(1000, 9999)}", "Norte",
            ])  # fmt: skip


def main() -> None:
    """Make the workbook, run the three ways in turn, print."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "branches.xlsx"
        workbook(file)
        checked = sheet.check(file, site="MLA")
        counts = f"{len(checked.branches):,} branches, {len(checked.findings):,} findings"
        if len(checked.branches) < ROWS * 0.95:
            message = f"the generated workbook should be good: {counts}"
            raise SystemExit(message)
        ways = {
            "mpkit check": lambda: sheet.check(file, site="MLA"),
            "pandas + openpyxl, reading alone": lambda: pd.read_excel(file, dtype=str, engine="openpyxl"),
            "calamine, reading alone": lambda: CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python(),
        }
        report(f"{ROWS:,} rows x {len(HEADERS)} columns ({counts})", "mpkit check", fastest(ways))


if __name__ == "__main__":
    main()
