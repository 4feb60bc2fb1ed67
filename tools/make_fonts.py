"""From the WOFF2 files of the npm package @ibm/plex-sans: the TrueType files we draw with, and their kerning.

Run once per release of the family, in an environment of its own: `pip install fonttools brotli`, then
`python tools/make_fonts.py FOLDER_OF_THE_PACKAGE`. Writes into mpkit/fonts/. The TrueType files hold every table of the
WOFF2 files unaltered (decompressing is no modification under the OFL, so the reserved name stays lawful); the kerning
is read out of GPOS because reportlab does not apply it.
"""

# ruff: noqa: INP001, RUF001, T201, PERF401 - a script of its own; its letters are meant

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from fontTools.ttLib import TTFont

WEIGHTS = ("Regular", "SemiBold")
# What signs are written with: Latin-1 letters, figures, the usual marks and dashes. Other letters are drawn unkerned.
KERNED = frozenset(map(chr, [*range(0x20, 0x7F), *range(0xA1, 0x100), 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D]))
NEEDED = frozenset("ÁÉÍÓÚÜÑáéíóúüñ¿¡ÃÕÂÊÔÇÀãõâêôçàªº·–—“”‘’$€°№")
TARGET = Path(__file__).parent.parent / "mpkit" / "fonts"


def main(package: Path) -> None:
    """Write the fonts, their kerning and the licence."""
    for weight in WEIGHTS:
        font = TTFont(package / "fonts/complete/woff2" / f"IBMPlexSans-{weight}.woff2")
        if "glyf" not in font or "CFF " in font:
            sys.exit(f"{weight}: no TrueType outlines")
        missing = NEEDED - set(map(chr, font.getBestCmap()))
        if missing:
            sys.exit(f"{weight}: no glyph for {''.join(sorted(missing))}")
        pairs = kerning(font)
        font.flavor = None
        font.save(TARGET / f"IBMPlexSans-{weight}.ttf", reorderTables=False)
        text = json.dumps(pairs, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        (TARGET / f"kerning-{weight}.json").write_text(text + "\n", encoding="utf-8")
        print(weight, len(pairs), "pairs of characters are kerned")
    shutil.copyfile(package / "LICENSE.txt", TARGET / "LICENSE.txt")


def kerning(font: TTFont) -> dict[str, int]:
    """Pairs of characters and how far apart, in 1/1000 em (negative: closer)."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items() if chr(code) in KERNED}
    gpos = font["GPOS"].table
    scripts = {record.ScriptTag: record.Script for record in gpos.ScriptList.ScriptRecord}
    features = [gpos.FeatureList.FeatureRecord[i] for i in scripts["latn"].DefaultLangSys.FeatureIndex]
    pairs: dict[str, int] = {}
    for index in sorted(
        {i for record in features if record.FeatureTag == "kern" for i in record.Feature.LookupListIndex}
    ):
        tables = [getattr(table, "ExtSubTable", table) for table in gpos.LookupList.Lookup[index].SubTable]
        met: dict[str, int] = {}  # within a lookup the first table that covers a pair counts, lookups add up
        for table in tables:
            for left in table.Coverage.glyphs:
                if left in letters:
                    for right, value in _rights(table, left, letters):
                        met.setdefault(letters[left] + letters[right], value)
        for pair, value in met.items():
            pairs[pair] = pairs.get(pair, 0) + value
    scale = 1000 / font["head"].unitsPerEm
    return {pair: round(value * scale) for pair, value in pairs.items() if value}


def _rights(table: object, left: str, letters: dict[str, str]) -> list[tuple[str, int]]:
    """The right-hand glyphs that a pair table moves after `left`."""
    found: list[tuple[str, int]] = []
    if table.Format == 1:
        for record in table.PairSet[table.Coverage.glyphs.index(left)].PairValueRecord:
            if record.SecondGlyph in letters and record.Value1 is not None:
                found.append((record.SecondGlyph, record.Value1.XAdvance or 0))
        return found
    row = table.Class1Record[table.ClassDef1.classDefs.get(left, 0)].Class2Record
    for right in letters:
        value = row[table.ClassDef2.classDefs.get(right, 0)].Value1
        found.append((right, (getattr(value, "XAdvance", 0) or 0) if value is not None else 0))
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
