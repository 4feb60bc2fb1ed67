"""Money as integer hundredths plus currency: what the API sends and people type is read, what both expect is written.

Every currency is kept in hundredths, also CLP and COP, because fees carry decimals there. Currencies never mix.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import format_currency, get_currency_symbol, get_group_symbol

from mpkit.sites import SITES

# Where people put a space after the sign; the common locale data leaves it out for some of them.
_SPACED = frozenset({"es_AR", "es_UY", "es_CO", "es_PE", "pt_BR"})
_DECIMALS = {site.currency: site.decimals for site in SITES.values()}
_SENT = {site.currency: (site.decimals_sent, site.decimals_taken) for site in SITES.values()}
_CENTS, _GROUP = 2, 3  # digits of a hundredth, and between two marks
_MOST_DIGITS = 13  # of whole units: with its cents still an exact JSON number
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\t", " ") | dict.fromkeys("\u2019", "'") | {"\u2212": "-"})


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount: `hundredths` of one unit of `currency` (ISO 4217 letters)."""

    hundredths: int
    currency: str

    def __add__(self, other: Money) -> Money:
        """Add amounts of one currency; `ValueError` where they differ."""
        self._same(other)
        return Money(self.hundredths + other.hundredths, self.currency)

    def __sub__(self, other: Money) -> Money:
        """Subtract amounts of one currency; `ValueError` where they differ."""
        self._same(other)
        return Money(self.hundredths - other.hundredths, self.currency)

    def __neg__(self) -> Money:
        """The same amount the other way."""
        return Money(-self.hundredths, self.currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            message = f"{self.currency} and {other.currency} cannot be added"
            raise ValueError(message)


def hundredths(value: object) -> int:
    """Read an amount as the API sends it (number or text with a point) into integer hundredths.

    None counts as nothing. More than two decimals are rounded half up (seen in instalment figures).
    Raises `ValueError` for anything that is not a number.
    """
    if value is None or value == "":
        return 0
    if isinstance(value, str):  # nearly all: plain digits, whose hundredths can be read off
        whole, _, rest = value.partition(".")
        digits = whole + rest
        if whole and len(whole) <= _MOST_DIGITS and len(rest) <= _CENTS and digits.isascii() and digits.isdigit():
            return int(whole) * 100 + int(rest.ljust(_CENTS, "0"))
    try:
        exact = Decimal(str(value))
    except InvalidOperation as error:
        message = f"not an amount: {value!r}"
        raise ValueError(message) from error
    if not exact.is_finite():
        message = f"not an amount: {value!r}"
        raise ValueError(message)
    return int((exact * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def plain(amount: int, currency: str) -> str:
    """An amount for JSON and the Orders API: point, no grouping, the currency's decimals ("1284.50", CLP "1500").

    A currency without minor unit keeps its hundredths where there are any, so that nothing is hidden.
    """
    decimals = _DECIMALS.get(currency, 2)
    if decimals == 0 and amount % 100:
        decimals = 2
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 100)
    return f"{sign}{whole}.{rest:02d}" if decimals else f"{sign}{whole}"


def sent(amount: int, currency: str) -> str:
    """An amount as the Orders API takes it from this country: point, no grouping, never more decimals than it takes.

    Two decimals, none in CLP and COP; a COP amount with cents keeps them, as its API reads two. Raises `ValueError` for
    an amount below zero and for one that the country cannot be sent (cents in CLP).
    """
    decimals, most = _SENT.get(currency, (2, 2))
    whole, rest = divmod(amount, 100)
    if amount < 0 or (rest and not most):
        message = f"{plain(amount, currency)} {currency} cannot be sent"
        raise ValueError(message)
    return f"{whole}.{rest:02d}" if rest or decimals else f"{whole}"


def typed(text: str, currency: str, locale: str) -> int:
    """Read an amount a person typed ("$ 1.284,50", "1284.5", "1 284,50") into hundredths; `locale` as Babel names it.

    Where one mark stands before three digits the locale says whether it groups; any other that can only divide
    ("12.50" in Argentina) divides. Raises `ValueError` for anything that is not one amount of this currency, and for
    cents where the country has none.
    """
    message = f"not an amount: {text!r}"
    bare = text.translate(_SPACES).strip()
    bare = bare if bare.startswith("-") else _unsigned(bare, currency, locale)  # "-$ 5" and "$ -5"
    negative = bare.startswith("-")
    whole, rest = _divided(_unsigned(bare.removeprefix("-").strip(), currency, locale), locale)
    _, most = _SENT.get(currency, (_CENTS, _CENTS))
    digits = whole + rest
    if not (whole and digits.isascii() and digits.isdigit()) or len(whole) > _MOST_DIGITS or len(rest) > _CENTS:
        raise ValueError(message)
    if most == 0 and rest.strip("0"):
        raise ValueError(message)
    amount = int(whole) * 100 + int(rest.ljust(_CENTS, "0"))
    return -amount if negative else amount


def _unsigned(text: str, currency: str, locale: str) -> str:
    """The text without the currency's sign or letters, before or after it."""
    symbol = get_currency_symbol(currency, locale)
    for sign in (currency, f"{symbol}.", symbol, *("$" if symbol.endswith("$") else "")):
        for stripped in (text.removeprefix(sign), text.removesuffix(sign)):
            if stripped != text:
                return stripped.strip()
    return text


def _divided(text: str, locale: str) -> tuple[str, str]:
    """Whole units and the digits after the mark that divides; ("", "") where the marks make no amount."""
    marks = [c for c in text if c in ".,' "]
    if not marks:
        return text, ""
    head, _, tail = text.rpartition(marks[-1])
    alone = len(marks) == 1
    groups = alone and (marks[0] in "' " or (len(tail) == _GROUP and marks[0] == get_group_symbol(locale)))
    if groups or (not alone and len(set(marks)) == 1):
        return _grouped(text, marks[0]), ""
    if marks[-1] in "' " or marks.count(marks[-1]) > 1 or not tail:
        return "", ""
    return (head if alone else _grouped(head, marks[0])), tail


def _grouped(text: str, mark: str) -> str:
    """The digits of a grouped number; "" where the groups are not of three."""
    first, *others = text.split(mark)
    right = 1 <= len(first) <= _GROUP and not first.startswith("0") and all(len(part) == _GROUP for part in others)
    return "".join((first, *others)) if right else ""


def shown(amount: int, currency: str, locale: str) -> str:
    """An amount for people, as the locale writes it ("$ 1.284,50"); `locale` as Babel names it (es_AR)."""
    decimals = _DECIMALS.get(currency, 2)
    space = "\u00a0" if locale in _SPACED or get_currency_symbol(currency, locale)[-1].isalpha() else ""
    pattern = f"¤{space}#,##0.{'0' * decimals}" if decimals else f"¤{space}#,##0"
    return format_currency(Decimal(amount) / 100, currency, pattern, locale=locale, currency_digits=False)
