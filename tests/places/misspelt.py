"""Misspelt places of seven countries and how often the right one is suggested first: `python -m tests.places.misspelt`.

Names come from the built-in catalogue, the errors from a seed: one or two of what fingers and ears do to a name.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from mpkit.places import Catalogue, Kind, Place, catalogue
from mpkit.places.names import fold
from mpkit.sites import SITES

SEED, EACH = 20_260_301, 72  # 504 names in all
_ROWS = ("qwertyuiop", "asdfghjklñ", "zxcvbnm")
_NEIGHBOURS = {
    letter: (row[max(0, at - 1) : at] + row[at + 1 : at + 2]) for row in _ROWS for at, letter in enumerate(row)
}
_SOUNDS = (
    ("b", "v"),
    ("v", "b"),
    ("s", "z"),
    ("z", "s"),
    ("ce", "se"),
    ("ci", "si"),
    ("se", "ce"),
    ("ll", "y"),
    ("y", "ll"),
    ("h", ""),
    ("qu", "k"),
    ("ca", "ka"),
    ("ge", "je"),
    ("gi", "ji"),
    ("x", "j"),
    ("ç", "s"),
    ("ão", "ao"),
    ("lh", "li"),
    ("nh", "n"),
)
_SHORTER = (
    ("san ", "s. "),
    ("santa ", "sta. "),
    ("santo ", "sto. "),
    ("general ", "gral. "),
    ("villa ", "va. "),
    ("vila ", "vl. "),
    ("puerto ", "pto. "),
    ("ciudad ", "cd. "),
    ("coronel ", "cnel. "),
    ("presidente ", "pte. "),
    ("nueva ", "nva. "),
    ("nuevo ", "nvo. "),
    ("santiago ", "sgo. "),
    ("são ", "s. "),
    ("nossa senhora ", "n. sra. "),
    ("punta ", "pta. "),
    ("doctor ", "dr. "),
)


@dataclass(frozen=True)
class Case:
    """A misspelt name and the place it stands for."""

    site: str
    text: str
    error: str
    place: Place


def _letters(name: str) -> list[int]:
    """Where a slip may happen: letters inside, as fingers miss the first one least."""
    return [at for at, c in enumerate(name) if at and c.isalpha()]


def _swapped(name: str, dice: random.Random) -> str:
    places = [at for at in _letters(name)[:-1] if name[at + 1].isalpha() and name[at] != name[at + 1]]
    at = dice.choice(places)
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _missing(name: str, dice: random.Random) -> str:
    at = dice.choice(_letters(name))
    return name[:at] + name[at + 1 :]


def _doubled(name: str, dice: random.Random) -> str:
    at = dice.choice(_letters(name))
    return name[: at + 1] + name[at:]


def _beside(name: str, dice: random.Random) -> str:
    places = [at for at in _letters(name) if name[at].lower() in _NEIGHBOURS]
    at = dice.choice(places)
    return name[:at] + dice.choice(_NEIGHBOURS[name[at].lower()]) + name[at + 1 :]


def _unaccented(name: str, _: random.Random) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def _lost_letter(name: str, dice: random.Random) -> str:
    """What a wrong encoding leaves of a letter that is not plain."""
    return re.sub(r"[^\x00-\x7f]", dice.choice(("?", "", "�")), name)


def _by_ear(name: str, dice: random.Random) -> str:
    low = name.lower()
    some = [(a, b) for a, b in _SOUNDS if a in low[1:]]
    if not some:
        return name
    a, b = dice.choice(some)
    return low.replace(a, b, 1) if low.find(a) else low[0] + low[1:].replace(a, b, 1)


def _joined(name: str, _: random.Random) -> str:
    return name.replace(" ", "", 1)


def _split(name: str, dice: random.Random) -> str:
    at = dice.choice(_letters(name)[1:-1] or _letters(name))
    return f"{name[:at]} {name[at:]}"


def _shorter(name: str, dice: random.Random) -> str:
    low = name.lower()
    some = [(a, b) for a, b in _SHORTER if a in f"{low} " and not low.endswith(a.strip())]
    if not some:
        return name
    a, b = dice.choice(some)
    return low.replace(a, b, 1)


ERRORS: dict[str, Callable[[str, random.Random], str]] = {
    "swapped": _swapped,
    "missing": _missing,
    "doubled": _doubled,
    "key beside": _beside,
    "accent lost": _unaccented,
    "letter lost": _lost_letter,
    "by ear": _by_ear,
    "joined": _joined,
    "split": _split,
    "abbreviated": _shorter,
}


@cache
def cases() -> tuple[Case, ...]:
    """The misspelt names: each kind of error in turn, every third name with a second slip."""
    dice = random.Random(SEED)
    return tuple(case for site in SITES for case in _of_site(site, dice))


def _of_site(site: str, dice: random.Random) -> list[Case]:
    places = catalogue(site)
    names = Counter(fold(place.city) for place in places.places)
    some = [p for p in places.places if len(fold(p.city)) >= 5 and p.people >= 2_000]
    some += [p for p in places.places if p not in some and len(fold(p.city)) >= 5]
    some = some[: max(300, sum(p.people >= 2_000 for p in some))]
    dice.shuffle(some)
    found: list[Case] = []
    kinds = list(ERRORS)
    for place in some:
        if len(found) == EACH:
            break
        kind = kinds[len(found) % len(kinds)]
        text = ERRORS[kind](place.city, dice)
        if text in {place.city, place.city.lower()}:
            continue  # this error does nothing to this name
        if len(found) % 3 == 0 and len(fold(place.city)) >= 9:
            again = dice.choice(("swapped", "missing", "doubled", "key beside"))
            text, kind = ERRORS[again](text, dice), f"{kind} + slip"
        if names[fold(text)] == 0 or kind == "accent lost":
            found.append(Case(site, dice.choice((text, text.upper(), text.title())), kind, place))
    return found


def first(places: Catalogue, text: str, state: str | None, near: tuple[float, float] | None) -> Place | None:
    """The first suggestion for a text: what is taken, else what is offered first."""
    match = places.match_city(text, state, near)
    if match.value:
        return Place(match.state, match.value)
    return match.suggestions[0] if match.suggestions else None


def is_right(case: Case, *, state: bool, point: bool, places: Catalogue | None = None) -> bool:
    """Whether the right place comes first; where neither state nor point tells, any place of the name is right."""
    places = places or catalogue(case.site)
    near = None
    if point and case.place.latitude is not None and case.place.longitude is not None:
        near = case.place.latitude + 0.02, case.place.longitude - 0.02  # a shop, some kilometres from the centre
    found = first(places, case.text, case.place.state if state else None, near)
    if found is None:
        return False
    same = fold(found.city) == fold(case.place.city)
    return same and (found.state == case.place.state or not (state or point))


WAYS = {"state": (True, False), "state + point": (True, True), "point": (False, True), "neither": (False, False)}


def table() -> dict[str, tuple[float, list[Case]]]:
    """Each way of asking: the share of right first suggestions, and the cases that are not."""
    found = {}
    for way, (state, point) in WAYS.items():
        wrong = [case for case in cases() if not is_right(case, state=state, point=point)]
        found[way] = (1 - len(wrong) / len(cases()), wrong)
    return found


def silently_wrong(case: Case) -> bool:
    """Whether the text is taken without asking for a place it does not stand for."""
    match = catalogue(case.site).match_city(case.text, case.place.state)
    return match.kind in {Kind.EXACT, Kind.REPAIRED} and fold(match.value) != fold(case.place.city)


def text() -> str:
    """The table for people."""
    lines = [f"{len(cases())} misspelt places of {len(SITES)} sites; the right one is suggested first:"]
    for way, (share, wrong) in table().items():
        by_site = Counter(case.site for case in wrong)
        told = " ".join(f"{site} {1 - by_site[site] / EACH:.2f}" for site in SITES)
        lines.append(f"{way:14} {share:.3f}   {told}")
    by_error = Counter(case.error.partition(" +")[0] for case in cases())
    wrong = Counter(case.error.partition(" +")[0] for case in table()["state"][1])
    lines.append("with the state: " + ", ".join(f"{error} {n - wrong[error]}/{n}" for error, n in by_error.items()))
    return "\n".join(lines)


if __name__ == "__main__":
    print(text())  # noqa: T201
    for case in table()["state"][1]:
        got = first(catalogue(case.site), case.text, case.place.state, None)
        print(f"  {case.site} {case.error}: {case.text} -> {got.city if got else '-'}, not {case.place.city}")  # noqa: T201
