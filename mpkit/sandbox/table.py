"""Every route of the sandbox in three tables: those of the API, those open to all, and the control routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mpkit.sandbox import (
    chargebacks,
    claims,
    control,
    instore,
    merchant_orders,
    methods,
    office_routes,
    orders,
    payments,
    pos,
    pos_v2,
    refunds,
    stores,
)
from mpkit.sandbox.answers import Answer
from mpkit.sandbox.description import described
from mpkit.sandbox.reports import control as reports_control
from mpkit.sandbox.reports import routes as reports
from mpkit.sandbox.routes import Router

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World


def me(world: World, call: Call) -> Answer:  # noqa: ARG001 - every route has this shape
    """`GET /users/me`."""
    return Answer(200, call.seller.me())


def openapi(world: World, call: Call) -> Answer:  # noqa: ARG001 - as above
    """`GET /_sandbox/openapi.json`: this document."""
    return Answer(200, description(world.url))


def description(url: str) -> dict[str, Any]:
    """The sandbox, served at `url`, described by OpenAPI 3.1."""
    tables = (*API.table, *OPEN.table, *CONTROL.table)
    return described(tables, {path for _, path, _ in (*OPEN.table, *CONTROL.table)}, url)


# one name each: every module of routes has ROUTES, some have OPEN_ROUTES, which need no token
_MODULES = (
    stores,
    pos,
    pos_v2,
    instore,
    orders,
    merchant_orders,
    payments,
    refunds,
    chargebacks,
    claims,
    methods,
    reports,
)
API = Router((("GET", "/users/me", me), *(route for module in _MODULES for route in module.ROUTES)))
OPEN = Router(route for module in _MODULES for route in getattr(module, "OPEN_ROUTES", ()))
_DOCUMENT = ("GET", "/_sandbox/openapi.json", openapi)
CONTROL = Router((*control.ROUTES, *office_routes.ROUTES, *reports_control.ROUTES, _DOCUMENT))
