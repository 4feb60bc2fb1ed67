"""What is played: an act with its wishes in, what happened out, as plain data that a page can tell.

Every press of an act has a key of its own: a play that was killed and runs again asks with the same keys, and the
sandbox does nothing twice.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from mpkit import private
from mpkit.errors import Refused
from mpkit.model import WEEK, Account
from mpkit.money import plain
from mpkit.rehearsal import scene
from mpkit.rehearsal.scene import Till, till_of
from mpkit.rehearsal.stage import Declined, Stage
from mpkit.sites import SITES, Site
from mpkit.work import Clock, Progress

# A press of the page to the faults of the sandbox it stands for, with how likely each strikes.
FAULTS: Mapping[str, Mapping[str, float]] = {
    "many": {"429": 0.25},
    "errors": {"500": 0.1, "502": 0.08, "503": 0.07},
    "lost": {"lost-answer": 0.2, "reset": 0.1},
    "slow": {"slow": 0.15},
    "half": {"half-answer": 0.2},
    "html": {"html-error": 0.2},
    "token": {"token-expired": 1.0},
}
# Everything that goes by itself; an expired token does not, and a slow answer is only waited for.
VERY_BAD_DAY: Mapping[str, float] = {
    "429": 0.08,
    "500": 0.06,
    "502": 0.03,
    "503": 0.03,
    "lost-answer": 0.06,
    "reset": 0.05,
    "half-answer": 0.05,
    "html-error": 0.05,
    "slow": 0.01,
}
RUSH = 50
_OPENS, _CLOSES = 9, 21  # hours of the day in which people buy
_AN_HOUR_SELLS, _MOST_SALES = 4, 120


@dataclass(frozen=True)
class House:
    """What mpkit knows of the account: `listed` are the external ids of its list, `orders` whose till sends amounts.

    `orders_else` holds for registers that are not in the list; `data` is the data folder.
    """

    data: Path
    account: Account
    listed: frozenset[str] = frozenset()
    orders: Mapping[str, bool] = field(default_factory=dict)
    orders_else: bool = True


@dataclass(frozen=True)
class _Play:
    """One act while it is played."""

    stage: Stage
    house: House
    clock: Clock
    wanted: Mapping[str, Any]
    key: str
    draw: random.Random
    progress: Progress
    state: Mapping[str, Any]

    @property
    def site(self) -> Site:
        return SITES[self.house.account.site]


def play(stage: Stage, house: House, wanted: Mapping[str, Any], clock: Clock, progress: Progress) -> dict[str, Any]:
    """Play one act and look at what it left. `wanted` is {act, press: a word no other press has, …}.

    Raises `Refused` where the account has nothing to play with, or the sandbox would not.
    """
    act = ACTS.get(str(wanted.get("act")))
    if act is None:
        raise Refused("rehearse_unknown_act", act=str(wanted.get("act")))
    key = hashlib.sha256(str(wanted["press"]).encode()).hexdigest()[:24]
    with scene.playing(house.data, house.account.id) as folder:
        file = folder / f"{key}.json"
        game = _Play(stage, house, clock, wanted, key, random.Random(key), progress, _first_state(stage, file))  # noqa: S311 - a game
        try:
            event = {"act": wanted["act"], "began": game.state["now"]} | act(game)
        except (Declined, Refused) as error:
            file.unlink()
            if isinstance(error, Refused):
                raise
            raise Refused("rehearse_declined", why=error.why) from error
        seen = scene.look(stage, house.data, house.account.id, clock)
        file.unlink()
    return event | {"at": seen.at}


def _first_state(stage: Stage, file: Path) -> dict[str, Any]:
    """The sandbox as this press found it: a play that was killed and runs again makes the same choices."""
    if not file.exists():
        private.write(file, json.dumps(stage.state()).encode())
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


# A customer pays


def _pay(game: _Play) -> dict[str, Any]:
    """One sale, and what the customer does with it then; or a rush of them, at prices around the one given."""
    count, amount = int(game.wanted.get("n") or 1), int(game.wanted["amount"])
    tills = _tills(game, str(game.wanted.get("till") or ""))
    sales = _Sales(game)
    for n in range(count):
        game.progress(n, count, "rehearse_step_selling")
        price = amount if count == 1 else _around(game, amount)
        sales.sell(n, game.draw.choice(tills), price)
    then, back = str(game.wanted.get("then") or "keep"), 0
    if sales.paid and then in {"part", "all"}:
        back = sales.first if then == "all" else _whole(sales.first // 2) or sales.first
        money = plain(back, game.site.currency)
        game.stage.buyer("refund", f"{game.key}-back", payment_id=sales.paid[0], amount=money)
    elif sales.paid and then == "dispute":
        game.stage.buyer("chargeback", f"{game.key}-dispute", payment_id=sales.paid[0])
    return sales.told() | {"n": count, "then": then, "back": back, "asked": amount}


class _Sales:
    """Sales as they are made, and those that could not be."""

    def __init__(self, game: _Play) -> None:
        self.game = game
        self.paid: list[str] = []
        self.amount = self.first = 0
        self.waiting: list[Till] = []
        self.last: Till | None = None
        self.method = ""

    def sell(self, n: int, till: Till, price: int) -> None:
        """One customer at one till. Who finds an app that waits for an amount nobody sends goes away."""
        game = self.game
        methods = game.state["buyers"]["methods"]
        common = methods[min(int(game.draw.expovariate(0.8)), len(methods) - 1)]["id"]  # the first are the commonest
        self.last, self.method = till, str(game.wanted.get("method") or common)
        orders = game.house.orders.get(till.external_id, game.house.orders_else)
        wish = {"pos": till.id, "amount": plain(price, game.site.currency), "method": self.method}
        if game.wanted.get("wallet"):
            wish["wallet"] = str(game.wanted["wallet"])
        try:
            found = game.stage.buyer("pay", f"{game.key}-{n}", as_order=till.waits and orders, **wish)
        except Declined:
            if not till.waits:
                raise
            self.waiting.append(till)
            return
        self.paid.append(str(found["id"]))
        self.amount += price
        self.first = self.first or price

    def told(self) -> dict[str, Any]:
        """What became of them."""
        last = self.waiting[-1] if self.waiting else self.last
        return {
            "paid": self.paid,
            "amount": self.amount,
            "waiting": len(self.waiting),
            "till": _place(self.game, last) if last else "",
            "till_id": last.id if last else "",
            "shop_id": last.shop if last else "",
            "external_id": last.external_id if last else "",
            "method": self.method,
        }


def _tills(game: _Play, chosen: str) -> list[Till]:
    """The till meant, or all of them; where the list has any, those, since that is where the merchant looks."""
    every = [till_of(row) for row in game.state["pos"]]
    found = [till for till in every if till.id == chosen]
    if chosen and not found:
        raise Refused("rehearse_till_gone")
    found = found or [till for till in every if till.external_id in game.house.listed and till.shop] or every
    if not found:
        raise Refused("rehearse_no_till")
    return found


def _place(game: _Play, till: Till) -> str:
    shop = next((row["name"] for row in game.state["stores"] if row["id"] == till.shop), "")
    return " · ".join(part for part in (till.name, shop) if part)


def _around(game: _Play, amount: int) -> int:
    return max(100, _whole(int(amount * game.draw.lognormvariate(0, 0.5))))


def _whole(hundredths: int) -> int:
    return hundredths // 100 * 100


# A colleague edits in the panel


def _rename(game: _Play) -> dict[str, Any]:
    row = _shop(game)
    word = str(game.wanted.get("word") or "2")
    name = row["name"].removesuffix(f" {word}") if row["name"].endswith(f" {word}") else f"{row['name']} {word}"
    game.stage.panel("edit_store", game.key, id=row["id"], name=name)
    return _about("store", row) | {"after": name}


def _hours(game: _Play) -> dict[str, Any]:
    row = _shop(game)
    late = {"open": "10:00", "close": "21:30"}
    spans = [{"open": "09:00", "close": "18:00"}] if late in row["hours"].get(WEEK[0], ()) else [late]
    game.stage.panel("edit_store", game.key, id=row["id"], hours=dict.fromkeys(WEEK[:6], spans))
    return _about("store", row) | {"after": f"{spans[0]['open']}-{spans[0]['close']}"}


def _new(game: _Play) -> dict[str, Any]:
    names = {name: str(game.wanted.get(name) or name) for name in ("store", "register")}
    store = game.stage.panel("create_store", f"{game.key}-store", name=names["store"])
    game.progress(1, 2, "rehearse_step_editing")
    game.stage.panel("create_pos", f"{game.key}-pos", store_id=store, name=names["register"])
    return {"object": "store", "id": store, "external_id": "", "name": names["store"], "after": names["register"]}


def _amount(game: _Play) -> dict[str, Any]:
    till = _one_till(game)
    game.stage.panel("edit_pos", game.key, id=till.id, fixed_amount=not till.waits)
    return _about_till(game, till) | {"after": "" if till.waits else "waits"}


def _delete(game: _Play) -> dict[str, Any]:
    till = _one_till(game)
    game.stage.panel("delete_pos", game.key, id=till.id)
    return _about_till(game, till)


def _one_till(game: _Play) -> Till:
    return game.draw.choice(_tills(game, str(game.wanted.get("till") or "")))


def _shop(game: _Play) -> Mapping[str, Any]:
    """The store meant, or any; one of the list where the list has any."""
    every: Sequence[Mapping[str, Any]] = game.state["stores"]
    chosen = str(game.wanted.get("shop") or "")
    found = [row for row in every if row["id"] == chosen]
    if chosen and not found:
        raise Refused("rehearse_shop_gone")
    found = found or [row for row in every if row["external_id"] in game.house.listed] or list(every)
    if not found:
        raise Refused("rehearse_no_till")
    return game.draw.choice(found)


def _about(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"object": kind, "id": row["id"], "external_id": row["external_id"] or "", "name": row["name"]}


def _about_till(game: _Play, till: Till) -> dict[str, Any]:
    return {"object": "pos", "id": till.id, "external_id": till.external_id, "name": _place(game, till)}


# The server has a bad day


def _faults(game: _Play) -> dict[str, Any]:
    """Switch faults on (`kinds` of `FAULTS`, or "very-bad"), or all of them off."""
    kinds = [str(each) for each in game.wanted.get("kinds", ())]
    chosen: dict[str, float] = dict(VERY_BAD_DAY) if "very-bad" in kinds else {}
    for kind in kinds:
        chosen |= FAULTS.get(kind, {})
    where = game.house.data, game.house.account.id
    before = scene.look(game.stage, *where, game.clock)  # what came so far is counted as it was
    if chosen and not before.faults:
        scene.begin_bad_day(*where)
    game.stage.faults(chosen)
    return {"kinds": kinds}


def _time(game: _Play) -> dict[str, Any]:
    """An hour, a night (until eight in the morning) or a week goes by; in the open hours people buy."""
    zone = ZoneInfo(game.site.zone)
    begin = datetime.fromisoformat(game.state["now"]).astimezone(zone)
    if game.wanted["how"] == "night":
        morning = datetime.combine(begin.date(), time(8), zone)
        end = morning if begin < morning else morning + timedelta(days=1)
    else:
        end = begin + (timedelta(hours=1) if game.wanted["how"] == "hour" else timedelta(days=7))
    moments, sales = _moments(game, begin, end), _Sales(game)
    tills = _tills(game, "") if moments else []
    for n, moment in enumerate(moments):
        game.progress(n, len(moments), "rehearse_step_time")
        if moment > datetime.fromisoformat(game.stage.clock()):  # run again after a kill, it is past already
            game.stage.clock(moment.isoformat())
        sales.sell(n, game.draw.choice(tills), _around(game, int(game.state["buyers"]["usual"])))
    if end > datetime.fromisoformat(game.stage.clock()):
        game.stage.clock(end.isoformat())
    return sales.told() | {"how": game.wanted["how"], "n": len(sales.paid)}


def _moments(game: _Play, begin: datetime, end: datetime) -> list[datetime]:
    """When somebody buys in between, in order."""
    if not game.state["pos"]:
        return []
    hours = int((end - begin).total_seconds() // 3600) + 1
    found = [
        moment
        for hour in range(hours)
        for _ in range(_AN_HOUR_SELLS)
        for moment in [begin + timedelta(hours=hour, seconds=game.draw.randrange(3600))]
        if _OPENS <= moment.hour < _CLOSES and moment < end
    ]
    return sorted(game.draw.sample(found, min(len(found), _MOST_SALES)))


def _look(game: _Play) -> dict[str, Any]:  # noqa: ARG001 - every act has this shape
    """Nothing is done: the page wants to see how things stand."""
    return {}


ACTS: Mapping[str, Callable[[_Play], dict[str, Any]]] = {
    "look": _look,
    "pay": _pay,
    "rename": _rename,
    "hours": _hours,
    "new": _new,
    "amount": _amount,
    "delete": _delete,
    "faults": _faults,
    "time": _time,
}
