"""The pictures Mercado Pago links to: the text of a POS goes in, its code as PNG or as a plain PDF comes out."""

from __future__ import annotations

from io import BytesIO

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

_DOT = 8  # pixels of a module
_QUIET = 4
_SIDE = 60 * mm


def symbol_png(text: str) -> bytes:
    """The code as a picture of black and white modules, eight pixels each."""
    code = _code(text)
    out = BytesIO()
    code.make_image().save(out)
    return out.getvalue()


def symbol_pdf(text: str, name: str) -> bytes:
    """One A6 page: the code, 60 mm wide, and the name of the POS below it."""
    modules = _code(text).get_matrix()
    out = BytesIO()
    canvas = Canvas(out, pagesize=(105 * mm, 148 * mm), invariant=1)
    dot = _SIDE / len(modules)
    left, top = 22.5 * mm, 120 * mm
    for row, line in enumerate(modules):
        for column, dark in enumerate(line):
            if dark:
                canvas.rect(left + column * dot, top - (row + 1) * dot, dot, dot, stroke=0, fill=1)
    canvas.setFont("Helvetica", 11)
    canvas.drawCentredString(52.5 * mm, 48 * mm, name)
    canvas.save()
    return out.getvalue()


def _code(text: str) -> qrcode.QRCode[qrcode.image.pil.PilImage]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=_DOT, border=_QUIET)
    code.add_data(text)
    code.make(fit=True)
    return code
