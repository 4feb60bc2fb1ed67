"""A symbol's matrix comes in; one filled path of merged rectangles goes out, as PDF operators in units of a module."""

from __future__ import annotations

from operator import itemgetter

import numpy as np

from mpkit.kit.symbol import QUIET, Matrix, Symbol


def rectangles(matrix: Matrix) -> list[tuple[int, int, int, int]]:
    """Rectangles (column, row, width, height) that cover the dark modules once: equal runs of rows below each other."""
    edged = np.pad(matrix.view(np.int8), ((0, 1), (1, 1)))  # a light row below closes what still grows
    rows, edges = np.nonzero(np.diff(edged, axis=1))
    runs: list[list[tuple[int, int]]] = [[] for _ in edged]
    for row, begin, end in zip(rows[::2].tolist(), edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        runs[row].append((begin, end))
    done: list[tuple[int, int, int, int]] = []
    growing: dict[tuple[int, int], int] = {}
    for row, line in enumerate(runs):
        ended = growing.keys() - line
        for run in ended:
            begun = growing.pop(run)
            done.append((run[0], begun, run[1] - run[0], row - begun))
        for run in line:
            growing.setdefault(run, row)
    done.sort(key=itemgetter(1, 0))
    return done


def path(symbol: Symbol) -> str:
    """The symbol as one path and one fill: separate fills leave light seams between modules in three of five viewers.

    The unit is a module, y runs down, the origin is the upper left corner of the quiet zone.
    """
    boxes = (f"{x + QUIET} {y + QUIET} {w} {h} re" for x, y, w, h in rectangles(symbol.matrix))
    return "\n".join([*boxes, "f"])


def stamp(drawn: str, *, x: float, y: float, field: float, side: int) -> str:
    """Operators for a white square `field` points wide with its upper left corner at (x, y) and the symbol filling it.

    White is no ink, the symbol black alone: no other plate can be printed askew under it.
    """
    module = field / side
    white = f"0 0 0 0 k {x:.4f} {y - field:.4f} {field:.4f} {field:.4f} re f"
    return f"q {white} 0 0 0 1 k {module:.6f} 0 0 {-module:.6f} {x:.4f} {y:.4f} cm\n{drawn} Q"
