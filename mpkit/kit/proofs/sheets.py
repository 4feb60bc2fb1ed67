"""A page of a finished PDF comes in; its pixels wherever they are asked for, and its letters, go out in millimetres.

Places are counted from the lower left corner of the page as it is shown, whatever boxes and turns the file gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mpkit.kit.drawing.type import POINT
from mpkit.kit.proofs.grading import Pixels

_MOST_PIXELS = 120_000_000  # of one page: 1 A0 at 300 dpi; a page that pretends to be larger is refused
# What a picture costs to draw: to begin, and for each million pixels (measured; only their ratio matters).
_BEGIN, _MILLION = 1.2, 1.8
Place = Callable[[float, float], tuple[float, float]]


@dataclass(slots=True)
class Page:
    """One page, drawn at most once as a whole; `dots` are the pixels of a point."""

    page: Any
    number: int
    dots: float
    _whole: list[Pixels] = field(default_factory=list)
    _size: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        self._size = self.page.get_size()
        wide, high = self._size
        if wide * high * self.dots**2 > _MOST_PIXELS:
            message = f"page {self.number + 1} is {wide * POINT:.0f} by {high * POINT:.0f} mm"
            raise ValueError(message)

    @property
    def high(self) -> float:
        """Height in points."""
        return self._size[1]

    def grey(self, dots: float) -> Pixels:
        """The whole page, coarsely, in grey."""
        drawn: Pixels = self.page.render(scale=dots, grayscale=True).to_numpy()
        return drawn.reshape(drawn.shape[0], drawn.shape[1])

    def prepare(self, sides: Sequence[float]) -> None:
        """Draw the whole page now where that costs less than each square (side in mm) for itself."""
        area = sum((side / POINT * self.dots) ** 2 for side in sides) / 1e6
        whole = self._size[0] * self._size[1] * self.dots**2 / 1e6
        if len(sides) > 1 and _BEGIN * len(sides) + _MILLION * area > _BEGIN + _MILLION * whole:
            self._whole.append(self.page.render(scale=self.dots).to_numpy())

    def cut(self, x: float, y: float, side: float) -> Pixels:
        """The pixels of a square (mm): blue, green, red. What lies over the edge of the page is not there."""
        wide, high = (int(np.ceil(length * self.dots)) for length in self._size)
        across, up = wide / self._size[0] / POINT, high / self._size[1] / POINT
        left, right = max(0, round(x * across)), min(wide, round((x + side) * across))
        upper, lower = max(0, high - round((y + side) * up)), min(high, high - round(y * up))
        if right - left < 1 or lower - upper < 1:
            return np.zeros((0, 0, 3), np.uint8)
        if self._whole:
            return self._whole[0][upper:lower, left:right]
        margins = (left, high - lower, wide - right, upper)
        crop = tuple(max(0.0, (margin - 0.5) / self.dots) for margin in margins)
        drawn: Pixels = self.page.render(scale=self.dots, crop=crop).to_numpy()
        return drawn


def placing(page: Any) -> tuple[Place, Place]:  # noqa: ANN401 - the reader has no types
    """From the page as shown to the page as written, and back; both in points."""
    left, low, right, top = page.get_cropbox()
    return {
        0: (lambda x, y: (x + left, y + low), lambda x, y: (x - left, y - low)),
        90: (lambda x, y: (right - y, x + low), lambda x, y: (y - low, right - x)),
        180: (lambda x, y: (right - x, top - y), lambda x, y: (right - x, top - y)),
        270: (lambda x, y: (y + left, top - x), lambda x, y: (top - y, x - left)),
    }[page.get_rotation() % 360]


@dataclass(slots=True)
class Letters:
    """The text of a page, asked for by place or by what it says."""

    page: Any
    text: Any = None

    def __post_init__(self) -> None:
        self.text = self.page.get_textpage()

    def any(self) -> bool:
        """Whether the page has letters at all: a picture of a page, or texts drawn as curves, has none."""
        return bool(self.text.count_chars())

    def inside(self, frame: Sequence[float]) -> str:
        """What is written in a frame (mm: left, low, right, top)."""
        written, _ = placing(self.page)
        ends = [written(frame[at] / POINT, frame[at + 1] / POINT) for at in (0, 2)]
        (left, right), (low, top) = (sorted(values) for values in zip(*ends, strict=True))
        return str(self.text.get_text_bounded(left, low, right, top))

    def places(self, label: str) -> Iterator[tuple[float, float]]:
        """Where the page says this: the middle of its first letter (mm)."""
        _, shown = placing(self.page)
        search = self.text.search(label, match_case=True, match_whole_word=True)
        while (hit := search.get_next()) is not None:
            left, low, right, top = self.text.get_charbox(hit[0])
            x, y = shown((left + right) / 2, (low + top) / 2)
            yield x * POINT, y * POINT
