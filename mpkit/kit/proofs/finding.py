"""What a proof asks for and what it answers: codes that must stand in a file, what is wrong, grades of every sign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from math import isnan, nan
from pathlib import Path
from struct import Struct
from typing import Any, NamedTuple

from mpkit.i18n import say
from mpkit.kit.proofs import grading


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
    distance: float = 0.0  # mm it is made to be read from; 0 where nobody said
    as_it_is: bool = False  # somebody else's drawing of the code: read, not compared module by module


class Holders:
    """Whose a code is, as the account answers now: external id to payload comes in."""

    def __init__(self, owned: Mapping[str, str]) -> None:
        """Nothing is looked up yet."""
        self.owned = owned

    def of(self, content: bytes) -> str | None:
        """The register a code belongs to; None where it is nobody's."""
        return self.by_hash(sha256(content).digest())

    def by_hash(self, digest: bytes) -> str | None:
        """The same, of a code of which only the hash was kept."""
        return self._registers.get(digest)

    @cached_property
    def _registers(self) -> Mapping[bytes, str]:
        return {sha256(payload.encode()).digest(): register for register, payload in self.owned.items()}


class Asked(NamedTuple):
    """A file and all that must stand in it; the rest as the manifest says it, where there is one."""

    pdf: Path
    codes: Sequence[Expected]
    pages: int = 0
    mark: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that is wrong with one code or, without a register, a file; `reason` is a key of the words."""

    page: int  # from 1
    register: str
    reason: str
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """What is wrong and what to do, for people."""
        return say(self.reason, language, **self.values)


@dataclass(frozen=True, slots=True)
class Sign:
    """One code that is the right one: its grade, and what was measured for it, packed: a file may have thousands."""

    page: int  # from 1
    register: str
    packed: bytes

    @classmethod
    def of(cls, page: int, register: str, measured: Mapping[str, float]) -> Sign:
        """A code and what was measured for it."""
        return cls(page, register, packed(measured))

    @property
    def measured(self) -> Mapping[str, float]:
        """The value of each parameter that was measured."""
        return unpacked(self.packed)

    @property
    def grade(self) -> str:
        """The worst of its parameters."""
        return grading.worst(self.measured)

    def to_json(self) -> dict[str, Any]:
        """As `mpkit proof --json` says it: a value and a letter for each parameter."""
        measured = self.measured
        letters = grading.grades(measured)
        values = {name: {"value": round(measured[name], 3), "grade": letter} for name, letter in letters.items()}
        return {"page": self.page, "register": self.register, "grade": self.grade, "parameters": values}


_PACKED = Struct(f"{len(grading.BOUNDS)}d")


def packed(measured: Mapping[str, float]) -> bytes:
    """Measured values in few bytes."""
    return _PACKED.pack(*(measured.get(name, nan) for name in grading.BOUNDS))


def unpacked(values: bytes) -> Mapping[str, float]:
    """The values again, those that were measured."""
    pairs = zip(grading.BOUNDS, _PACKED.unpack(values), strict=True)
    return {name: value for name, value in pairs if not isnan(value)}


@dataclass(frozen=True, slots=True)
class Ladder:
    """How far the code of a design may be spoilt: fewest pixels a module, strongest blur (sigma in modules)."""

    pixels: float | None
    blur: float | None
    grade: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What a file holds: codes seen, read, and equal to what the account owns; the worst grade of all."""

    file: str
    pages: int
    symbols: int
    decoded: int
    matched: int
    failures: tuple[Failure, ...]
    signs: tuple[Sign, ...] = ()
    ladder: Ladder | None = None
    coded: bool = True  # whether the file should have codes at all

    @property
    def passed(self) -> bool:
        """Whether the file may leave."""
        return not self.failures

    @property
    def grade(self) -> str:
        """The worst of all signs and of the ladder; F as soon as something is wrong."""
        if any(one.reason not in _QUALITY for one in self.failures):
            return "F"
        letters = [sign.grade for sign in self.signs] + ([self.ladder.grade] if self.ladder else [])
        return max(letters, default="F" if self.coded else "A")

    def brief(self) -> Proof:
        """The same, of its signs the worst one alone: what is kept of a book's files."""
        return replace(self, signs=tuple(sorted(self.signs, key=lambda sign: sign.grade)[-1:]))

    def to_json(self, language: str) -> dict[str, Any]:
        """The answer of `mpkit proof --json`."""
        failures = [
            {"page": one.page, "register": one.register, "reason": one.sentence(language), "code": one.reason}
            for one in self.failures
        ]
        ladder = self.ladder and {name: getattr(self.ladder, name) for name in ("grade", "pixels", "blur")}
        names = ("file", "pages", "symbols", "decoded", "matched", "grade")
        return {name: getattr(self, name) for name in names} | {
            "failures": failures,
            "grades": dict(sorted(Counter(sign.grade for sign in self.signs).items())),
            "ladder": ladder,
            "signs": self._told(),
        }

    def _told(self) -> list[dict[str, Any]]:
        """Every sign with its grade; the parameters of each, in a long file those of the worst."""
        if len(self.signs) <= _TOLD:
            return [sign.to_json() for sign in self.signs]
        worst = set(sorted(range(len(self.signs)), key=lambda at: self.signs[at].grade, reverse=True)[:_TOLD])
        return [
            sign.to_json() if at in worst else {"page": sign.page, "register": sign.register, "grade": sign.grade}
            for at, sign in enumerate(self.signs)
        ]


_TOLD = 2000  # signs whose parameters are said one by one
_QUALITY = {"kit_code_faint", "kit_design_weak"}  # the right code in the right place, not good enough
