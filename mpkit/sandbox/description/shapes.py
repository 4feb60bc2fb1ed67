"""How kinds of values make records, lists and choices: a few words go in, JSON Schema comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mpkit.sandbox.description.kinds import COUNT, NOTHING, WHOLE
from mpkit.sandbox.description.operations import Shape


def ref(name: str) -> Shape:
    """A shape that has a name."""
    return {"$ref": f"#/components/schemas/{name}"}


def maybe(shape: Shape) -> Shape:
    """That shape, or null."""
    if set(shape) == {"type"}:
        return {"type": [shape["type"], "null"]}
    return {"anyOf": [shape, NOTHING]}


def either(*shapes: Shape) -> Shape:
    """One of several shapes."""
    return {"anyOf": list(shapes)}


def one_of(*values: object) -> Shape:
    """One of these very values."""
    return {"enum": list(values)}


def rows(shape: Shape, most: int | None = None) -> Shape:
    """A list of one shape."""
    return {"type": "array", "items": shape} | ({} if most is None else {"maxItems": most})


def record(parts: Mapping[str, Shape], *, perhaps: Mapping[str, Shape] | None = None, more: bool = False) -> Shape:
    """An object: `parts` are always there, `perhaps` may be, anything else only with `more`."""
    shape: dict[str, Any] = {"type": "object", "properties": {**parts, **(perhaps or {})}}
    if parts:
        shape["required"] = list(parts)
    return shape | ({} if more else {"additionalProperties": False})


def page(of: Shape, name: str = "results") -> Shape:
    """A page of a search."""
    return record({"paging": record({"total": WHOLE, "offset": COUNT, "limit": COUNT}), name: rows(of)})
