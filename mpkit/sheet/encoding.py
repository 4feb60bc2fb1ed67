"""Bytes of a text file come in, its text and the name of its encoding go out; lines may differ from each other.

A byte order mark decides; else strict UTF-8; else the lines that are not UTF-8 are read in the single-byte code page
whose letters look most like Spanish and Portuguese words.
"""

from __future__ import annotations

import codecs
import re

from mpkit.errors import UnreadableFile
from mpkit.sheet.grid import Remark

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SINGLE = ("cp1252", "mac-roman", "cp850")  # in this order where they are equally likely
_LOWER = "áéíóúñüãõçâêôà"
_LIKELY = frozenset(_LOWER + _LOWER.upper() + "°ºª¿¡–—’‘“”´«»·")  # noqa: RUF001 - what people type in addresses
_LATIN1_HOLES = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_MANY = 200  # remarks of one kind: more say nothing new


def decode(content: bytes) -> tuple[str, str, list[Remark]]:
    """The text, the encoding's name and a remark for each line in another encoding than most of the file."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            try:
                text = content.decode(name)
            except UnicodeDecodeError as error:
                raise UnreadableFile("file_damaged") from error
            return text, name.removesuffix("-sig"), []
    name = _wide(content)
    if name:
        return content.decode(name, errors="replace"), name, []
    if b"\x00" in content:
        raise UnreadableFile("file_binary")
    try:
        return content.decode("utf-8"), "utf-8", []
    except UnicodeDecodeError:
        return _by_line(content)


def _wide(content: bytes) -> str:
    """UTF-16 without a mark: every other byte is zero."""
    sample = content[:2000]
    half = len(sample) // 2
    if half and sample[1::2].count(0) > half * 0.7:
        return "utf-16-le"
    if half and sample[0::2].count(0) > half * 0.7:
        return "utf-16-be"
    return ""


def _by_line(content: bytes) -> tuple[str, str, list[Remark]]:
    lines = re.split(rb"(?<=\n)|(?<=\r)(?!\n)", content)
    foreign = [number for number, line in enumerate(lines) if not line.isascii()]
    unicode = [number for number in foreign if _is_utf8(lines[number])]
    single = sorted(set(foreign) - set(unicode))
    page = likeliest(b"".join(lines[number] for number in single))
    mostly_unicode = len(unicode) > len(single)
    odd = single if mostly_unicode else unicode
    utf8 = set(unicode)
    text = "".join(
        line.decode("utf-8") if line.isascii() or number in utf8 else decode_single(line, page)
        for number, line in enumerate(lines)
    )
    name = "utf-8" if mostly_unicode else ("latin-1" if page == "cp1252" else page)
    remarks = [
        Remark("other_encoding", "warning", number + 1, 0, {"encoding": page if mostly_unicode else "utf-8"})
        for number in odd[:_MANY]
    ]
    return text, f"mixed: {name}" if odd else name, remarks


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def decode_single(line: bytes, page: str) -> str:
    """Text of one line in a single-byte code page; the five holes of cp1252 are read as latin-1 does."""
    try:
        return line.decode(page)
    except UnicodeDecodeError:
        return "".join(
            chr(byte) if byte in _LATIN1_HOLES else bytes((byte,)).decode(page, errors="replace") for byte in line
        )


def likeliest(content: bytes) -> str:
    """The single-byte code page whose reading has the most letters where Spanish and Portuguese have them."""
    sample = content[:200_000]
    return max(_SINGLE, key=lambda page: (plausibility(decode_single(sample, page)), -_SINGLE.index(page)))


def plausibility(text: str) -> float:
    """How much the letters beyond ASCII look like words of ours: right letter and right case within the word."""
    score = 0.0
    for match in re.finditer(r"[^\x00-\x7f]", text):
        letter, place = match[0], match.start()
        if letter not in _LIKELY:
            score -= 1
            continue
        score += 0.3
        around = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
        near = [other for other in around if other.isalpha()]
        if letter.isalpha() and near:
            same = letter.isupper() == near[-1].isupper() or (letter.isupper() and near[-1] == around[-1])
            score += 1 if same else -0.5
    return score
