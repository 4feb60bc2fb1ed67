"""Whether a plan may still be carried out: what it was made from against what is there now; numbers a person typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mpkit.errors import Refused, StalePlan
from mpkit.ledger import Intent
from mpkit.plan.change import Change, Existing, Plan
from mpkit.plan.closing import Paid, Waiting

_NAMED = 5  # changed objects a refusal names


def confirmed(plan: Plan, changes: int | None, stickers: int | None, switches: int | None) -> None:
    """The plan's own numbers, typed by a person where it asks for them."""
    if plan.confirm_switches and switches != plan.confirm_switches:
        raise Refused("plan_confirm_switches", n=plan.confirm_switches)
    if plan.confirm_stickers and stickers != plan.confirm_stickers:
        raise Refused("plan_confirm_stickers", n=plan.confirm_stickers)
    if plan.confirm_changes is not None and changes != plan.confirm_changes:
        raise Refused("plan_confirm_changes", n=plan.confirm_changes, of=len(plan.remote))


def undone(plan: Plan, existing: Existing, journal: Mapping[str, Intent]) -> tuple[str, ...]:
    """What the journal has as done although the account is, in every mark, as it was when the plan was made.

    Equal plans have equal names, whenever they are made: a name that was changed, changed back in the panel and is
    wanted once more is to be changed once more; a register made, deleted there and wanted again is to be made again.
    """
    if existing.fingerprints() != plan.remote:
        return ()
    ours = {key for key, intent in journal.items() if intent.state == "done"}
    return tuple(one.key for one in plan.work if one.key in ours and (one.kind == "create" or one.touches))


def still_true(plan: Plan, existing: Existing, journal: Mapping[str, Intent]) -> None:
    """Raise `StalePlan` where the account is not as the plan saw it; what the plan's own journal did is no change."""
    now = existing.fingerprints()
    ours = {key for key, intent in journal.items() if intent.attempts or intent.state != "intended"}
    named: dict[str, str] = {}
    for store in existing.stores:
        named[f"store:{store.id}"] = f"store:{store.external_id}"
    for pos in existing.pos:
        named[f"pos:{pos.id}"] = f"pos:{pos.external_id}"
    for change in plan.work:
        if change.kind == "delete":  # gone by now, perhaps by our own hand
            named.setdefault(f"{change.object}:{change.remote_id}", change.key)
    changed = [
        named.get(mark, mark)
        for mark in sorted({*plan.remote, *now})
        if plan.remote.get(mark) != now.get(mark) and named.get(mark) not in ours
    ]
    done = [one for one in journal.values() if one.state == "done" and one.kind != "delete"]
    made = (f"{one.object}:{one.remote_id}" for one in done)
    changed += [mark for mark in made if mark not in now]
    if changed:
        names = [name if not name.endswith(":None") else name.partition(":")[0] for name in changed[:_NAMED]]
        raise StalePlan("plan_stale_remote", n=len(changed), names=", ".join(names))


def signs_still(plan: Plan, printed: Mapping[str, Sequence[int]], done: Collection[str]) -> None:
    """Raise `StalePlan` where more signs would become useless than a person agreed to: printed since.

    `printed` are the serials in use by register, `done` the keys of changes that were carried out already.
    """
    more = [
        change.external_id
        for change in _open(plan, done)
        if change.stickers_void or change.kind == "delete"
        if change.object == "pos" and set(printed.get(change.external_id, ())) - set(change.serials)
    ]
    if more:
        raise StalePlan("plan_stale_signs", n=len(more), names=", ".join(more[:_NAMED]))


def unpaid_still(plan: Plan, paid: Paid, done: Collection[str]) -> None:
    """Raise `StalePlan` where what is to be taken away has been paid at since."""
    since = [
        change.external_id
        for change in _open(plan, done)
        if change.kind == "delete" and change.object == "pos"
        if (last := paid.get(change.remote_id or "")) is not None
        and last.isoformat(timespec="minutes") != change.values.get("last_payment")
    ]
    if since:
        raise StalePlan("plan_stale_paid", n=len(since), names=", ".join(since[:_NAMED]))


def unordered_still(plan: Plan, waiting: Waiting, done: Collection[str]) -> None:
    """Raise `StalePlan` where an order waits by now at what is to be taken away, and the plan did not say so."""
    since = [
        change.external_id
        for change in _open(plan, done)
        if change.kind == "delete" and change.object == "pos"
        if (order := waiting.get(change.remote_id or "")) is not None
        and order.reference != change.values.get("order_reference")
    ]
    if since:
        raise StalePlan("plan_stale_order", n=len(since), names=", ".join(since[:_NAMED]))


def _open(plan: Plan, done: Collection[str]) -> list[Change]:
    return [change for change in plan.work if change.key not in done]
