"""A merchant's own logo and font: taken when sound, refused by a sentence that says what to do when not."""

from __future__ import annotations

import itertools
import struct
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from PIL import Image

from mpkit import kit
from mpkit.errors import Refused
from mpkit.kit.artwork import form_of
from mpkit.kit.drawing import curves, family, vector
from mpkit.kit.drawing.boxes import LogoBox
from mpkit.kit.drawing.type import UnfitText, clean, width
from mpkit.kit.signs import logo
from mpkit.kit.signs.brand import keep, store
from mpkit.kit.signs.wording import Wording
from mpkit.sites import SITES
from tests.kit.making import book, order, subject

FONTS = Path(family.__file__).parents[2] / "fonts"
REGULAR, SEMIBOLD = ((FONTS / f"IBMPlexSans-{name}.ttf").read_bytes() for name in ("Regular", "SemiBold"))


def table(content: bytes, tag: bytes) -> tuple[int, int, int]:
    """Where a table's row stands in the directory, and where the table begins and how long it is."""
    (count,) = struct.unpack_from(">H", content, 4)
    for at in range(12, 12 + 16 * count, 16):
        if content[at : at + 4] == tag:
            start, length = struct.unpack_from(">2L", content, at + 8)
            return at, start, length
    raise KeyError(tag)


def permitting(said: int) -> bytes:
    changed = bytearray(REGULAR)
    struct.pack_into(">H", changed, table(REGULAR, b"OS/2")[1] + 8, said)
    return bytes(changed)


def renamed(old: bytes, new: bytes) -> bytes:
    changed = bytearray(REGULAR)
    at = table(REGULAR, old)[0]
    changed[at : at + 4] = new
    return bytes(changed)


@pytest.mark.parametrize(
    ("regular", "key"),
    [
        (b"OTTO" + REGULAR[4:], "font_outlines"),
        (b"ttcf" + REGULAR[4:], "font_collection"),
        (b"wOF2" + REGULAR[4:], "font_web"),
        (b"%PDF-1.7", "font_kind"),
        (b"", "font_kind"),
        (b"\x00\x01\x00\x00" + bytes(family.LARGEST), "font_kind"),
        (REGULAR[:6], "font_unreadable"),
        (REGULAR[:4000], "font_unreadable"),
        (renamed(b"glyf", b"glyg"), "font_unreadable"),
        (renamed(b"gasp", b"fvar"), "font_variable"),
        (permitting(0x0002), "font_forbidden"),
        (permitting(0x0108), "font_forbidden"),
        (permitting(0x0200), "font_forbidden"),
    ],
)
def test_a_font_that_cannot_be_printed_is_refused_by_name(regular: bytes, key: str) -> None:
    with pytest.raises(Refused) as caught:
        family.family_of(regular, SEMIBOLD)
    assert caught.value.key == key
    assert key == "font_unreadable" or "Regular" in str(caught.value)


def test_a_font_without_a_letter_of_the_signs_is_refused_with_the_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(family, "LETTERS", family.LETTERS | {"東"})
    with pytest.raises(Refused, match=r"Regular.*東"):
        family.family_of(REGULAR, SEMIBOLD)


@pytest.mark.parametrize("said", [0x0000, 0x0004, 0x0008])
def test_a_font_whose_maker_lets_it_be_printed_is_taken(said: int) -> None:
    assert family.family_of(permitting(said), SEMIBOLD).cap == pytest.approx(0.698)


def test_a_family_is_measured_by_its_own_letters() -> None:
    own = family.family_of(SEMIBOLD, REGULAR)
    assert own.digest != family.family_of(REGULAR, SEMIBOLD).digest
    assert 0.2 < own.descent < 0.22
    assert curves.reach(own.font("regular"), "H") == (0.0, own.cap)
    assert width("Hola", "regular", 0, own) > width("Hola", "regular")
    with pytest.raises(UnfitText):
        clean("東", own)


def test_signs_are_set_in_the_merchants_font_and_proven(tmp_path: Path) -> None:
    folder = tmp_path / "brand"
    names = {name: store(folder, content, "ttf") for name, content in (("regular", SEMIBOLD), ("semibold", REGULAR))}
    keep(folder, kit.Brand.model_validate(names))
    worn = kit.dress(kit.brand(folder), folder=folder)
    made = book([subject()], tmp_path / "book", order("tent-a6", "alone", worn=worn))
    assert made.proofs[0].matched == 2
    with pikepdf.open(made.files[0]) as document:
        fonts = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font"]
        assert fonts
        assert all("/FontFile2" in font.FontDescriptor for font in fonts)
    ours = kit.preview_png(kit.design("tent-a6"), subject(), 300)
    assert ours != kit.preview_png(kit.design("tent-a6"), subject(), 300, worn=worn)


def png(picture: Image.Image, kind: str = "PNG") -> bytes:
    content = BytesIO()
    picture.save(content, kind)
    return content.getvalue()


def svg(inside: str) -> bytes:
    """A drawing of 40 by 20 mm."""
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="40mm" height="20mm" viewBox="0 0 40 20">'
    return f"{head}{inside}</svg>".encode()


RED = '<path d="M10 5h20v10h-20z" fill="#C81E3C"/>'


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "logo_unreadable"),
        (b"GIF89a" + bytes(40), "logo_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + bytes(60), "logo_unreadable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "logo_drawn"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "artwork_svg_size"),
        (svg("<script>alert(1)</script>"), "artwork_scripts"),
        (svg(""), "logo_unreadable"),
        (b"%PDF-1.7 ...", "artwork_unreadable"),
        (bytes(logo.LARGEST + 1), "logo_large"),
        (png(Image.new("L", (9000, 5000))), "logo_pixels"),
        (png(Image.new("RGB", (60, 40))), "logo_small"),
        (png(Image.new("RGBA", (400, 400))), "logo_unreadable"),
        (png(Image.new("RGB", (400, 400)))[:-400], "logo_unreadable"),
    ],
)
def test_a_logo_that_cannot_be_used_is_refused_with_what_to_do(content: bytes, key: str) -> None:
    with pytest.raises(Refused) as caught:
        logo.cleaned(content)
    assert caught.value.key == key


def test_a_logo_is_cut_to_what_is_seen_and_nothing_else_of_its_file_is_kept() -> None:
    picture = Image.new("RGBA", (3000, 2000))
    picture.paste((200, 30, 60, 255), (500, 500, 2500, 1500))
    content = BytesIO()
    picture.save(content, "PNG", exif=b"Exif\x00\x00secret", icc_profile=None)
    with Image.open(BytesIO(logo.cleaned(content.getvalue()))) as clean_:
        assert (clean_.size, clean_.mode) == ((1600, 800), "RGBA")
        assert clean_.getpixel((800, 400)) == (200, 30, 60, 255)
        assert "exif" not in clean_.info
    assert logo.remarks(logo.cleaned(content.getvalue())) == ()


@pytest.mark.parametrize("kind", ["svg", "svg with a mark before it", "pdf"])
def test_a_logo_drawn_with_lines_is_cut_to_what_is_seen(kind: str) -> None:
    content = form_of(svg(RED), "logo") if kind == "pdf" else svg(RED)
    clean_ = logo.cleaned(b"\xef\xbb\xbf" * ("mark" in kind) + content)
    left, low, right, top = vector.edges(clean_)
    assert (left, low, right, top) == pytest.approx([side / 25.4 * 72 for side in (10, 5, 30, 15)], abs=0.2)
    with Image.open(BytesIO(vector.pictured(clean_))) as picture:
        assert max(picture.size) == 1600
        assert picture.getpixel((800, 400))[3] == 255  # type: ignore[index]
    assert logo.remarks(vector.pictured(clean_), drawn=True) == ()


def test_a_logo_drawn_with_lines_stands_as_lines_on_every_sign(tmp_path: Path) -> None:
    """Once in the file, in inks, none of it a picture; the file is what a press takes, and proven."""
    folder = tmp_path / "brand"
    keep(folder, kit.Brand(logo=store(folder, logo.cleaned(svg(RED))), mood="plain"))
    worn = kit.dress(kit.brand(folder), folder=folder)
    made = book([subject(1), subject(2)], tmp_path / "book", order("sticker-100", "print-shop", worn=worn))
    assert [(one.matched, one.grade) for one in made.proofs] == [(2, "A")]
    with pikepdf.open(made.files[0]) as document:
        forms = {page.Resources.XObject["/MpLogo"].objgen for page in document.pages}
        assert len(forms) == 1
        assert not [
            one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
        ]
    design = kit.design("sticker-100")
    box = next(box for box in design.boxes if isinstance(box, LogoBox))
    picture = Image.open(BytesIO(kit.preview_png(design, subject(1), 600, worn=worn))).convert("RGB")
    scale = picture.width / design.width
    ends = (box.x, box.y, box.x + box.width, box.y + box.height)
    seen = np.asarray(picture.crop(tuple(round(end * scale) for end in ends)), dtype=int)  # type: ignore[arg-type]
    red = (seen[..., 0] > 150) & (seen[..., 1] < 90)
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    wide, high = np.ptp(columns) + 1, np.ptp(rows) + 1
    assert wide / high == pytest.approx(2, abs=0.15)
    assert max(wide / scale / box.width, high / scale / box.height) == pytest.approx(1, abs=0.05)
    keep(folder, kit.Brand())
    assert not list(folder.glob("logo-*"))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK", "I;16"])
def test_every_kind_of_picture_is_taken(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    with Image.open(
        BytesIO(logo.cleaned(png(Image.new(mode, (300, 200), 0 if mode != "LA" else (9, 255)), kind)))
    ) as one:
        assert one.mode in {"RGB", "RGBA"}


def test_advice_about_a_logo_is_said() -> None:
    white = logo.cleaned(png(Image.new("RGB", (300, 200), "white")))
    assert [one.key for one in logo.remarks(white)] == ["logo_coarse", "logo_ground"]


@pytest.mark.parametrize("name", ["../x.png", "/etc/passwd", "a/b.png", "x.svg", ".png"])
def test_a_brands_file_is_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="logo"):
        kit.Brand(logo=name)


def test_a_brand_whose_file_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"logo-1\.png"):
        kit.dress(kit.Brand(logo="logo-1.png"), folder=tmp_path)


ROOMY = ("decal-a6", "poster-a4", "poster-a5", "tent-a5", "tent-a6")


@pytest.mark.parametrize("name", ROOMY)
def test_the_address_stands_on_signs_from_a6_up(name: str, tmp_path: Path) -> None:
    where = "Avenida Libertador General José de San Martín 12345, San Miguel de Tucumán"
    made = book([subject(1, address=where), subject(2)], tmp_path, order(name, "alone"))
    pages = pdfium.PdfDocument(made.files[0])
    said = ["".join(page.get_textpage().get_text_bounded().split()) for page in pages]
    assert ["".join(where.split()) in text for text in said] == [True, False]
    assert [entry.address for entry in made.manifest.pieces] == [where, ""]
    packing = next(path for path in tmp_path.glob("packing-*.csv"))
    assert where in packing.read_text("utf-8-sig")


def test_every_branded_sign_keeps_its_texts_apart() -> None:
    """With everything a merchant can add, no text box that is drawn touches another one, on any sign."""
    one = subject(address="Av. San Martín 1234")
    for tagline, footnote, mark in (
        ("Desde 1952", "Tel. 1", b"x"),
        ("", "Tel. 1", b""),
        ("Desde 1952", "", b"x"),
        ("", "", b""),
    ):
        worn = kit.Dress("band", kit.dress().colours, tagline, footnote, mark)
        for design in kit.designs():
            drawn = list(Wording(design, "es", worn).settings(kit.Piece(one, "N.º 1", "A")))
            met = [
                (design.name, a.text, b.text)
                for at, a in enumerate(drawn)
                for b in drawn[at + 1 :]
                if a.meets(b) and min(a.y + a.height, b.y + b.height) - max(a.y, b.y) > 0.45
            ]
            assert not met


def test_the_gallery_of_the_docs_names_every_design() -> None:
    docs = Path(family.__file__).parents[3] / "docs"
    text = (docs / "signs.md").read_text("utf-8")
    for design in kit.designs():
        assert f"`{design.name}`" in text
        assert f"pictures/signs/{design.name}.png" in text
        assert (docs / "pictures" / "signs" / f"{design.name}.png").is_file()
    text += (docs / "signs-languages.md").read_text("utf-8")
    for site, language in itertools.product(SITES.values(), ("es", "pt", "en")):
        name = f"country-{site.country.lower()}" + ("" if language == site.language[:2] else f"-{language}")
        assert text.count(f"pictures/signs/{name}.png") == 1
        assert (docs / "pictures" / "signs" / f"{name}.png").is_file()


def logo_of(*colours: str) -> bytes:
    """A picture of stripes of the same width."""
    picture = Image.new("RGBA", (600, 300))
    for at, colour in enumerate(colours):
        picture.paste(colour, (100, 50 + at * 200 // len(colours), 500, 50 + (at + 1) * 200 // len(colours)))
    content = BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize(
    ("colour", "mood", "laid"),
    [
        ("#23395B", "full", "paper"),
        ("#23395B", "plain", None),
        ("#FFFFFF", "full", None),
        ("#FDFDFD", "plain", "number"),
        ("#FDFDFD", "band", "number"),
    ],
)
def test_a_logo_that_would_be_lost_on_its_ground_stands_on_a_plate(colour: str, mood: str, laid: str | None) -> None:
    worn = replace(kit.dress(kit.Brand(mood=mood, accent="#23395B")), logo=logo_of(colour))
    for design in (kit.design("poster-a5"), kit.design("sticker-100")):
        box = next(box for box in design.boxes if isinstance(box, LogoBox))
        assert logo.plate(worn.logo, design, box, worn) == laid
        assert not logo.lost(worn.logo, [design], worn)
        picture = Image.open(BytesIO(kit.preview_png(design, subject(1), 600, worn=worn))).convert("RGB")
        scale = picture.width / design.width
        left, top, right, low = box.x, box.y, box.x + box.width, box.y + box.height
        seen = picture.crop((round(left * scale), round(top * scale), round(right * scale), round(low * scale)))
        light = np.asarray(seen.convert("L"), dtype=float)
        assert light.max() - light.min() > 100, "the mark is told from what it stands on"


def test_a_logo_that_no_plate_saves_is_told() -> None:
    two = logo_of("#23395B", "#FFFFFF")
    signs = [kit.design("poster-a5"), kit.design("sticker-100")]
    dark, light = (kit.dress(kit.Brand(mood=mood, accent="#23395B")) for mood in ("full", "plain"))
    assert [one.key for one in logo.lost(two, signs, dark)] == ["logo_lost"]
    assert [one.key for one in logo.lost(two, signs, light)] == ["logo_lost"]
    assert not logo.lost(logo_of("#C8442B", "#B7791F"), signs, light)


def test_a_logo_that_was_replaced_is_gone(tmp_path: Path) -> None:
    old, new = (store(tmp_path, content) for content in (b"old", b"new"))
    keep(tmp_path, kit.Brand(logo=old))
    keep(tmp_path, kit.Brand(logo=old, tagline="x"))
    assert (tmp_path / old).is_file()
    keep(tmp_path, kit.Brand(logo=new))
    assert not (tmp_path / old).exists()
    assert (tmp_path / new).is_file()
