"""What we take of reportlab's canvas: a file opened our way, raw operators, forms, glyphs of embedded fonts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

rl_config.useA85 = 0  # ASCII85 makes streams a quarter larger, for mail systems of the nineties

__all__ = ["Canvas", "Glyphs", "finished", "form", "glyphs", "opened", "outlined", "raw", "taken"]


def opened(
    width: float, height: float, *, font: str, title: str, subject: str, language: str, curves: bool = False
) -> Canvas:
    """A canvas of pages `width` by `height` points: equal input, equal bytes, and only embedded fonts are named.

    With `curves` its texts are drawn as outlines.
    """
    unchecked: Any = Canvas  # the stubs take the font's name for a number
    canvas: Canvas = unchecked(
        BytesIO(),
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
    canvas.__dict__["_mpkit_outlined"] = curves
    return canvas


def outlined(canvas: Canvas) -> bool:
    """Whether texts on it are drawn as outlines."""
    return bool(canvas.__dict__.get("_mpkit_outlined"))


def raw(canvas: Any, operators: str) -> None:  # noqa: ANN401 - not in the stubs
    """Append operators to the page: six times as fast as the library's calls, and one path stays one path."""
    canvas._code.append(operators)  # noqa: SLF001 - the one place


def taken(canvas: Any) -> str:  # noqa: ANN401 - not in the stubs
    """The operators drawn since the last call; what they use stays in the file."""
    drawn = "\n".join(canvas._code)  # noqa: SLF001 - the one place
    canvas._code = []  # noqa: SLF001
    return drawn


def finished(canvas: Any) -> bytes:  # noqa: ANN401 - not in the stubs
    """The canvas as a file with one page, whose resources are all that was ever used on it."""
    canvas.showPage()
    content: bytes = canvas.getpdfdata()
    return content


@contextmanager
def form(canvas: Any, name: str, box: tuple[float, float, float, float]) -> Iterator[None]:  # noqa: ANN401 - stubs
    """What is drawn inside stands once in the file and is shown with `doForm(name)`."""
    canvas.beginForm(name, *box)
    yield
    canvas.endForm()


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A font in one file: for each character the name its subset has there, and its byte as two hex digits."""

    font: str
    document: Any
    known: dict[str, tuple[str, str]] = field(default_factory=dict)

    def of(self, character: str) -> tuple[str, str]:
        """Where one character is found; it is taken into the file at the first call."""
        found = self.known.get(character)
        if found is None:
            face: Any = pdfmetrics.getFont(self.font)
            ((subset, content),) = face.splitString(character, self.document)
            found = self.known[character] = face.getSubsetInternalName(subset, self.document), content.hex()
        return found


def glyphs(canvas: Any, font: str) -> Glyphs:  # noqa: ANN401 - not in the stubs
    """The glyphs of a font on a canvas, kept with it."""
    kept: dict[str, Glyphs] = canvas.__dict__.setdefault("_mpkit_glyphs", {})
    return kept.setdefault(font, Glyphs(font, canvas._doc)) if font not in kept else kept[font]  # noqa: SLF001
