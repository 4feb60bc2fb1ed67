"""Logging: events and records in, lines of text or JSON on stderr out, without any secret in them.

Two nets, because libraries bring handlers of their own: every record of every logger is cleaned where it is made, and
our own handler cleans the finished line once more. What is cleaned: each secret announced by `conceal`, and anything
that looks like a token.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from pydantic import SecretStr

_HIDDEN = "[hidden]"
_SHORTEST = 8  # a shorter secret would blank out ordinary words
_secrets: set[str] = set()
# The last alternative needs no name before it: Mercado Pago's token shapes (real, test, client secrets of OAuth).
_LOOKS_SECRET = re.compile(
    r"(?i)(?P<before>\bbearer\s+|\b(?:access_token|refresh_token|client_secret|x-signature)[\"']?\s*[=:]\s*[\"']?)"
    r"[^\s\"'&,;]+|\b(?:APP_USR|TEST)-[A-Za-z0-9][A-Za-z0-9_-]{7,}"
)
_plain_factory = logging.LogRecord


def conceal(secret: SecretStr | str | None) -> None:
    """Never show this value in a log again, whoever writes it; called by whoever takes a token in hand."""
    value = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    if value and len(value) >= _SHORTEST:
        _secrets.add(value)


def clean(text: str) -> str:
    """The text without secrets."""
    for secret in tuple(_secrets):
        text = text.replace(secret, _HIDDEN)
    return _LOOKS_SECRET.sub(lambda found: f"{found['before'] or ''}{_HIDDEN}", text)


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a room: `get("jobs").info("started", job=id)`."""
    return structlog.stdlib.get_logger(f"mpkit.{name}")


class _Cleaning(logging.Formatter):
    """Any formatter's line, cleaned."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return clean(self._inner.format(record))


class _PrivateFile(logging.FileHandler):
    """A log file nobody else may read, made with its folder when the first line comes."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open(self.baseFilename, "a", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600))

    def emit(self, record: logging.LogRecord) -> None:
        """A folder that cannot be written to must not turn a sentence into a crash."""
        with suppress(OSError):
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's own name
        """Nor may a full disk: the library would print a trace, and the traces of what it was told."""

    def close(self) -> None:
        """What cannot be flushed is lost; the command's own sentence stands."""
        with suppress(OSError):
            super().close()


def _clean_record(*args: Any, **values: Any) -> logging.LogRecord:  # noqa: ANN401 - the factory's own signature
    record = _plain_factory(*args, **values)
    if isinstance(record.msg, Mapping):  # an event of ours: cleaned already
        return record
    try:
        text = record.getMessage()
    except (TypeError, ValueError, KeyError):  # a library's broken call; the handler will say so
        return record
    cleaned = clean(text)
    if cleaned != text:
        record.msg, record.args = cleaned, ()
    if record.exc_info and record.exc_info[0] is not None:
        record.exc_text = clean(logging.Formatter().formatException(record.exc_info))
    return record


def _clean_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The texts of an event, cleaned before any handler sees it."""
    return {name: clean(value) if isinstance(value, str) else value for name, value in event.items()}


_EVERY_EVENT: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    _clean_event,
]
# At import, not in `setup`: structlog as it comes prints traces with the values of all variables.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,  # first: what nobody wants to read is not made ready for reading
        *_EVERY_EVENT,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)


def setup(level: str = "INFO", form: str = "text", *, errors: Path | None = None) -> None:
    """Send everything to stderr in one form ("text" or "json"); called once by each process, again to change it.

    With `errors`, a file, errors go there too, also those that `level` keeps from stderr: a command's person reads one
    sentence, whoever helps them reads the file.
    """
    last: list[structlog.typing.Processor] = (
        [  # a trace without the values of variables: those are where secrets are
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if form == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, sort_keys=False
            )
        ]
    )
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    handlers[0].setLevel(level.upper())
    if errors is not None:
        handlers.append(_PrivateFile(errors, delay=True))
        handlers[1].setLevel(logging.ERROR)
    for handler in handlers:
        handler.setFormatter(
            _Cleaning(
                structlog.stdlib.ProcessorFormatter(
                    foreign_pre_chain=_EVERY_EVENT,
                    processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
                )
            )
        )
    root = logging.getLogger()
    root.handlers[:] = handlers
    root.setLevel(min(handler.level for handler in handlers))
    for noisy in ("httpx", "httpcore", "alembic", "PIL", "watchdog"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    logging.setLogRecordFactory(_clean_record)
    guard()
    sys.excepthook = _crash
    threading.excepthook = _thread_crash


def guard() -> None:
    """Clean the handlers that others have put on their own loggers (uvicorn, Streamlit); safe to repeat."""
    loggers = [logging.getLogger(name) for name in list(logging.Logger.manager.loggerDict)]
    for handler in (handler for logger in [logging.getLogger(), *loggers] for handler in logger.handlers):
        if not isinstance(handler.formatter, _Cleaning):
            handler.setFormatter(_Cleaning(handler.formatter or logging.Formatter()))


def _crash(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """The last word of a process that nobody caught goes through the log too, not around it."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    get("crash").critical("uncaught", exc_info=(kind, error, trace))


def _thread_crash(crash: threading.ExceptHookArgs) -> None:
    if crash.exc_value is not None and not issubclass(crash.exc_type, SystemExit):
        get("crash").critical("uncaught", exc_info=(crash.exc_type, crash.exc_value, crash.exc_traceback))
