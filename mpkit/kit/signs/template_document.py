"""Mercado Pago's own signs come in as their files; what each shows and where its code stands goes out, and a design.

They are printed untouched: nothing is drawn on them, and what tells one from another stands above the cut. The files
are kept by the hash of their content, each opened once, in a limited child.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from mpkit import private
from mpkit.errors import Refused
from mpkit.i18n import LANGUAGES, say
from mpkit.kit.artwork import Examined, examine_all
from mpkit.kit.artwork.design import OTHERS, told_above
from mpkit.kit.drawing.boxes import CodeBox, Quarter
from mpkit.kit.drawing.shelves import checked
from mpkit.kit.signs.design import Design
from mpkit.work import Progress, silent

NAME = OTHERS[0]
_TOGETHER = 24  # files a child opens
_ALIKE = 0.5  # mm by which signs of one size differ
_ASKEW = 0.4  # degrees
_READ_FROM = 150.0  # mm: nobody says from where theirs are read
_USUAL = (105.0, 148.0)  # mm, until one has been seen


@dataclass(frozen=True, slots=True)
class Document:
    """One sign of theirs: the file of its drawing, its size, and its code (mm from the cut's upper left corner)."""

    form: Path
    sha256: str  # of the file as it was fetched
    width: float
    height: float
    bleed: float
    content: bytes  # what its code says
    x: float
    y: float
    side: float  # quiet zone included
    turn: Quarter
    version: int
    level: str


def keep(folder: Path, content: bytes) -> str:
    """Keep a file as it was fetched; its hash, under which it is found again."""
    digest = sha256(content).hexdigest()
    path = folder / f"{digest}.file"
    if not path.exists():
        private.write(path, content)
    return digest


def documents(folder: Path, digests: Sequence[str], progress: Progress = silent) -> dict[str, Document | Refused]:
    """What the kept files show; those looked at before are not opened again."""
    found: dict[str, Document | Refused] = {}
    found |= {digest: known for digest in digests if (known := _known(folder, digest)) is not None}
    missing = [digest for digest in dict.fromkeys(digests) if digest not in found]
    for at in range(0, len(missing), _TOGETHER):
        some = missing[at : at + _TOGETHER]
        contents = [(folder / f"{digest}.file").read_bytes() for digest in some]
        for digest, one in zip(some, examine_all(contents, "document"), strict=True):
            found[digest] = one if isinstance(one, Refused) else _told(folder, digest, one)
        progress(at + len(some), len(missing), "document_looking")
    return found


def _known(folder: Path, digest: str) -> Document | None:
    facts, form = folder / f"{digest}.json", folder / f"{digest}.pdf"
    if not facts.exists() or not form.exists():
        return None
    said = json.loads(facts.read_text(encoding="utf-8"))
    return Document(form, **{**said, "content": bytes.fromhex(said["content"])})


def _told(folder: Path, digest: str, found: Examined) -> Document | Refused:
    """A file that was looked at, kept with what was seen; `Refused` where it is no sign with one code."""
    if len(found.codes) != 1:
        return Refused("document_codes", n=len(found.codes))
    code = found.codes[0]
    if abs(code.askew) > _ASKEW or code.mirrored:
        return Refused("document_askew")
    form = folder / f"{digest}.pdf"
    made = Document(
        form,
        digest,
        found.width,
        found.height,
        found.bleed,
        code.content,
        code.x,
        code.y,
        code.side,
        code.turn,
        code.version,
        code.level,
    )
    facts = {name: value for name, value in asdict(made).items() if name != "form"} | {"content": code.content.hex()}
    private.write(form, found.form)
    private.write(folder / f"{digest}.json", json.dumps(facts).encode())  # last: without it the file is opened again
    return made


def usual(found: Iterable[Document]) -> tuple[float, float]:
    """The size most of them have; that of a postcard while none is known."""
    sizes = Counter((round(one.width, 1), round(one.height, 1)) for one in found)
    return max(sizes, key=lambda size: sizes[size]) if sizes else _USUAL


def fits(document: Document, size: tuple[float, float]) -> bool:
    """Whether a sign is as large as the others."""
    return abs(document.width - size[0]) <= _ALIKE and abs(document.height - size[1]) <= _ALIKE


def design_of(found: Sequence[Document]) -> Design:
    """The design of all these signs: their size, and the line above the cut that tells one from another."""
    wide, high = usual(found)
    alike = [one for one in found if fits(one, (wide, high))]
    bleed = min((one.bleed for one in alike), default=0.0)
    code = alike[0] if alike else None
    content = {
        "name": NAME,
        "title": {language: say("document_title", language) for language in LANGUAGES},
        "kind": "own",
        "width": wide,
        "height": high,
        "bleed": bleed,
        "margin": 0,
        "distance": _READ_FROM,
        "artwork": {"file": f"{NAME}.pdf"},
        "untouched": True,
        "boxes": [
            told_above(wide, bleed),
            told_above(wide, bleed + 3.4) | {"text": "{rehearsal}", "colour": "alert", "only": ["rehearsal"]},
            {
                "kind": "code",
                **({"x": code.x, "y": code.y, "side": code.side} if code else {"x": 22.5, "y": 28, "side": 60}),
            },
        ],
    }
    return checked(NAME, Design, content)


def alone(design: Design, document: Document) -> Design:
    """The design with the code where it stands on one of the signs."""
    code = CodeBox(kind="code", x=document.x, y=document.y, side=document.side, turn=document.turn)
    others = tuple(box for box in design.boxes if not isinstance(box, CodeBox))
    made = design.model_copy(update={"boxes": (*others, code)})
    for name in ("code_boxes", "codes"):  # what is computed once of a design's boxes is not this one's
        made.__dict__.pop(name, None)
    return made


def wrong(
    document: Document | None, payload: bytes, size: tuple[float, float]
) -> tuple[str, Mapping[str, object]] | None:
    """Why a register's own sign is not printed: there is none, its code is another's, or its size is."""
    if document is None:
        return "document_none", {}
    if document.content != payload:
        return "document_of_other", {}
    if not fits(document, size):
        return "document_size", {"wide": f"{document.width:g}", "high": f"{document.height:g}"}
    return None


def kept(folder: Path) -> Iterator[Document]:
    """Every sign that was looked at so far."""
    for path in sorted(folder.glob("*.json")):
        if (known := _known(folder, path.stem)) is not None:
            yield known
