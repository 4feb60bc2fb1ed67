"""Bodies that take long: what makes one goes into an answer under the world's lock, the bytes come out after it."""

from __future__ import annotations

from collections.abc import Callable
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
