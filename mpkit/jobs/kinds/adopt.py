"""What the panel made against the list: matches with reasons and scores, and the plan that takes them over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mpkit import branches, plan
from mpkit.i18n import say
from mpkit.jobs.kinds.plan import keep, look
from mpkit.jobs.workbench import Workbench
from mpkit.model import Pos, Store
from mpkit.plan import Existing, Match, Matched, Plan
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {account, match, language, who}; `match` is the text of a CSV of decisions, "" for none.

    Writes nothing to the account: the plan is kept, and applying it takes the matches over. The result is the plan's
    head with {matches: [{object, id, name, external_id, wanted, score, reasons, metres, taken, switches, why}],
    unmatched: [{object, id, name}]}.
    """
    account = bench.account(str(arguments.get("account") or ""))
    wanted = branches.wanted(bench.store, account.id)
    plan.answered(wanted, account.amount)
    seen = look(bench, account, progress)
    text = str(arguments.get("match") or "")
    named, left = plan.decisions(text, wanted, seen.existing) if text else ({}, frozenset())
    offered = _without(seen.existing, left)
    found = plan.match(wanted, offered, named)
    taken = found.taken | named
    made = plan.take_over(wanted, seen.existing, seen.known, account=account, adopting=taken, printed=seen.printed)
    head = keep(bench, account, made, who=str(arguments.get("who") or ""))
    language = str(arguments.get("language") or "es")
    return head | {
        "matches": [*_named(named, made, language), *(_shown(one, made, language) for one in found.matches)],
        "unmatched": [_stranger(one) for one in _strangers(found, seen.existing, left)],
    }


def _without(existing: Existing, left: frozenset[str]) -> Existing:
    """The account without what a person decided to leave as it is."""
    return replace(
        existing,
        stores=tuple(one for one in existing.stores if f"store:{one.id}" not in left),
        pos=tuple(one for one in existing.pos if f"pos:{one.id}" not in left),
    )


def _strangers(found: Matched, existing: Existing, left: frozenset[str]) -> list[Store | Pos]:
    kept: list[Store | Pos] = [one for one in existing.stores if f"store:{one.id}" in left]
    kept += [one for one in existing.pos if f"pos:{one.id}" in left]
    return [*found.strangers, *kept]


def _stranger(one: Store | Pos) -> dict[str, Any]:
    return {"object": "store" if isinstance(one, Store) else "pos", "id": one.id, "name": one.name}


def _shown(one: Match, made: Plan, language: str) -> dict[str, Any]:
    change = next((change for change in made.changes if change.remote_id == one.id), None) if one.sure else None
    why = [say(f"plan_match_{reason}", language, metres=one.metres or 0) for reason in one.reasons]
    return {
        "object": one.object,
        "id": one.id,
        "name": one.name,
        "external_id": one.external_id,
        "wanted": one.wanted,
        "score": one.score,
        "reasons": list(one.reasons),
        "metres": one.metres,
        "taken": change is not None and change.kind == "adopt",
        "switches": change is not None and change.switches,
        "why": ", ".join(why),
    }


def _named(named: dict[str, str], made: Plan, language: str) -> list[dict[str, Any]]:
    """What a person decided, as a match of full score."""
    return [
        {
            "object": change.object,
            "id": change.remote_id,
            "name": (change.before or {}).get("name", ""),
            "external_id": change.external_id,
            "wanted": change.name,
            "score": 1.0,
            "reasons": ["named"],
            "metres": None,
            "taken": change.kind == "adopt",
            "switches": change.switches,
            "why": say("plan_match_named", language),
        }
        for change in made.changes
        if change.key in named
    ]
