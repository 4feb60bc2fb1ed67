"""The text inside a merchant-presented QR: read it, build it, check its sum. Printing never changes it.

Form (EMVCo, restated in public scheme documents): tag of two digits, length of two digits counted in characters, value;
the last field is tag 63 with CRC-16/CCITT-FALSE over the UTF-8 bytes up to and including `6304`, upper-case hex. Some
schemes count bytes: a text that makes sense only so is read so, and never repaired.
"""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Iterable
from dataclasses import dataclass

_TEMPLATES = frozenset([*(f"{n:02d}" for n in range(26, 52)), "62", "64", *(f"{n:02d}" for n in range(80, 100))])
PIX = "br.gov.bcb.pix"
_CRC_HEAD = "6304"
_HEAD = 4  # characters of tag and length


class BrokenPayload(ValueError):
    """The text is not a sequence of tag, length and value."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A parsed payload: `text` byte for byte as received, `fields` top-level tag to value."""

    text: str
    fields: dict[str, str]

    @property
    def crc_valid(self) -> bool:
        """Whether the check sum of the text is right."""
        body, sum_ = self.text[:-4], self.text[-4:]
        return body.endswith(_CRC_HEAD) and crc(body) == sum_.upper()

    @property
    def payee(self) -> str:
        """Who receives the money, as the buyer's app will show it (tag 59)."""
        return self.fields.get("59", "")

    @property
    def country(self) -> str:
        """ISO 3166 letters (tag 58)."""
        return self.fields.get("58", "")

    @property
    def currency_number(self) -> str:
        """ISO 4217 number (tag 53)."""
        return self.fields.get("53", "")

    @property
    def has_amount(self) -> bool:
        """Whether an amount is fixed in the code (tag 54): such a code is never a register's."""
        return "54" in self.fields

    @property
    def pix(self) -> bool:
        """Whether any bank app of Brazil can pay it (tag 26 names the Pix scheme)."""
        return self.inside("26").get("00", "").lower() == PIX

    @property
    def register_link(self) -> str:
        """The address that names the POS (tag 43, sub tag 01), "" where there is none."""
        return self.inside("43").get("01", "")

    @property
    def is_order(self) -> bool:
        """Whether it is one order and not a register: tag 43 with 02 and 06, or a Pix address of an order."""
        mercado_pago = self.inside("43")
        if "02" in mercado_pago and "06" in mercado_pago:
            return True
        return "/instore/o/" in self.inside("26").get("25", "")

    @property
    def tax_id(self) -> str:
        """The seller's tax id where the code carries one (Argentina, tag 50), else ""."""
        return self.inside("50").get("00", "") if self.country == "AR" else ""

    def inside(self, tag: str) -> dict[str, str]:
        """The sub-fields of a template; empty where it is absent or holds something else (seen in real codes)."""
        if tag not in _TEMPLATES or tag not in self.fields:
            return {}
        try:
            return _read(self.fields[tag])
        except BrokenPayload:
            return {}


def crc(text: str) -> str:
    """The check sum over the UTF-8 bytes of `text`, which ends with `6304`: four upper-case hex digits."""
    return f"{crc_hqx(text.encode(), 0xFFFF):04X}"


def parse(text: str) -> Payload:
    """Read a payload; raises `BrokenPayload` where it is not tag, length and value to the end.

    A wrong check sum is no error here (published samples have it): ask `crc_valid`.
    """
    return Payload(text, _read(text, last="63"))


def build(fields: Iterable[tuple[str, str | Iterable[tuple[str, str]]]]) -> str:
    """Build a payload from (tag, value) pairs in the order given; a value may be pairs itself. Adds the check sum."""
    body = "".join(_field(tag, value) for tag, value in fields) + _CRC_HEAD
    return body + crc(body)


def _field(tag: str, value: str | Iterable[tuple[str, str]]) -> str:
    text = value if isinstance(value, str) else "".join(_field(t, v) for t, v in value)
    if not 1 <= len(text) <= 99:  # noqa: PLR2004 - two digits of length
        message = f"field {tag} has {len(text)} characters, 1 to 99 are possible"
        raise ValueError(message)
    return f"{tag}{len(text):02d}{text}"


def _read(text: str, last: str = "") -> dict[str, str]:
    """The fields by lengths in characters, else in bytes: the first reading that ends with `last`, else any."""
    readings: list[dict[str, str]] = []
    reasons: list[BrokenPayload] = []
    for read in (_by_characters, _by_bytes):
        try:
            fields = read(text)
        except BrokenPayload as reason:
            reasons.append(reason)
            continue
        if not last or next(reversed(fields), "") == last:
            return fields
        readings.append(fields)
    if not readings:
        raise reasons[0]
    return readings[0]


def _by_characters(text: str) -> dict[str, str]:
    return dict(_split(text))


def _by_bytes(text: str) -> dict[str, str]:
    octets = _split(text.encode().decode("latin-1"))  # one character a byte
    try:
        return {tag: value.encode("latin-1").decode() for tag, value in octets}
    except UnicodeDecodeError as error:
        message = "a length ends within a letter"
        raise BrokenPayload(message) from error


def _split(text: str) -> Iterable[tuple[str, str]]:
    at = 0
    while at < len(text):
        tag, length = text[at : at + 2], text[at + 2 : at + _HEAD]
        if not (tag.isascii() and tag.isdigit() and length.isascii() and length.isdigit() and len(length) == 2):  # noqa: PLR2004
            message = f"no tag and length at character {at}"
            raise BrokenPayload(message)
        end = at + _HEAD + int(length)
        if end > len(text):
            message = f"field {tag} at character {at} runs past the end"
            raise BrokenPayload(message)
        yield tag, text[at + _HEAD : end]
        at = end
