"""Files nobody should be able to hand in: one sentence each, no connection, no file of the machine."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import mpkit
from mpkit.errors import Refused
from mpkit.kit.artwork import LARGEST, examine_all, examining
from mpkit.kit.artwork.child import CPU_SECONDS
from tests.kit import drawings, hostile
from tests.soak import Bar

ROOT = str(Path(mpkit.__file__).parent.parent)


@pytest.fixture
def calls() -> Iterator[list[str]]:
    """Who called a port of this machine that every hostile file names."""
    seen: list[str] = []
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()

        def listen() -> None:
            while True:
                try:
                    _, who = door.accept()
                except OSError:
                    return
                seen.append(str(who))

        threading.Thread(target=listen, daemon=True).start()
        port = door.getsockname()[1]
        seen.append(f"http://127.0.0.1:{port}/x")
        yield seen


@pytest.mark.usefixtures("child")
def test_hostile_files_are_refused_in_one_sentence_each(calls: list[str]) -> None:
    assert len(hostile.QUICK) >= 40
    ours = calls.pop()
    contents = [content.replace(hostile.OUTSIDE.encode(), ours.encode()) for content, _ in hostile.QUICK.values()]
    found = examine_all(contents)
    for (name, (_, keys)), one in zip(hostile.QUICK.items(), found, strict=True):
        assert isinstance(one, Refused), name
        assert one.key in keys.split(), (name, one.key, one.values)
        assert len(str(one)) > 20, name
    assert calls == []


@pytest.mark.usefixtures("child")
def test_each_hostile_file_alone_is_refused_within_its_limits(bar: Bar) -> None:
    """Hostile artworks, each in a child of its own: all refused; processor time and memory of the worst."""
    files = [(name, make, "artwork_heavy artwork_unreadable") for name, make in hostile.HEAVY.items()]
    files += [(name, partial(bytes, content), keys) for name, (content, keys) in hostile.QUICK.items()]
    most, largest, count = 0.0, 0, 0
    for seed in bar.rounds(stated=len(files), reduced=1):
        name, make, keys = files[seed % len(files)]
        content, before = make(), resource.getrusage(resource.RUSAGE_CHILDREN)
        (found,) = examine_all([content])
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert isinstance(found, Refused), name
        assert found.key in keys.split(), (name, found.key)
        most = max(most, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        largest, count = after.ru_maxrss >> 10, count + 1
    assert most < CPU_SECONDS + 3  # what the program takes to begin is not the file's
    bar.saw(f"{count} refused, {most:.1f} s of processor time and {largest} MB at most")


def test_the_child_can_open_nothing_and_call_nobody() -> None:
    """After its limits: no file, no connection, no process; and what it may take of memory and time is bounded."""
    program = """
import resource, socket
from mpkit.kit.artwork.child import CPU_SECONDS, MEMORY, limit
limit(1)
for attempt in (lambda: open("/etc/hostname"), lambda: socket.socket(), lambda: open("/tmp/x", "w")):
    try:
        attempt()
    except OSError:
        print("refused")
try:
    bytearray(MEMORY + (64 << 20))
except MemoryError:
    print("refused")
print(resource.getrlimit(resource.RLIMIT_CPU)[0] <= CPU_SECONDS + 5, resource.getrlimit(resource.RLIMIT_CORE)[0])
"""
    if sys.platform == "win32":
        pytest.skip("Windows has no such limits")
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {ROOT!r}){program}"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.split() == ["refused"] * 4 + ["True", "0"]


def test_a_child_that_is_killed_takes_only_its_own_file_along(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = drawings.pdf()
    real = examining._child

    def dies(contents: list[bytes], mode: str) -> object:
        return None if b"poison" in contents else real(contents, mode)

    monkeypatch.setattr(examining, "_child", dies)
    poisoned, fine = examine_all([b"poison", honest])
    assert isinstance(poisoned, Refused)
    assert poisoned.key == "artwork_heavy"
    assert not isinstance(fine, Refused)


def test_a_file_beyond_all_measure_is_not_even_handed_over() -> None:
    (found,) = examine_all([b"%PDF" + bytes(LARGEST)])
    assert isinstance(found, Refused)
    assert found.key == "artwork_large"


def test_no_token_reaches_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: dict[str, str] = {}

    def caught(*_: object, env: dict[str, str], **__: object) -> subprocess.CompletedProcess[bytes]:
        handed.update(env)
        return subprocess.CompletedProcess([], 0, b"[]", b"")

    monkeypatch.setenv("MPKIT_ACCESS_TOKEN", "secret")
    monkeypatch.setattr(examining, "_child", artwork_child_of_the_house)
    monkeypatch.setattr(subprocess, "run", caught)
    examine_all([])
    assert "PATH" in handed
    assert not any("MPKIT" in name or "TOKEN" in name for name in handed)


artwork_child_of_the_house = examining._child
