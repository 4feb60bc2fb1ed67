"""Tables of label sheets come in: ours, the merchant's own; rows go out, each of them a paper with its labels.

Ours hold the makers' own measures of a label and its pitch; a sheet's margins are what is left, the same on both sides,
which is how the makers cut them. A table of the merchant's may say the margins too.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from mpkit import shipped
from mpkit.errors import Refused
from mpkit.kit.drawing.boxes import Length, Strict
from mpkit.kit.drawing.shelves import checked, read
from mpkit.kit.printing.paper import Count, Gap, Labels, Paper

_PAGES: Mapping[str, tuple[float, float]] = {"A4": (210, 297), "Letter": (215.9, 279.4)}
_EDGE = 0.6  # mm by which rounded measures of touching labels may be more than the sheet
_LARGEST = 1 << 20  # bytes of a table we read


class Row(Strict):
    """One kind of label sheet; lengths in millimetres, `left` and `top` up to the first label."""

    maker: Annotated[str, Field(min_length=1, max_length=40)]
    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 .-]{0,30}$")]
    also: tuple[str, ...] = ()  # other codes of the same cut
    page: Annotated[str, Field(pattern=r"^(A4|Letter|\d{2,4}(\.\d+)? ?x ?\d{2,4}(\.\d+)?)$")]
    columns: Count
    rows: Count
    width: Length
    height: Length
    pitch_x: Length
    pitch_y: Length
    left: Gap | None = None
    top: Gap | None = None
    round: bool = False
    radius: Gap = 0

    @cached_property
    def name(self) -> str:
        """What the sheet is called on a command line: maker and code."""
        return "-".join(f"{self.maker} {self.code}".lower().replace(".", "-").split())

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the sheet."""
        if self.page in _PAGES:
            return _PAGES[self.page]
        wide, _, high = self.page.partition("x")
        return float(wide), float(high)

    def paper(self) -> Paper:
        """The sheet as a paper; `Refused` where its labels run over its edge."""
        wide, high = self.size
        across = (self.columns - 1) * self.pitch_x + self.width
        down = (self.rows - 1) * self.pitch_y + self.height
        left = (wide - across) / 2 if self.left is None else self.left
        top = (high - down) / 2 if self.top is None else self.top
        if min(left, top, wide - left - across, high - top - down) < -_EDGE:
            raise Refused("paper_labels_wide", name=self.name, across=f"{across:.1f}", down=f"{down:.1f}")
        title = f"{self.maker} {self.code} · {self.columns * self.rows} × {self.width:g} × {self.height:g} mm"  # noqa: RUF001 - the sign of multiplication
        kind: dict[str, Any] = {
            "name": self.name,
            "title": {"es": title, "pt": title, "en": title},
            "size": self.size,
            "bleed": 0,
            "marks": False,
            "space": "rgb",
            "labels": Labels(
                width=self.width,
                height=self.height,
                columns=self.columns,
                rows=self.rows,
                left=max(0, left),
                top=max(0, top),
                pitch=(self.pitch_x, self.pitch_y),
                round=self.round,
                radius=self.radius,
            ),
        }
        return checked(self.name, Paper, kind)


class Table(Strict):
    """A file of label sheets."""

    unit: Annotated[str, Field(pattern="^mm$")]
    labels: tuple[Row, ...]


def table(overlay: Path | None = None) -> Mapping[str, Row]:
    """Every label sheet by its name; the merchant's `labels.json` and `labels.csv` are laid over ours."""
    rows = list(read(shipped.folder("templates") / "labels.json", Table).labels)
    if overlay is not None:
        own = overlay / "templates"
        if (own / "labels.json").is_file():
            rows += read(own / "labels.json", Table).labels
        if (own / "labels.csv").is_file():
            rows += _lines(own / "labels.csv")
    return {row.name: row for row in rows}


def _lines(path: Path) -> Iterator[Row]:
    """Rows of a table as spreadsheets save it: commas or semicolons between, a comma or a point in numbers."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read(_LARGEST)
    except (OSError, ValueError) as error:
        raise Refused("kit_design_wrong", where=str(path), why=str(error)) from error
    lines = text.splitlines()
    between = ";" if lines and ";" in lines[0] else ","
    for number, line in enumerate(csv.DictReader(lines, delimiter=between), start=2):
        found: dict[str, Any] = {name.strip().lower(): value.strip() for name, value in line.items() if name and value}
        for name in Row.model_fields.keys() & found.keys():
            if name not in {"maker", "code", "page", "also"}:
                found[name] = found[name].replace(",", ".")
        if "also" in found:
            found["also"] = tuple(found["also"].split())
        yield checked(f"{path}, {number}", Row, found)
