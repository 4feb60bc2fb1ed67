"""Adding, listing and removing an account by command, against a sandbox over real HTTP."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_an_account_is_added_listed_and_removed(mpkit, start_sandbox, tmp_path):
    running = start_sandbox(site="MLA", seed=7)
    added = mpkit("account", "add", "--json", given=f"{running.token}\n", MPKIT_API_URL=running.url)
    assert added.returncode == 0
    assert json.loads(added.stdout)["user_id"] == running.user_id
    assert "Cuenta conectada" in added.stderr
    assert "cuenta de prueba" in added.stderr
    (listed,) = json.loads(mpkit("account", "list", "--json").stdout)["accounts"]
    assert (listed["user_id"], listed["site"], listed["test"], listed["amount"]) == (running.user_id, "MLA", True, None)
    assert running.user_id in mpkit("account", "list").stdout
    said = added.stdout + added.stderr
    kept = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    holding = [path.name for path in kept if running.token.encode() in path.read_bytes()]
    assert holding == ["tokens.json"]
    assert running.token not in said
    removed = mpkit("account", "remove", running.user_id)
    assert removed.returncode == 0
    assert json.loads(mpkit("account", "list", "--json").stdout) == {"accounts": []}
    assert not [path for path in kept if path.exists() and running.token.encode() in path.read_bytes()]


def test_no_token_a_wrong_token_and_nobody_there_are_each_one_sentence(mpkit, start_sandbox):
    running = start_sandbox(site="MLA", seed=7)
    for given, url, code, sentence in (
        ("", running.url, 2, "No llegó ninguna clave"),
        ("TEST-not-a-token-of-anybody\n", running.url, 1, "no acepta la clave"),
        (f"{running.token}\n", "http://api.mercadopago.com", 2, "no está cifrada"),
    ):
        answer = mpkit("account", "add", given=given, MPKIT_API_URL=url)
        assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (code, "", 1)
        assert sentence in answer.stderr
        assert "not-a-token" not in answer.stderr
    assert mpkit("account", "remove", "nobody").returncode == 2


def test_a_token_cannot_be_an_argument(mpkit):
    assert mpkit("account", "add", "TEST-sandbox-1").returncode == 2
    assert mpkit("account", "add", "--token", "TEST-sandbox-1").returncode == 2
