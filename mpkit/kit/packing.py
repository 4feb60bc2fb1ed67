"""A manifest comes in; packing lists go out beside the book: a printable page a store, and one table for a computer."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from mpkit.i18n import say
from mpkit.kit.binding import Binder, Boxes
from mpkit.kit.boxes import TextBox
from mpkit.kit.canvas import Canvas, opened, raw, taken
from mpkit.kit.manifest import Line, Manifest, as_row, packing
from mpkit.kit.type import POINT, clean, fit, font_name, show

_WIDTH, _HEIGHT, _MARGIN = 210.0, 297.0, 18.0  # mm
_ROW = 7.5  # mm
_TOP = 52.0  # mm from the upper edge to the first row
_ROWS = int((_HEIGHT - _TOP - _MARGIN - 10) / _ROW)
_COLUMNS = (("register_name", 46), ("register", 50), ("serial", 24), ("check", 24), ("place", 22))  # mm wide
_HEAD = ("store", "store_name", "register", "register_name", "address", "serial", "check", "file", "page", "slot")
_SOFT, _INK, _RULE = "0 0 0 0.65 k", "0 0 0 1 k", "0 0 0 0.25 K 0.4 w 0 J"


def write(folder: Path, manifest: Manifest, language: str) -> None:
    """Write `packing-<book>.pdf` and `packing-<book>.csv`."""
    lists = packing(manifest.pieces)
    _pages(folder / f"packing-{manifest.book}.pdf", manifest, lists, language)
    with (folder / f"packing-{manifest.book}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow([say(f"packing_{name}", language) for name in _HEAD])
        table.writerows(as_row(line) for lines in lists.values() for line in lines)


def _pages(path: Path, manifest: Manifest, lists: dict[str, list[Line]], language: str) -> None:
    title = say("packing_title", language)
    size = _WIDTH / POINT, _HEIGHT / POINT
    subject = f"mpkit {manifest.book}"
    canvas = opened(*size, font=font_name("regular"), title=title, subject=subject, language=language)
    binder = Binder(canvas)
    taken(canvas)
    for lines in lists.values():
        sheets = [lines[at : at + _ROWS] for at in range(0, len(lines), _ROWS)]
        for number, sheet in enumerate(sheets):
            _page(canvas, manifest, sheet, n=len(lines), page=number + 1, pages=len(sheets), language=language)
            binder.page(Boxes((0.0, 0.0, _WIDTH, _HEIGHT)))
    binder.save(path)


def _page(
    canvas: Canvas, manifest: Manifest, lines: Sequence[Line], *, n: int, page: int, pages: int, language: str
) -> None:
    """One store's list: its name, how many signs, a row for each with a box to tick when it has arrived."""
    first = lines[0]
    _write(canvas, say("packing_title", language), 18, 174, 10, colour=_SOFT)
    _write(canvas, clean(first.store_name), 24, 174, 19, weight="semibold", height=9)
    summary = say("packing_summary", language, n=n, store=first.store, book=manifest.book, page=page, pages=pages)
    _write(canvas, clean(summary), 34, 174, 10, colour=_SOFT)
    if first.address:
        _write(canvas, clean(first.address), 39, 174, 10, colour=_SOFT)
    y = _TOP - 7.0
    x = _MARGIN
    for name, wide in _COLUMNS:
        _write(canvas, say(f"packing_{name}", language), y, wide - 2, 8.5, x=x, weight="semibold")
        x += wide
    for line in lines:
        y += _ROW
        left, right, rule = _MARGIN / POINT, (_WIDTH - _MARGIN) / POINT, (_HEIGHT - y + 2.4) / POINT
        tick, low = 4 / POINT, (_HEIGHT - y - 3.2) / POINT
        raw(canvas, f"{_RULE} {left:.3f} {rule:.3f} m {right:.3f} {rule:.3f} l S")
        raw(canvas, f"{right - tick:.3f} {low:.3f} {tick:.3f} {tick:.3f} re S")
        x = _MARGIN
        for name, wide in _COLUMNS:
            text = f"{line.page} · {line.slot}" if name == "place" else str(getattr(line, name))
            _write(canvas, clean(text), y, wide - 2, 9.5, x=x)
            x += wide


def _write(
    canvas: Canvas,
    text: str,
    y: float,
    width: float,
    size: float,
    *,
    x: float = _MARGIN,
    weight: str = "regular",
    colour: str = _INK,
    height: float = 5,
) -> None:
    """One line that shrinks, wraps once if it must, and is never cut; `y` mm from the upper edge."""
    box = TextBox.model_validate(
        {
            "kind": "text",
            "text": "",
            "x": 0,
            "y": 0,
            "width": width,
            "height": height,
            "size": size,
            "least": 4,
            "lines": 3,
            "weight": weight,
            "leading": 1.05,
        }
    )
    setting = fit(text, box)
    raw(canvas, colour)
    for line in setting.lines:
        show(
            canvas,
            line.text,
            weight=weight,
            size=setting.size,
            x=x / POINT + line.x,
            y=(_HEIGHT - y) / POINT - line.y,
        )
