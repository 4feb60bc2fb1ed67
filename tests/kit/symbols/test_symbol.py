from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
import qrcode
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode import util

from mpkit.errors import Refused
from mpkit.kit.symbols import ink, symbol
from mpkit.kit.symbols.segments import VERSION_CLASSES, Mode, split
from tests.kit.making import payload

ALPHABETS = (b"0123456789", b"0123456789ABCDEF:/ ", b"0123456789ABCabc:/.\xc3\xa1-", bytes(range(256)))


def by_the_library(content: bytes, level: str, version: int) -> np.ndarray:
    index = next(i for i, versions in enumerate(VERSION_CLASSES) if version in versions)
    code = qrcode.QRCode(version=version, error_correction=symbol.LEVELS[level])
    for part in symbol.as_library_data(split(content, index)[0]):
        code.add_data(part)
    code.make(fit=False)
    return np.array(code.modules, dtype=bool)


@pytest.mark.parametrize("level", list("LMQH"))
def test_matrices_are_the_librarys(level: str) -> None:
    chance = random.Random(7)
    contents = [payload(n, site, pix=site == "MLB").encode() for n, site in enumerate(("MLA", "MLB", "MLM", "MCO"))]
    contents += [
        bytes(chance.choice(chance.choice(ALPHABETS)) for _ in range(chance.randint(1, 320))) for _ in range(8)
    ]
    compared = 0
    for content in contents:
        found = symbol.encode(content, level)
        try:
            theirs = by_the_library(content, level, found.version)
        except ValueError:  # a block of zeros, where the library stops
            continue
        assert (found.matrix == theirs).all(), (content, level)
        compared += 1
    assert compared >= 10


def test_versions_of_every_kind_are_the_librarys() -> None:
    """With and without a stated version, each class of character counts, few and many alignment patterns."""
    for version in (1, 2, 6, 7, 9, 10, 14, 22, 26, 27, 40):
        assert (symbol.encode(b"MPKIT 2026", "L", version).matrix == by_the_library(b"MPKIT 2026", "L", version)).all()


def test_a_block_of_zeros_stops_the_library_and_not_us() -> None:
    content = b"0" * 200
    found = symbol.encode(content, "Q")
    with pytest.raises(ValueError, match="glog"):
        by_the_library(content, "Q", found.version)
    assert read(found) == content


def read(found: symbol.Symbol) -> bytes:
    import zxingcpp

    field = np.pad(~found.matrix, symbol.QUIET, constant_values=True)
    image = (np.kron(field, np.ones((4, 4))) * 255).astype(np.uint8)
    return zxingcpp.read_barcode(image).bytes


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=200), st.sampled_from("MQH"))
def test_what_goes_in_is_read_back_byte_for_byte(content: bytes, level: str) -> None:
    assert read(symbol.encode(content, level)) == content


def test_utf8_is_never_made_latin() -> None:
    assert read(symbol.encode("6006Bogotá".encode(), "M")) == b"6006Bogot\xc3\xa1"


@settings(deadline=None)
@given(st.text("019AZ:az", min_size=1, max_size=6), st.sampled_from([0, 1, 2]))
def test_segments_are_the_cheapest(text: str, version_class: int) -> None:
    content = text.encode()
    parts, bits = split(content, version_class)
    assert b"".join(part.content for part in parts) == content
    assert bits == cost(parts, version_class)
    assert bits == min((cost(way, version_class) for way in ways(content)), default=bits)


def cost(parts: object, version_class: int) -> int:
    versions = VERSION_CLASSES[version_class]
    buffer = util.BitBuffer()
    for part in symbol.as_library_data(parts):  # the library counts
        buffer.put(part.mode, 4)
        buffer.put(len(part), util.length_in_bits(part.mode, versions[0]))
        part.write(buffer)
    return len(buffer)


def ways(content: bytes) -> list[tuple[object, ...]]:
    """Every way to cut a short text into segments."""
    from mpkit.kit.symbols.segments import Segment

    if not content:
        return []
    found: list[tuple[object, ...]] = []
    for at in range(1, len(content) + 1):
        head, rest = content[:at], ways(content[at:]) if at < len(content) else [()]
        modes = [Mode.BYTE]
        modes += [Mode.ALPHANUMERIC] if util.RE_ALPHA_NUM.match(head) else []
        modes += [Mode.NUMERIC] if head.isdigit() else []
        found += [(Segment(mode, head), *tail) for mode in modes for tail in rest]
    return found


def test_versions_of_the_contracts_payloads(shared: Path) -> None:
    examples = json.loads((shared / "design/data/emv_payloads.json").read_text(encoding="utf-8"))["examples"]
    same = []
    for example in examples:
        for level, theirs in example["qr_version_optimal_segments"].items():  # another encoder's, close to the best
            ours = symbol.version_for(example["payload"].encode(), level)
            assert ours <= theirs, example["payload"]
            same.append(ours == theirs)
    assert len(same) > 80
    assert sum(same) > 0.85 * len(same)


def test_one_version_for_a_job() -> None:
    contents = [payload(1).encode(), payload(2, payee="X").encode(), payload(3, "MLB", pix=True).encode()]
    version = symbol.one_version(contents, "M")
    assert {symbol.encode(content, "M", version).matrix.shape for content in contents} == {(17 + 4 * version,) * 2}


def test_too_long_is_refused() -> None:
    with pytest.raises(Refused):
        symbol.version_for(b"x" * 513, "M")
    with pytest.raises(Refused):
        symbol.encode(b"x" * 100, "H", 2)


@settings(deadline=None)
@given(st.integers(1, 20), st.integers(0, 2**32))
def test_rectangles_cover_each_dark_module_once(side: int, seed: int) -> None:
    matrix = np.random.default_rng(seed).random((side, side)) < 0.5
    covered = np.zeros_like(matrix, dtype=int)
    for x, y, wide, high in ink.rectangles(matrix):
        covered[y : y + high, x : x + wide] += 1
    assert (covered == matrix).all()


def test_unused_correction_counts_broken_codewords() -> None:
    found = symbol.encode(payload(1).encode(), "M")
    wrong = np.zeros_like(found.matrix)
    assert symbol.unused_correction(wrong, found.version, "M") == 1
    wrong[-4:, -2:] = True  # the first codeword stands there: one byte of one block
    once = symbol.unused_correction(wrong, found.version, "M")
    assert 0.8 < once < 1
    assert symbol.unused_correction(~np.zeros_like(wrong), found.version, "M") < 0
