"""A symbol's matrix comes in; one filled path of merged rectangles goes out, as PDF operators in units of a module."""

from __future__ import annotations

import numpy as np

from mpkit.kit.symbol import QUIET, Matrix, Symbol


def rectangles(matrix: Matrix) -> list[tuple[int, int, int, int]]:
    """Rectangles (column, row, width, height) that cover the dark modules once: equal runs of rows below each other."""
    done: list[tuple[int, int, int, int]] = []
    growing: dict[tuple[int, int], int] = {}
    for row, line in enumerate(np.vstack([matrix, np.zeros((1, matrix.shape[1]), np.bool_)])):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], line.view(np.int8), [0]))))
        runs = set(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
        for run in [run for run in growing if run not in runs]:
            begun = growing.pop(run)
            done.append((run[0], begun, run[1] - run[0], row - begun))
        for run in runs:
            growing.setdefault(run, row)
    return sorted(done, key=lambda box: (box[1], box[0]))


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
