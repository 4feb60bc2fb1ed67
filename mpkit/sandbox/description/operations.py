"""What is said about one route: what it takes, what it answers, what it refuses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

Shape = Mapping[str, Any]  # a JSON Schema

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
