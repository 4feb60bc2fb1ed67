"""Planted bugs: each is found by the simulator, so that its silence about the real code means something."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mpkit import ledger
from mpkit.db import Engine, writing
from mpkit.errors import Conflict, StalePlan, Unauthorised
from mpkit.plan import carry, machine, moves, scan
from tests.plan.chain import account_with, chain
from tests.plan.lifetime import Lifetime
from tests.plan.simulator import Frozen, Simulation
from tests.plan.test_scan import Restless

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
    patch.setattr(moves, "in_doubt", lambda step: moves.Queue(replace(step, next="create")))


def adopt_without_comparing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moves, "unlike", lambda *_: ())


def taken_means_done(patch: pytest.MonkeyPatch) -> None:
    real = moves.write_failed

    def skip(step: Any, error: Any, repair: Any) -> Any:
        return moves.Over(step, "done") if isinstance(error, Conflict) else real(step, error, repair)

    patch.setattr(moves, "write_failed", skip)


def swallowed_401(patch: pytest.MonkeyPatch) -> None:
    real = moves.troubled

    def swallow(step: Any, error: Any, repair: Any) -> Any:
        return moves.Over(step, "done") if isinstance(error, Unauthorised) else real(step, error, repair)

    patch.setattr(moves, "troubled", swallow)


def resume_without_looking(patch: pytest.MonkeyPatch) -> None:
    real = machine.first

    def fresh(change: Any, intent: Any, **_: Any) -> Any:
        step = real(change, intent, unsettled=False)
        return replace(step, next="create") if step.phase != "over" and change.kind == "create" else step

    patch.setattr(machine, "first", fresh)


def key_per_attempt(patch: pytest.MonkeyPatch) -> None:
    real, count = carry._pos, itertools.count()
    patch.setattr(carry, "_pos", lambda call, api, _: real(call, api, {call.change.key: f"key-{next(count)}"}))


def key_per_file(patch: pytest.MonkeyPatch) -> None:
    real = carry._pos
    patch.setattr(carry, "_pos", lambda call, api, keys: real(call, api, dict.fromkeys(keys, "the-file")))


def saved_late(patch: pytest.MonkeyPatch) -> None:
    """Each entry of the journal becomes durable only with the next one."""
    real, waiting = carry.Book.write, {}

    def write(self: carry.Book, entries: Any) -> Any:
        before = waiting.get(id(self.hold), [])
        waiting[id(self.hold)] = list(entries)
        return real(self, before) if before else []

    patch.setattr(carry.Book, "write", write)


def code_by_place_in_the_list(patch: pytest.MonkeyPatch) -> None:
    real = carry._pos

    def placed(call: Any, api: Any, keys: Any) -> Any:
        pos = real(call, api, keys)
        rows = list(api.pos_list()) if call.action == "create" else []
        return replace(pos, qr_code=rows[0].qr_code) if rows and rows[0].qr_code else pos

    patch.setattr(carry, "_pos", placed)


def lock_not_looked_at_again(patch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def unheld(engine: Engine, hold: Any) -> Iterator[Any]:  # noqa: ARG001
        with writing(engine) as connection:
            yield connection

    patch.setattr(ledger, "writing_held", unheld)


def taken_over_without_reading(patch: pytest.MonkeyPatch) -> None:
    real = moves.in_doubt

    def believe(step: Any) -> Any:
        return moves.Over(step, "done", remote_id=step.remote_id) if step.change.names else real(step)

    patch.setattr(moves, "in_doubt", believe)


def made_instead_of_taken_over(patch: pytest.MonkeyPatch) -> None:
    real = machine.first

    def fresh(change: Any, intent: Any, **doubt: Any) -> Any:
        step = real(change, intent, **doubt)
        return replace(step, next="create") if change.names and step.phase != "over" else step

    patch.setattr(machine, "first", fresh)


def a_lost_delete_counts_as_done(patch: pytest.MonkeyPatch) -> None:
    real = moves.in_doubt

    def believe(step: Any) -> Any:
        return moves.Over(step, "done", remote_id=step.remote_id) if step.next == "delete" else real(step)

    patch.setattr(moves, "in_doubt", believe)


def the_store_goes_first(patch: pytest.MonkeyPatch) -> None:
    real = machine.Machine._waits
    patch.setattr(machine.Machine, "_waits", lambda self, step: step.change.kind != "delete" and real(self, step))


def signs_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ledger, "void_pieces", lambda *_args, **_words: None)


def sticker_not_entered(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(carry.Book, "_sticker", lambda *_: None)


def found(folder: Path, kind: type[Simulation] = Simulation, **options: Any) -> str:
    """The first thing wrong that the simulator sees within some seeds, "" for nothing."""
    for seed in range(SEEDS):
        there = folder / str(seed)
        there.mkdir()
        try:
            run = kind(seed, there, crash=0.02, **options).run()
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
        (key_per_attempt, {"generation": "v2"}),
        (key_per_file, {"generation": "v2"}),
        (saved_late, {"forgetful": True}),
        (code_by_place_in_the_list, {}),
        (lock_not_looked_at_again, {"kind": Frozen}),
        (taken_over_without_reading, {"kind": Lifetime}),
        (made_instead_of_taken_over, {"kind": Lifetime}),
        (a_lost_delete_counts_as_done, {"kind": Lifetime}),
        (the_store_goes_first, {"kind": Lifetime}),
        (signs_forgotten, {"kind": Lifetime}),
        (sticker_not_entered, {"kind": Lifetime}),
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


def test_a_list_read_once_misses_what_moves_and_read_until_it_rests_misses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missed() -> int:
        count = 0
        for seed in range(50):
            existing = account_with(chain(23))
            seen = scan.read(Restless(existing, random.Random(seed), moves=3))
            count += {one.id for one in seen.stores} != {one.id for one in existing.stores}
        return count

    assert missed() == 0
    monkeypatch.setattr(scan, "_settled", lambda list_, seen: {row.id: row for row in list_(seen)})
    assert missed() > 0


@pytest.mark.parametrize(
    "options",
    [
        {"forgetful": True},
        {"intruder": "P004"},
        {"intruder": "S002"},
        {"generation": "v2"},
        {"kind": Frozen},
        {"kind": Lifetime},
    ],
)
def test_the_code_as_it_is_passes_where_the_bugs_are_found(options: dict[str, Any], tmp_path: Path) -> None:
    assert found(tmp_path, **options) == ""
