"""A picture of one code and what it should be come in; grades after ISO/IEC 15415 go out, A the best and F the worst.

A rendered page is no calibrated verifier: the parameters and their bounds are the standard's, the light is the screen's
own. The true matrix is known, so every module is compared, where a reader only has to guess them right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mpkit.kit.symbols import symbol

Pixels = npt.NDArray[np.uint8]  # rows, columns, blue green red
Light = npt.NDArray[np.float32]
GRADES: Final = "ABCDF"
# Least value of each grade but F (ISO/IEC 15415, 7.8), and of what a telephone reaches (print-and-qr).
BOUNDS: Final[Mapping[str, Sequence[float]]] = {
    "contrast": (0.70, 0.55, 0.40, 0.20),  # of what eyes and telephones see
    "red": (0.70, 0.55, 0.40, 0.20),  # of what readers with a red lamp see
    "modulation": (0.50, 0.40, 0.30, 0.20),
    "fixed": (0, -1, -2, -3),  # finder, timing and alignment modules that are wrong, counted downwards
    "unused": (0.62, 0.50, 0.37, 0.25),
    "reach": (2.0, 1.5, 1.0, 1.0),  # times the distance the sign is made for
}
_REACH = 600  # modules of width: how far off a telephone with 1080 lines still reads (2.5 pixels a module)
_LEAST_PIXELS = 3  # of a module, to be measured at all
_SQUARE = 3  # pixels a box may differ from a square: beyond, it was cut by the edge of the page
_POINTS = 3  # sampled across a module, on its middle six tenths: an aperture of 0.8 of a module
_APERTURE = 0.3
_INSIDE = slice(symbol.QUIET, -symbol.QUIET)
_LIGHT: Final[Light] = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)
_BLUE, _GREEN, _RED = _LIGHT * np.float32(0.0722), _LIGHT * np.float32(0.7152), np.float32(0.2126)  # Rec. 709
NOTHING: Final[Mapping[str, Any]] = {
    "contrast": 0.0, "red": 0.0, "modulation": 0.0, "fixed": 0, "unused": 0.0, "quiet": 1, "wrong": 1,
}  # fmt: skip


def grade_of(value: float, bounds: Sequence[float]) -> str:
    """The letter of a measured value."""
    return next((letter for letter, least in zip(GRADES, bounds, strict=False) if value >= least), "F")


def grades(measured: Mapping[str, Any]) -> dict[str, str]:
    """The letter of each parameter that was measured."""
    return {name: grade_of(measured[name], bounds) for name, bounds in BOUNDS.items() if name in measured}


def worst(measured: Mapping[str, Any]) -> str:
    """The letter of the worst parameter; letters order like grades."""
    return max(grades(measured).values(), default="F")


def reach(module: float, distance: float) -> float:
    """How many times the distance (mm) it is made for a sign with modules so wide (mm) can be read from."""
    return _REACH * module / distance


def sampled(cut: Pixels, modules: int) -> Light | None:
    """Light of each module, quiet zone included: what eyes see and what red light sees; None where it was cut off."""
    high, wide = cut.shape[:2]
    if min(high, wide) < modules * _LEAST_PIXELS or abs(high - wide) > _SQUARE:
        return None
    part = cut.take(_places(high, modules), axis=0).take(_places(wide, modules), axis=1)
    red = _LIGHT[part[:, :, 2]]
    seen = _BLUE[part[:, :, 0]] + _GREEN[part[:, :, 1]] + _RED * red
    return np.stack([_apertures(seen), _apertures(red)], axis=2)


def _apertures(light: Light) -> Light:
    """The mean of the points of each module; sums of strides, which is quicker than a mean over short axes."""
    rows = light[0::_POINTS] + light[1::_POINTS] + light[2::_POINTS]
    found: Light = (rows[:, 0::_POINTS] + rows[:, 1::_POINTS] + rows[:, 2::_POINTS]) / _POINTS**2
    return found


@cache
def _places(pixels: int, modules: int) -> npt.NDArray[np.intp]:
    """The pixels at which a row of modules is looked at."""
    middles = (np.arange(modules)[:, None] + 0.5 + np.linspace(-_APERTURE, _APERTURE, _POINTS)) * pixels / modules
    return middles.astype(np.intp).reshape(-1)


def measured(light: Light, expected: symbol.Symbol | None) -> dict[str, Any]:
    """Every parameter of one code; `expected` is None where the payload does not even fit what was printed."""
    seen = light[:, :, 0]
    most, least = float(seen.max()), float(seen.min())
    middle = (most + least) / 2
    dark = seen < middle
    if most <= least:
        return {**NOTHING, "wrong": dark.size, "fixed": -dark.size}
    red = float(light[:, :, 1].max(where=~dark, initial=0.0) - light[:, :, 1].min(where=dark, initial=1.0))
    quiet = int(np.count_nonzero(dark)) - int(np.count_nonzero(dark[_INSIDE, _INSIDE]))
    found = {**NOTHING, "contrast": most - least, "red": red, "quiet": quiet}
    if expected is None:
        return found | {"wrong": dark.size, "fixed": -dark.size}
    wrong = dark[_INSIDE, _INSIDE] != expected.matrix
    margin = np.abs(seen - middle)[_INSIDE, _INSIDE] * 2 / (most - least)
    return found | {
        "modulation": _modulation(np.where(wrong, 0.0, margin), expected),
        "fixed": -int(np.count_nonzero(wrong & symbol.fixed(expected.version))),
        "unused": symbol.unused_correction(wrong, expected.version, expected.level),
        "wrong": int(np.count_nonzero(wrong)),
    }


def as_it_is(found: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What can be said of a code that somebody else drew: nobody knows its matrix, the reader its reserve."""
    known = {name: value for name, value in found.items() if name not in {"modulation", "fixed"}}
    return known | {"unused": float(said.get("UEC", 1.0)), "wrong": 0}


def _modulation(margin: npt.NDArray[np.floating[Any]], expected: symbol.Symbol) -> float:
    """How evenly light and dark the codewords are, weak ones taken for lost where the correction can bear it.

    For each grade: the codewords below its bound count as errors, and what correction they leave has a grade too; the
    best of these pairs is the symbol's (ISO/IEC 15415, 7.8.4.3). Answered as the bound that was held, at most 1.
    """
    least = float(margin[~symbol.fixed(expected.version)].min(initial=1.0))
    if least >= BOUNDS["modulation"][0]:
        return least
    best = "F"
    for letter, bound in zip(GRADES, BOUNDS["modulation"], strict=False):
        left = symbol.unused_correction(margin < bound, expected.version, expected.level)
        best = min(best, max(letter, grade_of(left, BOUNDS["unused"])))
    return max(least, BOUNDS["modulation"][GRADES.index(best)]) if best != "F" else least
