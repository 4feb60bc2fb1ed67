"""The sandbox's control routes: an address of this machine in, what happens there and what one makes happen out.

They are no part of Mercado Pago's API: no token goes there, and nothing but a sandbox answers them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from mpkit.api.client import HttpxTransport
from mpkit.errors import Refused
from mpkit.model import Account
from mpkit.settings import on_this_machine
from mpkit.work import HttpRequest, NoAnswer, NotSent, Transport

_SECONDS = 60.0  # a state of 20,000 registers takes its time


class Declined(Exception):
    """The sandbox would not do it: `why` in its own words (English, for a log)."""

    def __init__(self, status: int, why: str) -> None:
        self.status = status
        self.why = why
        super().__init__(why)


def playable(account: Account, url: str) -> bool:
    """Whether a rehearsal may be played for this account: a test account, at an address of this machine."""
    return account.test and on_this_machine(url)


@contextmanager
def opened(url: str) -> Iterator[Stage]:
    """The control routes behind an address. Raises `Refused` where it is not this machine's, or no sandbox answers."""
    if not on_this_machine(url):
        raise Refused("rehearse_not_here")
    transport = HttpxTransport(url, connections=1)
    try:
        yield Stage(transport)
    finally:
        transport.close()


class Stage:
    """One sandbox, seen from behind. Raises `Refused` from the start where what answers is no sandbox."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        try:
            found = self.state()
        except Declined as error:
            raise Refused("rehearse_not_here") from error
        if not {"seed", "stores", "pos", "effects"} <= set(found):
            raise Refused("rehearse_not_here")

    def state(self) -> dict[str, Any]:
        """Every store and POS, the time there, how people pay there, and counts."""
        return self._ask("GET", "/_sandbox/state")

    def requests(self, since: int) -> dict[str, Any]:
        """What mpkit asked after the n-th request, oldest first."""
        return self._ask("GET", "/_sandbox/requests", query=(("since", str(since)),))

    def faults(self, wanted: Mapping[str, float] | None = None) -> dict[str, Any]:
        """The faults that are on, and how often each struck; `wanted` replaces them."""
        if wanted is None:
            return self._ask("GET", "/_sandbox/faults")
        return self._ask("PUT", "/_sandbox/faults", {"faults": dict(wanted)})

    def clock(self, now: str = "") -> str:
        """The time there, ISO 8601; `now` sets it first."""
        found = self._ask("PUT", "/_sandbox/clock", {"now": now}) if now else self._ask("GET", "/_sandbox/clock")
        return str(found["now"])

    def buyer(self, action: str, key: str, **wanted: object) -> dict[str, Any]:
        """A press of the buyer: the payment as it is then. Raises `Declined`, also where the buyer's app waits."""
        return self._ask("POST", "/_sandbox/buyer", {"action": action, "key": key, **wanted})

    def panel(self, action: str, key: str, **wanted: object) -> str:
        """A press in Mercado Pago's panel: the id of what it was about."""
        return str(self._ask("POST", "/_sandbox/panel", {"action": action, "key": key, **wanted})["id"])

    def _ask(
        self, method: str, path: str, document: object = None, query: tuple[tuple[str, str], ...] = ()
    ) -> dict[str, Any]:
        body = b"" if document is None else json.dumps(document).encode()
        headers = {"content-type": "application/json"} if body else {}
        try:
            answer = self._transport(HttpRequest(method, path, query, headers, body, _SECONDS))
        except (NotSent, NoAnswer) as error:
            raise Refused("rehearse_silent") from error
        try:
            found = json.loads(answer.body)
        except ValueError as error:
            raise Refused("rehearse_not_here") from error
        if not isinstance(found, dict):
            raise Refused("rehearse_not_here")
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise Declined(answer.status, str(found.get("message", "")))
        return found
