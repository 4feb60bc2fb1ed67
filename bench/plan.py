"""Planning an account where nothing has changed: 20,000 registers of 1,000 stores, against reading its lists alone.

Our figure holds reading the account, the ledger and the list from the store, comparing every field, and keeping the
plan. The baseline is the two passes over both lists that any plan needs. Both ask a sandbox in a process of its own
over real HTTP; requests are counted: never one for an object. They ask it twice: as a server stands, whose answers take
50 ms, and on this machine alone, where a page costs one or two and all that is left to see is our own work.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from dataclasses import replace
from multiprocessing.queues import Queue
from pathlib import Path

from pydantic import SecretStr
from timing import fastest, report

from mpkit import branches, keys, ledger, plan
from mpkit.api import MercadoPago, Pace, connect
from mpkit.branches import Origin
from mpkit.db import Engine, open_store, writing
from mpkit.ledger import Known
from mpkit.model import Account, Amount, Branch, Location, Register
from mpkit.plan.fields import of_branch, of_register
from mpkit.sandbox import World, serve
from mpkit.work import Seams, SystemClock, gather_rarely

STORES, REGISTERS = 1_000, 20_000
PAGE = 50
SEED = 7


def chain(world: World) -> tuple[list[Branch], list[Register]]:
    """The list that says what the sandbox's chain is."""
    stores = {str(row.id): row for row in world.shelf.stores.values()}
    wanted = []
    for row in stores.values():
        place = row.location
        point = (float(place["latitude"]), float(place["longitude"]))
        address = (str(place[name]) for name in ("street_name", "street_number", "city_name", "state_name"))
        hours = {day: tuple((one["open"], one["close"]) for one in spans) for day, spans in row.hours.items()}
        wanted.append(Branch(str(row.external_id), row.name, Location(*address, *point), hours))
    registers = [
        Register(
            str(row.external_id),
            str(stores[str(row.store_id)].external_id),
            row.name,
            Amount.TILL if row.fixed_amount else Amount.BUYER,
            row.category,
        )
        for row in world.shelf.pos.values()
        if row.external_id and row.store_id
    ]
    return [one for one in wanted if one.external_id != "None"], registers


def known_of(api: MercadoPago, wanted: list[Branch], registers: list[Register]) -> list[Known]:
    """What the ledger would hold had we made all of it."""
    ids = {one.external_id: one.id for one in api.stores()}
    pos = {one.external_id: one for one in api.pos_list()}
    known = [Known("store", one.external_id, ids[one.external_id], None, of_branch(one)) for one in wanted]
    for one in registers:
        there = pos[one.external_id]
        sent = of_register(one, one.amount or Amount.BUYER)
        known.append(Known("pos", one.external_id, there.id, there.qr_code, sent))
    return known


def two_passes(api: MercadoPago) -> None:
    """Both lists, read twice."""
    for _ in range(2):
        for _ in api.stores():
            pass
        for _ in api.pos_list():
            pass


def planned(api: MercadoPago, store: Engine, account: Account, seal: ledger.Seal) -> plan.Plan:
    """The whole of `mpkit plan` but its process."""
    wanted = branches.wanted(store, account.id)
    known = ledger.known(store, account.id, seal=seal)
    existing = plan.read(api, known.values())
    printed = ledger.serials_in_use(store, account.id)
    made = plan.make(wanted, existing, known, account=account, amount=account.amount, printed=printed)
    ledger.keep_plan(store, account.id, made.hash, made.document(), who="", at=SystemClock().now())
    return made


def made(latency: float = 0.0) -> World:
    """The chain, by its seed the same in every process; nothing of it is left to be taken over."""
    world = World("MLA", SEED, stores=STORES, registers=REGISTERS, latency_s=latency)
    for store in list(world.shelf.stores.values()):
        world.shelf.put_store(replace(store, external_id=store.external_id or f"X{store.id}"))
    for pos in list(world.shelf.pos.values()):
        world.shelf.put_pos(replace(pos, external_id=pos.external_id or f"X{pos.id}"))
    return world


def served(told: Queue[str], latency: float) -> None:
    """In a child: the same world by the same seed, served until the parent ends it."""
    there = serve(made(latency))
    told.put(there.url)
    there.wait()


def main() -> None:
    """Make the chain, run both ways in turn, print; first as a server far away answers, then as fast as one can."""
    gather_rarely()  # as the worker and the commands do
    for latency, rounds in ((0.05, 1), (0.0, 5)):
        told: Queue[str] = multiprocessing.Queue()
        child = multiprocessing.Process(target=served, args=(told, latency), daemon=True)
        child.start()
        try:
            compare(told.get(timeout=120), latency, rounds)
        finally:
            child.terminate()


def compare(url: str, latency: float, rounds: int) -> None:
    """Both ways in turn against the sandbox at `url`."""
    world = made()
    pace = Pace(per_second=1e6, in_flight=8, first_pause=0.5, seams=Seams())
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'store.sqlite'}")
        seal = keys.first(Path(folder)).seal("ledger")
        token = SecretStr(world.seller.token)
        with connect(url, token, pace=pace) as api:
            account = replace(api.seller(), amount=Amount.BUYER)
            wanted, registers = chain(world)
            branches.propose(store, account.id, wanted, registers, origin=Origin("file"), clock=SystemClock())
            with writing(store) as connection:
                for one in known_of(api, wanted, registers):
                    ledger.remember(connection, account.id, one, at=SystemClock().now(), seal=seal)
            before = api.requests
            first = planned(api, store, account, seal)
            requests, rows = api.requests - before, len(first.remote)
            if first.changes:
                message = f"the account should be as wanted: {first.summary}"
                raise SystemExit(message)
            ways = {
                "mpkit plan": lambda: planned(api, store, account, seal),
                "its lists alone, twice": lambda: two_passes(api),
            }
            title = f"{rows:,} objects, nothing changed, answers after {latency * 1000:.0f} ms: "
            title += f"{requests:,} requests for 2 x {rows // PAGE:,} pages"
            report(title, "mpkit plan", fastest(ways, rounds))
        store.dispose()


if __name__ == "__main__":
    main()
