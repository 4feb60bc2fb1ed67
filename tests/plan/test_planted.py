"""Planted bugs: each is found by the simulator, so that its silence about the real code means something."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mpkit import ledger
from mpkit.db import Engine, writing
from mpkit.errors import Conflict, StalePlan, Unauthorised
from mpkit.ledger import holding, objects
from mpkit.plan import carry, machine, moves, scan
from tests.plan.lifetime import Lifetime
from tests.plan.scans import Scans
from tests.plan.simulator import Frozen, Simulation
from tests.plan.storm import Storm
from tests.soak import Bar

Break = Callable[[pytest.MonkeyPatch], None]
SEEDS = 50


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


def no_settle(patch: pytest.MonkeyPatch) -> None:
    real = Simulation.applying
    patch.setattr(Simulation, "applying", lambda self: replace(real(self), settle=0.0))


def single_pass_list(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scan, "_settled", lambda list_, seen: {row.id: row for row in list_(seen)})


def damage_not_noticed(patch: pytest.MonkeyPatch) -> None:
    real = objects._read
    patch.setattr(objects, "_read", lambda *given: replace(real(*given), sound=True))


def a_living_holder_counts_as_dead(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(holding, "_lives", lambda *_: False)


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


BUGS: tuple[tuple[Break, dict[str, Any]], ...] = (
    (no_intent_row, {}),
    (key_per_attempt, {"generation": "v2"}),
    (key_per_file, {"generation": "v2"}),
    (taken_means_done, {"intruder": "P004"}),
    (no_settle, {"forgetful": True}),
    (adopt_without_comparing, {"intruder": "P004"}),
    (saved_late, {}),
    (swallowed_401, {}),
    (single_pass_list, {"kind": Scans}),
    (lock_not_looked_at_again, {"kind": Frozen}),
    (code_by_place_in_the_list, {}),
    (retry_with_a_new_id, {}),
    # the twelve every such harness must find; and ours
    (no_look, {"forgetful": True}),
    (resume_without_looking, {"forgetful": True}),
    (taken_over_without_reading, {"kind": Lifetime}),
    (made_instead_of_taken_over, {"kind": Lifetime}),
    (a_lost_delete_counts_as_done, {"kind": Lifetime}),
    (the_store_goes_first, {"kind": Lifetime}),
    (signs_forgotten, {"kind": Lifetime}),
    (sticker_not_entered, {"kind": Lifetime}),
    (damage_not_noticed, {"kind": Storm}),
    (a_living_holder_counts_as_dead, {"kind": Storm}),
)


def found(
    folder: Path, kind: type[Simulation] = Simulation, seeds: Iterable[int] = range(SEEDS), **options: Any
) -> tuple[int, str]:
    """The first seed in which the simulator sees something wrong, and what; how many it was silent for, and ""."""
    silent = 0
    for seed in seeds:
        there = folder / str(seed)
        there.mkdir(parents=True)
        try:
            run = kind(seed, there, crash=0.02, **options).run()
        except (StalePlan, LookupError) as refused:
            return seed, repr(refused)
        run.store.dispose()
        if run.faults() or run.applied is None:
            return seed, "; ".join(run.faults()) or "never came to an end"
        silent += 1
    return silent, ""


def test_every_planted_bug_is_found(bar: Bar, tmp_path: Path) -> None:
    """Planted bugs, the twelve of the design first: each is found within 50 seeds."""
    seeds = []
    for n in bar.rounds(stated=len(BUGS), reduced=len(BUGS)):
        planted, options = BUGS[n]
        with pytest.MonkeyPatch.context() as patch:
            planted(patch)
            seed, said = found(tmp_path / planted.__name__, **options)
        assert said, planted.__name__
        seeds.append(seed + 1)
    first = sum(seed == 1 for seed in seeds)
    bar.saw(f"{len(seeds)} of {len(BUGS)}, {first} with the first seed, all with the {max(seeds)}th at latest")


def named(options: Mapping[str, Any]) -> str:
    return " ".join(getattr(value, "__name__", f"{name} {value}") for name, value in options.items())


CLEAN: tuple[dict[str, Any], ...] = (
    {"forgetful": True},
    {"intruder": "P004"},
    {"intruder": "S002"},
    {"generation": "v2"},
    {"kind": Frozen},
    {"kind": Lifetime},
    {"kind": Storm},
    {"kind": Scans},
)


@pytest.mark.parametrize("options", CLEAN, ids=named)
def test_the_code_as_it_is_passes_where_the_bugs_are_found(bar: Bar, options: dict[str, Any], tmp_path: Path) -> None:
    """The simulator is silent about the code as it is, where the planted bugs are found."""
    assert found(tmp_path, seeds=bar.rounds(stated=SEEDS, reduced=3), **options)[1] == ""
    bar.saw(f"silent: {named(options)}")
