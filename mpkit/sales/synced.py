"""What a sync did: counts and how far everything is known come in, the document of `sync --json` goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mpkit.sales.question import with_offset


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did: payments read, payments that were new or newer, and how far everything is known now."""

    read: int
    changed: int
    chargebacks: int
    as_of: datetime | None
    since: datetime | None
    gaps: tuple[tuple[datetime, datetime], ...]
    zone: str
    lost: int = 0  # rows of reports whose payment's id the file itself has lost

    def to_json(self) -> dict[str, Any]:
        """As `sync --json` writes it."""
        return {
            "payments": self.read,
            "changed": self.changed,
            "chargebacks": self.chargebacks,
            "from": with_offset(self.since, self.zone),
            "as_of": with_offset(self.as_of, self.zone),
            "lost": self.lost,
            "gaps": [{"from": with_offset(a, self.zone), "to": with_offset(b, self.zone)} for a, b in self.gaps],
        }
