"""The colours of the dashboard: what is read has contrast enough, in both themes and on both grounds."""

from __future__ import annotations

import tomllib
from itertools import product
from pathlib import Path

import pytest

THEMES = tomllib.loads((Path(__file__).parent.parent / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
LEAST = 4.5  # to one, for text of any size: WCAG 2.2, 1.4.3
CAPTION = 0.6  # how much of the text's colour Streamlit gives a caption

Colour = tuple[float, float, float]


def colour(text: str) -> Colour:
    red, green, blue = (int(text[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return red, green, blue


def over(ink: Colour, ground: Colour, share: float) -> Colour:
    red, green, blue = (share * one + (1 - share) * other for one, other in zip(ink, ground, strict=True))
    return red, green, blue


def light(shade: Colour) -> float:
    parts = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shade)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: Colour, other: Colour) -> float:
    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_captions_and_presses_can_be_read(theme: str) -> None:
    told = THEMES[theme]
    grounds = {told["backgroundColor"], told["secondaryBackgroundColor"], told["sidebar"]["backgroundColor"]}
    for ground, share in product(map(colour, grounds), (1.0, CAPTION)):
        assert contrast(over(colour(told["textColor"]), ground, share), ground) >= LEAST
    assert contrast(colour("#FFFFFF"), colour(told["primaryColor"])) >= LEAST, "the label of a primary press"
