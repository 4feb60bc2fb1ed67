"""Cases of the account, the gateway and the bad days of a server (contract S 1, P 0.2, 7.4, 8)."""

from __future__ import annotations

from tests.contract.stage import Cases, Stage

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


CASES = [*account.all]
