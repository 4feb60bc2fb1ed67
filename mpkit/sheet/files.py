"""Files, folders and ZIP archives come in, the files of tables in them go out."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from mpkit.errors import UnreadableFile
from mpkit.sheet.preflight import MAX_BYTES, MAX_EXPANDED, MAX_PARTS

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt"})


def gather(paths: Iterable[Path], aside: Path) -> tuple[Path, ...]:
    """The tables among `paths`: a folder's files of known endings in name order, an archive's unpacked into `aside`.

    A single file is taken whatever it is called. Raises `UnreadableFile` where there is nothing to read.
    """
    found: list[Path] = []
    for number, path in enumerate(paths):
        if path.is_dir():
            inside = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
            if not inside:
                raise UnreadableFile("folder_empty", folder=path.name or str(path))
            found += inside
        elif _is_archive(path):
            found += _unpack(path, aside / str(number))
        else:
            found.append(path)
    return tuple(found)


def _is_archive(path: Path) -> bool:
    """A ZIP that is no workbook: workbooks are archives too."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_EXPANDED or not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as archive:
            names = {part.filename.lower() for part in archive.infolist()[: MAX_PARTS + 1]}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    office = any(name.startswith(("xl/", "word/", "ppt/")) or name == "content.xml" for name in names)
    return not office and any(PurePosixPath(name).suffix in SUFFIXES for name in names)


def _unpack(path: Path, aside: Path) -> list[Path]:
    """The tables of an archive, by their bare names: no path in an archive is followed."""
    aside.mkdir(parents=True, exist_ok=True)
    unpacked: list[Path] = []
    with zipfile.ZipFile(path) as archive:
        parts = [part for part in archive.infolist() if _is_table(part)]
        if len(parts) > MAX_PARTS:
            raise UnreadableFile("file_too_many_parts", file=path.name, limit=MAX_PARTS)
        for number, part in enumerate(sorted(parts, key=lambda part: part.filename)):
            if part.flag_bits & 1:
                raise UnreadableFile("file_encrypted", file=path.name)
            name = PurePosixPath(part.filename.replace("\\", "/")).name
            target = aside / (name if not (aside / name).exists() else f"{number}-{name}")
            try:
                with archive.open(part) as stream:
                    content = stream.read(MAX_BYTES + 1)
            except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError, zlib.error) as error:
                raise UnreadableFile("file_damaged", file=path.name) from error
            if len(content) > MAX_BYTES:
                raise UnreadableFile("file_too_big", file=f"{path.name}/{name}", limit=MAX_BYTES // (1024 * 1024))
            target.write_bytes(content)
            unpacked.append(target)
    return unpacked


def _is_table(part: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(part.filename)
    hidden = name.name.startswith((".", "~$")) or "__MACOSX" in name.parts
    return not part.is_dir() and not hidden and name.suffix.lower() in SUFFIXES
