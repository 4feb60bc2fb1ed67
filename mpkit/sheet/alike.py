"""The own ids of a run and of the list come in; those a hurried eye takes for one another become findings.

Mercado Pago does not tell `sol1` from `SOL1` in the ids of registers, a spreadsheet drops the zeros in front of 0425,
and people type O for 0: the rule keeps all of them apart, and here somebody is asked whether they are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from mpkit.model import Branch, Severity
from mpkit.sheet import ids
from mpkit.sheet.run import Run

_CODES = ("id_case_twin", "id_zeros_twin", "id_lookalike")  # by the way of `ids.plain` that makes two ids one
_TOLD = 3


def are(one: str, other: str) -> bool:
    """Whether two own ids are one, but for capitals, zeros in front and letters like figures."""
    return ids.plain(one)[2] == ids.plain(other)[2]


def find(run: Run, known: Iterable[Branch]) -> None:
    """Add what collides and what looks alike; ids that collide are taken out of the run."""
    _collisions(run)
    groups: dict[str, dict[str, list[tuple[int, Branch]]]] = defaultdict(lambda: defaultdict(list))
    for branch in known:
        if branch.own_id:
            groups[ids.plain(branch.own_id)[2]][branch.own_id] = []
    for n in range(len(run.files)):
        for branch in run.files[n].branches:
            if branch.own_id:
                groups[ids.plain(branch.own_id)[2]][branch.own_id].append((n, branch))
    for group in groups.values():
        if len(group) > 1:
            _twins(run, group)


def _twins(run: Run, group: dict[str, list[tuple[int, Branch]]]) -> None:
    """Ids that look alike: each row is told of the others; those in the list only are told of, too."""
    for own in sorted(group):
        for other in sorted(name for name in group if name != own)[:_TOLD]:
            one = zip(ids.plain(own), ids.plain(other), strict=True)
            code = next(code for code, (a, b) in zip(_CODES, one, strict=True) if a == b)
            there = group[other][0] if group[other] else None
            for n, branch in group[own]:
                if there is None:
                    run.add(n, f"{code}_list", Severity.WARNING, branch.record, value=own, other=other)
                    continue
                file, row = run.files[there[0]].file, run.row(there[0], there[1].record)
                run.add(n, code, Severity.WARNING, branch.record, value=own, other=other, file=file, row=row)


def _collisions(run: Run) -> None:
    """Two rows of one file that come to one id of ours: neither is created, for one would overwrite the other."""
    for n, checked in enumerate(run.files):
        counts = Counter(branch.external_id for branch in checked.branches)
        several = {name for name, times in counts.items() if times > 1}
        if not several:
            continue
        rows: dict[str, list[int]] = defaultdict(list)
        for branch in checked.branches:
            rows[branch.external_id].append(run.row(n, branch.record))
        for branch in checked.branches:
            if branch.external_id in several:
                others = [row for row in rows[branch.external_id] if row != run.row(n, branch.record)]
                told = ", ".join(map(str, others[:8])) + (" …" if len(others) > 8 else "")  # noqa: PLR2004 - enough
                value = branch.own_id or branch.name
                run.add(n, "id_collision", Severity.BLOCKING, branch.record, value=value, others=told)
        for name in several:
            run.drop(n, name)
