"""What we take of reportlab's canvas: a file opened our way, raw operators, forms, glyphs of embedded fonts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

rl_config.useA85 = 0  # ASCII85 makes streams a quarter larger, for mail systems of the nineties

__all__ = ["Canvas", "form", "glyphs", "opened", "raw"]


def opened(path: Path, width: float, height: float, *, font: str, title: str, subject: str, language: str) -> Canvas:
    """A canvas of pages `width` by `height` points: equal input, equal bytes, and only embedded fonts are named."""
    unchecked: Any = Canvas  # the stubs take the font's name for a number
    canvas: Canvas = unchecked(
        str(path),
        pagesize=(width, height),
        pageCompression=1,
        invariant=1,  # no date, no chance
        initialFontName=font,  # else an unembedded Helvetica is listed on every page
        lang=language,
    )
    canvas.setTitle(title)
    canvas.setSubject(subject)
    canvas.setCreator("mpkit")
    canvas.setAuthor("mpkit")
    canvas.setViewerPreference("PrintScaling", "None")
    return canvas


def raw(canvas: Any, operators: str) -> None:  # noqa: ANN401 - not in the stubs
    """Append operators to the page: six times as fast as the library's calls, and one path stays one path."""
    canvas._code.append(operators)  # noqa: SLF001 - the one place


@contextmanager
def form(canvas: Any, name: str, box: tuple[float, float, float, float]) -> Iterator[None]:  # noqa: ANN401 - stubs
    """What is drawn inside stands once in the file and is shown with `doForm(name)`."""
    canvas.beginForm(name, *box)
    yield
    canvas.endForm()


def glyphs(canvas: Any, font: str, text: str) -> list[tuple[str, bytes]]:  # noqa: ANN401 - not in the stubs
    """The text as bytes of the font's subsets, each with the name its subset has in this file."""
    face: Any = pdfmetrics.getFont(font)
    document = canvas._doc  # noqa: SLF001 - the one place
    return [
        (face.getSubsetInternalName(subset, document), content) for subset, content in face.splitString(text, document)
    ]
