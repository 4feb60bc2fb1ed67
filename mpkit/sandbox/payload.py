"""The text inside a POS's QR as Mercado Pago makes it: seller, POS and place go in, the EMV text comes out.

Which fields a country has is told by `sites.toml` (Argentina and, with Pix, Brazil from real codes; the other sites
follow Argentina without its tax id, as no real code of theirs is public).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from mpkit import emv
from mpkit.sites import SITES, Site

_LONG = 505  # characters aimed at where long payloads are asked for: 490 to 512
_FILLER = "MPKITSANDBOXFILLER"
_FIELD = 99
_POS, _UUID = "\x01", "\x02"  # the places of a POS's own values: no text has these
_PIX_ID, _SUM = 32, 4
_HEADS = 14  # of a template, its name (two characters with their head) and its text


def pos_payload(site: Site, *, pos_id: str, uuid: str, seller: str, city: str, tax_id: str, long: bool = False) -> str:
    """The payload of one POS. `long` fills it up to about 505 characters with unreserved fields a reader ignores."""
    frame = _frame(site.id, len(pos_id), (seller, city, tax_id), long)
    text = frame.replace(_POS * len(pos_id), pos_id).replace(_UUID * _PIX_ID, uuid[:_PIX_ID])
    return text + emv.crc(text)


@lru_cache(maxsize=4096)  # a chain has one name and few cities
def _frame(site_id: str, digits: int, told: tuple[str, str, str], long: bool) -> str:
    """All of a payload but its check sum, with places of the right length for what is the POS's own."""
    site, (seller, city, tax_id) = SITES[site_id], told
    layout = site.layout
    link = [("00", "com.mercadolibre"), ("01", f"https://mpago.la/pos/{_POS * digits}")]
    fields: list[tuple[str, str | Iterable[tuple[str, str]]]] = [("00", "01"), ("01", layout.initiation)]
    if layout.pix:
        address = f"pix-qr.mercadopago.com/instore/p/v2/{_UUID * _PIX_ID}"
        fields.append(("26", [("00", "BR.GOV.BCB.PIX"), ("25", address)]))
    fields.append(("43", link))
    if layout.tax_id:
        fields.append(("50", [("00", tax_id)]))
    fields += [("52", layout.trade), ("53", site.currency_number), ("58", site.country)]
    fields += [("59", _plain(seller, layout.name)), ("60", _plain(city, layout.city))]
    if layout.pix:
        fields.append(("62", [("05", "***")]))
    if long:
        fields += _filling(_LONG - len(emv.build(fields)))
    return emv.build(fields)[:-_SUM]


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
