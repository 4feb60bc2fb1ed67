"""Money as integer hundredths plus currency: reading what the API sends, writing what people and the API expect.

Every currency is kept in hundredths, also CLP and COP, because fees carry decimals there. Currencies never mix.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import format_currency, get_currency_symbol

from mpkit.sites import SITES

# Where people put a space after the sign; the common locale data leaves it out for some of them.
_SPACED = frozenset({"es_AR", "es_UY", "es_CO", "es_PE", "pt_BR"})
_DECIMALS = {site.currency: site.decimals for site in SITES.values()}


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


def shown(amount: int, currency: str, locale: str) -> str:
    """An amount for people, as the locale writes it ("$ 1.284,50"); `locale` as Babel names it (es_AR)."""
    decimals = _DECIMALS.get(currency, 2)
    space = "\u00a0" if locale in _SPACED or get_currency_symbol(currency, locale)[-1].isalpha() else ""
    pattern = f"¤{space}#,##0.{'0' * decimals}" if decimals else f"¤{space}#,##0"
    return format_currency(Decimal(amount) / 100, currency, pattern, locale=locale, currency_digits=False)
