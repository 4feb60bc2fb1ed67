"""`--only`: a text becomes a limit, a limit and the branches become the external ids a plan is about.

A press on one branch's page is a plan limited to that branch: `for_branch` says what such a plan's job is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpkit.errors import Refused, WrongUsage
from mpkit.model import Branch
from mpkit.plan.fields import words_of


@dataclass(frozen=True, slots=True)
class Only:
    """Some branches only: those of a region, those named (our id or the merchant's own), or the first to need work.

    `store:ID` is our id and never somebody's own.
    """

    regions: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    first: int | None = None


def parse_only(text: str) -> Only | None:
    """`region=North`, `S001,S002` or `first=5`; "" is no limit. Raises `WrongUsage`."""
    text = text.strip()
    if not text:
        return None
    name, equals, value = text.partition("=")
    parts = tuple(part.strip() for part in (value if equals else text).split(",") if part.strip())
    if not parts:
        raise WrongUsage("plan_only_unreadable", text=text)
    if not equals:
        return Only(ids=parts)
    if name.strip() == "region":
        return Only(regions=parts)
    if name.strip() == "first" and value.strip().isdecimal() and int(value) > 0:
        return Only(first=int(value))
    raise WrongUsage("plan_only_unreadable", text=text)


def chosen(only: Only | None, branches: Sequence[tuple[Branch, bool]]) -> tuple[str, ...] | None:
    """The external ids of the branches meant, in the list's order; each comes with whether it needs work.

    None is all of them. "The first n" are the first n that need work, so that the same words said again go on where
    they stopped. Raises `Refused` where nothing is meant.
    """
    if only is None:
        return None
    if only.first is not None:
        return tuple(branch.external_id for branch, pending in branches if pending)[: only.first]
    regions = {words_of(region) for region in only.regions}
    ids = set(only.ids)
    found = [
        branch
        for branch, _ in branches
        if (branch.region and words_of(branch.region) in regions) or _names(branch) & ids
    ]
    missing = ids.difference(*(_names(branch) for branch in found))
    if missing or not found:
        raise Refused("plan_only_nothing", text=", ".join(sorted(missing) or only.regions))
    return tuple(branch.external_id for branch in found)


def _names(branch: Branch) -> set[str]:
    return {branch.external_id, branch.own_id, f"store:{branch.external_id}"}


def for_branch(
    account: str,
    branch: str,
    *,
    edits: Mapping[str, Any] | None = None,
    close: Sequence[str] = (),
    who: str = "",
) -> dict[str, Any]:
    """What a plan job is asked for one press about one branch (external id): submit it as kind "plan".

    `edits` are what the press changes in the list, as `branches.amended` takes them: the plan is made over the list as
    they would leave it, and they are written when the same `edits` are handed to the apply job. `close` are what goes,
    as `closed` takes it: `store:ID` for the branch, `pos:ID` for a register, `pos:OLD=NEW` for a register that gets
    another code, NEW being in `edits`; beside `edits`, what goes is `closed` there too. Pressing twice asks the same,
    so that a key made of it is the same job.
    """
    return {"account": account, "only": f"store:{branch}", "edits": edits, "close": list(close), "who": who}
