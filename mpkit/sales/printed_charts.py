"""The charts of a printed page: figures in hundredths come in, drawings of lines and areas go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reportlab.lib.colors import Color, HexColor, linearlyInterpolatedColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

INCOME, REFUNDS, PAST, QUIET, LINE, LITTLE = (
    HexColor(code) for code in ("#0F766E", "#D9480F", "#98A1AE", "#5A6472", "#E3DFD4", "#EDF5F4")
)
HIGH, LABELS, ROW = 52 * mm, 6, 5 * mm
_FOOT = 12  # points for the labels below


class Bars(Flowable):
    """Bars of income above the line, of what came back below it, and a thin line for the period before."""

    def __init__(  # noqa: PLR0917 - three series of one chart, and how it is labelled
        self,
        width: float,
        income: Sequence[int],
        back: Sequence[int],
        before: Sequence[int],
        labels: Sequence[str],
        written: tuple[str, str],
    ) -> None:
        """`written`: the font, and the highest income as people read it."""
        super().__init__()
        self.width, self.height = width, HIGH
        self.income, self.back, self.before, self.labels = income, back, before, labels
        self.font, self.highest = written

    def draw(self) -> None:
        """Onto the page, from its lower left."""
        most, least = max(self.income, default=0), max(self.back, default=0)
        most = max(most, max(self.before, default=0), 1)
        scale = (self.height - _FOOT - 10) / (most + least)
        zero = _FOOT + least * scale
        step = self.width / max(1, len(self.income))
        self._grid(zero, zero + max(self.income, default=0) * scale)
        for number, (sold, back) in enumerate(zip(self.income, self.back, strict=True)):
            left = number * step + step * 0.12
            for value, colour, way in ((sold, INCOME, 1), (back, REFUNDS, -1)):
                if value:
                    self.canv.setFillColor(colour)
                    self.canv.rect(left, zero, step * 0.76, way * value * scale, stroke=0, fill=1)
        self._ghost(zero, scale, step)
        every = max(1, -(-len(self.labels) // LABELS))
        self.canv.setFillColor(QUIET)
        self.canv.setFont(self.font, 7)
        for number in range(0, len(self.labels), every):
            self.canv.drawString(number * step, 1, self.labels[number])

    def _grid(self, zero: float, top: float) -> None:
        self.canv.setStrokeColor(LINE)
        self.canv.setLineWidth(0.5)
        for high in (zero, top):
            self.canv.line(0, high, self.width, high)
        self.canv.setFillColor(QUIET)
        self.canv.setFont(self.font, 7)
        self.canv.drawString(0, top + 2, self.highest)

    def _ghost(self, zero: float, scale: float, step: float) -> None:
        if len(self.before) > 1:
            path = self.canv.beginPath()
            for number, value in enumerate(self.before):
                (path.lineTo if number else path.moveTo)((number + 0.5) * step, zero + value * scale)
            self.canv.setStrokeColor(PAST)
            self.canv.setLineWidth(0.9)
            self.canv.drawPath(path, stroke=1, fill=0)


class Squares(Flowable):
    """Income by weekday (0 Monday) and hour: the darker, the more."""

    def __init__(self, width: float, cells: Mapping[tuple[int, int], int], week: Sequence[str], font: str) -> None:
        """`week`: the names of the days, Monday first."""
        super().__init__()
        self.width, self.height = width, 7 * ROW + _FOOT
        self.cells, self.week, self.font = cells, week, font

    def draw(self) -> None:
        """Onto the page, from its lower left."""
        most = max(self.cells.values(), default=0) or 1
        left = 24 * mm
        step = (self.width - left) / 24
        self.canv.setFont(self.font, 7)
        for day, name in enumerate(self.week):
            low = _FOOT + (6 - day) * ROW
            self.canv.setFillColor(QUIET)
            self.canv.drawString(0, low + 4, name)
            for hour in range(24):
                self.canv.setFillColor(_shade(self.cells.get((day, hour), 0) / most))
                self.canv.rect(left + hour * step + 0.5, low + 0.5, step - 1, ROW - 1, stroke=0, fill=1)
        self.canv.setFillColor(QUIET)
        for hour in range(0, 24, 3):
            self.canv.drawCentredString(left + (hour + 0.5) * step, 2, str(hour))


def _shade(part: float) -> Color:
    return linearlyInterpolatedColor(LITTLE, INCOME, 0, 1, max(0.0, min(1.0, part)))
