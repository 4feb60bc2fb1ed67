"""A chain's whole life under every fault: taken over from the panel, completed, and partly closed for good.

Each of the three plans is carried out in as many lives of the process as it takes; a crash is possible at every step.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from mpkit import ledger
from mpkit.ledger import Piece
from mpkit.model import Branch, Register
from mpkit.plan import Plan, closed, doomed, last_payments, make, marked, match, scan, take_over
from mpkit.work import HttpRequest
from tests.plan.chain import Listed
from tests.plan.simulator import Simulation
from tests.plan.verdict import Run, seal

_STEPS = ("adopt", "make", "close")


@dataclass
class Lifetime(Simulation):
    """One seed of it."""

    ids: dict[tuple[str, str], str] = field(default_factory=dict)  # of what the panel made, by what it is in the list

    def run(self) -> Run:
        self._in_the_panel()
        lives = 0
        for step in _STEPS:
            self.net.calm = True
            plan = self._plan(step)
            applied, more = self.carry_out(plan)
            lives += more
            if applied is None or applied.failed or applied.skipped:
                self.lapses.append(f"{step} did not come to its end")
            if step == "adopt":
                self._taken_over()
            if step == "make":
                self._print()
        self._closed()
        return self.result(applied, lives)

    def _press(self, **wanted: object) -> str:
        answer = self.world.handle(HttpRequest("POST", "/_sandbox/panel", (), {}, json.dumps(wanted).encode()))
        return str(json.loads(answer.body)["id"])

    def _in_the_panel(self) -> None:
        """Every third branch, with its registers, was made by hand."""
        for one in self.listed.branches[::3]:
            place = one.location
            where = {"state": place.state, "city": place.city, "latitude": place.latitude, "longitude": place.longitude}
            street = {"street_name": place.street_name, "street_number": place.street_number}
            id_ = self._press(action="create_store", name=one.name, **where, **street)
            self.ids["store", one.external_id] = id_
            for till in self.listed.registers:
                if till.branch_external_id == one.external_id:
                    pos = self._press(action="create_pos", name=till.name, store_id=id_)
                    self.ids["pos", till.external_id] = pos
        self.sleep(60)  # long enough for the lists to show it

    def _plan(self, step: str) -> Plan:
        known = ledger.known(self.store, self.account.id, seal=seal)
        printed = ledger.serials_in_use(self.store, self.account.id)
        existing = scan.read(self.api, known.values())
        if step == "adopt":
            named = {f"{kind}:{name}": id_ for (kind, name), id_ in self.ids.items()}
            found = match(self.listed, existing, named if self.seed % 2 else {})
            taken = found.taken | (named if self.seed % 2 else {})
            return take_over(self.listed, existing, known, account=self.account, adopting=taken, printed=printed)
        shut = [one.external_id for one in self.listed.branches[::4]] if step == "close" else []
        going = closed(self.listed, [f"store:{name}" for name in shut])
        self.listed = _marked(self.listed, *marked(self.listed, going))
        return make(
            self.listed,
            existing,
            known,
            account=self.account,
            amount=self.account.amount,
            printed=printed,
            close=going,
            paid=last_payments(self.api, [one.id for one in doomed(existing, going)], now=self.clock.now()),
        )

    def _print(self) -> None:
        """Two signs for each register."""
        for till in self.listed.registers:
            serials = ledger.next_serials(self.store, self.account.id, 2)
            made = [Piece(n, till.external_id, "1", "h", "CODE", "book", 1, 1, self.clock.now()) for n in serials]
            ledger.record_pieces(self.store, self.account.id, made, seal=seal)

    def _taken_over(self) -> None:
        """Nothing was made instead; every sticker of the panel stands in the books, once."""
        rows: list[object] = [*self.world.shelf.stores.values(), *self.world.shelf.pos.values()]
        if len(rows) != len(self.ids):
            self.lapses.append(f"{len(rows)} objects after taking over {len(self.ids)}")
        for (kind, name), id_ in self.ids.items():
            shelf = self.world.shelf.stores if kind == "store" else self.world.shelf.pos
            if shelf[id_].external_id != name:
                self.lapses.append(f"not taken over: {name}")
        books = [one.register for one in ledger.pieces_of(self.store, self.account.id, seal=seal)]
        if sorted(books) != sorted(name for kind, name in self.ids if kind == "pos"):
            self.lapses.append(f"stickers in the books: {sorted(books)}")

    def _closed(self) -> None:
        """What was closed is gone, is on record as gone, and its signs are void; no other sign is."""
        shut = {one.external_id for one in self.listed.registers if one.closed}
        shut |= {one.external_id for one in self.listed.branches if one.closed}
        recorded = ledger.recorded(self.store, self.account.id, seal=seal)
        self.lapses += [
            f"wrongly on record: {key}" for key, one in recorded.items() if (key[1] in shut) != bool(one.gone)
        ]
        home, gone = {one.external_id: one.branch_external_id for one in self.listed.registers}, set()
        for row in self.world.trace.rows():
            if str(row["effect"] or "").startswith("delete"):
                gone.add((row["object"], row["external_id"]))
                inside = {("pos", name) for name, of in home.items() if of == row["external_id"]}
                if row["object"] == "store" and inside - gone:
                    self.lapses.append(f"{row['external_id']} went before its registers")
        for piece in ledger.pieces_of(self.store, self.account.id, seal=seal):
            if (piece.state == "void") != (piece.register in shut) or not piece.sound:
                self.lapses.append(f"sign {piece.serial} of {piece.register} is {piece.state}")


def _marked(listed: Listed, branches: tuple[Branch, ...], registers: tuple[Register, ...]) -> Listed:
    stores = {one.external_id: one for one in branches}
    pos = {one.external_id: one for one in registers}
    return Listed(
        tuple(stores.get(one.external_id, one) for one in listed.branches),
        tuple(pos.get(one.external_id, one) for one in listed.registers),
    )
