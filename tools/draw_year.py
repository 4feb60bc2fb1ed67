"""A generated year looked at: a site goes in, one PNG of charts comes out; nothing is asserted.

`python tools/draw_year.py /tmp/year --site MLM --stores 40 --registers 90 --payments 60000`: a bar a day, hour against
weekday, methods, the histogram of tickets, the shops by their sales, refunds by their age.
"""

# ruff: noqa: INP001 - a script of its own

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pypdfium2
from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing, Rect, String
from reportlab.lib import colors

from mpkit.sandbox import World
from mpkit.sandbox.hours import zone_at
from mpkit.sites import SITES
from mpkit.work import FixedClock

WIDTH, HEIGHT, GAP = 1200, 900, 60
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
INK, BAR = colors.HexColor("#334155"), colors.HexColor("#0f766e")


def bars(
    paper: Drawing, box: tuple[float, float, float, float], title: str, values: Sequence[float], names: Sequence[str]
) -> None:
    """Upright bars with a few names under them."""
    x, y, width, height = box
    most, each = max(values, default=1) or 1, width / max(1, len(values))
    paper.add(String(x, y + height + 8, title, fontSize=12, fillColor=INK))
    for n, value in enumerate(values):
        paper.add(Rect(x + n * each, y, max(0.6, each * 0.8), height * value / most, fillColor=BAR, strokeColor=None))
    step = max(1, len(names) // 14)
    for n in range(0, len(names), step):
        paper.add(String(x + n * each, y - 12 - 9 * (n // step % 2), names[n], fontSize=7, fillColor=INK))


def heat(paper: Drawing, box: tuple[float, float, float, float], title: str, cells: np.ndarray) -> None:
    """Weekdays down, hours across; the darker the busier."""
    x, y, width, height = box
    paper.add(String(x, y + height + 8, title, fontSize=12, fillColor=INK))
    wide, tall = width / 24, height / 7
    for day in range(7):
        paper.add(String(x - 18, y + (6 - day) * tall + 4, DAYS[day], fontSize=8, fillColor=INK))
        for hour in range(24):
            shade = colors.Color(0.06, 0.46, 0.43, alpha=float(cells[day, hour] / max(1, cells.max())))
            paper.add(Rect(x + hour * wide, y + (6 - day) * tall, wide, tall, fillColor=shade, strokeWidth=0.2))
    for hour in range(0, 24, 2):
        paper.add(String(x + hour * wide, y - 12, str(hour), fontSize=7, fillColor=INK))


def drawn(world: World) -> Drawing:
    """The page of one world."""
    all_, book = world.book.columns, world.book
    paid = np.flatnonzero((all_.approved > 0) & (all_.pos > 0))
    local = [
        datetime.fromtimestamp(at, zone_at(world, str(store)))
        for at, store in zip(all_.approved[paid].tolist(), all_.store[paid].tolist(), strict=True)
    ]
    amounts, cells = all_.amount[paid] / 100, np.zeros((7, 24))
    by_day: Counter[str] = Counter()
    for at, amount in zip(local, amounts.tolist(), strict=True):
        cells[at.weekday(), at.hour] += 1
        by_day[at.date().isoformat()] += amount
    days = sorted(by_day)[1:-1]
    methods = Counter(book.forms.known[form].method for form in all_.form[paid].tolist()).most_common()
    edges = np.linspace(0, np.percentile(amounts, 98), 61)
    stores, sales = np.unique(all_.store[paid], return_inverse=True)[0], Counter(all_.store[paid].tolist())
    ages = [
        (e.at - int(all_.approved[row])) / 86_400
        for row, money in book.later.items()
        for e in money
        if e.kind == "refund"
    ]
    paper, (w, h) = Drawing(WIDTH, HEIGHT), ((WIDTH - 3 * GAP) / 2, (HEIGHT - 4 * GAP) / 3)
    left, right = GAP, 2 * GAP + w
    said = f"{world.site.id}: {len(stores)} stores, {len(paid):,} paid at registers, median {np.median(amounts):,.2f}"
    bars(paper, (left, HEIGHT - GAP - h, 2 * w + GAP, h), said, [by_day[d] for d in days], [d[2:] for d in days])
    heat(paper, (left, HEIGHT - 2 * GAP - 2 * h, w, h), "hour and weekday", cells)
    bars(
        paper,
        (right, HEIGHT - 2 * GAP - 2 * h, w, h),
        "tickets up to the 98th of 100",
        np.histogram(amounts, edges)[0].tolist(),
        [f"{e:,.0f}" for e in edges[:-1]],
    )
    third = (WIDTH - 4 * GAP) / 3
    names = [f"{name[:9]} {100 * n / len(paid):.1f}" for name, n in methods]
    bars(paper, (left, GAP, third, h), "methods, per cent", [n for _, n in methods], names)
    bars(paper, (left + third + GAP, GAP, third, h), "stores by payments", sorted(sales.values(), reverse=True), [])
    bars(
        paper,
        (left + 2 * (third + GAP), GAP, third, h),
        f"{len(ages)} refunds by age in days",
        np.histogram(ages, 60, (0, 60))[0].tolist(),
        [str(n) for n in range(60)],
    )
    return paper


def main() -> None:
    """Draw the sites asked for."""
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--site", default="", help="one site; all seven where none is given")
    asked.add_argument("--stores", type=int, default=24)
    asked.add_argument("--registers", type=int, default=50)
    asked.add_argument("--payments", type=int, default=40_000)
    asked.add_argument("--now", default="2026-11-20T15:00:00+00:00")
    chosen = asked.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    clock = FixedClock(datetime.fromisoformat(chosen.now).astimezone(UTC))
    for site in [chosen.site] if chosen.site else sorted(SITES):
        world = World(site, 7, clock, stores=chosen.stores, registers=chosen.registers, payments=chosen.payments)
        page = pypdfium2.PdfDocument(renderPDF.drawToString(drawn(world)))[0]
        page.render(scale=1.2).to_pil().save(chosen.folder / f"{site}.png")
        print(chosen.folder / f"{site}.png")  # noqa: T201 - what was written


if __name__ == "__main__":
    main()
