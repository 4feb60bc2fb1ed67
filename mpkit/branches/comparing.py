"""What sources say about entries comes in beside what the list holds; what that changes, value by value, goes out.

Nothing here reads or writes a store. The rules: a blank value leaves what is there; an entry nobody names stays; a file
that only repeats what a person's value was put in place of changes nothing; where a file says something new against a
value a person (or the panel) wrote after the file's last import, neither wins by itself: it is a conflict, the list
stays as it is, and somebody chooses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from mpkit.branches import entry

Key = tuple[str, str]  # object (branch, register) and external id
Word = Literal["file", "list"]
NOBODY: Mapping[str, Any] = {}
_BY_HAND = frozenset({"screen", "panel"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values come from: `kind` is file, screen or panel; `what` the file's or page's name, `record` its row."""

    kind: str
    who: str = ""
    what: str = ""
    record: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One entry as a source says it; `reopens`: `closed=False` was said and not merely not mentioned."""

    object: str
    external_id: str
    values: Mapping[str, Any]
    record: int | None
    origin: Origin
    reopens: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is right in conflicts: one by one as (object, external id, field) → word, and a word for all others."""

    one: Mapping[tuple[str, str, str], Word] = field(default_factory=dict)
    others: Word | None = None

    def of(self, change: tuple[str, str, str]) -> Word | None:
        """The word for one value, None where nobody has chosen."""
        return self.one.get(change, self.others)


ASK = Choice()


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a proposal changes, or would: `wrote` is the origin of the value before, `says` of the one after.

    `kept`: a person's value stays against it; `conflict`: it stays until somebody chooses.
    """

    object: str  # branch | register
    external_id: str
    field: str
    before: Any
    after: Any
    wrote: Mapping[str, Any]
    says: Mapping[str, Any]
    kept: bool = False
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a proposal did to the list: external ids of branches and registers, and each value it is about.

    `take_in` is what `undo` takes to bring back the list as it was, "" where nothing was written. `kinds` counts what
    was added, changed and left the same, as branches and as registers.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    take_in: str = ""
    kinds: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """The values somebody has to choose."""
        return tuple(change for change in self.changes if change.conflict)

    def to_json(self) -> dict[str, Any]:
        """Plain data: counts, and the changes value by value."""
        counts = {"added": len(self.added), "changed": len(self.changed), "same": len(self.same)}
        told = {"conflicts": len(self.conflicts), "take_in": self.take_in, "kinds": self.kinds}
        return {**counts, **told, "changes": [asdict(change) for change in self.changes]}


@dataclass(frozen=True, slots=True)
class Compared:
    """What a proposal comes to: the rows to write, new or altered, and what to tell."""

    rows: Mapping[Key, Mapping[str, Any]]
    proposed: Proposed


def compare(
    held: Mapping[Key, Mapping[str, Any]], said: Iterable[Said], *, at: datetime, choice: Choice = ASK
) -> Compared:
    """What the list holds (rows by key) against what is said; of two that say one value the later one counts."""
    now: dict[Key, Mapping[str, Any]] = {}
    changes: dict[tuple[str, str, str], Change] = {}
    for each in said:
        key = (each.object, each.external_id)
        before = now.get(key, held.get(key))
        source = {**asdict(each.origin), "record": _record(each), "at": at.isoformat()}
        now[key] = _new(each, source, at) if before is None else _merged(each, before, source, changes, choice)
    added = [key for key in now if key not in held]
    changed = [key for key in now if key in held and now[key]["values"] != held[key]["values"]]
    same = [key for key in now if key in held and now[key]["values"] == held[key]["values"]]
    written = {key: _settled(row, held.get(key), at) for key, row in now.items()}
    told = [_since(change, held) for change in changes.values() if (change.object, change.external_id) in held]
    return Compared(
        {key: row for key, row in written.items() if key not in held or row != held[key]},
        Proposed(
            tuple(name for _, name in added),
            tuple(name for _, name in changed),
            tuple(name for _, name in same),
            tuple(change for change in told if change.before != change.after),
            kinds={name: _kinds(keys) for name, keys in (("added", added), ("changed", changed), ("same", same))},
        ),
    )


def _kinds(keys: Sequence[Key]) -> Mapping[str, int]:
    """How many of them are branches, how many registers."""
    counts = Counter(kind for kind, _ in keys)
    return {"branches": counts["branch"], "registers": counts["register"]}


def _settled(row: Mapping[str, Any], held: Mapping[str, Any] | None, at: datetime) -> Mapping[str, Any]:
    """The row to write: a value that is what it was at the end of a run keeps who wrote it then."""
    if held is None:
        return row
    origins = dict(row["origins"])
    for name, origin in held["origins"].items():
        if row["values"].get(name) == held["values"].get(name) and origins[name]["at"] != origin["at"]:
            origins[name] = origin
    changed = at if row["values"] != held["values"] else held["changed"]
    return {**row, "origins": origins, "changed": changed}


def _record(said: Said) -> int | None:
    return said.record if said.record is not None else said.origin.record


def _new(said: Said, source: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """The row of an entry the list has not had."""
    heard = entry.heard(said.values, {}).items()
    values = {name: value for name, value in heard if not entry.is_blank(value) or value == ""}
    origins = {name: source for name, value in values.items() if not entry.is_blank(value)}
    return {"values": values, "origins": origins, "record": said.record, "added": at, "changed": at}


def _merged(
    said: Said,
    before: Mapping[str, Any],
    source: Mapping[str, Any],
    changes: dict[tuple[str, str, str], Change],
    choice: Choice,
) -> Mapping[str, Any]:
    """The row after what is said; `changes` is added to."""
    values, origins = dict(before["values"]), dict(before["origins"])
    for name, value in entry.heard(said.values, values).items():
        old = values.get(name)
        if entry.is_blank(value) or value == old or (name == "closed" and not value and not said.reopens):
            continue
        held, place = origins.get(name, NOBODY), (said.object, said.external_id, name)
        by_hand = source["kind"] == "file" and held.get("kind") in _BY_HAND
        kept = by_hand and held.get("instead_of") == value
        word = choice.of(place) if by_hand and not kept else "file"
        if word == "list":  # and the same file will not be asked about again
            origins[name], kept = {**held, "instead_of": value}, True
        changes[place] = Change(*place, old, value, held, source, kept, word is None)
        if word == "file" and not kept:
            values[name] = value
            ours = held.get("instead_of", old) if held.get("kind") in _BY_HAND else old  # what files said of it last
            origins[name] = source if source["kind"] == "file" else {**source, "instead_of": ours}
    return {**before, "values": values, "origins": origins, "record": said.record}


def _since(change: Change, held: Mapping[Key, Mapping[str, Any]]) -> Change:
    """The change from what the list held before the whole run."""
    row = held[change.object, change.external_id]
    before, wrote = row["values"].get(change.field), row["origins"].get(change.field, NOBODY)
    return replace(change, before=before, wrote=wrote)
