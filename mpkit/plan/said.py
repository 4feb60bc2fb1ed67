"""A plan as people read it: text for a terminal, Markdown for a page or a ticket, in the language asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel.dates import get_day_names

from mpkit.i18n import locale_of, say
from mpkit.model import WEEK
from mpkit.plan import cost
from mpkit.plan.change import KINDS, Change, Plan, why

_UNTOLD = frozenset({"amount", "address_line"})  # they explain or stand in for another field
_FIRST = ("name", "store", "street_name", "street_number", "city", "state")  # as people ask
_SHOWN = 20  # lines of one part on a terminal; Markdown and JSON hold all
_MARKS = {"create": "+", "update": "~", "adopt": "=", "delete": "-", "blocked": "!", "unmanaged": "·"}


def text(plan: Plan, language: str, *, most: int = _SHOWN) -> str:
    """The plan for a terminal: what happens in counts, then each change in a line, at most `most` a part."""
    lines = [_head(plan, language), ""]
    for kind in KINDS:
        part = [change for change in plan.changes if change.kind == kind]
        if part:
            lines.append(_count(kind, part, language))
            lines += [f"  {_MARKS[kind]} {_line(change, language)}" for change in part[:most]]
            if len(part) > most:
                lines.append(f"  {say('plan_more', language, n=len(part) - most)}")
            lines.append("")
    return "\n".join([*lines, *_foot(plan, language)]) + "\n"


def markdown(plan: Plan, language: str) -> str:
    """The plan as Markdown, every change in a table row; texts of the list are escaped, so that none is markup."""
    lines = [f"# {_head(plan, language)}", ""]
    for kind in KINDS:
        part = [change for change in plan.changes if change.kind == kind]
        if part:
            lines += [f"## {_count(kind, part, language)}", "", say("plan_table_head", language), "|---|---|---|---|"]
            lines += [_row(change, language) for change in part]
            lines.append("")
    return "\n".join([*lines, *_foot(plan, language)]) + "\n"


def _head(plan: Plan, language: str) -> str:
    kind = say("plan_kind_test" if plan.test else "plan_kind_real", language)
    return say("plan_head", language, account=plan.account, site=plan.site, kind=kind)


def _count(kind: str, part: Sequence[Change], language: str) -> str:
    stores = sum(change.object == "store" for change in part)
    counts = {
        "stores": say("plan_count_stores", language, n=stores),
        "registers": say("plan_count_registers", language, n=len(part) - stores),
    }
    return say("plan_part_count", language, part=say(f"plan_part_{kind}", language), **counts)


def _line(change: Change, language: str) -> str:
    what = say(f"plan_object_{change.object}", language)
    named = f"{what} {change.external_id or change.remote_id} · {change.name}"
    if change.kind == "create" and change.why == "plan_why_new" and not change.values.get("also"):
        return named
    return f"{named}: {detail(change, language)}"


def detail(change: Change, language: str) -> str:
    """Why a change is made, with both values of what differs, in one line."""
    reason = why(change, language)
    if not change.fields:
        return reason
    told = (f"{name}: {before} → {after}" for name, before, after in compared(change, language))
    return "; ".join(told) if change.kind == "update" else f"{reason} {'; '.join(told)}"


def compared(change: Change, language: str) -> tuple[tuple[str, str, str], ...]:
    """Field by field: its name, its value before and after; what differs, or all of an object that comes or goes."""
    before, after = change.before or {}, change.after or {}
    blank: tuple[object, ...] = (None, "", {})
    every = sorted({*after, *before}, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    return tuple(
        (say(f"plan_field_{name}", language), _value(before.get(name), language), _value(after.get(name), language))
        for name in change.fields or every
        if name not in _UNTOLD and not (before.get(name) in blank and after.get(name) in blank)
    )


def _value(value: Any, language: str) -> str:  # noqa: ANN401 - any plain field
    if isinstance(value, bool):
        return say("plan_value_true" if value else "plan_value_false", language)
    if value in (None, "", {}):
        return say("plan_value_nothing", language)
    if isinstance(value, dict):
        return ", ".join(
            f"{_day(day, language)} {' '.join('-'.join(span) for span in spans)}" for day, spans in value.items()
        )
    return str(value)


def _day(day: str, language: str) -> str:
    return str(get_day_names("abbreviated", locale=locale_of(language))[WEEK.index(day)])


def _row(change: Change, language: str) -> str:
    what = say(f"plan_object_{change.object}", language)
    cells = (what, change.external_id or change.remote_id or "", change.name, detail(change, language))
    return "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _escaped(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|!~" else letter for letter in text.replace("\n", " "))


def _signs(plan: Plan, language: str) -> list[str]:
    """How many printed signs in which branches become useless, by their code or by their steps."""
    lines = []
    for key in ("void", "steps"):
        told = cost.of(plan.changes)
        at = [f"{one['branch'] or one['store']} ({one[key]})" for one in told["stores"] if one[key]]
        if at:
            more = [say("plan_more", language, n=len(at) - _SHOWN)] if len(at) > _SHOWN else []
            branches = ", ".join([*at[:_SHOWN], *more])
            lines.append(say(f"plan_stickers_{key}", language, n=told[key], branches=branches))
    return lines


def _foot(plan: Plan, language: str) -> list[str]:
    lines = [say("plan_same", language, n=plan.same), *_signs(plan, language)]
    if not plan.work:
        lines.append(say("plan_nothing", language) if not plan.summary["blocked"] else "")
    else:
        if plan.confirm_switches:
            lines.append(say("plan_confirm_switches", language, n=plan.confirm_switches))
        if plan.confirm_stickers:
            lines.append(say("plan_confirm_stickers", language, n=plan.confirm_stickers))
        if plan.confirm_changes is not None:
            lines.append(say("plan_confirm_changes", language, n=plan.confirm_changes, of=len(plan.remote)))
        lines.append(say("plan_nothing_written", language))
    return [line for line in lines if line]
