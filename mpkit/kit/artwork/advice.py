"""What was found on an artwork comes in; what a print shop and a telephone would say of it goes out, in plain words.

Some of it stops: a sign made of it would not read, or would not be the one that was looked at. The rest is advice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mpkit.i18n import say
from mpkit.kit.artwork.examining import Code, Examined
from mpkit.kit.artwork.fields import NAMES
from mpkit.kit.artwork.placeholder import NAMES as SLOTS
from mpkit.kit.artwork.placeholder import PREFIX
from mpkit.kit.symbols.symbol import LONGEST, side_of, version_for

LEAST_MODULE = 0.4  # mm
SMALLEST = 21.2  # mm of a field: the shortest codes there are (Argentina) with modules of 0.4 mm
ROOMY = round(LEAST_MODULE * side_of(version_for(b"x" * LONGEST, "M")), 1)  # mm: even the longest code fits
_STRAIGHT = 0.4  # degrees
_EDGE = 2.0  # mm between a code's field and the cut
_FINE = 250  # dots an inch a picture should have
_HAIR = 0.25  # points
_BLEED = 3.0  # mm
_ALWAYS = ("external_id", "serial", "check")


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing about an artwork; with `stops` no sign is made of it. `key` names the sentence."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    stops: bool = False

    def sentence(self, language: str) -> str:
        """What is so, and what to do."""
        return say(self.key, language, **self.values)


def advice(found: Examined) -> tuple[Advice, ...]:
    """Everything to be said, what stops first."""
    said = [*_codes(found), *_fields(found), *_print(found)]
    return tuple(sorted(said, key=lambda one: not one.stops))


def slots(found: Examined) -> dict[str, Code]:
    """The placeholders by name; of one that stands there twice, the first."""
    named: dict[str, Code] = {}
    for code in found.codes:
        text = code.content.decode("utf-8", "replace")
        if text.removeprefix(PREFIX) in SLOTS and text.startswith(PREFIX):
            named.setdefault(text.removeprefix(PREFIX), code)
    return dict(sorted(named.items()))


def _codes(found: Examined) -> Iterator[Advice]:
    texts = Counter(code.content.decode("utf-8", "replace") for code in found.codes)
    wanted = {f"{PREFIX}{name}" for name in SLOTS}
    for text, times in texts.items():
        if text not in wanted:
            yield Advice("artwork_other_code", {"said": text[:60]}, stops=True)
        elif times > 1:
            yield Advice("artwork_slot_twice", {"name": text}, stops=True)
    placed = slots(found)
    if not placed:
        yield Advice("artwork_no_slot", stops=True)
    for name, code in placed.items():
        for key, values in _slot(found, code):
            yield Advice(key, {"name": name, **values}, stops=key != "artwork_slot_long")


def _slot(found: Examined, code: Code) -> Iterator[tuple[str, dict[str, object]]]:
    """What is wrong with one placeholder."""
    if abs(code.askew) > _STRAIGHT:
        yield "artwork_slot_turned", {"degrees": f"{abs(code.askew):.1f}"}
        return
    if code.mirrored:
        yield "artwork_slot_mirrored", {}
    if code.ground != "white":
        key = "artwork_slot_ground" if code.ground == "coloured" else "artwork_slot_quiet"
        yield key, {"side": _mm(code.side)}
    ends = (code.x, code.y, found.width - code.x - code.side, found.height - code.y - code.side)
    if min(ends) < _EDGE - 0.05:
        yield "artwork_slot_edge", {"mm": f"{_EDGE:g}"}
    if code.side < SMALLEST:
        yield "artwork_slot_small", {"side": _mm(code.side), "least": SMALLEST}
    elif code.side < ROOMY:
        yield "artwork_slot_long", {"side": _mm(code.side), "roomy": ROOMY}


def _fields(found: Examined) -> Iterator[Advice]:
    placed = slots(found).values()
    for one in found.fields:
        if not one.means:
            yield Advice("artwork_field_unknown", {"name": one.name or "?", "known": ", ".join(NAMES)}, stops=True)
        elif one.x < 0 or one.y < 0 or one.x + one.width > found.width or one.y + one.height > found.height:
            yield Advice("artwork_field_outside", {"name": one.name}, stops=True)
        elif one.width < 3 or one.height < 1.6:  # noqa: PLR2004 - mm: not even the smallest type
            yield Advice("artwork_field_small", {"name": one.name}, stops=True)
        elif any(
            one.x < code.x + code.side
            and code.x < one.x + one.width
            and one.y < code.y + code.side
            and code.y < one.y + one.height
            for code in placed
        ):
            yield Advice("artwork_field_on_code", {"name": one.name}, stops=True)
    missing = [name for name in _ALWAYS if name not in {one.means for one in found.fields}]
    if missing:
        yield Advice("artwork_told_above", {"names": ", ".join(missing)})


def _print(found: Examined) -> Iterator[Advice]:
    """What a press would ask about."""
    if found.fonts:
        yield Advice("artwork_fonts", {"names": ", ".join(found.fonts)}, stops=True)
    if not found.trimmed:
        yield Advice("artwork_no_trim", {"wide": _mm(found.width), "high": _mm(found.height)})
    elif found.bleed < _BLEED - 0.05:
        yield Advice("artwork_bleed_short", {"mm": _mm(found.bleed)})
    if 0 < found.dots < _FINE:
        yield Advice("artwork_image_coarse", {"dpi": round(found.dots), "fine": _FINE})
    if found.light:
        yield Advice("artwork_light")
    if found.clear:
        yield Advice("artwork_clear")
    if found.thinnest and found.thinnest < _HAIR:
        yield Advice("artwork_hairline", {"points": f"{max(0.0, found.thinnest):.2f}"})


def _mm(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
