"""Rows checked: `mpkit.sheet.check` on a workbook of 20,000 branches x 15 columns, against reading it alone.

Baselines: pandas with openpyxl (the common recipe) and calamine (the fastest reader at hand), both only reading the
cells as text. Our figure holds reading in a limited child process, recognising the columns and judging every cell.
Then 200,000 rows, a text file, in tenths of it; and the memory of both processes against the Python size of the grid.
"""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import xlsxwriter
from python_calamine import CalamineWorkbook
from timing import fastest, processor, report

from mpkit import places, sheet

ROWS = 20_000
SEED = 7
HEADERS = (
    "Código", "Sucursal", "Razón social", "Calle", "Número", "Barrio", "Localidad", "Provincia", "Código postal",
    "Latitud", "Longitud", "Abre", "Cierra", "Teléfono", "Región",
)  # fmt: skip
STREETS = ("San Martín", "Belgrano", "Rivadavia", "Mitre", "Sarmiento", "Moreno", "Güemes", "Alberdi")


MANY, STEPS = 200_000, (20_000, 60_000, 200_000)
NARROW = (0, 1, 3, 4, 6, 7, 9, 10)  # the columns of the long file: 200,000 rows of all would be more than 20 MB
PEAK = """
import resource, sys
def high():  # of this program alone: what the kernel counts for a process begins with its parent's
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
bare = high()
from mpkit import sheet
checked = sheet.check(sys.argv[1], site="MLA")
peak, child = high(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
rows = checked.cells.rows
grid = sys.getsizeof(rows) + sum(sys.getsizeof(row) + sum(map(sys.getsizeof, row)) for row in rows)
print((peak - bare) * 1024 / grid, max(0, child - bare) * 1024 / grid, grid / 1e6)
"""


def branches(count: int) -> Iterator[list[str]]:
    """Believable branches of one chain, each in a real city of the catalogue, a little off its centre."""
    chance = random.Random(SEED)
    catalogue = places.catalogue("MLA")
    cities = [(state, city) for state in catalogue.states for city in catalogue.cities(state)]
    for row in range(1, count + 1):
        state, city = chance.choice(cities)
        latitude, longitude = catalogue.point(state, city) or (-34.6, -58.4)
        yield [
            f"S{row:05}", f"Farmacia {city} {row}", "Farmacias del Ejemplo S.A.", chance.choice(STREETS),
            str(chance.randint(1, 9000)), "Centro", city, state, str(chance.randint(1000, 9431)),
            f"{latitude + chance.uniform(-0.01, 0.01):.6f}", f"{longitude + chance.uniform(-0.01, 0.01):.6f}",
            "08:00", "20:00", f"011 4{chance.randint(100, 999)}-{chance.randint(1000, 9999)}", "Norte",
        ]  # fmt: skip


def workbook(file: Path) -> None:
    """Write the branches as a merchant would: one sheet, a header, everything as text."""
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as book:
        page = book.add_worksheet("Sucursales")
        for number, row in enumerate([list(HEADERS), *branches(ROWS)]):
            page.write_row(number, 0, row)


def linear(folder: Path) -> None:
    """Print how long ever more rows take, and each against the first a row."""
    rows = [[row[c] for c in NARROW] for row in ([*HEADERS], *branches(MANY))]
    ways = {}
    for count in STEPS:
        file = folder / f"{count}.csv"
        with file.open("w", newline="", encoding="utf-8") as text:
            csv.writer(text).writerows(rows[: count + 1])
        ways[f"{count:,} rows"] = lambda file=file: sheet.check(file, site="MLA")
    seconds = fastest(ways, rounds=1, clock=processor)
    first = seconds[f"{STEPS[0]:,} rows"] / STEPS[0]
    print("ever more rows, a text file")
    for (name, took), count in zip(seconds.items(), STEPS, strict=True):
        a_row = took / count
        print(f"  {name:>12}  {took:8.3f} s   {a_row * 1e6:.0f} us a row, {a_row / first:.2f} times the first")


def memory(file: Path) -> None:
    """Print the peaks above the bare interpreter, in a process of their own."""
    if not Path("/proc/self/status").exists():
        return
    done = subprocess.run([sys.executable, "-c", PEAK, str(file)], capture_output=True, text=True, check=True)
    ours, child, grid = map(float, done.stdout.split())
    print(f"peak memory above the bare interpreter, times the grid's {grid:.0f} MB")
    print(f"  mpkit check {ours:.1f}, its child that reads {child:.1f}, both {ours + child:.1f}")


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
        title = f"{ROWS:,} rows x {len(HEADERS)} columns ({counts})"
        report(f"{title}, by the clock", "mpkit check", fastest(ways))
        report(f"{title}, time of the processors, children too", "mpkit check", fastest(ways, clock=processor))
        memory(file)
        linear(Path(folder))


if __name__ == "__main__":
    main()
