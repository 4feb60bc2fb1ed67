"""Files as they come back: pages in another order, turned, cut to another size, laid side by side, or only pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from pikepdf import Dictionary, Name

from mpkit import kit
from mpkit.kit.books.manifest import expected
from mpkit.kit.proofs.sheets import Letters
from tests.kit.making import book, order, redrawn, subject

N = 3
SUBJECTS = [subject(n) for n in range(N)]
OWNED = {one.external_id: one.payload for one in SUBJECTS}
A, B = SUBJECTS[0].external_id, SUBJECTS[1].external_id
DESIGNS = ("sticker-70x100", "tent-a6", "decal-a6")
Made = tuple[kit.Book, kit.Order]


@pytest.fixture(scope="module", params=DESIGNS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    wanted = order(request.param, "alone")
    return book(SUBJECTS, tmp_path_factory.mktemp("book"), wanted), wanted


@pytest.fixture(scope="module")
def stickers(tmp_path_factory: pytest.TempPathFactory) -> Made:
    wanted = order("sticker-70x100", "alone")
    return book(SUBJECTS, tmp_path_factory.mktemp("book"), wanted), wanted


def codes_of(made: Made) -> int:
    return sum(len(entry.codes) for entry in made[0].manifest.pieces)


def again(made: Made, file: Path, owned: dict[str, str] = OWNED) -> kit.Proof:
    """The proof of a file that was laid anew, with the manifest."""
    manifest = made[0].manifest
    fresh = {one.pos_id: owned[one.external_id] for one in SUBJECTS if one.external_id in owned}
    return kit.proof(file, expected(manifest, manifest.files[0].name, fresh), owned, moved=True)


def backwards(document: pikepdf.Pdf) -> None:
    document.pages.reverse()


def turned(degrees: int) -> Callable[[pikepdf.Pdf], None]:
    def turn(document: pikepdf.Pdf) -> None:
        for page in document.pages:
            page.rotate(degrees, relative=False)

    return turn


def larger(document: pikepdf.Pdf) -> None:
    """A sheet with room around the page, whose corner is not at the origin."""
    for page in document.pages:
        _, _, wide, high = (float(value) for value in page.mediabox)
        page.MediaBox = page.CropBox = [-40, -25, wide + 60, high + 90]


def side_by_side(document: pikepdf.Pdf) -> None:
    """Two pages on one sheet, the second turned."""
    pages = [page.as_form_xobject() for page in document.pages]
    _, _, wide, high = (float(value) for value in document.pages[0].mediabox)
    side = max(wide, high) + 20
    while len(document.pages):
        del document.pages[0]
    for at in range(0, len(pages), 2):
        names = {f"/P{n}": form for n, form in enumerate(pages[at : at + 2])}
        content = b"q 1 0 0 1 10 10 cm /P0 Do Q"
        if "/P1" in names:
            content += f" q 0 1 -1 0 {2 * side} 10 cm /P1 Do Q".encode()
        document.add_blank_page(page_size=(2 * side, side))
        page = document.pages[-1]
        page.Contents = document.make_stream(content)
        page.Resources = Dictionary(XObject=Dictionary(names))
        page.Type = Name.Page


LAID = {
    "backwards": backwards,
    "a quarter": turned(90),
    "a half": turned(180),
    "three quarters": turned(270),
    "larger": larger,
    "side by side": side_by_side,
}


@pytest.mark.parametrize("how", LAID)
def test_laid_anew(made: Made, tmp_path: Path, how: str) -> None:
    with pikepdf.open(made[0].files[0]) as document:
        LAID[how](document)
        document.save(tmp_path / "x.pdf")
    for found in (again(made, tmp_path / "x.pdf"), kit.proof(tmp_path / "x.pdf", None, OWNED)):
        assert not found.failures, [(one.page, one.register, one.reason, one.values) for one in found.failures]
        assert (found.symbols, found.matched) == (codes_of(made), codes_of(made))
        assert found.grade in "AB"


@pytest.mark.parametrize("how", ["backwards", "a quarter", "side by side"])
def test_swapped_labels_are_found_wherever_they_lie(made: Made, tmp_path: Path, how: str) -> None:
    redrawn(*made, OWNED, tmp_path / "y.pdf", **{A: B, B: A})
    with pikepdf.open(tmp_path / "y.pdf") as document:
        LAID[how](document)
        document.save(tmp_path / "x.pdf")
    reasons = {one.register: one.reason for one in again(made, tmp_path / "x.pdf").failures}
    assert reasons == {A: "kit_label_missing", B: "kit_label_missing"}
    assert {one.register for one in kit.proof(tmp_path / "x.pdf", None, OWNED).failures} == {A, B}


def test_pictures_of_pages(stickers: Made, tmp_path: Path) -> None:
    """Nothing can be read but the codes: they are proven, and that the labels are not is said."""
    pictures = [page.render(scale=300 / 72).to_pil() for page in pdfium.PdfDocument(stickers[0].files[0])]
    pictures[0].save(tmp_path / "x.pdf", save_all=True, append_images=pictures[1:], resolution=300)
    for found in (again(stickers, tmp_path / "x.pdf"), kit.proof(tmp_path / "x.pdf", None, OWNED)):
        assert [(one.reason, one.values) for one in found.failures] == [("kit_labels_unseen", {"n": N})]
        assert found.matched == N


def test_fitted_to_the_page(stickers: Made, tmp_path: Path) -> None:
    with pikepdf.open(stickers[0].files[0]) as document:
        for page in document.pages:
            page.contents_add(b"q 0.9 0 0 0.9 20 20 cm", prepend=True)
            page.contents_add(b"Q")
        document.save(tmp_path / "x.pdf")
    found = again(stickers, tmp_path / "x.pdf")
    assert [(one.reason, one.values) for one in found.failures] == [("kit_code_scaled", {"percent": 90})] * N


def test_a_page_lost_and_a_page_twice(stickers: Made, tmp_path: Path) -> None:
    with pikepdf.open(stickers[0].files[0]) as document:
        document.pages.append(document.pages[0])
        del document.pages[1]
        document.save(tmp_path / "x.pdf")
    found = again(stickers, tmp_path / "x.pdf")
    assert sorted((one.register, one.reason) for one in found.failures) == [
        (A, "kit_code_extra"),
        (B, "kit_code_missing"),
    ]


def test_stale_foreign_and_gone(stickers: Made) -> None:
    now = OWNED | {A: subject(77).payload}
    reasons = {(one.register, one.reason) for one in again(stickers, stickers[0].files[0], now).failures}
    assert reasons == {(A, "kit_code_stale"), (A, "kit_code_missing")}
    without = {name: code for name, code in OWNED.items() if name != B}
    reasons = {(one.register, one.reason) for one in again(stickers, stickers[0].files[0], without).failures}
    assert reasons == {(B, "kit_code_stale"), (B, "kit_register_gone")}


def test_a_code_that_is_askew(stickers: Made, tmp_path: Path) -> None:
    with pikepdf.open(stickers[0].files[0]) as document:
        document.pages[0].contents_add(b"q 0.985 0.174 -0.174 0.985 20 -10 cm", prepend=True)
        document.pages[0].contents_add(b"Q")
        document.save(tmp_path / "x.pdf")
    assert [one.reason for one in kit.proof(stickers[0].files[0], None, OWNED).failures] == []
    assert "kit_code_askew" in [one.reason for one in again(stickers, tmp_path / "x.pdf").failures]


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_letters_are_read_where_they_are_shown(stickers: Made, tmp_path: Path, degrees: int) -> None:
    with pikepdf.open(stickers[0].files[0]) as document:
        larger(document)
        turned(degrees)(document)
        document.save(tmp_path / "x.pdf")
    document_ = pdfium.PdfDocument(tmp_path / "x.pdf")
    letters = Letters(document_[0])
    ((x, y),) = letters.places(A)
    assert A in "".join(letters.inside((x - 40, y - 40, x + 40, y + 40)).split())
    first = letters.inside((x - 0.9, y - 0.9, x + 0.9, y + 0.9))
    assert A.startswith(first[0]) or first[0] in A[:2]
    assert A not in letters.inside((x + 90, y + 90, x + 95, y + 95))
