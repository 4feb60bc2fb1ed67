"""The pictures of the gallery: every design comes in, contact sheets for each country, language, mood and brand go out.

`python docs/gallery.py` draws them anew into `docs/pictures/signs`; `docs/signs.md` shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from mpkit import emv, kit
from mpkit.sites import SITES

FOLDER = Path(__file__).parent / "pictures" / "signs"
ORDER = (
    "sticker-50", "sticker-70", "sticker-70x100", "sticker-100", "card-86x54", "door-150",
    "decal-a6", "tent-a6", "tent-a5", "poster-a5", "poster-a4",
)  # fmt: skip
GROUND, GAP, COLUMNS, COLOURS = (222, 219, 210), 14, 6, 96
SCALE = 1.75  # pixels a millimetre
MOST = 200  # pixels of the widest picture
LONG = "Supermercado Avenida Libertador II"
LANGUAGES = ("es", "pt", "en")


def subject(site: str = "MLA", *, pix: bool = True, **changes: object) -> kit.Subject:
    """An invented register of a country, in Brazil with Pix unless told otherwise."""
    here = SITES[site]
    key = ("26", [("00", "br.gov.bcb.pix"), ("25", f"pix-qr.mercadopago.com/instore/p/v2/{7:032x}")])
    payload = emv.build(
        [
            ("00", "01"),
            ("01", "11"),
            *([key] if here.country == "BR" and pix else []),
            ("43", [("00", "com.mercadolibre"), ("01", "https://mpago.la/pos/0000007")]),
            ("52", "9700"),
            ("53", here.currency_number),
            ("58", here.country),
            ("59", "COMERCIO DE EXEMPLO" if here.country == "BR" else "COMERCIO DE EJEMPLO"),
            ("60", here.name.upper()),
        ]
    )
    made = kit.Subject(
        account="1",
        site=site,
        test=False,
        payload=payload,
        pos_id="7",
        external_id="SUC0012CAJA03",
        register="Caixa 3" if here.country == "BR" else "Caja 3",
        store="Loja Centro" if here.country == "BR" else "Sucursal Centro",
        address="Rua das Flores 1234" if here.country == "BR" else "Av. San Martín 1234",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def logo() -> bytes:
    """A mark of nobody's, for signs with a logo."""
    picture = Image.new("RGBA", (640, 320))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((10, 10, 310, 310), fill="#C8442B")
    draw.rounded_rectangle((350, 60, 630, 140), 40, fill="#23395B")
    draw.rounded_rectangle((350, 180, 560, 260), 40, fill="#23395B")
    content = BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def face(name: str, one: kit.Subject, worn: kit.Dress, language: str = "") -> Image.Image:
    """One sign as a customer sees it."""
    design = kit.design(name)
    wide = round(min(design.width * SCALE, MOST))
    drawn = kit.preview_png(design, one, wide * 3, language=language, worn=worn, seen=True)
    picture = Image.open(BytesIO(drawn)).convert("RGB")
    return picture.resize((wide, round(wide * design.height / design.width)), Image.Resampling.LANCZOS)


def sheet(pictures: Sequence[Image.Image], columns: int = COLUMNS) -> Image.Image:
    """Pictures in rows, standing on one line."""
    rows = [pictures[at : at + columns] for at in range(0, len(pictures), columns)]
    wide = max(sum(one.width + GAP for one in row) for row in rows) + GAP
    whole = Image.new("RGB", (wide, sum(max(one.height for one in row) + GAP for row in rows) + GAP), GROUND)
    top = GAP
    for row in rows:
        left, high = GAP, max(one.height for one in row)
        for one in row:
            whole.paste(one, (left, top + high - one.height))
            left += one.width + GAP
        top += high + GAP
    return whole


def family(one: kit.Subject, worn: kit.Dress, language: str = "") -> Image.Image:
    """All designs of one register."""
    return sheet([face(name, one, worn, language) for name in ORDER])


def keep(name: str, picture: Image.Image) -> None:
    """Write a picture small: few colours are enough for signs."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


def sheets() -> Iterable[tuple[str, Image.Image]]:
    """Every sheet by the name of its file."""
    plain = kit.dress()
    for site in SITES.values():
        for language in LANGUAGES:
            name = f"country-{site.country.lower()}" + ("" if language == site.language[:2] else f"-{language}")
            yield name, family(subject(site.id), plain, language)
    yield "no-pix", family(subject("MLB", pix=False), plain)
    yield "waits", family(subject("MLM", waits_for_order=True), plain)
    for mood in ("plain", "full"):  # the band is what every other sheet shows
        yield f"mood-{mood}", family(subject(), kit.dress(kit.Brand(mood=mood)))
    brand = kit.Brand(
        accent="#23395B", second="#C8442B", tagline="Desde 1952 en tu barrio", footnote="0800 000 0000 · ejemplo.com"
    )
    worn = replace(kit.dress(brand), logo=logo())
    yield "brand", family(subject(store=LONG, address="Avenida del Libertador 12345, San Miguel"), worn)
    yield "grey", family(subject(store=LONG), plain).convert("L").convert("RGB")
    yield "rehearsal", family(subject(test=True), plain)


def main() -> None:
    """Draw everything anew."""
    for name, picture in sheets():
        keep(name, picture)
    for name in ORDER:
        keep(name, face(name, subject(), kit.dress()))


if __name__ == "__main__":
    main()
