"""Which function answers which path: a table of templates goes in, the handler and the parts of a path come out.

A template names its parts in braces: `/users/{user}/stores/{id}`. What stands there word for word goes before a part,
so that `/v1/payments/search` is never the payment called "search".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mpkit.sandbox.answers import Answer
    from mpkit.sandbox.world import Call, World

    Handler = Callable[["World", "Call"], Answer]

Route = tuple[str, str, "Handler"]
Found = tuple["Handler", Mapping[str, str]]
_PART = "/"  # no piece of a path has one
_HANDLER = ""  # no piece of a path is this key: pieces with a handler end here
_LONG = set[Any]()


class Router:
    """All routes of one kind; looking one up costs a step for each piece of the path, however many routes there are."""

    def __init__(self, routes: Iterable[Route]) -> None:
        """Raises `ValueError` for a template that is none, or that is there twice."""
        self.table: tuple[Route, ...] = tuple(routes)
        self._whole: dict[tuple[str, str], Found] = {}
        self._tree: dict[str, Any] = {}
        for method, template, handler in self.table:
            if not template.startswith("/") or "(" in template:
                raise ValueError(f"{template} is no template of a path")
            if "{" in template:
                self._grow(method, template, handler)
            elif self._whole.setdefault((method, template), (handler, {})) != (handler, {}):
                raise ValueError(f"{method} {template} is there twice")

    def find(self, method: str, path: str) -> Found | None:
        """The handler and the parts of the path by name; None where no template fits."""
        found = self._whole.get((method, path))
        if found is not None:
            return found
        branch, parts = self._tree.get(method), []
        for piece in path.split("/")[1:]:
            if branch is None:
                return None
            named = branch.get(piece) if piece else None
            if named is None and piece:
                parts.append(piece)
                named = branch.get(_PART)
            branch = named
        ended = branch.get(_HANDLER) if branch is not None else None
        if ended is None:
            return None
        handler, names = ended
        return handler, dict(zip(names, parts, strict=True))

    def methods(self, path: str) -> list[str]:
        """The methods this path has."""
        pieces = path.split("/")
        found: dict[str, list[str]] = {}
        for method, template, _ in self.table:
            parts = template.split("/")
            if len(parts) == len(pieces) and all(
                a == b or (a[:1] == "{" and b) for a, b in zip(parts, pieces, strict=True)
            ):
                found.setdefault(template, []).append(method)
        return found[min(found, key=lambda template: template.count("{"))] if found else []

    def _grow(self, method: str, template: str, handler: Handler) -> None:
        branch, names = self._tree.setdefault(method, {}), []
        for piece in template.split("/")[1:]:
            if piece.startswith("{"):
                names.append(piece[1:-1])
            branch = branch.setdefault(_PART if piece.startswith("{") else piece, {})
        if _HANDLER in branch:
            raise ValueError(f"{method} {template} is there twice")
        branch[_HANDLER] = (handler, tuple(names))


def long(handler: Handler) -> Handler:
    """Mark a route whose answer takes more than a few milliseconds: over HTTP it is made in a thread of its own."""
    _LONG.add(handler)
    return handler


def is_long(handler: Handler) -> bool:
    """Whether a route was marked so."""
    return handler in _LONG
