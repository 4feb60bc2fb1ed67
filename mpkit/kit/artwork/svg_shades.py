"""The gradients and embedded pictures of an SVG come in; shadings and images of a PDF go out."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from mpkit.errors import Refused
from mpkit.kit.artwork.svg_measures import NUMBER, moved, numbers
from mpkit.kit.artwork.svg_paths import bounds, plain
from mpkit.kit.artwork.svg_tree import Node
from mpkit.kit.drawing.pictures import picture

_DATA = re.compile(r"data:image/(?:png|jpe?g);base64,(.*)", re.DOTALL)
_HOPS = 8  # from a gradient to the one it takes its colours from
Ink = tuple[float, float, float, float]


@dataclass(slots=True)
class Gradients:
    """The gradients used so far, by the name of their shading."""

    document: pikepdf.Pdf
    names: Mapping[str, Node]
    made: dict[str, Any] = field(default_factory=dict)

    def shade(self, said: str, drawn: str, ink: Callable[[str], Ink | None]) -> str:
        """The operators that fill what is clipped with a gradient; `drawn` is the path it fills."""
        node = self.names.get(said.partition(")")[0].removeprefix("url(").strip("'\" #"))
        if node is None or node.tag not in {"linearGradient", "radialGradient"}:
            raise Refused("artwork_svg_part", what=said[:40])
        chain = self._chain(node)
        stops = next(([s for s in one.inside if s.tag == "stop"] for one in chain if one.inside), [])
        attributes = {name: value for one in reversed(chain) for name, value in one.said.items()}
        if attributes.get("spreadMethod", "pad") != "pad" or not stops:
            raise Refused("artwork_svg_part", what="spreadMethod")
        boxed = attributes.get("gradientUnits") != "userSpaceOnUse"
        shading = Dictionary(
            {
                "/ShadingType": 2 if node.tag == "linearGradient" else 3,
                "/ColorSpace": Name.DeviceCMYK,
                "/Coords": Array(_ends(node.tag, attributes)),
                "/Extend": Array([True, True]),
                "/Function": _blend(stops, ink),
            }
        )
        name = f"/S{len(self.made)}"
        self.made[name] = self.document.make_indirect(shading)
        own = numbers(moved(attributes.get("gradientTransform", "")))
        box = bounds(drawn) if boxed else (1.0, 1.0, 0.0, 0.0)
        if not box[0] or not box[1]:
            raise Refused("artwork_svg_part", what="gradient (line)")
        return f"{plain(box[0])} 0 0 {plain(box[1])} {plain(box[2])} {plain(box[3])} cm {own} cm {name} sh"

    def _chain(self, node: Node) -> list[Node]:
        chain = [node]
        while len(chain) < _HOPS and (href := chain[-1].said.get("href", "")):
            if not href.startswith("#"):
                raise Refused("artwork_outside")
            if href[1:] not in self.names:
                break
            chain.append(self.names[href[1:]])
        return chain


def _ends(tag: str, said: Mapping[str, str]) -> list[float]:
    def of(name: str, usual: float) -> float:
        found = NUMBER.search(said.get(name, ""))
        return usual if not found else float(found[0]) / (100 if "%" in said[name] else 1)

    if tag == "linearGradient":
        return [of("x1", 0), of("y1", 0), of("x2", 1), of("y2", 0)]
    x, y = of("cx", 0.5), of("cy", 0.5)
    return [of("fx", x), of("fy", y), 0, x, y, of("r", 0.5)]


def _blend(stops: list[Node], ink: Callable[[str], Ink | None]) -> Any:  # noqa: ANN401 - pikepdf's own
    """The function of a gradient: its colours at their places, and in between evenly."""
    places: list[float] = []
    colours: list[Ink] = []
    for one in stops:
        if one.said.get("stop-opacity", "1").strip() not in {"1", "1.0", "100%"}:
            raise Refused("artwork_svg_part", what="stop-opacity")
        found = NUMBER.search(one.said.get("offset", "0"))
        place = float(found[0]) / (100 if "%" in one.said.get("offset", "") else 1) if found else 0.0
        places.append(min(1.0, max(place, places[-1] if places else 0.0)))
        colours.append(ink(one.said.get("stop-color", "black")) or (0.0, 0.0, 0.0, 0.0))
    if places[0] > 0:
        places, colours = [0.0, *places], [colours[0], *colours]
    if places[-1] < 1:
        places, colours = [*places, 1.0], [*colours, colours[-1]]
    parts = [
        Dictionary({"/FunctionType": 2, "/Domain": [0, 1], "/C0": list(one), "/C1": list(two), "/N": 1})
        for one, two in pairwise(colours)
    ]
    if len(parts) == 1:
        return parts[0]
    encode = [0, 1] * len(parts)
    return Dictionary(
        {"/FunctionType": 3, "/Domain": [0, 1], "/Functions": parts, "/Bounds": places[1:-1], "/Encode": encode}
    )


def embedded(document: pikepdf.Pdf, href: str) -> tuple[Any, tuple[int, int], bool]:
    """A picture that stands in the SVG itself, as an image of a PDF; one that stands elsewhere is refused."""
    found = _DATA.match(href.strip())
    if found is None:
        raise Refused("artwork_outside")
    try:
        return picture(document, base64.b64decode(found[1], validate=False))
    except binascii.Error as error:
        raise Refused("artwork_unreadable", why="base64") from error
