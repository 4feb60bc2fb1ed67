from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import pytest

from mpkit import kit, shipped
from mpkit.errors import Refused
from mpkit.kit.drawing.boxes import FieldBox, PictogramBox, TextBox
from mpkit.kit.printing.marks import crop_marks
from mpkit.kit.printing.paper import Grid, grid, placed
from mpkit.kit.signs import ready
from mpkit.kit.signs.design import Design
from mpkit.kit.signs.ready import module_of, smallest
from tests.kit.making import payload

SIGNS = tuple(one.name for one in kit.designs())
CODED = tuple(one.name for one in kit.designs() if one.code)
STEPPED = ("poster-a4", "poster-a5", "sticker-100", "sticker-70x100", "tent-a5", "tent-a6")


def raw(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (shipped.folder("templates") / "signs" / name / "design.json").read_text("utf-8")
    )
    return found


def test_the_family_is_whole() -> None:
    assert set(SIGNS) >= {
        "sticker-50", "sticker-70", "sticker-70x100", "sticker-100", "tent-a6", "tent-a5", "poster-a5", "poster-a4",
        "decal-a6", "card-86x54", "door-150",
    }  # fmt: skip


@pytest.mark.parametrize("name", SIGNS)
def test_signs_keep_the_looks_rules(name: str) -> None:
    design = kit.design(name)
    assert design.margin >= 0.06 * min(design.width, design.height) - 0.01
    assert {box.weight for box in design.texts} <= {"regular", "semibold"}
    assert len({box.stroke for box in design.boxes if isinstance(box, PictogramBox)}) <= 1
    said = {name for box in design.texts for name in box.names}
    if name in STEPPED:
        assert {"verb", "step1", "step2", "step3", "payee_says", "payee", "help", "external_id", "serial"} <= said
    elif design.code and min(design.width, design.height) >= 70:
        assert {"verb", "payee", "external_id", "serial"} <= said


@pytest.mark.parametrize("name", CODED)
def test_the_white_field_of_the_code_stays_inside_its_card(name: str) -> None:
    """Where the ground is coloured, a corner of the field must not stand out of the card's round one."""
    design = kit.design(name)
    assert design.code is not None
    (card,) = (box for box in design.boxes if isinstance(box, FieldBox) and box.colour == "card")
    side = design.code.side
    across = [design.code.x - card.x, card.x + card.width - design.code.x - side]
    down = [design.code.y - card.y, card.y + card.height - design.code.y - side]
    assert min(*across, *down) >= 0
    for x, y in itertools.product(across, down):
        assert math.hypot(max(0, card.radius - x), max(0, card.radius - y)) <= card.radius + 1e-9


LONGEST = {
    "AR": payload(1, payee="X" * 25).encode(),
    "BR": payload(1, "MLB", "X" * 25, pix=True).encode(),
    "BR without Pix": payload(1, "MLB", "X" * 25).encode(),
    "MX": payload(1, "MLM", "X" * 25).encode(),
    "CL": payload(1, "MLC", "X" * 25).encode(),
    "UY": payload(1, "MLU", "X" * 25).encode(),
    "PE": (payload(1, "MPE", "X" * 25) + "0.00:nat-A7F30B91" * 9)[:183].encode(),
    # As long as the country's own codes, and as many of its characters in each of the three alphabets.
    "CO": (payload(1, "MCO", "X" * 25) + "A7F30B91" * 24 + "0.00:nat-" * 7 + "5" * 93)[:498].encode(),
    "long": b"x" * 512,
}
# The content table of sizes: what each sign says, its modules at each level, and the level a country's code gets.
TABLE = json.loads((Path(__file__).parent / "sizes.json").read_text("utf-8"))


@pytest.mark.parametrize("name", CODED)
def test_the_content_table_holds_for_every_country_and_level(name: str) -> None:
    design = kit.design(name)
    wide = {
        country: {level: module_of(design, content, level) for level in design.levels}
        for country, content in LONGEST.items()
    }
    found = {"says": sorted({word for box in design.texts for word in box.names} - {"rehearsal"})}
    for country, modules in wide.items():
        taken = ready.reads(design, LONGEST[country])
        level = next(level for level, module in modules.items() if module == taken.module) if taken.fits else "none"
        found[country] = [*(f"{each} {module:.2f} mm" for each, module in modules.items()), f"taken: {level}"]
        assert not taken.fits or taken.module >= design.least_module >= 0.4
        assert taken.module >= 0.5 or country in {"CO", "long"}, "only the longest codes may have finer modules"
    assert found == TABLE[name]


def test_what_has_room_at_each_size() -> None:
    """At 50 mm verb, code and register; at 70 mm also the payee; at 70 x 100 also the steps."""
    least = {"verb", "store", "register", "external_id", "serial", "check"}
    assert set(TABLE["sticker-50"]["says"]) == least
    assert set(TABLE["sticker-70"]["says"]) == least | {"payee", "payee_says"}
    assert set(TABLE["sticker-70x100"]["says"]) >= least | {"payee", "payee_says", "step1", "step2", "step3", "help"}


def test_a_code_too_long_for_a_sign_names_the_smallest_that_fits() -> None:
    assert module_of(kit.design("sticker-50"), LONGEST["long"], "M") < 0.4
    assert smallest(LONGEST["long"]) == "card-86x54"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"boxes": [raw("sticker-70x100")["boxes"][0] | {"colour": "mauve"}]}, "colour"),
        ({"margin": 12}, "margin"),
        ({"least_module": 3.0}, "least module"),
        ({"surprise": 1}, "surprise"),
        ({"boxes": raw("sticker-70x100")["boxes"][:-1]}, "accept"),
        ({"boxes": raw("sticker-70x100")["boxes"][-1:] * 2}, "one code"),
        ({"folds": [{"x": 0, "y": 60, "to_x": 70, "to_y": 60}]}, "fold"),
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
    try:
        sheet = grid(kit.paper(paper), design)
    except Refused:
        assert max(design.flat) > 270
        return
    over = design.bleed if sheet.bleed else 0
    for x, y in sheet.slots:
        assert -0.01 <= x - over <= sheet.width - design.flat[0] - 2 * over + 0.01
        assert -0.01 <= y - over <= sheet.height - design.flat[1] - 2 * over + 0.01
    for at, (x, y) in enumerate(sheet.slots):
        for other_x, other_y in sheet.slots[at + 1 :]:
            apart = abs(x - other_x) >= design.flat[0] + 2 * over or abs(y - other_y) >= design.flat[1] + 2 * over
            assert apart
    if sheet.marks:
        assert_marks_outside(sheet, design, over)


def assert_marks_outside(sheet: Grid, design: Design, over: float) -> None:
    for x, y, to_x, to_y in crop_marks(sheet, design):
        assert min(x, y, to_x, to_y) >= 0
        assert max(x, to_x) <= sheet.width
        assert max(y, to_y) <= sheet.height
        for left, low in sheet.slots:
            beside = max(x, to_x) <= left - over or min(x, to_x) >= left + design.flat[0] + over
            above = max(y, to_y) <= low - over or min(y, to_y) >= low + design.flat[1] + over
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
