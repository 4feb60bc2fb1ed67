from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpkit import kit
from mpkit.kit.drawing.boxes import TextBox
from mpkit.kit.drawing.type import CAP_HEIGHT, DESCENT, POINT, UnfitText, clean, fit, width
from mpkit.kit.printing import pdf
from mpkit.kit.printing.paper import grid
from mpkit.kit.signs.sign import stamped
from mpkit.kit.signs.wording import Wording
from mpkit.kit.symbols.symbol import encode
from tests.kit.making import payload, subject

SIGNS = ("poster-a5", "sticker-70x100")
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("ÑñÁéíóúÜçãõºª&<>\"'()\\/{}%$#@·—“”…€ WiIlM.0-"),
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(string.ascii_letters),
    ),
    max_size=90,
)
LETTERS = (string.ascii_uppercase + string.digits) * 2
WILD = (
    "<b>x</b>",
    "<img src='file:///etc/passwd'/>",
    "{0.__class__}",
    "%s%n",
    ") Tj ET Q",
    "&amp;",
    "\\(",
    "=1+1",
    "a\tb",
)


def drawn(one: kit.Subject, path: Path, sign: str = "sticker-70x100", language: str = "es") -> pdfium.PdfDocument:
    design = kit.design(sign)
    symbol = stamped(encode(one.content, "M"))
    sheet = grid(kit.paper("alone"), design)
    piece = kit.Piece(one, "N.º 000123", "7K4M9QXT")
    pdf.write(path, [pdf.Placed(piece, symbol, 0, 0)], Wording(design, language), sheet, title="t")
    return pdfium.PdfDocument(path.read_bytes())


def said(document: pdfium.PdfDocument) -> str:
    return str(document[0].get_textpage().get_text_bounded())


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(
    ("name", "one", "language"),
    [
        ("ar-es", subject(), "es"),
        ("ar-es-waits", subject(waits_for_order=True), "es"),
        ("ar-es-rehearsal", subject(test=True), "es"),
        ("ar-en", subject(), "en"),
        ("br-pt-pix", subject(site="MLB", payload=payload(1, "MLB", pix=True)), "pt"),
        ("br-pt", subject(site="MLB", payload=payload(1, "MLB")), "pt"),
        ("mx-es", subject(site="MLM", payload=payload(1, "MLM")), "es"),
    ],
)
def test_what_signs_say(  # noqa: PLR0917 - fixtures and cases
    sign: str, name: str, one: kit.Subject, language: str, tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    text = said(drawn(one, tmp_path / "s.pdf", sign, language))
    golden(f"kit/{sign}-{name}.txt", "\n".join(line.strip() for line in text.splitlines()) + "\n")
    assert ("ENSAYO" in text) == one.test


@pytest.mark.parametrize("sign", SIGNS)
def test_fonts_are_embedded_and_only_ours(sign: str, tmp_path: Path) -> None:
    drawn(subject(), tmp_path / "s.pdf", sign)
    content = (tmp_path / "s.pdf").read_bytes()
    assert b"Helvetica" not in content
    fonts = []
    with pikepdf.open(tmp_path / "s.pdf") as document:
        for one in document.objects:
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font":
                assert "/FontFile2" in one.FontDescriptor
                fonts.append(str(one.BaseFont))
    assert {name.partition("+")[2] for name in fonts} == {"IBMPlexSans", "IBMPlexSans-SmBld"}


def test_a_symbol_is_one_path_of_black_alone(tmp_path: Path) -> None:
    drawn(subject(), tmp_path / "s.pdf")
    with pikepdf.open(tmp_path / "s.pdf") as document:
        page = document.pages[0]
        operators = [(str(op), args) for args, op in pikepdf.parse_content_stream(page)]
        form = next(iter(page.Resources.XObject.values()))
        artwork = [str(op) for _, op in pikepdf.parse_content_stream(form)]
        assert page.trimbox != page.mediabox
        assert document.Root.ViewerPreferences.PrintScaling == "/None"
    fills = [at for at, (op, _) in enumerate(operators) if op == "f"]
    assert len(fills) == 2  # the white field, the symbol
    between = [op for op, _ in operators[fills[0] + 1 : fills[1]]]
    assert set(between) == {"k", "cm", "re"}
    assert between.count("re") > 300
    inks = [list(map(float, args)) for op, args in operators[fills[0] - 2 : fills[1]] if op == "k"]
    assert inks == [[0, 0, 0, 0], [0, 0, 0, 1]]
    assert "BT" in artwork  # what all signs share stands in the form, once
    assert not {op for op, _ in operators} & {"rg", "RG", "sh", "BI", "gs"}


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("language", ["es", "pt", "en"])
@pytest.mark.parametrize(
    "one",
    [
        subject(store="Supermercado Avenida del Libertador"[:34], register="Caja 12 mostrador de perfumería"),
        subject(store=LETTERS[:60], register=LETTERS[:44], external_id=LETTERS[:39]),
        subject(store="a b " * 20, register="i", external_id="X"),
        subject(payload=payload(1, payee="W" * 25)),
    ],
)
def test_long_names_shrink_and_stay_inside(sign: str, language: str, one: kit.Subject) -> None:
    ready = kit.prepare([one], kit.design(sign), language)
    assert ready.subjects == (one,), [refused.sentence("en") for refused in ready.refused]
    for test in (False, True):
        assert_inside(
            kit.design(sign), kit.Piece(kit.Subject(**{**fields(one), "test": test}), "9" * 10, "W" * 8), language
        )


def fields(one: kit.Subject) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def assert_inside(design: kit.Design, piece: kit.Piece, language: str) -> None:
    for box, setting in Wording(design, language).settings(piece).items():
        assert_box(box, setting.size, [(line.text, line.x, line.y) for line in setting.lines])


def assert_box(box: TextBox, size: float, lines: list[tuple[str, float, float]]) -> None:
    across, down = box.width / POINT, box.height / POINT
    if box.turn:
        across, down = down, across
    assert box.least <= size <= box.size
    assert len(lines) <= box.lines
    for text, x, y in lines:
        assert x >= -1e-6
        assert x + width(text, box.weight, box.spacing) * size <= across + 1e-6
        assert y - CAP_HEIGHT * size >= -1e-6
        assert y + DESCENT * size <= down + 1e-6


@settings(deadline=None, max_examples=300)
@given(HOSTILE)
def test_any_text_fits_or_is_refused_and_nothing_is_lost(text: str) -> None:
    for box in kit.design("sticker-70x100").texts:
        try:
            cleaned = clean(text)
            setting = fit(cleaned, box)
        except UnfitText:
            continue
        assert_box(box, setting.size, [(line.text, line.x, line.y) for line in setting.lines])
        assert bare("".join(line.text for line in setting.lines)) == bare(cleaned)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HOSTILE, st.text(string.ascii_letters + string.digits, min_size=1, max_size=39))
def test_hostile_names_are_printed_as_they_are_or_refused(tmp_path: Path, store: str, external_id: str) -> None:
    assert_printed_or_refused(subject(store=store, external_id=external_id), tmp_path)


@pytest.mark.parametrize("store", WILD)
def test_markup_is_text(store: str, tmp_path: Path) -> None:
    assert assert_printed_or_refused(subject(store=store, register=store), tmp_path)


def assert_printed_or_refused(one: kit.Subject, folder: Path) -> bool:
    ready = kit.prepare([one], kit.design("sticker-70x100"), "es")
    if not ready.subjects:
        assert ready.refused[0].external_id == one.external_id
        assert one.external_id in ready.refused[0].sentence("es")
        return False
    document = drawn(one, folder / "s.pdf")
    wanted = bare(unicodedata.normalize("NFC", f"{one.store}·{one.register}"))
    assert wanted in bare(said(document))
    assert one.external_id in bare(said(document))
    raw = (folder / "s.pdf").read_bytes()
    assert not re.search(rb"/(URI|Link|Annots|JavaScript|Launch|Image)\b", raw)
    return True


def test_what_does_not_even_fit_small_names_the_register() -> None:
    ready = kit.prepare([subject(1, store="W" * 400)], kit.design("sticker-70x100"), "es")
    assert not ready.subjects
    assert ready.refused[0].key == "kit_text_too_long"
    assert ready.refused[0].sentence("es").startswith(subject(1).external_id)


def test_letters_without_a_glyph_name_the_register() -> None:
    ready = kit.prepare([subject(1), subject(2, store="Café 東京")], kit.design("poster-a5"), "es")
    assert [one.external_id for one in ready.subjects] == [subject(1).external_id]
    assert "東" in ready.refused[0].sentence("es")
    assert ready.refused[0].sentence("es").startswith(subject(2).external_id)


def test_capitals_are_kerned_as_the_family_says() -> None:
    assert width("AV", "semibold") < width("A", "semibold") + width("V", "semibold")
    assert width("Pagá", "semibold") != sum(width(letter, "semibold") for letter in "Pagá")


@pytest.mark.parametrize("sign", SIGNS)
def test_the_watermark_never_touches_the_code(sign: str, tmp_path: Path) -> None:
    """Rendered with and without it, the white field and its surroundings of one module are the same."""
    design = kit.design(sign)
    pictures = []
    for test in (False, True):
        document = drawn(subject(test=test), tmp_path / "s.pdf", sign)
        scale = 200 / 72
        picture = document[0].render(scale=scale, grayscale=True).to_numpy()
        over, code = design.bleed, design.code
        left, top = (int((value + over) / POINT * scale) for value in (code.x, code.y))
        side = int(code.side / POINT * scale)
        pictures.append(picture[top - 2 : top + side + 2, left - 2 : left + side + 2])
    assert (pictures[0] == pictures[1]).all()


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_can_be_looked_at(sign: str) -> None:
    """The door's too, which has no code to draw."""
    assert kit.preview_png(kit.design(sign), subject(), 120).startswith(b"\x89PNG")


def test_a_preview_is_the_sign(tmp_path: Path) -> None:
    import zxingcpp
    from PIL import Image

    (tmp_path / "p.png").write_bytes(kit.preview_png(kit.design("sticker-70x100"), subject(), 600))
    with Image.open(tmp_path / "p.png") as image:
        assert image.width in range(598, 603)
        assert zxingcpp.read_barcode(image).bytes == subject().content
    with pytest.raises(Exception, match=subject().external_id):
        kit.preview_png(kit.design("sticker-70x100"), subject(store="東"), 300)
