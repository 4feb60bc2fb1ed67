"""What one act is played with: the sandbox, what mpkit knows of the account, and the choices of this press."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mpkit.errors import Refused
from mpkit.model import Account
from mpkit.rehearsal.scene import Till, till_of
from mpkit.rehearsal.stage import Stage
from mpkit.sites import SITES, Site
from mpkit.work import Clock, Progress


@dataclass(frozen=True)
class House:
    """What mpkit knows of the account: `listed` are the external ids of its list, `orders` whose till sends amounts.

    `orders_else` holds for registers that are not in the list; `data` is the data folder.
    """

    data: Path
    account: Account
    listed: frozenset[str] = frozenset()
    orders: Mapping[str, bool] = field(default_factory=dict)
    orders_else: bool = True


@dataclass(frozen=True)
class Play:
    """One act while it is played; `state` is the sandbox as the press found it, `draw` the same for the same press."""

    stage: Stage
    house: House
    clock: Clock
    wanted: Mapping[str, Any]
    key: str
    draw: random.Random
    progress: Progress
    state: Mapping[str, Any]
    sold: Path  # where sales over a long time are kept until the play is over

    @property
    def site(self) -> Site:
        """The account's country."""
        return SITES[self.house.account.site]


def tills_meant(game: Play, chosen: str) -> list[Till]:
    """The till meant, or all of them; where the list has any, those, since that is where the merchant looks."""
    every = [till_of(row) for row in game.state["pos"]]
    found = [till for till in every if till.id == chosen]
    if chosen and not found:
        raise Refused("rehearse_till_gone")
    found = found or [till for till in every if till.external_id in game.house.listed and till.shop] or every
    if not found:
        raise Refused("rehearse_no_till")
    return found


def place_of(game: Play, till: Till) -> str:
    """A register with its branch, as people name it."""
    shop = next((row["name"] for row in game.state["stores"] if row["id"] == till.shop), "")
    return " · ".join(part for part in (till.name, shop) if part)
