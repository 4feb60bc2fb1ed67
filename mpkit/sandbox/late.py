"""Bodies that are no bytes yet: made only once the world is free for others, or put together only by who needs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Self

from mpkit.work import HttpResponse


class Late(bytes):
    """A body that is made once the world is free for others; empty until then."""

    make: Callable[[], bytes]

    def __new__(cls, make: Callable[[], bytes]) -> Self:
        """`make` is called without the lock, and must not need it."""
        body = super().__new__(cls)
        body.make = make
        return body


def made(response: HttpResponse | None) -> HttpResponse | None:
    """The response with its body; any other as it is."""
    if response is None or not isinstance(response.body, Late):
        return response
    return replace(response, body=response.body.make())


class Sheets(bytes):
    """A body in pieces, as long as all of them; what is sent piece by piece need not be copied."""

    pieces: Sequence[bytes | memoryview]
    _size: int

    def __new__(cls, pieces: Sequence[bytes | memoryview]) -> Self:
        """Of these pieces in their order."""
        body = super().__new__(cls)
        body.pieces, body._size = pieces, sum(map(len, pieces))
        return body

    def __len__(self) -> int:
        return self._size


def whole(response: HttpResponse) -> HttpResponse:
    """The response with its body in one piece."""
    if not isinstance(response.body, Sheets):
        return response
    return replace(response, body=b"".join(response.body.pieces))
