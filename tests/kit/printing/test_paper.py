"""Papers measured in finished files: boxes, marks, slugs, slips between branches, both sides, named inks, printers."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest

from mpkit import kit
from mpkit.errors import Refused
from mpkit.kit.books import parts
from mpkit.kit.printing import marks, printers
from mpkit.kit.printing.paper import fitting, grid
from mpkit.kit.printing.papers import changed, papers
from mpkit.kit.printing.pdf import Printing
from tests.kit.making import book, order, subject

MM = 25.4 / 72
SUBJECTS = [subject(n) for n in range(7)]  # three branches


def said(file: Path) -> list[str]:
    return [page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(file.read_bytes())]


def boxes(page: pikepdf.Page) -> dict[str, list[float]]:
    return {name: [float(part) * MM for part in page.obj[f"/{name}"]] for name in ("MediaBox", "BleedBox", "TrimBox")}


def lines(page: pikepdf.Page, colour: str) -> list[tuple[float, ...]]:
    """Each straight line stroked in that colour on a page (millimetres)."""
    content = page.Contents.read_bytes().decode("latin-1")
    found = []
    for drawn in re.findall(rf"q {re.escape(colour)}[^q]*? S Q", content):
        found += [
            tuple(float(part) * MM for part in line)
            for line in re.findall(r"([\d.-]+) ([\d.-]+) m ([\d.-]+) ([\d.-]+) l", drawn)
        ]
    return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> kit.Book:
    return book(SUBJECTS, tmp_path_factory.mktemp("shop"), order(paper="print-shop-marks", wave="2"))


@pytest.mark.parametrize("over", [0, 3, 5])
def test_page_boxes(over: int, tmp_path: Path) -> None:
    wanted = order("sticker-50")
    made = book(SUBJECTS[:1], tmp_path, replace(wanted, paper=changed(kit.paper("print-shop"), {"bleed": over})))
    with pikepdf.open(made.files[0]) as document:
        for page in document.pages:
            found = boxes(page)
            assert found["MediaBox"] == pytest.approx([0, 0, 50 + 2 * (9 + over), 50 + 2 * (9 + over)], abs=0.01)
            assert found["BleedBox"] == pytest.approx([9, 9, 59 + 2 * over, 59 + 2 * over], abs=0.01)
            assert found["TrimBox"] == pytest.approx([9 + over, 9 + over, 59 + over, 59 + over], abs=0.01)
    picture = pdfium.PdfDocument(made.files[0])[1].render(scale=4).to_numpy()
    pixel, middle = 4 / MM, picture.shape[1] // 2
    outside, inside = (int((9 + shift) * pixel) for shift in (-0.4, 0.4))
    assert picture[outside, middle].min() > 240  # nothing beyond the bleed
    assert picture[inside, middle].max() < 240  # and colour up to its edge


def test_crop_marks_are_thin_on_every_plate_and_outside_the_bleed(shop: kit.Book) -> None:
    with pikepdf.open(shop.files[0]) as document:
        page = document.pages[1]
        found, drawn = boxes(page), lines(page, "/MpAll CS 1 SCN 0.25 w")
        assert page.obj.Resources.ColorSpace["/MpAll"][1] == "/All"
    assert len(drawn) == 8
    left, low, right, top = found["BleedBox"]
    trim_x, trim_y = found["TrimBox"][::2], found["TrimBox"][1::2]
    for x, y, to_x, to_y in drawn:
        assert max(x, to_x) < left or min(x, to_x) > right or max(y, to_y) < low or min(y, to_y) > top
        assert min(abs(x - cut) for cut in trim_x) < 0.01 or min(abs(y - cut) for cut in trim_y) < 0.01
        assert min(x, y, to_x, to_y) >= 0
        assert max(x, to_x) <= found["MediaBox"][2]


def test_a_slug_stands_beside_every_sign_outside_its_bleed(shop: kit.Book) -> None:
    document = pdfium.PdfDocument(shop.files[0].read_bytes())
    for entry in shop.manifest.pieces:
        page = document[entry.page - 1]
        with pikepdf.open(shop.files[0]) as boxed:
            left, low, right, top = boxes(boxed.pages[entry.page - 1])["BleedBox"]
        text = page.get_textpage()
        inside = text.get_text_bounded(left / MM, low / MM, right / MM, top / MM)
        wanted = f"{entry.serial:04d}/7 · Tanda 2 · Sucursal {entry.store} · {entry.register_name}"
        assert wanted in text.get_text_bounded()
        assert "Tanda" not in inside
        assert entry.register_id in inside


def test_slips_between_branches_bear_no_code(shop: kit.Book) -> None:
    texts = said(shop.files[0])
    slips = [number for number, text in enumerate(texts, start=1) if "Siguen los carteles" in text]
    assert slips == [1, 5, 9]
    assert len(texts) == 10 == shop.manifest.files[0].pages
    assert {entry.page for entry in shop.manifest.pieces} == {2, 3, 4, 6, 7, 8, 10}
    assert "Farmacia Plaza 2" in texts[4].replace("\r\n", " ")
    assert "3 carteles" in texts[4]
    assert shop.proofs[0].passed
    assert shop.proofs[0].symbols == 7


def test_files_have_so_many_pages_and_no_slip_ends_one() -> None:
    numbered = [parts.Numbered(n + 1, kit.Piece(subject(n))) for n in range(40)]
    for most in (2, 3, 4, 7, 500):
        paper = changed(kit.paper("print-shop"), {"pages": most})
        laid = list(parts.parts(numbered, "", Printing(paper), grid(paper, kit.design("sticker-50"))))
        assert [one.serial for file in laid for one in file if one.serial] == list(range(1, 41))
        assert [one.number for file in laid for one in file if one.number] == list(range(1, 41))
        assert max(len(file) for file in laid) <= most
        assert all(isinstance(file[-1].piece, kit.Piece) for file in laid)
    with pytest.raises(Refused):
        changed(kit.paper("print-shop"), {"pages": 501})


def test_each_back_lies_behind_its_front(tmp_path: Path) -> None:
    made = book(SUBJECTS[:5], tmp_path, order("tent-a6", "a4-duplex"))
    assert made.manifest.files[0].pages == 6
    assert (made.proofs[0].symbols, made.proofs[0].matched) == (20, 20)  # two panels on two sides
    for entry in made.manifest.pieces:
        front = [spot for spot in entry.codes if spot.page is None]
        back = [spot for spot in entry.codes if spot.page == entry.page + 1]
        assert len(front) == len(back) == 2
        for one, other in zip(front, back, strict=True):
            middle, behind = (spot.face.x + spot.face.width / 2 for spot in (one, other))
            assert middle + behind == pytest.approx(210)
            assert one.code.y == other.code.y
    texts = said(made.files[0])
    for entry in made.manifest.pieces:
        assert entry.serial_text in texts[entry.page - 1]
        assert entry.serial_text in texts[entry.page]


def test_a_ruler_measures_fifty_millimetres_and_nobody_scales(tmp_path: Path) -> None:
    made = book(SUBJECTS, tmp_path, order(paper="a4"))
    with pikepdf.open(made.files[0]) as document:
        assert document.Root.ViewerPreferences.PrintScaling == "/None"
        for page in document.pages:
            base = [line for line in lines(page, "0 G 0.3 w") if line[1] == line[3]]
            assert [line[2] - line[0] for line in base] == pytest.approx([50], abs=0.01)
    assert all("la regla mide 50 mm" in text for text in said(made.files[0]))


@pytest.mark.parametrize("paper", ["a4", "letter", "oficio", "a3", "sra3", "avery-l7165"])
def test_offices_get_grey_and_masks_presses_inks_and_paths(paper: str, tmp_path: Path) -> None:
    made = book(SUBJECTS[:1], tmp_path, order("sticker-50", paper))
    with pikepdf.open(made.files[0]) as document:
        content = document.pages[0].Contents.read_bytes()
        forms = [one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Form"]
        content += b"".join(one.read_bytes() for one in forms)
    operators = set(re.findall(rb"(?:[\d.]+ )+(k|K|rg|RG|g|G)\b", re.sub(rb"ID .*?EI", b"", content, flags=re.DOTALL)))
    office = kit.paper(paper).space == "rgb"
    assert operators <= ({b"rg", b"RG", b"g", b"G"} if office else {b"k", b"K"})
    assert (b"BI /W" in content) == office == (paper != "sra3")


SHEETS = [one for one in papers() if one.size and not one.labels]


@pytest.mark.parametrize("sign", [one.name for one in kit.designs()])
def test_signs_stay_on_every_sheet_apart_and_as_many_as_fit(sign: str) -> None:
    design = kit.design(sign)
    for paper in fitting(SHEETS, design):
        sheet, (wide, high) = grid(paper, design), design.flat
        for x, y in sheet.slots:
            assert x - sheet.bleed >= -0.01
            assert x + wide + sheet.bleed <= sheet.width + 0.01
            assert y - sheet.bleed >= -0.01
            assert y + high + sheet.bleed <= sheet.height + 0.01
        if not paper.duplex and not any(layout.piece == design.flat for layout in paper.layouts):
            across, down = (side - 2 * paper.margin for side in (sheet.height, sheet.width))
            step = max(paper.gutter, 2 * sheet.bleed)
            other = int((across - 2 * sheet.bleed + step) // (wide + step)) * int(
                (down - 2 * sheet.bleed + step) // (high + step)
            )
            assert len(sheet.slots) >= other


def test_a_cut_outline_is_a_named_ink_on_the_trim(tmp_path: Path) -> None:
    wanted = order("sticker-50", "cut-vinyl")
    made = book(SUBJECTS[:2], tmp_path / "a", wanted)
    with pikepdf.open(made.files[0]) as document:
        page = document.pages[0]
        assert page.obj.Resources.ColorSpace["/MpCut"][1] == "/CutContour"
        state = page.obj.Resources.ExtGState["/MpOver"]
        assert (bool(state.OP), bool(state.op), int(state.OPM)) == (True, True, 1)
        content = page.Contents.read_bytes().decode("latin-1")
        (drawn,) = re.findall(r"q /MpOver gs /MpCut CS 1 SCN 0\.25 w 0 j ([^S]*) S Q", content)
        numbers = [float(part) * MM for part in re.findall(r"-?\d+\.\d+", drawn)]
        left, low, right, top = boxes(page)["TrimBox"]
    assert (min(numbers[::2]), min(numbers[1::2])) == pytest.approx((left, low), abs=0.01)
    assert (max(numbers[::2]), max(numbers[1::2])) == pytest.approx((right, top), abs=0.01)
    own = replace(wanted, paper=changed(wanted.paper, {"cut": "Thru-cut", "radius": 0}))
    with pikepdf.open(book(SUBJECTS[:1], tmp_path / "b", own).files[0]) as document:
        assert document.pages[0].obj.Resources.ColorSpace["/MpCut"][1] == "/Thru-cut"


def test_creases_have_an_ink_of_their_own(tmp_path: Path) -> None:
    design = kit.design("tent-a6")
    made = book(SUBJECTS[:1], tmp_path, order("tent-a6", "tents"))
    with pikepdf.open(made.files[0]) as document:
        page = document.pages[1]
        assert page.obj.Resources.ColorSpace["/MpCrease"][1] == "/Crease"
        drawn, trim = lines(page, "/MpOver gs /MpCrease CS 1 SCN 0.25 w"), boxes(page)["TrimBox"]
    wanted = [trim[3] - fold.y for fold in design.folds]
    assert [(y, to_y) for _, y, _, to_y in drawn] == [pytest.approx((at, at), abs=0.01) for at in wanted]


def test_what_does_not_go_together_is_refused() -> None:
    together: list[tuple[str, dict[str, Any]]] = [
        ("a4", {"cut": "CutContour"}),
        ("a4", {"standard": "pdfx4"}),
        ("alone", {"duplex": True}),
        ("a4", {"bleed": 30}),
        ("alone", {"profile": "x.icc"}),
        ("a4", {"nonsense": 1}),
    ]
    for name, changes in together:
        with pytest.raises(Refused):
            changed(kit.paper(name), changes)


def test_a_printers_fault_is_drawn_against(tmp_path: Path) -> None:
    """What the printer does to the corrected page gives the page that was meant."""
    found = printers.measured("p", (210, 297), left=21.5, top=18.8, across=170.5, down=257.9)
    assert found.scale == pytest.approx(1.00322, abs=1e-4)
    assert (found.x, found.y) == pytest.approx((21.5 - 20 * found.scale, 18.8 - 20 * found.scale), abs=0.001)
    for x, y in ((0, 0), (20, 277), (190, 20), (105, 148)):
        at = found.drawn(x, y, 297)
        lands = found.x + found.scale * at[0], 297 - (found.y + found.scale * (297 - at[1]))
        assert lands == pytest.approx((x, y))
    printers.keep(tmp_path, found)
    assert printers.printer(tmp_path, "p") == found
    plain = book(SUBJECTS[:4], tmp_path / "a", order())
    moved = book(SUBJECTS[:4], tmp_path / "b", order(printer=found))
    assert moved.proofs[0].matched == 4
    for one, other in zip(plain.manifest.pieces, moved.manifest.pieces, strict=True):
        assert found.drawn(one.box.x, one.box.y, 297) == pytest.approx((other.box.x, other.box.y), abs=0.001)
        assert other.box.width == pytest.approx(one.box.width / found.scale, abs=0.001)


@pytest.mark.parametrize("name", ["none", "../brands/x", ""])
def test_a_printer_nobody_measured(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        printers.printer(tmp_path, name)


def test_measures_of_another_sheet_are_refused() -> None:
    for wrong in ({"left": 40.0}, {"across": 120.0}, {"down": 170.0}, {"top": 2.0}):
        with pytest.raises(Refused):
            printers.measured("p", (210, 297), **{"left": 20, "top": 20, "across": 170, "down": 257, **wrong})


def test_every_paper_and_preset_is_sound() -> None:
    names = [one.name for one in papers()]
    assert len(names) == len(set(names))
    assert names[:6] == ["alone", "a4", "letter", "oficio", "a3", "sra3"]
    assert {"print-shop", "print-shop-marks", "upload", "cut-vinyl", "clear-film", "a4-duplex"} <= set(names)
    for one in papers():
        assert set(one.title) == {"es", "pt", "en"}
        assert marks.inks(one).keys() <= {marks.ALL, marks.CUT, marks.CREASE, marks.WHITE}
