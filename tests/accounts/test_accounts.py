"""Accounts are pinned at first sight, tokens are in one private file, a handover is read once."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from dataclasses import replace

import pytest
from pydantic import SecretStr

from mpkit import accounts, private
from mpkit.accounts import handover, tokens
from mpkit.accounts.rows import address
from mpkit.errors import Refused, StoreTrouble, WrongAccount
from mpkit.model import Account, Amount

ACCOUNT = Account("1", "TIENDA", "MLA", test=False, name="La Tienda")
REAL = "https://api.mercadopago.com"
TOKEN = SecretStr("a-token-nobody-sees")

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes as POSIX has them")


def test_an_account_is_pinned_once_and_its_names_follow(store):
    accounts.pin(store, ACCOUNT, REAL)
    accounts.pin(store, replace(ACCOUNT, nickname="NUEVO", name="Nueva"), f"{REAL}/")
    assert accounts.known(store) == (replace(ACCOUNT, nickname="NUEVO", name="Nueva"),)


@pytest.mark.parametrize(
    ("changed", "url"),
    [
        ({"site": "MLB"}, REAL),
        ({"test": True}, REAL),
        ({}, "https://api.mercadopago.com.example"),
        ({}, "http://127.0.0.1:8000"),
    ],
)
def test_a_changed_account_is_refused_and_what_is_known_stays(store, changed, url):
    accounts.pin(store, ACCOUNT, REAL)
    with pytest.raises(WrongAccount):
        accounts.pin(store, replace(ACCOUNT, **changed), url)
    assert accounts.known(store) == (ACCOUNT,)
    assert accounts.pinned_to(store, "1") == address(REAL)


@pytest.mark.parametrize(
    ("url", "pinned"),
    [
        ("https://API.MercadoPago.com/", "https://api.mercadopago.com"),
        ("https://api.mercadopago.com:8443", "https://api.mercadopago.com:8443"),
        ("http://127.0.0.1:8000", "rehearsal"),
        ("http://localhost:9", "rehearsal"),
        ("http://[::1]:9", "rehearsal"),
        ("https://127.0.0.1.example.com", "https://127.0.0.1.example.com"),
    ],
)
def test_a_rehearsal_may_move_to_another_port_and_nothing_else_may(url, pinned):
    assert address(url) == pinned


def test_who_enters_the_amount_is_kept_and_no_pin_changes_it(store):
    accounts.pin(store, ACCOUNT, REAL)
    accounts.set_amount(store, "1", Amount.TILL)
    accounts.pin(store, ACCOUNT, REAL)
    assert accounts.known(store)[0].amount is Amount.TILL


def test_a_forgotten_account_may_be_pinned_anew(store):
    accounts.pin(store, ACCOUNT, REAL)
    assert accounts.forget(store, "1")
    assert not accounts.forget(store, "1")
    accounts.pin(store, replace(ACCOUNT, site="MLB"), REAL)


@posix
def test_files_with_secrets_are_for_nobody_else(tmp_path):
    before = os.umask(0)
    try:
        tokens.keep(tmp_path / "data", "1", TOKEN)
        handover.leave(tmp_path / "data", TOKEN)
        name = handover.leave(tmp_path / "data", TOKEN)
        handover.take(tmp_path / "data", name)
    finally:
        os.umask(before)
    found = [(path, stat.S_IMODE(path.stat().st_mode)) for path in (tmp_path / "data").rglob("*")]
    files = {path.name: mode for path, mode in found if path.is_file()}
    assert len(files) == 4
    assert set(files.values()) == {0o600}
    assert {mode for path, mode in found if path.is_dir()} == {0o700}


def test_tokens_are_kept_replaced_and_dropped(tmp_path):
    assert tokens.kept(tmp_path, "1") is None
    tokens.keep(tmp_path, "1", TOKEN)
    tokens.keep(tmp_path, "2", SecretStr("another-long-token"))
    tokens.keep(tmp_path, "1", SecretStr("a-newer-long-token"))
    assert tokens.kept(tmp_path, "1").get_secret_value() == "a-newer-long-token"
    tokens.drop(tmp_path, "1")
    assert tokens.kept(tmp_path, "1") is None
    assert tokens.kept(tmp_path, "2").get_secret_value() == "another-long-token"


def test_tokens_kept_by_many_at_once_are_all_there(tmp_path):
    start = threading.Barrier(8)

    def keep(n):
        start.wait()
        tokens.keep(tmp_path, str(n), SecretStr(f"a-long-token-{n}"))

    threads = [threading.Thread(target=keep, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(json.loads((tmp_path / "keys/tokens.json").read_text())) == [str(n) for n in range(8)]


def test_a_damaged_file_of_tokens_is_said_without_its_content(tmp_path):
    private.write(tmp_path / "keys/tokens.json", b'{"1": "a-token-nob')
    with pytest.raises(StoreTrouble) as told:
        tokens.kept(tmp_path, "1")
    assert "a-token" not in f"{told.value} {told.value!r} {told.value.__cause__} {told.value.values}"


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    private.write(tmp_path / "file", b"old")

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(private.os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        private.write(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_is_made_once(tmp_path):
    made = []
    start = threading.Barrier(8)

    def make(n):
        start.wait()
        made.append(private.create(tmp_path / "key", str(n).encode() * 1000))

    threads = [threading.Thread(target=make, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False] * 7 + [True]
    assert len(set((tmp_path / "key").read_bytes())) == 1


def test_a_handover_leaves_the_page_s_reach_and_ends_when_done(tmp_path):
    name = handover.leave(tmp_path, SecretStr(" spaced-token \n"))
    assert handover.take(tmp_path, name).get_secret_value() == "spaced-token"
    assert not list((tmp_path / "keys/handover").iterdir())
    assert handover.take(tmp_path, name).get_secret_value() == "spaced-token", "a killed worker may take it again"
    handover.done(tmp_path, name)
    with pytest.raises(Refused):
        handover.take(tmp_path, name)


@pytest.mark.parametrize("name", ["", "../tokens.json", "0" * 31, "0" * 32 + "\n", "A" * 32, "/etc/passwd"])
def test_a_name_that_is_not_ours_never_becomes_a_path(tmp_path, name):
    with pytest.raises(Refused):
        handover.take(tmp_path, name)


def test_a_token_nobody_came_back_for_is_deleted(tmp_path):
    old, new = handover.leave(tmp_path, TOKEN), handover.leave(tmp_path, TOKEN)
    for path in (tmp_path / "keys/handover").glob(old):
        os.utime(path, (0, 0))
    handover.take(tmp_path, new)
    with pytest.raises(Refused):
        handover.take(tmp_path, old)
