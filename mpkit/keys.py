"""The keys of this installation: texts in, message authentication codes out; they never leave their one 0600 file.

The file is `keys/mpkit.key` in the data folder, a line for each key, the oldest first:

    <id> <since> <until, or - for one that may seal> <64 hex digits>

One key is made once by whoever comes first; `mpkit key --rotate` adds others. Which of them seals the store is said by
the store, in the very transaction that seals it anew. Keys of before stay, to verify what they have sealed. The file is
not part of a backup of the store: whoever restores the store without it can neither seal nor verify.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from mpkit import private, settings
from mpkit.errors import StoreTrouble

_BYTES = 32
_NEVER = "-"


@dataclass(frozen=True, slots=True)
class Sealer:
    """Texts to codes, 64 hex digits each, under the key named `key`, for one purpose alone."""

    key: str
    secret: bytes = field(repr=False)

    def __call__(self, text: str) -> str:
        """The HMAC-SHA256 of a text."""
        code = _begun(self.secret).copy()
        code.update(text.encode())
        return code.hexdigest()


@lru_cache(maxsize=16)
def _begun(secret: bytes) -> hmac.HMAC:
    """A code before its text: to begin one from its secret each time costs several times what a row's text does."""
    return hmac.new(secret, digestmod="sha256")


@dataclass(frozen=True, slots=True)
class Key:
    """One key: named by what it is, in use since and until when; `since` None where its file did not say."""

    secret: bytes = field(repr=False)
    since: datetime | None = None
    until: datetime | None = None

    @property
    def id(self) -> str:
        """Its name, 8 hex digits, which tell nothing of it."""
        return hmac.digest(self.secret, b"mpkit key id", "sha256").hex()[:8]

    def seal(self, purpose: str) -> Sealer:
        """One key for each purpose, so that a code made for one thing is worth nothing for another."""
        return Sealer(self.id, hmac.digest(self.secret, purpose.encode(), hashlib.sha256))


def mac(purpose: str, text: str, *, data: Path | None = None) -> str:
    """The code of a text under the key a folder that was never asked otherwise uses: the oldest that may seal."""
    return first(data or settings.load().data).seal(purpose)(text)


def first(data: Path) -> Key:
    """The oldest key that may seal; made where there is none."""
    if not file(data).exists():
        private.create(file(data), _line(Key(secrets.token_bytes(_BYTES), _now())))
    return next(key for key in ring(data) if key.until is None)


def ring(data: Path) -> tuple[Key, ...]:
    """Every key of the file, the oldest first; none where there is no file. Raises `StoreTrouble` for a damaged one."""
    path = file(data)
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return _read(path, (found.st_mtime_ns, found.st_ino, found.st_size))


def find(data: Path, id_: str) -> Key | None:
    """The key of that name."""
    return next((key for key in ring(data) if key.id == id_), None)


def file(data: Path) -> Path:
    """Where the keys are."""
    return data / "keys" / "mpkit.key"


def join(data: Path, after: str) -> Key:
    """The key that is to follow the one named, put into the file unless it waits there already; whole or not at all."""
    known = ring(data)
    place = [key.id for key in known].index(after)
    waiting = next((key for key in known[place + 1 :] if key.until is None), None)
    new = Key(waiting.secret if waiting else secrets.token_bytes(_BYTES), _now())
    _write(data, [*(key for key in known if key is not waiting), new])
    return new


def serving(data: Path) -> Key:
    """The newest key, the one that seals what is sealed from now on."""
    return ring(data)[-1]


def retire(data: Path, upto: str) -> None:
    """The keys before the one named seal no more: they verify what they have sealed."""
    known = ring(data)
    place = [key.id for key in known].index(upto)
    if any(key.until is None for key in known[:place]):
        _write(data, [*(replace(key, until=key.until or _now()) for key in known[:place]), *known[place:]])


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _write(data: Path, keys: list[Key]) -> None:
    private.write(file(data), b"".join(map(_line, keys)))


def _line(key: Key) -> bytes:
    since, until = (_NEVER if at is None else at.isoformat() for at in (key.since, key.until))
    return f"{key.id} {since} {until} {key.secret.hex()}\n".encode()


@lru_cache(maxsize=16)
def _read(path: Path, _version: tuple[int, ...]) -> tuple[Key, ...]:
    """The keys of one version of the file: a process that lives long sees one that joins."""
    try:
        found = tuple(map(_key, path.read_text(encoding="ascii").splitlines()))
    except ValueError:
        found = ()
    if all(key.until is not None for key in found):
        raise StoreTrouble("key_damaged", where=str(path))
    return found


def _key(line: str) -> Key:
    """One line. Raises `ValueError` for any other: a short key would seal, and nobody would notice."""
    named = " " in line  # a lone key was made before keys had names
    id_, since, until, digits = line.split() if named else ("", _NEVER, _NEVER, line)
    at = [None if said == _NEVER else datetime.fromisoformat(said) for said in (since, until)]
    key = Key(bytes.fromhex(digits), *at)
    if len(key.secret) != _BYTES or id_ not in {"", key.id}:
        raise ValueError(line)
    return key
