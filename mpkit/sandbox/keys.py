"""Idempotency keys: which answer a key was given, for a day, and which requests with a key are still being handled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mpkit.sandbox.answers import Answer
from mpkit.sandbox.journal import Kinds
from mpkit.work import HttpRequest

_KEPT = timedelta(hours=24)
_FIELD = "x-idempotency-key"


@dataclass(frozen=True, slots=True)
class Told:
    """The first answer to a key, and the digest of the request it belongs to."""

    digest: str
    answer: Answer
    at: datetime


class Keys:
    """The keys of all accounts, each with its first answer; oldest first."""

    def __init__(self, remember: Callable[[str, dict[str, Any]], None]) -> None:
        self._told: dict[tuple[str, str], Told] = {}
        self._busy: dict[tuple[str, str], datetime] = {}
        self._remember = remember

    def kinds(self) -> Kinds:
        """How the lines it writes are applied again."""
        return {"key": self._again}

    def told(self, user: str, key: str, now: datetime) -> Told | None:
        """What the key was answered within the last day."""
        found = self._told.get((user, key))
        return found if found is not None and now - found.at < _KEPT else None

    def keep(self, user: str, key: str, told: Told) -> None:
        """From now on the key has this answer; those older than a day are let go."""
        while self._told:
            oldest = next(iter(self._told))
            if told.at - self._told[oldest].at < _KEPT:
                break
            del self._told[oldest]
        self._told.pop((user, key), None)  # so that the newest is last
        self._told[user, key] = Told(told.digest, Answer(told.answer.status, told.answer.body or None), told.at)
        line = {"user": user, "key": key, "digest": told.digest, "status": told.answer.status, "at": told.at}
        self._remember("key", {**line, "body": told.answer.body.decode()})

    def hold(self, user: str, key: str, until: datetime) -> None:
        """A request with this key is being handled until then."""
        self._busy[user, key] = until

    def held(self, user: str, key: str, now: datetime) -> bool:
        """Whether a request with this key is still being handled."""
        until = self._busy.get((user, key))
        if until is not None and until <= now:
            del self._busy[user, key]
        return until is not None and until > now

    def free(self, user: str, key: str) -> None:
        """The request has been handled."""
        self._busy.pop((user, key), None)

    def _again(self, line: dict[str, Any]) -> None:
        answer = Answer(line["status"], line["body"].encode() or None)
        self._told[line["user"], line["key"]] = Told(line["digest"], answer, datetime.fromisoformat(line["at"]))


def key_of(request: HttpRequest) -> str:
    """The key of a request, "" where it has none."""
    return field(request, _FIELD)


def field(request: HttpRequest, name: str) -> str:
    """A header of a request, in any case of letters; `name` in lower case."""
    found = request.headers.get(name)
    if found is not None:
        return found
    return next((value for each, value in request.headers.items() if each.lower() == name), "")


def digest(request: HttpRequest) -> str:
    """What two sendings of one request have in common."""
    head = f"{request.method} {request.path} ".encode()
    return hashlib.blake2b(head + request.body, digest_size=16).hexdigest()
