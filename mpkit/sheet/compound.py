"""Bytes of an OLE compound file come in, one of its streams goes out (MS-CFB, sections 2.2 to 2.6)."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA  # numbers from here on are no sectors: the end of a chain, a free one
_ENTRY = 128  # bytes of one entry of the directory
_STREAM, _ROOT = 2, 5
_IN_HEADER = 109  # sectors of the table of sectors that the header itself names
_SIZES = (9, 12)  # a sector has 2 to the power of this many bytes


def stream(content: bytes, names: Collection[str]) -> bytes:
    """The stream of one of these names (capitals aside), b"" where there is none or its sectors lead nowhere."""
    try:
        return _Compound(content).stream({name.casefold() for name in names})
    except (struct.error, IndexError, ValueError):
        return b""


class _Compound:
    """The tables of one file; `ValueError`, `IndexError` or `struct.error` where they contradict themselves."""

    def __init__(self, content: bytes) -> None:
        shift, mini_shift = struct.unpack_from("<HH", content, 30)
        if not content.startswith(SIGNATURE) or shift not in _SIZES or mini_shift >= shift:
            raise ValueError
        self.content, self.size, self.mini_size = content, 1 << shift, 1 << mini_shift
        self.directory, self.cutoff, self.mini_first = struct.unpack_from("<I4xII", content, 48)
        self.next = self._numbers(b"".join(map(self._sector, self._tables())))

    def stream(self, names: Collection[str]) -> bytes:
        directory = self._chain(self.directory)
        entries = [directory[at : at + _ENTRY] for at in range(0, len(directory) - _ENTRY + 1, _ENTRY)]
        for entry in entries:
            length, kind = struct.unpack_from("<HB", entry, 64)
            if kind == _STREAM and entry[: max(0, length - 2)].decode("utf-16-le", "replace").casefold() in names:
                first, size = struct.unpack_from("<II", entry, 116)
                whole = self._chain(first) if size >= self.cutoff else self._mini(entries[0], first)
                return whole[:size]
        return b""

    def _tables(self) -> Iterator[int]:
        """The sectors that hold the table of sectors: some named by the header, more by a chain of lists."""
        yield from self._named(struct.unpack_from(f"<{_IN_HEADER}I", self.content, 76))
        following, left = struct.unpack_from("<II", self.content, 68)
        for _ in range(min(left, len(self.content) // self.size)):
            if following >= _LAST:
                return
            *inside, following = self._numbers(self._sector(following))
            yield from self._named(inside)

    def _named(self, numbers: Collection[int]) -> Iterator[int]:
        return (number for number in numbers if number < _LAST)

    def _sector(self, number: int) -> bytes:
        return self.content[(number + 1) * self.size : (number + 2) * self.size]

    def _numbers(self, table: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])

    def _chain(self, number: int) -> bytes:
        return b"".join(self._sector(each) for each in _followed(number, self.next))

    def _mini(self, root: bytes, first: int) -> bytes:
        """A short stream: its small sectors lie in the stream of the directory's root."""
        held = self._chain(struct.unpack_from("<I", root, 116)[0])
        following, size = self._numbers(self._chain(self.mini_first)), self.mini_size
        return b"".join(held[each * size : (each + 1) * size] for each in _followed(first, following))


def _followed(number: int, following: tuple[int, ...]) -> Iterator[int]:
    """A chain of sectors from its first; `ValueError` for one that bites its tail."""
    for _ in range(len(following) + 1):
        if number >= _LAST:
            return
        yield number
        number = following[number]
    raise ValueError
