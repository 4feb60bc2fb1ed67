"""Plain SVGs become the same drawing in inks; what is not plain is refused by name."""

from __future__ import annotations

import base64
import contextlib
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mpkit import kit
from mpkit.errors import MpkitError, Refused
from mpkit.kit.artwork import design as artwork_design
from mpkit.kit.artwork import examine
from mpkit.kit.artwork.advice import advice, slots
from mpkit.kit.artwork.placeholder import placeholder
from mpkit.kit.artwork.svg_paths import path
from tests.kit.drawings import svg
from tests.kit.making import book, order, replace, subject


def seen(inside: str, *spots: tuple[float, float], **more: str) -> list[tuple[int, int, int]]:
    """The colours of an SVG at some places (its own millimetres), drawn as it will be printed."""
    found = examine(svg(inside, **more).encode())
    image = Image.open(io.BytesIO(found.picture)).convert("RGB")
    dots = image.width / 106
    return [image.getpixel((round(x * dots), round(y * dots))) for x, y in spots]  # type: ignore[misc]


def like(colour: tuple[int, int, int], wanted: tuple[int, int, int], off: int = 40) -> bool:
    return all(abs(a - b) <= off for a, b in zip(colour, wanted, strict=True))


GROUND, BLACK = (246, 244, 238), (35, 31, 32)
CLIP = '<clipPath id="c"><rect x="10" y="10" width="5" height="9"/></clipPath>'
SHAPES = {
    "rect": ('<rect x="10" y="10" width="10" height="10"/>', (15, 15), (22, 15)),
    "round rect": ('<rect x="10" y="10" width="20" height="20" rx="9"/>', (20, 20), (10.8, 10.8)),
    "circle": ('<circle cx="20" cy="20" r="8"/>', (20, 13), (13, 13)),
    "ellipse": ('<ellipse cx="20" cy="20" rx="9" ry="3"/>', (27, 20), (20, 25)),
    "polygon": ('<polygon points="10,10 30,10 10,30"/>', (13, 13), (28, 28)),
    "hole": ('<path fill-rule="evenodd" d="M10 10h20v20h-20z M15 15h10v10h-10z"/>', (12, 12), (20, 20)),
    "arc": ('<path d="M10 20A10 10 0 0 1 30 20z"/>', (20, 14), (20, 25)),
    "arc, flags together": ('<path d="M10 20a10 10 0 0120 0z"/>', (20, 14), (20, 25)),
    "cubic": ('<path d="M10 30C10 10 30 10 30 30s-5 1-20 0"/>', (20, 22), (11, 14)),
    "quadratic": ('<path d="M10 30Q20 0 30 30T30 30z"/>', (20, 20), (12, 15)),
    "relative": ('<path d="m10 10l10 0 0 10-10 0z"/>', (15, 15), (22, 15)),
    "style": ('<style>.k{fill:#000}</style><rect class="k" x="10" y="10" width="9" height="9"/>', (15, 15), (22, 15)),
    "inherited": ('<g style="fill:black"><rect x="10" y="10" width="9" height="9"/></g>', (15, 15), (22, 15)),
    "moved": ('<rect transform="translate(10 10) rotate(45) scale(2)" width="5" height="5"/>', (10, 16), (16, 10.5)),
    "turned about": ('<rect transform="rotate(90 20 20)" x="20" y="15" width="9" height="3"/>', (24, 24), (24, 16)),
    "skewed": ('<rect transform="skewX(45)" x="0" y="10" width="9" height="9"/>', (20, 15), (8, 15)),
    "stroke": ('<path fill="none" stroke="black" stroke-width="3" d="M10 20H30"/>', (20, 21), (20, 23)),
    "dashes": ('<path stroke="#000" stroke-width="4" stroke-dasharray="5" d="M10 20H30"/>', (12, 20), (17, 20)),
    "clip": (f'{CLIP}<rect clip-path="url(#c)" x="10" y="10" width="20" height="9"/>', (12, 15), (20, 15)),
    "not shown": ('<path d="M1 1h2v2h-2z"/><path display="none" d="M9 9h9v9h-9z"/>', (2, 2), (12, 12)),
    "no area": ('<path d="M1 1h2v2h-2z M10 20H30"/><path d="M10 24H30"/>', (2, 2), (20, 24)),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_are_drawn_as_they_are_meant(name: str) -> None:
    inside, on, off = SHAPES[name]
    dark, light = seen(inside, on, off)
    assert like(dark, BLACK), (dark, light)
    assert like(light, GROUND), (dark, light)


def test_gradients_pictures_and_veils() -> None:
    picture = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 255, 255)).save(picture, "PNG")
    link = f"data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()}"
    inside = (
        '<defs><linearGradient id="a"><stop offset="0" stop-color="#fff"/><stop offset="100%" stop-color="#f00"/>'
        '</linearGradient><radialGradient id="b" xlink:href="#a" gradientUnits="userSpaceOnUse" cx="60" cy="20"'
        ' r="10"/></defs><rect x="10" y="10" width="30" height="10" fill="url(#a)"/><circle cx="60" cy="20" r="10"'
        f' fill="url(#b)"/><image x="80" y="10" width="10" height="10" href="{link}"/>'
        '<rect x="10" y="30" width="9" height="9" opacity=".5"/>'
    )
    left, right, middle, edge, blue, veil = seen(inside, (11, 15), (39, 15), (60, 20), (60, 11), (85, 15), (15, 35))
    assert like(left, (255, 250, 250), 25)
    assert like(right, (237, 28, 36), 30)
    assert like(middle, (255, 250, 250), 25)
    assert like(edge, (237, 45, 50), 45)
    assert blue[2] > 150 > blue[0]
    assert like(veil, (140, 138, 135), 30)


def test_its_fields_its_cut_and_its_placeholder_make_a_design(tmp_path: Path) -> None:
    inside = (
        '<text x="53" y="26" text-anchor="middle" font-size="7" fill="#0F766E">{{store}}</text>'
        '<rect id="mpkit-register" x="23" y="118" width="60" height="6"/>'
        '<text x="53" y="132" text-anchor="middle" font-size="3"><tspan>{{external_id}}</tspan></text>'
        '<text transform="translate(98 110) rotate(-90)" font-size="3">{{serial}}</text>'
        '<text transform="translate(8 60) rotate(90)" font-size="3">{{check}}</text>'
    )
    content = svg(inside).encode()
    found = examine(content)
    assert (found.width, found.height, found.bleed) == (100, 148, 3)
    (code,) = slots(found).values()
    assert (code.x, code.y, code.side) == pytest.approx((20, 52, 60), abs=0.1)
    assert [(one.means, one.turn) for one in found.fields] == [
        ("store", 0), ("register", 0), ("external_id", 0), ("serial", 90), ("check", 270),
    ]  # fmt: skip
    assert all(one.x >= 0 and one.x + one.width <= 100 for one in found.fields)
    assert not any(one.stops for one in advice(found))
    made = artwork_design.keep(tmp_path, "1234", content, "Casa")
    design = kit.design(made.name, tmp_path, "1234")
    subjects = [subject(n) for n in (1, 2)]
    done = book(subjects, tmp_path / "out", replace(order("sticker-70", "print-shop"), design=design))
    assert [(one.matched, one.grade) for one in done.proofs] == [(2, "A")]


def test_a_placeholder_may_be_a_picture() -> None:
    link = f"data:image/png;base64,{base64.b64encode(placeholder('QR2', 'png')).decode()}"
    text = f'<image x="10" y="5" width="40" height="40" xlink:href="{link}"/>'
    found = slots(examine(svg(text).encode()))
    assert [*found] == ["QR1", "QR2"]
    assert (found["QR2"].x, found["QR2"].y, found["QR2"].side) == pytest.approx((7, 2, 40), abs=0.1)


@pytest.mark.parametrize(
    ("size", "wide"),
    [
        ('width="10.6cm" height="15.4cm"', 106),
        ('width="300" height="435.85"', 79.375),
        ('width="3in" height="4.358in"', 76.2),
    ],
)
def test_its_size_is_what_it_says(size: str, wide: float) -> None:
    found = examine(svg(size=size).encode())
    assert found.width == pytest.approx(wide * 100 / 106, abs=0.05)


def test_without_a_size_it_is_not_taken() -> None:
    with pytest.raises(MpkitError) as refusal:
        examine(svg(size='width="100%"').encode())
    assert refusal.value.key == "artwork_svg_size"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="MmLlHhVvCcSsQqTtAaZz0123456789 .,-+eE", max_size=60))
def test_any_path_is_drawn_or_refused(text: str) -> None:
    drawn = ""
    with contextlib.suppress(Refused):
        drawn = path("path", {"d": text}, {})
    assert "e" not in drawn.replace("re", "")
    assert "n" not in drawn
