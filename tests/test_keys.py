"""The key file: made once, for nobody else, one code for one purpose; keys join it, and none ever leaves it."""

from __future__ import annotations

import multiprocessing
import stat
import sys
from pathlib import Path

import pytest

from mpkit import keys
from mpkit.errors import StoreTrouble


def test_a_code_holds_for_its_text_and_its_purpose_only(tmp_path):
    code = keys.mac("manifest", "text", data=tmp_path)
    assert len(code) == 64
    assert keys.mac("manifest", "text", data=tmp_path) == code
    assert keys.mac("manifest", "texT", data=tmp_path) != code
    assert keys.mac("audit", "text", data=tmp_path) != code
    assert keys.mac("manifest", "text", data=tmp_path / "other") != code


def test_a_code_is_the_hmac_of_its_text_each_time():
    """Of what the RFC calls test case 2; the second does not go on from the first."""
    seal = keys.Sealer("", b"Jefe")
    for _ in range(2):
        code = seal("what do ya want for nothing?")
        assert code == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_the_key_stays_and_is_the_settings_folder_s(tmp_path, monkeypatch):
    code = keys.mac("a", "b", data=tmp_path)
    keys._read.cache_clear()
    monkeypatch.setenv("MPKIT_DATA", str(tmp_path))
    assert keys.mac("a", "b") == code


@pytest.mark.skipif(sys.platform == "win32", reason="modes as POSIX has them")
def test_the_file_is_for_nobody_else(tmp_path):
    keys.mac("a", "b", data=tmp_path)
    assert stat.S_IMODE((tmp_path / "keys" / "mpkit.key").stat().st_mode) == 0o600


def _code(folder: str) -> str:
    return keys.mac("a", "b", data=Path(folder))


def test_processes_that_come_first_together_have_one_key(tmp_path):
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert len(set(pool.map(_code, [str(tmp_path)] * 6, chunksize=1))) == 1


def test_a_key_joins_and_those_of_before_verify_on(tmp_path):
    old = keys.first(tmp_path)
    new = keys.join(tmp_path, after=old.id)
    assert keys.join(tmp_path, after=old.id).id == new.id  # it waits: nothing was sealed with it yet
    assert [(key.id, key.until) for key in keys.ring(tmp_path)] == [(old.id, None), (new.id, None)]
    assert keys.first(tmp_path).id == old.id
    keys.retire(tmp_path, upto=new.id)
    assert [key.until is None for key in keys.ring(tmp_path)] == [False, True]
    assert keys.first(tmp_path).id == keys.serving(tmp_path).id == new.id
    assert keys.find(tmp_path, old.id).seal("a")("b") == old.seal("a")("b") != new.seal("a")("b")
    assert old.secret.hex() not in repr(keys.ring(tmp_path))
    third = keys.join(tmp_path, after=new.id)
    assert [key.id for key in keys.ring(tmp_path)] == [old.id, new.id, third.id]
    assert stat.S_IMODE(keys.file(tmp_path).stat().st_mode) & 0o077 == 0


def test_a_lone_key_of_before_keeps_what_it_sealed(tmp_path):
    """A file of one key and nothing else, as it was before keys had names."""
    file = keys.file(tmp_path)
    file.parent.mkdir()
    file.write_text("ab" * 32 + "\n")
    code = keys.mac("ledger", "text", data=tmp_path)
    assert code == "a0176e1cd6064a9df3d2e018167b6e5b5cb55bf4243b6ee4e1af84bbbd385b36"
    (key,) = keys.ring(tmp_path)
    keys.join(tmp_path, after=key.id)
    assert keys.find(tmp_path, key.id).seal("ledger")("text") == code
    assert keys.find(tmp_path, key.id).since is None


@pytest.mark.parametrize("text", ["", "ab" * 31, "zz" * 32, "deadbeef - - " + "ab" * 32, "- " + "ab" * 32])
def test_a_damaged_file_is_no_key_and_no_new_one_is_made(tmp_path, text):
    file = keys.file(tmp_path)
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(StoreTrouble, match="damaged"):
        keys.mac("a", "b", data=tmp_path)
    assert file.read_text() == text
