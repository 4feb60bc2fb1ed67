"""Write an empty workbook for branches, a filled example and the field reference."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mpkit import sheet
from mpkit.cli import console
from mpkit.errors import WrongUsage, of_system
from mpkit.i18n import LANGUAGES
from mpkit.sites import SITES


def command(
    *,
    site: Annotated[str, typer.Option(help="MLA MLB MLM MLC MLU MCO MPE: the states to choose from")] = "MLA",
    lang: Annotated[str, typer.Option(help="es, pt or en; the country's own where not given")] = "",
    out: Annotated[Path, typer.Option(help="the folder to write to")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """The empty workbook checks what is typed, the example checks clean, the reference says what goes where."""
    if lang not in {"", *LANGUAGES}:
        raise WrongUsage("language_unknown", language=lang, known=", ".join(LANGUAGES))
    spoken = lang or (SITES[site.upper()].language if site.upper() in SITES else "en")
    try:
        out.mkdir(parents=True, exist_ok=True)
        written = [str(path) for path in sheet.template(site, spoken, out)]
    except OSError as error:
        raise of_system(error, where=out) or error from error
    console.answer({"files": written}, "\n".join(written), as_json=as_json)
