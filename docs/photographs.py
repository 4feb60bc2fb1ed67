"""How often each sign is read from a bad photograph: `python docs/photographs.py` writes the table of docs/proof.md.

Each design is printed into a book and its finished file drawn as a telephone with 1080 lines sees it from the distance
the sign is made for; then the picture is blurred, tilted, dimmed or soiled. Readers that share no code with each other
say what they read: zxing-cpp, which the proof uses too, OpenCV's (`pip install opencv-python-headless`), and zbar where
the system has its library. What they read counts only where it is the payload, byte for byte.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import math
import random
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from mpkit import emv, kit
from mpkit.kit.books.pieces import Spot
from mpkit.kit.drawing.type import POINT
from mpkit.kit.proofs.sheets import Page
from mpkit.kit.symbols import symbol

SHOTS = 16
FOCAL = 1507  # pixels: 1080 lines behind a lens of 65 degrees
FINE = 8  # pixels a module of the picture the photographs are taken of
ROUND = 0.3  # of the code's side, the sign around it that is in the picture
PAGE = Path(__file__).parent / "proof.md"
BEGIN, END = "<!-- photographs: written by docs/photographs.py -->", "<!-- /photographs -->"
Read = Callable[[Image.Image], Sequence[bytes]]


def readers() -> dict[str, Read]:
    """Every reader this machine has."""
    found: dict[str, Read] = {"zxing-cpp": _zxing}
    try:
        import cv2  # noqa: PLC0415 - only this table needs it
    except ImportError:
        print("without OpenCV: pip install opencv-python-headless")
    else:
        detector = cv2.QRCodeDetectorAruco()

        def opencv(picture: Image.Image) -> list[bytes]:
            _, texts, *_ = detector.detectAndDecodeMulti(np.asarray(picture))
            return [text.encode() for text in texts]

        found["OpenCV"] = opencv
    if (name := ctypes.util.find_library("zbar") or _loadable("libzbar.so.0")) is not None:
        found["zbar"] = _Zbar(name)
    return found


def _zxing(picture: Image.Image) -> list[bytes]:
    return [code.bytes for code in zxingcpp.read_barcodes(np.asarray(picture), formats=zxingcpp.BarcodeFormat.QRCode)]


def _loadable(name: str) -> str | None:
    try:
        ctypes.CDLL(name)
    except OSError:
        return None
    return name


class _Zbar:
    """The C library's image scanner."""

    def __init__(self, name: str) -> None:
        self.library = ctypes.CDLL(name)
        for each in ("image_scanner_create", "image_create", "image_first_symbol", "symbol_next", "symbol_get_data"):
            getattr(self.library, f"zbar_{each}").restype = ctypes.c_void_p
        self.scanner = ctypes.c_void_p(self.library.zbar_image_scanner_create())

    def __call__(self, picture: Image.Image) -> list[bytes]:
        content, library = picture.tobytes(), self.library
        image = ctypes.c_void_p(library.zbar_image_create())
        library.zbar_image_set_format(image, ctypes.c_ulong(int.from_bytes(b"Y800", "little")))
        library.zbar_image_set_size(image, *picture.size)
        library.zbar_image_set_data(image, content, ctypes.c_ulong(len(content)), None)
        library.zbar_scan_image(self.scanner, image)
        found, each = [], library.zbar_image_first_symbol(image)
        while each:
            length = library.zbar_symbol_get_data_length(ctypes.c_void_p(each))
            found.append(ctypes.string_at(library.zbar_symbol_get_data(ctypes.c_void_p(each)), length))
            each = library.zbar_symbol_next(ctypes.c_void_p(each))
        library.zbar_image_destroy(image)
        return found


def seen(picture: Image.Image, scale: float, chance: random.Random, *, tilt: float, blur: float) -> Image.Image:
    """The picture from where the telephone is held: a little off the pixels' grid and turned, tilted, out of focus."""
    side = math.ceil(picture.width * scale)
    roll, yaw, pitch = (math.radians(chance.uniform(-most, most)) for most in (8, tilt, tilt))
    if tilt:  # as far as it was said, in one direction or another
        yaw, pitch = math.radians(tilt) * math.cos(at := chance.uniform(0, 6.283)), math.radians(tilt) * math.sin(at)
    away, ends = 4.0, []  # distance in half sides
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        across, down = x * math.cos(roll) - y * math.sin(roll), x * math.sin(roll) + y * math.cos(roll)
        depth = away + across * math.sin(yaw) + down * math.sin(pitch)
        ends.append((across * math.cos(yaw) * away / depth, down * math.cos(pitch) * away / depth))
    room = side * 1.3
    to = [(room / 2 + x * side / 2 + chance.random(), room / 2 + y * side / 2 + chance.random()) for x, y in ends]
    corners = [(0, 0), (picture.width, 0), (picture.width, picture.height), (0, picture.height)]
    soft = picture.filter(ImageFilter.GaussianBlur(0.45 / scale)) if scale < 1 else picture  # a pixel is an area
    flat = soft.transform((int(room),) * 2, Image.Transform.PERSPECTIVE, _plane(to, corners), Image.Resampling.BICUBIC,
                          fillcolor=200)  # fmt: skip
    return flat.filter(ImageFilter.GaussianBlur(blur)) if blur else flat


def _plane(to: Sequence[tuple[float, float]], corners: Sequence[tuple[float, float]]) -> list[float]:
    """The eight numbers that lead from a point of the photograph to one of the picture."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(to, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    found: list[float] = np.linalg.solve(np.array(rows), np.array(wanted)).tolist()
    return found


def dimmed(picture: Image.Image, chance: random.Random, light: float) -> Image.Image:
    """Little light, and the noise of a sensor that has to make do with it."""
    noise = np.random.default_rng(chance.randrange(2**32)).normal(0, 6, (picture.height, picture.width))
    return Image.fromarray(np.clip(np.asarray(picture) * light + 8 + noise, 0, 255).astype(np.uint8))


def soiled(
    picture: Image.Image, code: tuple[float, float, float, float], chance: random.Random, part: float
) -> Image.Image:
    """Spots, dark and light, until they hide so much of the code; the rest of the picture stays clean."""
    stained, hidden = picture.copy(), Image.new("1", picture.size)
    left, top, right, bottom = code
    while np.asarray(hidden).sum() < part * (right - left) * (bottom - top):
        radius = chance.uniform(0.008, 0.03) * (right - left)
        x, y = chance.uniform(left + radius, right - radius), chance.uniform(top + radius, bottom - radius)
        spot = (x - radius, y - radius, x + radius, y + radius)
        ImageDraw.Draw(stained).ellipse(spot, fill=chance.choice((70, 90, 235)))
        ImageDraw.Draw(hidden).ellipse(spot, fill=1)
    return stained


WAYS = ("as it is", "blurred", "tilted 30°", "dimmed", "soiled 5 %", "soiled 10 %", "all but soiled")


def photograph(picture: Image.Image, way: str, scale: float, chance: random.Random) -> Image.Image:
    """The sign, photographed in one of the ways."""
    if way.startswith("soiled"):
        edge = picture.width * ROUND / (1 + 2 * ROUND)
        inside = (edge, edge, picture.width - edge, picture.height - edge)
        picture = soiled(picture, inside, chance, float(way.split()[1]) / 100)
    every = way == "all but soiled"
    tilt = 30.0 if way.startswith("tilted") else 20.0 if every else 0.0
    taken = seen(picture, scale, chance, tilt=tilt, blur=1.5 if way == "blurred" else 0.8 if every else 0.0)
    return dimmed(taken, chance, 0.25 if way == "dimmed" else 0.5) if every or way == "dimmed" else taken


def subject() -> kit.Subject:
    """A register of an invented shop in Argentina."""
    code = emv.build([
        ("00", "01"), ("01", "11"), ("43", [("00", "com.mercadolibre"), ("01", "https://mpago.la/pos/104268001")]),
        ("50", [("00", "30123456780")]), ("52", "9700"), ("53", "032"), ("58", "AR"),
        ("59", "FARMACIAS DEL PLATA SA"), ("60", "CAPITAL FEDERAL"),
    ])  # fmt: skip
    return kit.Subject(
        account="1", site="MLA", test=False, payload=code, pos_id="1", external_id="SUC0001CAJA01", register="Caja 1",
        store="Farmacia Plaza", store_external_id="SUC0001",
    )  # fmt: skip


def picture_of(design: kit.Design, one: kit.Subject, folder: Path) -> tuple[Image.Image, kit.Book]:
    """The code of a finished sign and what stands around it, finely drawn in grey, mirrors seen from behind."""
    order = kit.Order(design, kit.paper("alone"), "es", design.name, "", datetime.now(UTC), least="C")
    made = kit.make(
        order, [one], folder=folder, fresh=lambda: {one.pos_id: one.payload}, serials=lambda n: range(1, n + 1),
        seal=lambda purpose: lambda text: hashlib.sha256((purpose + text).encode()).hexdigest(),
    )  # fmt: skip
    spot: Spot = made.manifest.pieces[0].codes[0]
    module = spot.code.width / symbol.side_of(made.manifest.version)
    page = Page(pdfium.PdfDocument(made.files[0])[0], 0, FINE / module * POINT)
    edge = spot.code.width * ROUND
    cut = page.cut(spot.code.x - edge, spot.code.y - edge, spot.code.width + 2 * edge)
    picture = Image.fromarray(cut[:, :, ::-1]).convert("L").rotate(-spot.turn)
    return (picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if design.mirror else picture), made


def main() -> None:
    """Take the photographs, read them, write the table."""
    known, one = readers(), subject()
    lines = [
        f"{SHOTS} photographs a cell, each from another place; percent read by {' / '.join(known)}.", "",
        f"| sign | made for | pixels a module | {' | '.join(WAYS)} |", "|---" * (3 + len(WAYS)) + "|",
    ]  # fmt: skip
    for design in kit.designs():
        if design.code is None:
            continue
        with tempfile.TemporaryDirectory() as folder:
            picture, made = picture_of(design, one, Path(folder))
        module = design.code_side / symbol.side_of(made.manifest.version)
        scale = FOCAL * module / design.distance / FINE
        cells = []
        for way in WAYS:
            chance = random.Random(f"{design.name} {way}")  # noqa: S311 - the same photographs each time
            shots = [photograph(picture, way, scale, chance) for _ in range(SHOTS)]
            right = [sum(one.payload.encode() in read(shot) for shot in shots) for read in known.values()]
            cells.append(" / ".join(str(round(100 * n / SHOTS)) for n in right))
        lines.append(f"| `{design.name}` | {design.distance:g} mm | {FINE * scale:.1f} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + BEGIN + "\n\n" + "\n".join(lines) + "\n\n" + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
