"""The client against the sandbox over real HTTP: the whole round, and the faults it plays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr

from mpkit.api import Window, connect, valid_values
from mpkit.api.answers import instant
from mpkit.errors import ApiError, Conflict, NotFound, RefusedByApi, Unauthorised
from mpkit.model import Branch, Location, Register

PLACE = Location("Caseros", "3039", "Palermo", "Capital Federal", -34.58, -58.42)
BRANCH = Branch("SUC001", "Sucursal Uno", PLACE, hours={"monday": (("08:00", "12:00"),)})


@pytest.fixture
def at(start_sandbox):
    """A sandbox and the account behind its token."""

    def start(**options):
        running = start_sandbox(site="MLA", seed=7, **options)
        return running, connect(running.url, SecretStr(running.token))

    return start


def placed(account, branch=BRANCH):
    """The branch at a city the sandbox's catalogue knows."""
    states = {name: state_id for state_id, name in account.states("AR")}
    cities = [name for _, name in account.cities(states["Capital Federal"])]
    location = Location("Caseros", "3039", cities[0], "Capital Federal", -34.58, -58.42)
    return Branch(branch.external_id, branch.name, location, branch.hours)


def test_a_store_and_a_register_from_nothing_to_changed(at):
    _, account = at()
    with account:
        assert list(account.stores()) == []
        branch = placed(account)
        store = account.create_store(branch)
        assert account.store(store.id).external_id == "SUC001"
        assert account.store_by_external_id("SUC001").id == store.id
        assert [found.id for found in account.stores()] == [store.id]
        assert store.hours == {"monday": (("08:00", "12:00"),)}
        with pytest.raises(Conflict):
            account.create_store(branch)
        register = Register("SUC001POS1", "SUC001", "Caja 1", category=621102)
        pos = account.create_pos(register, store_id=store.id, waits_for_order=False)
        assert account.pos(pos.id).qr_code.startswith("000201")
        assert account.pos_by_external_id("SUC001POS1").id == pos.id
        with pytest.raises(Conflict):
            account.create_pos(register, store_id=store.id, waits_for_order=False)
        changed = account.update_pos(pos.id, register, store_id=store.id, waits_for_order=True)
        assert changed.fixed_amount
        assert account.pos(pos.id).qr_code == account.pos_by_external_id("SUC001POS1").qr_code
        renamed = account.update_store(store.id, Branch("SUC001", "Otra", branch.location), fields={"name"})
        assert renamed.name == "Otra"


def test_a_wrong_city_is_told_with_the_right_ones(at):
    _, account = at()
    wrong = Branch("SUC001", "Uno", Location("Caseros", "1", "Belgrado", "Capital Federal", -34.58, -58.42))
    with account, pytest.raises(RefusedByApi) as told:
        account.create_store(wrong)
    field, values = valid_values(told.value)
    assert field == "city_name"
    assert len(values) > 1


def test_what_is_not_there_and_who_is_not_let_in(at):
    running, account = at()
    with account:
        with pytest.raises(NotFound):
            account.store("999")
        with pytest.raises(NotFound):
            account.pos("999")
        with pytest.raises(NotFound):
            account.create_pos(Register("P1", "S", "Caja"), store_id="999", waits_for_order=False)
    with connect(running.url, SecretStr("TEST-somebody-else")) as stranger, pytest.raises(Unauthorised):
        stranger.seller()


def test_lists_are_whole_in_spite_of_faults(at):
    faults = {"429": 0.1, "500": 0.1, "reset": 0.05, "half-answer": 0.05, "html-error": 0.05, "lost-answer": 0.05}
    running, account = at(stores=70, registers=130)
    with account:
        stores, registers = ({row.id for row in rows} for rows in (account.stores(), account.pos_list()))
        running.put("/_sandbox/faults", faults)
        for _ in range(3):
            assert {store.id for store in account.stores()} == stores
            assert {pos.id for pos in account.pos_list()} == registers
    assert (len(stores), len(registers)) == (70, 130)


def test_every_payment_of_a_year_is_read_once_and_is_own_income(at):
    running, account = at(stores=3, registers=5, payments=400)
    now = instant(running.get("/_sandbox/clock")["now"])
    with account:
        me = account.seller().id
        window = Window("date_created", now - timedelta(days=364), now)
        rows = list(account.payments(window=window, collector_id=me))
        assert len(rows) == len({row.id for row in rows})
        own = [row for row in rows if row.collector_id == me]
        assert len(own) >= 350
        assert {row.currency for row in own} == {"ARS"}
        one = account.payment(own[0].id)
        assert one == own[0]
        sold = [row for row in own if row.status == "approved" and not row.refunds and row.charges]
        assert sold
        for row in sold:
            paid = sum(charge.original for charge in row.charges if charge.payer == "collector")
            assert row.amount - paid == row.net_received
        with pytest.raises(ApiError):
            account.payments_page(window=Window("date_created", now - timedelta(days=400), now), collector_id=me)
