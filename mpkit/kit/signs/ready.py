"""Registers, a design and its dress come in; what may be printed, at which symbol size, and why each other one not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from mpkit.kit.signs import template_document
from mpkit.kit.signs.brand import Dress, dress
from mpkit.kit.signs.design import Design, designs
from mpkit.kit.signs.subject import Piece, Refusal, Subject, judge
from mpkit.kit.signs.wording import Wording
from mpkit.kit.symbols.symbol import side_of, version_for

_MODULES_AWAY = 500  # a telephone reads a module that is a five-hundredth of its distance wide
_LONGEST_SERIAL, _LONGEST_CHECK = "9" * 7, "W" * 8


@dataclass(frozen=True, slots=True)
class Ready:
    """What may be printed, what not, and the one symbol size of the job."""

    subjects: tuple[Subject, ...]
    refused: tuple[Refusal, ...]
    level: str
    version: int


def prepare(subjects: Iterable[Subject], design: Design, language: str, worn: Dress | None = None) -> Ready:
    """Judge every register, fit every text, and choose level and version; nothing is drawn."""
    wording = Wording(design, language, worn or dress())
    faults: list[Refusal] = []
    kept: list[Subject] = []
    versions = dict.fromkeys(design.levels, 1)  # that all the payloads fit into
    for subject, reason in _asked(subjects, design):
        fault = reason or _unfit(subject, wording)
        if fault is None:
            kept.append(subject)
            if design.code is not None and not design.untouched:
                content = subject.content
                versions = {level: max(known, version_for(content, level)) for level, known in versions.items()}
        else:
            faults.append(fault)
    if not kept:
        return Ready((), tuple(faults), design.levels[-1], 1)
    theirs = [one.document for one in kept if one.document is not None] if design.untouched else []
    if theirs:
        finest = max(theirs, key=lambda one: one.version)
        return Ready(tuple(kept), tuple(faults), finest.level, finest.version)
    level = next((one for one in design.levels if _module(design, versions[one]) >= design.module), design.levels[-1])
    return Ready(tuple(kept), tuple(faults), level, versions[level])


def _asked(subjects: Iterable[Subject], design: Design) -> Iterator[tuple[Subject, Refusal | None]]:
    """Each sign that is wanted: a register's, or a branch's that is no longer a register's."""
    if design.per == "register":
        yield from judge(subjects)
        return
    seen: set[str] = set()
    for subject, reason in judge(subjects):
        branch = subject.store_external_id or subject.store
        if reason is None and branch not in seen:
            seen.add(branch)
            yield replace(subject, external_id="", register=""), None


def _unfit(subject: Subject, wording: Wording) -> Refusal | None:
    """Why this register cannot be shown on this design, None where it can."""
    design, name = wording.design, subject.external_id or subject.store_external_id
    if design.untouched and (why := template_document.wrong(subject.document, subject.content, design.face)):
        return Refusal(name, *why)
    reason = wording.unfit(Piece(subject, serial=_LONGEST_SERIAL, check=_LONGEST_CHECK))
    if reason is not None:
        return Refusal(name, reason.key, reason.values)
    if (
        design.code is None
        or design.untouched
        or module_of(design, subject.content, design.levels[-1]) >= design.least_module
    ):
        return None
    return Refusal(name, "kit_code_too_fine", {"sign": design.name, "fits": smallest(subject.content)})


def module_of(design: Design, payload: bytes, level: str) -> float:
    """Millimetres of one module of a payload on a design."""
    return _module(design, version_for(payload, level))


def _module(design: Design, version: int) -> float:
    return design.code_side / side_of(version)


@dataclass(frozen=True, slots=True)
class Reads:
    """How a payload's code reads on a design: millimetres of a module and as far as a telephone may be away."""

    module: float
    reach: float
    fits: bool


def reads(design: Design, payload: bytes) -> Reads:
    """How well a payload's code reads on a design, at the level it would be printed at."""
    wide = {level: module_of(design, payload, level) for level in design.levels}
    module = next((side for side in wide.values() if side >= design.module), wide[design.levels[-1]])
    return Reads(module, module * _MODULES_AWAY, module >= design.least_module)


def smallest(payload: bytes) -> str:
    """The name of the smallest of our signs on which the payload still reads well."""
    return next(
        one.name
        for one in _by_size()
        if one is _by_size()[-1] or module_of(one, payload, one.levels[-1]) >= one.least_module
    )


@cache
def _by_size() -> tuple[Design, ...]:
    coded = [one for one in designs() if one.code is not None and not one.mirror]
    return tuple(sorted(coded, key=lambda one: one.flat[0] * one.flat[1]))
