"""What was printed where: placed pieces become a signed manifest, and a manifest becomes what the proof expects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as part

from mpkit.errors import Refused, UnreadableFile
from mpkit.kit.boxes import Strict
from mpkit.kit.finding import Asked, Expected

PURPOSE = "manifest"
_LARGEST = 256 << 20  # bytes of a manifest we read
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: read aloud without doubt
Seal = Callable[[str], str]


_PART = ConfigDict(extra="forbid", allow_inf_nan=False)  # without a dictionary each: a book has tens of thousands


@part(frozen=True, slots=True, kw_only=True, config=_PART)
class Frame:
    """A rectangle in millimetres from the lower left corner of the page."""

    x: float
    y: float
    width: float
    height: float


@part(frozen=True, slots=True, kw_only=True, config=_PART)
class Spot:
    """One code of a piece: its white field, the face around it, and how both are turned on the page (degrees)."""

    code: Frame
    face: Frame
    turn: Literal[0, 90, 180, 270] = 0
    version: int | None = Field(default=None, exclude_if=lambda said: said is None)  # of a code that is not ours
    level: str = Field("", exclude_if=lambda said: not said)
    page: int | None = Field(default=None, ge=1, exclude_if=lambda page: page is None)  # of the back of a sheet


@part(frozen=True, slots=True, kw_only=True, config=_PART)
class Entry:
    """One piece in a file: where it lies, whose it is, what its codes were drawn from.

    A tent has a code on each panel, a door sign none; a piece of a whole branch has no register and no serial (0).
    """

    file: str
    page: int = Field(ge=1)
    slot: int = Field(ge=1)
    box: Frame  # the trimmed piece
    codes: tuple[Spot, ...]
    mirror: bool = False
    register_id: str = Field(alias="register")
    register_name: str
    store: str
    store_name: str
    address: str = Field("", exclude_if=lambda said: not said)  # of the branch; manifests from before have none
    pos_id: str
    payload_sha256: str
    serial: int
    serial_text: str
    check: str


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
    """Everything about a book that a proof, a reprint or a question from the street needs; `mac` is over the rest."""

    manifest: Literal[2] = 2
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
    pieces: tuple[Entry, ...]
    mac: str = ""

    def signed(self, seal: Seal) -> Manifest:
        """The same with its code."""
        return self.model_copy(update={"mac": seal(self._text())})

    def sound(self, seal: Seal) -> bool:
        """Whether it is as we wrote it."""
        return self.mac == seal(self._text())

    def digest(self) -> str:
        """The hash over all that is known before the files are made: it stands in each of them."""
        return sha256(self._canonical({"mac", "files"}).encode()).hexdigest()

    def _text(self) -> str:
        return self._canonical({"mac"})

    def text(self) -> str:
        """The file's text."""
        return "".join(self.lines())

    def lines(self) -> Iterator[str]:
        """The same, a piece at a time: long books are never whole in memory."""
        head = self.model_dump(mode="json", by_alias=True, exclude={"pieces"})
        text = json.dumps({**head, "pieces": None}, ensure_ascii=False, indent=1)
        before, after = text.split('"pieces": null')  # no value can hold it: its quotes would be escaped
        yield before + '"pieces": [\n'
        for at, one in enumerate(self.pieces):
            yield (",\n" if at else "") + "  " + json.dumps(_said(one), ensure_ascii=False)
        yield "\n ]" + after + "\n"

    def _canonical(self, without: set[str]) -> str:
        """The one text that hashes and codes are taken over, made a piece at a time."""
        from mpkit.db import canonical  # noqa: PLC0415 - the limited child imports this room and needs no store

        head = self.model_dump(mode="json", by_alias=True, exclude={*without, "pieces"})
        before, after = canonical({**head, "pieces": None}).split('"pieces":null')
        return f'{before}"pieces":[{",".join(canonical(_said(one)) for one in self.pieces)}]{after}'


_PIECE: TypeAdapter[Entry] = TypeAdapter(Entry)


def _said(piece: Entry) -> Any:  # noqa: ANN401 - plain data
    return _PIECE.dump_python(piece, mode="json", by_alias=True)


def read(path: Path) -> Manifest:
    """A manifest from its file; `UnreadableFile` where it is none."""
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadableFile("kit_manifest_unreadable", file=path.name, why="size")
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        why = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise UnreadableFile("kit_manifest_unreadable", file=path.name, why=why) from error
    except OSError as error:
        raise UnreadableFile("kit_manifest_unreadable", file=path.name, why=error.strerror or "") from error


def expected(manifest: Manifest, file: str, fresh: Mapping[str, str]) -> list[Expected]:
    """What must stand in one file of the book; `fresh` is POS id to the payload the account answers now."""
    found = []
    for entry in manifest.pieces:
        if entry.file != file:
            continue
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


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a packing list."""

    store: str
    store_name: str
    register: str
    register_name: str
    address: str
    serial: str
    check: str
    file: str
    page: int
    slot: int


def packing(entries: Sequence[Entry]) -> dict[str, list[Line]]:
    """What goes to each store, by its id, in the order of serials."""
    found: dict[str, list[Line]] = {}
    for entry in sorted(entries, key=lambda one: (one.store, one.serial)):
        line = Line(
            store=entry.store,
            store_name=entry.store_name,
            register=entry.register_id,
            register_name=entry.register_name,
            address=entry.address,
            serial=entry.serial_text,
            check=entry.check,
            file=entry.file,
            page=entry.page,
            slot=entry.slot,
        )
        found.setdefault(entry.store, []).append(line)
    return found


def as_row(line: Line) -> list[str]:
    """A line for a table; a text that a spreadsheet would compute is kept from it by an apostrophe."""
    values = [str(value) for value in asdict(line).values()]
    return [f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value for value in values]
