"""The bytes of an SVG come in; its elements with their styles go out, or what in it is not plain drawing is refused.

The parser knows no entities, loads nothing, and stops at a depth and a number of elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from mpkit.errors import Refused

_SVG = "http://www.w3.org/2000/svg"
_LINK = "http://www.w3.org/1999/xlink"
_MOST, _DEEPEST = 150_000, 60  # elements, and inside each other
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"(?:\.[\w-]+|#[\w-]+|[a-zA-Z]+)$")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_URL = re.compile(r"url\(\s*['\"]?(?!#)", re.IGNORECASE)
# What does not print alike everywhere, or is no drawing at all.
_NOT = {
    "filter", "mask", "pattern", "use", "symbol", "marker", "foreignObject", "textPath", "switch", "animate",
    "animateTransform", "animateMotion", "set", "video", "audio", "iframe", "canvas", "font", "view", "cursor",
}  # fmt: skip
_IGNORED = {"title", "desc", "metadata", "namedview"}
_EFFECTS = ("filter", "mask", "mix-blend-mode", "isolation", "marker-start", "marker-mid", "marker-end")
_NONE = {"", "none", "normal", "auto"}


@dataclass(slots=True)
class Node:
    """One element: its name, what is said of it (styles included), and what is in it."""

    tag: str
    said: dict[str, str]
    inside: list[Node] = field(default_factory=list)
    text: str = ""

    def every(self) -> Iterator[Node]:
        """This element and all inside it."""
        yield self
        for one in self.inside:
            yield from one.every()

    def words(self) -> str:
        """All text in it."""
        return self.text + "".join(one.words() for one in self.inside)


class _Builder:
    def __init__(self) -> None:
        self.top: Node | None = None
        self.open: list[Node] = []
        self.count = 0
        self.strange = 0  # elements of other makers' languages, and what is in them

    def start(self, name: str, said: dict[str, str]) -> None:
        space, _, tag = name.rpartition(" ")
        self.count += 1
        if self.count > _MOST or len(self.open) + self.strange > _DEEPEST:
            raise Refused("artwork_heavy")
        if self.strange or (space not in {_SVG, ""} or tag in _IGNORED):
            self.strange += 1
            return
        if tag == "script" or any(key.lower().startswith("on") for key in said):
            raise Refused("artwork_scripts")
        if tag == "a":
            raise Refused("artwork_links")
        if tag in _NOT or tag.startswith("fe"):
            raise Refused("artwork_svg_part", what=f"<{tag}>")
        node = Node(tag, {key.removeprefix(f"{_LINK} "): value for key, value in said.items()})
        if self.open:
            self.open[-1].inside.append(node)
        else:
            self.top = node
        self.open.append(node)

    def end(self, name: str) -> None:  # noqa: ARG002 - the parser's own signature
        if self.strange:
            self.strange -= 1
        else:
            self.open.pop()

    def letters(self, text: str) -> None:
        if self.open and not self.strange:
            self.open[-1].text += text


def tree(content: bytes) -> Node:
    """The drawing's elements, styles laid into them; `Refused` says what is not allowed."""
    parser = expat.ParserCreate(namespace_separator=" ")
    builder = _Builder()
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.letters
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.ProcessingInstructionHandler = _processed
    parser.buffer_text = True
    try:
        parser.Parse(content, True)  # noqa: FBT003 - the last part
    except expat.ExpatError as error:
        raise Refused("artwork_unreadable", why=str(error)[:120]) from error
    top = builder.top
    if top is None or top.tag != "svg":
        raise Refused("artwork_kind")
    _styled(top)
    return top


def _refuse(*_: object) -> int:
    raise Refused("artwork_outside")


def _processed(target: str, content: str) -> None:
    if target == "xml-stylesheet" or "href" in content:
        raise Refused("artwork_outside")


def _styled(top: Node) -> None:
    """Every style as an attribute: rules of style elements first, then the element's own."""
    rules: list[tuple[str, Mapping[str, str]]] = []
    for node in top.every():
        if node.tag == "style":
            rules += _rules(node.words())
    for node in top.every():
        names = {node.tag, f"#{node.said.get('id', '')}", *(f".{one}" for one in node.said.get("class", "").split())}
        for selector, said in rules:
            if selector in names:
                node.said |= said
        node.said |= _declared(node.said.get("style", ""))
        for name in _EFFECTS:
            if node.said.get(name, "").strip().lower() not in _NONE:
                raise Refused("artwork_svg_part", what=name)
        for value in node.said.values():
            if _URL.search(value):
                raise Refused("artwork_outside")


def _rules(text: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    text = _COMMENT.sub("", text)
    if "@" in text:
        raise Refused("artwork_outside" if "@import" in text else "artwork_svg_part", what="@")
    for selectors, said in _RULE.findall(text):
        for selector in selectors.split(","):
            if not _SELECTOR.fullmatch(selector.strip()):
                raise Refused("artwork_svg_part", what=f"<style> {selector.strip()[:40]}")
            yield selector.strip(), _declared(said)


def _declared(text: str) -> dict[str, str]:
    parts = (part.partition(":") for part in text.split(";") if ":" in part)
    return {name.strip().lower(): value.replace("!important", "").strip() for name, _, value in parts}
