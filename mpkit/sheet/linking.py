"""The branches of a run and what the list remembers come in; each branch goes out with the id it has for good.

By the merchant's own id where it is known; where there is none by address, place and name (`branches.identify`). A sure
one is linked and told, a doubtful one waits with its candidates named; what stands in two files without an id is one
branch as well. Nothing depends on the order of files, rows or columns.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

from mpkit.branches import Memory
from mpkit.branches.identity import Likeness, identify
from mpkit.model import Branch, Register, Severity
from mpkit.places.names import fold
from mpkit.sheet import alike, ids
from mpkit.sheet.run import Run, cell_of, column_of

CODE = "identity_doubtful"
_CANDIDATES = 3
_NUMBER = re.compile(r"(?<!\d)([1-9]\d{0,2})\D*$", re.ASCII)
_Where = Mapping[str, list[tuple[int, Branch]]]  # external id → file and branch


def find(run: Run, memory: Memory) -> None:
    """Give the branches of a run their ids; add what was linked and what is doubtful, and take the doubtful out."""
    for n in range(len(run.files)):
        run.move(n, _remembered(run, n, memory))
    _against_list(run, memory)
    _among_files(run)


def _remembered(run: Run, n: int, memory: Memory) -> dict[str, str]:
    """Branches of a file whose own id, or whose id of ours, has been another branch's before; and those decided."""
    known = memory.ids or {}
    by_own = {branch.own_id: branch.external_id for branch in memory.branches if branch.own_id}
    found: dict[str, str] = {}
    for branch in run.files[n].branches:
        if branch.external_id in run.files[n].sure:
            continue
        said = run.decided.said(run.files[n].file, run.row(n, branch.record), CODE)
        if said:
            name: str | None = said
        elif branch.own_id:
            name = by_own.get(branch.own_id) or known.get(("branch", "", branch.own_id))
        else:
            name = known.get(("made", "", branch.external_id))
        if name and name != branch.external_id:
            found[branch.external_id] = name
    return found


def _where(run: Run) -> _Where:
    where: dict[str, list[tuple[int, Branch]]] = defaultdict(list)
    for n in range(len(run.files)):
        for branch in run.kept(n):
            where[branch.external_id].append((n, branch))
    return where


def _contradict(one: Branch, other: Branch) -> bool:
    """Two ids of the merchant's own that are not even alike."""
    return bool(one.own_id and other.own_id) and not alike.are(one.own_id, other.own_id)


def _against_list(run: Run, memory: Memory) -> None:
    """Branches the list does not know by id against those of the list that no file names."""
    where = _where(run)
    known = {branch.external_id for branch in memory.branches}
    fresh = [found[0][1] for name, found in sorted(where.items()) if name not in known and not _sure(run, found)]
    rest = [branch for branch in memory.branches if branch.external_id not in where]
    if not fresh or not rest:
        return
    linked = [branch for branch in memory.branches if branch.external_id in where]
    told = identify(fresh, rest, _contradict, linked=linked)
    moves: dict[str, str] = {}
    for n, branch in told.same.items():
        moves[fresh[n].external_id] = branch.external_id
        for file, each in where[fresh[n].external_id]:
            values = {"value": each.own_id or each.name, "other": _called(branch), "id": branch.external_id}
            run.add(file, "identity_linked", Severity.INFO, each.record, **values)
    for n, candidates in told.doubtful.items():
        for file, each in where[fresh[n].external_id]:
            _ask(run, file, each, candidates)
    for n in range(len(run.files)):
        run.move(n, moves)


def _sure(run: Run, found: Sequence[tuple[int, Branch]]) -> bool:
    """Whether nothing is to be guessed: somebody said that it is a branch of its own, or its file is of our list."""
    return _new(run, found) or any(b.external_id in run.files[n].sure for n, b in found)


def _new(run: Run, found: Sequence[tuple[int, Branch]]) -> bool:
    """Whether somebody said that it is a branch of its own."""
    return any(run.decided.said(run.files[n].file, run.row(n, b.record), CODE) == "" for n, b in found)


def _ask(run: Run, n: int, branch: Branch, candidates: Sequence[Likeness]) -> None:
    """A branch that may be one there is: it waits, its candidates named."""
    told = "; ".join(f"{_called(each.branch)} [{each.branch.external_id}]" for each in candidates[:_CANDIDATES])
    values = {"value": branch.own_id or branch.name, "others": told}
    ids = " ".join(each.branch.external_id for each in candidates[:_CANDIDATES])
    run.add(n, CODE, Severity.BLOCKING, branch.record, **values, ids=ids)
    run.drop(n, branch.external_id)


def _called(branch: Branch) -> str:
    place = branch.location
    own = f"{branch.own_id} " if branch.own_id else ""
    return f"{own}{branch.name}, {place.street_name} {place.street_number}, {place.city}"


def _among_files(run: Run) -> None:
    """Branches without an own id against those of other files."""
    if len(run.files) == 1:
        return
    where = _where(run)
    names = sorted(where)
    every = [where[name][0][1] for name in names]
    fresh = [branch for branch in every if not branch.own_id and not _new(run, where[branch.external_id])]
    files = {name: {n for n, _ in found} for name, found in where.items()}

    def apart(one: Branch, other: Branch) -> bool:
        return bool(files[one.external_id] & files[other.external_id])

    told = identify(fresh, every, _contradict, apart)
    moves: dict[str, str] = {}
    for n, branch in sorted(told.same.items()):
        ends = (fresh[n], branch)
        keep = min(ends, key=lambda each: (not each.own_id, each.external_id)).external_id
        moves[fresh[n].external_id] = keep
        moves[branch.external_id] = keep
    moves = {name: _end(moves, name) for name in moves}
    moves = {name: end for name, end in moves.items() if name != end}
    asked: dict[str, list[Likeness]] = defaultdict(list)
    for n, candidates in told.doubtful.items():
        asked[fresh[n].external_id] += candidates
        for each in candidates:
            asked[each.branch.external_id].append(Likeness(fresh[n], each.score))
    for name, doubts in sorted(asked.items()):
        best = {each.branch.external_id: each for each in sorted(doubts, key=lambda each: each.score)}
        ranked = sorted(best.values(), key=lambda each: (-each.score, each.branch.external_id))
        for n, branch in where[name]:
            _ask(run, n, branch, ranked)
    for n in range(len(run.files)):
        run.move(n, moves)


def _end(moves: Mapping[str, str], name: str) -> str:
    """Where a chain of moves ends."""
    seen = {name}
    while (after := moves.get(name, name)) not in seen:
        name = after
        seen.add(name)
    return name


def registers(run: Run, memory: Memory) -> None:
    """Registers with a name and no code of their own: their numbers come from their names, wherever their rows stand.

    One the list knows by that name has its id; `Caja 3` is the third; others follow in the order of their names.
    """
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for each in memory.registers:
        held[each.branch_external_id][each.external_id] = fold(each.name)
    for n, checked in enumerate(run.files):
        if column_of(checked, ("register_name",)) is None:
            continue
        groups: dict[str, list[Register]] = defaultdict(list)
        for each in checked.registers:
            if each.external_id in checked.sure:
                continue
            groups[each.branch_external_id].append(each)
        names: dict[str, str] = {}
        for store, group in groups.items():
            if len({each.record for each in group}) == len(group):
                texts = {r.external_id: cell_of(checked, r.record, ("register_name",)) for r in group if not r.own_id}
                names.update(_numbered(store, texts, held[store], {r.external_id for r in group if r.own_id}))
        run.becomes(
            n,
            registers=tuple(replace(r, external_id=names.get(r.external_id, r.external_id)) for r in checked.registers),
        )


def _numbered(store: str, texts: Mapping[str, str], held: Mapping[str, str], taken: set[str]) -> dict[str, str]:
    """The id a register was made with → the id its name gives it; those without a name keep what is left."""
    found: dict[str, str] = {}
    used = set(taken)

    def give(made: str, name: str) -> None:
        found[made] = name
        used.add(name)

    order = sorted(texts, key=lambda made: (not texts[made], fold(texts[made]), made))
    for made in order:
        text = fold(texts[made])
        known = [name for name, each in held.items() if text and (each == text or each.endswith(f" {text}"))]
        if len(known) == 1 and known[0] not in used:
            give(made, known[0])
    for made in order:
        number = _NUMBER.search(texts[made])
        name = ids.register_id(store, number=int(number[1])) if number else ""
        if made not in found and name and name not in used and name not in held:
            give(made, name)
    rest, left = [made for made in order if made not in found], [name for name in held if name not in used]
    if len(rest) == len(left) == 1:  # all others are who they were: this one has another name now
        give(rest[0], left[0])
    for made in order:
        if made not in found:
            free = (ids.register_id(store, number=n) for n in count(1))
            give(made, next(name for name in free if name not in used and name not in held))
    return found
