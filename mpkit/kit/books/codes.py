"""Registers come in; a folder of their codes for screens, tills and receipt printers goes out, every one read back.

Written aside and proven there against a fresh read of the account; the folder gets its name last, or not at all.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from mpkit.errors import ProofFailed, Refused, StoreTrouble
from mpkit.kit.books.manifest import AccountMark, Seal
from mpkit.kit.drawing.boxes import Strict
from mpkit.kit.signs.subject import Refusal, Subject, judge
from mpkit.kit.symbols.surfaces import SURFACES, TEXT
from mpkit.kit.symbols.symbol import LONGEST, encode
from mpkit.work import Progress, silent

KINDS = (TEXT, *SURFACES)
MANIFEST = "codes.json"
PURPOSE = "codes"
LEVEL = "M"  # no dirt on a screen; wider modules help cheap cameras


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants, and who they are; `name` names the folder once and for all."""

    name: str
    kinds: tuple[str, ...]
    who: str
    when: datetime


class File(Strict):
    """One file of the folder: whose code it is and what it was made of."""

    file: str
    kind: str
    register_id: str
    pos_id: str
    payload_sha256: str
    sha256: str


class Codes(Strict):
    """Everything in the folder; `mac` is over the rest."""

    codes: int = 1
    name: str
    account: AccountMark
    who: str
    when: str
    files: tuple[File, ...]
    mac: str = ""

    def signed(self, seal: Seal) -> Codes:
        """The same with its code."""
        return self.model_copy(update={"mac": seal(self._text())})

    def sound(self, seal: Seal) -> bool:
        """Whether it is as we wrote it."""
        return self.mac == seal(self._text())

    def _text(self) -> str:
        return json.dumps(self.model_dump(mode="json", exclude={"mac"}), sort_keys=True, ensure_ascii=False)

    def text(self) -> str:
        """The file's text."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished folder, its manifest, and what was left out."""

    folder: Path
    manifest: Codes
    refused: tuple[Refusal, ...]


def make(
    wanted: Wanted,
    subjects: Iterable[Subject],
    *,
    folder: Path,
    fresh: Callable[[], Mapping[str, str]],
    seal: Seal,
    progress: Progress = silent,
) -> Made:
    """Write `folder/<name>/`: one file a register and kind. `fresh` reads the account again, after the drawing.

    Raises `Refused` where nothing can be made or a kind is unknown, `ProofFailed` at the first code that does not read
    back as what the account answers.
    """
    unknown = sorted(set(wanted.kinds) - set(KINDS))
    if unknown or not wanted.kinds:
        raise Refused("codes_unknown_kind", given=", ".join(unknown) or "-", known=", ".join(KINDS))
    judged = list(judge(subjects))
    fine = [subject for subject, reason in judged if reason is None]
    refused = tuple(reason for _, reason in judged if reason is not None)
    if not fine:
        raise Refused("codes_nothing", n=len(refused))
    final, aside = folder / wanted.name, folder / f".{wanted.name}.making"
    if final.exists():
        raise Refused("codes_there_already", where=str(final))
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700, parents=True)
        files = _written(aside, fine, wanted.kinds, progress)
        _prove(aside, files, fresh())
        one = fine[0]
        manifest = Codes(
            name=wanted.name,
            account=AccountMark(user_id=one.account, site=one.site, test=one.test),
            who=wanted.who,
            when=wanted.when.isoformat(),
            files=tuple(files),
        ).signed(seal)
        _keep(aside / MANIFEST, manifest.text().encode())
        aside.replace(final)
    except OSError as error:
        raise StoreTrouble("kit_not_written", where=str(folder), why=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Made(final, manifest, refused)


def _written(aside: Path, subjects: Sequence[Subject], kinds: Collection[str], progress: Progress) -> list[File]:
    files: list[File] = []
    for at, subject in enumerate(subjects):
        symbol = encode(subject.content, LEVEL)
        for kind in kinds:
            surface = SURFACES.get(kind)
            name = f"{subject.external_id}{surface.ending if surface else '.txt'}"
            content = surface.make(symbol, subject.external_id) if surface else subject.content
            _keep(aside / name, content)
            files.append(
                File(
                    file=name,
                    kind=kind,
                    register_id=subject.external_id,
                    pos_id=subject.pos_id,
                    payload_sha256=sha256(subject.content).hexdigest(),
                    sha256=sha256(content).hexdigest(),
                )
            )
        progress(at + 1, len(subjects), "kit_drawing")
    return files


def _prove(folder: Path, files: Iterable[File], fresh: Mapping[str, str]) -> None:
    """Every file opened again and read; what it says must be what the account answers for its register now."""
    for one in files:
        content = (folder / one.file).read_bytes()
        said = content if one.kind == TEXT else SURFACES[one.kind].read(content)
        if not said or len(said) > LONGEST or said != fresh.get(one.pos_id, "").encode():
            raise ProofFailed("codes_wrong", file=one.file, register=one.register_id)


def _keep(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
