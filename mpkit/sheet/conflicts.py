"""The files of a run come in; where two of them say different things of one branch, both are told, cell by cell.

Blank says nothing. Letters and accents aside a name is one name; points within 30 metres are one point. Nobody wins by
chance: branches that differ wait until one row is let pass (that one counts), or all alike are accepted (then the file
whose name comes last counts).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpkit.model import Branch, Severity
from mpkit.places.atlas import kilometres
from mpkit.places.names import fold
from mpkit.sheet.checking import Checked
from mpkit.sheet.run import Run, cell_of, column_of

CODE, COUNT = "files_differ", "registers_differ"
AGAIN = "in_other_file"  # its `again` says how many branches and registers a file before it has counted
_TOLD = 3  # other files named beside one value
_STREETS = ("street_and_number", "street_name", "full_address")
# What is compared → the columns it may stand in.
_FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("store_name",),
    "address": _STREETS,
    "city": ("city", "full_address"),
    "state": ("state", "full_address"),
    "point": ("latitude", "lat_lng"),
    "hours": ("opening_hours", "opens_at"),
    "region": ("region",),
    "closed": ("status",),
}
_Tills = Mapping[str, bool]  # external ids of registers, and whether each is closed
_Version = tuple[int, Branch]  # the file's number in the run, and what it says


def find(run: Run) -> None:
    """Add to the run what its files differ in, and take out what nobody has decided."""
    where: dict[str, list[_Version]] = defaultdict(list)
    for n in range(len(run.files)):
        for branch in run.kept(n):
            where[branch.external_id].append((n, branch))
    held = [_held(checked) for checked in run.files]
    said = [any(c.meaning in _OF_REGISTERS for c in checked.columns) for checked in run.files]
    for versions in where.values():
        if len(versions) > 1:
            _judge(run, versions, {n: held[n].get(branch.external_id, {}) for n, branch in versions}, said)


def _held(checked: Checked) -> Mapping[str, _Tills]:
    """Branch → its registers in a file."""
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for register in checked.registers:
        found[register.branch_external_id][register.external_id] = register.closed
    return found


@dataclass(frozen=True, slots=True)
class _Case:
    """One branch of several files: what each says, and the file that counts, None where nobody has said."""

    run: Run
    versions: list[_Version]
    told: list[dict[str, Any]]
    severity: Severity
    winner: int | None


_OF_REGISTERS = frozenset({"register_id", "register_name", "register_count"})


def _judge(run: Run, versions: list[_Version], tills: Mapping[int, _Tills], said: Sequence[bool]) -> None:
    """One branch that stands in several files, with its registers in each and whether the file says how many."""
    told = [_values(branch) | ({"registers": len(tills[n])} if said[n] else {}) for n, branch in versions]
    _settle(run, versions, told)
    differing = [name for name in (*_FIELDS, "registers") if len({each[name] for each in told if each.get(name)}) > 1]
    if not differing:
        counted: set[str] = set()
        for position, (n, branch) in enumerate(versions):
            other = next((m, there) for m, there in versions if m != n)
            row = run.row(other[0], other[1].record)
            value, file = branch.own_id or branch.name, run.files[other[0]].file
            again = {"branches": int(position > 0 and not branch.closed), "registers": _open(tills[n], counted)}
            counted |= tills[n].keys()
            run.add(n, AGAIN, Severity.WARNING, branch.record, value=value, other=file, row=row, again=again)
        return
    winner = _winner(run, versions)
    severity = Severity.BLOCKING if winner is None else Severity.WARNING
    for n, branch in versions:
        if n != winner:
            run.drop(n, branch.external_id)
    case = _Case(run, versions, told, severity, winner)
    for name in differing:
        for position in range(len(versions)):
            _tell(case, name, position)


def _open(tills: _Tills, counted: set[str]) -> int:
    """How many open registers were counted before."""
    return sum(name in counted and not closed for name, closed in tills.items())


_NAMES = ("external_id", "store_name")
_SAME_KM = 0.03


def _settle(run: Run, versions: list[_Version], told: list[dict[str, Any]]) -> None:
    """Points a few metres apart are one; a file without a column of the status says nothing of it."""
    first = versions[0][1].location
    for (n, branch), values in zip(versions, told, strict=True):
        place = branch.location
        if kilometres(first.latitude, first.longitude, place.latitude, place.longitude) <= _SAME_KM:
            values["point"] = told[0]["point"]
        if column_of(run.files[n], ("status",)) is None:
            values["closed"] = ""


def _winner(run: Run, versions: list[_Version]) -> int | None:
    """The file that counts, None where nobody has said."""
    picked = [n for n, branch in versions if run.decided.has(run.files[n].file, run.row(n, branch.record), CODE)]
    if picked:
        return picked[-1]
    return versions[-1][0] if CODE in run.decided.accept else None


def _tell(case: _Case, name: str, position: int) -> None:
    """One value of one file beside what other files say of it."""
    run, (n, branch), here = case.run, case.versions[position], case.told[position].get(name)
    seen: set[object] = {here}
    for (m, other), value in zip(case.versions, case.told, strict=True):
        there = value.get(name)
        if not here or not there or there in seen or len(seen) > _TOLD:
            continue
        seen.add(there)
        code, meanings = (COUNT, ("register_count",)) if name == "registers" else (CODE, _FIELDS[name])
        values = {
            "value": branch.own_id or branch.name,
            "here": here,
            "there": there,
            "other": run.files[m].file,
            "row": run.row(m, other.record),
            "counts": run.files[case.winner].file if case.winner is not None else "",
        }
        if name != "registers":
            values.update(_texts(run, name, (n, branch), (m, other)))
        run.put(n, [run.finding(n, code, case.severity, branch.record, meanings=(*meanings, *_NAMES), values=values)])


def _texts(run: Run, name: str, here: _Version, there: _Version) -> dict[str, str]:
    """Both values as typed; where they are typed alike and told apart by what stands beside them, as understood."""
    typed = [cell_of(run.files[n], branch.record, _FIELDS[name]) for n, branch in (here, there)]
    if not all(typed) or typed[0] == typed[1]:
        typed = [_SHOWN[name](branch) for _, branch in (here, there)]
    return dict(zip(("here", "there"), typed, strict=True))


def _values(branch: Branch) -> dict[str, Any]:
    """What is compared; falsy where nothing is said."""
    place = branch.location
    return {
        "name": fold(branch.name),
        "address": (fold(place.street_name), fold(place.street_number)) if place.street_name else (),
        "city": fold(place.city),
        "state": fold(place.state),
        "point": (place.latitude, place.longitude),
        "hours": tuple(sorted((day, tuple(spans)) for day, spans in branch.hours.items())),
        "region": fold(branch.region),
        "closed": "closed" if branch.closed else "open",
    }


_SHOWN: dict[str, Callable[[Branch], str]] = {
    "name": lambda b: b.name,
    "address": lambda b: f"{b.location.street_name} {b.location.street_number}",
    "city": lambda b: b.location.city,
    "state": lambda b: b.location.state,
    "point": lambda b: f"{b.location.latitude}, {b.location.longitude}",
    "hours": lambda b: "; ".join(f"{d} " + " ".join("-".join(s) for s in spans) for d, spans in b.hours.items()),
    "region": lambda b: b.region,
    "closed": lambda b: "-" if b.closed else "+",
}
