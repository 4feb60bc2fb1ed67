"""A manifest comes in; packing lists go out beside the book: a printable page a store, and one table for a computer."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from mpkit.i18n import say
from mpkit.kit.books.manifest import Manifest
from mpkit.kit.books.pieces import Entry
from mpkit.kit.drawing.boxes import TextBox
from mpkit.kit.drawing.canvas import Canvas, opened, raw, taken
from mpkit.kit.drawing.type import POINT, clean, fit, font_name, show
from mpkit.kit.printing.binding import Binder, Boxes

_WIDTH, _HEIGHT, _MARGIN = 210.0, 297.0, 18.0  # mm
_ROW = 7.5  # mm
_TOP = 52.0  # mm from the upper edge to the first row
_LONGEST = 500  # pages of a file, but for a store that has more
_ROWS = int((_HEIGHT - _TOP - _MARGIN - 10) / _ROW)
_COLUMNS = (("register_name", 46), ("register", 50), ("serial", 24), ("check", 24), ("place", 22))  # mm wide
_HEAD = ("store", "store_name", "register", "register_name", "address", "serial", "check", "file", "page", "slot")
_SOFT, _INK, _RULE = "0 0 0 0.65 k", "0 0 0 1 k", "0 0 0 0.25 K 0.4 w 0 J"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a packing list."""

    store: str
    store_name: str
    register: str
    register_name: str
    address: str
    serial: str
    check: str
    file: str
    page: int
    slot: int


def stores(entries: Iterable[Entry]) -> Iterator[list[Line]]:
    """What goes to each store, a store at a time, as it lies in the book: in the order of ids and serials."""
    for _, group in groupby(entries, key=lambda one: one.store):
        yield [
            Line(
                store=entry.store,
                store_name=entry.store_name,
                register=entry.register_id,
                register_name=entry.register_name,
                address=entry.address,
                serial=entry.serial_text,
                check=entry.check,
                file=entry.file,
                page=entry.page,
                slot=entry.slot,
            )
            for entry in group
        ]


def as_row(line: Line) -> list[str]:
    """A line for a table; a text that a spreadsheet would compute is kept from it by an apostrophe."""
    values = [str(value) for value in asdict(line).values()]
    return [f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value for value in values]


def names(book: str, folder: Path) -> list[str]:
    """The files of a book's packing lists: the pages, as many files as they need, and the table."""
    pages = folder.glob(f"packing-{book}*.pdf")
    return [*sorted((path.name for path in pages), key=lambda name: (len(name), name)), f"packing-{book}.csv"]


def write(folder: Path, manifest: Manifest, language: str) -> None:
    """Write `packing-<book>.pdf`, more of them where the stores are many, and `packing-<book>.csv`."""
    files = 0
    with (folder / f"packing-{manifest.book}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow([say(f"packing_{name}", language) for name in _HEAD])
        binder = _begun(manifest, language)
        for lines in stores(manifest.pieces):
            if binder.pages and len(binder.pages) + -(-len(lines) // _ROWS) > _LONGEST:
                files += 1
                binder.save(_path(folder, manifest, files))
                binder = _begun(manifest, language)
            table.writerows(map(as_row, lines))
            _pages(binder, manifest, lines, language)
        binder.save(_path(folder, manifest, files + 1))


def _path(folder: Path, manifest: Manifest, number: int) -> Path:
    return folder / f"packing-{manifest.book}{f'-{number}' if number > 1 else ''}.pdf"


def _begun(manifest: Manifest, language: str) -> Binder:
    size = _WIDTH / POINT, _HEIGHT / POINT
    title, subject = say("packing_title", language), f"mpkit {manifest.book}"
    canvas = opened(*size, font=font_name("regular"), title=title, subject=subject, language=language)
    taken(canvas)
    return Binder(canvas)


def _pages(binder: Binder, manifest: Manifest, lines: Sequence[Line], language: str) -> None:
    """The pages of one store."""
    sheets = [lines[at : at + _ROWS] for at in range(0, len(lines), _ROWS)]
    for number, sheet in enumerate(sheets):
        _page(binder.canvas, manifest, sheet, n=len(lines), page=number + 1, pages=len(sheets), language=language)
        binder.page(Boxes((0.0, 0.0, _WIDTH, _HEIGHT)))


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
