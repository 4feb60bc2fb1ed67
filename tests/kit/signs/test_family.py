"""Every sign of the family as a proven book; and what only some of them have: two panels, a mirror, no code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest

from mpkit import kit
from mpkit.kit.books.manifest import expected
from tests.kit.making import book, order, redrawn, subject

SIGNS = tuple(one.name for one in kit.designs())
SUBJECTS = [subject(n) for n in (1, 2, 4)]


@pytest.mark.parametrize("sign", SIGNS)
def test_every_sign_passes_its_proof(sign: str, tmp_path: Path) -> None:
    made = book(SUBJECTS, tmp_path, order(sign, "alone"))
    design = kit.design(sign)
    codes = len(design.codes) * (3 if design.per == "register" else 0)
    assert [(one.symbols, one.matched, one.failures) for one in made.proofs] == [(codes, codes, ())]
    assert made.proofs[0].grade in "AB"  # the smallest reach less far, the one in the window is read from afar
    page = pdfium.PdfDocument(made.files[0])[0]
    wide, high = page.get_size()
    assert (wide * 25.4 / 72, high * 25.4 / 72) == pytest.approx([side + 2 * design.bleed for side in design.flat])


def test_a_door_sign_is_a_branchs_and_bears_no_code(tmp_path: Path) -> None:
    made = book(SUBJECTS, tmp_path, order("door-150", "alone"))
    assert [(entry.store, entry.register_id, entry.serial) for entry in made.manifest.pieces] == [
        ("SUC0000", "", 0),
        ("SUC0001", "", 0),
    ]
    stowaway = replace(order("door-150", "alone"), design=kit.design("sticker-100"))
    other = book(SUBJECTS[:1], tmp_path / "other", stowaway)
    found = kit.proof(other.files[0], expected(made.manifest, made.files[0].name, {}), {})
    assert [one.reason for one in found.failures] == ["kit_code_extra"]


def test_a_decal_that_was_not_mirrored_is_found(tmp_path: Path) -> None:
    wanted = order("decal-a6", "alone")
    made = book(SUBJECTS[:1], tmp_path, wanted)
    fresh = {one.external_id: one.payload for one in SUBJECTS[:1]}
    right_way_round = replace(wanted, design=wanted.design.model_copy(update={"mirror": False}))
    path = redrawn(made, right_way_round, fresh, tmp_path / "again.pdf")
    now = {one.pos_id: one.payload for one in SUBJECTS}
    found = kit.proof(path, expected(made.manifest, made.files[0].name, now), fresh)
    assert not found.passed


def test_a_tent_without_its_far_panel_is_found(tmp_path: Path) -> None:
    wanted = order("tent-a6", "alone")
    made = book(SUBJECTS[:1], tmp_path, wanted)
    fresh = {one.external_id: one.payload for one in SUBJECTS}
    near = wanted.design.model_copy(update={"panels": wanted.design.panels[:1], "height": wanted.design.flat[1]})
    path = redrawn(made, replace(wanted, design=near), fresh, tmp_path / "again.pdf")
    now = {one.pos_id: one.payload for one in SUBJECTS}
    found = kit.proof(path, expected(made.manifest, made.files[0].name, now), fresh)
    assert "kit_code_unread" in {one.reason for one in found.failures}
    assert found.symbols == 2 + len([one for one in found.failures if one.reason == "kit_code_extra"])
