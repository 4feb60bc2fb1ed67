"""Points of sale: registers in, POS out; one class for each generation of the API's POS calls.

Two generations answer over the same objects. The first, `/pos`, is the one of the QR guide and the only one proven to
take over a POS made in the panel; the second, `/v2/pos`, has idempotency keys, another envelope and plainer names.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol
from urllib.parse import quote

from mpkit.api import answers, bodies
from mpkit.api.calls import Calls, Reread
from mpkit.api.lists import search, walk
from mpkit.errors import NotFound, RefusedByApi, Unauthorised
from mpkit.model import Pos, Register
from mpkit.work import Progress

Name = Literal["v1", "v2"]

_ATTENDED, _OPEN = "pdv", "standalone"  # operating modes: the app waits for an order, the buyer types the amount


class Generation(Protocol):
    """What mpkit needs of either."""

    name: Name

    def answers(self) -> bool:
        """Whether this generation is there at all, for this account."""
        ...

    def every(self, progress: Progress, again: Reread | None = None) -> Iterator[Pos]:
        """Every POS; `again` as `lists.walk` takes it."""
        ...

    def found(self, external_id: str) -> list[Pos]:
        """What the API finds for an external id."""
        ...

    def one(self, pos_id: str) -> Pos:
        """One POS with the code to print."""
        ...

    def create(self, register: Register, *, store_id: str, waits_for_order: bool, key: str) -> Pos:
        """Make one; sent once."""
        ...

    def update(
        self,
        pos_id: str,
        register: Register,
        *,
        store_id: str,
        waits_for_order: bool,
        external_id: str | None,
        key: str,
    ) -> Pos:
        """Change one; sent once."""
        ...

    def delete(self, pos_id: str, *, key: str) -> None:
        """Take one away; sent once."""
        ...


class _Reading:
    """What both generations read alike, each at its own path."""

    _path: str

    def __init__(self, calls: Calls) -> None:
        """Ask and write in the name of `calls`."""
        self._calls = calls

    def answers(self) -> bool:
        """Whether the list of this generation can be asked for."""
        try:
            self._calls.read(self._path, {"limit": 1}, parse=answers.page)
        except (NotFound, RefusedByApi, Unauthorised):
            return False
        return True

    def every(self, progress: Progress, again: Reread | None = None) -> Iterator[Pos]:
        """Every POS; rows may lack the code to print."""
        return walk(self._calls, self._path, answers.pos, progress, again)

    def found(self, external_id: str) -> list[Pos]:
        """What the API finds for an external id."""
        return search(self._calls, self._path, external_id, answers.pos)

    def one(self, pos_id: str) -> Pos:
        """One POS with the code to print."""
        return self._calls.read(self._at(pos_id), parse=answers.pos)

    def _at(self, pos_id: str) -> str:
        return f"{self._path}/{quote(pos_id, safe='')}"


class First(_Reading):
    """`/pos`: `fixed_amount` says who enters the amount; no idempotency key, whatever `key` is handed in."""

    name: Name = "v1"
    _path = "/pos"

    def create(self, register: Register, *, store_id: str, waits_for_order: bool, key: str = "", url: str = "") -> Pos:  # noqa: ARG002
        """Make one; `url` is that of an unattended machine."""
        body = bodies.pos_body(
            register, store_id=store_id, waits_for_order=waits_for_order, external_id=register.external_id, url=url
        )
        return self._calls.write("POST", self._path, body, parse=answers.pos)

    def update(
        self,
        pos_id: str,
        register: Register,
        *,
        store_id: str,
        waits_for_order: bool,
        external_id: str | None,
        key: str = "",  # noqa: ARG002 - it has none
    ) -> Pos:
        """Change one; the answer may lack the code to print."""
        body = bodies.pos_body(register, store_id=store_id, waits_for_order=waits_for_order, external_id=external_id)
        return self._calls.write("PUT", self._at(pos_id), body, parse=answers.pos)

    def delete(self, pos_id: str, *, key: str = "") -> None:  # noqa: ARG002
        """Take one away."""
        self._calls.remove(self._at(pos_id))


class Second(_Reading):
    """`/v2/pos`: `operating_mode` says who enters the amount; every write has an idempotency key.

    A create has the key it is handed, so that the same request is known again; a change has a new one each time, as an
    earlier answer played back would be an earlier state.
    """

    name: Name = "v2"
    _path = "/v2/pos"

    def create(self, register: Register, *, store_id: str, waits_for_order: bool, key: str) -> Pos:
        """Make one; the same key and body give the first answer again."""
        mode = _ATTENDED if waits_for_order else _OPEN
        body = bodies.newer_pos_body(register, store_id=store_id, mode=mode, external_id=register.external_id)
        return self._calls.write("POST", self._path, body, parse=answers.pos, key=key or self._calls.new_key())

    def update(
        self,
        pos_id: str,
        register: Register,
        *,
        store_id: str,
        waits_for_order: bool,
        external_id: str | None,
        key: str = "",
    ) -> Pos:
        """Change one; a machine (`unattended`, `self_service`) that waits for orders stays one: it is read first."""
        same = self.one(pos_id).fixed_amount == waits_for_order
        mode = "" if same else _ATTENDED if waits_for_order else _OPEN
        body = bodies.newer_pos_body(register, store_id=store_id, mode=mode, external_id=external_id)
        key = key or self._calls.new_key()
        return self._calls.write("PATCH", self._at(pos_id), body, parse=answers.pos, key=key)

    def delete(self, pos_id: str, *, key: str = "") -> None:
        """Take one away."""
        self._calls.remove(self._at(pos_id), key=key or self._calls.new_key())
