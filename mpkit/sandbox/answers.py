"""What the sandbox answers: documents, dates and the refusals of each family of the API, in their own envelopes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import orjson

_TEN = 10  # digits
_MINUS_FOUR = timezone(timedelta(hours=-4))


@dataclass(frozen=True, slots=True)
class Effect:
    """What a request changed: "create", "update", "delete", "pay" …, of which object."""

    verb: str
    kind: str
    id: str
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer before it becomes bytes; `document` None is an empty body, text and bytes are sent as they stand."""

    status: int
    document: Any = None
    effect: Effect | None = None
    kind: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The bytes of the answer."""
        if self.document is None:
            return b""
        if isinstance(self.document, bytes):
            return self.document
        if isinstance(self.document, str):
            return self.document.encode()
        return encoded(self.document)


def encoded(document: object) -> bytes:
    """A document as JSON."""
    return orjson.dumps(document)


def listed(rows: Iterable[bytes], *, total: int, offset: int, limit: int, under: str = "results") -> bytes:
    """A page as JSON, of rows that are JSON already."""
    head = b'{"paging":{"total":%d,"offset":%d,"limit":%d},"%b":[' % (total, offset, limit, under.encode())
    return head + b",".join(rows) + b"]}"


class Refusal(Exception):
    """A request that is refused; carries the answer."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(answer.status)


def classic(status: int, code: str, message: str, description: str = "") -> Refusal:
    """The envelope of stores and /pos."""
    causes = [{"code": status, "description": description}] if description else []
    return Refusal(Answer(status, {"error": code, "message": message, "status": status, "causes": causes}))


def flat(status: int, code: str, message: str) -> Refusal:
    """The envelope of the gateway."""
    return Refusal(Answer(status, {"code": code, "message": message}))


def newer(status: int, code: str, message: str, *details: str) -> Refusal:
    """The envelope of Orders and /v2/pos."""
    error: dict[str, Any] = {"code": code, "message": message}
    if details:
        error["details"] = list(details)
    return Refusal(Answer(status, {"errors": [error]}))


def family(status: int, error: str, message: str, code: int | None = None, seen: str = "") -> Refusal:
    """The envelope of the payments family, with `cause`; `seen` is the date and request id it embeds."""
    cause = [] if code is None else [{"code": code, "description": message, "data": seen}]
    return Refusal(Answer(status, {"message": message, "error": error, "status": status, "cause": cause}))


def counted(query: Mapping[str, str], name: str, default: int) -> int | None:
    """A parameter that counts, `default` where it is not there; None where it is no number of up to nine digits."""
    text = query.get(name)
    if text is None:
        return default
    return int(text) if len(text) < _TEN and text.isascii() and text.isdecimal() else None


@lru_cache(maxsize=4096)  # what is new says the same instant twice
def zulu(at: datetime) -> str:
    """`2019-08-08T19:29:45.019Z`: how stores and creations of POS carry their dates."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def minus_four(at: datetime) -> str:
    """`2020-09-30T08:38:58.000-04:00`: how reads of POS carry their dates, whatever the site."""
    return at.astimezone(_MINUS_FOUR).replace(microsecond=0).isoformat(timespec="milliseconds")


@lru_cache(maxsize=20_000)  # a payment says the same instant many times
def payment_date(seconds: int) -> str:
    """The same form from seconds since 1970: payments have no finer dates."""
    return f"{datetime.fromtimestamp(seconds, _MINUS_FOUR):%Y-%m-%dT%H:%M:%S}.000-04:00"


def number(hundredths: int) -> int | float:
    """An amount as the payments family sends it: a JSON number, whole where it is whole."""
    whole, rest = divmod(hundredths, 100)
    return hundredths / 100 if rest else whole
