"""Signs: coded, drawn one counter sticker a page against the common recipe, proven, and what memory a long run takes.

Baselines: `qrcode` itself for the symbols; for pages its PIL image (its defaults), `drawImage`, and the background (two
fields, ten lines of text) drawn again on each page with reportlab's own calls; for proofs the bare drawing of the same
pages. Our figures hold judging, the same texts, kerned, pictograms and bleed besides. All is processor time.

`python bench/signs.py --pages 10000 --most 20000`: signs of the run, and of the longest run whose memory is measured.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pypdfium2 as pdfium
import qrcode
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from mpkit import emv, kit
from mpkit.kit.books import parts
from mpkit.kit.books.manifest import expected
from mpkit.kit.printing import pdf
from mpkit.kit.printing.paper import grid
from mpkit.kit.printing.papers import changed
from mpkit.kit.proofs import prover
from mpkit.kit.proofs.looking import Look
from mpkit.kit.proofs.planned import questions
from mpkit.kit.signs.subject import words
from mpkit.kit.signs.wording import Wording
from mpkit.kit.symbols import symbol
from mpkit.kit.symbols.ink import Manner
from mpkit.kit.symbols.segments import VERSION_CLASSES, split
from mpkit.sites import SITES

MM = 72 / 25.4


def subjects(count: int, site: str = "MLA") -> list[kit.Subject]:
    """Registers of an invented chain: of Argentina, or of Brazil, whose codes have 240 bytes."""
    here, tills = SITES[site], ("Caja 1", "Caja 2", "Caja 3")
    made = []
    for n in range(count):
        pix = ("26", [("00", "br.gov.bcb.pix"), ("25", f"pix-qr.mercadopago.com/instore/p/v2/{n * 7919:032x}")])
        payload = emv.build(
            [
                ("00", "01"),
                ("01", "11"),
                *([pix] if here.country == "BR" else []),
                ("43", [("00", "com.mercadolibre"), ("01", f"https://mpago.la/pos/{104268000 + n}")]),
                ("50", [("00", "30123456780")]),
                ("52", "9700"),
                ("53", here.currency_number),
                ("58", here.country),
                ("59", "FARMACIAS DEL PLATA SA"),
                ("60", "CAPITAL FEDERAL"),
            ]
        )
        if n % 3 == 0:  # three registers a branch
            branch = f"Farmacia {n // 3}", f"SUC{n // 3:05d}"
        names = f"{branch[1]}CAJA{n % 3:02d}", tills[n % 3], *branch
        made.append(kit.Subject("1", site, False, payload, str(n), *names))  # noqa: FBT003 - a real account
    return made


def ours(chosen: list[kit.Subject], folder: Path, manner: Manner = "path") -> int:
    """Judge, encode, draw, write: what `mpkit kit` does before the proof, in one process; the bytes written."""
    design = kit.design("sticker-70x100")
    paper = changed(kit.paper("alone"), {"symbol": manner})
    sheet, printing = grid(paper, design), pdf.Printing(paper, total=len(chosen))
    ready = kit.prepare(chosen, design, "es")
    pieces = [
        parts.Numbered(at, kit.Piece(one, f"N.º {at:06d}", "7K4M9QXT")) for at, one in enumerate(ready.subjects, 1)
    ]
    files = list(parts.parts(pieces, "", printing, sheet))
    press = parts.Press(Wording(design, "es"), sheet, ready.level, ready.version, printing)
    size = 0
    for at, file in enumerate(parts.drawn(press, [f"{n}.pdf" for n in range(len(files))], files, 1)):
        (folder / f"ours-{at}.pdf").write_bytes(file.pdf)
        size += len(file.pdf)
    return size


def common(chosen: list[kit.Subject], folder: Path) -> int:
    """The recipe most programs have; the bytes written."""
    file = folder / "common.pdf"
    kept, rl_config.useA85 = rl_config.useA85, 1  # the library's default
    canvas = Canvas(str(file), pagesize=(76 * MM, 106 * MM), pageCompression=1)
    for at, one in enumerate(chosen):
        said = words(one, "es") | {"serial": f"N. {at:06d}", "check": "7K4M9QXT"}
        canvas.setFillColorRGB(0.06, 0.46, 0.43)
        canvas.rect(0, 84 * MM, 76 * MM, 22 * MM, stroke=0, fill=1)
        canvas.setFillColorRGB(0.96, 0.96, 0.93)
        canvas.rect(0, 0, 76 * MM, 26 * MM, stroke=0, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        for line, name in enumerate((*("verb", "wallets", "step1", "step2", "step3", "payee_says", "payee"), "help")):
            canvas.setFont("Helvetica", 24 if name == "verb" else 8)
            canvas.drawCentredString(38 * MM, (92 - line * 3) * MM, said[name])
        canvas.drawString(8 * MM, 8 * MM, f"{said['store']} - {said['register']}")
        canvas.drawString(8 * MM, 5 * MM, f"{said['external_id']} {said['serial']} {said['check']}")
        image = qrcode.make(one.payload).get_image()
        canvas.drawImage(ImageReader(image), 17 * MM, 30 * MM, 41 * MM, 41 * MM)
        canvas.showPage()
    canvas.save()
    rl_config.useA85 = kept
    return file.stat().st_size


def coded_symbols(chosen: list[kit.Subject]) -> None:
    """Symbols of every level made by us and by the library from the same segments; the matrices must be the same."""
    contents = [one.content for one in chosen]
    for level in symbol.LEVELS:
        version = symbol.one_version(contents, level)
        made: dict[str, list[object]] = {}

        def library(level: str = level, version: int = version, made: dict[str, list[object]] = made) -> None:
            made["qrcode"] = [reference(content, level, version) for content in contents]

        def batch(level: str = level, version: int = version, made: dict[str, list[object]] = made) -> None:
            made["mpkit"] = [one.matrix.tolist() for one in symbol.encode_all(contents, level, version)]

        seconds = {"mpkit": min(cost(batch) for _ in range(3)), "qrcode": cost(library)}
        if made["mpkit"] != made["qrcode"]:
            raise SystemExit(1)
        ratio = seconds["qrcode"] / seconds["mpkit"]
        each = " · ".join(f"{name} {took / len(contents) * 1e3:.2f} ms" for name, took in seconds.items())
        print(f"symbols, version {version}-{level}, identical: {each}")
        print(f"  ratio vs baseline, qrcode: {ratio:.1f} times as fast (wanted: 20)")


def reference(content: bytes, level: str, version: int) -> list[list[bool]]:
    """The library's own symbol of the same segments."""
    code = qrcode.QRCode(version=version, error_correction=symbol.LEVELS[level], border=0)
    index = next(at for at, versions in enumerate(VERSION_CLASSES) if version in versions)
    for each in symbol.as_library_data(split(content, index)[0]):
        code.add_data(each, optimize=0)
    code.make(fit=False)
    return [[bool(cell) for cell in row] for row in code.modules]


def run(count: int, folder: Path) -> None:
    """Pages of signs, as a path and as a mask, against the common recipe: processor time and bytes."""
    chosen = subjects(count, "MLB")
    took: dict[str, float] = {}
    size: dict[str, int] = {}

    def drawn_as(name: str, way: Callable[[], int]) -> None:
        took[name] = cost(lambda: size.__setitem__(name, way()))

    drawn_as("path", lambda: ours(chosen, folder))
    drawn_as("mask", lambda: ours(chosen, folder, "mask"))
    drawn_as("common recipe", lambda: common(chosen, folder))
    print(f"{count:,} Brazilian stickers, one a page, from registers to files")
    for name, seconds in took.items():
        print(f"  {name:<14} {seconds / count * 1e3:7.3f} ms  {size[name] / count:8,.0f} bytes a sign")
    for name, least in (("path", 5), ("mask", 8)):
        time_ratio, size_ratio = took["common recipe"] / took[name], size["common recipe"] / size[name]
        print(f"  ratio vs baseline, as a {name}: {time_ratio:.1f} times as fast (wanted: 30)", end=", ")
        print(f"{size_ratio:.1f} times as small (wanted: {least})")


def peak(process: Path = Path("/proc/self")) -> int:
    """Kilobytes a process held at most; what it was before it became this program does not count."""
    said = process / "status"
    if said.is_file():
        return int(next(line.split()[1] for line in said.read_text().splitlines() if line.startswith("VmHWM")))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def memory(most: int) -> None:
    """The largest memory of whole runs, proof and lists included, each in a process of its own; of its children too."""
    peaks: dict[int, list[float]] = {}
    for count in (1000, most):
        asked = [sys.executable, __file__, "--run", str(count)]
        ended = subprocess.run(asked, capture_output=True, text=True, check=True)
        own, child = peaks[count] = [int(text) / 1024 for text in ended.stdout.split()]
        print(
            f"memory of a book of {count:,} signs, one a page: {own:,.0f} MB at most, {child:,.0f} MB any child of it"
        )
    own, child = (large / small for large, small in zip(peaks[most], peaks[1000], strict=True))
    print(f"  ratio vs baseline, the smaller run: {own:.2f}, its children {child:.2f} (wanted: at most 1.2)")


def children(over: threading.Event, found: list[int]) -> None:
    """The most kilobytes any child of this process held, looked at until it is `over`."""
    while not over.wait(0.1):
        for listed in Path("/proc/self/task").glob("*/children"):
            for child in listed.read_text().split():
                with suppress(OSError, StopIteration):  # it has ended meanwhile
                    found[0] = max(found[0], peak(Path("/proc") / child))


def book(chosen: list[kit.Subject], sign: str, paper: str, folder: Path, workers: int = 2) -> kit.Book:
    """A whole book, proven."""
    return kit.make(
        kit.Order(kit.design(sign), kit.paper(paper), "es", f"bench-{sign}", "", datetime.now(UTC), workers=workers),
        chosen,
        folder=folder / sign,
        fresh=lambda: {one.pos_id: one.payload for one in chosen},
        serials=lambda n: range(1, n + 1),
        seal=lambda purpose: lambda text: hashlib.sha256((purpose + text).encode()).hexdigest(),
    )


def main() -> None:
    """Each figure in its turn; or, in a child, one run and its peak in kilobytes."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--pages", type=int, default=500)
    asked.add_argument("--most", type=int, default=3000)
    asked.add_argument("--run", type=int, default=0)
    asked.add_argument("--sign", default="sticker-50")
    asked.add_argument("--paper", default="alone")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if wanted.run:
            over, most = threading.Event(), [0]
            watch = threading.Thread(target=children, args=(over, most))
            watch.start()
            book(subjects(wanted.run), wanted.sign, wanted.paper, Path(folder))
            over.set()
            watch.join()
            print(peak(), most[0])
            return
        coded_symbols(subjects(100))
        run(wanted.pages, Path(folder))
        for sign, paper in (("sticker-50", "a4"), ("sticker-70x100", "a4"), ("poster-a5", "alone")):
            proven(subjects(400), sign, paper, Path(folder))
        memory(wanted.most)


def proven(chosen: list[kit.Subject], sign: str, paper: str, folder: Path) -> None:
    """What the look at a book's file costs beside the bare drawing of its pages, as processor time of this process."""
    made = book(chosen, sign, paper, folder)
    codes = expected(made.manifest, made.files[0].name, {one.pos_id: one.payload for one in chosen})
    question = Look(made.files[0], partial(questions, codes), (), 300, last=len(chosen)).question()
    seconds = {
        "proof": min(cost(lambda: prover.look(question)) for _ in range(3)),
        "bare drawing": min(cost(lambda: drawn(made.files[0])) for _ in range(3)),
    }
    each = {name: took / len(chosen) * 1e3 for name, took in seconds.items()}
    ratio = each["proof"] / each["bare drawing"]
    grade = made.proofs[0].grade
    print(f"proof of {len(chosen):,} {sign} on {paper}: {each['proof']:.2f} ms of CPU a piece, grade {grade}")
    print(f"  ratio vs baseline, bare drawing of the same pages at 300 dpi: {ratio:.2f} (wanted: 2, or 3 ms a piece)")
    if made.proofs[0].matched != len(chosen):
        raise SystemExit(1)


def drawn(file: Path) -> None:
    """Every page as pixels, and nothing done with them."""
    document = pdfium.PdfDocument(file)
    for page in document:
        page.render(scale=300 / 72).to_numpy()


def cost(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


if __name__ == "__main__":
    main()
