"""A plain SVG comes in, inside the limited child; the same drawing as one PDF form, and its text fields, go out.

Screen colours become inks: black alone stays black alone. Text is ours to set: what is written {{store}}, or a
rectangle whose id is mpkit-store.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import ImageColor

from mpkit.errors import Refused
from mpkit.kit.artwork.colours import Looked, Matrix, joined, scale
from mpkit.kit.artwork.fields import Field, ink_of, meaning
from mpkit.kit.artwork.reading import LEAST, MOST, POINT, Read, Sheet, shown
from mpkit.kit.artwork.svg_measures import (
    NUMBER,
    PIXEL,
    at,
    inverse,
    length,
    line_of,
    millimetres,
    moved,
    numbers,
    part_of,
    room,
    said_of,
)
from mpkit.kit.artwork.svg_paths import SHAPES, bounds, path, plain
from mpkit.kit.artwork.svg_shades import Gradients, embedded
from mpkit.kit.artwork.svg_tree import Node, tree

_FIELD = re.compile(r"\s*\{\{\s*([\w.-]+)\s*\}\}\s*")
_OURS = re.compile(r"mpkit[-_.](.+)")
_INHERITED = (
    "fill", "stroke", "stroke-width", "fill-rule", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit",
    "stroke-dasharray", "fill-opacity", "stroke-opacity", "color", "font-size", "text-anchor", "visibility",
    "clip-rule",
)  # fmt: skip
_SKIPPED = {"defs", "style", "clipPath", "linearGradient", "radialGradient", "stop", "title", "desc", "metadata"}
_LENGTHS = ("x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "x1", "y1", "x2", "y2")
_STRAIGHT = 0.5  # degrees a text may be off its quarter turn


def looks(content: bytes) -> bool:
    """Whether the bytes may be an SVG."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" and b"<svg" in content[:65536]


def read(content: bytes, *, least: float = LEAST) -> Read:
    """The drawing of an SVG, `least` mm large or more; `Refused` says what in it is not plain."""
    top = tree(content)
    wide, high, matrix = _page(top)
    if not (least <= wide <= MOST and least <= high <= MOST):
        raise Refused("artwork_size", wide=round(wide), high=round(high), least=least, most=MOST)
    whole = (0.0, 0.0, wide, high)
    names = {node.said["id"]: node for node in top.every() if "id" in node.said}
    with pikepdf.new() as document:
        pen = _Pen(document, names, whole, whole, Gradients(document, names))
        pen.draw(top, {}, matrix)
        if pen.trim is not None:  # texts have room as far as the cut: once more, now that it is known
            pen = _Pen(document, names, whole, pen.trim, Gradients(document, names))
            pen.draw(top, {}, matrix)
        trim = pen.trim or whole
        bleed = max(0.0, min(trim[0], trim[1], wide - trim[2], high - trim[3], 5.0)) if pen.trim else 0.0
        size = (round(trim[2] - trim[0], 3), round(trim[3] - trim[1], 3))
        over = bleed / POINT
        left, low = trim[0] / POINT, (high - trim[3]) / POINT
        form = {
            "/Type": Name.XObject,
            "/Subtype": Name.Form,
            "/BBox": Array([left - over, low - over, left + size[0] / POINT + over, low + size[1] / POINT + over]),
            "/Matrix": Array([1, 0, 0, 1, round(-left, 4), round(-low, 4)]),
            "/Resources": pen.resources(),
        }
        drawn = document.make_stream("\n".join(pen.code).encode("ascii"), form)
        content = shown(drawn, size, round(bleed, 2), light=pen.looked.light)
    moved = (replace(one, x=round(one.x - trim[0], 3), y=round(one.y - trim[1], 3)) for one in pen.fields)
    sheet = Sheet((1, 0, 0, 1, 0, 0), (0, 0, 0, 0), *size, round(bleed, 2), pen.trim is not None)
    return Read(content, sheet, tuple(moved), pen.looked)


def _page(top: Node) -> tuple[float, float, Matrix]:
    """Width and height in millimetres, and the matrix from the drawing's units to points, upwards."""
    wide, high = (millimetres(top.said.get(name, "")) for name in ("width", "height"))
    box = [float(part) for part in NUMBER.findall(top.said.get("viewBox", ""))]
    if wide is None or high is None or wide <= 0 or high <= 0:
        raise Refused("artwork_svg_size")
    if len(box) != 4 or box[2] <= 0 or box[3] <= 0:  # noqa: PLR2004 - a rectangle
        box = [0.0, 0.0, wide / PIXEL, high / PIXEL]
    part = min(wide / box[2], high / box[3]) / POINT
    left = (wide / POINT - box[2] * part) / 2 - box[0] * part
    top_ = high / POINT - (high / POINT - box[3] * part) / 2 + box[1] * part
    return wide, high, (part, 0, 0, -part, left, top_)


@dataclass(slots=True)
class _Pen:
    """What is drawn, and what it needs."""

    document: pikepdf.Pdf
    names: Mapping[str, Node]
    page: tuple[float, float, float, float]  # mm
    room: tuple[float, float, float, float]  # mm that texts have
    gradients: Gradients
    code: list[str] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    trim: tuple[float, float, float, float] | None = None
    looked: Looked = field(default_factory=Looked)
    states: dict[tuple[float, float], str] = field(default_factory=dict)
    pictures: dict[str, Any] = field(default_factory=dict)

    def draw(self, node: Node, above: Mapping[str, str], matrix: Matrix) -> None:
        """One element and all inside it."""
        style = {name: above[name] for name in _INHERITED if name in above}
        style |= {name: value for name, value in node.said.items() if value != "inherit"}
        if node.tag in _SKIPPED or style.get("display") == "none":
            return
        own = moved(node.said.get("transform", "")) if node.tag != "svg" or above else (1, 0, 0, 1, 0, 0)
        whole: Matrix = joined(own, matrix)
        if node.tag == "svg" and above:
            raise Refused("artwork_svg_part", what="<svg> in <svg>")
        if self._taken(node, style, whole) or style.get("visibility") == "hidden":
            return
        self.code.append("q")
        self._clip(node, whole)
        if node.tag in {"svg", "g"}:
            self._veiled(node, style)
            for one in node.inside:
                self.draw(one, style | {"_": node.tag}, whole)
        elif node.tag in SHAPES:
            self._shape(node, style, whole)
        elif node.tag == "image":
            self._image(node, style, whole)
        else:
            raise Refused("artwork_svg_part", what=f"<{node.tag}>")
        self.code.append("Q")

    def _veiled(self, node: Node, style: dict[str, str]) -> None:
        """A group that lets things shine through: right only where it holds one thing."""
        if part_of(style.pop("opacity", "")) < 1:
            if len(node.inside) > 1:
                raise Refused("artwork_svg_part", what="opacity (<g>)")
            for one in node.inside:
                one.said["opacity"] = str(part_of(node.said["opacity"]) * part_of(one.said.get("opacity", "")))

    def _taken(self, node: Node, style: Mapping[str, str], matrix: Matrix) -> bool:
        """Whether an element is a field or the cut, and is not drawn itself."""
        if node.tag == "text":
            self._text(node, style, matrix)
            return True
        ours = _OURS.fullmatch(node.said.get("id", "").lower())
        if node.tag != "rect" or ours is None:
            return False
        x, y, wide, high = (length(node.said.get(name, "")) for name in ("x", "y", "width", "height"))
        corners = [at(matrix, u, v) for u, v in ((x, y), (x + wide, y + high))]
        (left, right), (low, top) = (sorted(ends) for ends in zip(*corners, strict=True))
        box = (left * POINT, self.page[3] - top * POINT, right * POINT, self.page[3] - low * POINT)
        if ours[1] == "trim":
            self.trim = box
            return True
        tall = box[3] - box[1]
        ink, size = self._ink(style.get("fill", "")), max(4.0, round(min(40.0, tall / POINT * 0.72), 2))
        across = {"middle": "center", "end": "right"}.get(style.get("text-anchor", ""), "left")
        place = (round(box[0], 3), round(box[1], 3), round(box[2] - box[0], 3), round(tall, 3))
        self.fields.append(Field(node.said["id"], meaning(ours[1]), *place, size, across, inks=ink or (0, 0, 0, 1)))
        return True

    def _text(self, node: Node, style: Mapping[str, str], matrix: Matrix) -> None:
        """A text that is a field; any other depends on a font we do not have."""
        text = node.words()
        found = _FIELD.fullmatch(text)
        if not found:
            if text.strip():
                raise Refused("artwork_svg_text", text=" ".join(text.split())[:60])
            return
        inner = next((one for one in node.every() if one.text.strip()), node)
        style = {**style, **{name: value for name, value in inner.said.items() if name in _INHERITED}}
        said = inner.said if "x" in inner.said else node.said
        x, y = at(matrix, length(said.get("x", "0").split()[0]), length(said.get("y", "0").split()[0]))
        angle = math.degrees(math.atan2(matrix[1], matrix[0]))
        turn = round(angle / 90) * 90 % 360
        if abs((angle - turn + 180) % 360 - 180) > _STRAIGHT:
            raise Refused("artwork_svg_part", what=f"rotate ({found[1]})")
        size = min(600.0, max(4.0, length(style.get("font-size", "16"), 16.0) * scale(matrix)))
        place = room((x * POINT, self.page[3] - y * POINT), turn, size * POINT, style.get("text-anchor", ""), self.room)
        align = {"middle": "center", "end": "right"}.get(style.get("text-anchor", ""), "left")
        ink = self._ink(style.get("fill", "")) or (0.0, 0.0, 0.0, 1.0)
        one = Field(found[0].strip(), meaning(found[1]), *place, round(size, 2), align, 1, turn, ink, valign="bottom")
        self.fields.append(one)

    def _ink(self, text: str, current: str = "black") -> tuple[float, float, float, float] | None:
        """A colour as inks; None for none."""
        text = text.strip() or "black"
        if text in {"none", "transparent"}:
            return None
        if text.lower() == "currentcolor":
            text = current
        try:
            red, green, blue, *_ = ImageColor.getrgb(text)
        except ValueError as error:
            raise Refused("artwork_svg_part", what=text[:40]) from error
        self.looked.light |= len({red, green, blue}) > 1
        return ink_of([red / 255, green / 255, blue / 255])

    def _shape(self, node: Node, style: Mapping[str, str], matrix: Matrix) -> None:
        drawn = path(node.tag, node.said, {name: length(node.said.get(name, "")) for name in _LENGTHS})
        if not drawn:
            return
        put = numbers(matrix)
        even = "*" if style.get("fill-rule") == "evenodd" else ""
        whole = part_of(style.get("opacity", ""))
        self._state(whole * part_of(style.get("fill-opacity", "")), whole * part_of(style.get("stroke-opacity", "")))
        fill, current = style.get("fill", "black").strip(), style.get("color", "black")
        if fill.startswith("url("):
            shade = self.gradients.shade(fill, drawn, self._ink)
            self.code.append(f"q {put} cm {drawn} W{even} n {shade} Q")
        elif (ink := self._ink(fill, current)) is not None and all(bounds(drawn)[:2]):
            self.code.append(f"q {put} cm {said_of(ink)} k {drawn} f{even} Q")
        stroke = style.get("stroke", "none").strip()
        wide = length(style.get("stroke-width", "1"), 1.0)
        if stroke.startswith("url("):
            raise Refused("artwork_svg_part", what="stroke (gradient)")
        if stroke != "none" and wide > 0 and (ink := self._ink(stroke, current)) is not None:
            thin = wide * scale(matrix)
            self.looked.thinnest = min(self.looked.thinnest or thin, thin)
            self.code.append(f"q {put} cm {said_of(ink)} K {plain(wide)} w {line_of(style)} {drawn} S Q")

    def _state(self, fill: float, stroke: float) -> None:
        if fill >= 1 and stroke >= 1:
            return
        self.looked.clear = True
        name = self.states.setdefault((round(fill, 3), round(stroke, 3)), f"/G{len(self.states)}")
        self.code.append(f"{name} gs")

    def _clip(self, node: Node, matrix: Matrix) -> None:
        said = node.said.get("clip-path", "none").strip()
        if said in {"", "none"}:
            return
        clip = self.names.get(said.removeprefix("url(").rstrip(")").strip("'\" #"))
        if clip is None or clip.tag != "clipPath" or clip.said.get("clipPathUnits") == "objectBoundingBox":
            raise Refused("artwork_svg_part", what="clip-path")
        code, even = [], ""
        for one in clip.inside:
            if one.tag not in SHAPES:
                raise Refused("artwork_svg_part", what=f"<clipPath> <{one.tag}>")
            put = joined(moved(one.said.get("transform", "")), joined(moved(clip.said.get("transform", "")), matrix))
            drawn = path(one.tag, one.said, {name: length(one.said.get(name, "")) for name in _LENGTHS})
            if len(clip.inside) > 1 and put != joined(moved(clip.said.get("transform", "")), matrix):
                raise Refused("artwork_svg_part", what="<clipPath> transform")
            even = "*" if one.said.get("clip-rule") == "evenodd" else even
            code.append((put, drawn))
        if code:
            back = inverse(code[0][0])
            shapes = " ".join(drawn for _, drawn in code)
            self.code.append(f"{numbers(code[0][0])} cm {shapes} W{even} n {numbers(back)} cm")

    def _image(self, node: Node, style: Mapping[str, str], matrix: Matrix) -> None:
        href = node.said.get("href", "")
        if href not in self.pictures:
            self.pictures[href] = (f"/I{len(self.pictures)}", *embedded(self.document, href))
        name, _, pixels, light = self.pictures[href]
        x, y, wide, high = (length(node.said.get(each, "")) for each in ("x", "y", "width", "height"))
        wide, high = wide or pixels[0], high or pixels[1]
        if node.said.get("preserveAspectRatio", "").strip() != "none":
            part = min(wide / pixels[0], high / pixels[1])
            x, y = x + (wide - pixels[0] * part) / 2, y + (high - pixels[1] * part) / 2
            wide, high = pixels[0] * part, pixels[1] * part
        put = joined((wide, 0, 0, -high, x, y + high), matrix)
        dots = 72 * pixels[0] / (math.hypot(put[0], put[1]) or 1)
        self.looked.dots = min(self.looked.dots or dots, dots)
        self.looked.light |= light
        self._state(part_of(style.get("opacity", "")), 1)
        self.code.append(f"q {numbers(put)} cm {name} Do Q")

    def resources(self) -> Any:  # noqa: ANN401 - pikepdf's own
        """What the operators name."""
        found = Dictionary()
        if self.states:
            found["/ExtGState"] = Dictionary(
                {name: Dictionary({"/ca": fill, "/CA": stroke}) for (fill, stroke), name in self.states.items()}
            )
        if self.pictures:
            found["/XObject"] = Dictionary({name: one for name, one, *_ in self.pictures.values()})
        if self.gradients.made:
            found["/Shading"] = Dictionary(self.gradients.made)
        return found
