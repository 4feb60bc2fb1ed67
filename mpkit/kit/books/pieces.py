"""The pieces of a book come in as they are laid; each is a line of a file, read again a line at a time, never all held.

What stays in memory of a piece is where its line begins and what tells that line from any other.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, overload

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as part

from mpkit.errors import UnreadableFile

_PART = ConfigDict(extra="forbid", allow_inf_nan=False)
_AROUND = b" ,\r\n"  # what stands around a piece in its line


@part(frozen=True, slots=True, kw_only=True, config=_PART)
class Frame:
    """A rectangle in millimetres from the lower left corner of the page."""

    x: float
    y: float
    width: float
    height: float


@part(frozen=True, slots=True, kw_only=True, config=_PART)
class Spot:
    """One code of a piece: its white field, the face around it, and how both are turned on the page (degrees)."""

    code: Frame
    face: Frame
    turn: Literal[0, 90, 180, 270] = 0
    version: int | None = Field(default=None, exclude_if=lambda said: said is None)  # of a code that is not ours
    level: str = Field("", exclude_if=lambda said: not said)
    page: int | None = Field(default=None, ge=1, exclude_if=lambda page: page is None)  # of the back of a sheet


@part(frozen=True, slots=True, kw_only=True, config=_PART)
class Entry:
    """One piece in a file: where it lies, whose it is, what its codes were drawn from.

    A tent has a code on each panel, a door sign none; a piece of a whole branch has no register and no serial (0).
    """

    file: str
    page: int = Field(ge=1)
    slot: int = Field(ge=1)
    box: Frame  # the trimmed piece
    codes: tuple[Spot, ...]
    mirror: bool = False
    register_id: str = Field(alias="register")
    register_name: str
    store: str
    store_name: str
    address: str = Field("", exclude_if=lambda said: not said)  # of the branch; manifests from before have none
    pos_id: str
    payload_sha256: str
    serial: int
    serial_text: str
    check: str


_PIECE: TypeAdapter[Entry] = TypeAdapter(Entry)


def said(piece: Entry) -> Any:  # noqa: ANN401 - plain data
    """A piece as plain data."""
    return _PIECE.dump_python(piece, mode="json", by_alias=True)


def line_of(piece: Entry) -> bytes:
    """The one text of a piece: its line, and what the hash over all of them is taken over."""
    return json.dumps(said(piece), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class Pieces(Sequence[Entry]):
    """The pieces that stand in a file, in its order; two are equal where all they say is."""

    def __init__(self, path: Path) -> None:
        """None so far."""
        self.path = path
        self.sha256 = ""  # over the lines
        self._runs: dict[str, tuple[int, int]] = {}  # the first and the one after the last of each of the book's files
        self._begins: array[int] = array("Q")
        self._marks: array[int] = array("q")

    def lying(self, path: Path) -> Pieces:
        """The same, their file having been moved."""
        found = copy(self)
        found.path = path
        return found

    def written(self, path: Path, before: bytes, after: bytes) -> Pieces:
        """Their lines between two texts in another file, where they lie from then on."""
        found = self.lying(path)
        found._begins = array("Q")  # noqa: SLF001 - its own
        with path.open("wb") as file:
            file.write(before)
            for at, line in enumerate(self._lines(range(len(self)))):
                file.write(_before(at))
                found._begins.append(file.tell())  # noqa: SLF001 - its own
                file.write(line)
            file.write(b"\n" + after)
        return found

    def __len__(self) -> int:
        """How many there are."""
        return len(self._begins)

    @overload
    def __getitem__(self, at: int) -> Entry: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, at: int | slice) -> Entry | tuple[Entry, ...]:
        """One of them, or some."""
        if isinstance(at, slice):
            return tuple(self._read(range(*at.indices(len(self)))))
        return next(self._read([range(len(self))[at]]))

    def __iter__(self) -> Iterator[Entry]:
        """All of them, one after the other."""
        return self._read(range(len(self)))

    def __eq__(self, other: object) -> bool:
        """Whether the same is said of the same pieces."""
        return isinstance(other, Pieces) and other.sha256 == self.sha256

    def __hash__(self) -> int:
        """After what they say."""
        return hash(self.sha256)

    def of(self, name: str) -> Iterator[Entry]:
        """Those of one file of the book."""
        return self._read(range(*self._runs.get(name, (0, 0))))

    def count_of(self, name: str) -> int:
        """How many those are."""
        return len(range(*self._runs.get(name, (0, 0))))

    def _read(self, numbers: Iterable[int]) -> Iterator[Entry]:
        return map(_PIECE.validate_json, self._lines(numbers))

    def _lines(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """Lines as they were when they were counted; `UnreadableFile` where another book's stand there by now."""
        with self.path.open("rb") as file:
            for at in numbers:
                file.seek(self._begins[at])
                line = file.readline().strip(_AROUND)
                if hash(line) != self._marks[at]:
                    raise UnreadableFile("kit_manifest_unreadable", file=self.path.name, why=f"pieces.{at}")
                yield line

    def _count(self, begins: int, line: bytes, name: str) -> None:
        number = len(self)
        first, end = self._runs.get(name, (number, number))
        if end != number:  # others lie between
            raise ValueError(number)
        self._runs[name] = first, number + 1
        self._begins.append(begins)
        self._marks.append(hash(line))


def _before(at: int) -> bytes:
    """What stands before a piece's line."""
    return b",\n  " if at else b"  "


def laid(path: Path, pieces: Iterable[Entry]) -> Pieces:
    """Write each piece into a file of their own as it comes; those of one file of the book come together."""
    found, digest = Pieces(path), sha256()
    with path.open("wb") as file:
        for at, piece in enumerate(pieces):
            line = line_of(piece)
            file.write(_before(at))
            found._count(file.tell(), line, piece.file)  # noqa: SLF001 - its own maker
            file.write(line)
            digest.update(line + b"\n")
    found.sha256 = digest.hexdigest()
    return found


def counted(path: Path, first: int, end: bytes) -> tuple[Pieces, bytes]:
    """The pieces that begin at byte `first`, up to the line that is `end`, and what follows it.

    Raises `ValueError` where a line is no piece or not as we write it, and where a file's pieces do not lie together.
    """
    found, digest = Pieces(path), sha256()
    with path.open("rb") as file:
        file.seek(first)
        begins = first
        while (whole := file.readline()) and whole.rstrip() != end.rstrip():
            line = whole.strip(_AROUND)
            piece = _parsed(line, len(found))
            if line_of(piece) != line:
                raise ValueError(len(found))
            found._count(begins + len(whole) - len(whole.lstrip(_AROUND)), line, piece.file)  # noqa: SLF001
            digest.update(line + b"\n")
            begins += len(whole)
        rest = file.read(3)
    found.sha256 = digest.hexdigest()
    return found, rest


def _parsed(line: bytes, at: int) -> Entry:
    try:
        return _PIECE.validate_json(line)
    except ValidationError as error:
        raise ValueError(at) from error
