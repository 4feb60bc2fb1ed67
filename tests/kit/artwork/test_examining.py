"""A merchant's own artwork becomes a design: placeholders found and measured, texts filled, colours and plates kept."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image
from reportlab.lib.colors import CMYKColor
from reportlab.lib.utils import ImageReader

from mpkit import kit, shipped
from mpkit.errors import Refused
from mpkit.kit.artwork import design as artwork_design
from mpkit.kit.artwork import examine
from mpkit.kit.artwork.advice import advice, slots
from mpkit.kit.artwork.fields import meaning
from mpkit.kit.artwork.placeholder import KINDS, placeholder
from mpkit.kit.printing import pdf
from mpkit.kit.printing.paper import grid
from mpkit.kit.signs.sign import stamped
from mpkit.kit.signs.wording import Wording
from mpkit.kit.symbols.symbol import encode
from tests.kit import drawings
from tests.kit.making import book, order, proven, redrawn, subject
from tests.kit.printing.test_pdfx import plates

MM = drawings.MM
ACCOUNT = "1234"
SUBJECTS = [subject(n) for n in (1, 2, 4)]


def kept(tmp_path: Path, content: bytes, title: str = "Counter") -> kit.Design:
    made = artwork_design.keep(tmp_path / "data", ACCOUNT, content, title)
    return kit.design(made.name, tmp_path / "data", ACCOUNT)


def printed(design: kit.Design, folder: Path, paper: str, **changes: Any) -> kit.Book:
    return book(SUBJECTS, folder, replace(order("sticker-70", paper), design=design, **changes))


def said(content: bytes) -> dict[str, bool]:
    return {one.key: one.stops for one in advice(examine(content))}


@pytest.mark.parametrize(
    ("x", "y", "side", "turn"),
    [(22.5, 60, 60, 90), (40.123, 77.77, 22.2, 0), (5.5, 30.6, 94.1, 180), (9.9, 60.1, 41.7, 270)],
)
def test_a_placeholder_is_measured_to_a_tenth_of_a_millimetre(x: float, y: float, side: float, turn: int) -> None:
    found = examine(drawings.pdf(slots=((x, y, side, turn, "MPKIT:SLOT:QR1"),), fields={}))
    (code,) = slots(found).values()
    assert (code.x, code.y, code.side) == pytest.approx((x, 148 - y - side, side), abs=0.1)
    assert (code.turn, code.ground, code.mirrored) == (turn, "white", False)
    assert (found.width, found.height, found.bleed) == pytest.approx((105, 148, 3), abs=0.01)
    assert found.inks == ("House Red",)
    assert not found.light


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_turned_page_with_boxes_that_begin_elsewhere_is_read_as_it_is_shown(rotate: int) -> None:
    content = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawings.pdf(fields={"store": (10, 40, 85, 8)}))) as document:
        page = document.pages[0].obj
        page.Rotate = rotate
        for name in ("/MediaBox", "/TrimBox", "/BleedBox"):
            left, low, right, top = (float(part) for part in page[name])
            page[name] = [left + 50, low - 70, right + 50, top - 70]
        page.Contents = document.make_stream(b"1 0 0 1 50 -70 cm\n" + document.pages[0].Contents.read_bytes())
        (widget,) = page.Annots
        widget.Rect = [float(part) + (50, -70, 50, -70)[at] for at, part in enumerate(widget.Rect)]
        document.save(content)
    found = examine(content.getvalue())
    assert (found.width, found.height) == pytest.approx((148, 105) if rotate % 180 else (105, 148), abs=0.01)
    (code,), (field,) = slots(found).values(), found.fields
    right = 105 - 22.5 - 60
    corner = {0: (22.5, 28), 90: (60, 22.5), 180: (right, 60), 270: (28, right)}[rotate]
    assert (code.x, code.y, code.turn) == (*(pytest.approx(part, abs=0.1) for part in corner), rotate)
    place = {0: (10, 100), 90: (40, 10), 180: (10, 40), 270: (100, 10)}[rotate]
    assert (field.x, field.y) == pytest.approx(place, abs=0.1)
    assert field.turn == -rotate % 360


@pytest.mark.parametrize("paper", ["a4", "print-shop"])
def test_it_is_printed_and_proven_like_any_other_design(paper: str, tmp_path: Path) -> None:
    design = kept(tmp_path, drawings.pdf(slots=((22.5, 60, 60, 90, "MPKIT:SLOT:QR1"),)))
    assert design.above == 0
    made = printed(design, tmp_path / "out", paper)
    assert [(one.matched, one.grade) for one in made.proofs] == [(3, "A")]
    document = pdfium.PdfDocument(made.files[0])
    read = {code.text for page in document for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())}
    assert read == {one.payload for one in SUBJECTS}
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert all(one.store in text and one.external_id in text for one in SUBJECTS)


def test_two_codes_of_one_sign_lie_either_way_up(tmp_path: Path) -> None:
    two = ((5, 60, 42, 0, "MPKIT:SLOT:QR1"), (60, 60, 36, 180, "MPKIT:SLOT:QR2"))
    design = kept(tmp_path, drawings.pdf(slots=two))
    made = printed(design, tmp_path / "out", "print-shop")
    assert [(one.symbols, one.matched) for one in made.proofs] == [(6, 6)]
    spots = made.manifest.pieces[0].codes
    assert [(round(spot.code.width), spot.turn) for spot in spots] == [(42, 0), (36, 180)]
    page = made.manifest.pieces[0].page - 1
    image = pdfium.PdfDocument(made.files[0])[page].render(scale=4).to_pil()
    assert {(code.text, abs(code.orientation) == 180) for code in zxingcpp.read_barcodes(image)} == {
        (SUBJECTS[0].payload, False),
        (SUBJECTS[0].payload, True),
    }


def test_a_code_of_another_register_is_found_on_it(tmp_path: Path) -> None:
    design = kept(tmp_path, drawings.pdf())
    wanted = replace(order("sticker-70", "a4"), design=design)
    made = book(SUBJECTS[:2], tmp_path / "out", wanted)
    payloads = {one.external_id: one.payload for one in SUBJECTS[:2]}
    names = list(payloads)
    swapped = {names[0]: payloads[names[1]], names[1]: payloads[names[0]]}
    again = redrawn(made, wanted, swapped, tmp_path / "swapped.pdf")
    found = proven(made, again, payloads)
    assert [one.reason for one in found.failures] == ["kit_code_of_other"] * 2


def test_plates_are_kept_and_the_drawing_stands_in_the_file_once(tmp_path: Path) -> None:
    design = kept(tmp_path, drawings.pdf())
    piece, symbol = kit.Piece(subject(1), "N.º 000001", "0" * 8), stamped(encode(subject(1).content))
    many = [pdf.Placed(piece, symbol, page, 0) for page in range(100)]
    paper = kit.paper("print-shop-marks")
    sheet = grid(paper, design)
    pdf.write(tmp_path / "many.pdf", many, Wording(design, "es"), sheet, title="many", printing=pdf.Printing(paper))
    with pikepdf.open(tmp_path / "many.pdf") as document:
        assert len(document.pages) == 100
        drawing = document.pages[-1].Resources.XObject.MpArt
        content = drawing.read_bytes()
        streams = [one for one in document.objects if isinstance(one, pikepdf.Stream)]
        assert sum(one.get("/Subtype") == "/Form" and one.read_bytes() == content for one in streams) == 1
        inks = {str(space[1]) for space in drawing.Resources.ColorSpace.values() if isinstance(space, pikepdf.Array)}
        assert "/House Red" in inks
        assert b".2 0 .8 0 k" in content.replace(b"0.", b".")
        assert all(page.Resources.XObject.MpArt.objgen == drawing.objgen for page in document.pages)


def test_one_separation_per_ink(tmp_path: Path) -> None:
    design = kept(tmp_path, drawings.pdf())
    made = book(SUBJECTS[:1], tmp_path / "out", replace(order("sticker-70", "cut-vinyl"), design=design))
    found = plates(made.files[0], made.manifest.pieces[0].page, tmp_path)
    assert found.keys() >= {"Cyan", "Yellow", "Black", "House Red", "CutContour"}
    spot = made.manifest.pieces[0].codes[0].code
    low, left = (round(part / 25.4 * 150) for part in (spot.y, spot.x))
    side, high = round(spot.width / 25.4 * 150), found["Black"].shape[0]
    field = {ink: plate[high - low - side : high - low, left : left + side][3:-3, 3:-3] for ink, plate in found.items()}
    assert field["Black"].max() == 255
    assert all(field[ink].max() == 0 for ink in ("Cyan", "Magenta", "Yellow", "House Red"))


def test_what_has_no_field_for_it_is_told_apart_above_the_cut(tmp_path: Path) -> None:
    design = kept(tmp_path, drawings.pdf(fields={}))
    assert design.above == pytest.approx(7.2)
    for paper in ("alone", "a4-duplex"):
        made = printed(design, tmp_path / paper, paper)
        entry = made.manifest.pieces[0]
        page = pdfium.PdfDocument(made.files[0])[entry.page - 1]
        text = page.get_textpage()
        left, right = entry.box.x * MM, (entry.box.x + entry.box.width) * MM
        top = (entry.box.y + entry.box.height) * MM
        outside = text.get_text_bounded(left, top + 3 * MM, right, top + 8 * MM)
        assert all(label in outside for label in (entry.register_id, entry.serial_text, entry.check))
        assert entry.check not in text.get_text_bounded(left, entry.box.y * MM, right, top)
    with pytest.raises(Refused) as refusal:  # labels that touch have no room between them
        printed(design, tmp_path / "labels", "avery-l7165")
    assert refusal.value.key == "kit_paper_small"


def test_a_rehearsal_says_so_across_the_sign(tmp_path: Path) -> None:
    design = kept(tmp_path, drawings.pdf())
    for test, orange in ((True, True), (False, False)):
        shown = Image.open(io.BytesIO(kit.preview_png(design, subject(1, test=test), 420))).convert("RGB")
        red, green, blue = shown.getpixel((5, 4))  # type: ignore[misc]
        assert (red > 180 and 40 < green < 130 and blue < 80) is orange


def test_a_name_that_does_not_fit_is_refused_by_name(tmp_path: Path) -> None:
    design = kept(tmp_path, drawings.pdf(fields={"store": (10, 40, 20, 4), **drawings.TELLS}))
    long = subject(9, store="Farmacia de la Avenida Presidente Hipólito Yrigoyen y Callao Sucursal Norte")
    made = book([*SUBJECTS, long], tmp_path / "out", replace(order("sticker-70", "a4"), design=design))
    assert [(one.external_id, one.key) for one in made.refused] == [(long.external_id, "kit_text_too_long")]
    strange = book([*SUBJECTS, subject(9, store="Farmacia 漢")], tmp_path / "two", replace(order(), design=design))
    assert [one.key for one in strange.refused] == ["kit_no_letter"]


def _photograph(dots: int, *, light: bool) -> Any:
    def draw(canvas: Any) -> None:
        mode, ink = ("RGB", (200, 30, 60)) if light else ("CMYK", (10, 200, 90, 0))
        picture = Image.new(mode, (round(20 / 25.4 * dots),) * 2, ink)
        content = io.BytesIO()
        picture.save(content, "JPEG")
        canvas.drawImage(ImageReader(content), 5 * MM, 5 * MM, 20 * MM, 20 * MM)

    return draw


def _line(wide: float) -> Any:
    def draw(canvas: Any) -> None:
        canvas.setStrokeColor(CMYKColor(0, 0, 0, 1))
        canvas.setLineWidth(wide)
        canvas.line(5 * MM, 5 * MM, 90 * MM, 5 * MM)

    return draw


def _veil(canvas: Any) -> None:
    canvas.setFillAlpha(0.5)
    canvas.rect(5 * MM, 5 * MM, 20 * MM, 20 * MM, fill=1)


def _letters(canvas: Any) -> None:
    canvas.setFont("Helvetica", 12)
    canvas.drawString(5 * MM, 5 * MM, "Gracias")


def _into_quiet(canvas: Any) -> None:
    canvas.setFillColor(CMYKColor(0, 1, 1, 0))
    canvas.rect(24 * MM, 60.5 * MM, 20 * MM, 4 * MM, stroke=0, fill=1)


def _slot(*places: tuple[float, float, float, float, str], **more: Any) -> bytes:
    return drawings.pdf(slots=places, fields={}, **more)


QR1 = "MPKIT:SLOT:QR1"
# What is wrong with an artwork, which sentence says so, and whether it stops.
FAULTS: dict[str, tuple[bytes, str, bool]] = {
    "no placeholder": (_slot(), "artwork_no_slot", True),
    "twice": (_slot((5, 60, 40, 0, QR1), (58, 60, 40, 0, QR1)), "artwork_slot_twice", True),
    "crooked": (_slot((22, 60, 60, 7, QR1)), "artwork_slot_turned", True),
    "a little crooked": (_slot((22, 60, 60, 1.2, QR1)), "artwork_slot_turned", True),
    "coloured ground": (_slot((22, 60, 60, 0, QR1), ground=False), "artwork_slot_ground", True),
    "touched": (_slot((22, 60, 60, 0, QR1), draw=_into_quiet), "artwork_slot_quiet", True),
    "over the cut": (_slot((0.5, 60, 60, 0, QR1)), "artwork_slot_edge", True),
    "small": (_slot((22, 60, 20.5, 0, QR1)), "artwork_slot_small", True),
    "for short codes": (_slot((22, 60, 30, 0, QR1)), "artwork_slot_long", False),
    "menu": (_slot((5, 60, 45, 0, QR1), (55, 60, 45, 0, "https://menu.example")), "artwork_other_code", True),
    "unknown field": (drawings.pdf(fields={"prix": (10, 40, 85, 8)}), "artwork_field_unknown", True),
    "field outside": (drawings.pdf(fields={"store": (60, 40, 85, 8)}), "artwork_field_outside", True),
    "field on the code": (drawings.pdf(fields={"store": (30, 70, 40, 8)}), "artwork_field_on_code", True),
    "tiny field": (drawings.pdf(fields={"store": (10, 40, 2, 1)}), "artwork_field_small", True),
    "letters missing": (_slot(*drawings.ONE, draw=_letters), "artwork_fonts", True),
    "no cut": (_slot(*drawings.ONE, boxes=False), "artwork_no_trim", False),
    "no bleed": (_slot(*drawings.ONE, bleed=1), "artwork_bleed_short", False),
    "coarse picture": (_slot(*drawings.ONE, draw=_photograph(90, light=False)), "artwork_image_coarse", False),
    "screen colours": (_slot(*drawings.ONE, draw=_photograph(300, light=True)), "artwork_light", False),
    "transparent": (_slot(*drawings.ONE, draw=_veil), "artwork_clear", False),
    "hairline": (_slot(*drawings.ONE, draw=_line(0.1)), "artwork_hairline", False),
    "no fields": (_slot(*drawings.ONE), "artwork_told_above", False),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_is_said_plainly(name: str, tmp_path: Path) -> None:
    content, key, stops = FAULTS[name]
    assert said(content).get(key) is stops, said(content)
    one = next(each for each in advice(examine(content)) if each.key == key)
    assert len({one.sentence(language) for language in ("es", "pt", "en")}) == 3
    if stops:
        with pytest.raises(Refused):
            artwork_design.keep(tmp_path, ACCOUNT, content, "x")
        assert not list(tmp_path.rglob("design.json"))


def test_an_honest_one_has_nothing_against_it() -> None:
    fine = drawings.pdf(draw=_line(0.5))
    assert said(fine) == {}
    assert "artwork_image_coarse" not in said(drawings.pdf(draw=_photograph(300, light=False)))


def test_a_mirrored_placeholder_is_known_for_one() -> None:
    content = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawings.pdf(fields={}))) as document:
        page = document.pages[0]
        wide = float(page.obj.MediaBox[2])
        page.obj.Contents = document.make_stream(f"-1 0 0 1 {wide} 0 cm\n".encode() + page.Contents.read_bytes())
        document.save(content)
    assert said(content.getvalue())["artwork_slot_mirrored"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_placeholder_files_are_what_is_looked_for(kind: str) -> None:
    content = placeholder("QR2", kind)
    image: Any = Image.open(io.BytesIO(content)) if kind == "png" else None
    if kind == "png":
        (code,) = zxingcpp.read_barcodes(image)
        assert code.text == "MPKIT:SLOT:QR2"
        return
    found = examine(content)
    assert [*slots(found)] == ["QR2"]
    assert slots(found)["QR2"].side == pytest.approx(40, abs=0.05)


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("store", "store"), ("mpkit-store", "store"), ("Sucursal", "store"), ("loja 2", "store"), ("caixa", "register"),
        ("step1", "step1"), ("external-id", "external_id"),
        ("Dirección", "address"), ("check.3", "check"), ("precio", ""),
    ],
)  # fmt: skip
def test_fields_may_be_called_as_people_call_them(name: str, means: str) -> None:
    assert meaning(name) == means


def test_designs_are_kept_by_account_and_a_changed_file_is_not_taken(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first, second = kept(tmp_path, drawings.pdf()), kept(tmp_path, drawings.pdf())
    assert (first.name, second.name) == ("counter", "counter-2")
    assert artwork_design.names(data, ACCOUNT) == ("counter", "counter-2")
    assert "counter" not in {one.name for one in kit.designs(data, "999")}
    file = data / "artwork" / ACCOUNT / "counter" / "artwork.pdf"
    file.write_bytes(file.read_bytes() + b"%")
    with pytest.raises(Refused) as refusal:
        kit.design("counter", data, ACCOUNT)
    assert refusal.value.key == "artwork_changed"
    artwork_design.forget(data, ACCOUNT, "counter")
    assert artwork_design.names(data, ACCOUNT) == ("counter-2",)
    with pytest.raises(Refused):
        artwork_design.forget(data, ACCOUNT, "../../x")


def boxes() -> Sequence[dict[str, Any]]:
    return [
        {"kind": "text", "text": "{external_id} · {serial} · {check}", "x": 10, "y": 136, "width": 85, "height": 4,
         "size": 9, "least": 5, "align": "center"},
        {"kind": "code", "x": 22.5, "y": 28, "side": 60},
    ]  # fmt: skip


def test_a_folder_with_a_small_file_and_a_drawing_is_a_design(tmp_path: Path) -> None:
    """No code: a folder in the data folder, boxes in millimetres, the drawing beside it."""
    folder = tmp_path / "data" / "templates" / "signs" / "casa"
    folder.mkdir(parents=True)
    (folder / "drawing.pdf").write_bytes(drawings.pdf(fields={}, slots=()))
    content = {
        "name": "casa", "title": {"es": "De la casa", "pt": "Da casa", "en": "Of the house"},
        "width": 105, "height": 148, "bleed": 3, "margin": 0, "distance": 200,
        "artwork": {"file": "drawing.pdf"}, "boxes": boxes(),
    }  # fmt: skip
    (folder / "design.json").write_text(json.dumps(content), encoding="utf-8")
    design = kit.design("casa", tmp_path / "data")
    made = printed(design, tmp_path / "out", "print-shop")
    assert [(one.matched, one.grade) for one in made.proofs] == [(3, "A")]
    for wrong in ({"artwork": {"file": "../drawing.pdf"}}, {"boxes": boxes()[1:]}, {"odd": 1}, {"width": "wide"}):
        (folder / "design.json").write_text(json.dumps(content | wrong), encoding="utf-8")
        with pytest.raises(Refused) as refusal:
            kit.design("casa", tmp_path / "data")
        assert refusal.value.key == "kit_design_wrong"


def test_every_design_of_ours_keeps_to_the_schema_that_is_published() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((Path(__file__).parents[3] / "docs" / "design.schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    files = sorted((shipped.folder("templates") / "signs").glob("*/design.json"))
    assert len(files) >= 11
    for path in files:
        assert [error.message for error in validator.iter_errors(json.loads(path.read_text(encoding="utf-8")))] == []
    assert list(validator.iter_errors({"name": "x"}))
