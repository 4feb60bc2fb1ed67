"""The sandbox's memory across restarts: its first line says how it was made, every later line is one change.

What was generated is generated again from seed and birth; only what came after is written, one JSON line each, so that
a kill at any moment loses nothing that was answered (a torn last line is dropped).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

from mpkit.errors import Refused

Kinds = Mapping[str, Callable[[dict[str, Any]], object]]


class Family(Protocol):
    """One family of what the sandbox keeps (objects, money, keys …): it writes lines and knows how to apply them."""

    def kinds(self) -> Kinds:
        """The kind of each line it writes, to what applies such a line again."""
        ...


F = TypeVar("F", bound=Family)


class Journal:
    """The file of one world; without a path it keeps nothing."""

    def __init__(self, path: Path | None, asked: Mapping[str, Any], now: datetime) -> None:
        self.born = now
        self._path, self._open, self._lines = path, None, list[dict[str, Any]]()
        self._file: IO[str] | None = None
        self._kinds: dict[str, Callable[[dict[str, Any]], object]] = {}
        if path is None:
            return
        try:
            self._begin(path, asked)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Refused("sandbox_state_unusable", file=str(path), why=str(error)) from error

    def _begin(self, path: Path, asked: Mapping[str, Any]) -> None:
        """Read the file of an earlier life, or write the first line of this one."""
        if path.exists() and path.stat().st_size:
            head, self._lines = _read(path)
            if head["asked"] != asked:
                raise Refused("sandbox_state_differs", file=str(path))
            self.born = datetime.fromisoformat(head["born"])
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps({"asked": asked, "born": self.born.isoformat()}) + "\n", encoding="utf-8")

    def family(self, state: F) -> F:
        """Take in one family of state: its lines are replayed into it. Returns it."""
        self._kinds.update(state.kinds())
        return state

    def remember(self, kind: str, document: dict[str, Any]) -> None:
        """Write one change; nothing while the world is being generated or replayed."""
        if self._file is None:
            return
        self._file.write(json.dumps({"kind": kind, **document}, default=str, ensure_ascii=False) + "\n")
        self._file.flush()

    def replay(self) -> None:
        """Apply what earlier lives of this world changed, then begin to write."""
        for line in self._lines:
            self._kinds[line.pop("kind")](line)
        self._lines = []
        if self._path is not None:
            self._file = self._path.open("a", encoding="utf-8")


def _read(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Head and lines; a torn last line is cut off the file."""
    text = path.read_text(encoding="utf-8")
    whole, _, torn = text.rpartition("\n")
    head, *lines = (json.loads(line) for line in whole.splitlines())
    if not (isinstance(head, dict) and {"asked", "born"} <= set(head)):
        message = "not a sandbox's file"
        raise ValueError(message)
    if torn:  # only now: nobody else's file is cut
        path.write_text(whole + "\n", encoding="utf-8")
    return head, lines
