"""What may be kept of Mercado Pago's answers, in a compressed file a day: changed payments come in, old files go.

The rows hold every figure; these files are there to look a figure up in the words it came in, and for a while only.
Each batch is one gzip member that tells its own length, so that the end of a file a kill has torn is found and cut off,
and `zcat` reads it all.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from mpkit.errors import of_system
from mpkit.model import Payment
from mpkit.sales.mirror_lock import held

KEPT_DAYS = 90
_LOCK = "writer.lock"
_WAIT = 30.0  # seconds for another process that writes
# Magic, deflate, an extra field; no time, no system; eight bytes of it: our mark, four bytes: the member's length.
_HEAD = struct.Struct("<4sIBBH2sHI")
_START, _MARK, _UNKNOWN = b"\x1f\x8b\x08\x04", b"MP", 255
_TAIL = struct.Struct("<II")


class Answers:
    """The files of one account; `days` 0 keeps none."""

    def __init__(self, folder: Path, days: int = KEPT_DAYS) -> None:
        """Nothing is read or written yet."""
        self.folder = folder
        self.days = days

    def keep(self, batch: Sequence[Payment], now: datetime) -> None:
        """Add what may be kept of these payments to the day's file."""
        lines = [payment.told for payment in batch if payment.told]
        if not lines or not self.days:
            return
        file = self.folder / f"{now:%Y-%m-%d}.jsonl.gz"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with held(self.folder / _LOCK, _WAIT) as mine:
                if mine:
                    _append(file, _member(b"\n".join(lines) + b"\n"))
        except OSError as error:
            raise of_system(error, where=file) or error from error

    def sweep(self, now: datetime) -> int:
        """Remove the files whose time is over; returns how many."""
        over = now.date() - timedelta(days=self.days)
        gone = 0
        for file in self.folder.glob("*.jsonl.gz"):
            if (_day(file) or date.max) <= over or not self.days:
                file.unlink(missing_ok=True)
                gone += 1
        return gone


def _day(file: Path) -> date | None:
    try:
        return date.fromisoformat(file.name.partition(".")[0])
    except ValueError:
        return None


def _member(plain: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(plain) + packer.flush()
    length = _HEAD.size + len(packed) + _TAIL.size
    head = _HEAD.pack(_START, 0, 0, _UNKNOWN, 8, _MARK, 4, length)
    return head + packed + _TAIL.pack(zlib.crc32(plain), len(plain) & 0xFFFFFFFF)


def _append(file: Path, member: bytes) -> None:
    """Write a member behind the last whole one."""
    with file.open("ab+") as out:
        end = sum(_lengths(file))
        if out.seek(0, 2) != end:
            out.truncate(end)
        out.write(member)


def _lengths(file: Path) -> Iterator[int]:
    """The lengths of the whole members of a file, from their own heads."""
    with file.open("rb") as members:
        size = members.seek(0, 2)
        at = 0
        while at + _HEAD.size <= size:
            members.seek(at)
            start, *_, mark, _, length = _HEAD.unpack(members.read(_HEAD.size))
            if start != _START or mark != _MARK or at + length > size:
                return
            yield length
            at += length
