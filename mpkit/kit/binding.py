"""Pages drawn on one canvas come in; a PDF file goes out in which they share fonts, artwork and one resource list.

The canvas writes what stands in the file once. Its pages are laid in afterwards: a list of operators each, which costs
a tenth of what the canvas needs for a page of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from mpkit.kit.canvas import Canvas, finished, taken
from mpkit.kit.type import POINT

Box = tuple[float, float, float, float]  # mm: left, low, right, top


@dataclass(frozen=True, slots=True)
class Boxes:
    """The boxes of a page in millimetres from its lower left corner; without `trim` the page is not to be cut."""

    media: Box
    trim: Box | None = None
    bleed: Box | None = None


@dataclass(frozen=True, slots=True)
class Binder:
    """A canvas, and the pages taken off it so far."""

    canvas: Canvas
    pages: list[tuple[bytes, Boxes]] = field(default_factory=list)

    def page(self, boxes: Boxes) -> None:
        """Take what was drawn since the last page as one page."""
        self.pages.append((taken(self.canvas).encode("latin-1"), boxes))

    def save(self, target: Path | BytesIO) -> int:
        """Write the file; returns its pages. It is not yet safe on the disk when this returns."""
        with pikepdf.open(BytesIO(finished(self.canvas))) as document:
            resources = document.make_indirect(document.pages[0].obj.Resources)
            del document.pages[0]
            frames = {boxes: _frame(boxes) for _, boxes in self.pages}
            for content, boxes in self.pages:
                leaf = Dictionary(frames[boxes] | {"/Resources": resources, "/Contents": document.make_stream(content)})
                document.pages.append(pikepdf.Page(document.make_indirect(leaf)))
            document.save(
                target,
                compress_streams=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                deterministic_id=True,
            )
        return len(self.pages)


def _frame(boxes: Boxes) -> dict[str, Any]:
    frame: dict[str, Any] = {"/Type": Name.Page, "/MediaBox": _points(boxes.media)}
    if boxes.trim:
        frame |= {"/TrimBox": _points(boxes.trim), "/BleedBox": _points(boxes.bleed or boxes.trim)}
    return frame


def _points(box: Box) -> Array:
    return Array([round(value / POINT, 4) for value in box])
