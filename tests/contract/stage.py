"""One situation of the contract, played: a fresh sandbox over HTTP, the real client, and what went over the wire.

A case prepares its situation and returns the one call it is about (with a check of what came out of it, where the class
alone says too little). The stage notes what the sandbox answered and what the client made of it; the declared row is
compared with both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Literal

from pydantic import SecretStr

from mpkit.api import MercadoPago, connect
from mpkit.api.client import HttpxTransport
from mpkit.api.refusals import judge
from mpkit.errors import ApiError
from mpkit.model import Branch, Location, Register
from mpkit.sandbox import World, serve
from mpkit.sandbox.world import SLOW_S
from mpkit.work import FixedClock, HttpRequest, HttpResponse, NoAnswer, NotSent, Seams
from tests.sandbox.asking import NOON

PLACE = Location("Caseros", "3039", "Rosario", "Santa Fe", -32.9468, -60.6393, "3er piso")
BRANCH = Branch("SUC001", "Sucursal Centro", PLACE, {"monday": (("09:00", "18:00"),)})
REGISTER = Register("SUC001CAJA01", "SUC001", "Caja 1")
MISSING = object()  # a field to be left out

_LONG = 4  # steps of one story

Play = Callable[["Stage"], Any]


@dataclass(frozen=True)
class Case:
    """One row: what is declared about it, and how it is played."""

    family: str
    endpoint: str
    situation: str
    section: str
    answers: str
    makes: str
    play: Play
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.family}: {self.endpoint} {self.situation}".replace(" ", "-")


class Cases:
    """The cases of one family, in the order they are declared."""

    def __init__(self, family: str) -> None:
        self.family = family
        self.all: list[Case] = []

    def __call__(
        self, endpoint: str, situation: str, section: str, answers: str, makes: str, **options: Any
    ) -> Callable[[Play], Play]:
        def add(play: Play) -> Play:
            self.all.append(Case(self.family, endpoint, situation, section, answers, makes, play, options))
            return play

        return add


class Wire:
    """The client's own transport, and what it carried."""

    def __init__(self, url: str) -> None:
        self.inner = HttpxTransport(url)
        self.heard: list[HttpResponse | Exception] = []
        self.instead: HttpResponse | None = None  # an answer to be shown in place of the sandbox's

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            answer = self.instead or self.inner(request)
        except (NotSent, NoAnswer) as lost:
            self.heard.append(lost)
            raise
        self.heard.append(answer)
        return answer


class Stage:
    """A sandbox and the account behind its token; everything waits on one clock that stands still."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.clock = FixedClock(NOON)
        self.world = World(clock=self.clock, sleep=self.clock.sleep, **options)
        self.served = serve(self.world)
        self.token = self.world.seller.token
        self.user = self.world.seller.id
        self.wire = Wire(self.served.url)
        self.account = self.client()
        self.account.seller()

    def client(self, token: str = "", generation: Literal["v1", "v2"] = "v1") -> MercadoPago:
        seams = Seams(clock=self.clock, sleep=self.clock.sleep, random=Random(0))
        return connect(
            self.served.url, SecretStr(token or self.token), seams=seams, transport=self.wire, generation=generation
        )

    def close(self) -> None:
        self.wire.inner.close()
        self.served._server.should_exit = True  # not waited for: it ends by itself within a tenth of a second

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, object] | None = None,
        token: str | None = None,
        key: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """A request the client would never make, judged by the client's own rules."""
        token = self.token if token is None else token
        sent = {"accept": "application/json", **(headers or {})}
        sent |= {"authorization": f"Bearer {token}"} if token else {}
        sent |= {"x-idempotency-key": key} if key else {}
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        pairs = tuple((name, str(value)) for name, value in (query or {}).items())
        response = self.wire(HttpRequest(method, path, pairs, sent, content, seconds=SLOW_S * 2))
        error = judge(response, now=self.clock.now())
        if error:
            raise error
        is_json = response.headers.get("content-type", "").startswith("application/json")
        return json.loads(response.body) if is_json else response.body

    def control(self, path: str, document: object) -> Any:
        is_press = path == "accounts" or (isinstance(document, dict) and "action" in document)
        method = "POST" if is_press else "PUT"
        return self.ask(method, f"/_sandbox/{path}", document)

    def stranger(self) -> str:
        """The token of another seller."""
        self.control("accounts", {"token": "somebody-else", "user_id": "999"})
        return "somebody-else"

    def store(self, **changed: Any) -> Any:
        return self.account.create_store(replace(BRANCH, **changed))

    def registering(self, *, waits_for_order: bool = False, **changed: Any) -> Callable[[], Any]:
        """The call that makes a POS; its store is made before."""
        store = self.account.store_by_external_id("SUC001") or self.store()
        register = replace(REGISTER, **changed)
        return lambda: self.account.create_pos(register, store_id=store.id, waits_for_order=waits_for_order)

    def register(self, **changed: Any) -> Any:
        return self.registering(**changed)()

    def sale(self, amount: str = "150.00", **more: Any) -> Any:
        """A payment at a register; the document."""
        pos = self.account.pos_by_external_id(REGISTER.external_id) or self.register()
        return self.control("buyer", {"action": "pay", "pos": pos.id, "amount": amount, **more})


def perform(case: Case) -> tuple[str, str]:
    """Play one case: what the sandbox answered, what the client made of it."""
    on = Stage(case.options)
    try:
        prepared = case.play(on)
        call, check = prepared if isinstance(prepared, tuple) else (prepared, None)
        on.wire.heard.clear()
        try:
            result = call()
        except ApiError as error:
            result = error
        if isinstance(result, ApiError) and result.status is not None:
            statuses = {each.status for each in on.wire.heard if isinstance(each, HttpResponse)}
            assert result.status in statuses, "the error carries the status it stands for"
        made = noun(result)
        heard = said(on.wire.heard)
        if check:
            check(result)
        return heard, made
    finally:
        on.close()


def noun(result: Any) -> str:
    """What came out, as a person would say it."""
    if isinstance(result, list | tuple):
        kinds = sorted({noun(each) for each in result})
        return f"list of {' / '.join(kinds)}" if kinds else "an empty list"
    names = {dict: "document", bytes: "the file", str: "text"}
    return "nothing" if result in (None, b"") else names.get(type(result), type(result).__name__)


def said(heard: Iterable[HttpResponse | Exception]) -> str:
    """What went over the wire, the same in a row once; of a long story each answer once, and how it ended."""
    names: list[str] = []
    for each in heard:
        name = _said(each)
        if not names or names[-1] != name:
            names.append(name)
    if len(names) > _LONG:
        names = [*(name for name in dict.fromkeys(names) if name != names[-1]), names[-1]]
    return " → ".join(names)


def _said(answer: HttpResponse | Exception) -> str:
    if isinstance(answer, Exception):
        return "no whole answer" if isinstance(answer, NoAnswer) else "not reached"
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kind not in {"", "application/json"}:
        return f"{answer.status} {kind}"
    if answer.status >= 300 and not answer.body:
        return f"{answer.status}, no body"
    return str(answer.status) if answer.status < 300 else f"{answer.status} {_told(json.loads(answer.body))}"


def _told(document: Mapping[str, Any]) -> str:
    """The code of a refusal and the kind of its envelope."""
    if "errors" in document:
        return f"{document['errors'][0]['code']} · errors"
    if "cause" in document:
        causes = [document["cause"]] if isinstance(document["cause"], dict) else document["cause"]
        code = f"/{causes[0]['code']}" if causes else ""
        return f"{document['error']}{code} · cause"
    if "causes" in document:
        return f"{document['error']} · causes"
    return f"{document.get('code') or document.get('error')} · flat"


def table(cases: Iterable[Case]) -> str:
    """The page: one line a case, by family."""
    lines = [
        "# The contract, driven",
        "",
        "<!-- Generated by the tests (`pytest tests/contract --golden`); change the cases instead. -->",
        "",
        "Every endpoint, quirk and error of Mercado Pago's API that concerns us, played against the sandbox over HTTP",
        "by the client of mpkit. *Answer* is status, code and kind of envelope: `causes` (stores, `/pos`), `errors`",
        "(`/v2/pos`), `cause` (payments, account), `flat` (gateway). *The client makes* the noun it hands on or the",
        "error it raises (`mpkit/errors.py`); a *document* is asked for by the tests where mpkit itself never asks.",
        "The section is that of the contract the tests were written from: *S* stores and registers, *P* payments",
        "and reports.",
    ]
    family = ""
    for case in cases:
        if case.family != family:
            family = case.family
            head = ["| request | situation | answer | the client makes | section |", "|---|---|---|---|---|"]
            lines += ["", f"## {family}", "", *head]
        row = (f"`{case.endpoint}`", case.situation, f"`{case.answers}`", case.makes, case.section)
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join([*lines, ""])
