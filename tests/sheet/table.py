"""Column meanings and blocking rows on the open branch lists against their index: `python -m tests.sheet.table`.

The lists are not part of the project: their folder is MPKIT_SHARED or ../shared.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from mpkit import sheet
from mpkit.sheet import Checked


@dataclass(frozen=True)
class Line:
    """One file: columns right of all, rows the index blocks, rows we block, rows both do; rows created."""

    file: str
    site_right: bool
    columns: int
    right: int
    wrong: tuple[str, ...]
    theirs: int
    ours: int
    both: int
    branches: int
    expected: int | None

    @property
    def recall(self) -> float:
        return self.both / self.theirs if self.theirs else 1.0

    @property
    def precision(self) -> float:
        return self.both / self.ours if self.ours else 1.0


def measure(shared: Path) -> list[Line]:
    """A line for each list of the index."""
    index = json.loads((shared / "data/branches/INDEX.json").read_text(encoding="utf-8"))
    return [_line(shared, entry) for entry in index["files"]]


def _line(shared: Path, entry: dict) -> Line:
    checked = sheet.check(shared / "data/branches" / entry["file"], places=shared / "data/places")
    meanings = {column.index: column.meaning for column in checked.columns}
    pairs = [(c["header"], c["meaning"], meanings.get(c["column"], "ignore")) for c in entry["columns"]]
    theirs = {row for d in entry["defects"] if d["severity"] == "blocking" for row in d["rows"]}
    ours = not_created(checked)
    return Line(
        entry["file"],
        checked.site == entry["site"],
        len(pairs),
        sum(meant == found for _, meant, found in pairs),
        tuple(f"{header}: {meant}, not {found}" for header, meant, found in pairs if meant != found),
        len(theirs),
        len(ours),
        len(ours & theirs),
        checked.to_json("en")["branches"],
        entry["expected"].get("valid_rows"),
    )


def not_created(checked: Checked) -> set[int]:
    """Rows that wait for a person: blocked by themselves (a missing column blocks the file, not the row), or closed."""
    blocked = {f.record for f in checked.findings if f.severity == "blocking" and f.record}
    return blocked | {f.record for f in checked.findings if f.code == "closed"}


def text(lines: list[Line]) -> str:
    """The table for people."""
    names = ("theirs", "ours", "both", "recall", "precis.", "made", "valid")
    head = f"{'file':34} {'columns':>9}" + "".join(f" {name:>7}" for name in names)
    rows = [
        f"{line.file:34} {line.right:>4}/{line.columns:<4} {line.theirs:>7} {line.ours:>7} {line.both:>7}"
        f" {line.recall:>7.3f} {line.precision:>7.3f} {line.branches:>7} {line.expected or 0:>7}"
        for line in lines
    ]
    right, every = sum(line.right for line in lines), sum(line.columns for line in lines)
    wrong = [f"  {line.file}: {each}" for line in lines for each in line.wrong]
    return "\n".join([head, *rows, f"columns right: {right} of {every}", *wrong])


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[2]
    print(text(measure(Path(os.environ.get("MPKIT_SHARED", here.parent / "shared")))))  # noqa: T201
