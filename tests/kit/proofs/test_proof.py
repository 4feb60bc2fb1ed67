"""Every fault that print shops and people make, planted in a finished file: each must be found, and only it."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from mpkit import kit
from mpkit.errors import ProofFailed, UnreadableFile
from mpkit.kit.books.pieces import Frame
from mpkit.kit.drawing.type import POINT
from mpkit.kit.symbols import ink
from mpkit.kit.symbols.symbol import encode
from tests.kit.making import book, order, payload, proven, redrawn, subject

N = 6
SUBJECTS = [subject(n) for n in range(N)]
OWNED = {one.external_id: one.payload for one in SUBJECTS}
A, B = SUBJECTS[0].external_id, SUBJECTS[1].external_id


@pytest.fixture(scope="module", params=[("sticker-70x100", "a4"), ("poster-a5", "alone")])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[kit.Book, kit.Order]:
    wanted = order(*request.param)
    return book(SUBJECTS, tmp_path_factory.mktemp("book"), wanted), wanted


Made = tuple[kit.Book, kit.Order]


def reasons(found: kit.Proof) -> dict[str, str]:
    return {one.register: one.reason for one in found.failures}


def test_a_sound_book_passes_with_and_without_its_manifest(made: Made) -> None:
    file = made[0].files[0]
    found = proven(made[0], file, OWNED)
    assert (found.symbols, found.decoded, found.matched, found.grade) == (N, N, N, "A"), found.failures
    alone = kit.proof(file, None, OWNED)
    assert (alone.symbols, alone.decoded, alone.matched, alone.grade) == (N, N, N, "A"), alone.failures
    assert set(found.to_json("es")) >= {"file", "pages", "symbols", "decoded", "matched", "grade", "failures"}


def test_swapped_codes(made: Made, tmp_path: Path) -> None:
    swapped = OWNED | {A: OWNED[B], B: OWNED[A]}
    file = redrawn(*made, swapped, tmp_path / "x.pdf")
    found = proven(made[0], file, OWNED)
    assert reasons(found) == {A: "kit_code_of_other", B: "kit_code_of_other"}
    assert (found.matched, found.grade) == (N - 2, "F")
    assert found.failures[0].sentence("es").endswith(B)
    without = kit.proof(file, None, OWNED)
    assert set(reasons(without)) == {A, B}
    assert without.matched == N - 2


def test_swapped_labels(made: Made, tmp_path: Path) -> None:
    file = redrawn(*made, OWNED, tmp_path / "x.pdf", **{A: B, B: A})
    assert reasons(proven(made[0], file, OWNED)) == {A: "kit_label_missing", B: "kit_label_missing"}
    assert set(reasons(kit.proof(file, None, OWNED))) == {A, B}


def test_the_same_code_twice(made: Made, tmp_path: Path) -> None:
    file = redrawn(*made, OWNED | {A: OWNED[B]}, tmp_path / "x.pdf")
    assert reasons(proven(made[0], file, OWNED)) == {A: "kit_code_of_other"}
    assert not kit.proof(file, None, OWNED).passed


def test_a_stale_code(made: Made) -> None:
    now = OWNED | {A: payload(77)}
    assert reasons(proven(made[0], made[0].files[0], now)) == {A: "kit_code_stale"}


def test_a_code_of_another_account(made: Made, tmp_path: Path) -> None:
    file = redrawn(*made, OWNED | {A: payload(99, payee="OTRA CUENTA")}, tmp_path / "x.pdf")
    assert reasons(proven(made[0], file, OWNED)) == {A: "kit_code_foreign"}
    assert [one.reason for one in kit.proof(file, None, OWNED).failures] == ["kit_code_foreign"]


def test_a_register_that_is_gone(made: Made) -> None:
    now = {name: code for name, code in OWNED.items() if name != A}
    assert reasons(proven(made[0], made[0].files[0], now)) == {A: "kit_register_gone"}


def rectangle(code: Frame, x: float, y: float, *size: float, ink: str) -> str:
    """Operators that paint over a part of a code's white field, given in shares of its side."""
    wide, high = size
    left, low, side = code.x / POINT, code.y / POINT, code.width / POINT
    return f"q {ink} k {left + x * side} {low + y * side} {wide * side} {high * side} re f Q"


WHITE, BLACK = "0 0 0 0", "0 0 0 1"
PAINTED = (
    ((0, 0, 1, 1, WHITE), "kit_code_unread"),  # covered
    ((0, 0, 0.5, 1, WHITE), "kit_code_unread"),  # cut
    ((0.45, 0.45, 0.07, 0.07, WHITE), "kit_code_damaged"),  # scratched: it still scans
    ((0.55, 0.35, 0.05, 0.05, BLACK), "kit_code_damaged"),  # dirt: it still scans
    ((0.01, 0.4, 0.02, 0.15, BLACK), "kit_quiet_zone"),
)


def test_covered_cut_scratched_and_touched(made: Made, tmp_path: Path) -> None:
    expected = {}
    with pikepdf.open(made[0].files[0]) as document:
        for entry, (paint, reason) in zip(made[0].manifest.pieces, PAINTED, strict=False):
            document.pages[entry.page - 1].contents_add(
                rectangle(entry.codes[0].code, *paint[:4], ink=paint[4]).encode()
            )
            expected[entry.register_id] = reason
        document.save(tmp_path / "x.pdf")
    found = proven(made[0], tmp_path / "x.pdf", OWNED)
    assert reasons(found) == expected
    assert (found.decoded, found.matched, found.grade) == (N - 2, N - len(PAINTED), "F")


def test_a_faint_code(made: Made, tmp_path: Path) -> None:
    with pikepdf.open(made[0].files[0]) as document:
        for page in document.pages:
            faint = page.Contents.read_bytes()
            for black, grey in ((b"re f 0 0 0 1 k", b"re f 0 0 0 0.25 k"), (b"re f 0 g", b"re f 0.75 g")):
                faint = faint.replace(black, grey)
            page.Contents = document.make_stream(faint)
        document.save(tmp_path / "x.pdf")
    found = proven(made[0], tmp_path / "x.pdf", OWNED)
    assert set(reasons(found).values()) <= {"kit_code_faint", "kit_code_unread"}
    assert len(found.failures) == N


def test_a_code_too_many(tmp_path: Path) -> None:
    made = book(SUBJECTS, tmp_path)
    symbol = encode(payload(55).encode(), "M")
    stamp = ink.stamp(ink.path(symbol), x=20, y=842, field=60, side=symbol.side)
    with pikepdf.open(made.files[0]) as document:
        document.pages[0].contents_add(stamp.encode())
        document.save(tmp_path / "x.pdf")
    assert [one.reason for one in proven(made, tmp_path / "x.pdf", OWNED).failures] == ["kit_code_extra"]
    assert [one.reason for one in kit.proof(tmp_path / "x.pdf", None, OWNED).failures] == ["kit_code_foreign"]


def test_a_page_too_few(made: Made, tmp_path: Path) -> None:
    last = max(entry.page for entry in made[0].manifest.pieces)
    lost = {entry.register_id for entry in made[0].manifest.pieces if entry.page == last}
    with pikepdf.open(made[0].files[0]) as document:
        del document.pages[last - 1]
        document.save(tmp_path / "x.pdf")
    assert reasons(proven(made[0], tmp_path / "x.pdf", OWNED)) == dict.fromkeys(lost, "kit_code_missing")


def test_a_scaled_page_is_found(made: Made, tmp_path: Path) -> None:
    """A print shop that "fits to page" moves every code away from where it was proven."""
    with pikepdf.open(made[0].files[0]) as document:
        for page in document.pages:
            page.contents_add(b"q 0.9 0 0 0.9 20 20 cm", prepend=True)
            page.contents_add(b"Q")
        document.save(tmp_path / "x.pdf")
    assert len(proven(made[0], tmp_path / "x.pdf", OWNED).failures) >= N


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 nothing", b"\x00" * 1000])
def test_a_broken_file_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(content)
    with pytest.raises(UnreadableFile) as caught:
        kit.proof(tmp_path / "x.pdf", None, OWNED)
    assert "x.pdf" in str(caught.value)


def test_a_page_as_large_as_a_field_does_not_fill_the_memory(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(14400, 14400))
        document.save(tmp_path / "x.pdf")
    with pytest.raises(UnreadableFile):
        kit.proof(tmp_path / "x.pdf", None, OWNED)


def test_an_empty_file_is_no_proof(tmp_path: Path) -> None:
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(300, 300))
        document.save(tmp_path / "x.pdf")
    found = kit.proof(tmp_path / "x.pdf", None, OWNED)
    assert [one.reason for one in found.failures] == ["kit_no_codes"]
    assert not found.passed


def test_a_book_that_does_not_pass_is_not_released(tmp_path: Path) -> None:
    fresh = {one.pos_id: one.payload for one in SUBJECTS} | {SUBJECTS[2].pos_id: payload(400)}
    recorded: list[object] = []
    with pytest.raises(ProofFailed) as caught:
        book(SUBJECTS, tmp_path / "out", fresh=fresh, record=recorded.append)
    assert SUBJECTS[2].external_id in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []
    assert recorded == []
