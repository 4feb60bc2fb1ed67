"""The one key: made once, for nobody else, one code for one purpose."""

from __future__ import annotations

import multiprocessing
import stat
import sys
from pathlib import Path

import pytest

from mpkit import keys


def test_a_code_holds_for_its_text_and_its_purpose_only(tmp_path):
    code = keys.mac("manifest", "text", data=tmp_path)
    assert len(code) == 64
    assert keys.verify("manifest", "text", code, data=tmp_path)
    assert not keys.verify("manifest", "texT", code, data=tmp_path)
    assert not keys.verify("audit", "text", code, data=tmp_path)
    assert not keys.verify("manifest", "text", "é", data=tmp_path)
    assert keys.mac("manifest", "text", data=tmp_path / "other") != code


def test_the_key_stays_and_is_the_settings_folder_s(tmp_path, monkeypatch):
    code = keys.mac("a", "b", data=tmp_path)
    keys._key.cache_clear()
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
