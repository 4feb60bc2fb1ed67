"""Signs drawn: one counter sticker a page, against the common recipe, and the proof that every one can be read.

Baseline: `qrcode`'s PIL image (its defaults), `drawImage`, and the background (two fields, ten lines of text) drawn
again on each page with reportlab's own calls. Our figure holds the same texts, kerned, pictograms and bleed besides.

`python bench/signs.py --count 500`: how many signs.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2 as pdfium
import qrcode
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from timing import fastest, report

from mpkit import emv, kit
from mpkit.kit import pdf, prover
from mpkit.kit.ink import Manner
from mpkit.kit.looking import Look, coded
from mpkit.kit.manifest import expected
from mpkit.kit.paper import grid
from mpkit.kit.planned import questions
from mpkit.kit.sign import stamped
from mpkit.kit.subject import words
from mpkit.kit.symbol import encode_all
from mpkit.kit.wording import Wording

MM = 72 / 25.4


def subjects(count: int) -> list[kit.Subject]:
    """Registers of an invented chain."""
    made = []
    for n in range(count):
        payload = emv.build(
            [
                ("00", "01"),
                ("01", "11"),
                ("43", [("00", "com.mercadolibre"), ("01", f"https://mpago.la/pos/{104268000 + n}")]),
                ("50", [("00", "30123456780")]),
                ("52", "9700"),
                ("53", "032"),
                ("58", "AR"),
                ("59", "FARMACIAS DEL PLATA SA"),
                ("60", "CAPITAL FEDERAL"),
            ]
        )
        made.append(
            kit.Subject("1", "MLA", False, payload, str(n), f"SUC{n:04d}CAJA01", "Caja 1", f"Farmacia {n}")  # noqa: FBT003 - a real account
        )
    return made


def ours(chosen: list[kit.Subject], file: Path, manner: Manner = "path") -> None:
    """Judge, encode, draw: what `mpkit kit` does before the proof, in one process."""
    design, sheet = kit.design("sticker-70x100"), grid(kit.paper("alone"), kit.design("sticker-70x100"))
    ready = kit.prepare(chosen, design, "es")
    symbols = encode_all([one.content for one in ready.subjects], ready.level, ready.version)
    signs = [
        pdf.Placed(kit.Piece(one, f"N.º {at:06d}", "7K4M9QXT"), stamped(symbol, manner), at, 0)
        for at, (one, symbol) in enumerate(zip(ready.subjects, symbols, strict=True))
    ]
    pdf.write(file, signs, Wording(design, "es"), sheet, title="bench")


def common(chosen: list[kit.Subject], file: Path) -> None:
    """The recipe most programs have."""
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


def main() -> None:
    """Draw both ways in turn, prove ours, print."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--count", type=int, default=150)
    asked.add_argument("--rounds", type=int, default=3)
    chosen_ = asked.parse_args()
    chosen = subjects(chosen_.count)
    with tempfile.TemporaryDirectory() as folder:
        files = {"mpkit": Path(folder) / "ours.pdf", "common recipe": Path(folder) / "common.pdf"}
        seconds = fastest(
            {
                "mpkit": lambda: ours(chosen, files["mpkit"]),
                "common recipe": lambda: common(chosen, files["common recipe"]),
            },
            chosen_.rounds,
        )
        report(f"{chosen_.count:,} stickers, one a page", "mpkit", seconds)
        sizes = {name: file.stat().st_size for name, file in files.items()}
        print(f"  ratio vs baseline, time: {seconds['common recipe'] / seconds['mpkit']:.1f} times as fast")
        print(f"  ratio vs baseline, bytes: {sizes['common recipe'] / sizes['mpkit']:.1f} times as small")
        for name, size in sizes.items():
            print(f"  {name}: {size / chosen_.count:,.0f} bytes a sign")
        for sign, paper in (("sticker-50", "a4"), ("sticker-70x100", "a4"), ("poster-a5", "alone")):
            proven(chosen, sign, paper, Path(folder))


def proven(chosen: list[kit.Subject], sign: str, paper: str, folder: Path) -> None:
    """What the look at a book's file costs beside the bare drawing of its pages, as processor time of this process."""
    made = kit.make(
        kit.Order(kit.design(sign), kit.paper(paper), "es", f"bench-{sign}", "", datetime.now(UTC), workers=2),
        chosen,
        folder=folder / sign,
        fresh=lambda: {one.pos_id: one.payload for one in chosen},
        serials=lambda n: range(1, n + 1),
        seal=lambda purpose: lambda text: hashlib.sha256((purpose + text).encode()).hexdigest(),
    )
    codes = expected(made.manifest, made.files[0].name, {one.pos_id: one.payload for one in chosen})
    question = Look(made.files[0], questions(codes, coded), (), 300, last=len(chosen)).question()
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
