"""Schemathesis against the sandbox, over HTTP, by the sandbox's own description: it is to find nothing.

Two parts: every operation with one value changed at a time (deterministic), and generated requests by seed, a few in
the tests and many in the soak. What is checked: statuses, content types and shapes of answers, that what breaks the
description is refused and what follows it is not, that a token is asked for, methods, and that nothing falls over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events

from tests.conftest import Running

# A body or a query may follow the description and be refused all the same: for what is taken, unknown, too old …
_REFUSALS = ["2xx", "400", "401", "403", "404", "405", "409", "422", "424"]
# The switches of the sandbox itself: turned by chance they would change what the others answer.
_SWITCHES = "^/_sandbox/(clock|faults|gone|refunds|reports|balance)"
# Second paths to the same answers: made-up requests are enough for them.
_AGAIN = "^(/merchant_orders$|/instore/qr/seller/collectors/.*/stores/)"
_KEPT = 60  # registers and payments at the start
SHOP = {"seed": 7, "stores": 4, "registers": 8, "payments": _KEPT}


def config(running: Running, seed: int, *, examples: int, each_value: bool) -> dict[str, Any]:
    """The run as Schemathesis wants it: half its paths lead to objects that are there."""
    shelf, payments = running.world.shelf, running.world.book.slips
    there = {
        "^/stores/": next(iter(shelf.stores)),
        "^/users/.*/stores/{id}": next(iter(shelf.stores)),
        "^/pos/": next(iter(shelf.pos)),
        "^/v2/pos/": next(iter(shelf.pos)),
        "^/v1/payments/": str(next(iter(payments))),
        "^/merchant_orders/{id}": str(next(slip.order for slip in payments.values() if slip.order)),
    }
    known = [
        {"include-path-regex": path, "exclude-method": "DELETE", "parameters": {"path.id": id_}}
        for path, id_ in there.items()
    ]
    # an unknown task is an internal error there, as in life (contract P 6.2)
    broken = {"not_a_server_error": {"enabled": False}, "positive_data_acceptance": {"enabled": False}}
    return {
        "seed": seed,
        "continue-on-failure": True,
        "base-url": running.url,
        "headers": {"Authorization": f"Bearer {running.token}"},
        "parameters": {"path.user": running.user_id},
        "generation": {"max-examples": examples, "database": "none"},
        "phases": {
            "examples": {"enabled": False},
            "coverage": {"enabled": each_value},
            "fuzzing": {"enabled": not each_value},
            "stateful": {"enabled": False},
        },
        "checks": {"positive_data_acceptance": {"expected-statuses": _REFUSALS}},
        "operations": [
            {"include-path-regex": _SWITCHES, "enabled": False},
            *([{"include-path-regex": _AGAIN, "enabled": False}] if each_value else []),
            {"include-path-regex": "/task/", "checks": broken},
            # a PUT there is about the store called "search": refused with 400, as that is no number
            {"include-path": "/users/{user}/stores/search", "checks": {"unsupported_method": {"enabled": False}}},
            *known,
        ],
    }


def found(
    running: Running, seed: int, *, examples: int = 1, each_value: bool = False, only: str = ""
) -> tuple[int, list[str]]:
    """How many requests were sent (to the path `only`, if named), and what was found, a line each."""
    chosen = config(running, seed, examples=examples, each_value=each_value)
    document = running.get("/_sandbox/openapi.json")
    if only:
        document["paths"] = {only: document["paths"][only]}
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig.from_dict(chosen))
    sent, faults = 0, list[str]()
    for event in engine.from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            sent += len(event.recorder.interactions)
            faults += _faults(event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            faults.append(str(getattr(event, "info", None) or getattr(event, "exception", event)))
    return sent, faults


def _faults(event: events.ScenarioFinished) -> Iterator[str]:
    for case, checks in event.recorder.checks.items():
        for check in checks:
            if check.status is Status.FAILURE:
                told = check.failure_info.failure if check.failure_info else check.name
                asked = event.recorder.interactions[case].request
                yield f"{event.label}: {told} | {asked.method} {asked.uri}"


def test_each_value_changed_alone(start_sandbox: Any) -> None:
    sent, faults = found(start_sandbox(**SHOP), 0, each_value=True)
    assert sent > 1000
    assert not faults, "\n".join(faults)


def test_generated_requests(start_sandbox: Any, bar: Any) -> None:
    """Requests made up from the sandbox's own description find no fault in it."""
    total = 0
    for seed in bar.rounds(stated=20, reduced=1):
        sent, faults = found(start_sandbox(**SHOP), seed, examples=3 if not bar.whole else 25)
        assert not faults, "\n".join([f"seed {seed}", *faults])
        total += sent
    bar.saw(f"{total} requests, 0 faults")


def test_a_fault_would_be_found(start_sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox broken on purpose: an answer loses a field, and it is said."""
    running = start_sandbox(**SHOP)
    row = next(iter(running.world.shelf.stores.values()))
    monkeypatch.setattr(type(running.world.seller), "me", lambda _: {"id": row.id})
    _, faults = found(running, 0, each_value=True, only="/users/me")
    assert any("GET /users/me" in fault for fault in faults)
