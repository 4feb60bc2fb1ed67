"""Accounts as rows: who they are and where they were first seen; a fact that changes later is refused, not followed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import sqlalchemy as sa

from mpkit.db import Engine, Json, Utc, metadata, reading, writing
from mpkit.errors import WrongAccount
from mpkit.model import Account, Amount, Learned
from mpkit.settings import on_this_machine
from mpkit.sites import SITES
from mpkit.work import Clock, SystemClock

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),  # Mercado Pago's user id
    sa.Column("nickname", sa.Text, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("test", sa.Boolean, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("amount", sa.Text),  # who enters it; null until somebody answered
    sa.Column("api", sa.Text, nullable=False),  # the address its token may be sent to
    sa.Column("pinned", Utc, nullable=False),
    sa.Column("generation", sa.Text),  # of the POS calls, where the account has left the first
    sa.Column("pace", Json),  # how fast it may be asked, as found out
)


def known(engine: Engine) -> tuple[Account, ...]:
    """Every account ever pinned here, oldest first."""
    with reading(engine) as connection:
        rows = connection.execute(sa.select(accounts).order_by(accounts.c.pinned, accounts.c.account)).all()
    return tuple(
        Account(
            id=row.account,
            nickname=row.nickname,
            site=row.site,
            test=row.test,
            name=row.name,
            amount=Amount(row.amount) if row.amount else None,
        )
        for row in rows
    )


def pin(engine: Engine, account: Account, api_url: str, *, clock: Clock | None = None) -> None:
    """Remember an account on first use; afterwards its country, its being a test and its address must stay.

    Raises `WrongAccount` where one of them changed, or it is of a country we do not know. Nickname and name follow
    Mercado Pago.
    """
    if account.site not in SITES:
        raise WrongAccount("account_site_unknown", account=account.nickname or account.id, site=account.site)
    api = address(api_url)
    with writing(engine) as connection:
        row = connection.execute(sa.select(accounts).where(accounts.c.account == account.id)).one_or_none()
        if row is None:
            connection.execute(
                accounts.insert().values(
                    account=account.id,
                    nickname=account.nickname,
                    site=account.site,
                    test=account.test,
                    name=account.name,
                    amount=account.amount,
                    api=api,
                    pinned=(clock or SystemClock()).now(),
                )
            )
            return
        for key, was, now in (
            ("account_changed_site", row.site, account.site),
            ("account_changed_test", row.test, account.test),
            ("account_changed_api", row.api, api),
        ):
            if was != now:
                raise WrongAccount(key, account=row.nickname, was=str(was), now=str(now))
        connection.execute(
            accounts.update()
            .where(accounts.c.account == account.id)
            .values(nickname=account.nickname, name=account.name)
        )


def since(engine: Engine, account_id: str) -> datetime | None:
    """When an account was connected first, None where it never was."""
    found: datetime | None = _of(engine, account_id, "pinned")
    return found


def pinned_to(engine: Engine, account_id: str) -> str | None:
    """The address the token of this account may be sent to (see `address`), None where the account is unknown."""
    found: str | None = _of(engine, account_id, "api")
    return found


def set_amount(engine: Engine, account_id: str, amount: Amount) -> None:
    """Who enters the amount in this account's registers, where a register does not say otherwise."""
    _set(engine, account_id, amount=amount.value)


def generation(engine: Engine, account_id: str) -> Literal["v1", "v2"]:
    """Which generation of the POS calls this account is to be asked with."""
    return "v2" if _of(engine, account_id, "generation") == "v2" else "v1"


def set_generation(engine: Engine, account_id: str, found: Literal["v1", "v2"]) -> None:
    """The generation that was found to answer for this account."""
    _set(engine, account_id, generation=found)


def learned(engine: Engine, account_id: str) -> Learned | None:
    """How fast this account may be asked, as some process found out last; None where nothing was, or not readable."""
    kept = _of(engine, account_id, "pace")
    try:
        return Learned(
            float(kept["per_second"]),
            None if kept["refused"] is None else float(kept["refused"]),
            None if kept["stopped_until"] is None else datetime.fromisoformat(kept["stopped_until"]),
            datetime.fromisoformat(kept["at"]),
        )
    except (TypeError, KeyError, ValueError):
        return None


def keep_learned(engine: Engine, account_id: str, found: Learned) -> None:
    """Keep how fast this account may be asked, for processes to come and those at work."""
    pace = {
        "per_second": found.per_second,
        "refused": found.refused,
        "stopped_until": found.stopped_until.isoformat() if found.stopped_until else None,
        "at": found.at.isoformat(),
    }
    _set(engine, account_id, pace=pace)


def _of(engine: Engine, account_id: str, column: str) -> Any:  # noqa: ANN401 - whatever the column holds
    with reading(engine) as connection:
        query = sa.select(accounts.c[column]).where(accounts.c.account == account_id)
        return connection.execute(query).scalar_one_or_none()


def _set(engine: Engine, account_id: str, **values: object) -> None:
    with writing(engine) as connection:
        connection.execute(accounts.update().where(accounts.c.account == account_id).values(**values))


def forget(engine: Engine, account_id: str) -> bool:
    """Take the account off the list of known ones; what it made and sold stays in the store."""
    with writing(engine) as connection:
        return connection.execute(accounts.delete().where(accounts.c.account == account_id)).rowcount > 0


def address(url: str) -> str:
    """An address as it is pinned: without path and case; this machine's own is one, whatever its port.

    A rehearsal takes the next free port at each start, and nobody else answers there.
    """
    parts = urlsplit(url)
    if on_this_machine(url):
        return "rehearsal"
    host = (parts.hostname or "").lower()
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme.lower()}://{host}{port}"
