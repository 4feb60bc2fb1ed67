"""One account's calls: a path and its values in, parsed JSON out; paced, bounded, retried where that is safe.

Reads are repeated when the answer was lost, wrong or a 429. Writes go out once, with an idempotency key or without:
only whoever wrote down the intent may decide to send again. The one exception is `insist`, for calls whose key makes
them happen once however often they are sent.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import stamina
from pydantic import SecretStr

from mpkit import log
from mpkit.api.forms import Form
from mpkit.api.pace import Pace
from mpkit.api.refusals import judge, retry_after
from mpkit.errors import ApiError, RateLimited, UnknownOutcome, Unreachable
from mpkit.work import HttpRequest, HttpResponse, NoAnswer, NotSent, Seams, Sink, Transport

Query = Mapping[str, str | int | float | None]
Answer = TypeVar("Answer")

SECONDS = 30.0  # the total time of one request: whoever waits out a lost write adds it to the settle window
_ATTEMPTS = 6
_BUDGET = 300.0  # seconds for one read with all its repetitions
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 20.0
_DUBIOUS = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")  # half a character, or the one no database keeps
_OF_READ = {"api_unknown_outcome": "api_read_failed", "api_no_answer": "api_read_no_answer"}
_NOT_SENT = {"untrusted": "api_untrusted", "name": "api_name_unknown", "refused": "api_nobody_listens"}
_NO_FILE = {"text/html", "application/json"}
_log = log.get("api")

# stamina would log each repetition with a wait of 0, as the wait is ours; its counter for metrics stays.
stamina.instrumentation.set_on_retry_hooks([stamina.instrumentation.PrometheusOnRetryHook])


class Unreadable(ValueError):
    """A well-formed answer whose fields are not what the contract says."""


class Reread:
    """Answers that may come again byte for byte, as the pages of a list read twice: each is parsed once.

    For calls that are all parsed alike.
    """

    def __init__(self) -> None:
        self._parsed: dict[bytes, Any] = {}

    def __call__(self, body: bytes, parse: Callable[[bytes], Answer]) -> Answer:
        """What is parsed of a body, now or before."""
        mark = hashlib.sha256(body).digest()
        if mark not in self._parsed:
            self._parsed[mark] = parse(body)
        found: Answer = self._parsed[mark]
        return found


class Calls:
    """Everything sent in the name of one token."""

    def __init__(self, transport: Transport, token: SecretStr | None, pace: Pace, seams: Seams) -> None:
        """`token` None sends no authorization: the public catalogue of places is asked that way."""
        log.conceal(token)
        self._transport = transport
        self._token = token
        self._pace = pace
        self.seams = seams
        self._counting = threading.Lock()
        self.requests = 0  # sent so far, repetitions included

    def __repr__(self) -> str:
        return "Calls(…)"

    @property
    def in_flight(self) -> int:
        """How many may be under way at once."""
        return self._pace.in_flight

    def read(
        self,
        path: str,
        query: Query | None = None,
        *,
        parse: Callable[[Any], Answer],
        headers: Mapping[str, str] | None = None,
        again: Reread | None = None,
    ) -> Answer:
        """GET, repeated while that can help; raises an `ApiError`. `again` knows what such answers were parsed to."""
        request = self._request("GET", path, query or {}, headers=headers)
        return self._patiently(request, parse, _Patience(self.seams), again)

    def insist(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        key: str,
        parse: Callable[[Any], Answer],
        headers: Mapping[str, str] | None = None,
        not_yet: Callable[[ApiError], bool] = lambda _: False,
    ) -> Answer:
        """POST with an idempotency key, repeated while that can help, or while the API says "not yet".

        Raises `UnknownOutcome` where one of the attempts may have been carried out and no later one said so.
        """
        content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        patience = _Patience(self.seams, not_yet)
        try:
            return self._patiently(self._request("POST", path, {}, content, key=key, headers=headers), parse, patience)
        except ApiError as error:
            if not patience.unknown or isinstance(error, UnknownOutcome):
                raise
            last = error
        raise UnknownOutcome("api_unsettled", status=last.status, code=last.code, cause=last.cause, detail=last.detail)

    def _patiently(
        self, request: HttpRequest, parse: Callable[[Any], Answer], patience: _Patience, again: Reread | None = None
    ) -> Answer:
        try:
            return self._once(request, parse, again)  # nearly always all there is: what repeating takes is made below
        except ApiError as error:
            if patience(error) is False:
                raise
        for attempt in stamina.retry_context(on=patience, attempts=None, timeout=None):
            with attempt:
                return self._once(request, parse, again)
        raise AssertionError  # pragma: no cover - the loop above ends by itself

    def write(
        self, method: str, path: str, body: Mapping[str, Any], *, parse: Callable[[Any], Answer], key: str = ""
    ) -> Answer:
        """POST, PUT or PATCH, sent once; `UnknownOutcome`: it may have been carried out, `Unreachable`: it was not.

        `key` is the idempotency key, where the path takes one.
        """
        content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        return self._once(self._request(method, path, {}, content, key=key), parse)

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """As `write`, where the status says what happened: it and the document; None for no body, or no JSON."""
        content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        response = self._answered(self._request(method, path, {}, content))
        try:
            return response.status, _document(response.body)
        except (ValueError, RecursionError):
            return response.status, None

    def fetch(self, path: str, sink: Sink, *, accept: str, seconds: float) -> None:
        """GET of a file, in parts; as often as `read`, each time from its beginning. Raises what `sink` raises, too."""
        asked = self._request("GET", path, {})
        headers = {**asked.headers, "accept": accept}
        request = replace(asked, headers=headers, seconds=seconds, sink=sink)
        patience = _Patience(self.seams)
        for attempt in stamina.retry_context(on=patience, attempts=None, timeout=None):
            with attempt:
                self._poured(request, sink)
                return

    def _poured(self, request: HttpRequest, sink: Sink) -> None:
        response = self._answered(request)
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in _NO_FILE:  # a page of a portal in between, or what a server says instead of a file
            raise UnknownOutcome("api_unreadable", status=response.status)
        if response.body:  # a transport that gives bodies whole
            sink.begin()
            sink(response.body)

    def remove(self, path: str, *, key: str = "") -> None:
        """DELETE, sent once; any 2xx will do: no two documents agree on what comes back."""
        self._once(self._request("DELETE", path, {}, key=key), lambda _: None)

    def upload(self, path: str, form: Form, *, parse: Callable[[Any], Answer]) -> Answer:
        """POST files, sent once."""
        request = self._request("POST", path, {}, form.content, headers={"content-type": form.kind})
        return self._once(request, parse)

    def new_key(self) -> str:
        """An idempotency key nobody has used: a UUID, as the reference recommends."""
        return str(uuid.UUID(int=self.seams.random.getrandbits(128), version=4))

    def _request(
        self,
        method: str,
        path: str,
        query: Query,
        content: bytes = b"",
        *,
        key: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> HttpRequest:
        head = {"accept": "application/json", "user-agent": "mpkit"}
        if self._token is not None:
            head["authorization"] = f"Bearer {self._token.get_secret_value()}"
        if content:
            head["content-type"] = "application/json"
        if key:
            head["x-idempotency-key"] = key
        head |= headers or {}
        said = tuple((name, str(value)) for name, value in query.items() if value not in {None, ""})
        return HttpRequest(method=method, path=path, query=said, headers=head, body=content, seconds=SECONDS)

    def _once(self, request: HttpRequest, parse: Callable[[Any], Answer], again: Reread | None = None) -> Answer:
        response = self._answered(request)
        try:
            if again is not None:
                return again(response.body, lambda body: parse(_document(body)))
            return parse(_document(response.body))
        except (ValueError, RecursionError) as problem:  # HTML with 200, half an answer, wrong types
            why = str(problem)[:200] if isinstance(problem, Unreadable) else type(problem).__name__
        _log.warning("unreadable", method=request.method, path=request.path, why=why)
        raise UnknownOutcome("api_unreadable", status=response.status)

    def _answered(self, request: HttpRequest) -> HttpResponse:
        """An answer that went well; any other is raised as the error it stands for."""
        response = self._carried(request)
        error = judge(response, now=self.seams.clock.now())
        _log.debug(
            "answered",
            method=request.method,
            path=request.path,
            status=response.status,
            code=error.code if error else "",
            request_id=response.headers.get("x-request-id", ""),
        )
        if error is not None:
            raise _of_read(error) if request.method == "GET" else error
        return response

    def _carried(self, request: HttpRequest) -> HttpResponse:
        """The answer, within the account's pace; what the transport could not do becomes one of our errors.

        It is logged and raised outside of the handlers: nothing of the library's, with a request and its headers in
        its frames or an answer in its text, hangs on to it.
        """
        trouble: ApiError
        with self._pace.turn() as turn:
            with self._counting:
                self.requests += 1
            try:
                response = self._transport(request)
            except NotSent as problem:
                trouble, why = (
                    Unreachable(_NOT_SENT.get(problem.why, "api_unreachable"), host=problem.host),
                    str(problem),
                )
            except NoAnswer as problem:
                turn.lost()
                trouble, why = UnknownOutcome("api_no_answer"), str(problem)
            else:
                after = retry_after(response.headers.get("retry-after", ""), self.seams.clock.now())
                turn.answered(response.status, after)
                return response
        _log.info("not carried", method=request.method, path=request.path, error=trouble.key, why=why)
        raise _of_read(trouble) if request.method == "GET" else trouble


def _of_read(error: ApiError) -> ApiError:
    """The same, said of a question: whatever became of it, nothing was changed."""
    key = _OF_READ.get(error.key)
    if key is None:
        return error
    return UnknownOutcome(key, status=error.status, code=error.code, cause=error.cause, detail=error.detail)


def _document(body: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """An answer's JSON, None for an empty body. Amounts stay text, so that no hundredth is lost in a float.

    Raises `ValueError` for anything that is none, and for text that could not be kept or sent on.
    """
    text = body.decode("utf-8-sig").strip()
    if not text:
        return None
    document = json.loads(text, parse_float=str, parse_constant=_no_number)
    if _DUBIOUS.search(text):
        whole = json.dumps(document, ensure_ascii=False)
        whole.encode()  # raises for half a character
        if "\\u0000" in whole:
            raise Unreadable("text")
    return document


def _no_number(name: str) -> None:
    raise Unreadable(name)


class _Patience:
    """Whether and when to repeat a request: stamina's hook.

    stamina sleeps by itself and on the machine's clock; the wait is done here, through the seams, and stamina is told
    to wait no longer. Counting is here too, because stamina asks the hook even after the last attempt.
    """

    def __init__(self, seams: Seams, not_yet: Callable[[ApiError], bool] = lambda _: False) -> None:
        self.seams = seams
        self._not_yet = not_yet
        self._attempts = 0
        self.unknown = False  # whether an attempt may have been carried out
        self._until = seams.clock.monotonic() + _BUDGET

    def __call__(self, error: Exception) -> bool | float:
        self._attempts += 1
        self.unknown |= isinstance(error, UnknownOutcome)
        if not isinstance(error, ApiError):
            return False
        if not isinstance(error, (RateLimited, Unreachable, UnknownOutcome)) and not self._not_yet(error):
            return False
        wait = 0.0  # a 429 has stopped the whole account already: the pace waits
        if not isinstance(error, RateLimited):
            most = min(_FIRST_WAIT * 2 ** (self._attempts - 1), _LONGEST_WAIT)
            wait = most * (0.5 + self.seams.random.random() / 2)
        stopped = error.retry_after or 0.0 if isinstance(error, RateLimited) else 0.0
        late = self.seams.clock.monotonic() + max(wait, stopped) > self._until
        if self._attempts >= _ATTEMPTS or late:
            return False
        _log.info("repeating", attempt=self._attempts, why=error.key, wait=round(wait, 2))
        self.seams.sleep(wait)
        return 0.0
