from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mpkit import kit, shipped
from mpkit.errors import Refused
from mpkit.kit.design import Design, PictogramBox, TextBox
from mpkit.kit.paper import Grid, crop_marks, grid, placed
from mpkit.kit.symbol import side_of, version_for
from tests.kit.making import payload

SIGNS = ("poster-a5", "sticker-70x100")


def raw(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (shipped.folder("templates") / "signs" / name / "design.json").read_text("utf-8")
    )
    return found


def test_two_signs_ship() -> None:
    assert {one.name for one in kit.designs()} >= set(SIGNS)


@pytest.mark.parametrize("name", SIGNS)
def test_signs_keep_the_looks_rules(name: str) -> None:
    design = kit.design(name)
    assert design.margin >= 0.06 * min(design.width, design.height)
    assert {box.weight for box in design.texts} == {"regular", "semibold"}
    assert len({box.stroke for box in design.boxes if isinstance(box, PictogramBox)}) == 1
    said = [name for box in design.texts for name in sorted(box.names)]
    assert {"verb", "step1", "step2", "step3", "payee_says", "payee", "help", "external_id", "serial"} <= set(said)


@pytest.mark.parametrize("name", SIGNS)
def test_modules_are_wide_enough_for_every_country(name: str) -> None:
    design = kit.design(name)
    longest = {
        "AR": payload(1, payee="X" * 25).encode(),
        "BR": payload(1, "MLB", "X" * 25, pix=True).encode(),
        "MX": payload(1, "MLM", "X" * 25).encode(),
    }
    for content in longest.values():
        assert design.code.side / side_of(version_for(content, design.levels[-1])) >= 0.5
    at_most = design.code.side / side_of(version_for(b"x" * 512, design.levels[-1]))
    assert at_most >= design.least_module


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"colours": {}}, "unknown colour"),
        ({"margin": 12}, "margin"),
        ({"least_module": 3.0}, "least module"),
        ({"surprise": 1}, "surprise"),
        ({"boxes": raw("sticker-70x100")["boxes"][:-1]}, "one code"),
    ],
)
def test_a_wrong_design_is_refused_with_its_reason(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    folder = tmp_path / "templates" / "signs" / "sticker-70x100"
    folder.mkdir(parents=True)
    (folder / "design.json").write_text(json.dumps(raw("sticker-70x100") | change), encoding="utf-8")
    with pytest.raises(Refused) as caught:
        kit.design("sticker-70x100", tmp_path)
    assert why in str(caught.value)


def test_text_on_the_code_is_refused() -> None:
    design = raw("sticker-70x100")
    verb = next(box for box in design["boxes"] if box.get("text") == "{verb}")
    verb |= {"y": 30}
    with pytest.raises(ValueError, match="white field"):
        Design.model_validate(design)


def test_a_merchants_own_design_needs_no_code(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "signs" / "mine"
    folder.mkdir(parents=True)
    (folder / "design.json").write_text(json.dumps(raw("sticker-70x100") | {"name": "mine"}), encoding="utf-8")
    assert "mine" in {one.name for one in kit.designs(tmp_path)}
    assert kit.design("mine", tmp_path).width == 70


@pytest.mark.parametrize("name", ["../../etc", "none", "", "sticker-70x100/.."])
def test_names_are_no_paths(name: str) -> None:
    with pytest.raises(Refused):
        kit.design(name)
    with pytest.raises(Refused):
        kit.paper(name)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("paper", ["alone", "a4", "letter"])
def test_signs_and_their_bleed_stay_on_the_sheet_and_apart(sign: str, paper: str) -> None:
    design = kit.design(sign)
    sheet = grid(kit.paper(paper), design)
    over = design.bleed if sheet.bleed else 0
    for x, y in sheet.slots:
        assert -0.01 <= x - over <= sheet.width - design.width - 2 * over + 0.01
        assert -0.01 <= y - over <= sheet.height - design.height - 2 * over + 0.01
    for at, (x, y) in enumerate(sheet.slots):
        for other_x, other_y in sheet.slots[at + 1 :]:
            apart = abs(x - other_x) >= design.width + 2 * over or abs(y - other_y) >= design.height + 2 * over
            assert apart
    if sheet.marks:
        assert_marks_outside(sheet, design, over)


def assert_marks_outside(sheet: Grid, design: Design, over: float) -> None:
    for x, y, to_x, to_y in crop_marks(sheet, design):
        assert min(x, y, to_x, to_y) >= 0
        assert max(x, to_x) <= sheet.width
        assert max(y, to_y) <= sheet.height
        for left, low in sheet.slots:
            beside = max(x, to_x) <= left - over or min(x, to_x) >= left + design.width + over
            above = max(y, to_y) <= low - over or min(y, to_y) >= low + design.height + over
            assert beside or above


def test_four_stickers_and_two_posters_on_a4() -> None:
    assert len(grid(kit.paper("a4"), kit.design("sticker-70x100")).slots) == 4
    assert len(grid(kit.paper("a4"), kit.design("poster-a5")).slots) == 2


def test_a_cut_stack_stays_sorted() -> None:
    sheet = grid(kit.paper("a4"), kit.design("sticker-70x100"))
    places = placed(10, sheet)
    pages = max(page for page, _ in places) + 1
    assert pages == 3
    piles = [[at for at, (_, slot) in sorted(enumerate(places), key=lambda p: p[1]) if slot == s] for s in range(4)]
    assert [at for pile in piles for at in pile] == list(range(10))
    assert len(set(places)) == 10


def test_a_begun_sheet_is_filled_on() -> None:
    sheet = grid(kit.paper("a4"), kit.design("sticker-70x100"))
    assert placed(3, sheet, 3) == [(0, 2), (0, 3), (1, 0)]
    with pytest.raises(Refused):
        placed(3, sheet, 5)


def test_a_sign_that_does_not_fit_is_refused() -> None:
    small = kit.paper("a4").model_copy(update={"size": (60.0, 90.0), "layouts": ()})
    with pytest.raises(Refused):
        grid(small, kit.design("sticker-70x100"))


def test_a_text_box_may_only_say_known_words() -> None:
    with pytest.raises(ValueError, match="unknown words"):
        TextBox(kind="text", text="{password}", x=0, y=0, width=1, height=1, size=9, least=9)
