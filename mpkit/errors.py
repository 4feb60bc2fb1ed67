"""The few errors of mpkit; each builds one sentence: what happened, where, what to do next.

MpkitError                      anything that ends an operation; its text may be shown to a person
├── WrongUsage                  the command or setting does not make sense (exit code 2)
├── Refused                     we will not do it, and say why (exit code 1)
│   ├── UnreadableFile          a file that cannot be read, or that we will not read
│   ├── WrongAccount            the token answers as somebody else than was pinned
│   ├── StalePlan               what the plan was made from has changed since
│   ├── Busy                    somebody else holds what is needed, and who
│   └── ProofFailed             a book whose codes are not what the account owns
├── StoreTrouble                the store cannot be opened, read or written (disk full, newer program)
└── ApiError                    Mercado Pago did not do what was asked
    ├── Unauthorised            the token is not accepted (401), or lacks the right (403)
    ├── NotFound                the thing asked for does not exist (404)
    ├── Conflict                it exists already, or is in use (409, 423, and 400 where the account shows it)
    ├── RefusedByApi            any other 4xx: sending the same again cannot help
    ├── RateLimited             too many requests (429)
    ├── Unreachable             the request certainly did not arrive
    └── UnknownOutcome          it may or may not have been carried out (5xx, lost answer, unreadable answer)

Texts are written for people in the language of the session: an error carries a key of `words/` and its values;
`str(error)` is the English text, a face says it again in the session's language through `i18n.say_error`.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

# What a system says of a place in its file tree, in a person's reach; anything else is a fault of ours.
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, *((errno.EDQUOT,) if hasattr(errno, "EDQUOT") else ())})
_PLACE = frozenset(
    {
        *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EEXIST),
        *(errno.EIO, errno.ENAMETOOLONG, errno.ELOOP, errno.EMFILE, errno.ENFILE, errno.ENXIO, errno.ENODEV),
    }
)
_SHOWN = 200  # characters of Mercado Pago's own text in a sentence of ours


class MpkitError(Exception):
    """Base of all; `key` names the sentence in `words/errors.toml`, `values` fill it in."""

    exit_code = 1

    def __init__(self, key: str, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(key)

    def __str__(self) -> str:
        from mpkit.i18n import say  # noqa: PLC0415 - the words need no errors, the errors need the words

        return say(self.key, "en", **self.values)

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross process borders (the file reader and the proof run in children)."""
        return _rebuild, (type(self), self.key, self.values, self.__dict__)


def _rebuild(kind: type[MpkitError], key: str, values: dict[str, object], state: dict[str, object]) -> MpkitError:
    error = kind.__new__(kind)
    MpkitError.__init__(error, key, **values)
    error.__dict__.update(state)
    return error


def of_system(error: BaseException, *, where: object) -> StoreTrouble | None:
    """What the system said of a file or a disk, as a sentence; None where `error` is about something else.

    `where` is the place meant when the system names none. Libraries wrap such errors: the causes are looked through.
    """
    for cause in _causes(error):
        if not isinstance(cause, OSError) or cause.errno not in _FULL | _PLACE:
            continue
        place = str(cause.filename2 or cause.filename or where)
        if cause.errno in _FULL:
            return StoreTrouble("disk_full", where=place)
        return StoreTrouble("place_refused", where=place, why=cause.strerror or str(cause))
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, and what it carries as its only argument (XlsxWriter does so)."""
    seen: list[BaseException | None] = [None]
    while error not in seen:
        seen.append(error)
        yield error
        carried = error.args[0] if len(error.args) == 1 and isinstance(error.args[0], BaseException) else None
        following = carried or error.__cause__ or error.__context__
        if following is None:
            return
        error = following


class WrongUsage(MpkitError):
    """The command or setting does not make sense."""

    exit_code = 2


class Refused(MpkitError):
    """We will not do it; the sentence says why and what to do."""


class UnreadableFile(Refused):
    """A file that cannot be read, or that we will not read."""


class WrongAccount(Refused):
    """The token answers as somebody else than was pinned."""


class StalePlan(Refused):
    """What the plan was made from has changed since."""


class Busy(Refused):
    """Somebody else holds what is needed."""


class ProofFailed(Refused):
    """A book whose codes are not what the account owns."""


class StoreTrouble(MpkitError):
    """The store cannot be opened, read or written."""


class ApiError(MpkitError):
    """Mercado Pago did not do what was asked.

    `status` is the HTTP status (None when no answer came), `code` the API's own code in lower case and `cause` the
    number of its first cause ("" if none), `detail` the API's own text, for logs and for the few texts that carry data
    (lists of valid values).
    """

    def __init__(
        self,
        key: str,
        *,
        status: int | None = None,
        code: str = "",
        cause: str = "",
        detail: str = "",
        **values: object,
    ) -> None:
        shown = detail if len(detail) <= _SHOWN else f"{detail[: _SHOWN - 1]}…"  # a list of cities fills a screen
        super().__init__(key, status=status, code=code, detail=shown or code or f"HTTP {status}", **values)
        self.status = status
        self.code = code
        self.cause = cause
        self.detail = detail


class Unauthorised(ApiError):
    """The token is not accepted, or lacks the right."""


class NotFound(ApiError):
    """The thing asked for does not exist."""


class Conflict(ApiError):
    """It exists already, or is in use."""


class RefusedByApi(ApiError):
    """Any other 4xx: sending the same again cannot help."""


class RateLimited(ApiError):
    """Too many requests; `retry_after` in seconds where the answer gave one."""

    def __init__(self, key: str, *, retry_after: float | None = None, **values: object) -> None:
        super().__init__(key, retry_after=retry_after, **values)  # type: ignore[arg-type]
        self.retry_after = retry_after


class Unreachable(ApiError):
    """The request certainly did not arrive: nothing has happened there."""


class UnknownOutcome(ApiError):
    """It may or may not have been carried out: look before sending it again."""
