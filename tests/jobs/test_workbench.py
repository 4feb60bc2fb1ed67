"""Whose account it is, against a sandbox over real HTTP; and connecting one as a page does."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from mpkit import accounts, jobs, settings
from mpkit.accounts import handover, tokens
from mpkit.db import open_store
from mpkit.errors import RateLimited, Refused, Unauthorised, WrongAccount, WrongUsage
from mpkit.jobs import Workbench
from mpkit.model import Account


@pytest.fixture
def at(tmp_path):
    """A workbench on one data folder, at an address and with a token."""

    def make(url="http://127.0.0.1:9", token=None, account=""):
        secret = SecretStr(token) if token else None
        chosen = settings.load(data=tmp_path, store_url="", access_token=secret, api_url=url, account=account)
        return Workbench(chosen, open_store(chosen.database))

    return make


def test_the_token_of_the_settings_is_asked_once_and_pinned(at, start_sandbox):
    running = start_sandbox(site="MLA", seed=7)
    bench = at(running.url, running.token)
    found = bench.account()
    assert (found.id, found.site, found.test) == (running.user_id, "MLA", True)
    assert accounts.known(bench.store) == (found,)
    assert at().account() == found, "known from now on, whether Mercado Pago answers or not"
    assert bench.mercadopago(found).seller().id == running.user_id
    assert bench.mercadopago(found) is bench.mercadopago(found)


def test_without_an_account_or_with_several_it_asks_which(at):
    bench = at()
    with pytest.raises(WrongUsage) as told:
        bench.account()
    assert told.value.key == "account_none"
    one, two = (Account(str(n), f"NICK{n}", "MLA", test=False) for n in (1, 2))
    for account in (one, two):
        accounts.pin(bench.store, account, "https://api.mercadopago.com")
    with pytest.raises(WrongUsage, match="NICK1"):
        bench.account()
    assert bench.account("nick2") == two
    assert bench.account("1") == one
    assert at(account="2").account() == two
    with pytest.raises(WrongUsage, match="NICK2"):
        bench.account("3")


def test_a_token_that_answers_as_somebody_else_is_refused(at, start_sandbox):
    running = start_sandbox(site="MLA", seed=7)
    bench = at(running.url, running.token)
    other = Account("424242", "OTRO", "MLA", test=True)
    accounts.pin(bench.store, other, running.url)
    with pytest.raises(WrongAccount) as told:
        bench.mercadopago(other)
    assert running.token not in str(told.value)


def test_a_kept_token_is_used_where_the_one_of_the_settings_does_not_fit(at, start_sandbox):
    running = start_sandbox(site="MLA", seed=7)
    account = at(running.url, running.token).account()
    bench = at(running.url, "TEST-expired-long-ago")
    with pytest.raises(Unauthorised):
        bench.mercadopago(account)
    tokens.keep(bench.settings.data, account.id, SecretStr(running.token))
    assert bench.mercadopago(account).seller().id == running.user_id
    assert at(running.url).mercadopago(account).seller().id == running.user_id


def test_without_a_token_it_says_so(at, start_sandbox):
    running = start_sandbox(site="MLA", seed=7)
    account = at(running.url, running.token).account()
    with pytest.raises(Refused) as told:
        at(running.url).mercadopago(account)
    assert told.value.key == "account_without_token"


def test_a_kept_token_is_never_sent_to_another_address(at, start_sandbox):
    running = start_sandbox(site="MLA", seed=7)
    bench = at(running.url)
    real = Account(running.user_id, "REAL", "MLA", test=False)
    accounts.pin(bench.store, real, "https://api.mercadopago.com")
    tokens.keep(bench.settings.data, real.id, SecretStr(running.token))
    with pytest.raises(WrongAccount):
        bench.mercadopago(real)
    assert running.get("/_sandbox/requests")["count"] == 0, "nothing was asked there"


def test_an_account_is_looked_at_before_anything_is_kept_and_then_connected(at, start_sandbox):
    running = start_sandbox(site="MLA", seed=7)
    bench = at(running.url)
    name = handover.leave(bench.settings.data, SecretStr(running.token))
    asked = {"handover": name}
    looked = jobs.run_now(bench, account="", kind="look", key=name, arguments=asked)
    found = jobs.outcome(looked)
    assert (found["user_id"], found["site"], found["test"]) == (running.user_id, "MLA", True)
    assert accounts.known(bench.store) == ()
    assert tokens.kept(bench.settings.data, running.user_id) is None
    yes = {**asked, "user_id": found["user_id"]}
    job = jobs.run_now(bench, account="", kind="connect", key=name, arguments=yes)
    assert jobs.outcome(job)["user_id"] == running.user_id
    assert bench.mercadopago(bench.account()).seller().id == running.user_id
    again = jobs.run_now(bench, account="", kind="connect", key=name, arguments=yes)
    assert again.id == job.id, "a second click is the same job"
    assert running.token.encode() not in (bench.settings.data / "mpkit.sqlite").read_bytes()


def test_a_token_that_changed_hands_between_look_and_yes_is_refused(at, start_sandbox):
    running = start_sandbox(site="MLA", seed=7)
    bench = at(running.url)
    name = handover.leave(bench.settings.data, SecretStr(running.token))
    job = jobs.run_now(
        bench, account="", kind="connect", key=name, arguments={"handover": name, "user_id": "somebody-else"}
    )
    with pytest.raises(WrongAccount):
        jobs.outcome(job)
    assert accounts.known(bench.store) == ()


def test_each_account_has_its_own_folders(at):
    bench = at()
    assert bench.folder("1", "books") != bench.folder("2", "books")
    assert bench.folder("1", "books").is_dir()


def test_what_one_process_learned_of_the_pace_and_the_generation_the_next_begins_with(at, start_sandbox):
    running = start_sandbox(site="MLA", seed=7)
    bench = at(running.url, running.token)
    found = bench.account()
    account = bench.mercadopago(found)
    running.put("/_sandbox/gone", {"/pos": 410})
    running.put("/_sandbox/faults", {"429": 1})
    with pytest.raises(RateLimited):
        account._calls.write("POST", "/pos", {}, parse=dict)
    running.put("/_sandbox/faults", {})
    assert list(account.pos_list()) == []
    learned = accounts.learned(bench.store, found.id)
    assert learned is not None
    assert learned.per_second < 100
    assert learned.refused == 100
    other = at(running.url, running.token).mercadopago(found)
    assert other.generation == "v2"
    assert other._calls._pace.per_second < 100
