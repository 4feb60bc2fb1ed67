"""Customers: one sale or a rush of them, what is asked back, and the sales of an hour, a night or a week."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mpkit import private
from mpkit.money import plain
from mpkit.rehearsal.game import Play, place_of, tills_meant
from mpkit.rehearsal.scene import Till
from mpkit.rehearsal.stage import Declined

_OPENS, _CLOSES = 9, 21  # hours of the day in which people buy
_AN_HOUR_SELLS, _MOST_SALES = 4, 120


def pay(game: Play) -> dict[str, Any]:
    """One sale, and what the customer does with it then; or a rush of them, at prices around the one given."""
    count, amount = int(game.wanted.get("n") or 1), int(game.wanted["amount"])
    tills = tills_meant(game, str(game.wanted.get("till") or ""))
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
    """Sales as they are made, and those that could not be.

    The sandbox knows a key for a day of its own time: sales over a longer time are `kept` in a file as well.
    """

    def __init__(self, game: Play, *, kept: bool = False) -> None:
        self.game = game
        self.kept = kept
        self.before: dict[str, str] = json.loads(game.sold.read_text()) if kept and game.sold.exists() else {}
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
        number = self.before.get(str(n))
        if number is None:
            number = self._sold(n, wish, as_order=till.waits and orders, waits=till.waits)
        if not number:
            self.waiting.append(till)
            return
        self.paid.append(number)
        self.amount += price
        self.first = self.first or price

    def _sold(self, n: int, wish: Mapping[str, str], *, as_order: bool, waits: bool) -> str:
        """The payment's number; "" where the customer's app waited."""
        try:
            found = str(self.game.stage.buyer("pay", f"{self.game.key}-{n}", as_order=as_order, **wish)["id"])
        except Declined:
            if not waits:
                raise
            found = ""
        if self.kept:
            self.before[str(n)] = found
            private.write(self.game.sold, json.dumps(self.before).encode())
        return found

    def told(self) -> dict[str, Any]:
        """What became of them."""
        last = self.waiting[-1] if self.waiting else self.last
        return {
            "paid": self.paid,
            "amount": self.amount,
            "waiting": len(self.waiting),
            "till": place_of(self.game, last) if last else "",
            "till_id": last.id if last else "",
            "shop_id": last.shop if last else "",
            "external_id": last.external_id if last else "",
            "method": self.method,
        }


def _around(game: Play, amount: int) -> int:
    return max(100, _whole(int(amount * game.draw.lognormvariate(0, 0.5))))


def _whole(hundredths: int) -> int:
    return hundredths // 100 * 100


def pass_time(game: Play) -> dict[str, Any]:
    """An hour, a night (until eight in the morning) or a week goes by; in the open hours people buy."""
    zone = ZoneInfo(game.site.zone)
    begin = datetime.fromisoformat(game.state["now"]).astimezone(zone)
    if game.wanted["how"] == "night":
        morning = datetime.combine(begin.date(), time(8), zone)
        end = morning if begin < morning else morning + timedelta(days=1)
    else:
        end = begin + (timedelta(hours=1) if game.wanted["how"] == "hour" else timedelta(days=7))
    moments, sales = _moments(game, begin, end), _Sales(game, kept=True)
    tills = tills_meant(game, "") if moments else []
    for n, moment in enumerate(moments):
        game.progress(n, len(moments), "rehearse_step_time")
        if moment > datetime.fromisoformat(game.stage.clock()):  # run again after a kill, it is past already
            game.stage.clock(moment.isoformat())
        sales.sell(n, game.draw.choice(tills), _around(game, int(game.state["buyers"]["usual"])))
    if end > datetime.fromisoformat(game.stage.clock()):
        game.stage.clock(end.isoformat())
    return sales.told() | {"how": game.wanted["how"], "n": len(sales.paid)}


def _moments(game: Play, begin: datetime, end: datetime) -> list[datetime]:
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
