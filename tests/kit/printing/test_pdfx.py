"""Files for a press: each rule of PDF/X-4 with a fault planted against it, the plates of each ink, texts as curves."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageCms

from mpkit import kit, shipped
from mpkit.errors import ProofFailed, Refused
from mpkit.kit.drawing import curves
from mpkit.kit.printing.papers import changed
from mpkit.kit.proofs import preflight, twin
from tests.kit.making import WHEN, book, order, proven, subject

SUBJECTS = [subject(n) for n in range(3)]
MM = 25.4 / 72


def logo() -> bytes:
    """A picture of red, green and blue that is see-through at a corner."""
    picture = Image.new("RGBA", (60, 30), (200, 30, 30, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 20, 10))
    content = BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> kit.Book:
    """Everything at once: bleed, marks, slugs, slips, a cut, white, a logo."""
    wanted = order(paper="print-shop-marks")
    paper = changed(wanted.paper, {"cut": "CutContour", "white": "White"})
    worn = replace(kit.dress(), logo=logo())
    return book(SUBJECTS, tmp_path_factory.mktemp("x4"), replace(wanted, paper=paper, worn=worn))


def test_files_for_a_press_are_clean(made: kit.Book) -> None:
    with pikepdf.open(made.files[0]) as document:
        assert preflight.faults(document) == []
        assert document.docinfo["/CreationDate"] == f"D:{WHEN:%Y%m%d%H%M%S}Z"
        pictures = [one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/Width") == 60]
        assert {str(one.ColorSpace) for one in pictures} == {"/DeviceCMYK", "/DeviceGray"}
        assert all(page.obj.Group.CS == "/DeviceCMYK" for page in document.pages)
        fonts = [one for one in document.objects if isinstance(one, Dictionary) and one.get("/Type") == "/Font"]
        assert fonts
        assert not any("Helvetica" in str(one.get("/BaseFont")) for one in fonts)


def intent(document: pikepdf.Pdf) -> Any:
    return document.Root.OutputIntents[0]


def xmp(document: pikepdf.Pdf, old: str, new: str) -> None:
    text = document.Root.Metadata.read_bytes().decode()
    assert old in text
    document.Root.Metadata = document.make_stream(text.replace(old, new).encode(), document.Root.Metadata.stream_dict)


def font(document: pikepdf.Pdf) -> None:
    document.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    document.pages[0].obj.Resources.Font["/Stray"] = document.make_indirect(
        Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    )


def picture(document: pikepdf.Pdf, **keys: Any) -> None:
    stream = document.make_stream(bytes(3), Type=Name.XObject, Subtype=Name.Image, Width=1, Height=1, **keys)
    document.pages[0].obj.Resources.XObject["/Stray"] = stream


def light(document: pikepdf.Pdf) -> None:
    page = document.pages[-1]
    page.contents_add(b"0.5 0.2 0.1 rg 0 0 9 9 re f")


def form(document: pikepdf.Pdf) -> None:
    stream = document.make_stream(b"1 0 0 RG 0 0 m 9 9 l S", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    document.pages[0].obj.Resources.XObject["/Stray"] = stream


def other_ink(document: pikepdf.Pdf) -> None:
    looks = Dictionary(FunctionType=2, Domain=[0, 1], C0=[0, 0, 0, 0], C1=[0, 0, 1, 0], N=1)
    stray = Array([Name.Separation, Name.CutContour, Name.DeviceCMYK, looks])
    document.pages[0].obj.Resources.ColorSpace["/Stray"] = document.make_indirect(stray)


def rgb_profile(document: pikepdf.Pdf) -> None:
    document.make_stream(b"")
    content = bytearray(intent(document).DestOutputProfile.read_bytes())
    content[16:20] = b"RGB "
    intent(document).DestOutputProfile = document.make_stream(bytes(content), N=3)


def page(number: int, name: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda document: document.pages[number].obj.__setitem__(name, value)


def root(name: str, value: Any) -> Callable[[pikepdf.Pdf], None]:
    return lambda document: document.Root.__setitem__(name, value)


PLANTED: dict[str, Callable[[pikepdf.Pdf], object]] = {
    "/OpenAction": root("/OpenAction", Dictionary(S=Name.JavaScript, JS="app.alert(1)")),
    "AcroForm": root("/AcroForm", Dictionary(Fields=[])),
    "EmbeddedFiles": root("/Names", Dictionary(EmbeddedFiles=Dictionary(Names=[]))),
    "0 output intents": lambda d: d.Root.__delitem__("/OutputIntents"),
    "2 output intents": lambda d: d.Root.OutputIntents.append(intent(d)),
    "no output condition": lambda d: intent(d).__delitem__("/OutputConditionIdentifier"),
    "no output profile": lambda d: intent(d).__delitem__("/DestOutputProfile"),
    "no press's": rgb_profile,
    "no /Title": lambda d: d.docinfo.__delitem__("/Title"),
    "no /ModDate": lambda d: d.docinfo.__delitem__("/ModDate"),
    "no /CreationDate": lambda d: d.docinfo.__delitem__("/CreationDate"),
    "trapping is not said": lambda d: d.docinfo.__setitem__("/Trapped", Name.Unknown),
    "no metadata": lambda d: d.Root.__delitem__("/Metadata"),
    "without GTS_PDFXVersion": lambda d: xmp(d, "PDF/X-4", "PDF/X-3"),
    "without DocumentID": lambda d: xmp(d, "DocumentID", "Nothing"),
    "without RenditionClass": lambda d: xmp(d, "RenditionClass", "Nothing"),
    "without VersionID": lambda d: xmp(d, "VersionID", "Nothing"),
    "without MetadataDate": lambda d: xmp(d, "MetadataDate", "Nothing"),
    "two titles": lambda d: d.docinfo.__setitem__("/Title", "another"),
    "metadata: ": lambda d: xmp(d, "</x:xmpmeta>", ""),
    "has no trim box": lambda d: d.pages[1].obj.__delitem__("/TrimBox"),
    "both a trim and an art box": page(1, "/ArtBox", Array([0, 0, 9, 9])),
    "/TrimBox is not inside /BleedBox": page(1, "/TrimBox", Array([0, 0, 200, 200])),
    "/BleedBox is not inside /MediaBox": page(0, "/BleedBox", Array([-5, 0, 900, 900])),
    "annotations": page(2, "/Annots", Array([Dictionary(Type=Name.Annot, Subtype=Name.Link)])),
    "has an action": page(0, "/AA", Dictionary()),
    "Helvetica is not embedded": font,
    "a colour of red": light,
    "a colour of red, green": form,
    "a picture of red": lambda d: picture(d, ColorSpace=Name.DeviceRGB, BitsPerComponent=8),
    "a picture with alternates": lambda d: picture(d, ColorSpace=Name.DeviceGray, BitsPerComponent=8, Alternates=[]),
    "outside": lambda d: picture(d, ColorSpace=Name.DeviceGray, BitsPerComponent=8, OPI=Dictionary()),
    "ink /CutContour looks two ways": other_ink,
    "a transfer curve": lambda d: d.pages[0].obj.Resources.ExtGState["/MpOver"].__setitem__("/TR", Name.Identity),
}


def test_a_logo_is_separated_by_the_profile_of_the_press(made: kit.Book) -> None:
    """Its red comes out of the inks again as it went in: turned back by the same profile."""
    with pikepdf.open(made.files[0]) as document:
        (picture,) = (one for one in document.objects if isinstance(one, pikepdf.Stream) and one.get("/SMask"))
        inks = Image.frombytes("CMYK", (60, 30), picture.read_bytes())
        profile = ImageCms.ImageCmsProfile(BytesIO(intent(document).DestOutputProfile.read_bytes()))
    light = ImageCms.profileToProfile(inks, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert light is not None
    assert light.getpixel((50, 20)) == pytest.approx((200, 30, 30), abs=24)  # no press makes so pure a red
    cyan, magenta, yellow, _ = inks.getpixel((50, 20))  # type: ignore[misc]
    assert min(magenta, yellow) > 180
    assert cyan < 80


@pytest.mark.parametrize(
    ("inks", "named"), [(b"0.6 0.4 0.4 1 k", "Cyan, Magenta, Yellow"), (b"/MpAll cs 1 scn", "All")]
)
def test_a_code_of_rich_black_is_found_by_the_proof(made: kit.Book, tmp_path: Path, inks: bytes, named: str) -> None:
    """It looks as black as black alone, reads, and has no fault but its plates."""
    assert made.proofs[0].passed
    with pikepdf.open(made.files[0]) as document:
        page = document.pages[made.manifest.pieces[0].page - 1]
        content = page.Contents.read_bytes()
        page.Contents = document.make_stream(content.replace(b"re f 0 0 0 1 k", b"re f " + inks, 1))
        document.save(tmp_path / "x.pdf")
    found = proven(made, tmp_path / "x.pdf", {one.external_id: one.payload for one in SUBJECTS})
    (failure,) = [one for one in found.failures if one.reason == "kit_code_inks"]
    assert (failure.register, failure.values) == (made.manifest.pieces[0].register_id, {"inks": named})


@pytest.mark.parametrize("fault", PLANTED)
def test_each_rule_finds_its_fault(made: kit.Book, fault: str) -> None:
    """Found in the file as it would arrive, saved and read again."""
    with pikepdf.open(made.files[0]) as document:
        PLANTED[fault](document)
        content = BytesIO()
        document.save(content, min_version="1.6", deterministic_id=True, fix_metadata_version=False)
    with pikepdf.open(content) as again:
        found = preflight.faults(again)
    assert any(fault in one for one in found), found


def test_the_file_itself(made: kit.Book) -> None:
    for changes, fault in (
        ({"force_version": "1.7"}, "version 1.7 is not 1.6"),
        ({"encryption": pikepdf.Encryption(owner="a", user="")}, "encrypted"),
    ):
        content = BytesIO()
        with pikepdf.open(made.files[0]) as document:
            document.save(content, **changes)
        with pikepdf.open(content) as again:
            assert fault in preflight.faults(again)
    content = BytesIO()
    with pikepdf.open(made.files[0]) as document:
        document.Root["/Stray"] = stream = document.make_stream(b"")
        stream.write(bytes.fromhex("800b6050220c0c8501"), filter=Name.LZWDecode)
        document.save(content, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    with pikepdf.open(content) as again:
        assert "LZW compression" in preflight.faults(again)


def test_qpdf_finds_nothing(made: kit.Book) -> None:
    with pikepdf.open(made.files[0]) as document:
        assert document.check_pdf_syntax() == []
    if shutil.which("qpdf"):
        ended = subprocess.run(["qpdf", "--check", str(made.files[0])], capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_file_with_a_fault_is_not_released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "RULES", (lambda *_: ["planted"],))
    with pytest.raises(Refused, match="planted"):
        book(SUBJECTS[:1], tmp_path / "out", order(paper="print-shop"))
    assert not list((tmp_path / "out").glob("*.pdf"))


def test_the_merchants_own_profile(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "profiles"
    folder.mkdir(parents=True)
    ours = (shipped.folder("templates") / "profiles" / "coated.icc").read_bytes()
    theirs = ours.replace(b"mpkit", b"press", 1)
    (folder / "shop.icc").write_bytes(theirs)
    paper = changed(kit.paper("upload"), {"profile": "shop.icc", "condition": "Taller 5", "curves": False})
    wanted = replace(order(), paper=paper, data=tmp_path)
    with pikepdf.open(book(SUBJECTS[:1], tmp_path / "a", wanted).files[0]) as document:
        assert intent(document).DestOutputProfile.read_bytes() == theirs != ours
        assert intent(document).OutputConditionIdentifier == "Taller 5"
    for name, content in (("rgb.icc", ours[:16] + b"RGB " + ours[20:]), ("short.icc", b"x"), ("../shop.icc", ours)):
        (folder / name).write_bytes(content)
        with pytest.raises(Refused):
            book(SUBJECTS[:1], tmp_path / "b", replace(wanted, paper=changed(paper, {"profile": name})))


def plates(file: Path, number: int, folder: Path) -> dict[str, np.ndarray]:
    """The plate of each ink of a page at 150 dpi: 0 where it is not printed, 255 where it is full."""
    if shutil.which("gs") is None:
        pytest.skip("Ghostscript is not installed: no plates")
    command = ["gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=tiffsep", "-r150", f"-dFirstPage={number}"]
    command += [f"-dLastPage={number}", "-dMaxSpots=8", f"-sOutputFile={folder}/p.tif", str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = {}
    for path in folder.glob("p(*).tif"):
        with Image.open(path) as image:
            found[path.stem[2:-1]] = 255 - np.asarray(image.convert("L"))
    return found


def test_one_plate_an_ink_and_the_code_on_black_alone(made: kit.Book, tmp_path: Path) -> None:
    entry = made.manifest.pieces[0]
    found = plates(made.files[0], entry.page, tmp_path)
    assert found.keys() == {"Cyan", "Magenta", "Yellow", "Black", "CutContour", "White"}
    high = found["Black"].shape[0]
    spot, dot = entry.codes[0].code, 150 / 25.4
    rows = slice(round(high - (spot.y + spot.height) * dot) + 1, round(high - spot.y * dot) - 1)
    columns = slice(round(spot.x * dot) + 1, round((spot.x + spot.width) * dot) - 1)
    for ink in ("Cyan", "Magenta", "Yellow", "CutContour"):
        assert found[ink][rows, columns].max() == 0, ink
    black = found["Black"][rows, columns]
    assert (black.min(), black.max()) == (0, 255)
    assert found["White"][rows, columns].min() == 255  # white under all of the piece
    assert found["White"][0, 0] == 0
    assert found["Cyan"].max() > 200  # the white knocks nothing out
    mark = round(high - (entry.box.y + entry.box.height) * dot)
    across = slice(0, round((entry.box.x - 6.5) * dot))
    for ink in ("Cyan", "Magenta", "Yellow", "Black"):  # registration: on every plate
        assert found[ink][mark - 2 : mark + 2, across].max() > 60, ink
    middle = found["CutContour"][round(high - (entry.box.y + entry.box.height / 2) * dot)]
    cuts = np.flatnonzero(middle > 30) / dot  # half-way up there are no marks
    assert (cuts.min(), cuts.max()) == pytest.approx((entry.box.x, entry.box.x + entry.box.width), abs=0.3)


@pytest.fixture(scope="module")
def outlined(tmp_path_factory: pytest.TempPathFactory) -> kit.Book:
    return book(SUBJECTS[:2], tmp_path_factory.mktemp("curves"), order("card-86x54", "upload"))


def test_texts_as_curves_have_no_font_and_are_proven(outlined: kit.Book) -> None:
    assert [(one.symbols, one.matched, one.failures) for one in outlined.proofs] == [(2, 2, ())]
    with pikepdf.open(outlined.files[0]) as document:
        assert b"TJ" not in document.pages[0].Contents.read_bytes()
        assert not [one for one in document.objects if isinstance(one, Dictionary) and "/FontDescriptor" in one]
    page = pdfium.PdfDocument(outlined.files[0].read_bytes())[0]
    assert page.get_textpage().get_text_bounded().strip() == ""
    assert {path.name for path in outlined.folder.iterdir() if path.name.startswith(".")} == set()
    again = proven(outlined, outlined.files[0], {one.external_id: one.payload for one in SUBJECTS[:2]})
    assert again.passed


@pytest.mark.parametrize("wrong", ["one letter", "moved"])
def test_a_curve_that_is_not_its_text_is_found(wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = curves.line

    def other(font: str, text: str, gaps: list[float], **where: float) -> str:
        if wrong == "moved" and "Caja" in text:
            where["x"] += 0.6
        return line(font, text.replace("Caja", "Cala") if wrong == "one letter" else text, gaps, **where)

    monkeypatch.setattr(curves, "line", other)
    with pytest.raises(ProofFailed):
        book(SUBJECTS[:1], tmp_path / "out", order("card-86x54", "upload"))
    assert not list((tmp_path / "out").glob("*.pdf"))


def test_twins_of_other_sizes_differ(made: kit.Book, outlined: kit.Book) -> None:
    assert twin.differing((made.files[0], made.files[0])) == 0
    assert twin.differing((made.files[0], outlined.files[0])) > 0


def test_equal_orders_are_equal_bytes(tmp_path: Path) -> None:
    files = [book(SUBJECTS, tmp_path / name, order(paper="print-shop")).files[0].read_bytes() for name in "ab"]
    assert files[0] == files[1]
