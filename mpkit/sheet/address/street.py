"""One cell with a street comes in; its name, the house number and the rest that helps to find the shop go out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from mpkit.places.names import fold
from mpkit.sheet.address import words

NO_NUMBER = "s/n"
_LEAST = 3  # letters a street's name has
_NO_CARRERA = 300
_ENDS = " \t,;.-–|"  # noqa: RUF001 - dashes people type


@dataclass(frozen=True, slots=True)
class Address:
    """What an address cell says; "" where it says nothing. Every word of the cell stands in one of the parts."""

    street: str
    number: str
    reference: str = ""  # premises, corner, how to get there
    neighborhood: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""


def is_placeholder(text: str) -> bool:
    """Whether an address cell holds words for "none" only."""
    return bool(words.EMPTY.fullmatch(fold(text))) and not re.search(r"\d", text)


@lru_cache(maxsize=100_000)
def split_street(text: str) -> Address:
    """Street, house number and the rest of one cell: `Cabred 23`, `KR 43 58 23`, `Av. Apoquindo 4501 Local 12`.

    A number of a road, a kilometre, a date in a street's name, premises or a corner is no house number; none gives
    number "", and the street is kept whole.
    """
    bare = " ".join(words.BRACKETS.sub(" ", text).split())
    aside = [inner for found in words.BRACKETS.findall(text) if (inner := found.strip("() "))]
    if not bare:
        return Address(" ".join(text.split()), "")
    found = _parted(bare)
    return replace(found, reference=_listed([found.reference, *aside]))


def _parted(bare: str) -> Address:
    street = bare if bare.isdigit() else words.FILLER.sub("", bare).strip(_ENDS) or bare
    grid = words.GRID.match(street) or words.GRID.search(street)
    if grid and not any(c.isdigit() for c in street[: grid.start()]):
        number = re.sub(r"\s?[-–]\s?|(?<=\w)\s+(?=\d)|(?<=[A-Za-z])(?=\d)", "-", grid["number"].strip())  # noqa: RUF001
        return _tidied(street[: grid.end("street")], f"{number}{grid['side'] or ''}", street[grid.end() :])
    none = words.NONE.search(street)
    if none and _letters(street[: none.start()]) >= _LEAST:
        return _tidied(street[: none.start()], "", street[none.end() :])
    for start, end, number in _houses(street):
        return _tidied(street[:start], number, street[end:])
    lot = words.LOT.search(street)
    if lot:
        before, after = street[: lot.start()].strip(_ENDS), street[lot.end() :].strip(_ENDS)
        if _letters(before) >= _LEAST and not _inside(before):
            return _tidied(before, lot[0].strip(_ENDS), after)
        if _letters(after) >= _LEAST and not _inside(after):
            return _tidied(after, lot[0].strip(_ENDS), before)
    return _whole(street)


def _houses(street: str) -> Iterator[tuple[int, int, str]]:
    """Where a house number stands, the likeliest first: one with a mark, then the first that can be one."""
    found = []
    for mark in words.MARKED.finditer(street):
        number = words.HERE.match(street, mark.end())
        before = street[: mark.start()]
        if number and _named(before) and not _of_a_name(before, number[0]):
            yield mark.start(), number.end(), _plain(number["number"])
    for number in words.HOUSE.finditer(street):
        before, after = street[: number.start()], street[number.end() :]
        if not _named(before) or _of_a_name(before, number[0]) or _indoors(before):
            continue
        if words.NAMED.match(after) or (len(number[0]) == 1 and not _ends(before, after)):
            continue
        found.append((number.start(), number.end(), _plain(number["number"])))
    yield from found


def _of_a_name(before: str, number: str) -> bool:
    """Whether the number belongs to a road, premises or a corner; no Colombian carrera has one above 300."""
    if fold(before) == "carrera" and number.isdigit() and int(number) >= _NO_CARRERA:
        return False
    return bool(words.NOT_A_HOUSE.search(before))


def _named(before: str) -> bool:
    """Whether a street's name stands before a number: letters enough, or a numbered street such as `CL 88`."""
    road = words.WAY.match(before) or words.A_ROAD.match(before)
    return _letters(before) >= _LEAST or bool(road and any(c.isdigit() for c in before))


def _ends(before: str, after: str) -> bool:
    """Whether a single digit stands where a house number stands: at the end of a part, or after a comma."""
    following = after.lstrip()
    return not following or following[0] in ",;(-" or before.rstrip().endswith(",") or _inside(following)


def _inside(text: str) -> bool:
    """Whether a text begins with premises or a corner."""
    return bool(words.STARTS_PREMISES.match(text))


def _indoors(before: str) -> bool:
    """Whether what stands before is already about premises or a corner: `Mall Plaza, Local A 25`."""
    every = list(words.PREMISES.finditer(before))
    if not every:
        return False
    found = every[-1]
    since = before[found.end() :]
    return not words.WAY_INSIDE.search(since) and not (
        found.start() > 0 and _letters(since.rpartition(",")[2]) >= _LEAST and "," in since
    )


def _tidied(street: str, number: str, rest: str) -> Address:
    """The parts without the marks between them; premises before the street (`Mall Norte, Av. Paz 100`) go behind."""
    street, rest = street.strip(_ENDS), rest.strip(_ENDS + "°º")
    ahead, comma, last = street.rpartition(",")
    front = ""
    if comma and words.WAY.match(last) and not words.WAY.match(ahead):
        front, street = ahead.strip(_ENDS), last.strip(_ENDS)
    return Address(street, number, _listed([front, rest]))


def _whole(street: str) -> Address:
    """A street without a house number; premises after a comma are no part of its name."""
    ahead, comma, rest = street.partition(",")
    if comma and _inside(rest) and _letters(ahead) >= _LEAST and not _on_a_road(rest):
        return Address(ahead.strip(_ENDS), "", rest.strip(_ENDS))
    return Address(street.strip(_ENDS) or street, "")


def _on_a_road(rest: str) -> bool:
    return bool(re.search(r"\bk(?:m|il[oó]metro)", rest, re.IGNORECASE))


def _letters(text: str) -> int:
    return sum(c.isalpha() for c in text)


def _plain(number: str) -> str:
    """`2.380` is 2380; blanks around a dash go, `45 bis` stays."""
    return re.sub(r"\s*([-/])\s*", r"\1", number.strip()).replace(".", "")


def _listed(parts: list[str]) -> str:
    return ", ".join(part for part in parts if part)
