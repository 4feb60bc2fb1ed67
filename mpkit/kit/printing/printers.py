"""What was measured on a calibration sheet comes in; how far a printer moves and swells a page is kept and goes out."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

from pydantic import Field

from mpkit.errors import Refused
from mpkit.kit.drawing.boxes import Strict
from mpkit.kit.drawing.shelves import read
from mpkit.kit.drawing.type import POINT
from mpkit.kit.printing.paper import Name

FRAME = 20.0  # mm from each edge of the sheet to the frame that is measured
_MOST_SHIFT, _MOST_SCALE = 8.0, 0.03  # mm and share beyond which somebody misread a ruler


class Printer(Strict):
    """What a printer does to a page: it lands `x` mm to the right and `y` mm down, `scale` times as large."""

    name: Name
    x: Annotated[float, Field(ge=-_MOST_SHIFT, le=_MOST_SHIFT)] = 0
    y: Annotated[float, Field(ge=-_MOST_SHIFT, le=_MOST_SHIFT)] = 0
    scale: Annotated[float, Field(ge=1 - _MOST_SCALE, le=1 + _MOST_SCALE)] = 1

    def drawn(self, x: float, y: float, high: float) -> tuple[float, float]:
        """Where a point (mm, lower left corner of a sheet `high` mm high) is drawn to be printed in its place."""
        return (x - self.x) / self.scale, high - (high - y - self.y) / self.scale

    def matrix(self, high: float) -> str:
        """The operators under which a sheet `high` mm high is drawn so; what they open is closed with `Q`."""
        x, y = self.drawn(0, 0, high)
        return f"q {1 / self.scale:.6f} 0 0 {1 / self.scale:.6f} {x / POINT:.4f} {y / POINT:.4f} cm"


def measured(name: str, size: tuple[float, float], *, left: float, top: float, across: float, down: float) -> Printer:
    """The printer from four measures of its calibration sheet, in millimetres.

    `left` and `top` are from the edges of the sheet to the frame, `across` and `down` the frame's own sides. Raises
    `Refused` where they cannot be those of a sheet of that `size`.
    """
    wide, high = (side - 2 * FRAME for side in size)
    scale = (across / wide + down / high) / 2
    x, y = left - scale * FRAME, top - scale * FRAME
    if abs(scale - 1) > _MOST_SCALE or max(abs(x), abs(y)) > _MOST_SHIFT:
        raise Refused("paper_measures_wrong", across=f"{wide:.1f}", down=f"{high:.1f}", frame=f"{FRAME:.0f}")
    return Printer.model_validate({"name": name, "x": round(x, 3), "y": round(y, 3), "scale": round(scale, 5)})


def keep(data: Path, one: Printer) -> Path:
    """Write a printer into the data folder, whole or not at all."""
    folder = data / "printers"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, aside = folder / f"{one.name}.json", folder / f".{one.name}.{os.getpid()}"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(one.model_dump(), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    return path


def printer(data: Path, name: str) -> Printer:
    """The printer kept under that name; `Refused` where none was measured."""
    path = data / "printers" / f"{name}.json"
    if path.parent != data / "printers" or not path.is_file():
        known = sorted(one.stem for one in (data / "printers").glob("*.json"))
        raise Refused("paper_no_printer", name=name, known=", ".join(known) or "-")
    return read(path, Printer)
