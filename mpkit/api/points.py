"""The account's points of sale, whichever generation of the API answers: it is found out, and said to who remembers it.

The first generation is used until a call of it answers 404, 405 or 410 in a way that means "no longer here": then the
second, if that one answers, takes over for good. "This POS is unknown" is a 404 too: the list of the first generation
tells one from the other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from mpkit.api.calls import Calls, Reread
from mpkit.api.generations import First, Generation, Name, Second
from mpkit.api.refusals import taken, unclear
from mpkit.errors import ApiError, NotFound, RefusedByApi
from mpkit.model import Pos, Register
from mpkit.work import Progress

_UNKNOWN = frozenset({"store_not_found", "pos_not_found", "inexistent_external_store_id", "inexistent_store_id"})
_NOT_HERE = frozenset({404, 405, 410})  # statuses that may mean that a path is gone

Answer = TypeVar("Answer")


class Points:
    """POS in and out; safe to share between threads."""

    def __init__(self, calls: Calls, generation: Name, moved: Callable[[Name], None]) -> None:
        """`moved` is told once, should the account move from the first generation to the second."""
        self._calls = calls
        self._used: Generation = Second(calls) if generation == "v2" else First(calls)
        self._moved = moved
        self._moving = threading.Lock()

    @property
    def generation(self) -> Name:
        """Which generation answers."""
        return self._used.name

    def every(self, progress: Progress, again: Reread | None = None) -> Iterator[Pos]:
        """Every POS; rows may lack the code to print."""
        used = self._used
        try:
            yield from used.every(progress, again)
        except (NotFound, RefusedByApi) as error:
            if not self._gone(used, error):
                if isinstance(error, NotFound):
                    return  # an account without POS may be told so
                raise
        else:
            return
        yield from self._used.every(progress, again)

    def found(self, external_id: str) -> list[Pos]:
        """What the API finds for an external id; ids differ in more than capitals (documented)."""
        try:
            rows = self._ask(lambda points: points.found(external_id))
        except NotFound:
            return []
        wanted = external_id.casefold()
        return [pos for pos in rows if (pos.external_id or "").casefold() == wanted]

    def one(self, pos_id: str) -> Pos:
        """One POS with the code to print. Raises `NotFound`."""
        return self._ask(lambda points: points.one(pos_id))

    def create(self, register: Register, *, store_id: str, waits_for_order: bool, key: str, url: str) -> Pos:
        """Make one; sent once to whoever takes it. Raises `Conflict` where the account has that external id."""
        try:
            if url:
                return self._machine(register, store_id=store_id, url=url)
            return self._ask(
                lambda points: points.create(register, store_id=store_id, waits_for_order=waits_for_order, key=key),
                new=True,
            )
        except RefusedByApi as error:
            if not unclear(error) or not self.found(register.external_id):
                raise
            refusal = error
        raise taken(refusal)

    def _machine(self, register: Register, *, store_id: str, url: str) -> Pos:
        """An unattended POS: only the first generation takes the address to ask at."""
        first = First(self._calls)
        try:
            return first.create(register, store_id=store_id, waits_for_order=True, url=url)
        except (NotFound, RefusedByApi) as error:
            if not self._gone(first, error, new=True):
                raise
            gone = error
        raise RefusedByApi("api_unattended_gone", status=gone.status, code=gone.code)

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
        """Change one. Raises `Conflict` where another POS has the external id it is to get."""

        def change(points: Generation) -> Pos:
            return points.update(
                pos_id,
                register,
                store_id=store_id,
                waits_for_order=waits_for_order,
                external_id=external_id,
                key=key,
            )

        try:
            return self._ask(change)
        except RefusedByApi as error:
            if external_id is None or not unclear(error) or all(pos.id == pos_id for pos in self.found(external_id)):
                raise
            refusal = error
        raise taken(refusal)

    def delete(self, pos_id: str, *, key: str) -> None:
        """Take one away. Raises `NotFound` where there is none."""
        self._ask(lambda points: points.delete(pos_id, key=key))

    def _ask(self, what: Callable[[Generation], Answer], *, new: bool = False) -> Answer:
        """Do it with the generation in use; where that one is gone, nothing was done, and the other does it."""
        used = self._used
        try:
            return what(used)
        except (NotFound, RefusedByApi) as error:
            if not self._gone(used, error, new=new):
                raise
        return what(self._used)

    def _gone(self, used: Generation, error: ApiError, *, new: bool = False) -> bool:
        """Whether the generation that answered so is no longer there, and another one is used from now on."""
        if used.name != "v1" or error.status not in _NOT_HERE or error.code in _UNKNOWN:
            return False
        with self._moving:
            if self._used.name != "v1":
                return True
            # A POST to the list itself has no POS to be unknown; any other 404 may be about the one POS.
            if error.status == 404 and not new and used.answers():  # noqa: PLR2004
                return False
            second = Second(self._calls)
            if not second.answers():
                return False
            self._used = second
        self._moved("v2")
        return True
