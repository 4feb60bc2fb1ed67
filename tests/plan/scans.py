"""An account read again and again while others insert, delete and reorder: who was there all the time must be seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from mpkit.errors import ApiError, Refused
from mpkit.plan import Applied, scan
from mpkit.sandbox import World
from mpkit.work import HttpRequest
from tests.plan.simulator import Simulation
from tests.plan.verdict import Run

COUNT = 10  # scans of one seed
_STORES, _REGISTERS, _PAGE = 60, 40, 10
_PRESS = 0.03  # of somebody else's inserting or deleting, at each request
_REORDER = {"order-flips": 0.02, "moving-page": 0.02, "short-page": 0.02, "duplicate-ids": 0.02}


class Read(Run):
    """What one seed of it came to: nothing is made here, and nothing on record."""

    def faults(self) -> list[str]:
        return self.lapses


@dataclass
class Scans(Simulation):
    """One seed of it.

    Counted are "restless", scans that were given up and said so, "pressed", what others did, and "one-pass", how often
    one pass alone would have missed somebody.
    """

    def outside(self) -> None:
        super().outside()
        self.world = World("MLA", self.seed, self.clock, stores=_STORES, registers=_REGISTERS)

    def run(self) -> Read:
        self.world.faults.set(_REORDER)
        self.net.disturb(self._press)
        self.net.page = _PAGE
        for _ in range(COUNT):
            try:
                missed = self._missed(self._settled)
                self.lapses += [f"missed: {id_}" for id_ in sorted(missed)]
                self.net.fired["scans"] += 1
            except (Refused, ApiError):
                self.net.fired["restless"] += 1
            one = self._missed(lambda: {row.id for row in (*self.api.stores(), *self.api.pos_list())})
            self.net.fired["one-pass"] += bool(one)
        seen = self.result(Applied("", (), 0, 0.0), 1)
        return Read(**vars(seen))

    def _settled(self) -> set[str]:
        seen = scan.read(self.api)
        return {row.id for row in (*seen.stores, *seen.pos)}

    def _missed(self, read: Callable[[], set[str]]) -> set[str]:
        """Who was there before and after, and was not read."""
        before = self._there()
        found = read()
        return (before & self._there()) - found

    def _there(self) -> set[str]:
        return {*self.world.shelf.stores, *self.world.shelf.pos}

    def _press(self, _: HttpRequest) -> None:
        if self.rng.random() >= _PRESS:
            return
        self.net.fired["pressed"] += 1
        shelf = self.rng.choice((self.world.shelf.stores, self.world.shelf.pos))
        kind = "store" if shelf is self.world.shelf.stores else "pos"
        if len(shelf) > _REGISTERS and self.rng.random() < 0.5:
            self._pressed(action=f"delete_{kind}", id=self.rng.choice(list(shelf)))
        elif kind == "store":
            self._pressed(action="create_store", name=f"Nueva {self.rng.random()}")
        else:
            self._pressed(action="create_pos", name="Caja", store_id=self.rng.choice(list(self.world.shelf.stores)))

    def _pressed(self, **wanted: object) -> None:
        self.net.apart(HttpRequest("POST", "/_sandbox/panel", (), {}, json.dumps(wanted).encode()))
