"""`mpkit day`: told, set, and seen by the next sync."""

from __future__ import annotations

import json
from typing import Any

from tests.cli.test_sales import ask

__all__ = ["ask"]


def test_a_stores_day_is_told_set_and_moves_what_is_there(ask: Any) -> None:
    assert ask("sync", "--json")[0] == 0
    code, out, _ = ask("day", "--json")
    stores = json.loads(out)["stores"]
    assert (code, len(stores), {each["cutoff"] for each in stores}) == (0, 3, {"00:00"})
    chosen = stores[1]
    days = ("sales", "--from", "2020-01-01", "--to", "2035-12-31", "--by", "day", "--store", chosen["id"], "--json")
    before = {row["key"]: row["count"] for row in json.loads(ask(*days)[1])["rows"]}
    code, out, _ = ask("day", chosen["external_id"], "--cutoff", "18:30", "--json")
    (told,) = json.loads(out)["stores"]
    assert (code, told["id"], told["cutoff"], told["zone"]) == (0, chosen["id"], "18:30", chosen["zone"])
    assert ask("sync", "--json")[0] == 0
    after = {row["key"]: row["count"] for row in json.loads(ask(*days)[1])["rows"]}
    assert after != before
    assert sum(after.values()) == sum(before.values())
    assert ask("day", chosen["id"], "--cutoff", "00:00", "--zone", "proposed")[0] == 0
    ask("sync", "--json")
    assert {row["key"]: row["count"] for row in json.loads(ask(*days)[1])["rows"]} == before


def test_what_cannot_be_is_refused_in_one_sentence(ask: Any) -> None:
    for arguments in (("NOBODY",), ("--cutoff", "04:00"), ("", "--zone", "America/Tijuana")):
        code, out, said = ask("day", *arguments)
        assert (code, out, len(said.strip().splitlines())) == (2, "", 1)
