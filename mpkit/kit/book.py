"""Registers, a design and a paper come in; a proven book goes out: PDF files, manifest and packing lists, or nothing.

Everything is written aside and proven there; only what passed is renamed into its folder, the manifest last.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from mpkit.errors import Refused, StoreTrouble
from mpkit.i18n import say
from mpkit.kit import packing, pdf
from mpkit.kit.design import Design
from mpkit.kit.manifest import AccountMark, Entry, File, Frame, Manifest, Seal, check_code, expected
from mpkit.kit.paper import Grid, Paper, grid, placed
from mpkit.kit.proof import Proof, proofs, refuse_unless_sound
from mpkit.kit.sign import fits, stamped
from mpkit.kit.subject import Piece, Refusal, Subject, judge
from mpkit.kit.symbol import encode, one_version, side_of, version_for
from mpkit.work import Progress, executor, silent

MANIFEST = "manifest.json"
_CHUNK = 64  # symbols a worker draws at a time
_MOST_COPIES = 100


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants printed, and who they are. `split` is "", "store", or a number of signs a file."""

    design: Design
    paper: Paper
    language: str
    book: str
    who: str
    when: datetime
    copies: int = 1
    start_at: int = 1
    split: str = ""
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Book:
    """A finished book: its folder, what is in it, what was left out and why, and the proof of each file."""

    folder: Path
    manifest: Manifest
    refused: tuple[Refusal, ...]
    proofs: tuple[Proof, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """The PDF files."""
        return tuple(self.folder / file.name for file in self.manifest.files)


@dataclass(frozen=True, slots=True)
class Ready:
    """What may be printed, what not, and the one symbol size of the job."""

    subjects: tuple[Subject, ...]
    refused: tuple[Refusal, ...]
    level: str
    version: int


def prepare(subjects: Iterable[Subject], design: Design, language: str) -> Ready:
    """Judge every register, fit every text, and choose level and version; nothing is drawn."""
    fine, refused = judge(subjects)
    faults = list(refused)
    kept: list[Subject] = []
    for subject in fine:
        reason = fits(design, Piece(subject, serial="9" * 7, check="W" * 8), language)
        smallest = version_for(subject.content, design.levels[-1]) if reason is None else 0
        if reason is not None:
            faults.append(Refusal(subject.external_id, reason.key, reason.values))
        elif design.code.side / side_of(smallest) < design.least_module:
            faults.append(Refusal(subject.external_id, "kit_code_too_fine", {"sign": design.name}))
        else:
            kept.append(subject)
    if not kept:
        return Ready((), tuple(faults), design.levels[-1], 1)
    level, version = _symbol_of([subject.content for subject in kept], design)
    return Ready(tuple(kept), tuple(faults), level, version)


def _symbol_of(payloads: Sequence[bytes], design: Design) -> tuple[str, int]:
    """The first level whose modules are as wide as the design wants, else the last one."""
    for level in design.levels:
        version = one_version(payloads, level)
        if design.code.side / side_of(version) >= design.module:
            return level, version
    return design.levels[-1], one_version(payloads, design.levels[-1])


def make(
    order: Order,
    subjects: Iterable[Subject],
    *,
    folder: Path,
    fresh: Callable[[], Mapping[str, str]],
    serials: Callable[[int], Sequence[int]],
    seal: Callable[[str], Seal],
    record: Callable[[Manifest], None] = lambda _: None,
    progress: Progress = silent,
) -> Book:
    """Draw, prove and release a book.

    `fresh` reads the account again, after the drawing: POS id to payload. `serials` gives so many new numbers; `seal`
    gives the MAC of a purpose. `record` is told of the book after it is proven and before it is released. Raises
    `Refused` where nothing can be printed, `ProofFailed` where a code is not what the account answers.
    """
    if not 1 <= order.copies <= _MOST_COPIES:
        raise Refused("kit_copies", n=_MOST_COPIES)
    ready = prepare(subjects, order.design, order.language)
    if not ready.subjects:
        if len(ready.refused) == 1:  # its own sentence, which a face says in its reader's language
            only = ready.refused[0]
            raise Refused(only.key, register=only.external_id, **only.values)
        first = ready.refused[0].sentence(order.language) if ready.refused else ""
        raise Refused("kit_nothing", n=len(ready.refused), first=first)
    aside = folder / f".{order.book}.making"
    try:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700, parents=True)
        manifest = _written(order, ready, aside, serials=serials, seal=seal, progress=progress)
        proofs = _proven(order, manifest, aside, fresh(), progress)
        progress(0, None, "kit_writing")
        packing.write(aside, manifest, order.language)
        (aside / MANIFEST).write_text(manifest.text(), encoding="utf-8")
        for path in aside.iterdir():
            _flush(path)
        record(manifest)
        _release(aside, folder)
    except OSError as error:
        raise StoreTrouble("kit_not_written", where=str(folder), why=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Book(folder, manifest, ready.refused, proofs)


def _written(
    order: Order,
    ready: Ready,
    aside: Path,
    *,
    serials: Callable[[int], Sequence[int]],
    seal: Callable[[str], Seal],
    progress: Progress,
) -> Manifest:
    """All PDF files, drawn into `aside`, and the signed manifest of what lies where."""
    sheet = grid(order.paper, order.design)
    parts = _parts(_pieces(order, ready, serials, seal("piece")), order.split)
    drawn = _drawn(order, ready, progress)
    files: list[File] = []
    entries: list[Entry] = []
    for at, part in enumerate(parts):
        name = _name(order, at, len(parts), part[0][1].subject if order.split == "store" else None)
        places = placed(len(part), sheet, order.start_at if at == 0 else 1)
        signs = [
            pdf.Placed(piece, drawn[piece.subject.payload], page, slot)
            for (_, piece), (page, slot) in zip(part, places, strict=True)
        ]
        pages = pdf.write(
            aside / name, signs, order.design, sheet, language=order.language, title=name, slug=f"mpkit {order.book}"
        )
        files.append(File(name=name, sha256=sha256((aside / name).read_bytes()).hexdigest(), pages=pages))
        entries += [
            _entry(order.design, sheet, name, number, sign) for (number, _), sign in zip(part, signs, strict=True)
        ]
    one = ready.subjects[0]
    return Manifest(
        book=order.book,
        account=AccountMark(user_id=one.account, site=one.site, test=one.test),
        who=order.who,
        when=order.when.isoformat(),
        design=order.design.name,
        paper=order.paper.name,
        language=order.language,
        version=ready.version,
        level=ready.level,
        module_mm=round(order.design.code.side / side_of(ready.version), 4),
        files=tuple(files),
        pieces=tuple(entries),
    ).signed(seal("manifest"))


def _pieces(order: Order, ready: Ready, serials: Callable[[int], Sequence[int]], seal: Seal) -> list[tuple[int, Piece]]:
    """Every sign to be drawn with its number: store by store, all copies of a register together."""
    ordered = sorted(ready.subjects, key=lambda one: (one.store_external_id, one.external_id))
    subjects = [subject for subject in ordered for _ in range(order.copies)]
    numbers = list(serials(len(subjects)))
    digits = max(6, *(len(str(number)) for number in numbers))
    pieces = []
    for subject, number in zip(subjects, numbers, strict=True):
        code = check_code(seal, subject.account, subject.external_id, number, subject.payload)
        pieces.append((number, Piece(subject, say("sign_serial", order.language, serial=f"{number:0{digits}d}"), code)))
    return pieces


def _parts(pieces: Sequence[tuple[int, Piece]], split: str) -> list[list[tuple[int, Piece]]]:
    """The pieces of each file."""
    if not split:
        return [list(pieces)]
    if split == "store":
        found: dict[str, list[tuple[int, Piece]]] = {}
        for number, piece in pieces:
            found.setdefault(piece.subject.store_external_id or piece.subject.store, []).append((number, piece))
        return list(found.values())
    if not split.isdecimal() or int(split) < 1:
        raise Refused("kit_split", given=split)
    each = int(split)
    return [list(pieces[at : at + each]) for at in range(0, len(pieces), each)]


def _name(order: Order, at: int, n: int, subject: Subject | None) -> str:
    """A file's name: sign, book, number, and the store's id where it is one store's."""
    parts = [order.design.name, order.book]
    if n > 1:
        parts.append(f"{at + 1:0{len(str(n))}d}")
    if subject is not None:
        parts.append("".join(c for c in subject.store_external_id if c.isascii() and c.isalnum())[:60])
    return "-".join(part for part in parts if part) + ".pdf"


def _drawn(order: Order, ready: Ready, progress: Progress) -> dict[str, tuple[str, int]]:
    """Each payload's symbol, drawn in as many processes as asked for: the same whoever draws it."""
    payloads = [subject.payload for subject in ready.subjects]
    chunks = [payloads[at : at + _CHUNK] for at in range(0, len(payloads), _CHUNK)]
    found: dict[str, tuple[str, int]] = {}
    progress(0, len(payloads), "kit_drawing")
    if order.workers <= 1 or len(chunks) == 1:
        results: Iterable[dict[str, tuple[str, int]]] = (_symbols(c, ready.level, ready.version) for c in chunks)
        for result in results:
            found |= result
            progress(len(found), len(payloads), "kit_drawing")
        return found
    with executor(order.workers) as pool:
        n = len(chunks)
        for result in pool.map(_symbols, chunks, [ready.level] * n, [ready.version] * n):
            found |= result
            progress(len(found), len(payloads), "kit_drawing")
    return found


def _symbols(payloads: Sequence[str], level: str, version: int) -> dict[str, tuple[str, int]]:
    return {payload: stamped(encode(payload.encode(), level, version)) for payload in payloads}


def _entry(design: Design, sheet: Grid, name: str, number: int, sign: pdf.Placed) -> Entry:
    x, y = sheet.slots[sign.slot]
    code, subject = design.code, sign.piece.subject
    at = {"x": x + code.x, "y": y + design.height - code.y - code.side}
    return Entry(
        file=name,
        page=sign.page + 1,
        slot=sign.slot + 1,
        box=Frame(x=round(x, 4), y=round(y, 4), width=design.width, height=design.height),
        code=Frame(x=round(at["x"], 4), y=round(at["y"], 4), width=code.side, height=code.side),
        register=subject.external_id,
        register_name=subject.register,
        store=subject.store_external_id,
        store_name=subject.store,
        pos_id=subject.pos_id,
        payload_sha256=sha256(subject.content).hexdigest(),
        serial=number,
        serial_text=sign.piece.serial,
        check=sign.piece.check,
    )


def _proven(
    order: Order, manifest: Manifest, aside: Path, fresh: Mapping[str, str], progress: Progress
) -> tuple[Proof, ...]:
    """The proof of every file; `ProofFailed` at the first that does not pass."""
    owned = {entry.register_id: fresh.get(entry.pos_id, "") for entry in manifest.pieces}
    wanted = [(aside / file.name, expected(manifest, file.name, fresh)) for file in manifest.files]
    found = proofs(wanted, owned, workers=order.workers, progress=progress)
    for one in found:
        refuse_unless_sound(one, order.language)
    return tuple(found)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if sys.platform != "win32" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _release(aside: Path, folder: Path) -> None:
    """Rename everything into the folder, the manifest last; an older manifest keeps its place under its own name."""
    old = folder / MANIFEST
    if old.exists():
        digest = sha256(old.read_bytes()).hexdigest()[:12]
        old.replace(folder / f"manifest-before-{digest}.json")
    paths = sorted(aside.iterdir(), key=lambda path: (path.name == MANIFEST, path.name))
    for path in paths:
        path.replace(folder / path.name)
    if sys.platform != "win32":  # make the renames themselves durable
        _flush(folder)
