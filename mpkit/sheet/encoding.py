"""Bytes of a text file come in, its text and the name of its encoding go out; lines may differ from each other.

A byte order mark decides; else strict UTF-8; else the lines that are not UTF-8 are read in the single-byte code page
whose letters look most like Spanish and Portuguese words.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter

from mpkit.errors import UnreadableFile
from mpkit.sheet.grid import Remark

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
NAMES = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "mac-roman", "cp850")  # a person may tell
_SINGLE = ("cp1252", "mac-roman", "cp850")  # in this order where they are equally likely
_LOWER = "áéíóúñüãõçâêôà"
_LIKELY = frozenset(_LOWER + _LOWER.upper() + "°ºª¿¡–—’‘“”´«»·")  # noqa: RUF001 - what people type in addresses
_LATIN1_HOLES = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_MANY = 200  # remarks of one kind: more say nothing new
_CLEARLY = 0.9  # by how much another code page must read better before one line is read in it


def decode(content: bytes, told: str = "") -> tuple[str, str, list[Remark]]:
    """The text, the encoding's name and a remark for each line in another encoding than most of the file.

    An encoding that was `told` is taken for the whole of it; bytes it does not know become U+FFFD.
    """
    if told:
        return content.decode(told, errors="replace").removeprefix("\ufeff"), told, []
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
    """Each line by itself: UTF-8 where it is that, else the page of the file, or another that reads clearly better."""
    lines = re.split(rb"(?<=\n)|(?<=\r)(?!\n)", content)
    foreign = [number for number, line in enumerate(lines) if not line.isascii()]
    single = [number for number in foreign if not _is_utf8(lines[number])]
    page = likeliest(b"".join(lines[number] for number in single))
    pages = {number: _page(lines[number], page) for number in single}
    counts = Counter(pages.get(number, "utf-8") for number in foreign)
    usual = max(counts, key=lambda name: (counts[name], name != "utf-8", name == page))
    text = "".join(
        decode_single(line, pages[number]) if number in pages else line.decode("utf-8")
        for number, line in enumerate(lines)
    )
    name = "latin-1" if usual == "cp1252" else usual
    odd = [(number, said) for number in foreign if (said := pages.get(number, "utf-8")) != usual]
    remarks = [Remark("other_encoding", "warning", number + 1, 0, {"encoding": said}) for number, said in odd[:_MANY]]
    return text, f"mixed: {name}" if odd else name, remarks


def _page(line: bytes, usual: str) -> str:
    """The code page of one line: the `usual` one, unless another makes clearly better words of it."""
    other = likeliest(line)
    better = plausibility(decode_single(line, other)) - plausibility(decode_single(line, usual))
    return other if better > _CLEARLY else usual


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
