"""Segments come in; the codewords of a symbol, data and correction interleaved, go out.

Written anew because the library stops at a block of zeros (a long run of the digit 0, as in `1100000000000`) and takes
longer over it than over all the rest; its tables are used, and a test compares every byte with what it makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from mpkit.kit.symbols.segments import Mode, Segment, count_bits

_ALPHABET = {byte: value for value, byte in enumerate(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
_PRIMITIVE = 0x11D  # the field's polynomial (ISO/IEC 18004, 7.5.2)
_PADS = (0xEC, 0x11)
_DIGIT_BITS = {1: 4, 2: 7, 3: 10}


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a symbol: data bytes and correction bytes it holds."""

    data: int
    correction: int


def interleaved(segments: Sequence[Segment], version_class: int, blocks: Sequence[Block]) -> bytes:
    """The codewords in the order they are placed: byte 1 of every block, byte 2 …, then the correction likewise."""
    content = _padded(_bits(segments, version_class), sum(block.data for block in blocks))
    parts: list[bytes] = []
    start = 0
    for block in blocks:
        parts.append(content[start : start + block.data])
        start += block.data
    checks = [correction(part, block.correction) for part, block in zip(parts, blocks, strict=True)]
    return _woven(parts) + _woven(checks)


def correction(part: bytes, n: int) -> bytes:
    """The `n` Reed-Solomon bytes of a block: the remainder after dividing by the generator, one byte at a time."""
    steps = _steps(n)
    keep = (1 << (8 * (n - 1))) - 1
    top = 8 * (n - 1)
    rest = 0
    for byte in part:
        rest = ((rest & keep) << 8) ^ steps[byte ^ (rest >> top)]
    return rest.to_bytes(n, "big")


def _woven(parts: Sequence[bytes]) -> bytes:
    """Byte 1 of each part, byte 2 of each …; the last blocks of a symbol may be one byte longer than the first."""
    even = bytes(chain.from_iterable(zip(*parts, strict=False)))
    shortest = min(map(len, parts))
    return even + bytes(part[shortest] for part in parts if len(part) > shortest)


def _bits(segments: Sequence[Segment], version_class: int) -> str:
    return "".join(
        f"{segment.mode:04b}{len(segment.content):0{count_bits(segment.mode, version_class)}b}{_content(segment)}"
        for segment in segments
    )


def _content(segment: Segment) -> str:
    text = segment.content
    if segment.mode is Mode.BYTE:
        return f"{int.from_bytes(text):0{8 * len(text)}b}"
    if segment.mode is Mode.NUMERIC:
        groups = [text[at : at + 3] for at in range(0, len(text), 3)]
        return "".join(f"{int(group):0{_DIGIT_BITS[len(group)]}b}" for group in groups)
    pairs = [text[at : at + 2] for at in range(0, len(text), 2)]
    return "".join(
        f"{_ALPHABET[pair[0]] * 45 + _ALPHABET[pair[1]]:011b}" if len(pair) > 1 else f"{_ALPHABET[pair[0]]:06b}"
        for pair in pairs
    )


def _padded(bits: str, size: int) -> bytes:
    """Up to four closing zeros, zeros to the byte, then the two pad bytes in turn."""
    bits += "0" * min(4, size * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    content = int(bits, 2).to_bytes(len(bits) // 8, "big")
    missing = size - len(content)
    return content + bytes(_PADS * (missing // 2 + 1))[:missing]


@cache
def _steps(n: int) -> tuple[int, ...]:
    """For each leading byte: what the generator of degree `n` times that byte takes away, as one number."""
    generator = [1]
    for power in range(n):
        generator = [a ^ _times(b, _power(power)) for a, b in zip([*generator, 0], [0, *generator], strict=True)]
    return tuple(int.from_bytes(bytes(_times(byte, g) for g in generator[1:]), "big") for byte in range(256))


def _power(exponent: int) -> int:
    value = 1
    for _ in range(exponent):
        value = _times(value, 2)
    return value


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (_PRIMITIVE if a & 0x80 else 0)
        b >>= 1
    return product
