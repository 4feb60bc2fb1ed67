"""A colleague in Mercado Pago's panel: renames, changes hours and who enters the amount, makes, deletes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mpkit.errors import Refused
from mpkit.model import WEEK
from mpkit.rehearsal.game import Play, place_of, tills_meant
from mpkit.rehearsal.scene import Till


def rename(game: Play) -> dict[str, Any]:
    """A store gets a word added to its name, or loses it."""
    row = _shop(game)
    word = str(game.wanted.get("word") or "2")
    name = row["name"].removesuffix(f" {word}") if row["name"].endswith(f" {word}") else f"{row['name']} {word}"
    game.stage.panel("edit_store", game.key, id=row["id"], name=name)
    return _about("store", row) | {"after": name}


def hours(game: Play) -> dict[str, Any]:
    """A store opens at other hours, or at those of before."""
    row = _shop(game)
    late = {"open": "10:00", "close": "21:30"}
    spans = [{"open": "09:00", "close": "18:00"}] if late in row["hours"].get(WEEK[0], ()) else [late]
    game.stage.panel("edit_store", game.key, id=row["id"], hours=dict.fromkeys(WEEK[:6], spans))
    return _about("store", row) | {"after": f"{spans[0]['open']}-{spans[0]['close']}"}


def new(game: Play) -> dict[str, Any]:
    """A store with a register, both without ids, as the panel makes them."""
    names = {name: str(game.wanted.get(name) or name) for name in ("store", "register")}
    store = game.stage.panel("create_store", f"{game.key}-store", name=names["store"])
    game.progress(1, 2, "rehearse_step_editing")
    game.stage.panel("create_pos", f"{game.key}-pos", store_id=store, name=names["register"])
    return {"object": "store", "id": store, "external_id": "", "name": names["store"], "after": names["register"]}


def amount(game: Play) -> dict[str, Any]:
    """Who enters the amount at a register becomes the other one."""
    till = _one_till(game)
    game.stage.panel("edit_pos", game.key, id=till.id, fixed_amount=not till.waits)
    return _about_till(game, till) | {"after": "" if till.waits else "waits"}


def delete(game: Play) -> dict[str, Any]:
    """A register goes."""
    till = _one_till(game)
    game.stage.panel("delete_pos", game.key, id=till.id)
    return _about_till(game, till)


def _one_till(game: Play) -> Till:
    return game.draw.choice(tills_meant(game, str(game.wanted.get("till") or "")))


def _shop(game: Play) -> Mapping[str, Any]:
    """The store meant, or any; one of the list where the list has any."""
    every: Sequence[Mapping[str, Any]] = game.state["stores"]
    chosen = str(game.wanted.get("shop") or "")
    found = [row for row in every if row["id"] == chosen]
    if chosen and not found:
        raise Refused("rehearse_shop_gone")
    found = found or [row for row in every if row["external_id"] in game.house.listed] or list(every)
    if not found:
        raise Refused("rehearse_no_till")
    return game.draw.choice(found)


def _about(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"object": kind, "id": row["id"], "external_id": row["external_id"] or "", "name": row["name"]}


def _about_till(game: Play, till: Till) -> dict[str, Any]:
    return {"object": "pos", "id": till.id, "external_id": till.external_id, "name": place_of(game, till)}
