"""The building blocks of the description: what a field is goes in as a few words, JSON Schema comes out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

Shape = Mapping[str, Any]

TEXT: Shape = {"type": "string"}
SAID: Shape = {"type": "string", "pattern": r"\S"}  # not only blanks
WHOLE: Shape = {"type": "integer"}
COUNT: Shape = {"type": "integer", "minimum": 0}
PAGED: Shape = {"type": "integer", "minimum": 0, "maximum": 999_999_999}  # a parameter of a search
NUMBER: Shape = {"type": "number"}
FLAG: Shape = {"type": "boolean"}
NOTHING: Shape = {"type": "null"}
DIGITS: Shape = {"type": "string", "pattern": "^[0-9]+$"}
LETTERS_AND_DIGITS: Shape = {"type": "string", "pattern": "^[A-Za-z0-9]+$"}
ANY_RECORD: Shape = {"type": "object"}
ZULU: Shape = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
MINUS_FOUR: Shape = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000-04:00$"}
INSTANT: Shape = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$"}

JSON = "application/json"
PLAIN = "text/plain"


@dataclass(frozen=True, slots=True)
class Operation:
    """What one route takes and answers; its words come from the docstring of the function that answers.

    `answers`: status to shape (None: no body; a text that is a media type: bytes of that kind). `refused`: the
    statuses answered in `envelope`; the gateway's own (no token, too many requests, broken server) are added to all.
    """

    answers: Mapping[int, Shape | str | None]
    refused: Collection[int] = ()
    envelope: str = "Classic"
    query: Mapping[str, Shape] = field(default_factory=dict)
    required: Collection[str] = ()  # of the query
    body: Shape | None = None
    without_body: bool = False  # whether the body may be left out
    key: bool = False  # whether X-Idempotency-Key has to be there


Operations = Mapping[str, Operation]  # by "METHOD /path/{part}"


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
