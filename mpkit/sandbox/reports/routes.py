"""The routes of the two reports: configuration, request, list, search, task, file and schedule.

Statuses, codes and shapes: the contract's section 6 and what integrations saw of it live (2026). Old behaviour that
surprises is kept: without a configuration a request answers 404 with no body at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from mpkit.sandbox.answers import Answer, Effect, Refusal, counted, family, payment_date
from mpkit.sandbox.late import Late
from mpkit.sandbox.reports.columns import KINDS
from mpkit.sandbox.reports.configuring import checked, offset
from mpkit.sandbox.reports.desk import Order, next_run, period_before
from mpkit.sandbox.reports.requests import span, whole_days, zulu
from mpkit.sandbox.reports.writing import Ending, prepared
from mpkit.sandbox.routes import Route, long

if TYPE_CHECKING:
    from mpkit.sandbox.world import Call, World

_PAGE, _MOST = 50, 1000
_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def configure(world: World, call: Call) -> Answer:
    """`POST` (201) and `PUT` (200) `…/config`; a schedule that runs keeps its frequency."""
    kind, user = _kind(call), call.seller.id
    wanted = checked(kind, call.body)
    before = world.desk.configs.get((user, kind))
    running = (user, kind) in world.desk.next_runs
    if running and before and before["frequency"] != wanted["frequency"]:
        raise family(400, "bad_request", "The schedule must be disabled before its frequency is changed")
    world.desk.configure(user, kind, wanted)
    created = call.request.method == "POST"
    effect = Effect("create" if created else "update", "report-config", kind)
    return Answer(201 if created else 200, wanted | {"scheduled": running}, effect)


def configuration(world: World, call: Call) -> Answer:
    """`GET …/config`."""
    kind = _kind(call)
    found = world.desk.configs.get((call.seller.id, kind))
    if found is None:
        status = 404 if kind == "release" else 400
        raise family(status, "config_not_found_for_user", "Configuration not found for user")
    return Answer(200, found | {"scheduled": (call.seller.id, kind) in world.desk.next_runs})


def ask(world: World, call: Call) -> Answer:
    """`POST …`: 202, the report is on its way; 203, accepted and nothing made: ask again (not in Brazil)."""
    kind, user = _kind(call), call.seller.id
    wanted = span(call.body, world.now())
    config = world.desk.configs.get((user, kind))
    if config is None:
        raise Refusal(Answer(404))
    if world.desk.quirks.ask_again > 0 and world.site.id != "MLB":
        world.desk.turn({"ask_again": world.desk.quirks.ask_again - 1})
        return Answer(203)
    if world.desk.quirks.whole_days:
        wanted = whole_days(wanted, config)
    order = world.desk.order(user, kind, wanted, world.now())
    return Answer(202, _asked(world, order), Effect("create", f"{kind}-report", str(order.id)))


def listed(world: World, call: Call) -> Answer:
    """`GET …/list`: a bare array, newest first."""
    limit, offset_ = _whole(call, "limit", _PAGE), _whole(call, "offset", 0)
    return Answer(200, [_row(world, order) for order in _known(world, call)][offset_ : offset_ + min(limit, _MOST)])


def search(world: World, call: Call) -> Answer:
    """`GET …/search`: the same rows with paging, narrowed by `begin_date` and `end_date` as they were asked for."""
    rows = [_row(world, order) for order in _known(world, call)]
    for name in ("begin_date", "end_date"):
        if call.query.get(name):
            rows = [row for row in rows if row[name] == call.query[name]]
    limit, offset_ = _whole(call, "limit", _PAGE), _whole(call, "offset", 0)
    paging = {"total": len(rows), "limit": limit, "offset": offset_}
    return Answer(200, {"paging": paging, "results": rows[offset_ : offset_ + min(limit, _MOST)]})


def task(world: World, call: Call) -> Answer:
    """`GET …/task/{id}`; an id of nobody, or of another account, is an internal error, as in life."""
    text = call.params["id"]
    order = world.desk.orders.get(int(text)) if text.isdecimal() and len(text) < 20 else None
    if order is None or (order.user, order.kind) != (call.seller.id, _kind(call)):
        raise family(500, "internal_error", "internal_error")
    ready = order.ready <= world.now().timestamp()
    status = ("failed" if order.failed else "done") if ready else "pending"
    return Answer(
        200,
        {
            "id": order.id,
            "status": status,
            "begin_date": zulu(order.begin),
            "end_date": zulu(order.end),
            "created_at": zulu(order.asked),
            "updated_at": zulu(order.ready if ready else order.asked),
            "file_name": f"{order.name}.csv" if status == "done" else "",
        },
    )


@long
def file(world: World, call: Call) -> Answer:
    """`GET …/{file_name}`: the CSV, or the same as a workbook under the ending `.xlsx`."""
    name, _, ending = call.params["file_name"].rpartition(".")
    order = world.desk.file(call.seller.id, _kind(call), name, world.now())
    if order is None or ending not in _TYPES:
        raise family(404, "not_found", "File not found")
    wanted: Ending = "xlsx" if ending == "xlsx" else "csv"
    return Answer(200, Late(prepared(world, order, wanted)), kind=_TYPES[wanted])


def enable(world: World, call: Call) -> Answer:
    """`POST …/schedule`: from now on by itself, as `frequency` says."""
    kind, user = _kind(call), call.seller.id
    config = world.desk.configs.get((user, kind))
    if config is None:
        raise family(404, "not_found", "Configuration not found for user")
    run = next_run(config, world.now())
    world.desk.schedule(user, kind, int(run.timestamp()))
    return Answer(200, _scheduled(world, call, config, run, "pending"), Effect("update", "report-schedule", kind))


def disable(world: World, call: Call) -> Answer:
    """`DELETE …/schedule`."""
    kind, user = _kind(call), call.seller.id
    config = world.desk.configs.get((user, kind))
    due = world.desk.next_runs.get((user, kind), 0)
    if config is None or not due:
        raise family(404, "not_found", "Schedule not found for user")
    world.desk.schedule(user, kind, 0)
    run = datetime.fromtimestamp(due, offset(config))
    return Answer(200, _scheduled(world, call, config, run, "deleted"), Effect("update", "report-schedule", kind))


def bare(world: World, call: Call) -> Answer:  # noqa: ARG001 - every route has this shape
    """`GET` of the report itself: in the official description, but not routed."""
    return Answer(405, {"message": "method not allowed", "error": "method_not_allowed", "status": 405, "cause": []})


def _scheduled(world: World, call: Call, config: Mapping[str, Any], run: datetime, status: str) -> dict[str, Any]:
    begin, end = period_before(config, run)
    return {
        "id": 2_541_000 + int(call.seller.id) % 1000,
        "user_id": int(call.seller.id),
        "begin_date": zulu(begin),
        "end_date": zulu(end),
        "created_from": "schedule",
        "status": status,
        "report_type": _kind(call),
        "generation_date": zulu(int(run.timestamp())),
        "last_modified": payment_date(int(world.now().timestamp())),
        "retries": 0,
    }


def _asked(world: World, order: Order) -> dict[str, Any]:
    at = payment_date(order.asked)
    return {
        "id": order.id,
        "account_id": int(order.user),
        "begin_date": zulu(order.begin),
        "created_from": order.created_from,
        "currency_id": world.site.currency,
        "end_date": zulu(order.end),
        "generation_date": at,
        "internal_management": [{"is_visible": True, "notify": False, "use_exact_time": True}],
        "is_reserve": False,
        "is_test": False,
        "last_modified": at,
        "report_id": 17_000_000 + order.id % 1_000_000,
        "retries": 0,
        "status": "pending",
        "sub_type": order.kind,
        "user_id": int(order.user),
        "format": "CSV",
    }


def _row(world: World, order: Order) -> dict[str, Any]:
    ready = order.ready <= world.now().timestamp()
    row = {
        "id": order.id,
        "user_id": int(order.user),
        "begin_date": zulu(order.begin),
        "end_date": zulu(order.end),
        "file_name": f"{order.name}.csv" if ready and not order.failed else "",
        "created_from": order.created_from,
        "date_created": payment_date(order.ready if ready else order.asked),
    }
    return row | ({"status": "processed" if ready else "pending"} if world.desk.quirks.pending_rows else {})


def _known(world: World, call: Call) -> list[Order]:
    """The orders a list shows: what has a file, or all that did not fail where the quirk is on."""
    now = world.now()
    found = world.desk.of(call.seller.id, _kind(call), now)
    pending = world.desk.quirks.pending_rows
    return [order for order in found if (order.ready <= now.timestamp() or pending) and not order.failed]


def _whole(call: Call, name: str, default: int) -> int:
    found = counted(call.query, name, default)
    if found is None:
        raise family(400, "bad_request", f"Invalid {name}")
    return found


def _kind(call: Call) -> str:
    return call.request.path.split("/")[3].removesuffix("_report")


_TABLE: tuple[tuple[str, str, Callable[[World, Call], Answer]], ...] = (
    ("POST", "/config", configure),
    ("PUT", "/config", configure),
    ("GET", "/config", configuration),
    ("POST", "", ask),
    ("GET", "", bare),
    ("GET", "/list", listed),
    ("GET", "/search", search),
    ("GET", "/task/{id}", task),
    ("GET", "/{file_name}", file),
    ("POST", "/schedule", enable),
    ("DELETE", "/schedule", disable),
)
ROUTES: tuple[Route, ...] = tuple(
    (method, f"/v1/account/{kind}_report{rest}", handler) for kind in KINDS for method, rest, handler in _TABLE
)
