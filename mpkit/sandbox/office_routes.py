"""The control routes of the account's money: its balance, and the switches of its refunds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mpkit.money import hundredths, plain
from mpkit.sandbox.answers import Answer
from mpkit.sandbox.balance import balance
from mpkit.sandbox.office import Payout
from mpkit.sandbox.refund_rules import codes
from mpkit.sandbox.wanted import wanted_of, wrong_control

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World


def money(world: World, call: Call) -> Answer:
    """`GET` and `PUT /_sandbox/balance`: `{"available": "100.00"}` pays out what is above it, or puts in what lacks."""
    if call.request.method == "PUT":
        wanted = wanted_of(call)
        try:
            left = hundredths(wanted["available"])
        except (KeyError, ValueError) as error:
            raise wrong_control("available is an amount") from error
        world.office.pay_out(Payout(int(world.now().timestamp()), balance(world).available - left))
    held, currency = balance(world), world.site.currency
    return Answer(
        200,
        {
            "currency": currency,
            "available": plain(held.available, currency),
            "unavailable": plain(held.unavailable, currency),
            "payouts": [
                {"at": payout.at, "amount": plain(payout.hundredths, currency)} for payout in world.office.payouts
            ],
        },
    )


def switches(world: World, call: Call) -> Answer:
    """`GET` and `PUT /_sandbox/refunds`: how refunds behave beyond the rules; a PUT turns the switches it names."""
    if call.request.method == "PUT":
        wanted = wanted_of(call)
        if wanted.get("refuse", 0) not in {0, *codes()}:
            raise wrong_control("refuse is a code of the table of refunds, or 0")
        try:
            world.office.turn(**wanted)
        except (ValueError, TypeError) as error:
            raise wrong_control(f"no such switch, or no such position: {error}") from error
    return Answer(200, asdict(world.office.switches) | {"policy": list(world.office.switches.policy)})


ROUTES: Sequence[tuple[str, str, Any]] = (
    ("GET", "/_sandbox/balance", money),
    ("PUT", "/_sandbox/balance", money),
    ("GET", "/_sandbox/refunds", switches),
    ("PUT", "/_sandbox/refunds", switches),
)
