from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mpkit import kit
from mpkit.errors import Refused
from mpkit.kit.drawing.boxes import ROLES
from mpkit.kit.signs.brand import Paint, contrast, inks_of, keep, palette, remarks
from tests.kit.making import subject

MOODS = ("band", "plain", "full")


def picture(worn: kit.Dress, sign: str = "poster-a5") -> Image.Image:
    drawn = Image.open(io.BytesIO(kit.preview_png(kit.design(sign), subject(), 296, worn=worn)))
    return drawn.convert("RGB")


@pytest.mark.parametrize("name", MOODS)
def test_every_mood_says_what_every_role_looks_like(name: str) -> None:
    assert set(kit.mood(name).roles) >= set(ROLES) - {"alert", "paper", "ink"}
    assert {one.name for one in kit.moods()} == set(MOODS)


def test_a_brand_is_kept_and_worn(tmp_path: Path) -> None:
    assert kit.brand(tmp_path) == kit.Brand()
    logo = io.BytesIO()
    Image.new("RGB", (40, 20), (200, 30, 60)).save(logo, "PNG")
    (tmp_path / "logo.png").write_bytes(logo.getvalue())
    chosen = kit.Brand(accent="#8a1538", mood="full", tagline="Panadería Luz", footnote="Tel. 123", logo="logo.png")
    keep(tmp_path, chosen)
    assert kit.brand(tmp_path) == chosen
    assert [path.name for path in tmp_path.glob(".brand*")] == []
    worn = kit.dress(kit.brand(tmp_path), folder=tmp_path)
    red, green, blue = picture(worn).getpixel((3, 3))  # type: ignore[misc]
    assert red > green + 60
    assert red > blue + 40
    shown = picture(worn)
    assert any(
        red > 170 and green < 90 and blue < 110
        for red, green, blue in (shown.getpixel((x, 350)) for x in range(20, 110))  # type: ignore[misc]
    )


def test_a_mood_changes_what_is_drawn_and_never_the_code() -> None:
    drawn = {name: picture(kit.dress(kit.Brand(mood=name))) for name in MOODS}
    corners = [drawn[name].getpixel((3, 3)) for name in MOODS]
    assert corners[0] == corners[2] != corners[1] == (255, 255, 255)
    fields = [drawn[name].crop((70, 95, 226, 250)).tobytes() for name in MOODS]
    assert fields[0] == fields[1] == fields[2]


def test_an_unknown_mood_is_refused() -> None:
    with pytest.raises(Refused, match="band"):
        kit.mood("../band")


def test_colours_that_will_not_read_are_said() -> None:
    assert remarks(kit.Brand()) == ()
    assert [one.key for one in remarks(kit.Brand(accent="#FFE600"))] == ["brand_accent_faint"]
    assert [one.key for one in remarks(kit.Brand(accent_inks=(1, 1, 1, 0.5)))] == ["brand_ink_heavy"]


@given(st.integers(0, 0xFFFFFF))
def test_letters_on_any_accent_read(number: int) -> None:
    inks = palette(kit.Brand(accent=f"#{number:06X}"))
    assert contrast(inks["accent"], inks["on_accent"]) >= 3.4
    assert all(0 <= part <= 1 for part in inks_of(f"#{number:06X}"))


def test_black_is_black_alone() -> None:
    assert inks_of("#000000") == (0, 0, 0, 1)
    assert contrast(Paint((0, 0, 0, 1), "#000000"), Paint((0, 0, 0, 0), "#FFFFFF")) == pytest.approx(21)
