"""The steps of a review come in, what they come to goes out: files, and for each the options `check` is asked with.

A step is plain data, {do, …}; what it does not name it leaves. `undo` takes back the step before it, `restart` all of
them (and can itself be taken back), so that any moment of a review can be made again from its steps alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import PurePath
from typing import Any

from mpkit.errors import WrongUsage
from mpkit.sheet.changed import Cell

READING = (
    "sheets",
    "header_row",
    "encoding",
    "delimiter",
    "decimal",
)  # how a file is read, each "" or None: by evidence
_MOVING = frozenset({"encoding", "delimiter"})  # these move cells: what was said of columns and cells goes

Step = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OfFile:
    """What was changed about one file."""

    reading: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[int, str] = field(default_factory=dict)
    edits: Mapping[Cell, str] = field(default_factory=dict)
    accepted: frozenset[tuple[int, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Review:
    """Files, and what was changed about them; equal reviews are judged alike."""

    paths: tuple[str, ...]
    site: str = ""
    accept: frozenset[str] = frozenset()
    files: Mapping[str, OfFile] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    expected: tuple[str, ...] = ()  # whose files are waited for, as somebody listed them
    chosen: Mapping[tuple[str, str, str], str] = field(default_factory=dict)  # (object, id, field) → file or list
    names: str = ""  # the pattern registers are named by; "" the language's own

    def of(self, *names: str) -> OfFile:
        """What was changed about a file, or about a sheet that goes by several names, the first of them in front."""
        found = [self.files[name] for name in reversed(names) if name in self.files]
        return OfFile(
            {name: value for of in found for name, value in of.reading.items()},
            {column: meaning for of in found for column, meaning in of.columns.items()},
            {cell: text for of in found for cell, text in of.edits.items()},
            frozenset(each for of in found for each in of.accepted),
        )

    def of_sheet(self, names: tuple[str, ...]) -> dict[str, Any]:
        """The same as the options of `check`."""
        of = self.of(*names)
        reading = {name: value for name, value in of.reading.items() if name != "sheets"}
        return {**reading, "columns": of.columns, "edits": of.edits, "accepted": of.accepted}

    def to_plain(self) -> dict[str, Any]:
        """JSON of it, the same for equal reviews."""
        return {
            **asdict(replace(self, files={}, chosen={})),
            "paths": list(self.paths),
            "accept": sorted(self.accept),
            "left_out": sorted(self.left_out),
            "expected": list(self.expected),
            "chosen": [[*place, word] for place, word in sorted(self.chosen.items())],
            "files": {
                name: {
                    "reading": dict(of.reading),
                    "columns": {str(column): meaning for column, meaning in sorted(of.columns.items())},
                    "edits": [[*cell, text] for cell, text in sorted(of.edits.items())],
                    "accepted": [list(each) for each in sorted(of.accepted)],
                }
                for name, of in sorted(self.files.items())
                if of != OfFile()
            },
        }


def from_plain(plain: Mapping[str, Any]) -> Review:
    """The review its JSON says."""
    files = {
        name: OfFile(
            dict(of.get("reading", {})),
            {int(column): meaning for column, meaning in of.get("columns", {}).items()},
            {(row, column): text for row, column, text in of.get("edits", ())},
            frozenset((row, code) for row, code in of.get("accepted", ())),
        )
        for name, of in plain.get("files", {}).items()
    }
    return Review(
        tuple(plain["paths"]),
        plain.get("site", ""),
        frozenset(plain.get("accept", ())),
        files,
        frozenset(plain.get("left_out", ())),
        tuple(plain.get("expected", ())),
        {(kind, name, field_): word for kind, name, field_, word in plain.get("chosen", ())},
        plain.get("names", ""),
    )


def replay(paths: Iterable[str], site: str, steps: Iterable[Step], *, names: str = "") -> Review:
    """The review after its steps; `names` is the pattern of registers it was begun with."""
    past = [Review(tuple(paths), site, names=names)]
    for step in steps:
        if step["do"] == "undo":
            past = past[:-1] or past
        elif step["do"] == "restart":
            past.append(past[0])
        else:
            past.append(_after(past[-1], step))
    return past[-1]


def undoable(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps an undo would take back, the next one last."""
    open_: list[Step] = []
    for step in steps:
        if step["do"] != "undo":
            open_.append(step)
        elif open_:
            open_.pop()
    return tuple(open_)


def _after(review: Review, step: Step) -> Review:
    """One step further."""
    match step["do"]:
        case "add":  # a new version of a file takes the place of the old one
            fresh = {PurePath(path).name for path in step["paths"]}
            kept = [path for path in review.paths if PurePath(path).name not in fresh]
            changed = replace(review, paths=(*kept, *step["paths"]), left_out=review.left_out - fresh)
        case "leave":
            changed = replace(review, left_out=review.left_out | {step["file"]})
        case "accept":
            changed = replace(review, accept=review.accept | {step["code"]})
        case "withdraw":
            changed = replace(review, accept=review.accept - {step["code"]})
        case "expect":
            changed = replace(review, expected=tuple(step["names"]))
        case "choose":
            told = {(place[0], place[1], place[2]): step["word"] for place in step["places"]}
            changed = replace(review, chosen={**review.chosen, **told})
        case "names":
            changed = replace(review, names=step["pattern"])
        case "site":
            changed = replace(review, site=step["site"])
        case _:
            name = step["file"]
            changed = replace(review, files={**review.files, name: _changed(review.of(name), step)})
    return changed


def _changed(of: OfFile, step: Step) -> OfFile:
    """What was changed about a file, one step further; raises `WrongUsage` for a step there is not."""
    do = step["do"]
    if do == "reading":
        told = {name: value for name, value in step["reading"].items() if name in READING}
        reading = {name: value for name, value in {**of.reading, **told}.items() if value not in ("", None, [])}
        moving = any(of.reading.get(name, "") != reading.get(name, "") for name in _MOVING)
        return OfFile(reading) if moving else replace(of, reading=reading)
    if do == "columns":
        columns = {**of.columns, **{int(column): meaning for column, meaning in step["columns"].items()}}
        return replace(of, columns=columns)
    if do == "edit":  # with `columns` where a column is added to hold what the file has none for
        edits = {(row, column): text for row, column, text in step["cells"]}
        columns = {int(column): meaning for column, meaning in step.get("columns", {}).items()}
        return replace(of, edits={**of.edits, **edits}, columns={**of.columns, **columns})
    if do == "pass":
        return replace(of, accepted=of.accepted | {(step["row"], step["code"])})
    raise WrongUsage("review_step_unknown", step=do)
