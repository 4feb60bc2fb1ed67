"""What happens by itself as time goes on: refunds the bank decides, disputes that are won or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mpkit.sandbox import chargebacks, refunds

if TYPE_CHECKING:
    from mpkit.sandbox.world import World


def catch_up(world: World) -> None:
    """Carry out what is due by now, in its order; nothing to do costs next to nothing."""
    office, now = world.office, int(world.now().timestamp())
    while True:
        if len(world.book.cases) != office.cases_seen:
            office.cases_seen = chargebacks.take_up(world, office.cases_seen)
        matter = office.calendar.due(now)
        if matter is None:
            return
        kind, id_ = matter
        if kind == "case":
            chargebacks.decide(world, id_)
        elif int(id_) in office.waiting:
            refunds.decide(world, int(id_))
