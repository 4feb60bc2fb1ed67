"""What many drawings hold alike stands in a file once; what differs in anything stays itself."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pikepdf
from pikepdf import Array, Dictionary, Name

from mpkit.kit.drawing.canvas import opened, raw, taken
from mpkit.kit.drawing.type import font_name
from mpkit.kit.printing.binding import Binder, Boxes


def drawing(number: int, *, shade: int = 7, turned: bool = False) -> bytes:
    """A form of its own content; its picture and its font are as all others have them, but for what is asked for."""
    content = io.BytesIO()
    with pikepdf.new() as document:
        picture = {"/Subtype": Name.Image, "/Width": 2, "/Height": 2, "/ColorSpace": Name.DeviceGray}
        image = document.make_stream(bytes([shade] * 4), picture | {"/BitsPerComponent": 8})
        file = document.make_stream(b"a font's program")
        described = document.make_indirect(Dictionary(FontName=Name("/A"), FontFile2=file))
        font = document.make_indirect(Dictionary(Type=Name.Font, FontDescriptor=described, Widths=Array([1, 2.5])))
        if turned:
            described.Back = font  # refers to itself
        resources = Dictionary(XObject=Dictionary(I=image), Font=Dictionary(F=font))
        form = document.make_stream(f"/I Do % {number}".encode(), {"/Type": Name.XObject, "/Subtype": Name.Form})
        form.BBox, form.Resources = Array([0, 0, 9, 9]), resources
        document.add_blank_page()
        document.pages[0].obj.Resources = Dictionary(XObject=Dictionary(X=form))
        document.save(content)
    return content.getvalue()


@contextmanager
def bound(*drawings: bytes) -> Iterator[list[pikepdf.Object]]:
    """The forms of a file that shows each drawing on a page, as they stand in it."""
    canvas = opened(99, 99, font=font_name("regular"), title="t", subject="s", language="es")
    binder, target = Binder(canvas), io.BytesIO()
    taken(canvas)
    for at, content in enumerate(drawings):
        binder.drawings[f"/D{at}"] = content
        raw(canvas, f"/D{at} Do")
        binder.page(Boxes((0, 0, 35, 35)))
    binder.save(target)
    with pikepdf.open(target) as document:
        yield [document.pages[at].Resources.XObject[f"/D{at}"] for at in range(len(drawings))]


def test_pictures_and_fonts_of_many_drawings_stand_once() -> None:
    with bound(*(drawing(n) for n in range(5))) as forms:
        assert [one.read_bytes() for one in forms] == [f"/I Do % {n}".encode() for n in range(5)]
        assert len({one.objgen for one in forms}) == 5
        for name in ("XObject", "Font"):
            assert len({part.objgen for one in forms for part in one.Resources[f"/{name}"].values()}) == 1
        assert forms[4].Resources.XObject.I.read_bytes() == bytes([7] * 4)
        assert forms[4].Resources.Font.F.FontDescriptor.FontFile2.read_bytes() == b"a font's program"


def test_the_same_drawing_twice_stands_once() -> None:
    with bound(drawing(1), drawing(1)) as (one, other):
        assert one.objgen == other.objgen


def test_what_differs_in_one_byte_stays_itself() -> None:
    with bound(drawing(1), drawing(2, shade=8)) as (one, other):
        assert [form.Resources.XObject.I.read_bytes() for form in (one, other)] == [bytes([7] * 4), bytes([8] * 4)]
        assert one.Resources.Font.F.objgen == other.Resources.Font.F.objgen


def test_what_refers_to_itself_is_left_as_it_is() -> None:
    with bound(drawing(1, turned=True), drawing(2, turned=True)) as (one, other):
        for form in (one, other):
            font = form.Resources.Font.F
            assert font.FontDescriptor.Back.objgen == font.objgen
        assert one.Resources.XObject.I.objgen == other.Resources.XObject.I.objgen
