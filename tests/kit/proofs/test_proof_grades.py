"""Grades: each parameter falls where it should; nothing below B leaves without consent, worse never does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageFilter

from mpkit import kit
from mpkit.errors import ProofFailed, UnreadableFile
from mpkit.kit.books.manifest import asked, read
from mpkit.kit.proofs import grading, ladder
from mpkit.kit.proofs.finding import Failure, Ladder, Proof, Sign
from mpkit.kit.proofs.proof import proofs
from mpkit.kit.symbols import symbol
from mpkit.kit.symbols.symbol import encode
from tests.kit.making import book, order, payload, proven, seal, subject

CONTENT = payload(1).encode()
SYMBOL = encode(CONTENT, "M")
PIXELS = 8
WHITE = (255, 255, 255)


def picture(dark: tuple[int, int, int] = (0, 0, 0), light: tuple[int, int, int] = WHITE) -> Any:
    """The symbol with its quiet zone in two colours (red, green, blue), as a page is drawn: blue first."""
    modules = np.pad(SYMBOL.matrix, symbol.QUIET).repeat(PIXELS, 0).repeat(PIXELS, 1)
    return np.where(modules[:, :, None], np.array(dark[::-1]), np.array(light[::-1])).astype(np.uint8)


def measured(cut: Any) -> dict[str, Any]:
    light = grading.sampled(cut, SYMBOL.side)
    assert light is not None
    return grading.measured(light, SYMBOL)


def test_black_on_white_is_perfect() -> None:
    found = measured(picture())
    assert grading.grades(found) == dict.fromkeys(("contrast", "red", "modulation", "fixed", "unused"), "A")
    assert (found["wrong"], found["quiet"], found["unused"]) == (0, 0, 1.0)


@pytest.mark.parametrize(
    ("dark", "light", "contrast", "red"),
    [  # the colours and grades of print-and-qr, 2.5
        ((0, 0, 0), (255, 230, 0), "A", "A"),
        ((0x2D, 0x32, 0x77), WHITE, "A", "A"),
        ((0xE3, 0x06, 0x13), WHITE, "A", "D"),
        ((0xFF, 0x6A, 0x13), WHITE, "B", "F"),
        ((0x32, 0xBC, 0xAD), WHITE, "B", "A"),
        ((0, 0, 0), (0x9E, 0x80, 0x58), "D", "D"),
    ],
)
def test_colours(dark: tuple[int, int, int], light: tuple[int, int, int], contrast: str, red: str) -> None:
    found = grading.grades(measured(picture(dark, light)))
    assert (found["contrast"], found["red"]) == (contrast, red)


def test_light_on_dark_is_nothing() -> None:
    found = measured(picture(WHITE, (0, 0, 0)))
    assert found["quiet"]
    assert grading.worst(found) == "F"
    assert grading.worst(measured(picture(WHITE))) == "F"


@pytest.mark.parametrize(("wrong", "grade"), [(1, "B"), (2, "C"), (3, "D"), (4, "F")])
def test_a_hurt_finder(wrong: int, grade: str) -> None:
    cut = picture()
    edge = symbol.QUIET * PIXELS
    cut[edge : edge + PIXELS, edge : edge + wrong * PIXELS] = 255
    found = measured(cut)
    assert (grading.grades(found)["fixed"], found["wrong"]) == (grade, wrong)


def test_a_blot_uses_correction_up_and_a_pale_word_is_borne() -> None:
    cut = picture()
    middle = SYMBOL.side // 2 * PIXELS
    cut[middle : middle + 6 * PIXELS, middle : middle + 6 * PIXELS] = 255
    found = measured(cut)
    assert grading.grades(found)["unused"] in "BCDF"
    assert found["unused"] < 1
    pale = picture()
    row = (symbol.QUIET + SYMBOL.matrix.shape[0] // 2) * PIXELS
    module = pale[row : row + PIXELS]
    module[module == 0] = 120  # one row of modules nearly grey: few codewords, all readable
    assert measured(pale)["wrong"] == 0
    assert measured(pale)["modulation"] < measured(picture())["modulation"]


def test_blur_lowers_modulation_long_before_decoding_stops() -> None:
    letters = []
    for sigma in (0.1, 0.2, 0.3, 0.4):
        blurred = Image.fromarray(picture()).filter(ImageFilter.GaussianBlur(sigma * PIXELS))
        letters.append(grading.grades(measured(np.asarray(blurred)))["modulation"])
    assert letters[0] == "A"
    assert letters == sorted(letters)
    assert letters[-1] in "DF"


def test_a_box_cut_by_the_edge_is_not_measured() -> None:
    cut = picture()
    assert grading.sampled(cut[: cut.shape[0] // 2], SYMBOL.side) is None
    assert grading.sampled(cut[::4, ::4], SYMBOL.side) is None


@pytest.mark.parametrize(("distance", "grade"), [(150, "A"), (200, "B"), (290, "C"), (301, "F")])
def test_reach(distance: float, grade: str) -> None:
    assert grading.grades({"reach": grading.reach(0.5, distance)}) == {"reach": grade}


def test_the_ladder_sees_what_blurs_and_swells() -> None:
    assert ladder.climbed(picture(), SYMBOL.side, CONTENT)["grade"] == "A"
    assert ladder.climbed(picture(), SYMBOL.side, CONTENT + b"x") == {"pixels": None, "blur": None, "grade": "F"}
    grown = picture()
    for axis in (0, 1):  # ink that runs: every edge a third of a module too far
        grown = np.minimum(grown, np.minimum(np.roll(grown, 3, axis), np.roll(grown, -3, axis)))
    assert ladder.climbed(grown, SYMBOL.side, CONTENT)["grade"] in "CF"


def proof(*letters: float, reason: str = "", rung: str = "A") -> Proof:
    signs = tuple(Sign.of(1, "A", {"reach": reached}) for reached in letters)
    failures = (Failure(1, "A", reason),) if reason else ()
    return Proof("x.pdf", 1, len(signs), len(signs), len(signs), failures, signs, Ladder(1.5, 0.4, rung))


def test_a_file_is_as_good_as_its_worst_sign() -> None:
    assert [proof(2, 2).grade, proof(2, 1.5).grade, proof(2, 1).grade, proof(2, rung="B").grade] == ["A", "B", "C", "B"]
    assert proof(2, reason="kit_code_extra").grade == "F"
    assert proof(1, reason="kit_code_faint").grade == "C"


@pytest.mark.parametrize("sign", [one.name for one in kit.designs() if one.code is not None])
def test_every_design_of_ours_is_good_enough(sign: str, tmp_path: Path) -> None:
    made = book([subject(1)], tmp_path, order(sign, "alone"))
    (found,) = made.proofs
    assert found.grade in "AB"
    assert found.ladder is not None
    assert found.ladder.grade == "A"
    document = found.to_json("es")
    assert document["grades"] == {found.signs[0].grade: len(found.signs)}
    assert set(document["signs"][0]["parameters"]) == set(grading.BOUNDS)


def test_nothing_below_b_leaves_without_consent(tmp_path: Path) -> None:
    sticker = kit.design("sticker-50")
    far = {
        grade: sticker.model_copy(update={"distance": 600 * 0.54 / part}) for grade, part in (("C", 1.2), ("F", 0.8))
    }
    with pytest.raises(ProofFailed, match="reach"):
        book([subject(1)], tmp_path / "a", order(design=far["C"]))
    assert book([subject(1)], tmp_path / "b", order(design=far["C"], least="C")).proofs[0].grade == "C"
    with pytest.raises(ProofFailed):
        book([subject(1)], tmp_path / "c", order(design=far["F"], least="C"))


def test_a_red_code_reads_on_telephones_and_is_refused(tmp_path: Path) -> None:
    """Every reader decodes it; only the colours of the drawn pixels tell."""
    made = book([subject(1)], tmp_path, order("poster-a5", "alone"))
    with pikepdf.open(made.files[0]) as document:
        content = document.pages[0].Contents.read_bytes()
        red = content.replace(b"re f 0 0 0 1 k", b"re f 0 1 1 0 k").replace(b"re f 0 g", b"re f 0.89 0.02 0.07 rg")
        assert red != content
        document.pages[0].Contents = document.make_stream(red)
        document.save(tmp_path / "x.pdf")
    found = proven(made, tmp_path / "x.pdf", {subject(1).external_id: subject(1).payload})
    assert found.decoded == 1
    assert {one.reason: one.values.get("by", "") for one in found.failures} == {
        "kit_code_faint": "red",
        "kit_code_inks": "",
    }


def test_pages_that_were_added_are_told(tmp_path: Path) -> None:
    made = book([subject(1)], tmp_path, order("poster-a5", "alone"))
    with pikepdf.open(made.files[0], allow_overwriting_input=True) as document:
        document.add_blank_page()
        document.save(made.files[0])
    fresh = {one.pos_id: one.payload for one in (subject(1),)}
    (found,) = proofs(asked(made.manifest, made.folder, fresh), {subject(1).external_id: subject(1).payload})
    assert [(one.reason, one.values) for one in found.failures] == [("kit_pages_differ", {"n": 2, "wanted": 1})]


def test_a_file_of_another_book_is_told(tmp_path: Path) -> None:
    owned, fresh = {subject(1).external_id: subject(1).payload}, {subject(1).pos_id: subject(1).payload}
    made = book([subject(1)], tmp_path / "a", order("poster-a5", "alone"))
    other = book([subject(1)], tmp_path / "b", order("poster-a5", "alone", book="20261123-FFFFFF"))
    (asked_for,) = asked(made.manifest, made.folder, fresh)
    (found,) = proofs([asked_for._replace(pdf=other.files[0])], owned)
    assert [one.reason for one in found.failures] == ["kit_mark_differs"]
    moved = kit.proof(other.files[0], asked_for.codes, owned, moved=True, mark=asked_for.mark)
    assert [one.reason for one in moved.failures] == ["kit_mark_differs"]


def test_old_manifests_are_still_sound(tmp_path: Path) -> None:
    """A manifest from before has no distance: its code is over what it says."""
    made = book([subject(1)], tmp_path)
    old = made.manifest.model_copy(update={"distance_mm": 0.0}).signed(seal("manifest"))
    path = tmp_path / "old.json"
    old.write(path)
    assert "distance_mm" not in path.read_text(encoding="utf-8")
    found = read(path)
    assert found.sound(seal("manifest"))


@pytest.mark.usefixtures("child")
def test_a_child_and_its_limits(tmp_path: Path) -> None:
    """The child answers what the look in this process answers; a page as large as a field does not fill its memory."""
    made = book([subject(1)], tmp_path, order("poster-a5", "alone"))
    assert made.proofs[0].grade in "AB"
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(14400, 14400))
        document.save(tmp_path / "x.pdf")
    with pytest.raises(UnreadableFile):
        kit.proof(tmp_path / "x.pdf", None, {})
