"""What was printed where: placed pieces become a signed manifest, and a manifest becomes what the proof expects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, InstanceOf, ValidationError

from mpkit.errors import Refused, UnreadableFile
from mpkit.kit.books.pieces import Entry, Pieces, counted, line_of, said
from mpkit.kit.drawing.boxes import Strict
from mpkit.kit.proofs.finding import Asked, Expected

PURPOSE = "manifest"
_WITH_TEXT = 2  # the format whose code is over the text of the pieces
_LARGEST, _LONGEST_HEAD = 256 << 20, 16 << 20  # bytes of a manifest we read, and of what stands before its pieces
_PIECES, _END = b' "pieces": [\n', b" ]\n"  # lines before and after them
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: read aloud without doubt
Seal = Callable[[str], str]


class File(Strict):
    """One PDF of the book."""

    name: str
    sha256: str
    pages: int


class AccountMark(Strict):
    """Whose book it is."""

    user_id: str
    site: str
    test: bool


class Manifest(Strict):
    """Everything about a book that a proof, a reprint or a question from the street needs; `mac` is over the rest.

    Its pieces stand in a file, a line each; those of a manifest from before (2), or of one that somebody else wrote
    anew, are held. From 3 on the code is over the hash of the pieces, before it was over their text.
    """

    manifest: Literal[2, 3] = 3
    book: str
    account: AccountMark
    who: str
    when: str
    design: str
    paper: str
    curves: bool = Field(default=False, exclude_if=lambda curves: not curves)  # texts as outlines: nobody can read them
    language: str
    version: int
    level: str
    module_mm: float
    distance_mm: float = Field(0.0, exclude_if=lambda said: not said)  # it is read from; manifests from before: 0
    files: tuple[File, ...]
    pieces_sha256: str = Field("", exclude_if=lambda said: not said)  # over their lines
    mac: str = ""
    pieces: Annotated[InstanceOf[Pieces] | tuple[Entry, ...], Field(union_mode="left_to_right")]

    def signed(self, seal: Seal) -> Manifest:
        """The same with its code."""
        return self.model_copy(update={"mac": seal(self._text({"mac"}))})

    def sound(self, seal: Seal) -> bool:
        """Whether it is as we wrote it."""
        hashed = self.manifest == _WITH_TEXT or self.pieces_sha256 == _hash(self.pieces)
        return hashed and self.mac == seal(self._text({"mac"}))

    def digest(self) -> str:
        """The hash over all that is known before the files are made: it stands in each of them."""
        return sha256(self._text({"mac", "files"}).encode()).hexdigest()

    def of(self, file: str) -> Iterator[Entry]:
        """The pieces of one file of the book."""
        if isinstance(self.pieces, Pieces):
            return self.pieces.of(file)
        return (entry for entry in self.pieces if entry.file == file)

    def count(self, file: str) -> int:
        """How many pieces one file of the book has."""
        return self.pieces.count_of(file) if isinstance(self.pieces, Pieces) else sum(1 for _ in self.of(file))

    def write(self, path: Path) -> Manifest:
        """Write it into a file where its pieces do not stand yet, a line each; the same, its pieces standing there."""
        if not isinstance(self.pieces, Pieces):
            raise TypeError(type(self.pieces))  # one from before is read, not written
        head = json.dumps(self._head(set()), ensure_ascii=False, indent=1).removesuffix("\n}").encode()
        written = self.pieces.written(path, head + b",\n" + _PIECES, _END + b"}\n")
        return self.model_copy(update={"pieces": written})

    def lying(self, path: Path) -> Manifest:
        """The same, its file having been moved."""
        pieces = self.pieces.lying(path) if isinstance(self.pieces, Pieces) else self.pieces
        return self.model_copy(update={"pieces": pieces})

    def _head(self, without: set[str]) -> dict[str, Any]:
        """All but the pieces."""
        return self.model_dump(mode="json", by_alias=True, exclude={*without, "pieces"})

    def _text(self, without: set[str]) -> str:
        """The one text that hashes and codes are taken over."""
        from mpkit.db import canonical  # noqa: PLC0415 - the limited child imports this room and needs no store

        if self.manifest != _WITH_TEXT:
            return canonical(self._head(without))
        return canonical({**self._head(without), "pieces": [said(one) for one in self.pieces]})


def _hash(pieces: Sequence[Entry]) -> str:
    if isinstance(pieces, Pieces):
        return pieces.sha256
    return sha256(b"".join(line_of(one) + b"\n" for one in pieces)).hexdigest()


def read(path: Path) -> Manifest:
    """A manifest from its file; `UnreadableFile` where it is none."""
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableFile("kit_manifest_unreadable", file=path.name, why="size")
        return _by_line(path) or Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        why = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise UnreadableFile("kit_manifest_unreadable", file=path.name, why=why) from error
    except OSError as error:
        raise UnreadableFile("kit_manifest_unreadable", file=path.name, why=error.strerror or "") from error


def _by_line(path: Path) -> Manifest | None:
    """A manifest that stands as we write it, its pieces left where they are; None for any other."""
    head = b""
    with path.open("rb") as file:
        while len(head) < _LONGEST_HEAD and (line := file.readline(_LONGEST_HEAD)) not in {b"", _PIECES}:
            head += line
    if line != _PIECES:
        return None
    try:
        pieces, rest = counted(path, len(head) + len(line), _END)
        plain = json.loads(head.rstrip(b",\n") + b"}")
    except ValueError:
        return None
    return Manifest.model_validate({**plain, "pieces": pieces}) if rest == b"}\n" else None


def expected(manifest: Manifest, file: str, fresh: Mapping[str, str]) -> list[Expected]:
    """What must stand in one file of the book; `fresh` is POS id to the payload the account answers now."""
    found = []
    for entry in manifest.of(file):
        found += [
            Expected(
                page=(spot.page or entry.page) - 1,
                x=spot.code.x,
                y=spot.code.y,
                side=spot.code.width,
                frame=(spot.face.x, spot.face.y, spot.face.x + spot.face.width, spot.face.y + spot.face.height),
                version=spot.version or manifest.version,
                level=spot.level or manifest.level,
                as_it_is=spot.version is not None,
                register=entry.register_id,
                payload=fresh.get(entry.pos_id),
                printed=entry.payload_sha256,
                labels=() if manifest.curves else (entry.register_id, entry.serial_text, entry.check),
                rotation=spot.turn,
                mirror=entry.mirror,
                distance=manifest.distance_mm,
            )
            for spot in entry.codes
        ]
    return found


def asked(manifest: Manifest, folder: Path, fresh: Mapping[str, str], digest: str = "") -> Iterator[Asked]:
    """Every file of the book in its folder, with all that must stand in it; `digest` where it is another manifest's."""
    digest = digest or manifest.digest()
    for one in manifest.files:
        yield Asked(folder / one.name, expected(manifest, one.name, fresh), one.pages, mark(manifest), digest)


def mark(manifest: Manifest) -> str:
    """What every file of the book says of itself (its subject), and its slug on paper."""
    return f"mpkit {manifest.book}"


def drawn_by_us(manifest: Manifest, pdf: Path) -> bool:
    """Whether the file is one of the book's as it left, byte for byte: then every code has its own place."""
    return sha256(pdf.read_bytes()).hexdigest() in {one.sha256 for one in manifest.files}


def file_meant(manifest: Manifest, pdf: Path) -> str:
    """Which file of the book a PDF is: by its bytes, by its name, or because there is only one."""
    digest = sha256(pdf.read_bytes()).hexdigest()
    for one in manifest.files:
        if digest == one.sha256:
            return one.name
    names = [one.name for one in manifest.files]
    if pdf.name in names:
        return pdf.name
    if len(names) == 1:
        return names[0]
    raise Refused("kit_not_of_book", file=pdf.name, known=", ".join(names))


def check_code(seal: Seal, account: str, register: str, serial: int, payload: str) -> str:
    """Eight characters nobody can make up without the key: the first 40 bits of a MAC in Crockford's alphabet."""
    from mpkit.db import canonical  # noqa: PLC0415 - as above

    code = int(seal(canonical([account, register, serial, sha256(payload.encode()).hexdigest()]))[:10], 16)
    return "".join(_CROCKFORD[code >> shift & 31] for shift in range(35, -1, -5))
