"""What a child saw in a file drawn by us, and what its manifest and the account say, come in; the proof goes out."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from mpkit.kit import grading, plates, symbol
from mpkit.kit.finding import Asked, Expected, Failure, Ladder, Proof, Sign
from mpkit.kit.looking import Seen

Fault = tuple[str, Mapping[str, object]]


def compare(asked: Asked, seen: Seen, owned: Mapping[str, str], least: str) -> Proof:
    """Every code at its own place; `least` is the worst grade that may leave."""
    holders = {payload.encode(): register for register, payload in owned.items()}
    by_page = {page["page"]: page for page in seen.looked}
    wanted: dict[int, list[Expected]] = {}
    for one in asked.codes:
        wanted.setdefault(one.page, []).append(one)
    failures = [*whole(asked, seen)]
    signs: list[Sign] = []
    symbols = decoded = 0
    ladder = None
    for number, codes in sorted(wanted.items()):
        if number not in by_page:
            failures += [Failure(number + 1, one.register, "kit_code_missing") for one in codes]
            continue
        for one, box in zip(codes, by_page[number]["boxes"], strict=True):
            symbols += 1
            decoded += box["decoded"] is not None
            found, sign = _wrong(one, box, holders), sign_of(one, box)
            if found is None:
                signs.append(sign)
                found = faint(sign.measured, least)
            if found is not None:
                failures.append(Failure(number + 1, one.register, *found))
            if "ladder" in box:
                ladder = Ladder(**box["ladder"])
    failures += _coloured(wanted, by_page)
    extra = [(page["page"], code) for page in seen.looked for code in page["codes"]]
    for number, code in extra:
        holder = holders.get(base64.b64decode(code["bytes"]), "")
        failures.append(Failure(number + 1, holder, "kit_code_extra"))
    if ladder is not None and ladder.grade > least:
        failures.append(Failure(1, "", "kit_design_weak", {"grade": ladder.grade}))
    failures.sort(key=lambda one: (one.page, one.register))
    flawed = sum(one.reason == "kit_code_faint" for one in failures)
    return Proof(
        asked.pdf.name,
        seen.pages,
        symbols + len(extra),
        decoded + len(extra),
        len(signs) - flawed,
        tuple(failures),
        tuple(signs),
        ladder,
        coded=bool(asked.codes),
    )


def _coloured(wanted: Mapping[int, Sequence[Expected]], pages: Mapping[int, Mapping[str, Any]]) -> Iterator[Failure]:
    """Codes that are printed with other inks than black alone; seen of the first of each size."""
    for number, codes in wanted.items():
        for one, box in zip(codes, pages.get(number, {}).get("boxes", ()), strict=False):
            if one.as_it_is:
                continue  # its colours are somebody else's
            if other := [ink for ink in box.get("inks", ()) if ink != plates.BLACK]:
                yield Failure(number + 1, one.register, "kit_code_inks", {"inks": ", ".join(other)})


def whole(asked: Asked, seen: Seen) -> Iterator[Failure]:
    """What is wrong with the file as a whole: pages too few or too many, or a mark of another book."""
    if asked.pages and seen.pages != asked.pages:
        yield Failure(min(seen.pages, asked.pages), "", "kit_pages_differ", {"n": seen.pages, "wanted": asked.pages})
    differs = asked.mark and seen.mark and seen.mark != asked.mark
    if differs or (asked.digest and seen.digest and seen.digest != asked.digest):
        yield Failure(1, "", "kit_mark_differs")


def sign_of(one: Expected, box: Mapping[str, Any]) -> Sign:
    """What was measured for a code, and how far it reaches."""
    values = {name: float(box[name]) for name in grading.BOUNDS if name in box}
    if one.distance:
        values["reach"] = grading.reach(one.side / symbol.side_of(one.version), one.distance)
    return Sign(one.page + 1, one.register, values)


def faint(measured: Mapping[str, float], least: str) -> Fault | None:
    """Why a code that is the right one may not leave; the parameter that is worst is named."""
    letters = grading.grades(measured)
    name = max(letters, key=letters.__getitem__)
    return ("kit_code_faint", {"grade": letters[name], "by": name}) if letters[name] > least else None


def _wrong(one: Expected, box: Mapping[str, Any], holders: Mapping[bytes, str]) -> Fault | None:
    """The first thing wrong with one code, None where it is as it should be."""
    if one.payload is None:
        return "kit_register_gone", {"register": one.register}
    if box["decoded"] is None:
        return "kit_code_unread", {}
    content = base64.b64decode(box["decoded"])
    if content != one.payload.encode():
        return another(content, one.printed, holders)
    said = "".join(box["text"].split())
    missing = [label for label in one.labels if "".join(label.split()) not in said]
    if missing:
        return "kit_label_missing", {"label": ", ".join(missing)}
    return flaw(box)


def another(content: bytes, printed: str, holders: Mapping[bytes, str]) -> Fault:
    """Whose a code is that is not the register's."""
    if content in holders:
        return "kit_code_of_other", {"other": holders[content]}
    return ("kit_code_stale" if sha256(content).hexdigest() == printed else "kit_code_foreign"), {}


def flaw(box: Mapping[str, Any]) -> Fault | None:
    """What is wrong with the drawing of a code, None where nothing is."""
    if box["quiet"]:
        return "kit_quiet_zone", {}
    return ("kit_code_damaged", {"n": box["wrong"]}) if box["wrong"] else None


def questions(codes: Sequence[Expected], payload: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - bytes to text
    """The boxes as a child takes them; the first of each size is put on the ladder."""
    names = ("page", "x", "y", "side", "frame", "version", "level", "rotation", "mirror", "as_it_is")
    found, sizes = [], set()
    for one in codes:
        box = {name: getattr(one, name) for name in names} | {"payload": payload((one.payload or "").encode())}
        size = (one.version, one.level, round(one.side, 1), one.mirror)
        found.append(box | {"ladder": size not in sizes and one.payload is not None})
        sizes.add(size)
    return found
