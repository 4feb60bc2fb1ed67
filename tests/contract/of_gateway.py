"""Cases of the account, the gateway and the bad days of a server (contract S 1, P 0.2, 7.4, 8)."""

from __future__ import annotations

from mpkit.work import HttpRequest
from tests.contract.stage import BRANCH, REGISTER, Cases, Stage
from tests.sandbox.asking import STORE

account = Cases("Account")
ME = "GET /users/me"


@account(ME, "whose token it is; a test user by its tags", "P 7.4", "200", "Account")
def me(on: Stage):
    def check(seller):
        assert (seller.id, seller.site, seller.test) == (on.user, "MLA", True)

    return lambda: on.account.seller(anew=True), check


@account(ME, "no token", "P 8.1", "401 unauthorized · flat", "Unauthorised")
def no_token(on: Stage):
    return lambda: on.ask("GET", "/users/me", token="")


@account(ME, "a token nobody has", "P 8.1", "401 unauthorized · cause", "Unauthorised")
def wrong_token(on: Stage):
    return lambda: on.client("TEST-nobody").seller()


@account("GET /stores/{id}", "a token nobody has", "S 2.9", "401 unauthorized · causes", "Unauthorised")
def wrong_token_stores(on: Stage):
    return lambda: on.client("TEST-nobody").store("61000001")


@account("GET /v2/pos", "a token nobody has", "S 1.3", "401 unauthorized · flat", "Unauthorised")
def wrong_token_v2(on: Stage):
    return lambda: on.ask("GET", "/v2/pos", token="TEST-nobody")


@account("GET /v1/payments/{id}", "a token nobody has", "P 8.1", "401 unauthorized · cause", "Unauthorised")
def wrong_token_payments(on: Stage):
    return lambda: on.client("TEST-nobody").payment("1")


@account("GET /v1/nothing", "a path that does not exist", "P 0.2", "404 not_found · cause", "NotFound")
def no_path(on: Stage):
    return lambda: on.ask("GET", "/v1/nothing")


@account("POST /pos", "a body that is no JSON", "P 8.2", "400 bad_request · causes", "RefusedByApi")
def no_json(on: Stage):
    return lambda: on.ask("POST", "/pos", b"{")


days = Cases("Bad days")
CREATE, LIST = "POST /users/{user}/stores", "GET /users/{user}/stores/search"
SIX = "each of six tries"


def bad(on: Stage, fault: str) -> None:
    on.control("faults", {fault: 1})


def survived(on: Stage, wanted: int):
    """What is there afterwards, looked for before anything is sent again."""
    on.control("faults", {})
    found = on.account.store_by_external_id("SUC001")
    assert (found is not None) is bool(wanted)


def writing(fault: str, situation: str, section: str, answers: str, makes: str, made: int, **options):
    @days(CREATE, situation, section, answers, makes, **options)
    def play(on: Stage):
        bad(on, fault)
        return on.store, lambda _: survived(on, made)


def reading(fault: str, situation: str, section: str, answers: str, makes: str = "an empty list", **options):
    @days(LIST, situation, section, answers, makes, **options)
    def play(on: Stage):
        on.control("faults", {fault: 0.5})
        return lambda: list(on.account.stores())


CASES = [*account.all, *days.all]
