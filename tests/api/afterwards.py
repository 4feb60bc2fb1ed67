"""A shop in a sandbox in this process and the account that asks it, both on one clock that only moves when told to."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from mpkit.api import MercadoPago, Pace, connect
from mpkit.sandbox import World
from mpkit.work import FixedClock, HttpRequest, HttpResponse, Seams
from tests.sandbox.asking import NOON, Asking

DAY = 86_400


@dataclass
class Shop:
    """A world, its clock and the account behind its token; `asked` is all that was sent."""

    it: Asking
    account: MercadoPago
    clock: FixedClock
    asked: list[HttpRequest]

    def paid(self, amount: object = "100.00", method: str = "account_money", **more: object) -> str:
        """A sale at the counter; its id."""
        pos = self.it.state()["pos"][0]["id"]
        wanted = {"action": "pay", "pos": pos, "amount": amount, "method": method, "as_order": True, **more}
        return str(self.it("POST", "/_sandbox/buyer", wanted).body["id"])

    def pressed(self, action: str, payment_id: str, **more: object) -> Any:
        """What a buyer does with a payment."""
        said = self.it("POST", "/_sandbox/buyer", {"action": action, "payment_id": payment_id, **more})
        assert said.status == 201, said.body
        return said.body

    def turned(self, **switches: object) -> None:
        """Turn the switches of refunds."""
        assert self.it("PUT", "/_sandbox/refunds", switches).status == 200

    def faults(self, **probabilities: float) -> None:
        """Set the faults; underscores for hyphens."""
        named = {name.replace("_", "-").lstrip("-"): chance for name, chance in probabilities.items()}
        assert self.it("PUT", "/_sandbox/faults", named).status == 200

    def made(self) -> int:
        """How many refunds the sandbox has made or handed to the bank."""
        book = self.it.world.book
        return len({(e.payment, e.note) for e in book.movements() if e.kind in {"refund", "refund_asked"}})


def shop(site: str = "MLA", *, strip: str = "", state: Path | None = None, seed: int = 7, **options: Any) -> Shop:
    """Open it, with money in the account; `strip` names a header a relay in between leaves out."""
    clock = options.pop("clock", None) or FixedClock(NOON)
    world = World(site, seed, clock=clock, sleep=clock.sleep, stores=1, registers=1, state=state, **options)
    asked: list[HttpRequest] = []

    def relay(request: HttpRequest) -> HttpResponse:
        asked.append(request)
        if strip and request.method == "POST":
            kept = {name: value for name, value in request.headers.items() if name != strip}
            request = replace(request, headers=kept)
        return world.handle(request)

    seams = Seams(clock=clock, sleep=clock.sleep, random=random.Random(1))
    pace = Pace(per_second=1000, in_flight=4, first_pause=1, seams=seams)
    account = connect("http://sandbox.example", SecretStr(world.seller.token), seams=seams, transport=relay, pace=pace)
    it = Asking(world, clock)
    if not world.office.payouts:
        it("PUT", "/_sandbox/balance", {"available": "100000.00"})
    return Shop(it, account, clock, asked)
