"""How far the payments of an account are known: the sync's windows come in, one honest time goes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mpkit.sales.windows import CREATED, REPORTED, UPDATED, Window, covered


@dataclass(frozen=True, slots=True)
class Freshness:
    """`as_of`: everything until then is known, from `since` on; None where nothing was read yet.

    `importing` while windows of the first import are missing: older days are still coming in.
    """

    as_of: datetime | None = None
    since: datetime | None = None
    importing: bool = False
    windows_left: int = 0


def judge(windows: Iterable[Window]) -> Freshness:
    """What the windows of one account cover without a gap."""
    found = list(windows)
    left = [window for window in found if window.range == CREATED and window.done is None]
    stretches = covered(window for window in found if window.range in {CREATED, REPORTED})
    if not any(window.range == CREATED and window.done for window in found):
        return Freshness(importing=bool(left), windows_left=len(left))
    since, newest = stretches[-1]
    anchor = min(window.anchor for window in found if window.range == CREATED and window.done is not None)
    as_of = min(newest, anchor)  # windows of a later run reach further than what is known of earlier ones' changes
    if newest >= anchor:
        for begin, end in covered(window for window in found if window.range == UPDATED):
            if begin <= anchor:
                as_of = max(as_of, end)
    return Freshness(as_of, since, bool(left), len(left))
