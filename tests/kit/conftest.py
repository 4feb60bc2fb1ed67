"""What the tests of this room share: files are looked at in this process, where the child is not the point."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from threading import Lock
from typing import Any

import pytest

from mpkit.kit.artwork import child as opener
from mpkit.kit.artwork import examining
from mpkit.kit.proofs import looking, prover

_CHILD, _OPENER = looking._child, examining._child
_ALONE = Lock()  # the renderer bears one thread


def _here(group: Sequence[looking.Look]) -> Any:
    with _ALONE:
        return json.loads(json.dumps([prover.answer(json.loads(json.dumps(look.question()))) for look in group]))


def _opened_here(contents: Sequence[bytes], mode: str) -> Any:
    with _ALONE:
        return [json.loads(_opened(content, mode)) for content in contents]


@lru_cache(maxsize=256)
def _opened(content: bytes, mode: str) -> str:
    """The answer about a file; many tests hand in the same honest one."""
    return json.dumps(opener.answer(content, mode))


@pytest.fixture(scope="session", autouse=True)
def _looked_at_here() -> Iterator[None]:
    """A child costs a second to start on a busy machine; what it answers is the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looking, "_child", _here)
        patch.setattr(examining, "_child", _opened_here)
        yield


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child looks, as it does outside of tests."""
    monkeypatch.setattr(looking, "_child", _CHILD)
    monkeypatch.setattr(examining, "_child", _OPENER)
