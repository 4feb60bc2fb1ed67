"""Two files come in that should look alike, texts alive and texts as outlines; the first page that differs goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
from pypdfium2 import raw

from mpkit.work import executor

_OUTLINED = 54.0  # pixels of an em from which the renderer draws letters as outlines too, not as pictures it moves
_LEAST = 200 / 72  # pixels of a point
_MOST = 16.0
_SMALLEST = 4.0  # points: no design sets smaller type; blanks that are nowhere written have none
_TOGETHER = 16_000_000  # pixels drawn at a time
_BLOCK = 3  # pixels looked at together: rounding differs in the last place of a number
_DIFFERENT = 40.0  # levels of grey; equal outlines differ by less than 10, an S that became a 5 by more than 100


def differing(pair: tuple[Path, Path]) -> int:
    """The first page (from 1) on which a file does not look like its live twin, the first of the two; 0 if none."""
    live, other = (pdfium.PdfDocument(path) for path in pair)
    if len(live) != len(other):
        return min(len(live), len(other)) + 1
    for number in range(len(live)):
        one, two = live[number], other[number]
        if one.get_size() != two.get_size():
            return number + 1
        scale = _scale(one)
        for first, second in zip(_strips(one, scale), _strips(two, scale), strict=True):
            if float(np.abs(first - second).max(initial=0)) > _DIFFERENT:
                return number + 1
    return 0


def compare(pairs: Sequence[tuple[Path, Path]], workers: int) -> list[int]:
    """`differing` of each pair, in processes of this machine: the renderer is not safe with threads."""
    with executor(max(1, min(workers, len(pairs)))) as pool:
        return list(pool.map(differing, pairs))


def _scale(page: pdfium.PdfPage) -> float:
    """Pixels of a point at which even the smallest letters of a page are drawn as outlines."""
    text = page.get_textpage()
    sizes = [raw.FPDFText_GetFontSize(text.raw, at) for at in range(text.count_chars())]
    smallest = min((size for size in sizes if size >= _SMALLEST), default=_OUTLINED)
    return min(_MOST, max(_LEAST, _OUTLINED / smallest))


def _strips(page: pdfium.PdfPage, scale: float) -> Iterator[npt.NDArray[np.float64]]:
    """The page from its top, as means of small squares, a strip at a time: a sheet is large at that scale."""
    wide, high = page.get_size()
    tall = max(1.0, _TOGETHER / (wide * scale) / scale)
    for top in np.arange(0.0, high, tall):
        bottom = max(0.0, high - float(top) - tall)
        drawn = page.render(scale=scale, grayscale=True, crop=(0, bottom, 0, float(top))).to_numpy()
        rows, columns = (side // _BLOCK * _BLOCK for side in drawn.shape[:2])
        grey = drawn.reshape(drawn.shape[0], drawn.shape[1])[:rows, :columns].astype(np.float64)
        yield grey.reshape(rows // _BLOCK, _BLOCK, columns // _BLOCK, _BLOCK).mean(axis=(1, 3))
