"""Whose token is this: a handover in, the account's id, nickname and country out, and whether it is a test."""

from __future__ import annotations

from typing import Any

from mpkit.accounts import handover
from mpkit.errors import Unauthorised
from mpkit.jobs.workbench import Workbench
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {handover}; the token waits with the worker until `connect` or an hour has passed."""
    progress(0, 1, "account_looking")
    token = handover.take(bench.settings.data, str(arguments["handover"]))
    try:
        with bench.connect(token) as seller:
            found = seller.seller()
    except Unauthorised:  # it is good for nothing: whoever pasted it will paste another
        handover.done(bench.settings.data, str(arguments["handover"]))
        raise
    progress(1, 1, "account_looking")
    return {
        "user_id": found.id,
        "nickname": found.nickname,
        "site": found.site,
        "test": found.test,
        "name": found.name,
    }
