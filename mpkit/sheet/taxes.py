"""A tax number as written comes in, whether its check digits agree goes out, for each of the seven countries.

CUIT (AFIP, modulo 11), CNPJ (Receita Federal, letters too since IN RFB 2.229/2024: their code less 48) and CPF, RFC
(SAT, annex 1 of the rules for its key), RUT (SII, modulo 11), NIT (DIAN, order 1 of 1989), RUC (SUNAT, modulo 11), and
RUT of Uruguay (DGI, modulo 11).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

_CUIT = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_CNPJ = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_CNPJ_LENGTH = 14
_CPF = (11, 10, 9, 8, 7, 6, 5, 4, 3, 2)
_NIT = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)
_RUT_UY = (4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_RFC_LETTERS = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ"
_RFC_FOR_ALL = frozenset({"XAXX010101000", "XEXX010101000"})  # sales to the public, and to people abroad
_RFC = re.compile(r"[A-ZÑ&]{3,4}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[A-Z\d]{2}[A\d]")
NAMES = {"AR": "CUIT", "BR": "CNPJ", "CL": "RUT", "CO": "NIT", "MX": "RFC", "PE": "RUC", "UY": "RUT"}


def plain(text: str) -> str:
    """A tax number without what only helps the eye: capitals and digits, so that two spellings of one are alike."""
    return re.sub(r"[^0-9A-ZÑ&]", "", text.upper())


def same_firm(one: str, other: str, country: str) -> bool:
    """Whether two numbers are one firm's; in Brazil its branches share the first eight characters of their CNPJ."""
    first, second = plain(mended(one, country) or one), plain(mended(other, country) or other)
    if country == "BR" and len(first) == len(second) == _CNPJ_LENGTH:
        return first[:8] == second[:8]
    return bool(first) and first == second


@lru_cache(maxsize=20_000)
def is_valid(text: str, country: str) -> bool:
    """Whether a tax number can be one of the country: length, letters, check digits; a NIT may come without its own."""
    return _RULES[country](plain(text))


def mended(text: str, country: str) -> str:
    """The number with the noughts in front that a spreadsheet took away; "" where that does not make it right."""
    length = {"BR": 14, "UY": 12}.get(country)
    bare = plain(text)
    if length is None or not bare.isdigit() or not length - 3 < len(bare) < length:
        return ""
    whole = bare.zfill(length)
    return whole if is_valid(whole, country) else ""


def _weighed(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=True))


def _digits(text: str) -> list[int]:
    return [int(c) for c in text]


def _cuit(text: str) -> bool:
    if not re.fullmatch(r"(?:2[03467]|3[034])\d{9}", text):
        return False
    return (11 - _weighed(_digits(text[:10]), _CUIT) % 11) % 11 == int(text[10])


def _cnpj(text: str) -> bool:
    if re.fullmatch(r"\d{11}", text):
        return _cpf(text)
    if not re.fullmatch(r"[0-9A-Z]{12}\d{2}", text) or len(set(text)) == 1:
        return False
    values = [ord(c) - 48 for c in text]
    for place in (12, 13):
        rest = _weighed(values[:place], _CNPJ[13 - place :]) % 11
        if values[place] != (0 if rest < 2 else 11 - rest):  # noqa: PLR2004 - 10 and 11 are written 0
            return False
    return True


def _cpf(text: str) -> bool:
    digits = _digits(text)
    if len(set(digits)) == 1:
        return False
    return all(_weighed(digits[:place], _CPF[10 - place :]) * 10 % 11 % 10 == digits[place] for place in (9, 10))


def _rut(text: str) -> bool:
    if not re.fullmatch(r"\d{7,8}[0-9K]", text):
        return False
    total = sum(int(c) * (2 + n % 6) for n, c in enumerate(reversed(text[:-1])))
    return "0123456789K0"[11 - total % 11] == text[-1]


def _nit(text: str) -> bool:
    if re.fullmatch(r"[1-9]\d{5,8}|1\d{9}", text):
        return True  # without its check digit, as people write it; ten digits from 1 on are a person's
    if not re.fullmatch(r"[1-9]\d{6,10}", text):
        return False
    rest = sum(int(c) * weight for c, weight in zip(reversed(text[:-1]), _NIT, strict=False)) % 11
    return int(text[-1]) == (rest if rest < 2 else 11 - rest)  # noqa: PLR2004 - 10 and 11 are written as the rest


def _rfc(text: str) -> bool:
    if text in _RFC_FOR_ALL:
        return True
    if not _RFC.fullmatch(text):
        return False
    values = [_RFC_LETTERS.index(c) for c in text[:-1].rjust(12)]
    return "0123456789A0"[11 - _weighed(values, range(13, 1, -1)) % 11] == text[-1]


def _ruc(text: str) -> bool:
    if not re.fullmatch(r"(?:10|15|16|17|20)\d{9}", text):
        return False
    return (11 - _weighed(_digits(text[:10]), _CUIT) % 11) % 10 == int(text[10])


def _rut_uy(text: str) -> bool:
    if not re.fullmatch(r"\d{12}", text) or text[:2] < "01" or text[2:8] == "000000":
        return False
    return (11 - _weighed(_digits(text[:11]), _RUT_UY) % 11) % 11 == int(text[11])


_RULES: dict[str, Callable[[str], bool]] = {
    "AR": _cuit,
    "BR": _cnpj,
    "CL": _rut,
    "CO": _nit,
    "MX": _rfc,
    "PE": _ruc,
    "UY": _rut_uy,
}
