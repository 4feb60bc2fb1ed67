"""Bars of reading: broken files never reach the parent, text files are exact or refused, our workbooks lose nothing."""

import csv
import io
import random
import time
import zipfile
from contextlib import nullcontext, suppress

import pytest

from mpkit import sheet
from mpkit.errors import MpkitError, UnreadableFile
from mpkit.sheet import reading
from mpkit.sheet.delimited import read as read_text
from tests.sheet import test_kinds as kinds
from tests.sheet.lists import STYLES
from tests.sheet.test_lists import write
from tests.sheet.test_reading import workbook

STYLE = next(style for style in STYLES if style.name == "titles-and-capitals")


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """One good file of each kind."""
    folder = tmp_path_factory.mktemp("originals")
    return (
        workbook(folder / "a.xlsx", STYLE.rows()),
        kinds.xls(folder / "a.xls"),
        kinds.ods(folder / "a.ods", kinds.table("Sucursales", [kinds.HEAD, *kinds.SHOPS])),
        kinds.xlsm(folder / "a.xlsm"),
        write(folder / "a.csv", STYLE.rows(), encoding="cp1252"),
    )


def flipped(content, chance):
    broken = bytearray(content)
    for _ in range(chance.choice((1, 3, 12, 60))):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    return bytes(broken)


def cut(content, chance):
    at = chance.randrange(len(content))
    return content[:at] + (content[at + chance.randrange(200) :] if chance.random() < 0.5 else b"")


def doubled(content, chance):
    a, b = sorted(chance.randrange(len(content)) for _ in range(2))
    return content[:b] + content[a:b] + content[b:]


def inside(content, chance):
    """A sound archive around one part that is broken: what a check sum does not catch."""
    if not content.startswith(b"PK"):
        return flipped(content, chance)
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    victim = chance.choice([name for name, part in parts.items() if part])
    parts[victim] = chance.choice((flipped, cut, doubled, swapped))(parts[victim], chance)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def swapped(content, chance):
    """A word of XML for another one: numbers grow, references point elsewhere, tags stay open."""
    old, new = chance.choice(
        (
            (b'r="', b'r="Z'),
            (b"<v>", b"<v>99999999"),
            (b't="s"', b't="d"'),
            (b"</c>", b""),
            (b'="1', b'="-1'),
            (b"<row", b"<c"),
        )
    )
    return content.replace(old, new, chance.choice((1, 2, 1000)))


def outcome(path):
    """The key of a refusal, "" where the file could be read; and whether a refusal names the file."""
    try:
        sheet.check(path, site="MLA")
    except MpkitError as refused:
        return refused.key, path.name in str(refused)
    return "", True


def test_mutated_files_never_reach_the_parent(tmp_path, originals, bar):
    seen, slowest = {}, 0.0
    for seed in bar.rounds(stated=1_000, reduced=40):
        chance = random.Random(seed)
        original = originals[seed % len(originals)]
        path = tmp_path / f"{seed}{original.suffix}"
        path.write_bytes(chance.choice((flipped, cut, doubled, inside, inside))(original.read_bytes(), chance))
        began = time.monotonic()
        key, named = outcome(path)
        assert named, (seed, key)
        slowest = max(slowest, time.monotonic() - began)
        seen[key] = seen.get(key, 0) + 1
        path.unlink()
    assert len(seen) > 1  # some are read, some are refused
    bar.saw(f"0 deaths of the parent, {seen.get('', 0)} read, the slowest {slowest:.1f} s")


# --- text files ------------------------------------------------------------------------------------------------------

ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "mac-roman", "cp850", "utf-16")
ROWS = [
    ["código", "nombre", "ciudad"],
    ["0425", "Peña & Compañía", "Asunción"],
    ["1E5", "Mañana, Niñez y Más", "São João"],
    ["N/A", 'Almacén "El Ñandú"', "Añatuya; Güemes"],
    ["00", "Corazón\nlocal 2", "Ibiúna"],
]


def text_of(rows, delimiter, end="\r\n"):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


def with_quote(content, unit):
    return content + b'"x'.ljust(2 * unit, b"\0") if unit == 1 else content + '"x'.encode("utf-16-le")


DAMAGES = {
    "none": lambda content, _: content,
    "blank lines": lambda content, unit: content + (b"\r\n" if unit == 1 else "\r\n".encode("utf-16-le")) * 3,
    "cut in a letter": lambda content, _: content[:-5],
    "a zero byte": lambda content, _: content[:20] + b"\0" + content[20:],
    "an open quote": with_quote,
    "a foreign line": lambda content, _: content + "99|Peñón|Tucumán\r\n".encode("cp1252"),
}


SAFE = {
    "none": 5,
    "blank lines": 5,
    "a foreign line": 5,
    "an open quote": 5,
    "cut in a letter": 4,
    "a zero byte": 0,
}  # rows
REFUSED = DAMAGES.keys() - {"none", "blank lines"}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_text_file_is_exact_or_refused(encoding, delimiter, damage):
    """Each cell before the damage comes out as it was written, or the file is refused with a key."""
    unit = 2 if encoding == "utf-16" else 1
    content = DAMAGES[damage](text_of(ROWS, delimiter).encode(encoding), unit)
    with suppress(UnreadableFile) if damage in REFUSED else nullcontext():
        rows = [row for row in read_text(content).sheets[0].rows if any(row)]
        assert rows[: SAFE[damage]] == ROWS[: SAFE[damage]]


# --- there and back --------------------------------------------------------------------------------------------------

NASTY = [
    *("0425", "1E5", "N/A", "=1+1", "+54 11", "-1", "@x", "TRUE", "1/2", "2026-01-02", "12345678901234567890", "#N/A"),
    *(
        "_x000D_",
        "a\nb",
        "a\r\nb",
        "tab\tin",
        " lead",
        "'quoted",
        "Ñandú",
        "漢字",
        "😀",
        "x" * 300,
        "1.10",
        "1,10",
        "00",
    ),
]


def row_of(chance):
    letters = "abcdefghij KLMÑáéíóúü0123456789.,;:-_/\\'\"&<>%"
    made = ("".join(chance.choices(letters, k=chance.randrange(1, 24))).strip() or "z" for _ in range(8))
    return [chance.choice(NASTY) if chance.random() < 0.25 else text for text in made]


def test_our_own_workbook_loses_nothing(tmp_path, bar):
    """A list in 500 rows of any text, marked and read again: each value at its own cell, letter by letter."""
    changes = rows = 0
    for seed in bar.rounds(stated=20, reduced=1):
        chance = random.Random(seed)
        written = [["codigo", "nombre", "direccion", "ciudad", "provincia", "lat", "lng", "nota"]]
        written += [[str(n), *row_of(chance)[1:]] for n in range(1, 501)]
        path = write(tmp_path / "a.csv", written)
        checked = sheet.check(path, site="MLA", mapping={"external_id": "codigo"})
        assert checked.cells.rows == written
        back = reading.read(sheet.mark(path, checked, tmp_path / "b.xlsx", "es")).sheets[1].rows
        changes += sum(
            a != b for one, other in zip(written, back, strict=True) for a, b in zip(one, other, strict=True)
        )
        rows += len(written) - 1
    assert changes == 0
    bar.saw(f"{rows:,} rows, {changes} silent changes")
