"""The access tokens: account ids in, tokens out, kept in one 0600 file that only worker and command line read."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import SecretStr

from mpkit import private
from mpkit.errors import StoreTrouble
from mpkit.log import conceal


def _file(data: Path) -> Path:
    return data / "keys" / "tokens.json"


def kept(data: Path, account_id: str) -> SecretStr | None:
    """The token of an account, None where there is none; `data` is the data folder."""
    token = _all(data).get(account_id)
    if token is None:
        return None
    conceal(token)
    return SecretStr(token)


def keep(data: Path, account_id: str, token: SecretStr) -> None:
    """Keep the token of an account, in place of an older one."""
    conceal(token)
    _change(data, account_id, token.get_secret_value())


def drop(data: Path, account_id: str) -> None:
    """Forget the token of an account."""
    _change(data, account_id, None)


def _change(data: Path, account_id: str, token: str | None) -> None:
    with private.locked(data / "keys" / "tokens.lock"):
        tokens = {name: value for name, value in _all(data).items() if name != account_id}
        if token is not None:
            tokens[account_id] = token
        private.write(_file(data), json.dumps(tokens, sort_keys=True).encode())


def _all(data: Path) -> dict[str, str]:
    path = _file(data)
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise StoreTrouble("tokens_unreadable", where=str(path)) from None  # the cause would quote the file
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
