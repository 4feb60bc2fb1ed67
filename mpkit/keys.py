"""The one key of this installation: texts in, message authentication codes out; the key never leaves its 0600 file.

The file is `keys/mpkit.key` in the data folder, made once by whoever comes first. It is not part of a backup of the
store: whoever restores the store without it can neither sign nor verify.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache
from pathlib import Path

from mpkit import private, settings
from mpkit.errors import StoreTrouble

_BYTES = 32


def mac(purpose: str, text: str, *, data: Path | None = None) -> str:
    """The HMAC-SHA256 of `text` under the key of this `purpose`, 64 hex digits; `data` is the data folder."""
    return hmac.digest(_key(data or settings.load().data, purpose), text.encode(), "sha256").hex()


def verify(purpose: str, text: str, code: str, *, data: Path | None = None) -> bool:
    """Whether `code` is the code of `text`; takes the same time whatever the answer."""
    return hmac.compare_digest(mac(purpose, text, data=data).encode(), code.encode())


@lru_cache(maxsize=64)
def _key(data: Path, purpose: str) -> bytes:
    """One key for each purpose, so that a code made for one thing is worth nothing for another."""
    return hmac.new(_master(data / "keys" / "mpkit.key"), purpose.encode(), hashlib.sha256).digest()


def _master(path: Path) -> bytes:
    if not path.exists():
        private.create(path, secrets.token_hex(_BYTES).encode() + b"\n")
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError:
        key = b""
    if len(key) != _BYTES:  # a short key would sign, and nobody would notice
        raise StoreTrouble("key_damaged", where=str(path))
    return key
