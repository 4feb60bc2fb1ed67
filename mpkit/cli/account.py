"""The accounts mpkit works for: add one by its token, list them, remove one."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from mpkit import accounts
from mpkit.accounts import handover, tokens
from mpkit.cli import console
from mpkit.errors import WrongUsage
from mpkit.i18n import say
from mpkit.jobs import Workbench, run_now
from mpkit.model import Account

app = typer.Typer(help=__doc__, add_completion=False, rich_markup_mode=None, no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]


@app.command()
def add(as_json: AsJson = False) -> None:
    """Connect an account; the token is asked for, or comes on standard input or in MPKIT_ACCESS_TOKEN."""
    bench = console.bench()
    name = handover.leave(bench.settings.data, _token(bench))
    try:
        found = _connected(bench, name)
    finally:
        handover.done(bench.settings.data, name)  # whatever happened, no token is left lying about
    console.say("account_added", nickname=found["nickname"], id=found["user_id"], site=found["site"])
    if found["test"]:
        console.say("account_is_test")
    if as_json:
        console.answer(found, as_json=True)


def _connected(bench: Workbench, name: str) -> dict[str, Any]:
    asked = {"handover": name}
    with console.progress() as progress:
        looked = console.finished(run_now(bench, account="", kind="look", key=name, arguments=asked, progress=progress))
        arguments = {**asked, "user_id": looked["user_id"]}
        job = run_now(bench, account="", kind="connect", key=name, arguments=arguments, progress=progress)
        return console.finished(job)


def _token(bench: Workbench) -> SecretStr:
    """The token from the settings, a prompt or a pipe; never from the arguments, which every user of a machine sees."""
    if bench.settings.access_token is not None:
        return bench.settings.access_token
    if sys.stdin.isatty():
        said = getpass.getpass(f"{say('account_token_prompt', console.language())}: ")
    else:
        said = sys.stdin.readline()
    if not said.strip():
        raise WrongUsage("account_token_missing")
    return SecretStr(said.strip())


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show the connected accounts."""
    known = accounts.known(console.bench().store)
    lines = [f"{a.id}\t{a.nickname}\t{a.site}\t{'test' if a.test else ''}\t{a.name}".rstrip() for a in known]
    console.answer({"accounts": [_described(account) for account in known]}, "\n".join(lines), as_json=as_json)


def _described(account: Account) -> dict[str, object]:
    return {
        "user_id": account.id,
        "nickname": account.nickname,
        "site": account.site,
        "test": account.test,
        "name": account.name,
        "amount": account.amount,
    }


@app.command()
def remove(account: Annotated[str, typer.Argument(help="user id or nickname")]) -> None:
    """Forget an account and its token; what was made with it stays in the store."""
    bench = console.bench()
    found = next(
        (a for a in accounts.known(bench.store) if account in {a.id, a.nickname}),
        None,
    )
    if found is None:
        known = ", ".join(f"{a.nickname} ({a.id})" for a in accounts.known(bench.store))
        raise WrongUsage("account_unknown", name=account, known=known or "—")
    tokens.drop(bench.settings.data, found.id)
    accounts.forget(bench.store, found.id)
    console.say("account_removed", nickname=found.nickname)
