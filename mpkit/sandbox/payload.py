"""The text inside a POS's QR as Mercado Pago makes it: seller, POS and place go in, the EMV text comes out.

Layouts: the contract's section 13 (Argentina and, with Pix, Brazil from real codes; the other sites follow Argentina
without its tax id, as no real code of theirs is public).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from mpkit import emv
from mpkit.sites import Site

_NAME, _CITY = 25, 15
_LONG = 505  # characters aimed at where long payloads are asked for: 490 to 512
_FILLER = "MPKITSANDBOXFILLER"
_FIELD = 99
_HEADS = 14  # of a template, its name (two characters with their head) and its text


def pos_payload(site: Site, *, pos_id: str, uuid: str, seller: str, city: str, tax_id: str, long: bool = False) -> str:
    """The payload of one POS. `long` fills it up to about 505 characters with unreserved fields a reader ignores."""
    link = [("00", "com.mercadolibre"), ("01", f"https://mpago.la/pos/{pos_id}")]
    fields: list[tuple[str, str | Iterable[tuple[str, str]]]] = [("00", "01")]
    if site.id == "MLB":
        pix = [("00", "BR.GOV.BCB.PIX"), ("25", f"pix-qr.mercadopago.com/instore/p/v2/{uuid[:32]}")]
        fields += [("01", "12"), ("26", pix), ("43", link), ("52", "0000")]
    else:
        fields += [("01", "11"), ("43", link)]
        if site.id == "MLA":
            fields.append(("50", [("00", tax_id)]))
        fields.append(("52", "9700"))
    fields += [("53", site.currency_number), ("58", site.country)]
    fields += [("59", _plain(seller, _NAME)), ("60", _plain(city, _CITY))]
    if site.id == "MLB":
        fields.append(("62", [("05", "***")]))
    if long:
        fields += _filling(_LONG - len(emv.build(fields)))
    return emv.build(fields)


def _filling(missing: int) -> list[tuple[str, str | Iterable[tuple[str, str]]]]:
    """Unreserved templates (80 and up) that together take about `missing` characters."""
    found: list[tuple[str, str | Iterable[tuple[str, str]]]] = []
    while missing > _HEADS:
        length = min(_FIELD - _HEADS + 4, missing - _HEADS)
        found.append((f"{80 + len(found)}", [("00", "00"), ("01", (_FILLER * 5)[:length])]))
        missing -= _HEADS + length
    return found


def _plain(text: str, most: int) -> str:
    folded = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    kept = "".join(c for c in folded if c.isascii() and c.isprintable()).upper().strip()
    return kept[:most].strip() or "SIN NOMBRE"
