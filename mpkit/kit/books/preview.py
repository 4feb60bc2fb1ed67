"""A design and a register come in; a picture of the sign for the screen goes out, drawn exactly as it is printed."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image

from mpkit.errors import Refused
from mpkit.i18n import say
from mpkit.kit.drawing.type import POINT
from mpkit.kit.drawing.vector import RENDERING
from mpkit.kit.printing import pdf
from mpkit.kit.printing.paper import Paper, grid
from mpkit.kit.signs.brand import Dress, dress
from mpkit.kit.signs.design import Design
from mpkit.kit.signs.ready import prepare
from mpkit.kit.signs.sign import stamped
from mpkit.kit.signs.subject import Piece, Subject
from mpkit.kit.signs.wording import Wording
from mpkit.kit.symbols.symbol import encode
from mpkit.sites import SITES

_WIDEST = 4000  # pixels
_BARE = Paper(
    name="preview", title={"es": "", "pt": "", "en": ""}, margin=0, bleed=0, marks=False, slug=False, space="rgb"
)


def preview_png(
    design: Design,
    subject: Subject,
    width_px: int,
    *,
    language: str = "",
    worn: Dress | None = None,
    seen: bool = False,
) -> bytes:
    """The trimmed sign as a PNG `width_px` wide; the language is the subject's country's unless given.

    `seen` shows it as a customer does: the near panel of a tent, a decal through its glass. Raises `Refused` with the
    reason where the register could not be printed.
    """
    language = language or SITES[subject.site].language
    ready = prepare([subject], design, language, worn)
    if ready.refused:
        raise Refused(ready.refused[0].key, register=subject.external_id, **ready.refused[0].values)
    bare = design.untouched or design.code is None
    symbol = ("", 1) if bare else stamped(encode(subject.content, ready.level, ready.version))
    piece = Piece(ready.subjects[0], say("sign_serial", language, serial="000000"), "00000000")
    with tempfile.TemporaryDirectory(prefix="mpkit-") as folder:
        file = Path(folder) / "sign.pdf"
        sheet = grid(_BARE, design)
        placed = [pdf.Placed(piece, symbol, 0, 0)]
        pdf.write(file, placed, Wording(design, language, worn or dress()), sheet, title=design.name)
        drawn = file.read_bytes()
    with RENDERING:
        document = pdfium.PdfDocument(drawn)
        image = document[0].render(scale=min(width_px, _WIDEST) / (design.flat[0] / POINT)).to_pil()
        document.close()
    if seen:
        image = _seen(image, design)
    content = BytesIO()
    image.save(content, "PNG", optimize=True)
    return content.getvalue()


def _seen(image: Image.Image, design: Design) -> Image.Image:
    """The face that is looked at, read from the side it is meant for."""
    wide, high = design.flat
    left, low = design.faces[0]
    across, down = image.width / wide, image.height / high
    top = high - low - design.height
    face = image.crop(
        (
            round(left * across),
            round(top * down),
            round((left + design.width) * across),
            round((top + design.height) * down),
        )
    )
    return face.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if design.mirror else face
