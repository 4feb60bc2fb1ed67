"""What is played: an act with its wishes in, what happened out, as plain data that a page can tell.

Every press of an act has a key of its own: a play that was killed and runs again asks with the same keys, and the
sandbox does nothing twice.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mpkit import private
from mpkit.errors import Refused
from mpkit.rehearsal import editing, scene, selling
from mpkit.rehearsal.game import House, Play
from mpkit.rehearsal.stage import Declined, Stage
from mpkit.work import Clock, Progress

# A press of the page to the faults of the sandbox it stands for, with how likely each strikes.
FAULTS: Mapping[str, Mapping[str, float]] = {
    "many": {"429": 0.25},
    "errors": {"500": 0.1, "502": 0.08, "503": 0.07},
    "lost": {"lost-answer": 0.2, "reset": 0.1},
    "slow": {"slow": 0.15},
    "half": {"half-answer": 0.2},
    "html": {"html-error": 0.2},
    "token": {"token-expired": 1.0},
}
# Everything that goes by itself; an expired token does not, and a slow answer is only waited for.
VERY_BAD_DAY: Mapping[str, float] = {
    "429": 0.08,
    "500": 0.06,
    "502": 0.03,
    "503": 0.03,
    "lost-answer": 0.06,
    "reset": 0.05,
    "half-answer": 0.05,
    "html-error": 0.05,
    "slow": 0.01,
}


def play(stage: Stage, house: House, wanted: Mapping[str, Any], clock: Clock, progress: Progress) -> dict[str, Any]:
    """Play one act and look at what it left. `wanted` is {act, press: a word no other press has, …}.

    Raises `Refused` where the account has nothing to play with, or the sandbox would not.
    """
    act = ACTS.get(str(wanted.get("act")))
    if act is None:
        raise Refused("rehearse_unknown_act", act=str(wanted.get("act")))
    key = hashlib.sha256(str(wanted["press"]).encode()).hexdigest()[:24]
    with scene.playing(house.data, house.account.id) as folder:
        file, sold = folder / f"{key}.json", folder / f"{key}-sold.json"
        draw = random.Random(key)  # noqa: S311 - a game
        game = Play(stage, house, clock, wanted, key, draw, progress, _first_state(stage, file), sold)
        try:
            event = {"act": wanted["act"], "began": game.state["now"]} | act(game)
        except (Declined, Refused) as error:
            _forget(file, sold)
            if isinstance(error, Refused):
                raise
            raise Refused("rehearse_declined", why=error.why) from error
        seen = scene.look(stage, house.data, house.account.id, clock)
        _forget(file, sold)
    return event | {"at": seen.at}


def _forget(*files: Path) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _first_state(stage: Stage, file: Path) -> dict[str, Any]:
    """The sandbox as this press found it: a play that was killed and runs again makes the same choices."""
    if not file.exists():
        private.write(file, json.dumps(stage.state()).encode())
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _faults(game: Play) -> dict[str, Any]:
    """Switch faults on (`kinds` of `FAULTS`, or "very-bad"), or all of them off."""
    kinds = [str(each) for each in game.wanted.get("kinds", ())]
    chosen: dict[str, float] = dict(VERY_BAD_DAY) if "very-bad" in kinds else {}
    for kind in kinds:
        chosen |= FAULTS.get(kind, {})
    where = game.house.data, game.house.account.id
    before = scene.look(game.stage, *where, game.clock)  # what came so far is counted as it was
    if chosen and not before.faults:
        scene.begin_bad_day(*where)
    game.stage.faults(chosen)
    return {"kinds": kinds}


def _look(game: Play) -> dict[str, Any]:  # noqa: ARG001 - every act has this shape
    """Nothing is done: the page wants to see how things stand."""
    return {}


ACTS: Mapping[str, Callable[[Play], dict[str, Any]]] = {
    "look": _look,
    "pay": selling.pay,
    "rename": editing.rename,
    "hours": editing.hours,
    "new": editing.new,
    "amount": editing.amount,
    "delete": editing.delete,
    "faults": _faults,
    "time": selling.pass_time,
}
