"""The control route of the reports: their quirks, and what somebody does with them in the panel behind our back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mpkit.sandbox.answers import Answer, Effect
from mpkit.sandbox.reports.columns import KINDS
from mpkit.sandbox.reports.configuring import checked
from mpkit.sandbox.reports.requests import span, zulu
from mpkit.sandbox.routes import Route
from mpkit.sandbox.wanted import wanted_of, wrong_control

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World


def shown(world: World, call: Call) -> Answer:  # noqa: ARG001 - every route has this shape
    """`GET /_sandbox/reports`: quirks, configurations and orders."""
    desk = world.desk
    return Answer(
        200,
        {
            "quirks": asdict(desk.quirks),
            "configs": [{"user": user, "report": kind, **row} for (user, kind), row in desk.configs.items()],
            "schedules": [{"user": u, "report": k, "next": zulu(at)} for (u, k), at in desk.next_runs.items()],
            "orders": [
                {"id": o.id, "report": o.kind, "begin": zulu(o.begin), "end": zulu(o.end), "failed": o.failed}
                for o in desk.orders.values()
            ],
        },
    )


def turn(world: World, call: Call) -> Answer:
    """`PUT /_sandbox/reports`: changes the quirks that are named."""
    try:
        world.desk.turn(wanted_of(call))
    except TypeError as error:
        raise wrong_control(f"{error} is no quirk, or its value has the wrong type") from error
    return Answer(200, {"quirks": asdict(world.desk.quirks)})


def press(world: World, call: Call) -> Answer:
    """`POST /_sandbox/reports`, named by `action`.

    `config` (`report`, `config`: as the API takes it) · `ask` (`report`, `begin_date`, `end_date`).
    """
    wanted = wanted_of(call)
    actions = {"config": _config, "ask": _ask}
    action = actions.get(str(wanted.get("action")))
    if action is None:
        raise wrong_control(f"action is one of {', '.join(actions)}")
    effect = action(world, wanted)
    return Answer(201, {"id": effect.id}, effect)


def _config(world: World, wanted: Mapping[str, Any]) -> Effect:
    kind = _kind(wanted)
    world.desk.configure(world.seller.id, kind, checked(kind, wanted.get("config")))
    return Effect("panel-update", "report-config", kind)


def _ask(world: World, wanted: Mapping[str, Any]) -> Effect:
    kind = _kind(wanted)
    if (world.seller.id, kind) not in world.desk.configs:
        raise wrong_control("the account has no configuration of this report")
    order = world.desk.order(world.seller.id, kind, span(wanted, world.now()), world.now())
    return Effect("panel-create", f"{kind}-report", str(order.id))


def _kind(wanted: Mapping[str, Any]) -> str:
    kind = str(wanted.get("report"))
    if kind not in KINDS:
        raise wrong_control(f"report is one of {', '.join(KINDS)}")
    return kind


ROUTES: tuple[Route, ...] = (
    ("GET", "/_sandbox/reports", shown),
    ("PUT", "/_sandbox/reports", turn),
    ("POST", "/_sandbox/reports", press),
)
