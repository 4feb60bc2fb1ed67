"""Files of very many payments: time and memory, for ever more of them, in a process of their own each.

    python bench/export.py [PAYMENTS [FOLDER]]   (100,000 by default; FOLDER keeps the store for another run)

CSV of all payments and of a tenth of them, XLSX likewise, of at most 1,100,000: a little more than a sheet holds. The
memory is the most the process had; it must not grow with the file.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile

from many_payments import ACCOUNT, DAYS, END, ZONE, filled

from mpkit.db import open_store
from mpkit.model import Period
from mpkit.sales import Mirror, PaymentFilter, every_payment, payments_as_csv, payments_as_xlsx

LAST = END.date() - timedelta(days=1)
FIRST: date = LAST - timedelta(days=DAYS - 1)
MOST = {"csv": 10**9, "xlsx": 1_100_000}
WAYS = {"csv": payments_as_csv, "xlsx": payments_as_xlsx}


def write(kind: str, folder: Path, count: int) -> None:
    """A process of its own: one file of so many payments; what it took is printed."""
    store = open_store(f"sqlite:///{folder / 'store.sqlite'}")
    mirror = Mirror(folder / "mirror", store, ACCOUNT, ZONE)
    asked = PaymentFilter(ACCOUNT, Period(FIRST, LAST))
    lines = islice(every_payment(mirror, asked), count)
    begun, used = time.perf_counter(), time.process_time()
    with TemporaryFile() as file:
        WAYS[kind](file, lines, asked, None, ZONE, "es")
        size = file.tell()
    took, used = time.perf_counter() - begun, time.process_time() - used
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines())
    print(f"  {kind:<5} {count:>11,} payments, {size / 1e6:8,.1f} MB: {took:7.1f} s,", end=" ")
    print(f"{used / count * 1e6:5.1f} µs of processor time each; at most {int(status['VmHWM'].split()[0]) // 1024} MB")


def main(count: int, folder: Path) -> None:
    """Fill, mirror, write."""
    store = filled(folder, count)
    mirror = Mirror(folder / "mirror", store, ACCOUNT, ZONE)
    if mirror.manifest() is None:
        mirror.rebuild()
    store.dispose()
    for kind in WAYS:
        whole = min(count, MOST[kind])
        for some in (whole // 10, whole):
            subprocess.run([sys.executable, __file__, "--write", kind, str(folder), str(some)], check=True)


if __name__ == "__main__":
    if "--write" in sys.argv:
        write(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    else:
        with tempfile.TemporaryDirectory() as somewhere:
            asked_for, where = (*sys.argv[1:], *("100000", somewhere)[len(sys.argv) - 1 :])
            main(int(asked_for), Path(where))
