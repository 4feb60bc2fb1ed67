"""A payload's bytes come in; the QR symbol goes out as a boolean matrix, module for module what `qrcode` makes of it.

The library is the reference: tables, function patterns and the reading of the penalty rules are its own. The choice
of the mask, four fifths of its time, is done here on arrays, for many symbols at once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import qrcode
from qrcode import util
from qrcode.base import rs_blocks

from mpkit.errors import Refused
from mpkit.kit.symbols import penalty
from mpkit.kit.symbols.codewords import Block, interleaved
from mpkit.kit.symbols.segments import VERSION_CLASSES, Segment, bits_of, split

Matrix = npt.NDArray[np.bool_]
LEVELS = {"L": 1, "M": 0, "Q": 3, "H": 2}  # the indicator of each level (ISO/IEC 18004, table 12)
QUIET = 4  # modules of white on each side (ISO/IEC 18004, 6.3.8)
LONGEST = 512  # bytes a payload may have (EMVCo merchant-presented)
_MASKS = 8
_TOGETHER = 64  # symbols made at once: their lines stay in the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    """One QR symbol: `matrix[row, column]` is True where dark; the quiet zone is not part of it."""

    matrix: Matrix
    version: int
    level: str

    @property
    def side(self) -> int:
        """Modules of one side, the quiet zone included."""
        return int(self.matrix.shape[0]) + 2 * QUIET


def side_of(version: int) -> int:
    """Modules of one side of a version, the quiet zone included."""
    return 17 + 4 * version + 2 * QUIET


def version_for(payload: bytes, level: str) -> int:
    """The smallest version (1 to 40) that holds the payload at a level; `Refused` where none does."""
    if len(payload) > LONGEST:
        raise Refused("kit_payload_too_long", n=len(payload))
    for index, versions in enumerate(VERSION_CLASSES):
        fits = bisect_left(util.BIT_LIMIT_TABLE[LEVELS[level]], bits_of(payload, index), versions[0])
        if fits in versions:
            return fits
    raise Refused("kit_payload_too_long", n=len(payload))


def one_version(payloads: Iterable[bytes], level: str) -> int:
    """The version every payload of a job fits into, so that all its signs look alike."""
    return max(version_for(payload, level) for payload in payloads)


def encode(payload: bytes, level: str = "M", version: int | None = None) -> Symbol:
    """The symbol of a payload; a `version` larger than needed is filled up. Raises `Refused` where it does not fit."""
    return encode_all([payload], level, version or version_for(payload, level))[0]


def encode_all(payloads: Sequence[bytes], level: str, version: int) -> list[Symbol]:
    """The symbols of many payloads in one version, made together: the cost of an array's step is shared."""
    index = next(i for i, versions in enumerate(VERSION_CLASSES) if version in versions)
    room, blocks = util.BIT_LIMIT_TABLE[LEVELS[level]][version], _blocks_of(version, level)
    words = []
    for payload in payloads:
        segments, bits = split(payload, index)
        if bits > room:
            raise Refused("kit_payload_too_long", n=len(payload))
        words.append(interleaved(segments, index, blocks))
    found = [_matrices(words[at : at + _TOGETHER], level, version) for at in range(0, len(words), _TOGETHER)]
    return [Symbol(matrix, version, level) for part in found for matrix in part]


def unused_correction(wrong: Matrix, version: int, level: str) -> float:
    """How much of the error correction is left where these modules are wrong: 1 none used, below 0 beyond repair."""
    blocks = _blocks_of(version, level)
    owner = [at for row in range(max(b.data for b in blocks)) for at, b in enumerate(blocks) if row < b.data]
    owner += [at for _ in range(blocks[0].correction) for at in range(len(blocks))]
    bits = wrong.reshape(-1)[_canvas(version).order[: 8 * len(owner)]]
    broken = np.bincount(np.array(owner)[bits.reshape(-1, 8).any(axis=1)], minlength=len(blocks))
    return float(min(1 - 2 * count / block.correction for count, block in zip(broken, blocks, strict=True)))


@cache
def fixed(version: int) -> Matrix:
    """Which modules of a version carry no data: finders, timing, alignment, format and version."""
    canvas = _canvas(version)
    found = np.ones(canvas.blank.size, np.bool_)
    found[canvas.order] = False
    return found.reshape(canvas.blank.shape)


def _blocks_of(version: int, level: str) -> list[Block]:
    return [
        Block(block.data_count, block.total_count - block.data_count) for block in rs_blocks(version, LEVELS[level])
    ]


def as_library_data(segments: Iterable[Segment]) -> list[util.QRData]:
    """Segments as the library takes them: raw bytes, its own mode numbers, nothing re-encoded."""
    return [util.QRData(segment.content, mode=int(segment.mode), check_data=False) for segment in segments]


def _matrices(words: Sequence[bytes], level: str, version: int) -> Matrix:
    """Symbols from their codewords: data placed once under eight masks, the first cheapest taken, like the library."""
    canvas = _canvas(version)
    bits = np.unpackbits(np.frombuffer(b"".join(words), np.uint8).reshape(len(words), -1), axis=1).view(np.bool_)
    placed = np.repeat(canvas.blank.reshape(1, -1), len(words), axis=0)
    placed[:, canvas.order[: bits.shape[1]]] = bits
    placed = placed.reshape(-1, *canvas.blank.shape)
    rows = penalty.packed(placed)[:, None] ^ canvas.mask_rows
    columns = penalty.packed(np.ascontiguousarray(placed.transpose(0, 2, 1)))[:, None] ^ canvas.mask_columns
    chosen = penalty.lost_points(rows, columns, placed.shape[-1]).argmin(axis=1)
    finished: Matrix = (placed ^ canvas.masks[chosen]) | _marks(version, LEVELS[level])[chosen]
    return finished


@dataclass(frozen=True, slots=True, eq=False)
class _Canvas:
    blank: Matrix  # finders, alignment and timing patterns; format, version and data light
    order: npt.NDArray[np.intp]  # flat cells in the order data bits fill them
    masks: Matrix  # eight masks, True where a data cell is turned
    mask_rows: penalty.Lines  # the same, packed line by line
    mask_columns: penalty.Lines


@cache
def _canvas(version: int) -> _Canvas:
    """What all symbols of a version share, read off the library's own drawing."""
    side = 17 + 4 * version
    code = _drawn(version, level=0, mask=0, test=True)
    free = np.array([[cell is None for cell in row] for row in code.modules])
    blank = np.array([[bool(cell) for cell in row] for row in code.modules])
    order: list[int] = []
    rows = range(side - 1, -1, -1)
    for right in range(side - 1, 0, -2):
        column = right if right > 6 else right - 1  # noqa: PLR2004 - column 6 is the vertical timing pattern
        order.extend(row * side + at for row in rows for at in (column, column - 1) if free[row, at])
        rows = rows[::-1]
    row, column_ = np.indices((side, side))
    turned = np.stack([np.vectorize(util.mask_func(mask))(row, column_) for mask in range(_MASKS)])
    masks = turned & free
    across, down = penalty.packed(masks), penalty.packed(np.ascontiguousarray(masks.transpose(0, 2, 1)))
    return _Canvas(blank, np.array(order, np.intp), masks, across, down)


@cache
def _marks(version: int, level: int) -> Matrix:
    """Format, version and dark module of a finished symbol in each of the eight masks, True where dark."""
    drawn = [_drawn(version, level=level, mask=mask, test=False).modules for mask in range(_MASKS)]
    return np.array([[[cell is True for cell in row] for row in modules] for modules in drawn])


def _drawn(version: int, *, level: int, mask: int, test: bool) -> qrcode.QRCode:
    """The library's symbol without data: its own steps of `makeImpl` up to the data."""
    code = qrcode.QRCode(version=version, error_correction=level)
    code.modules_count = side = 17 + 4 * version
    code.modules = [[None] * side for _ in range(side)]
    for row, column in ((0, 0), (side - 7, 0), (0, side - 7)):
        code.setup_position_probe_pattern(row, column)
    code.setup_position_adjust_pattern()
    code.setup_timing_pattern()
    code.setup_type_info(test, mask)
    if version >= 7:  # noqa: PLR2004 - smaller symbols do not state their version
        code.setup_type_number(test)
    return code
