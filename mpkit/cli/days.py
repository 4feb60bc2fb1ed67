"""Days as they are typed: a text comes in, a date goes out."""

from __future__ import annotations

from datetime import date

from mpkit.errors import WrongUsage


def day(text: str) -> date | None:
    """The day of an option, None where it was not given. Raises `WrongUsage` for anything but 2026-10-31."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage("sales_day_unreadable", text=text) from None
