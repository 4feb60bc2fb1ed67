"""A Mercado Pago whose answers are written down beforehand, and time that stands still."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from pydantic import SecretStr

from mpkit.api import MercadoPago, Pace, connect
from mpkit.work import FixedClock, HttpRequest, HttpResponse, Seams

TOKEN = "APP_" + "USR-1234567890-canary-0987654321"


def said(status: int, body: Any = None, **headers: str) -> HttpResponse:
    content = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
    return HttpResponse(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


@dataclass
class Scripted:
    """Answers in turn, the last one for ever; an exception in the script is raised."""

    script: list[HttpResponse | Exception]
    asked: list[HttpRequest] = field(default_factory=list)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.asked.append(request)
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Other:
    """The other side of a test: its script, its clock and the account that talks to it."""

    transport: Any
    clock: FixedClock
    account: MercadoPago
    pace: Pace


@pytest.fixture
def other() -> Callable[..., Other]:
    """Mercado Pago answering by a script or a function."""

    def start(
        *script: HttpResponse | Exception,
        transport: Any = None,
        url: str = "https://api.example",
        generation: Literal["v1", "v2"] = "v1",
    ) -> Other:
        clock = FixedClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
        seams = Seams(clock=clock, sleep=clock.sleep)
        carrier = transport or Scripted(list(script))
        pace = Pace.of(url, seams)
        account = connect(url, SecretStr(TOKEN), seams=seams, transport=carrier, pace=pace, generation=generation)
        return Other(carrier, clock, account, pace)

    return start
