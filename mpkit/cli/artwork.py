"""Signs on the merchant's own artwork: a PDF or SVG looked at, kept as a design, listed, removed; placeholders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from mpkit import kit, private
from mpkit.cli import console
from mpkit.errors import UnreadableFile
from mpkit.i18n import say
from mpkit.kit import artwork
from mpkit.kit.artwork import design, placeholder
from mpkit.kit.artwork.advice import Advice, advice, slots

app = typer.Typer(help=__doc__, add_completion=False, rich_markup_mode=None, no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="the artwork, one page: a PDF (colours and plates are kept) or a plain SVG")]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]


@app.command()
def look(
    file: File,
    out: Annotated[Path | None, typer.Option(help="where a picture of it goes, places of codes framed (PNG)")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what is on an artwork and what a print shop and a telephone would object to; nothing is kept."""
    found = artwork.examine(_read(file))
    said = advice(found)
    if out is not None:
        private.write(out, found.picture)
    console.answer(_told(found, said), _sentences(found, said), as_json=as_json)
    if said:
        console.look()


@app.command()
def add(
    file: File,
    title: Annotated[str, typer.Option(help="what people call it; the file's name if not said")] = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Keep an artwork as a design of this account."""
    bench = console.bench()
    account = bench.account()
    made = design.keep(bench.settings.data, account.id, _read(file), title or file.stem)
    size = {"wide": f"{made.width:g}", "high": f"{made.height:g}"}
    document = {"name": made.name, "width_mm": made.width, "height_mm": made.height, "codes": len(made.codes)}
    console.answer(document, say("artwork_kept", console.language(), name=made.name, **size), as_json=as_json)


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """List the designs made of this account's own artwork."""
    bench = console.bench()
    account = bench.account()
    known = design.names(bench.settings.data, account.id)
    found = [kit.design(name, bench.settings.data, account.id) for name in known]
    rows = [{"name": one.name, "title": one.title["en"], "mm": [one.width, one.height]} for one in found]
    lines = [f"{one.name}  {one.width:g} x {one.height:g} mm  {one.title['en']}" for one in found]
    text = "\n".join(lines) or say("artwork_none_yet", console.language())
    console.answer({"designs": rows}, text, as_json=as_json)


@app.command()
def remove(name: Annotated[str, typer.Argument(help="the design's name")], *, as_json: AsJson = False) -> None:
    """Take a design of this account's own away; what is printed stays what it is."""
    bench = console.bench()
    design.forget(bench.settings.data, bench.account().id, name)
    console.answer({"removed": name}, say("artwork_removed", console.language(), name=name), as_json=as_json)


@app.command("placeholder")
def placeholders(
    out: Annotated[Path, typer.Option(help="the folder they go to")] = Path("placeholders"), *, as_json: AsJson = False
) -> None:
    """Write the codes a designer puts where the real ones go: QR1 and QR2, each as PDF, SVG and PNG."""
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for name in placeholder.NAMES[:2]:
        for kind in placeholder.KINDS:
            path = out / f"placeholder-{name}.{kind}"
            path.write_bytes(placeholder.placeholder(name, kind))
            files.append(str(path))
    console.answer({"files": files}, say("artwork_placeholders", console.language(), folder=out), as_json=as_json)


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > artwork.LARGEST:
            raise UnreadableFile("artwork_large", limit=artwork.LARGEST >> 20)
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFile("file_missing", file=file.name) from error


def _told(found: artwork.Examined, said: tuple[Advice, ...]) -> dict[str, Any]:
    language = console.language()
    return {
        "kind": found.kind,
        "width_mm": found.width,
        "height_mm": found.height,
        "bleed_mm": found.bleed,
        "slots": [
            {"name": name, "x": code.x, "y": code.y, "side": code.side, "turn": code.turn}
            for name, code in slots(found).items()
        ],
        "fields": [{"name": one.name, "means": one.means} for one in found.fields],
        "inks": list(found.inks),
        "advice": [{"code": one.key, "stops": one.stops, "text": one.sentence(language)} for one in said],
    }


def _sentences(found: artwork.Examined, said: tuple[Advice, ...]) -> str:
    language = console.language()
    placed = [f"{name} {code.side:.1f} mm" for name, code in slots(found).items()]
    read = say(
        "artwork_read",
        language,
        wide=f"{found.width:g}",
        high=f"{found.height:g}",
        bleed=f"{found.bleed:g}",
        slots=", ".join(placed) or "-",
        fields=", ".join(one.name for one in found.fields) or "-",
    )
    lines = [f"{'✗' if one.stops else '·'} {one.sentence(language)}" for one in said]
    return "\n".join([read, *(lines or [say("artwork_clean", language)])])
