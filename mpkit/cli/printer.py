"""Calibrate a printer: a sheet to print and measure, or its four measures, kept for when signs are printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mpkit import kit
from mpkit.cli import console
from mpkit.errors import WrongUsage
from mpkit.i18n import say
from mpkit.kit.printing import calibration, printers

_Measure = Annotated[float, typer.Option(min=0, help="millimetres, as the sheet says")]


def command(  # noqa: PLR0917 - typer reads the options from here
    name: Annotated[str, typer.Argument(help="what the printer is called: office, till-3")],
    paper: Annotated[str, typer.Option(help="the sheet that is in it: a4, letter, a label sheet")] = "a4",
    out: Annotated[Path, typer.Option(help="the calibration sheet")] = Path("calibration.pdf"),
    left: _Measure = 0,
    top: _Measure = 0,
    across: _Measure = 0,
    down: _Measure = 0,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON document on stdout")] = False,
) -> None:
    """Write a printer's calibration sheet, or keep what was measured on it."""
    bench = console.bench()
    data, language = bench.settings.data, console.language()
    sheet = kit.paper(paper, data)
    if sheet.size is None:
        raise WrongUsage("paper_no_sheet", name=sheet.name)
    given = {"left": left, "top": top, "across": across, "down": down}
    if not any(given.values()):
        calibration.write(out, sheet, language)
        console.answer({"file": str(out)}, say("paper_calibration_written", language, file=out), as_json=as_json)
        return
    if not all(given.values()):
        raise WrongUsage("paper_measures_some")
    found = printers.measured(name, sheet.size, **given)
    path = printers.keep(data, found)
    said = say(
        "paper_printer_kept",
        language,
        name=name,
        x=f"{found.x:.1f}",
        y=f"{found.y:.1f}",
        scale=f"{found.scale * 100:.2f}",
    )
    console.answer({"printer": found.model_dump(), "file": str(path)}, said, as_json=as_json)
