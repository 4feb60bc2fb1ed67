"""Opening hours as people write them come in, the week as Mercado Pago takes it goes out, and how to say it back."""

from mpkit.sheet.hours.clock import Clock, clock_of, minutes, time_of
from mpkit.sheet.hours.reading import by_columns, day_of, days_in, names_no_day, read
from mpkit.sheet.hours.saying import said
from mpkit.sheet.hours.week import Span, span_of, week_of

__all__ = [
    "Clock",
    "Span",
    "by_columns",
    "clock_of",
    "day_of",
    "days_in",
    "minutes",
    "names_no_day",
    "read",
    "said",
    "span_of",
    "time_of",
    "week_of",
]
