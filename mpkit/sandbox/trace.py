"""The request log: what came, what was answered, what it changed, which fault struck; never a token, never a body."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple
from zlib import crc32

from mpkit.sandbox.answers import Answer, Effect
from mpkit.work import HttpRequest

KEPT = 100_000  # requests; older ones are forgotten, the counts go on


class Seen(NamedTuple):
    """One request as it is kept: small, and put into words only when somebody asks."""

    n: int
    at: datetime
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    same: int | None  # None: worked out when somebody asks
    status: int | None
    effect: Effect | None
    fault: str | None
    late: int | None

    def row(self) -> dict[str, Any]:
        """As the log shows it."""
        effect = self.effect
        row: dict[str, Any] = {
            "n": self.n,
            "at": self.at.isoformat(),
            "method": self.method,
            "path": self.path,
            "query": dict(self.query),
            "same": f"{same(self) if self.same is None else self.same:08x}",
            "status": self.status,
            "effect": f"{effect.verb} {effect.kind} {effect.id}" if effect else None,
        }
        if effect:
            row |= {"object": effect.kind, "id": effect.id, "external_id": effect.external_id}
        if self.fault:
            row["fault"] = self.fault
        if self.late:
            row["late"] = self.late
        return row


def same(request: HttpRequest | Seen, body: bytes = b"") -> int:
    """What two sendings of one request have in common, and two different requests hardly ever."""
    text = f"{request.method} {request.path} {request.query}".encode()
    return crc32(body, crc32(text))


class Trace:
    """The last requests, oldest first, and how many there were of each effect."""

    def __init__(self, kept: int = KEPT) -> None:
        self._rows: deque[Seen] = deque(maxlen=kept)
        self.effects: Counter[str] = Counter()
        self.count = 0

    def add(
        self,
        at: datetime,
        request: HttpRequest,
        answer: Answer | None,
        fault: str | None = None,
        late: int | None = None,
    ) -> None:
        """Note one request; `answer` None: it was dropped before it was handled; `late`: the number it first had."""
        self.count += 1
        effect = answer.effect if answer is not None else None
        if effect is not None:
            self.effects[f"{effect.verb} {effect.kind}"] += 1
        status = answer.status if answer is not None else None
        alike = same(request, request.body) if request.body else None
        self._rows.append(
            Seen(self.count, at, request.method, request.path, request.query, alike, status, effect, fault, late)
        )

    def writes(self) -> dict[str, dict[str, int]]:
        """How many objects of each kind were created, updated, deleted …: `{"store": {"create": 3}}`."""
        found: dict[str, dict[str, int]] = {}
        for name, count in sorted(self.effects.items()):
            verb, _, kind = name.partition(" ")
            found.setdefault(kind, {})[verb] = count
        return found

    def rows(self, since: int = 0) -> list[dict[str, Any]]:
        """All that is kept and came after the `since`-th."""
        first = self._rows[0].n if self._rows else 1
        return [seen.row() for seen in islice(self._rows, max(0, since + 1 - first), None)]
