"""Heads of the audit kept outside the store, one line each in `audit/<account>.heads` of the data folder.

A store that was cut, or put back to an older day, has fewer rows than a line here says; a restore that somebody asked
for writes a line of its own, and what it took back is known by it. The lines are sealed like the rows; those of a key
of before count as long as no line of a later one stands above them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mpkit import keys, private
from mpkit.db import canonical
from mpkit.errors import StoreTrouble
from mpkit.jobs.seals import LEDGER, key_of, others
from mpkit.jobs.workbench import Workbench
from mpkit.ledger import audit
from mpkit.ledger.audit import Head
from mpkit.ledger.chain import Fault, faults

_KEPT = 2_000  # lines; the oldest go, the newest says the most


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `audit verify` finds: rows, head, faults; `anchors` counts the heads compared, `unsealed` lines not ours.

    `lost` are rows that restores took back: how many a head outside said, and how many there were after it.
    """

    rows: int
    head: Head
    faults: tuple[Fault, ...]
    anchors: int
    unsealed: int
    lost: tuple[tuple[int, int], ...]


def anchor(bench: Workbench, account: str, *, restored: bool = False) -> Head:
    """Write the head of an account's audit beside the store, unless it stands there already."""
    head = audit.head(bench.store, account)
    lines = _lines(bench, account)
    if head.n and (restored or not lines or json.loads(lines[-1]).get("link") != head.link):
        said: dict[str, Any] = {"at": bench.seams.clock.now().isoformat(), "n": head.n, "link": head.link}
        said |= {"restored": True} if restored else {}
        try:
            key_of(bench.settings.data, bench.store, of_any_day=True)
        except StoreTrouble:  # no head can be vouched for without the store's key
            return head
        mac = keys.serving(bench.settings.data).seal(LEDGER)(_text(account, said))
        text = "\n".join([*lines, canonical({**said, "mac": mac})][-_KEPT:]) + "\n"
        private.write(_file(bench, account), text.encode())
    return head


def _file(bench: Workbench, account: str) -> Path:
    return bench.settings.data / "audit" / f"{account}.heads"


def _lines(bench: Workbench, account: str) -> list[str]:
    file = _file(bench, account)
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def _text(account: str, said: dict[str, Any]) -> str:
    return canonical(["audit anchor", account, said])


def verify(bench: Workbench, account: str, more: tuple[Head, ...] = (), *, of_any_day: bool = False) -> Verdict:
    """The whole chain of an account against its own seals and every head kept outside; `more` are heads from paper.

    Raises `StoreTrouble` where the key of the store is not here; `of_any_day`: see `seals.key_of`.
    """
    data = bench.settings.data
    now, seals = key_of(data, bench.store, of_any_day=of_any_day).seal(LEDGER), others(data)
    ages, age = tuple(seals.values()), 0  # of the keys, the oldest first; and that of the last line
    kept: list[Head] = []
    lost: list[tuple[int, int]] = []
    unsealed = 0
    for line in _lines(bench, account):
        try:
            said = dict(json.loads(line))
            mac = str(said.pop("mac"))
            head = Head(int(said["n"]), str(said["link"]))
            datetime.fromisoformat(str(said["at"]))
        except (ValueError, KeyError, TypeError):
            unsealed += 1
            continue
        made = next((n for n, seal in enumerate(ages) if n >= age and seal(_text(account, said)) == mac), None)
        if made is None:
            unsealed += 1
            continue
        age = made
        if said.get("restored"):
            gone = max((each.n for each in kept), default=0)
            lost += [(gone, head.n)] if gone >= head.n else []
            kept = [each for each in kept if each.n < head.n]
        kept.append(head)
    rows, found = faults(bench.store, account, seal=now, anchors=[*kept, *more], others=seals)
    return Verdict(rows, audit.head(bench.store, account), found, len(kept) + len(more), unsealed, tuple(lost))
