"""Pages drawn on one canvas come in; a PDF file goes out in which they share fonts, artwork and one resource list.

The canvas writes what stands in the file once. Its pages are laid in afterwards: a list of operators each, which costs
a tenth of what the canvas needs for a page of its own.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name

from mpkit.kit.drawing.canvas import Canvas, finished, taken
from mpkit.kit.drawing.type import POINT
from mpkit.kit.printing import metadata, pdfx
from mpkit.kit.printing.marks import BENEATH, OVER, Ink
from mpkit.kit.printing.separating import separate
from mpkit.kit.printing.sharing import Shared

Box = tuple[float, float, float, float]  # mm: left, low, right, top
_QUICK: Final = 2  # a third quicker than 6, and a sixth larger where codes are paths
pikepdf.settings.set_flate_compression_level(_QUICK)


@dataclass(frozen=True, slots=True)
class Boxes:
    """The boxes of a page in millimetres from its lower left corner; without `trim` the page is not to be cut."""

    media: Box
    trim: Box | None = None
    bleed: Box | None = None


@dataclass(frozen=True, slots=True)
class Binder:
    """A canvas and the pages taken off it so far; the named inks they use, and the press they are for, if any."""

    canvas: Canvas
    inks: Mapping[str, Ink] = field(default_factory=dict)
    output: pdfx.Output | None = None
    press: bytes = field(default=b"", repr=False)  # the profile pictures are separated by; none for office printers
    digest: str = ""  # of the manifest the file belongs to
    drawings: dict[str, bytes] = field(default_factory=dict)  # by resource, each a PDF whose page shows one form
    pages: list[tuple[bytes, Boxes]] = field(default_factory=list)  # as they will stand in the file, compressed

    def page(self, boxes: Boxes) -> None:
        """Take what was drawn since the last page as one page."""
        self.pages.append((zlib.compress(taken(self.canvas).encode("latin-1"), _QUICK), boxes))

    def save(self, target: Path | BytesIO) -> int:
        """Write the file; returns its pages. It is not yet safe on the disk when this returns."""
        with pikepdf.open(BytesIO(finished(self.canvas))) as document:
            tree = document.Root.Pages
            resources = document.make_indirect(tree.Kids[0].Resources)
            _inked(document, resources, self.inks)
            _laid_in(document, resources, self.drawings)
            frames = {boxes: _frame(boxes) | {"/Parent": tree, "/Resources": resources} for _, boxes in self.pages}
            leaves = (
                Dictionary(frames[boxes] | {"/Contents": document.make_stream(content, {"/Filter": Name.FlateDecode})})
                for content, boxes in self.pages
            )
            tree.Kids = Array([document.make_indirect(leaf) for leaf in leaves])  # to append them takes n * n steps
            tree.Count = len(self.pages)
            if self.press:
                separate(document, self.press)
            if self.output is not None:
                pdfx.finish(document, self.output)
            if self.digest:
                metadata.mark(document, self.digest)
            document.save(
                target,
                compress_streams=True,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                deterministic_id=True,
                fix_metadata_version=False,  # what we wrote is what stands in the file
                min_version=pdfx.VERSION if self.output else "",
            )
        return len(self.pages)


def _inked(document: pikepdf.Pdf, resources: Any, inks: Mapping[str, Ink]) -> None:  # noqa: ANN401 - pikepdf's own
    """Name the inks among the resources, each with what it looks like where there is no such plate."""
    if not inks:
        return
    spaces = Dictionary(resources.get("/ColorSpace", Dictionary()))
    for resource, ink in inks.items():
        looks = Dictionary(
            {"/FunctionType": 2, "/Domain": [0, 1], "/C0": [0, 0, 0, 0], "/C1": list(ink.looks), "/N": 1}
        )
        name = Name("/" + ink.name)
        spaces[resource] = document.make_indirect(Array([Name.Separation, name, Name.DeviceCMYK, looks]))
    resources["/ColorSpace"] = spaces
    states = Dictionary(resources.get("/ExtGState", Dictionary()))
    states[OVER] = Dictionary({"/Type": Name.ExtGState, "/OP": True, "/op": True, "/OPM": 1})
    states[BENEATH] = Dictionary({"/Type": Name.ExtGState, "/OP": True, "/op": True, "/OPM": 1, "/BM": Name.Multiply})
    resources["/ExtGState"] = states


def _laid_in(document: pikepdf.Pdf, resources: Any, drawings: Mapping[str, bytes]) -> None:  # noqa: ANN401 - pikepdf
    """Each drawing once among the resources, whatever the number of pages; what several of them hold stands once."""
    shared = Shared()
    for name, content in drawings.items():
        forms = Dictionary(resources.get("/XObject", Dictionary()))
        with pikepdf.open(BytesIO(content)) as drawing:
            (form,) = drawing.pages[0].obj.Resources.XObject.values()
            forms[name] = shared.of(document.copy_foreign(form))
        resources["/XObject"] = forms


def _frame(boxes: Boxes) -> dict[str, Any]:
    frame: dict[str, Any] = {"/Type": Name.Page, "/MediaBox": _points(boxes.media)}
    if boxes.trim:
        frame |= {"/TrimBox": _points(boxes.trim), "/BleedBox": _points(boxes.bleed or boxes.trim)}
    return frame


def _points(box: Box) -> Array:
    return Array([round(value / POINT, 4) for value in box])
