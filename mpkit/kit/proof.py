"""A finished PDF and what the account answers now come in; the evidence that every code is right goes out.

Nothing is taken from the memory of whoever drew it: the file is read again, in a limited child process.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from mpkit.errors import ProofFailed
from mpkit.i18n import say
from mpkit.kit.looking import Look, Seen, coded, see
from mpkit.work import Progress, silent

GRADES = "ABCDF"
# Least contrast, modulation and unused error correction of each grade (ISO/IEC 15415).
_CONTRAST = (0.70, 0.55, 0.40, 0.20)
_MODULATION = (0.50, 0.40, 0.30, 0.20)
_UNUSED = (0.62, 0.50, 0.37, 0.25)
_SAME_PLACE = 3.0  # mm within which ids lie alike beside their codes


@dataclass(frozen=True, slots=True)
class Expected:
    """A code that must stand in the file. `payload` is what the account answers now, `printed` what was printed."""

    page: int  # from 0
    x: float  # mm, lower left corner of the white field
    y: float
    side: float
    frame: tuple[float, float, float, float]  # mm, left, low, right, top of the sign around it
    version: int
    level: str
    register: str
    payload: str | None
    printed: str  # SHA-256 of the payload it was drawn from
    labels: tuple[str, ...]  # what the sign around it must say: external id, serial, check code
    rotation: int = 0
    mirror: bool = False  # printed reversed, to be read through glass


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that is wrong with one code; `page` counts from 1, `reason` is a key of the words."""

    page: int
    register: str
    reason: str
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """What is wrong and what to do, for people."""
        return say(self.reason, language, **self.values)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a file holds: codes seen, read, and equal to what the account owns; the worst grade of all."""

    file: str
    pages: int
    symbols: int
    decoded: int
    matched: int
    grade: str
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> bool:
        """Whether the file may leave."""
        return not self.failures

    def to_json(self, language: str) -> dict[str, Any]:
        """The answer of `mpkit proof --json`."""
        failures = [
            {"page": one.page, "register": one.register, "reason": one.sentence(language), "code": one.reason}
            for one in self.failures
        ]
        return {name: getattr(self, name) for name in ("file", "pages", "symbols", "decoded", "matched", "grade")} | {
            "failures": failures
        }


def proof(
    pdf: Path,
    expected: Sequence[Expected] | None,
    owned: Mapping[str, str],
    *,
    dpi: int = 300,
    workers: int = 1,
    progress: Progress = silent,
) -> Proof:
    """Prove a file against the account. `owned` is external id to payload, as the account answers now.

    Without `expected` (no manifest) every code found must be owned, once, and lie beside its own id.
    """
    if expected is not None:
        return proofs([(pdf, expected)], owned, dpi=dpi, workers=workers, progress=progress)[0]
    names: dict[str, list[str]] = {}
    for external_id, payload in owned.items():
        names.setdefault(payload, []).append(external_id)
    codes = [(coded(payload.encode()), labels) for payload, labels in names.items()]
    return _unplanned(pdf, see([Look(pdf, (), codes, dpi)], workers=workers, progress=progress)[0], owned)


def proofs(
    files: Sequence[tuple[Path, Sequence[Expected]]],
    owned: Mapping[str, str],
    *,
    dpi: int = 300,
    workers: int = 1,
    progress: Progress = silent,
) -> list[Proof]:
    """Prove several files against what must stand in them and the account; see `proof`."""
    looks = [
        Look(pdf, [_question(one) for one in wanted], (), dpi, pages=max((one.page + 1 for one in wanted), default=1))
        for pdf, wanted in files
    ]
    seen = see(looks, workers=workers, progress=progress)
    return [_planned(pdf, one, wanted, owned) for (pdf, wanted), one in zip(files, seen, strict=True)]


def grade_of(value: float, bounds: Sequence[float]) -> str:
    """The letter of a measured value."""
    return next((letter for letter, least in zip(GRADES, bounds, strict=False) if value >= least), "F")


def _question(one: Expected) -> dict[str, Any]:
    names = ("page", "x", "y", "side", "frame", "version", "level", "rotation", "mirror")
    return {name: getattr(one, name) for name in names} | {"payload": coded((one.payload or "").encode())}


def _planned(pdf: Path, seen: Seen, expected: Sequence[Expected], owned: Mapping[str, str]) -> Proof:
    """Compare what stands in the file with a manifest and the account."""
    holders = {payload.encode(): register for register, payload in owned.items()}
    by_page = {page["page"]: page for page in seen.looked}
    wanted: dict[int, list[Expected]] = {}
    for one in expected:
        wanted.setdefault(one.page, []).append(one)
    failures: list[Failure] = []
    grades, symbols, decoded, matched = [], 0, 0, 0
    for number, codes in sorted(wanted.items()):
        if number not in by_page:
            failures += [Failure(number + 1, one.register, "kit_code_missing") for one in codes]
            continue
        for one, box in zip(codes, by_page[number]["boxes"], strict=True):
            symbols += 1
            decoded += box["decoded"] is not None
            reason = _wrong(one, box, holders)
            grades.append(_grade(box) if reason is None else "F")
            matched += reason is None
            if reason is not None:
                failures.append(Failure(number + 1, one.register, *reason))
    for page in seen.looked:
        extra = [code for code in page["codes"] if not _inside(code, wanted.get(page["page"], []))]
        symbols, decoded = symbols + len(extra), decoded + len(extra)
        for code in extra:
            holder = holders.get(base64.b64decode(code["bytes"]), "")
            failures.append(Failure(page["page"] + 1, holder, "kit_code_extra"))
    failures.sort(key=lambda one: (one.page, one.register))
    grade = "F" if failures else max(grades, default="A" if not expected else "F")
    return Proof(pdf.name, seen.pages, symbols, decoded, matched, grade, tuple(failures))


def _inside(code: Mapping[str, Any], codes: Iterable[Expected]) -> bool:
    x, y = float(code["x"]), float(code["y"])
    return any(one.x < x < one.x + one.side and one.y < y < one.y + one.side for one in codes)


def _wrong(
    one: Expected, box: Mapping[str, Any], holders: Mapping[bytes, str]
) -> tuple[str, Mapping[str, object]] | None:
    """The first thing wrong with one code, None where it is as it should be."""
    if one.payload is None:
        return "kit_register_gone", {"register": one.register}
    if box["decoded"] is None:
        return "kit_code_unread", {}
    content = base64.b64decode(box["decoded"])
    if content == one.payload.encode():
        return _flaw(one, box)
    if content in holders:
        return "kit_code_of_other", {"other": holders[content]}
    return ("kit_code_stale" if sha256(content).hexdigest() == one.printed else "kit_code_foreign"), {}


def _flaw(one: Expected, box: Mapping[str, Any]) -> tuple[str, Mapping[str, object]] | None:
    """What is wrong around a code that is the right one, None where nothing is."""
    said = "".join(box["text"].split())
    missing = [label for label in one.labels if "".join(label.split()) not in said]
    if missing:
        return "kit_label_missing", {"label": ", ".join(missing)}
    if box["frame"]:
        return "kit_quiet_zone", {}
    if box["wrong"]:
        return "kit_code_damaged", {"n": box["wrong"]}
    return None if _grade(box) in "AB" else ("kit_code_faint", {"grade": _grade(box)})


def _grade(box: Mapping[str, Any]) -> str:
    """The worst of the parameters; letters order like grades."""
    return max(
        grade_of(box["contrast"], _CONTRAST),
        grade_of(box["modulation"], _MODULATION),
        grade_of(box["unused"], _UNUSED),
    )


def _unplanned(pdf: Path, seen: Seen, owned: Mapping[str, str]) -> Proof:
    """Compare every code found with the account alone; ids must lie beside their codes all in the same way."""
    holders = {payload.encode(): register for register, payload in owned.items()}
    failures: list[Failure] = []
    codes = [(page["page"] + 1, code) for page in seen.looked for code in page["codes"]]
    usual = _usual_place([code for _, code in codes])
    matched = 0
    for number, code in codes:
        register = holders.get(base64.b64decode(code["bytes"]))
        if register is None:
            failures.append(Failure(number, "", "kit_code_foreign"))
        elif not code["labels"]:
            failures.append(Failure(number, register, "kit_label_missing", {"label": register}))
        elif usual is None or not any(_near(place, code, usual) for place in code["labels"]):
            failures.append(Failure(number, register, "kit_label_elsewhere", {"label": register}))
        elif code.get("frame", 1):
            failures.append(Failure(number, register, "kit_quiet_zone"))
        elif _grade(code) not in "AB":
            failures.append(Failure(number, register, "kit_code_faint", {"grade": _grade(code)}))
        else:
            matched += 1
    if not codes:
        failures.append(Failure(1, "", "kit_no_codes"))
    grade = "F" if failures else max((_grade(code) for _, code in codes), default="F")
    return Proof(pdf.name, seen.pages, len(codes), len(codes), matched, grade, tuple(failures))


def _usual_place(codes: Sequence[Mapping[str, Any]]) -> tuple[float, float] | None:
    """How ids lie beside their codes in this file: the place most of them agree on."""
    places = Counter(
        (round((x - code["x"]) / _SAME_PLACE), round((y - code["y"]) / _SAME_PLACE))
        for code in codes
        for _, x, y in code["labels"]
    )
    if not places:
        return None
    (x, y), _ = places.most_common(1)[0]
    return x * _SAME_PLACE, y * _SAME_PLACE


def _near(place: Sequence[Any], code: Mapping[str, Any], usual: tuple[float, float]) -> bool:
    across, up = float(place[1] - code["x"] - usual[0]), float(place[2] - code["y"] - usual[1])
    return abs(across) <= _SAME_PLACE and abs(up) <= _SAME_PLACE


def refuse_unless_sound(found: Proof, language: str) -> None:
    """Raise `ProofFailed` with the first faults named."""
    if found.passed:
        return
    first = "; ".join(f"{one.register or '?'}: {one.sentence(language)}" for one in found.failures[:3])
    raise ProofFailed("kit_proof_failed", file=found.file, n=len(found.failures), first=first)
