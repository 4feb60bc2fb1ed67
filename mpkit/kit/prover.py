"""The limited child of the proof: a PDF and what should stand in it come in on stdin, what does stand there goes out.

It runs as `python -m mpkit.kit.prover`, with no token in its environment, and never judges: it looks and measures.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import zxingcpp
from PIL import Image

from mpkit.errors import Refused
from mpkit.kit import symbol
from mpkit.kit.type import POINT

Grey = npt.NDArray[np.uint8]
_SCAN_PIXELS = 3.0  # of a module, for the look at the whole page
_MODULE_PIXELS = 6.0  # of a module, for the look at one code
_MOST_PIXELS = 120_000_000  # of one page: 1 A0 at 300 dpi; a page that pretends to be larger is refused
_MEMORY = 2 << 30  # bytes of address space, arrays and the renderer included
_INSIDE = slice(symbol.QUIET, -symbol.QUIET)
_QR: Any = zxingcpp.BarcodeFormat.QRCode
_FORMATS = (
    zxingcpp.BarcodeFormat.QRCode
    | zxingcpp.BarcodeFormat.MicroQRCode
    | zxingcpp.BarcodeFormat.Aztec
    | zxingcpp.BarcodeFormat.DataMatrix
)


def main() -> None:
    """Read the question from stdin, answer on stdout, a part for each look; a broken file is an answer too."""
    question = json.loads(sys.stdin.buffer.read())
    _limit(question["seconds"])
    sys.stdout.write(json.dumps([_answer(one) for one in question["looks"]]))


def _answer(question: dict[str, Any]) -> dict[str, Any]:
    try:
        return look(question)
    except (pdfium.PdfiumError, MemoryError, ValueError) as error:
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
    """The pages asked for, each with its boxes measured and every code found anywhere on it."""
    document = pdfium.PdfDocument(question["pdf"])
    count = len(document)
    wanted: dict[int, list[dict[str, Any]]] = {}
    for box in question["boxes"]:
        wanted.setdefault(box["page"], []).append(box)
    names = {base64.b64decode(payload): labels for payload, labels in question["owned"]}
    first, last = question["first"], min(question["last"], count)
    pages = [_page(document, at, wanted.get(at, []), names, question["dpi"]) for at in range(first, last)]
    return {"pages": count, "looked": pages}


def _page(
    document: pdfium.PdfDocument,
    number: int,
    boxes: Sequence[dict[str, Any]],
    names: dict[bytes, list[str]],
    dpi: int,
) -> dict[str, Any]:
    page = document[number]
    wide, high = page.get_size()
    finest = min((box["side"] / POINT / symbol.side_of(box["version"]) for box in boxes), default=0)
    scale = max(dpi / 72, _MODULE_PIXELS / finest if finest else 0)
    if wide * high * scale * scale > _MOST_PIXELS:
        message = f"page {number + 1} is {wide * POINT:.0f} by {high * POINT:.0f} mm"
        raise ValueError(message)
    drawn: Grey = page.render(scale=scale, grayscale=True).to_numpy()
    grey = drawn.reshape(drawn.shape[0], drawn.shape[1])
    text = page.get_textpage()
    measured = [{**_measured(grey, box, high, scale), "text": _text(text, box["frame"])} for box in boxes]
    found = _codes(grey, max(1, int(finest * scale / _SCAN_PIXELS)) if finest else 1, high, scale)
    for code in found:
        code["labels"] = _label_places(text, names.get(base64.b64decode(code["bytes"]), []))
    return {"page": number, "boxes": measured, "codes": found}


def _text(text: pdfium.PdfTextPage, frame: Sequence[float]) -> str:
    left, low, right, top = (value / POINT for value in frame)
    return str(text.get_text_bounded(left, low, right, top))


def _codes(grey: Grey, shrink: int, high: float, scale: float) -> list[dict[str, Any]]:
    """Every code anywhere on the page: its bytes and its middle in millimetres from the lower left corner."""
    image = np.asarray(Image.fromarray(grey).reduce(shrink)) if shrink > 1 else grey
    found = []
    for code in zxingcpp.read_barcodes(np.ascontiguousarray(image), formats=_FORMATS, try_downscale=False):
        corners = (
            code.position.top_left,
            code.position.top_right,
            code.position.bottom_right,
            code.position.bottom_left,
        )
        x = sum(corner.x for corner in corners) / 4 * shrink / scale * POINT
        y = (high - sum(corner.y for corner in corners) / 4 * shrink / scale) * POINT
        seen = {"bytes": base64.b64encode(code.bytes).decode(), "x": x, "y": y}
        found.append(seen | (_unplanned(grey, code) if shrink == 1 else {}))
    return found


def _unplanned(grey: Grey, code: Any) -> dict[str, Any]:  # noqa: ANN401 - the reader has no types for what it adds
    """Contrast, quiet zone and unused correction of a code nobody told us about, where the reader found it."""
    version = str(code.extra.get("Version", ""))
    if not version.isdigit() or code.orientation % 90:
        return {}
    modules = symbol.side_of(int(version))
    corners = (code.position.top_left, code.position.top_right, code.position.bottom_right, code.position.bottom_left)
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    pixels = (max(xs) - min(xs) + max(ys) - min(ys)) / 2 / (modules - 2 * symbol.QUIET)
    left, upper = min(xs) - symbol.QUIET * pixels, min(ys) - symbol.QUIET * pixels
    side = round(pixels * modules)
    if left < -pixels or upper < -pixels:  # cut by the edge of the page: there is no quiet zone
        return {"contrast": 1.0, "modulation": 1.0, "frame": 1, "unused": float(code.extra.get("UEC", 0))}
    top_, left_ = max(0, round(upper)), max(0, round(left))
    values = _sampled(grey[top_ : top_ + side, left_ : left_ + side], modules, reach=0.15)
    if values is None:
        return {"contrast": 1.0, "modulation": 1.0, "frame": 1, "unused": float(code.extra.get("UEC", 0))}
    return _shade(values)[0] | {"unused": float(code.extra.get("UEC", 0))}


def _label_places(text: pdfium.PdfTextPage, labels: Sequence[str]) -> list[tuple[str, float, float]]:
    """Where the page says one of these ids: the id and the middle of its first character, in millimetres."""
    found = []
    for label in labels:
        search = text.search(label, match_case=True, match_whole_word=True)
        while (hit := search.get_next()) is not None:
            left, low, _, top = text.get_charbox(hit[0])
            found.append((label, left * POINT, (low + top) / 2 * POINT))
    return found


def _measured(grey: Grey, box: dict[str, Any], high: float, scale: float) -> dict[str, Any]:
    """One expected code: decoded alone, then module by module against what its payload must look like."""
    pixel = scale / POINT
    left, upper, side = box["x"] * pixel, high * scale - (box["y"] + box["side"]) * pixel, box["side"] * pixel
    cut = grey[max(0, round(upper)) : round(upper + side), max(0, round(left)) : round(left + side)]
    cut = np.rot90(cut, box["rotation"] // 90)
    turned = np.ascontiguousarray(cut[:, ::-1] if box["mirror"] else cut)
    read = zxingcpp.read_barcodes(
        turned,
        formats=_QR,
        try_rotate=False,
        try_downscale=False,
        try_invert=False,
    )
    answer: dict[str, Any] = {"decoded": base64.b64encode(read[0].bytes).decode() if len(read) == 1 else None}
    values = _sampled(turned, symbol.side_of(box["version"]))
    if values is None:
        return answer | {"contrast": 0.0, "modulation": 0.0, "frame": 1, "wrong": 1, "unused": 0.0}
    return answer | _graded(values, box)


def _sampled(cut: Grey, modules: int, reach: float = 0.25) -> npt.NDArray[np.float64] | None:
    """Reflectance of each module (quiet zone included): linear light, mean of the middle of the module."""
    if min(cut.shape) < modules * 3 or abs(cut.shape[0] - cut.shape[1]) > 2:  # noqa: PLR2004 - a box cut by the edge
        return None
    linear = (np.arange(256) / 255.0) ** 2.2
    light = linear[cut]
    reach *= cut.shape[0] / modules
    total = np.zeros((modules, modules))
    for down in (-reach, 0.0, reach):
        for across in (-reach, 0.0, reach):
            rows = ((np.arange(modules) + 0.5) * cut.shape[0] / modules + down).astype(int)
            columns = ((np.arange(modules) + 0.5) * cut.shape[1] / modules + across).astype(int)
            total += light[np.ix_(rows, columns)]
    return total / 9


def _shade(values: npt.NDArray[np.float64]) -> tuple[dict[str, Any], symbol.Matrix]:
    """Contrast, modulation and dark modules in the quiet zone, after ISO/IEC 15415; and which modules are dark."""
    most, least = float(values.max()), float(values.min())
    threshold = (most + least) / 2
    dark = values < threshold
    frame = dark.copy()
    frame[_INSIDE, _INSIDE] = False
    even = np.abs(values - threshold) * 2 / max(most - least, 1e-9)
    answer = {
        "contrast": most - least,
        "modulation": float(np.percentile(even, 5)),
        "frame": int(np.count_nonzero(frame)),
    }
    return answer, dark


def _graded(values: npt.NDArray[np.float64], box: dict[str, Any]) -> dict[str, Any]:
    """What `_shade` says, and how many modules differ from what the payload must look like."""
    answer, dark = _shade(values)
    try:
        expected = symbol.encode(base64.b64decode(box["payload"]), box["level"], box["version"])
    except Refused:  # today's payload does not even fit the symbol that was printed
        return answer | {"wrong": dark.size, "unused": 0.0}
    wrong = dark[_INSIDE, _INSIDE] != expected.matrix
    unused = symbol.unused_correction(wrong, box["version"], box["level"])
    return answer | {"wrong": int(np.count_nonzero(wrong)), "unused": unused}


if __name__ == "__main__":
    main()
