"""Connect an account: a handover somebody has looked at in, the account pinned and its token kept out."""

from __future__ import annotations

from typing import Any

from mpkit import accounts
from mpkit.accounts import handover, tokens
from mpkit.errors import WrongAccount
from mpkit.jobs.rows import submit
from mpkit.jobs.workbench import Workbench
from mpkit.work import Progress


def run(bench: Workbench, arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`arguments` is {handover, user_id}: the account the person saw and said yes to must still be the token's."""
    progress(0, 1, "account_connecting")
    data, name = bench.settings.data, str(arguments["handover"])
    token = handover.take(data, name)
    with bench.connect(token) as seller:
        found = seller.seller()
    wanted = str(arguments["user_id"])
    if found.id != wanted:
        raise WrongAccount("account_other", found=found.nickname or found.id, wanted=wanted)
    accounts.pin(bench.store, found, bench.settings.api_url, clock=bench.seams.clock)
    tokens.keep(data, found.id, token)
    bench.forget(found.id)
    handover.done(data, name)
    submit(
        bench.store, account=found.id, kind="places", key="", arguments={"account": found.id}, clock=bench.seams.clock
    )
    progress(1, 1, "account_connecting")
    return {"user_id": found.id, "nickname": found.nickname, "site": found.site, "test": found.test}
