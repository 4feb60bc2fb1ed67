"""The limited child of the proof: PDFs and what should stand in them come in on stdin, what does stand there goes out.

It runs as `python -m mpkit.kit.proofs.prover`, with no token in its environment; it looks and measures, never judges.
"""

from __future__ import annotations

import base64
import json
import math
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import zxingcpp

from mpkit.errors import Refused
from mpkit.kit.drawing.type import POINT
from mpkit.kit.printing import metadata
from mpkit.kit.proofs import grading, plates
from mpkit.kit.proofs.grading import Pixels
from mpkit.kit.proofs.ladder import FINEST, climbed
from mpkit.kit.proofs.looking import known_by
from mpkit.kit.proofs.sheets import Letters, Page
from mpkit.kit.symbols import symbol

_SCAN_PIXELS = 3.0  # of a module, for the look at the whole page
_SCAN_DPI = 150
_MODULE_PIXELS = 6.0  # of a module, for the look at one code
_MEMORY = 2 << 30  # bytes of address space, arrays and the renderer included
_ASKEW = 2.0  # degrees a code may be turned and still be measured
_ROUND = 0.12  # of a code's side around it that is looked at again, closely
_OTHERS, _RESERVE = 0.1, 0.8  # of the modules: more are not spoilt but drawn otherwise; of the error correction
_QR: Any = zxingcpp.BarcodeFormat.QRCode
_FORMATS: Any = (
    zxingcpp.BarcodeFormat.QRCode,
    zxingcpp.BarcodeFormat.MicroQRCode,
    zxingcpp.BarcodeFormat.Aztec,
    zxingcpp.BarcodeFormat.DataMatrix,
)
Known = Mapping[tuple[str, int, str], symbol.Symbol]


def main() -> None:
    """Read the question from stdin, answer on stdout, a part for each look; a broken file is an answer too."""
    question = json.loads(sys.stdin.buffer.read())
    _limit(question["seconds"])
    sys.stdout.write(json.dumps([answer(one) for one in question["looks"]]))


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """What one look sees, or why it sees nothing."""
    try:
        return look(question)
    except (pdfium.PdfiumError, pikepdf.PdfError, MemoryError, ValueError) as error:
        return {"broken": f"{type(error).__name__}: {error}"}


def _limit(seconds: int) -> None:
    """Bounds on memory, processor time and files written, where the system has them (Windows has not)."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    for kind, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_FSIZE, 0)):
        with suppress(ValueError, OSError):  # a system that knows the name and not the limit
            resource.setrlimit(kind, (most, most))


def look(question: dict[str, Any]) -> dict[str, Any]:
    """The pages asked for, each with its boxes measured and every code found anywhere else on it."""
    document = pdfium.PdfDocument(question["pdf"])
    wanted: dict[int, list[dict[str, Any]]] = {}
    for box in question["boxes"]:
        wanted.setdefault(box["page"], []).append(box)
    names = dict(question["owned"])
    first, last = question["first"], min(question["last"], len(document))
    known = _symbols(box for boxes in wanted.values() for box in boxes)
    pages = []
    for at in range(first, last):
        boxes, page = wanted.get(at, []), document[at]
        finest = min((box["side"] / POINT / symbol.side_of(box["version"]) for box in boxes), default=0.0)
        shown = Page(page, at, max(question["dpi"] / 72, _MODULE_PIXELS / finest if finest else 0.0))
        coarse = max(_SCAN_DPI / 72, _SCAN_PIXELS / finest if finest else 0.0)
        pages.append(_looked(shown, boxes, names, known, coarse))
        page.close()
    digest = _written(question["pdf"], wanted, pages)
    mark = document.get_metadata_value("Subject")
    return {"pages": len(document), "mark": mark, "digest": digest, "looked": pages}


def _written(pdf: str, wanted: Mapping[int, Sequence[Mapping[str, Any]]], pages: Sequence[dict[str, Any]]) -> str:
    """What no picture shows: the manifest the file names, and the inks of the first code of each size."""
    first = [(at, page) for page in pages for at, box in enumerate(wanted.get(page["page"], [])) if box.get("ladder")]
    with pikepdf.open(pdf) as document:
        for at, page in first:
            box = wanted[page["page"]][at]
            square = [each / POINT for each in (box["x"], box["y"], box["x"] + box["side"], box["y"] + box["side"])]
            page["boxes"][at]["inks"] = plates.inks(document.pages[page["page"]], square)
        return metadata.marked(document)


def _symbols(boxes: Any) -> Known:  # noqa: ANN401 - boxes as they come from JSON
    """What each payload must look like, made together where they share version and level."""
    wanted: dict[tuple[int, str], set[str]] = {}
    for box in boxes:
        wanted.setdefault((box["version"], box["level"]), set()).add(box["payload"])
    found: dict[tuple[str, int, str], symbol.Symbol] = {}
    for (version, level), payloads in wanted.items():
        for some in ([*payloads], *([one] for one in payloads)):  # one that does not fit must not hide the others
            with suppress(Refused):
                made = symbol.encode_all([base64.b64decode(one) for one in some], level, version)
                found |= {(one, version, level): each for one, each in zip(some, made, strict=True)}
            if all((one, version, level) in found for one in payloads):
                break
    return found


def _looked(
    shown: Page,
    boxes: Sequence[dict[str, Any]],
    names: Mapping[str, Sequence[str]],
    known: Known,
    coarse: float,
) -> dict[str, Any]:
    """One page: its boxes measured, and everything else on it that is a code, looked for with `coarse` dots a point."""
    shown.prepare([box["side"] for box in boxes])
    letters = Letters(shown.page)
    measured = [_measured(shown, box, known) | {"text": letters.inside(box["frame"])} for box in boxes]
    found = _strangers(shown, boxes, coarse)
    for code in found:
        _approach(shown, code)
        said = names.get(known_by(base64.b64decode(code["bytes"])), ())
        code["labels"] = [(label, *_beside(code, place)) for label in said for place in letters.places(label)]
    return {"page": shown.number, "letters": letters.any(), "boxes": measured, "codes": found}


def _strangers(shown: Page, boxes: Sequence[Mapping[str, Any]], dots: float) -> list[dict[str, Any]]:
    """Every code on the page that is not one of the boxes: what it says and where its corners are (mm).

    The boxes are painted white first: they are looked at by themselves, and a page without codes is soon read.
    """
    dots = min(dots, shown.dots)
    grey = shown.grey(dots)
    if boxes:
        grey = grey.copy()
    for box in boxes:
        left, right = (round(at / POINT * dots) for at in (box["x"], box["x"] + box["side"]))
        low, top = (round((shown.high - at / POINT) * dots) for at in (box["y"], box["y"] + box["side"]))
        grey[max(0, top) : max(0, low), max(0, left) : max(0, right)] = 255
    read = zxingcpp.read_barcodes(np.ascontiguousarray(grey), formats=_FORMATS, try_downscale=False)
    return [_placed(code, 0.0, shown.high * POINT, POINT / dots) for code in read]


def _placed(code: Any, left: float, top: float, pixel: float) -> dict[str, Any]:  # noqa: ANN401 - no types
    """A code that was read, with its corners on the page: `pixel` is in millimetres."""
    where = code.position
    corners = [
        (left + corner.x * pixel, top - corner.y * pixel)
        for corner in (where.top_left, where.top_right, where.bottom_right, where.bottom_left)
    ]
    version = str(code.extra.get("Version", ""))
    qr = version.isdigit() and code.format == _QR
    return {
        "bytes": base64.b64encode(code.bytes).decode(),
        "corners": corners,
        "x": sum(x for x, _ in corners) / 4,
        "y": sum(y for _, y in corners) / 4,
        "version": int(version) if qr else 0,
        "level": str(code.ec_level),
        "said": {"UEC": code.extra.get("UEC", 1.0)} if qr else {},
    }


def _approach(shown: Page, code: dict[str, Any]) -> None:
    """Look again, closely, at a code nobody told us about, and measure it where it is."""
    side = max(math.dist(code["corners"][at], code["corners"][at + 1]) for at in range(3))
    reach = side * (1 + 2 * _ROUND)
    left, low = code["x"] - reach / 2, code["y"] - reach / 2
    cut = np.ascontiguousarray(shown.cut(left, low, reach))
    code |= {**grading.NOTHING, "side": side, "rotation": None, "mirror": False, "module": 0.0}
    near = [one for one in _read(cut, turned=True) if base64.b64encode(one.bytes).decode() == code["bytes"]]
    if len(near) != 1 or not code["version"]:
        return
    pixel = POINT / shown.dots
    top = max(0.0, round((shown.high * POINT - low - reach) / pixel)) * pixel
    code |= _placed(near[0], max(0, round(left / pixel)) * pixel, shown.high * POINT - top, pixel)
    _turned(shown, code)


def _turned(shown: Page, code: dict[str, Any]) -> None:
    """Which way the code is turned, how large it is with its quiet zone, and its grades."""
    (x, y), (to_x, to_y), *_ = code["corners"]
    angle = math.degrees(math.atan2(y - to_y, to_x - x))  # clockwise, as seen
    steps = round(angle / 90)
    if abs(angle - 90 * steps) > _ASKEW:
        return
    modules = symbol.side_of(code["version"])
    inner = sum(math.dist(code["corners"][at], code["corners"][at - 1]) for at in range(4)) / 4
    module = inner / (modules - 2 * symbol.QUIET)
    side = module * modules
    box = {"x": code["x"] - side / 2, "y": code["y"] - side / 2, "side": side, "rotation": steps % 4 * 90}
    box |= {"payload": code["bytes"], "version": code["version"], "level": code["level"], "mirror": False}
    expected = _symbols([box]).get((code["bytes"], code["version"], code["level"]))
    light = grading.sampled(_upright(shown.cut(box["x"], box["y"], side), box), modules)
    code |= {"side": side, "module": module, "rotation": box["rotation"]}
    if light is None or expected is None:
        return
    tries = [grading.measured(seen, expected) for seen in (light, light.transpose(1, 0, 2))]
    code["mirror"] = tries[1]["wrong"] < tries[0]["wrong"]
    found = tries[code["mirror"]]
    if found["wrong"] > _OTHERS * modules * modules and float(code["said"].get("UEC", 0)) >= _RESERVE:
        found = grading.as_it_is(found, code["said"])  # read with all its reserve: another program's drawing of it
        for name in code.keys() & grading.BOUNDS.keys() - found.keys():
            del code[name]
    code |= found


def _beside(code: Mapping[str, Any], place: tuple[float, float]) -> tuple[float, float]:
    """A place on the page as seen from a code: to its right and down (mm), however it is turned."""
    across, down = place[0] - code["x"], code["y"] - place[1]
    for _ in range((code["rotation"] or 0) // 90):
        across, down = down, -across
    return (down, across) if code["mirror"] else (across, down)


def _upright(cut: Pixels, box: Mapping[str, Any]) -> Pixels:
    """The picture of a code as its design has it: turned back, and read through the glass where it is mirrored."""
    turned = np.rot90(cut, box["rotation"] // 90)
    return np.ascontiguousarray(turned[:, ::-1] if box["mirror"] else turned)


def _read(cut: Pixels, *, turned: bool = False) -> list[Any]:
    if not cut.size:
        return []
    found: list[Any] = zxingcpp.read_barcodes(
        cut, formats=_QR, try_rotate=turned, try_downscale=False, try_invert=False
    )
    return found


def _measured(shown: Page, box: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """One expected code: decoded alone, then module by module against what its payload must look like."""
    cut = _upright(shown.cut(box["x"], box["y"], box["side"]), box)
    read = _read(cut)
    found: dict[str, Any] = {"decoded": base64.b64encode(read[0].bytes).decode() if len(read) == 1 else None}
    modules = symbol.side_of(box["version"])
    light = grading.sampled(cut, modules)
    found |= grading.NOTHING if light is None else _graded(light, box, known)
    if box.get("as_it_is") and read:
        found = grading.as_it_is(found, read[0].extra)
    if box.get("ladder") and light is not None and found["decoded"] == box["payload"]:
        close = Page(shown.page, shown.number, FINEST * modules / box["side"] * POINT)  # once for a design
        found["ladder"] = climbed(_upright(close.cut(box["x"], box["y"], box["side"]), box), modules, read[0].bytes)
    return found


def _graded(light: grading.Light, box: Mapping[str, Any], known: Known) -> dict[str, Any]:
    return grading.measured(light, known.get((box["payload"], box["version"], box["level"])))


if __name__ == "__main__":
    main()
