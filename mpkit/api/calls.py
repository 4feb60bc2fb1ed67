"""One account's calls: a path and its values in, parsed JSON out; paced, bounded, retried where that is safe.

Reads are repeated when the answer was lost, wrong or a 429. Writes go out once: stores and POS have no idempotency
key, so only whoever wrote down the intent may decide to send again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import stamina
from pydantic import SecretStr

from mpkit import log
from mpkit.api.pace import Pace
from mpkit.api.refusals import judge
from mpkit.errors import ApiError, RateLimited, UnknownOutcome, Unreachable
from mpkit.work import HttpRequest, HttpResponse, NoAnswer, NotSent, Seams, Transport

Query = Mapping[str, str | int | float | None]
Answer = TypeVar("Answer")

SECONDS = 30.0  # the total time of one request: whoever waits out a lost write adds it to the settle window
_ATTEMPTS = 6
_BUDGET = 300.0  # seconds for one read with all its repetitions
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 20.0
_log = log.get("api")

# stamina would log each repetition with a wait of 0, as the wait is ours; its counter for metrics stays.
stamina.instrumentation.set_on_retry_hooks([stamina.instrumentation.PrometheusOnRetryHook])


class Unreadable(ValueError):
    """A well-formed answer whose fields are not what the contract says."""


class Calls:
    """Everything sent in the name of one token."""

    def __init__(self, transport: Transport, token: SecretStr | None, pace: Pace, seams: Seams) -> None:
        """`token` None sends no authorization: the public catalogue of places is asked that way."""
        log.conceal(token)
        self._transport = transport
        self._token = token
        self._pace = pace
        self._seams = seams
        self._counting = threading.Lock()
        self.requests = 0  # sent so far, repetitions included

    def __repr__(self) -> str:
        return "Calls(…)"

    def read(self, path: str, query: Query | None = None, *, parse: Callable[[Any], Answer]) -> Answer:
        """GET, repeated while that can help; raises an `ApiError`."""
        request = self._request("GET", path, query or {})
        patience = _Patience(self._seams)
        for attempt in stamina.retry_context(on=patience, attempts=None, timeout=None):
            with attempt:
                return self._once(request, parse)
        raise AssertionError  # pragma: no cover - the loop above ends by itself

    def write(self, method: str, path: str, body: Mapping[str, Any], *, parse: Callable[[Any], Answer]) -> Answer:
        """POST or PUT, sent once; `UnknownOutcome`: it may have been carried out, `Unreachable`: it was not."""
        content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        return self._once(self._request(method, path, {}, content), parse)

    def _request(self, method: str, path: str, query: Query, content: bytes = b"") -> HttpRequest:
        headers = {"accept": "application/json", "user-agent": "mpkit"}
        if self._token is not None:
            headers["authorization"] = f"Bearer {self._token.get_secret_value()}"
        if content:
            headers["content-type"] = "application/json"
        said = tuple((name, str(value)) for name, value in query.items() if value not in {None, ""})
        return HttpRequest(method=method, path=path, query=said, headers=headers, body=content, seconds=SECONDS)

    def _once(self, request: HttpRequest, parse: Callable[[Any], Answer]) -> Answer:
        response = self._carried(request)
        error = judge(response, now=self._seams.clock.now())
        _log.debug(
            "answered",
            method=request.method,
            path=request.path,
            status=response.status,
            code=error.code if error else "",
            request_id=response.headers.get("x-request-id", ""),
        )
        if isinstance(error, RateLimited):
            self._pace.too_fast(error.retry_after)
        else:
            self._pace.went_well()
        if error is not None:
            raise error
        try:
            return parse(json.loads(response.body, parse_float=str))
        except (ValueError, RecursionError) as problem:  # HTML with 200, half an answer, wrong types
            _log.warning("unreadable", method=request.method, path=request.path, why=str(problem)[:200])
            raise UnknownOutcome("api_unreadable", status=response.status) from None

    def _carried(self, request: HttpRequest) -> HttpResponse:
        """The answer, within the account's pace; what the transport could not do becomes one of our errors."""
        try:
            with self._pace.turn():
                with self._counting:
                    self.requests += 1
                return self._transport(request)
        except NotSent as problem:
            _log.info("not sent", method=request.method, path=request.path, why=str(problem))
            raise Unreachable("api_unreachable") from None
        except NoAnswer as problem:
            _log.info("no answer", method=request.method, path=request.path, why=str(problem))
            raise UnknownOutcome("api_no_answer") from None


class _Patience:
    """Whether and when to repeat a read: stamina's hook.

    stamina sleeps by itself and on the machine's clock; the wait is done here, through the seams, and stamina is told
    to wait no longer. Counting is here too, because stamina asks the hook even after the last attempt.
    """

    def __init__(self, seams: Seams) -> None:
        self._seams = seams
        self._attempts = 0
        self._until = seams.clock.monotonic() + _BUDGET

    def __call__(self, error: Exception) -> bool | float:
        self._attempts += 1
        if not isinstance(error, ApiError) or not isinstance(error, (RateLimited, Unreachable, UnknownOutcome)):
            return False
        wait = 0.0  # a 429 has stopped the whole account already: the pace waits
        if not isinstance(error, RateLimited):
            most = min(_FIRST_WAIT * 2 ** (self._attempts - 1), _LONGEST_WAIT)
            wait = most * (0.5 + self._seams.random.random() / 2)
        stopped = error.retry_after or 0.0 if isinstance(error, RateLimited) else 0.0
        late = self._seams.clock.monotonic() + max(wait, stopped) > self._until
        if self._attempts >= _ATTEMPTS or late:
            return False
        _log.info("repeating", attempt=self._attempts, why=error.key, wait=round(wait, 2))
        self._seams.sleep(wait)
        return 0.0
