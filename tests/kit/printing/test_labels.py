"""Each label sheet's grid: measured in the drawn file, and against another source of the makers' measures."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest

from mpkit import kit
from mpkit.errors import Refused
from mpkit.kit.printing import calibration, labels
from mpkit.kit.printing.paper import grid
from mpkit.kit.printing.papers import papers
from tests.kit.making import book, order, subject

MM = 25.4 / 72
TABLE = labels.table()
# Sources differ by so much (mm) for one sheet; what is printed keeps 2 mm from the edge of a label.
APART = 0.8


def measured(file: Path) -> list[tuple[float, float, float, float]]:
    """What is drawn on the second page: left, low, right and top of each closed shape, in millimetres."""
    with pikepdf.open(file) as document:
        content = document.pages[1].Contents.read_bytes().decode("latin-1")
    found = []
    for shape in re.findall(r"[^\n]*? (?:re|h)\b", content.partition(" w ")[2]):
        if shape.endswith("re"):
            x, y, wide, high = map(float, shape.split()[-5:-1])
            box = (x, y, x + wide, y + high)
        else:
            ends = [part.split()[-3:-1] for part in re.findall(r"[\d. -]+[mlc]\b", shape)]
            xs, ys = [float(x) for x, _ in ends], [float(y) for _, y in ends]
            box = (min(xs), min(ys), max(xs), max(ys))
        found.append((box[0] * MM, box[1] * MM, box[2] * MM, box[3] * MM))
    return found


def test_there_are_enough_sheets() -> None:
    assert len(TABLE) >= 40
    assert {row.page for row in TABLE.values()} == {"A4", "Letter"}
    assert len({(row.maker, row.code) for row in TABLE.values()}) == len(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_every_label_is_drawn_where_its_maker_cuts_it(name: str, tmp_path: Path) -> None:
    row, file = TABLE[name], tmp_path / "sheet.pdf"
    calibration.write(file, row.paper(), "en")
    drawn = measured(file)
    wide, high = row.size
    assert len(drawn) == row.columns * row.rows
    for left, low, right, top in drawn:
        assert right - left == pytest.approx(row.width, abs=0.01)
        assert top - low == pytest.approx(row.height, abs=0.01)
    lefts = sorted({round(left, 2) for left, *_ in drawn})
    tops = sorted({round(high - top, 2) for *_, top in drawn})
    assert [b - a for a, b in pairwise(lefts)] == pytest.approx([row.pitch_x] * (row.columns - 1), abs=0.02)
    assert [b - a for a, b in pairwise(tops)] == pytest.approx([row.pitch_y] * (row.rows - 1), abs=0.02)
    assert lefts[0] == pytest.approx(wide - max(right for _, _, right, _ in drawn), abs=0.65)
    assert tops[0] == pytest.approx(min(low for _, low, _, _ in drawn), abs=0.65)


def test_the_same_sheets_from_another_source(shared: Path) -> None:
    source = shared / "design" / "data" / "label_sheets.json"
    if not source.is_file():
        pytest.skip(f"no {source.name} among the shared files")
    known = {one["id"]: one for one in json.loads(source.read_text(encoding="utf-8"))["sheets"]}
    both = known.keys() & TABLE.keys()
    assert len(both) >= 25
    for name in both:
        one, paper = known[name], TABLE[name].paper()
        assert paper.labels is not None
        assert paper.size is not None
        ours = paper.labels
        here = (ours.columns, ours.rows, ours.left, ours.top, ours.width, ours.height, *ours.pitch)
        there = [one[key] for key in ("cols", "rows", "left_mm", "top_mm", "label_w_mm", "label_h_mm")]
        pitch = [one["pitch_x_mm"], one["pitch_y_mm"]]
        if (one["page_w_mm"], one["page_h_mm"]) == paper.size[::-1] and paper.size[0] != paper.size[1]:
            there = [there[at] for at in (1, 0, 3, 2, 5, 4)]
            pitch.reverse()
        if ours.columns == 1:
            pitch[0] = ours.pitch[0]
        if ours.rows == 1:
            pitch[1] = ours.pitch[1]
        assert here == pytest.approx([*there, *pitch], abs=APART), name
        # The farthest label is where the steps have added up.
        assert here[2] + (here[0] - 1) * here[6] == pytest.approx(there[2] + (there[0] - 1) * pitch[0], abs=APART)
        assert here[3] + (here[1] - 1) * here[7] == pytest.approx(there[3] + (there[1] - 1) * pitch[1], abs=APART)


def test_signs_lie_in_the_middle_of_their_labels(tmp_path: Path) -> None:
    begun = order("sticker-50", "avery-l7164", start_at=11)
    made = book([subject(n) for n in range(4)], tmp_path, begun)
    assert [(one.page, one.slot) for one in made.manifest.pieces] == [(1, 11), (1, 12), (2, 1), (2, 2)]
    labels_ = TABLE["avery-l7164"].paper().labels
    assert labels_ is not None
    cells = labels_.cells(297)
    for one in made.manifest.pieces:
        left, low = cells[one.slot - 1]
        assert one.box.x + 25 == pytest.approx(left + 63.5 / 2, abs=0.01)
        assert one.box.y + 25 == pytest.approx(low + 72 / 2, abs=0.01)


@pytest.mark.parametrize(
    ("sign", "paper"),
    [("sticker-70x100", "pimaco-6184"), ("decal-a6", "avery-l7168"), ("poster-a5", "avery-zweckform-3655")],
)
def test_a_sign_lies_on_its_side_where_it_fits_only_so(tmp_path: Path, sign: str, paper: str) -> None:
    """Its box is on its label, its code is read where the manifest says, turned as it says."""
    design, sheet = kit.design(sign), TABLE[paper].paper()
    assert sheet.labels is not None
    assert grid(sheet, design).turned
    assert not grid(sheet, kit.design("sticker-50")).turned
    made = book([subject(n) for n in range(2)], tmp_path, order(sign, paper))
    assert made.proofs[0].passed
    assert sheet.size is not None
    for one, (left, low) in zip(made.manifest.pieces, sheet.labels.cells(sheet.size[1]), strict=False):
        assert (one.box.width, one.box.height) == design.flat[::-1]
        assert left - 0.3 <= one.box.x <= one.box.x + one.box.width <= left + sheet.labels.width + 0.3
        assert low - 0.3 <= one.box.y <= one.box.y + one.box.height <= low + sheet.labels.height + 0.3
        assert {spot.turn for spot in one.codes} == {270}


@pytest.mark.parametrize(("sign", "paper"), [("sticker-70x100", "avery-l7160"), ("sticker-70", "avery-l7630")])
def test_a_sign_larger_than_its_label_is_refused(sign: str, paper: str) -> None:
    with pytest.raises(Refused):
        grid(kit.paper(paper), kit.design(sign))


def test_a_square_in_a_circle_is_measured_by_its_corners() -> None:
    assert grid(kit.paper("avery-c2244"), kit.design("sticker-50")).slots
    assert 50 < TABLE["avery-l7630"].width < 50 * 2**0.5
    with pytest.raises(Refused):
        grid(kit.paper("avery-l7630"), kit.design("sticker-50"))


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    table = tmp_path / "templates" / "labels.csv"
    table.write_text(
        "maker;code;page;columns;rows;width;height;pitch_x;pitch_y;left;top\n"
        "Casa;7;200x250;2;3;80;70,5;85;75;10,5;12\n",
        encoding="utf-8",
    )
    own = kit.paper("casa-7", tmp_path)
    assert own.size == (200, 250)
    assert own.labels is not None
    assert (own.labels.left, own.labels.height, own.labels.pitch) == (10.5, 70.5, (85, 75))
    assert "casa-7" in {one.name for one in papers(tmp_path)}
    table.write_text("maker;code;page;columns;rows;width;height;pitch_x;pitch_y\nCasa;7;A4;3;3;80;70;85;75\n")
    with pytest.raises(Refused, match="250"):
        kit.paper("casa-7", tmp_path)
    table.write_text("maker,code,page,columns,rows,width,height,pitch_x,pitch_y\nCasa,7,A4,3,3,eighty,70,85,75\n")
    with pytest.raises(Refused, match=r"labels\.csv, 2.*width"):
        kit.paper("casa-7", tmp_path)
