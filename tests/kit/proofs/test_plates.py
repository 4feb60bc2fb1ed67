"""Inks of a square read from a page's operators: what lies on it, what was covered, what only surrounds it."""

from __future__ import annotations

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from mpkit.kit.proofs.plates import inks

SQUARE = (40, 40, 60, 60)
TINT = {"/FunctionType": 2, "/Domain": [0, 1], "/C0": [0, 0, 0, 0], "/N": 1}


def page(document: pikepdf.Pdf, operators: str) -> pikepdf.Page:
    made = document.add_blank_page(page_size=(100, 100))
    spaces = {
        name: Array([Name.Separation, Name("/" + ink), Name.DeviceCMYK, Dictionary({**TINT, "/C1": list(looks)})])
        for name, ink, looks in (("/Gold", "Gold", (0, 0.2, 1, 0)), ("/Under", "White", (0, 0, 0, 0)))
    }
    form = {"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": [0, 0, 9, 9], "/Matrix": [1, 0, 0, 1, 45, 45]}
    picture = {"/Type": Name.XObject, "/Subtype": Name.Image, "/Width": 1, "/Height": 1, "/BitsPerComponent": 8}
    shown = {
        "/Form": document.make_stream(b"1 0 0 0 k 0 0 5 5 re f", form),
        "/Picture": document.make_stream(b"\0\0\0", {**picture, "/ColorSpace": Name.DeviceRGB}),
    }
    state = {"/Over": Dictionary({"/op": True, "/OP": True})}
    made.obj.Resources = Dictionary({"/ColorSpace": spaces, "/XObject": shown, "/ExtGState": state})
    made.obj.Contents = document.make_stream(operators.encode("latin-1"))
    return made


@pytest.mark.parametrize(
    ("operators", "found"),
    [
        ("0 0 0 1 k 45 45 5 5 re f", ["Black"]),
        ("0.5 g 45 45 5 5 re f", ["Black"]),
        ("0.2 0 0 1 k 45 45 5 5 re f", ["Black", "Cyan"]),
        ("0.2 0.2 0.2 rg 45 45 5 5 re f", ["Black"]),  # a level of grey
        ("0 0.2 0.2 rg 45 45 5 5 re f", ["red, green and blue"]),
        ("/Gold cs 1 scn 45 45 5 5 re f", ["Gold"]),
        ("/Gold cs 0 scn 45 45 5 5 re f", []),
        ("/Under cs 1 scn 0 0 100 100 re f", []),  # white beneath everything is paper
        ("q 2 0 0 2 0 0 cm 1 0 0 0 k 22 22 3 3 re f Q", ["Cyan"]),  # where it lies, not where it says
        ("1 0 0 0 k 0 0 30 30 re f", []),
        ("0 1 0 0 K 10 10 80 80 re S", []),  # around it
        ("0 1 0 0 K 50 0 m 50 100 l S", ["Magenta"]),
        ("1 0 0 0 k 0 0 100 100 re f 0 0 0 0 k 40 40 20 20 re f 0 0 0 1 k 45 45 5 5 re f", ["Black"]),
        ("1 0 0 0 k 0 0 100 100 re f /Over gs 0 0 0 0 k 40 40 20 20 re f", ["Cyan"]),  # overprinted white hides nothing
        ("1 0 0 0 k 0 0 100 100 re f 0 0 0 0 k 40 40 9 9 re f", ["Cyan"]),  # covers a part
        ("/Form Do", ["Cyan"]),
        ("q 9 0 0 9 45 45 cm /Picture Do Q", ["red, green and blue"]),
        ("q 9 0 0 9 0 0 cm /Picture Do Q", []),
        ("q 9 0 0 9 45 45 cm BI /W 1 /H 1 /BPC 1 /IM true ID \x00 EI Q", ["Black"]),
        ("BT /F 9 Tf 1 0 0 1 45 45 Tm 0 0 1 0 k (x) Tj ET", ["Yellow"]),
    ],
)
def test_inks_of_a_square(operators: str, found: list[str]) -> None:
    with pikepdf.new() as document:
        assert inks(page(document, operators), SQUARE) == found
