"""A merchant's colours, logo and texts, and a mood, come in; the ink of every role of a design goes out.

A mood (`templates/moods/<name>.json`) says which of a few inks each role takes; the brand says what those inks are.
Ours is used where a merchant has chosen nothing. The code itself is always black on white and no brand changes it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, StringConstraints

from mpkit.errors import Refused
from mpkit.kit.drawing.boxes import Role, Strict
from mpkit.kit.drawing.family import OURS, Family, family_of
from mpkit.kit.drawing.shelves import read, shelves
from mpkit.kit.drawing.vector import pictured

_PART = Annotated[float, Field(ge=0, le=1)]
Colour = tuple[_PART, _PART, _PART, _PART]  # cyan, magenta, yellow, black
Screen = Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$", to_upper=True)]
Ink = Literal["paper", "ink", "soft", "tint", "line", "accent", "on_accent", "second", "alert"]
FileName = Annotated[str, StringConstraints(pattern=r"^([a-z][\w-]{0,60}\.(png|jpg|pdf|ttf))?$")]
Text = Annotated[str, StringConstraints(max_length=60, strip_whitespace=True)]
BRAND = "brand.json"
_READABLE = 4.5  # contrast of text (WCAG 2.2, 1.4.3)
_VISIBLE = 3.0  # contrast of large type and pictures (WCAG 2.2, 1.4.11)
_HEAVY = 3.0  # 300 % of ink: what coated paper takes


@dataclass(frozen=True, slots=True)
class Paint:
    """One colour twice: as inks for a press and as light for a screen and an office printer."""

    inks: Colour
    screen: str

    @property
    def light(self) -> tuple[float, float, float]:
        """Red, green and blue, 0 to 1."""
        red, green, blue = (int(self.screen[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return red, green, blue


_FIXED: Mapping[str, Paint] = {
    "paper": Paint((0, 0, 0, 0), "#FFFFFF"),
    "ink": Paint((0, 0, 0, 1), "#1C2230"),
    "soft": Paint((0, 0, 0, 0.72), "#5B6270"),
    "tint": Paint((0.03, 0.03, 0.07, 0), "#F6F4EE"),
    "line": Paint((0.1, 0.1, 0.16, 0.06), "#E3DFD4"),
    "alert": Paint((0, 0.8, 1, 0.08), "#D9480F"),
}


class Mood(Strict):
    """Which ink each role takes; a role without one is not drawn."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
    title: dict[Literal["es", "pt", "en"], str]
    roles: dict[Role, Ink | None]


class Brand(Strict):
    """What a merchant chose once for all signs; `logo` is the name of a file beside it."""

    accent: Screen = "#0F766E"
    second: Screen = "#F2B233"
    accent_inks: Colour | None = None  # as the brand's own manual gives them; else made from the screen colour
    second_inks: Colour | None = None
    mood: str = "band"
    tagline: Text = ""
    footnote: Text = ""
    logo: FileName = ""
    regular: FileName = ""  # the merchant's own font; both weights or none
    semibold: FileName = ""


@dataclass(frozen=True, slots=True)
class Dress:
    """The ink of every role, what stands on the signs beside the words of mpkit, and the logo's bytes."""

    mood: str
    colours: Mapping[Role, Paint | None]
    tagline: str = ""
    footnote: str = ""
    logo: bytes = field(default=b"", repr=False)  # a picture, of a drawing too
    family: Family = OURS
    drawing: bytes = field(default=b"", repr=False)  # the logo as one form in a PDF, where it was drawn with lines

    def mark(self) -> str:
        """What tells two dresses apart, for pictures that are kept."""
        said = (self.mood, sorted(self.colours.items()), self.tagline, self.footnote, self.family.digest)
        return sha256(repr(said).encode() + self.logo).hexdigest()[:16]

    def meant(self, condition: str) -> bool:
        """Whether a condition of a box holds that the brand decides; others always do."""
        return {
            "logo": bool(self.logo),
            "nologo": not self.logo,
            "tagline": bool(self.tagline),
            "notagline": not self.tagline,
            "footnote": bool(self.footnote),
            "nofootnote": not self.footnote,
        }.get(condition, True)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the colours that will not look or read well; `key` names the sentence."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def moods(overlay: Path | None = None) -> tuple[Mood, ...]:
    """All moods, ours in the order they were made; those of `overlay` (the data folder) replace ours."""
    names = {path.stem for folder in shelves("moods", overlay) for path in folder.glob("*.json")}
    first = ("band", "plain", "full")
    return tuple(mood(name, overlay) for name in sorted(names, key=lambda n: (first.index(n) if n in first else 9, n)))


def mood(name: str, overlay: Path | None = None) -> Mood:
    """The mood of that name; `Refused` where there is none or its file is not right."""
    for folder in shelves("moods", overlay):
        path = folder / f"{name}.json"
        if path.parent == folder and path.is_file():
            return read(path, Mood)
    known = sorted({path.stem for folder in shelves("moods", overlay) for path in folder.glob("*.json")})
    raise Refused("kit_no_mood", name=name, known=", ".join(known))


def brand(folder: Path) -> Brand:
    """The brand kept in a folder; ours where nothing was chosen."""
    path = folder / BRAND
    return read(path, Brand) if path.is_file() else Brand()


def keep(folder: Path, chosen: Brand) -> None:
    """Write a brand into its folder, whole or not at all; the logo and the font it had before go with it."""
    before = brand(folder)
    _write(folder, BRAND, json.dumps(chosen.model_dump(mode="json"), ensure_ascii=False, indent=1).encode())
    for name in {before.logo, before.regular, before.semibold} - {chosen.logo, chosen.regular, chosen.semibold, ""}:
        (folder / name).unlink(missing_ok=True)


def _write(folder: Path, name: str, content: bytes) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = folder / f".{name}.{os.getpid()}"
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(folder / name)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise Refused("kit_not_written", where=str(folder), why=error.strerror or str(error)) from error


def store(folder: Path, content: bytes, ending: str = "") -> str:
    """Keep a checked file beside the brand, named by its content; answers the name."""
    ending = ending or ("pdf" if content.startswith(b"%PDF") else "png")
    name = f"{'font' if ending == 'ttf' else 'logo'}-{sha256(content).hexdigest()[:16]}.{ending}"
    _write(folder, name, content)
    return name


def dress(chosen: Brand | None = None, overlay: Path | None = None, *, folder: Path | None = None) -> Dress:
    """A brand in its mood; `folder` is where its logo's file lies."""
    chosen = chosen or Brand()
    inks = palette(chosen)
    roles = mood(chosen.mood, overlay).roles
    colours: dict[Role, Paint | None] = {}
    for role, ink in roles.items():
        colours[role] = inks[ink] if ink else None
    colours |= {"paper": inks["paper"], "ink": inks["ink"], "alert": inks["alert"]}
    logo, regular, semibold = (_kept(folder, name) for name in (chosen.logo, chosen.regular, chosen.semibold))
    family = family_of(regular, semibold) if regular and semibold else OURS
    drawing = logo if chosen.logo.endswith(".pdf") else b""
    logo = pictured(drawing) if drawing else logo
    return Dress(chosen.mood, colours, chosen.tagline, chosen.footnote, logo, family, drawing)


def _kept(folder: Path | None, name: str) -> bytes:
    """A file of the brand; nothing where none was chosen."""
    if folder is None or not name:
        return b""
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise Refused("brand_file_gone", name=name) from error


def folder_of(data: Path, account: str) -> Path:
    """Where the brand of an account is kept."""
    return data / "brands" / account


def worn(data: Path, account: str, mood_name: str = "") -> Dress:
    """How an account's signs are dressed: the brand kept for it, in its own mood unless another is named."""
    folder = folder_of(data, account)
    chosen = brand(folder)
    if mood_name:
        chosen = chosen.model_copy(update={"mood": mood_name})
    return dress(chosen, data, folder=folder)


def palette(chosen: Brand) -> Mapping[str, Paint]:
    """The inks of a brand; type on the accent is white where that reads, else black."""
    accent = Paint(chosen.accent_inks or _OURS.get(chosen.accent) or inks_of(chosen.accent), chosen.accent)
    second = Paint(chosen.second_inks or _OURS.get(chosen.second) or inks_of(chosen.second), chosen.second)
    on = _FIXED["paper"] if contrast(accent, _FIXED["paper"]) >= _READABLE else _FIXED["ink"]
    return {**_FIXED, "accent": accent, "second": second, "on_accent": on}


# Our own two colours, mixed for a press by hand: a formula makes the green dull.
_OURS: Mapping[str, Colour] = {"#0F766E": (0.96, 0.27, 0.55, 0.2), "#F2B233": (0.0, 0.3, 0.92, 0.02)}


def remarks(chosen: Brand) -> tuple[Remark, ...]:
    """What is to be said about the colours of a brand before anything is printed."""
    found = []
    inks = palette(chosen)
    if (on := contrast(inks["accent"], inks["on_accent"])) < _READABLE:
        found.append(Remark("brand_verb_faint", {"ratio": f"{on:.1f}"}))
    if (white := contrast(inks["accent"], inks["paper"])) < _VISIBLE:
        found.append(Remark("brand_accent_faint", {"ratio": f"{white:.1f}"}))
    heaviest = max(sum(inks[name].inks) for name in ("accent", "second"))
    if heaviest > _HEAVY:
        found.append(Remark("brand_ink_heavy", {"share": f"{heaviest * 100:.0f}"}))
    return tuple(found)


def contrast(one: Paint, other: Paint) -> float:
    """The contrast of two colours (WCAG 2.2), 1 to 21."""
    dark, light = sorted(map(float, luminance(np.array([one.light, other.light]))))
    return (light + 0.05) / (dark + 0.05)


def inks_of(screen: str) -> Colour:
    """The inks of a screen colour (`#0F766E`), black taken out of the three as far as it goes."""
    red, green, blue = Paint((0, 0, 0, 0), screen).light
    light = max(red, green, blue)
    if light == 0:
        return 0, 0, 0, 1
    return round(1 - red / light, 3), round(1 - green / light, 3), round(1 - blue / light, 3), round(1 - light, 3)


def luminance(light: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How bright colours are (WCAG 2.2): rows of red, green and blue from 0 to 1 in, 0 to 1 out."""
    linear = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB
    found: npt.NDArray[np.float64] = linear @ np.array([0.2126, 0.7152, 0.0722])
    return found
