"""The desk where reports are ordered: configurations, schedules and orders go in; what is ready by now comes out.

Kept across restarts by the journal. A file's content is not kept: it is made again from the movements up to the moment
the order was carried out, and comes out the same.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from mpkit.sandbox.journal import Kinds
from mpkit.sandbox.reports.configuring import offset
from mpkit.sandbox.shelf import Remember

_FIRST_ORDER, _STEP = 102_652_342, 35
_BEHIND = 400  # runs of a schedule that are caught up with at most


@dataclass(frozen=True, slots=True)
class Quirks:
    """How the reports of this world misbehave; all of it was seen, or is documented, of the real ones."""

    delay_s: float = 90.0  # from the request to the file; real ones took 40 to 180 seconds
    ask_again: int = 0  # requests that are still to be answered 203: accepted, nothing made (not in Brazil)
    fail: int = 0  # generations that are still to fail
    pending_rows: bool = False  # the list shows an order at once, with no file name, as two integrations saw
    whole_days: bool = False  # the span is widened to whole days of the account
    slack_s: int = 0  # the file also holds what happened so long before and after its span
    bom: bool = False
    scientific: bool = False  # some ids as a spreadsheet writes them
    loose_taxes: bool = False  # TAXES_DISAGGREGATED without quotes, as seen in 2026


@dataclass(frozen=True, slots=True)
class Order:
    """One report that was asked for; instants are whole seconds since 1970, both ends of the span belong to it."""

    id: int
    kind: str
    user: str
    begin: int
    end: int
    created_from: str  # manual, schedule
    asked: int
    ready: int
    failed: bool
    name: str  # of the file, without its ending
    config: Mapping[str, Any]


@dataclass
class Desk:
    """Everything about reports that one world keeps."""

    remember: Remember
    quirks: Quirks = field(default_factory=Quirks)
    configs: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # by user and kind
    next_runs: dict[tuple[str, str], int] = field(default_factory=dict)  # of the enabled schedules
    orders: dict[int, Order] = field(default_factory=dict)
    next_order: int = _FIRST_ORDER
    _names: set[str] = field(default_factory=set)

    def kinds(self) -> Kinds:
        """How the lines it writes are applied again."""
        return {
            "report-config": lambda line: self.configure(line["user"], line["report"], line["config"]),
            "report-schedule": lambda line: self.schedule(line["user"], line["report"], line["next"]),
            "report-order": lambda line: self.put(Order(**line["order"])),
            "report-quirks": lambda line: self.turn(line["quirks"]),
        }

    def turn(self, changed: Mapping[str, Any]) -> None:
        """Change quirks. Raises `TypeError` for a name or a type that is none of theirs."""
        for name, value in changed.items():
            kind = next((part.type for part in fields(Quirks) if part.name == name), None)
            if kind is None or (kind == "bool") != isinstance(value, bool) or not isinstance(value, int | float):
                raise TypeError(name)
        self.quirks = replace(self.quirks, **changed)
        self.remember("report-quirks", {"quirks": dict(changed)})

    def configure(self, user: str, kind: str, config: dict[str, Any]) -> None:
        """Keep a configuration; whoever writes last wins, as in life."""
        self.configs[user, kind] = config
        self.remember("report-config", {"user": user, "report": kind, "config": config})

    def schedule(self, user: str, kind: str, next_run: int) -> None:
        """Enable a schedule from its next run on, or end it (0)."""
        self.next_runs.pop((user, kind), None)
        if next_run:
            self.next_runs[user, kind] = next_run
        self.remember("report-schedule", {"user": user, "report": kind, "next": next_run})

    def order(self, user: str, kind: str, span: tuple[int, int], now: datetime, created_from: str = "manual") -> Order:
        """Ask for a report; the configuration is the one of now. Raises `KeyError` where there is none."""
        config, asked = self.configs[user, kind], int(now.timestamp())
        ready = asked + int(self.quirks.delay_s)
        failed = self.quirks.fail > 0
        if failed:
            self.turn({"fail": self.quirks.fail - 1})
        at = ready
        while (name := self._name(config, at)) in self._names:
            at += 1
        order = Order(self.next_order, kind, user, *span, created_from, asked, ready, failed, name, config)
        self.put(order)
        return order

    def put(self, order: Order) -> None:
        """Keep an order."""
        self.orders[order.id] = order
        self._names.add(order.name)
        self.next_order = max(self.next_order, order.id + _STEP)
        self.remember("report-order", {"order": asdict(order)})

    def of(self, user: str, kind: str, now: datetime) -> list[Order]:
        """The account's orders of one kind, newest first; what a schedule should have made by now is made first."""
        self._catch_up(user, kind, now)
        return [order for order in reversed(self.orders.values()) if (order.user, order.kind) == (user, kind)]

    def file(self, user: str, kind: str, name: str, now: datetime) -> Order | None:
        """The order of a file that is there by now."""
        found = next((order for order in self.of(user, kind, now) if order.name == name), None)
        return found if found is not None and found.ready <= now.timestamp() and not found.failed else None

    def _catch_up(self, user: str, kind: str, now: datetime) -> None:
        for _ in range(_BEHIND):
            due = self.next_runs.get((user, kind), 0)
            if not due or due > now.timestamp():
                return
            config = self.configs[user, kind]
            at = datetime.fromtimestamp(due, offset(config))
            self.order(user, kind, period_before(config, at), at, "schedule")
            self.schedule(user, kind, int(next_run(config, at).timestamp()))

    @staticmethod
    def _name(config: Mapping[str, Any], at: int) -> str:
        return f"{config['file_name_prefix']}-{datetime.fromtimestamp(at, offset(config)):%Y-%m-%d-%H%M%S}"


def next_run(config: Mapping[str, Any], after: datetime) -> datetime:
    """When a schedule runs next, in its own time zone: at its hour of the day, week or month."""
    frequency = config["frequency"]
    at = after.astimezone(offset(config)).replace(hour=frequency["hour"], minute=0, second=0, microsecond=0)
    while at <= after or not _fits(frequency, at):
        at += timedelta(days=1)
    return at


def period_before(config: Mapping[str, Any], run: datetime) -> tuple[int, int]:
    """The span a scheduled report tells of: from the run before to the second before this one."""
    begin = run - timedelta(days=1)
    while not _fits(config["frequency"], begin):
        begin -= timedelta(days=1)
    return int(begin.timestamp()), int(run.timestamp()) - 1


def _fits(frequency: Mapping[str, Any], day: datetime) -> bool:
    value = int(frequency.get("value") or 1)
    if frequency["type"] == "weekly":
        return day.isoweekday() == min(max(value, 1), 7)
    if frequency["type"] == "monthly":
        return day.day == min(max(value, 1), monthrange(day.year, day.month)[1])
    return True
