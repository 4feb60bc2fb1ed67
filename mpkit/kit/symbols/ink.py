"""A symbol's matrix comes in; what puts it on paper goes out, as PDF operators in units of a module.

One filled path of merged rectangles for presses of 1200 dpi and more; a mask of one bit a module for office and label
printers, which paint every dot a path touches and so swell its modules (half a dot on each side).
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from mpkit.kit.symbols.symbol import QUIET, Matrix, Symbol

Manner = Literal["path", "mask"]
Octets = npt.NDArray[np.uint8]
_DIGITS = 4  # of a number of modules and the blank after it
_MOST = 10 ** (_DIGITS - 1)
_NOTHING = b"\0"  # where a number has fewer digits


def rectangles(matrix: Matrix) -> npt.NDArray[np.int64]:
    """Rectangles (column, row, width, height) that cover the dark modules once: equal runs of rows below each other."""
    high, wide = matrix.shape
    rows, turns = np.diff(np.pad(matrix.view(np.int8), ((0, 0), (1, 1))), axis=1).nonzero()
    ends = np.zeros((wide, high + 1), np.int16)  # where the run that begins here ends, column by column, 0 where none
    ends[turns[::2], rows[::2]] = turns[1::2]
    line = np.concatenate(([0], ends.ravel(), [0]))  # a blank after each column keeps its runs from the next one's
    changes = line[1:] != line[:-1]
    runs = line[1:-1] != 0
    first, last = np.flatnonzero(runs & changes[:-1]), np.flatnonzero(runs & changes[1:])
    column, row = np.divmod(first, high + 1)
    return np.stack([column, row, ends.ravel()[first] - column, last - first + 1], axis=1)


def path(symbol: Symbol) -> str:
    """The symbol as one path and one fill: separate fills leave light seams between modules in three of five viewers.

    The unit is a module, y runs down, the origin is the upper left corner of the quiet zone.
    """
    numbers = rectangles(symbol.matrix)
    numbers[:, :2] += QUIET
    text = np.full((len(numbers), 4 * _DIGITS + 3), ord("\n"), np.uint8)
    text[:, : 4 * _DIGITS] = _numerals()[numbers].reshape(len(numbers), -1)
    text[:, 4 * _DIGITS : -1] = np.frombuffer(b"re", np.uint8)
    return text.tobytes().translate(None, _NOTHING).decode("ascii") + "f"


def mask(symbol: Symbol) -> str:
    """The symbol as an image of one bit a module, painted where dark: each dot of a printer is inked or is not."""
    side = symbol.matrix.shape[0]
    content = np.packbits(~symbol.matrix, axis=1).tobytes().decode("latin-1")
    head = f"BI /W {side} /H {side} /BPC 1 /IM true /I false ID "
    return f"q {side} 0 0 {-side} {QUIET} {QUIET + side} cm {head}{content}\nEI Q"


def drawn(symbol: Symbol, manner: Manner) -> str:
    """The symbol's operators in that manner."""
    return path(symbol) if manner == "path" else mask(symbol)


def stamp(operators: str, *, x: float, y: float, field: float, side: int, grey: bool = False) -> str:
    """Operators for a white square `field` points wide with its upper left corner at (x, y) and the symbol filling it.

    White is no ink, the symbol black alone: no other plate can be printed askew under it. `grey` is for files made of
    red, green and blue, where the black plate is a level of grey.
    """
    module = field / side
    white, black = ("1 g", "0 g") if grey else ("0 0 0 0 k", "0 0 0 1 k")
    ground = f"{white} {x:.4f} {y - field:.4f} {field:.4f} {field:.4f} re f"
    return f"q {ground} {black} {module:.6f} 0 0 {-module:.6f} {x:.4f} {y:.4f} cm\n{operators} Q"


@cache
def _numerals() -> Octets:
    """Every number of modules as text and a blank, nothing behind them."""
    text = b"".join(f"{n} ".encode().ljust(_DIGITS, _NOTHING) for n in range(_MOST))
    return np.frombuffer(text, np.uint8).reshape(_MOST, _DIGITS)
