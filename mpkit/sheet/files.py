"""Files, folders and ZIP archives come in, the files of tables in them go out, each with a name of its own."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from mpkit.errors import UnreadableFile
from mpkit.sheet.preflight import MAX_BYTES, MAX_EXPANDED, MAX_PARTS

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt"})
_RATIO = 200  # times an archive may grow
_NAME_MOST = 180  # bytes of a name most file systems take, with room for a number
_DRIVE = re.compile(r"[A-Za-z]:")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def gather(paths: Iterable[Path], aside: Path) -> tuple[Path, ...]:
    """The tables among `paths`: those in a folder, however deep, in the order of their names, an archive's unpacked.

    A single file is taken whatever it is called; archives go into `aside`. Tables of one name in one archive or folder
    get that of their folder in front. Raises `UnreadableFile` where there is nothing to read, and for an archive that
    is out to do harm: names that lead out of it, links, one that grows beyond measure.
    """
    found: list[Path] = []
    for number, path in enumerate(paths):
        if path.is_dir():
            found += _inside(path)
        elif _is_archive(path):
            found += _unpack(path, aside / str(number))
        else:
            found.append(path)
    if len(found) > MAX_PARTS:
        raise UnreadableFile("files_too_many", n=len(found), limit=MAX_PARTS)
    return tuple(found)


def labels(paths: Sequence[Path]) -> tuple[str, ...]:
    """A name for each file, no two alike: its own, with as many of its folders in front as it takes."""
    told = [path.name for path in paths]
    for depth in range(2, 2 + max((len(path.parts) for path in paths), default=0)):
        twice = {name for name in told if told.count(name) > 1}
        if not twice:
            break
        told = [
            "/".join(path.parts[-depth:]) if name in twice else name for path, name in zip(paths, told, strict=True)
        ]
    return tuple(told)


def _inside(folder: Path) -> list[Path]:
    """The tables of a folder and of the folders in it; links and what is hidden are left alone."""
    found = []
    for file in folder.rglob("*"):
        hidden = any(part.startswith((".", "~$", "__MACOSX")) for part in file.relative_to(folder).parts)
        linked = any(
            each.is_symlink() for each in (file, *file.parents) if each.is_relative_to(folder) and each != folder
        )
        if not hidden and not linked and file.suffix.lower() in SUFFIXES and file.is_file():
            found.append(file)
    if not found:
        raise UnreadableFile("folder_empty", folder=folder.name or str(folder))
    return sorted(found, key=lambda file: file.relative_to(folder).parts)


def _is_archive(path: Path) -> bool:
    """A ZIP that is no workbook: workbooks are archives too."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_EXPANDED or not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as archive:
            names = {part.filename.lower() for part in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    office = any(name.startswith(("xl/", "word/", "ppt/")) or name == "content.xml" for name in names)
    return not office and any(PurePosixPath(name).suffix in SUFFIXES for name in names)


def _unpack(path: Path, aside: Path) -> list[Path]:
    """The tables of an archive, each a file of `aside`: no path in an archive is followed."""
    aside.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path) as archive:
        parts = _tables(path, archive)
        names = _names([part.filename for part in parts])
        left, packed = MAX_EXPANDED, max(1, path.stat().st_size)
        for part, name in zip(parts, names, strict=True):
            content = _content(path, archive, part)
            left -= len(content)
            if left < 0 or (MAX_EXPANDED - left) > max(_RATIO * packed, MAX_BYTES):
                raise UnreadableFile("file_bomb", file=path.name, limit=MAX_EXPANDED // (1024 * 1024))
            (aside / name).write_bytes(content)
    return [aside / name for name in names]


def _tables(path: Path, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The parts of an archive that are tables, in the order of their names."""
    parts = archive.infolist()
    for part in parts:
        name = part.filename.replace("\\", "/")
        leads_out = name.startswith("/") or ".." in name.split("/") or _DRIVE.match(name)
        if leads_out or _UNSEEN.search(part.orig_filename) or stat.S_ISLNK(part.external_attr >> 16):
            raise UnreadableFile("archive_hostile", file=path.name, part=_UNSEEN.sub("?", part.orig_filename)[:80])
    found = [part for part in parts if _is_table(part)]
    if len(found) > MAX_PARTS:
        raise UnreadableFile("file_too_many_parts", file=path.name, limit=MAX_PARTS)
    if any(part.flag_bits & 1 for part in found):
        raise UnreadableFile("file_encrypted", file=path.name)
    return sorted(found, key=lambda part: (part.filename, part.header_offset))


def _content(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(part) as stream:
            content = stream.read(MAX_BYTES + 1)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError, zlib.error) as error:
        raise UnreadableFile("file_damaged", file=path.name) from error
    if len(content) > MAX_BYTES:
        name = PurePosixPath(part.filename).name
        raise UnreadableFile("file_too_big", file=f"{path.name}/{name}", limit=MAX_BYTES // (1024 * 1024))
    return content


def _names(parts: Sequence[str]) -> list[str]:
    """A file name for each part: its own; of parts of one name (capitals aside) with that of its folder in front."""
    paths = [PurePosixPath(part.replace("\\", "/")) for part in parts]
    names = [path.name for path in paths]
    lower = [name.casefold() for name in names]
    told: list[str] = []
    taken: set[str] = set()
    for path, name in zip(paths, names, strict=True):
        folders = " - ".join(path.parts[:-1]) if lower.count(name.casefold()) > 1 else ""
        stem = _cut(f"{folders} - {path.stem}" if folders else path.stem)
        whole, number = stem + path.suffix, 2
        while whole.casefold() in taken:
            whole, number = f"{stem} ({number}){path.suffix}", number + 1
        taken.add(whole.casefold())
        told.append(whole)
    return told


def _cut(stem: str) -> str:
    """A name no file system refuses for its length: its end is what tells it apart."""
    return stem.encode()[-_NAME_MOST:].decode("utf-8", "ignore")


def _is_table(part: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(part.filename.replace("\\", "/"))
    hidden = name.name.startswith((".", "~$")) or "__MACOSX" in name.parts
    return not part.is_dir() and not hidden and name.suffix.lower() in SUFFIXES
