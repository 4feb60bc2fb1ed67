"""Folders and archives: every table in them is found under a name of its own; archives out to do harm are refused."""

import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mpkit.errors import UnreadableFile
from mpkit.i18n import say_error
from mpkit.sheet import files


def pack(path: Path, parts) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return path


def test_an_archive_of_folders(tmp_path):
    parts = [
        ("norte/lista.csv", "a"),
        ("sur/Lista.csv", "b"),
        ("sur/otra.csv", "c"),
        ("leer.pdf", "d"),
        ("__MACOSX/x.csv", "e"),
    ]
    found = files.gather([pack(tmp_path / "todo.zip", [*parts, ("sur/~$otra.csv", "f")])], tmp_path / "aside")
    assert {path.name: path.read_text() for path in found} == {
        "norte - lista.csv": "a",
        "sur - Lista.csv": "b",
        "otra.csv": "c",
    }
    assert [path.name for path in found] == ["norte - lista.csv", "sur - Lista.csv", "otra.csv"]


def test_a_folder_of_folders(tmp_path):
    for name in ("b/lista.csv", "a/lista.csv", ".git/x.csv", "~$a.csv", "nota.md", "uno.xlsx"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text("x")
    (tmp_path / "secret.csv").write_text("x")
    (tmp_path / "in" / "link.csv").symlink_to(tmp_path / "secret.csv")
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "z.csv").write_text("x")
    (tmp_path / "in" / "linked").symlink_to(tmp_path / "away")
    found = files.gather([tmp_path / "in"], tmp_path / "aside")
    assert [str(path.relative_to(tmp_path / "in")) for path in found] == ["a/lista.csv", "b/lista.csv", "uno.xlsx"]
    assert files.labels(found) == ("a/lista.csv", "b/lista.csv", "uno.xlsx")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableFile, match="empty"):
        files.gather([tmp_path / "empty"], tmp_path / "aside")


@pytest.mark.parametrize(
    "name", ["../a.csv", "x/../../a.csv", "/etc/a.csv", "..\\a.csv", "C:\\a.csv", "c:a.csv", "lista\u202evsc.exe.csv"]
)
def test_names_that_lead_out_are_refused(tmp_path, name):
    path = pack(tmp_path / "todo.zip", [("bien.csv", "a"), (name, "b")])
    with pytest.raises(UnreadableFile) as refused:
        files.gather([path], tmp_path / "aside")
    assert refused.value.key == "archive_hostile"
    assert "todo.zip" in say_error(refused.value, "es")
    assert not list(tmp_path.rglob("*.csv"))


def test_links_in_an_archive_are_refused(tmp_path):
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "todo.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UnreadableFile, match="a\\.csv"):
        files.gather([tmp_path / "todo.zip"], tmp_path / "aside")


def test_what_grows_beyond_measure_is_refused(tmp_path):
    path = pack(tmp_path / "todo.zip", [(f"{n}.csv", b"\0" * 15_000_000) for n in range(3)])
    with pytest.raises(UnreadableFile) as refused:
        files.gather([path], tmp_path / "aside")
    assert refused.value.key == "file_bomb"
    path = pack(tmp_path / "one.zip", [("a.csv", b"\0" * 21_000_000)])
    with pytest.raises(UnreadableFile, match="20"):
        files.gather([path], tmp_path / "aside")


def test_too_many_files_are_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="301"):
        files.gather([tmp_path / f"{n}.csv" for n in range(301)], tmp_path / "aside")


names = (
    st.text("aAñ /.-(2)", min_size=1, max_size=12)
    .map(lambda text: text.strip("/. ") or "a")
    .filter(lambda t: ".." not in t)
)


@given(st.lists(names, max_size=8, unique=True))
def test_no_two_tables_share_a_name(parts):
    told = files._names([f"{part}.csv" for part in parts])
    assert len({name.casefold() for name in told}) == len(parts)
    assert all("/" not in name and len(name.encode()) < 255 for name in told)
