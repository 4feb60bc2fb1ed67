"""A case of type: pieces of text go in, each gets a number, and any row of numbers comes out as one text.

The pieces that come again and again stay; those of the rows that are being set are laid beside them and give way to the
next. Rows are put together in one go, piece after piece, by Arrow's own gathering of texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mpkit.sandbox.columns import Numbers
from mpkit.sandbox.digits import Fields


class Laid(NamedTuple):
    """The numbers of the pieces of some rows: of each row's fields, and of the first of the texts beside them."""

    fields: Numbers
    texts: int


class Print(NamedTuple):
    """Rows one after another; row n lies from `ends[n]` to `ends[n + 1]`."""

    text: memoryview
    ends: Numbers

    @property
    def size(self) -> int:
        """How many bytes they take."""
        return len(self.text)


class Typecase:
    """Pieces by number. `count` of them stay."""

    def __init__(self) -> None:
        self.count = 0
        self._numbers: dict[bytes, int] = {}
        self._text = np.zeros(1 << 16, dtype="u1")
        self._ends = np.zeros(1 << 10, dtype="i4")  # a piece lies between its end and the one before
        self._laid = 0

    def number(self, piece: bytes) -> int:
        """The number of a piece that stays. What was laid is gone when it is new."""
        found = self._numbers.get(piece)
        if found is None:
            begin = int(self._ends[self.count])
            self._make_room(begin + len(piece), self.count + 2)
            self._text[begin : begin + len(piece)] = np.frombuffer(piece, dtype="u1")
            found = self._numbers[piece] = self.count
            self.count += 1
            self._ends[self.count] = begin + len(piece)
        return found

    def lay(self, fields: Fields, texts: Sequence[bytes]) -> Laid:
        """Put the fields of some rows, and texts, beside the pieces that stay, in place of what was laid before."""
        more = b"".join(texts)
        begin = int(self._ends[self.count])
        at = begin + fields.text.size
        first = self.count + 1
        last = first + 2 * fields.ends.size
        self._laid = last + len(texts)
        self._make_room(at + len(more), self._laid + 1)
        self._text[begin:at] = fields.text
        self._text[at : at + len(more)] = np.frombuffer(more, dtype="u1")
        # between the texts of two fields lies a piece nobody asks for
        pairs = self._ends[first:last].reshape(-1, 2)
        pairs[:, 0], pairs[:, 1] = fields.begins.ravel() + begin, fields.ends.ravel() + begin
        self._ends[last] = at
        self._ends[last + 1 : self._laid + 1] = at + np.cumsum(np.fromiter(map(len, texts), "i4", len(texts)))
        return Laid(np.arange(first, last, 2, dtype="i4").reshape(fields.ends.shape), last)

    def print(self, numbers: Numbers) -> Print:
        """Each row of numbers as the text of its pieces."""
        size = self._laid
        pieces = pa.Array.from_buffers(
            pa.binary(), size, [None, pa.py_buffer(self._ends[: size + 1]), pa.py_buffer(self._text)]
        )
        found = pc.take(pieces, pa.array(numbers.ravel()), boundscheck=False)
        _, ends, text = found.buffers()
        every = np.frombuffer(ends, dtype="i4", count=len(found) + 1)
        return Print(memoryview(text), every[:: numbers.shape[1]].copy())

    def _make_room(self, text: int, ends: int) -> None:
        for name, wanted in (("_text", text), ("_ends", ends)):
            old = getattr(self, name)
            if len(old) < wanted:
                new = np.zeros(2 * wanted, dtype=old.dtype)
                new[: len(old)] = old
                setattr(self, name, new)
