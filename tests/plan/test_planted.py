"""Planted bugs: each is found by the simulator, so that its silence about the real code means something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mpkit.errors import Conflict, StalePlan, Unauthorised
from mpkit.plan import carry, machine
from tests.plan.simulator import Simulation

Break = Callable[[pytest.MonkeyPatch], None]
SEEDS = 12


def no_intent_row(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(carry.Book, "_sending", lambda *_: None)


def retry_with_a_new_id(patch: pytest.MonkeyPatch) -> None:
    sent: dict[str, int] = {}

    def again(make: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
        def made(external_id: str, fields: Any) -> Any:
            sent[external_id] = sent.get(external_id, 0) + 1
            return make(external_id + "R" * (sent[external_id] > 1), fields)

        return made

    patch.setattr(carry, "branch_of", again(carry.branch_of))
    patch.setattr(carry, "register_of", again(carry.register_of))


def no_look(patch: pytest.MonkeyPatch) -> None:
    def at_once(self: Any, step: Any) -> list[Any]:
        self._queue_up(step, next="create")
        return []

    patch.setattr(machine.Machine, "_in_doubt", at_once)


def adopt_without_comparing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(machine, "unlike", lambda *_: ())


def taken_means_done(patch: pytest.MonkeyPatch) -> None:
    real = machine.Machine._write_failed

    def skip(self: Any, step: Any, error: Any) -> Any:
        return self._over(step, "done") if isinstance(error, Conflict) else real(self, step, error)

    patch.setattr(machine.Machine, "_write_failed", skip)


def swallowed_401(patch: pytest.MonkeyPatch) -> None:
    real = machine.Machine._troubled

    def swallow(self: Any, step: Any, error: Any) -> Any:
        return self._over(step, "done") if isinstance(error, Unauthorised) else real(self, step, error)

    patch.setattr(machine.Machine, "_troubled", swallow)


def resume_without_looking(patch: pytest.MonkeyPatch) -> None:
    real = machine.first

    def fresh(change: Any, intent: Any, **_: Any) -> Any:
        step = real(change, intent, unsettled=False)
        return replace(step, next="create") if step.phase != "over" and change.kind == "create" else step

    patch.setattr(machine, "first", fresh)


def found(folder: Path, **options: Any) -> str:
    """The first thing wrong that the simulator sees within some seeds, "" for nothing."""
    for seed in range(SEEDS):
        there = folder / str(seed)
        there.mkdir()
        try:
            run = Simulation(seed, there, crash=0.02, **options).run()
        except (StalePlan, LookupError) as refused:
            return repr(refused)
        if run.faults() or run.applied is None:
            return "; ".join(run.faults()) or "never came to an end"
    return ""


@pytest.mark.parametrize(
    ("planted", "options"),
    [
        (no_intent_row, {"forgetful": True}),
        (retry_with_a_new_id, {}),
        (no_look, {"forgetful": True}),
        (adopt_without_comparing, {"intruder": "P004"}),
        (taken_means_done, {"intruder": "P004"}),
        (swallowed_401, {}),
        (resume_without_looking, {"forgetful": True}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_planted_bug_is_found(
    planted: Break, options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(monkeypatch)
    assert found(tmp_path, **options)


def test_without_a_settle_window_a_late_request_makes_a_double(tmp_path: Path) -> None:
    assert "made twice" in found(tmp_path, forgetful=True, settle=0.0)


@pytest.mark.parametrize("options", [{"forgetful": True}, {"intruder": "P004"}, {"intruder": "S002"}])
def test_the_code_as_it_is_passes_where_the_bugs_are_found(options: dict[str, Any], tmp_path: Path) -> None:
    assert found(tmp_path, **options) == ""
