"""Points of sale: registers in, POS out; one class for each generation of the API's POS calls.

Two generations answer over the same objects. The first, `/pos`, is the one of the QR guide and the only one proven to
take over a POS made in the panel; the second, `/v2/pos`, has idempotency keys and another envelope.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol
from urllib.parse import quote

from mpkit.api import answers, bodies
from mpkit.api.calls import Calls
from mpkit.api.lists import search, walk
from mpkit.model import Pos, Register
from mpkit.work import Progress


class Generation(Protocol):
    """What mpkit needs of either."""

    def every(self, progress: Progress) -> Iterator[Pos]:
        """Every POS."""
        ...

    def found(self, external_id: str) -> list[Pos]:
        """What the API finds for an external id."""
        ...

    def one(self, pos_id: str) -> Pos:
        """One POS with the code to print."""
        ...

    def create(self, register: Register, *, store_id: str, waits_for_order: bool) -> Pos:
        """Make one; sent once."""
        ...

    def update(
        self, pos_id: str, register: Register, *, store_id: str, waits_for_order: bool, external_id: str | None
    ) -> Pos:
        """Change one."""
        ...


class First:
    """`/pos`: the token decides whose; `fixed_amount` says who enters the amount; no idempotency key."""

    def __init__(self, calls: Calls) -> None:
        """Ask and write in the name of `calls`."""
        self._calls = calls

    def every(self, progress: Progress) -> Iterator[Pos]:
        """Every POS; rows may lack the code to print."""
        return walk(self._calls, "/pos", answers.pos, progress)

    def found(self, external_id: str) -> list[Pos]:
        """What the API finds for an external id."""
        return search(self._calls, "/pos", external_id, answers.pos)

    def one(self, pos_id: str) -> Pos:
        """One POS with the code to print."""
        return self._calls.read(_path(pos_id), parse=answers.pos)

    def create(self, register: Register, *, store_id: str, waits_for_order: bool) -> Pos:
        """Make one; sent once."""
        body = bodies.pos_body(
            register, store_id=store_id, waits_for_order=waits_for_order, external_id=register.external_id
        )
        return self._calls.write("POST", "/pos", body, parse=answers.pos)

    def update(
        self, pos_id: str, register: Register, *, store_id: str, waits_for_order: bool, external_id: str | None
    ) -> Pos:
        """Change one; the answer may lack the code to print."""
        body = bodies.pos_body(register, store_id=store_id, waits_for_order=waits_for_order, external_id=external_id)
        return self._calls.write("PUT", _path(pos_id), body, parse=answers.pos)


def _path(pos_id: str) -> str:
    return f"/pos/{quote(pos_id, safe='')}"
