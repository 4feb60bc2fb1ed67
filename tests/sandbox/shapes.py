"""Two JSON documents compared by shape: what only one of them has, and what is of another type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def differences(sample: Any, live: Any, at: str = "") -> list[str]:
    """`name: only sample`, `name: only live`, `name: text, number` (the sample's first); null fits every type.

    Elements of a list are laid over each other: `name[]`. An empty list says nothing of its elements.
    """
    return list(dict.fromkeys(_differences(sample, live, at)))


def _differences(sample: Any, live: Any, at: str) -> Iterator[str]:
    if sample is None or live is None:
        return
    if kind(sample) != kind(live):
        yield f"{at or '.'}: {kind(sample)}, {kind(live)}"
    elif isinstance(sample, dict):
        for name in {**sample, **live}:
            inner = f"{at}.{name}" if at else name
            if name not in live or name not in sample:
                yield f"{inner}: only {'sample' if name in sample else 'live'}"
            else:
                yield from _differences(sample[name], live[name], inner)
    elif isinstance(sample, list) and sample and live:
        yield from _differences(_overlaid(sample), _overlaid(live), f"{at}[]")


def _overlaid(rows: list[Any]) -> Any:
    """One element with the fields of all, of each the first that is not null."""
    if not all(isinstance(row, dict) for row in rows):
        return rows[0]
    found: dict[str, Any] = {}
    for row in rows:
        for name, value in row.items():
            if found.get(name) in (None, [], {}):
                found[name] = value
    return found


def kind(value: Any) -> str:
    """The JSON type; whole and broken numbers are one."""
    kinds = {bool: "boolean", int: "number", float: "number", str: "text", dict: "object", list: "list"}
    return kinds[type(value)]


def skeleton(value: Any) -> Any:
    """A document with its types in place of its values."""
    if isinstance(value, dict):
        return {name: skeleton(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [skeleton(_overlaid(value))] if value else []
    return None if value is None else kind(value)
