"""What the page shows of the sandbox: read after each play, kept in a file of the account, read back without a request.

The time of the sandbox may be ahead of the machine's; `ahead` gives the clock that everything about sales goes by.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mpkit import private
from mpkit.rehearsal.stage import Stage
from mpkit.work import Clock, Seams

_SHOWN = 300  # shops and tills a person chooses among; "any" means all
_NOTHING = 2  # seconds: a difference below is two clocks read one after the other


@dataclass(frozen=True, slots=True)
class Shop:
    """A store of the account."""

    id: str
    name: str
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Till:
    """A POS of the account; `waits`: the buyer's app waits for the amount."""

    id: str
    name: str
    shop: str  # the store's id, "" for none
    external_id: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True)
class BadDay:
    """What happened since faults were switched on: requests, those that were struck, those that were sent again."""

    asked: int = 0
    struck: int = 0
    again: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)  # fault to how often it struck
    marks: tuple[str, ...] = ()  # what the struck requests are recognised by


@dataclass(frozen=True, slots=True)
class Scene:
    """The sandbox as it was `looked` at (this machine's time, ISO).

    `at` is the time there, ISO, and `ahead` how far that is before this machine's, in seconds.
    """

    looked: str
    at: str
    ahead: int = 0
    seen: int = 0  # requests looked through
    requests: int = 0
    faults: Mapping[str, float] = field(default_factory=dict)
    bad: BadDay | None = None
    created: tuple[str, ...] = ()  # "store:ID" and "pos:ID": made through the API and still there
    creates: int = 0  # how many were ever made through the API
    twice: int = 0  # external ids that stand on more than one object
    shops: tuple[Shop, ...] = ()
    tills: tuple[Till, ...] = ()
    methods: tuple[str, ...] = ()
    wallets: tuple[str, ...] = ()
    usual: int = 0  # hundredths

    def place(self, till: Till) -> str:
        """A register with its branch, as people name it."""
        shop = next((shop.name for shop in self.shops if shop.id == till.shop), "")
        return " · ".join(part for part in (till.name, shop) if part)


@dataclass(frozen=True)
class _Ahead:
    """A clock that is ahead of another by a fixed time; waiting takes as long as ever."""

    clock: Clock
    by: timedelta

    def now(self) -> datetime:
        return self.clock.now() + self.by

    def monotonic(self) -> float:
        return self.clock.monotonic()


def ahead(data: Path, account: str, seams: Seams) -> Seams:
    """The seams with the sandbox's time of day, where a rehearsal of this account let time pass; else as they were."""
    scene = kept(data, account)
    if scene is None or not scene.ahead:
        return seams
    return replace(seams, clock=_Ahead(seams.clock, timedelta(seconds=scene.ahead)))


def kept(data: Path, account: str) -> Scene | None:
    """The scene as it was last looked at; None before the first look, or where it cannot be read."""
    try:
        found = json.loads(_file(data, account).read_text(encoding="utf-8"))
        bad = found.pop("bad")
        return Scene(
            **found
            | {
                "bad": BadDay(**bad | {"marks": tuple(bad["marks"])}) if bad else None,
                "shops": tuple(Shop(**each) for each in found["shops"]),
                "tills": tuple(Till(**each) for each in found["tills"]),
                **{name: tuple(found[name]) for name in ("created", "methods", "wallets")},
            }
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


@contextmanager
def playing(data: Path, account: str) -> Iterator[Path]:
    """One play at a time for an account, whoever comes second waits; gives the folder of the rehearsal."""
    file = _file(data, account)
    with private.locked(file.with_suffix(".lock")):
        yield file.parent


def look(stage: Stage, data: Path, account: str, clock: Clock) -> Scene:
    """Look at the sandbox and keep what is seen."""
    before = kept(data, account)
    state, faults = stage.state(), stage.faults()
    if before is not None and before.seen > state["requests"]:  # another sandbox: it begins anew
        before = None
    since = before.seen if before else 0
    rows = stage.requests(since)["requests"]
    now = clock.now()
    difference = round((datetime.fromisoformat(state["now"]) - now).total_seconds())
    made = [f"{row['object']}:{row['id']}" for row in rows if (row["effect"] or "").startswith("create ")]
    there = {f"store:{row['id']}" for row in state["stores"]} | {f"pos:{row['id']}" for row in state["pos"]}
    given = Counter((kind, row["external_id"]) for kind in ("stores", "pos") for row in state[kind])
    buyers = state.get("buyers", {})
    scene = Scene(
        looked=now.isoformat(),
        at=state["now"],
        ahead=difference if abs(difference) > _NOTHING else 0,
        seen=max([since, *(row["n"] for row in rows)]),
        requests=state["requests"],
        faults=faults["faults"],
        bad=_bad_day(before.bad if before else None, rows, on=bool(faults["faults"])),
        created=tuple(each for each in [*(before.created if before else ()), *made] if each in there),
        creates=(before.creates if before else 0) + len(made),
        twice=sum(number > 1 for (_, external_id), number in given.items() if external_id),
        shops=tuple(Shop(row["id"], row["name"], row["external_id"] or "") for row in state["stores"][:_SHOWN]),
        tills=tuple(till_of(row) for row in state["pos"][:_SHOWN]),
        methods=tuple(each["id"] for each in buyers.get("methods", ())),
        wallets=tuple(buyers.get("wallets", ())),
        usual=int(buyers.get("usual", 0)),
    )
    private.write(_file(data, account), json.dumps(asdict(scene), ensure_ascii=False).encode())
    return scene


def begin_bad_day(data: Path, account: str) -> None:
    """Faults were switched on after a time without: what is counted begins at nothing."""
    scene = kept(data, account)
    if scene is not None:
        fresh = replace(scene, bad=BadDay())
        private.write(_file(data, account), json.dumps(asdict(fresh), ensure_ascii=False).encode())


def till_of(row: Mapping[str, Any]) -> Till:
    """A POS of the state as the page shows it."""
    return Till(row["id"], row["name"], row["store_id"] or "", row["external_id"] or "", waits=row["fixed_amount"])


def _bad_day(before: BadDay | None, rows: list[dict[str, Any]], *, on: bool) -> BadDay | None:
    """The counts with what was asked since. After the faults are off, only what is sent again is still counted."""
    if before is None:
        return BadDay() if on else None
    marks, kinds = Counter(before.marks), Counter(dict(before.kinds))
    struck, again, asked = before.struck, before.again, before.asked
    for row in rows:
        if marks[row["same"]]:
            again += 1
            marks[row["same"]] -= 1
        asked += 1 if on or row.get("fault") else 0
        if row.get("fault"):
            struck += 1
            kinds[row["fault"]] += 1
            marks[row["same"]] += 1
    return BadDay(asked, struck, again, dict(kinds), tuple(marks.elements()))


def _file(data: Path, account: str) -> Path:
    return data / "accounts" / account / "rehearsal" / "scene.json"
