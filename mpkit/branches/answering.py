"""The list, the files of a run and the branches they name come in; who has not answered yet goes out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal

from mpkit.branches.listing import Listed
from mpkit.places.names import fold

Kind = Literal["file", "region", "expected"]
_SEVERAL = 2  # a run of one file is no collection anybody answers to
_NAMED = 8  # branches told by name


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Somebody whose branches the files of a run do not name: a file of before, a region, a name that was waited for.

    `missing` of `branches` open ones are in no file of the run; `names` are the first of them; `at` is when that file
    was taken in last (ISO 8601).
    """

    kind: Kind
    name: str
    branches: int = 0
    missing: int = 0
    names: tuple[str, ...] = ()
    at: str = ""


def unanswered(
    listed: Sequence[Listed],
    files: Sequence[str],
    named: Collection[str],
    expected: Sequence[str] = (),
) -> tuple[Unanswered, ...]:
    """Who is still missing; `named` are the external ids the run's `files` name, blocked rows too where they are known.

    A file of before is missing where none of this name came and some of its branches are in no file; a region where
    none of its branches is in one; an expected name where it is part of no file's name and no region of the files.
    """
    shops = [each for each in listed if each.object == "branch" and not each.values.get("closed")]
    found: list[Unanswered] = []
    if len(files) >= _SEVERAL or expected:
        came = {_plain(file) for file in files}
        found += [one for one in _grouped("file", shops, named, _file) if _plain(one.name) not in came]
        regions = _grouped("region", shops, named, lambda each: (str(each.values.get("region", "")), ""))
        found += [one for one in regions if one.missing == one.branches]
    answered = [fold(PurePath(file).stem) for file in files]
    answered += [fold(str(each.values.get("region", ""))) for each in shops if each.external_id in named]
    for name in expected:
        if fold(name) and not any(fold(name) in each for each in answered):
            found.append(Unanswered("expected", name))
    return tuple(found)


def _plain(file: str) -> str:
    """A file's name without its ending, letters and accents aside: `Norte.xlsx` answers for `norte.csv`."""
    return fold(PurePath(file).stem)


def _file(each: Listed) -> tuple[str, str]:
    """The file that said something of an entry last, and when."""
    told: list[Mapping[str, Any]] = [origin for origin in each.origins.values() if origin.get("kind") == "file"]
    last = max(told, key=lambda origin: str(origin.get("at", "")), default={})
    return str(last.get("what", "")), str(last.get("at", ""))


def _grouped(
    kind: Kind, shops: Sequence[Listed], named: Collection[str], of: Callable[[Listed], tuple[str, str]]
) -> list[Unanswered]:
    """The groups `of` tells (name, when) of which some branch is not named."""
    groups: dict[str, list[Listed]] = {}
    last: dict[str, str] = {}
    for each in shops:
        name, at = of(each)
        if name:
            groups.setdefault(name, []).append(each)
            last[name] = max(last.get(name, ""), at)
    told = []
    for name, group in sorted(groups.items()):
        missing = [each for each in group if each.external_id not in named]
        if missing:
            names = tuple(str(each.values.get("name", each.external_id)) for each in missing[:_NAMED])
            told.append(Unanswered(kind, name, len(group), len(missing), names, last[name]))
    return told
