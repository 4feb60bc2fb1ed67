"""A server that is down, slow or lying, a token that is wrong, settings that are broken: one clear sentence each."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from mpkit.i18n import say, words
from tests import forking
from tests.api.serving import server, whole
from tests.forking import Started

CANARY = "TEST-canary-77aa11bb22"
ME = {"id": 5, "nickname": "TESTUSER5", "site_id": "MLA"}


def started(folder: Path, *arguments: str, given: str = "", **env: str) -> Started:
    """The command in a process and a folder of its own."""
    folder.mkdir(exist_ok=True)
    settings = forking.settings(folder / "data", **{"MPKIT_LANG": "es", **env})
    process = forking.start(arguments, env=settings, cwd=folder, hurried=True)
    assert process.stdin is not None
    process.stdin.write(given)
    process.stdin.flush()
    return process


def the_sentence(process: Started, code: int) -> str:
    """What it said: one line on stderr, nothing on stdout, no secret and no trace."""
    out, err = process.communicate("", timeout=240)
    assert (process.returncode, out) == (code, ""), err
    assert len(err.strip().splitlines()) == 1, err
    assert "canary" not in err
    return err.strip()


def said(status: int, body: object) -> Callable[[Any], None]:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n\r\n".encode()
    return lambda connection: connection.sendall(head + content)


SERVERS: dict[str, tuple[Callable[[Any], None], str]] = {
    "wrong token": (said(401, {"error": "unauthorized", "message": "invalid access token"}), "api_token_refused"),
    "no right": (said(403, {"code": "PA_UNAUTHORIZED_RESULT_FROM_POLICIES"}), "api_forbidden"),
    "a page": (lambda c: c.sendall(whole(b"<html>portal</html>")), "api_unreadable"),
    "half an answer": (lambda c: c.sendall(whole(b'{"id": 5,')), "api_unreadable"),
    "cut off": (lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), "api_read_no_answer"),
    "another type": (said(200, {**ME, "id": {}}), "api_unreadable"),
    "failing": (said(503, {}), "api_read_failed"),
    "another country": (said(200, {**ME, "site_id": "MLV"}), "account_site_unknown"),
}


def begins(key: str, sentence: str) -> bool:
    """Whether a sentence is that of a key: its words up to the first value."""
    return sentence.startswith(words()[key]["es"].partition("{")[0])


def test_each_server_is_told_in_one_sentence_and_nothing_is_kept(tmp_path: Path) -> None:
    with ExitStack() as stack:
        running = {}
        for n, (name, (answer, _)) in enumerate(SERVERS.items()):
            url, _ = stack.enter_context(server(answer))
            running[name] = started(tmp_path / str(n), "account", "add", given=f"{CANARY}\n", MPKIT_API_URL=url)
        down = started(tmp_path / "down", "account", "add", given=CANARY, MPKIT_API_URL="http://127.0.0.1:9")
        lost = started(tmp_path / "lost", "account", "add", given=CANARY, MPKIT_API_URL="https://mercadopago.invalid")
        for name, process in running.items():
            assert begins(SERVERS[name][1], the_sentence(process, 1)), name
        assert the_sentence(down, 1) == say("api_nobody_listens", "es", host="127.0.0.1")
        assert the_sentence(lost, 1) == say("api_name_unknown", "es", host="mercadopago.invalid")
    left = [file for file in tmp_path.rglob("*") if file.is_file() and b"canary" in file.read_bytes()]
    assert left == []
    assert list(tmp_path.rglob("tokens.json")) == []


@pytest.mark.parametrize(
    ("name", "content", "words_"),
    [
        ("mpkit.toml", b'pace = "unclosed\n', ("mpkit.toml", "line 1")),
        ("mpkit.toml", f'access_token = "{CANARY}"\n[[['.encode(), ("mpkit.toml", "line 2")),
        ("mpkit.toml", b"\xff\xfe\x00", ("mpkit.toml", "position 0")),
        (".env", f"MPKIT_ACCESS_TOKEN={CANARY}\n\xff".encode("latin-1"), (".env", "position")),
        ("mpkit.toml", b'pace = "fast"\n', ("MPKIT_PACE",)),
        ("mpkit.toml", b"pace = 0\n", ("MPKIT_PACE",)),
        ("mpkit.toml", b"access_token = 5\n", ("MPKIT_ACCESS_TOKEN",)),
        (".env", f'MPKIT_PACE="{CANARY}"\n'.encode(), ("MPKIT_PACE",)),
    ],
)
def test_broken_settings_are_named(tmp_path: Path, name: str, content: bytes, words_: tuple[str, ...]) -> None:
    (tmp_path / name).write_bytes(content)
    sentence = the_sentence(started(tmp_path, "account", "list"), 2)
    assert sentence.startswith("No se puede leer")
    for word in words_:
        assert word in sentence


def test_an_empty_pace_is_none(tmp_path: Path) -> None:
    process = started(tmp_path, "account", "list", "--json", MPKIT_PACE="")
    assert json.loads(process.communicate("", timeout=60)[0]) == {"accounts": []}
