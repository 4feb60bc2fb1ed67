"""A logo drawn with lines comes in, clean, as one form; it is cut to what is seen of it, and shown as a picture."""

from __future__ import annotations

import threading
from functools import lru_cache
from io import BytesIO

import numpy as np
import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from mpkit.errors import Refused

RENDERING = threading.Lock()  # the renderer is not safe with several threads, a page is one thread a person
_SIDE = 1600  # pixels of the longer side of the picture
_SEEN = 8  # of 255: nobody sees less
Edges = tuple[float, float, float, float]


def cut(form: bytes) -> bytes:
    """The form on a page that ends where nothing more is seen; `Refused` where there is nothing to see."""
    picture = _picture(form)
    seen = np.asarray(picture.getchannel("A")) > _SEEN
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(rows):
        raise Refused("logo_unreadable")
    left, low, right, top = edges(form)
    across, down = (right - left) / picture.width, (top - low) / picture.height
    with pikepdf.open(BytesIO(form)) as document:
        page = document.pages[0].obj
        ends = (columns[0] * across, (len(seen) - 1 - rows[-1]) * down, (columns[-1] + 1) * across)
        box = (left + ends[0], low + ends[1], left + ends[2], top - rows[0] * down)
        page.MediaBox = pikepdf.Array([round(float(part), 4) for part in box])
        target = BytesIO()
        document.save(target, deterministic_id=True)
    return target.getvalue()


@lru_cache(maxsize=8)
def edges(drawing: bytes) -> Edges:
    """Left, low, right, top of what is shown of the form, in its own points."""
    with pikepdf.open(BytesIO(drawing)) as document:
        left, low, right, top = (float(part) for part in document.pages[0].obj.MediaBox)
    return left, low, right, top


@lru_cache(maxsize=8)
def pictured(drawing: bytes) -> bytes:
    """The drawing as a PNG on nothing."""
    content = BytesIO()
    _picture(drawing).save(content, "PNG")
    return content.getvalue()


def _picture(drawing: bytes) -> Image.Image:
    with RENDERING:
        document = pdfium.PdfDocument(drawing)
        page = document[0]
        scale = _SIDE / max(page.get_size())
        picture: Image.Image = page.render(scale=scale, fill_color=(0, 0, 0, 0)).to_pil().convert("RGBA")
        document.close()
    return picture
