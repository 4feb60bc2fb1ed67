"""The request log: what came, what was answered, what it changed, which fault struck; never a token."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime
from typing import Any
from zlib import crc32

from mpkit.sandbox.answers import Answer
from mpkit.work import HttpRequest

_KEPT = 200_000  # requests


def same(request: HttpRequest) -> str:
    """What two sendings of one request have in common, and two different requests hardly ever."""
    text = f"{request.method} {request.path} {request.query}".encode()
    return f"{crc32(request.body, crc32(text)):08x}"


class Trace:
    """The last requests, oldest first, and how many there were of each effect."""

    def __init__(self) -> None:
        self._rows: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self.effects: Counter[str] = Counter()
        self.count = 0

    def add(self, at: datetime, request: HttpRequest, answer: Answer | None, fault: str | None) -> None:
        """Note one request; `answer` None: it was dropped before it was handled."""
        self.count += 1
        effect = answer.effect if answer else None
        row: dict[str, Any] = {
            "n": self.count,
            "at": at.isoformat(),
            "method": request.method,
            "path": request.path,
            "query": dict(request.query),
            "same": same(request),
            "status": answer.status if answer else None,
            "effect": f"{effect.verb} {effect.kind} {effect.id}" if effect else None,
        }
        if effect:
            row |= {"object": effect.kind, "id": effect.id, "external_id": effect.external_id}
            self.effects[f"{effect.verb} {effect.kind}"] += 1
        if fault:
            row["fault"] = fault
        self._rows.append(row)

    def rows(self) -> list[dict[str, Any]]:
        """All that is kept."""
        return list(self._rows)
