"""How a token gets from the page to the worker: left in a 0600 file under a random name, taken away by the worker.

It then waits as the worker's own file until the person has said that it is the right account.
"""

from __future__ import annotations

import re
import secrets
import time
from pathlib import Path

from pydantic import SecretStr

from mpkit import private
from mpkit.errors import Refused
from mpkit.log import conceal

_PATIENCE = 3600.0  # seconds; a token nobody came back for is deleted
_NAME = re.compile(r"[0-9a-f]{32}", re.ASCII)


def leave(data: Path, token: SecretStr) -> str:
    """Leave a token for the worker; gives the name it is found under, which is no secret."""
    conceal(token)
    name = secrets.token_hex(16)
    # Letters that are no text (a pipe of bytes) become marks no token has: refused as a wrong token, in one sentence.
    private.create(_left(data, name), token.get_secret_value().strip().encode(errors="backslashreplace"))
    return name


def take(data: Path, name: str) -> SecretStr:
    """Take a token that was left into the worker's keeping; again and again, until it is `done` or an hour has passed.

    Raises `Refused` where nothing is (or is no longer) under this name.
    """
    _sweep(data)
    waiting = _waiting(data, name)
    left = _left(data, name)
    waiting.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        left.replace(waiting)  # from here on no page can find it
    except FileNotFoundError:
        if not waiting.exists():
            raise Refused("handover_gone") from None
    token = SecretStr(waiting.read_text(encoding="utf-8"))
    conceal(token)
    return token


def done(data: Path, name: str) -> None:
    """Delete a token that was taken, or that nobody will come for."""
    _waiting(data, name).unlink(missing_ok=True)
    _left(data, name).unlink(missing_ok=True)


def _left(data: Path, name: str) -> Path:
    return data / "keys" / "handover" / _checked(name)


def _waiting(data: Path, name: str) -> Path:
    return data / "keys" / "waiting" / _checked(name)


def _checked(name: str) -> str:
    """The name comes back through a browser: nothing but our own form of it may become a path."""
    if not _NAME.fullmatch(name):
        raise Refused("handover_gone")
    return name


def _sweep(data: Path) -> None:
    for folder in ("handover", "waiting"):
        for file in (data / "keys" / folder).glob("*"):
            try:
                if time.time() - file.stat().st_mtime > _PATIENCE:  # a file's own age: the machine's clock
                    file.unlink()
            except FileNotFoundError:  # another worker's sweep was faster
                continue
