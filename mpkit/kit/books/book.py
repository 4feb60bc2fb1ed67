"""Registers, a design and a paper come in; a proven book goes out: PDF files, manifest and packing lists, or nothing.

Everything is written aside and proven there; only what passed is renamed into its folder, the manifest last.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

from mpkit.errors import ProofFailed, Refused, StoreTrouble
from mpkit.kit.books import packing
from mpkit.kit.books.manifest import AccountMark, File, Manifest, Seal, asked
from mpkit.kit.books.numbering import named, numbering
from mpkit.kit.books.parts import Drawn, Press, drawn, entry, parts
from mpkit.kit.books.pieces import Pieces, laid
from mpkit.kit.printing.paper import Paper, grid
from mpkit.kit.printing.pdf import Printing
from mpkit.kit.printing.pdfx import output
from mpkit.kit.printing.printers import Printer
from mpkit.kit.proofs.proof import LEAST, Proof, in_parts, refuse_unless_sound
from mpkit.kit.proofs.twin import compare
from mpkit.kit.signs.brand import Dress, dress
from mpkit.kit.signs.design import Design
from mpkit.kit.signs.ready import Ready, prepare
from mpkit.kit.signs.subject import Refusal, Subject
from mpkit.kit.signs.wording import Wording
from mpkit.kit.symbols.symbol import side_of
from mpkit.work import Pool, Progress, executor, silent

MANIFEST = "manifest.json"
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
    worn: Dress = field(default_factory=dress)
    least: str = LEAST  # the worst grade that may leave: C only with somebody's consent
    wave: str = ""  # of a roll-out, as people call it
    printer: Printer | None = None  # whose shift and swelling are drawn against
    reader: str = (
        ""  # the language of whoever prints and hands out: slips, lines beside signs, lists; "" the signs' own
    )
    data: Path | None = None  # where the merchant's own templates and profiles lie


@dataclass(frozen=True, slots=True)
class Book:
    """A finished book: its folder, what is in it, what was left out and why, each file's proof with its worst sign."""

    folder: Path
    manifest: Manifest
    refused: tuple[Refusal, ...]
    proofs: tuple[Proof, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """The PDF files."""
        return tuple(self.folder / file.name for file in self.manifest.files)


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
    pool: Pool = executor,
) -> Book:
    """Draw, prove and release a book.

    `fresh` reads the account again, after the drawing: POS id to payload. `serials` gives so many new numbers; `seal`
    gives the MAC of a purpose. `record` is told of the book after it is proven and before it is released. With several
    workers `pool` draws: processes of this machine, or a cluster. Raises `Refused` where nothing can be printed,
    `ProofFailed` where a code is not what the account answers.
    """
    if not 1 <= order.copies <= _MOST_COPIES:
        raise Refused("kit_copies", n=_MOST_COPIES)
    ready = prepare(subjects, order.design, order.language, order.worn)
    if not ready.subjects:
        if len(ready.refused) == 1:  # its own sentence, which a face says in its reader's language
            only = ready.refused[0]
            raise Refused(only.key, register=only.external_id, **only.values)
        first = ready.refused[0].sentence(order.language) if ready.refused else ""
        raise Refused("kit_nothing", n=len(ready.refused), first=first)
    aside, live = folder / f".{order.book}.making", folder / f".{order.book}.live"
    try:
        for path in (aside, live):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(mode=0o700, parents=True)
        manifest = _written(order, ready, (aside, live), serials=serials, seal=seal, progress=progress, pool=pool)
        proofs = _proven(order, manifest, (aside, live), fresh(), progress)
        progress(0, None, "kit_writing")
        packing.write(aside, manifest, order.reader or order.language)
        manifest = manifest.write(aside / MANIFEST)
        for path in aside.iterdir():
            _flush(path)
        record(manifest)
        _release(aside, folder)
    except OSError as error:
        raise StoreTrouble("kit_not_written", where=str(folder), why=error.strerror or str(error)) from error
    finally:
        for path in (aside, live):
            shutil.rmtree(path, ignore_errors=True)
    return Book(folder, manifest.lying(folder / MANIFEST), ready.refused, proofs)


def _written(
    order: Order,
    ready: Ready,
    folders: tuple[Path, Path],
    *,
    serials: Callable[[int], Sequence[int]],
    seal: Callable[[str], Seal],
    progress: Progress,
    pool: Pool,
) -> Manifest:
    """All PDF files, drawn into the first folder (live twins of outlined ones into the other), and the manifest."""
    sheet = grid(order.paper, order.design)
    numbered = numbering(ready.subjects, order, serials, seal("piece"))
    printing = Printing(
        order.paper,
        slug=f"mpkit {order.book}",
        wave=order.wave,
        total=len(numbered),
        output=output(order.paper, order.data, title=order.book, made=order.when),
        printer=order.printer,
        language=order.reader or order.language,
    )
    files = partial(parts, numbered, order.split, printing, sheet, order.start_at)  # laid anew each time: none is held
    names = named(order, files())
    entries = (
        found
        for name, part in zip(names, files(), strict=True)
        for one in part
        if (found := entry(order.design, sheet, name, one, order.printer)) is not None
    )
    planned = _planned(order, ready, laid(folders[1] / "pieces", entries))
    press = Press(
        Wording(order.design, order.language, order.worn),
        sheet,
        ready.level,
        ready.version,
        replace(printing, digest=planned.digest()),
    )
    drawings = drawn(press, names, files(), order.workers, pool)
    made = _filed(drawings, names, planned, folders, progress=progress)
    return planned.model_copy(update={"files": tuple(made)}).signed(seal("manifest"))


def _planned(order: Order, ready: Ready, pieces: Pieces) -> Manifest:
    """All that is known of a book before its files are made."""
    one = ready.subjects[0]
    return Manifest(
        book=order.book,
        account=AccountMark(user_id=one.account, site=one.site, test=one.test),
        who=order.who,
        when=order.when.isoformat(),
        design=order.design.name,
        paper=order.paper.name,
        curves=order.paper.curves,
        language=order.language,
        version=ready.version,
        level=ready.level,
        module_mm=round(order.design.code_side / side_of(ready.version), 4),
        distance_mm=order.design.distance,
        files=(),
        pieces_sha256=pieces.sha256,
        pieces=pieces,
    )


def _filed(
    drawings: Iterable[Drawn],
    names: Sequence[str],
    planned: Manifest,
    folders: tuple[Path, Path],
    *,
    progress: Progress,
) -> list[File]:
    """Every file drawn and written, its live twin beside it; `Refused` at the first a press would not take."""
    aside, live = folders
    done, total = 0, len(planned.pieces)
    files: list[File] = []
    progress(done, total, "kit_drawing")
    for name, content in zip(names, drawings, strict=True):
        if content.faults:
            raise Refused("paper_not_pdfx", file=name, why="; ".join(dict.fromkeys(content.faults)))
        (aside / name).write_bytes(content.pdf)
        if content.live:
            (live / name).write_bytes(content.live)
        files.append(File(name=name, sha256=sha256(content.pdf).hexdigest(), pages=content.pages))
        done += planned.count(name)
        progress(done, total, "kit_drawing")
    return files


def _proven(
    order: Order, manifest: Manifest, folders: tuple[Path, Path], fresh: Mapping[str, str], progress: Progress
) -> tuple[Proof, ...]:
    """The proof of every file; `ProofFailed` at the first that does not pass.

    What outlined texts say is read in their live twins, which have to look like them.
    """
    aside, live = folders
    owned = {entry.register_id: fresh.get(entry.pos_id, "") for entry in manifest.pieces}
    alive = manifest.model_copy(update={"curves": False})
    found: list[Proof] = []
    for of, folder in ((manifest, aside), (alive, live))[: 2 if manifest.curves else 1]:
        wanted = asked(of, folder, fresh, manifest.digest())
        for one in in_parts(wanted, owned, workers=order.workers, least=order.least, progress=progress):
            refuse_unless_sound(one, order.reader or order.language)
            found.append(one.brief())
    if manifest.curves:
        names = [file.name for file in manifest.files]
        differing = compare([(live / name, aside / name) for name in names], order.workers)
        for name, page in zip(names, differing, strict=True):
            if page:
                raise ProofFailed("paper_curves_differ", file=name, page=page)
    return tuple(found[: len(manifest.files)])


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
