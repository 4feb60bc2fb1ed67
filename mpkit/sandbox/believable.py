"""What makes a generated year believable: a site's names, prices, methods and rates, read from `believable.toml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any


@cache
def believable(site: str) -> dict[str, Any]:
    """The site's table over the one for all sites."""
    found: dict[str, Any] = loads((files("mpkit.sandbox") / "believable.toml").read_text(encoding="utf-8"))
    return {**found["all"], **found[site]}
