"""The limited child that opens a stranger's artwork: files come in on stdin, what is in them goes out as JSON.

Before the first byte of a file is looked at it gives up what it will not need: opening files and connections, writing,
more than half a gigabyte, more than a few seconds, a core file. It knows no token.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from PIL import Image

from mpkit.errors import Refused
from mpkit.kit.artwork import reading, slots, svg
from mpkit.kit.artwork.placeholder import placeholder
from mpkit.kit.artwork.slots import coded
from mpkit.kit.printing import pdfx

MEMORY = 360 << 20  # bytes beyond what the program itself takes: some 500 MB in all
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff")
CPU_SECONDS = 5  # for one file


def main() -> None:
    """The first line of stdin says what is wanted and how long each file is; the files follow."""
    head = json.loads(sys.stdin.buffer.readline())
    contents = [sys.stdin.buffer.read(size) for size in head["sizes"]]
    _warm()
    limit(len(contents))
    answers = [answer(content, head["mode"]) for content in contents]
    sys.stdout.write(json.dumps(answers))
    sys.stdout.flush()


def _warm() -> None:
    """Have everything loaded that is loaded at its first use: afterwards no file can be opened."""
    pdfx.srgb()
    Image.init()
    for kind in ("pdf", "svg"):
        _answer(placeholder("QR1", kind), "artwork")
    _answer(placeholder("QR1", "png"), "document")


def limit(files: int) -> None:
    """Take away what reading needs not; Windows has no such limits, the parent's clock stays."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - absent on Windows

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS * files
    bounds = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, 0)]
    bounds.append((resource.RLIMIT_NOFILE, 3))  # stdin, stdout and stderr are open already
    status = Path("/proc/self/statm")
    if status.exists():
        pages = int(status.read_text(encoding="ascii").split()[0])
        bounds.append((resource.RLIMIT_AS, pages * resource.getpagesize() + MEMORY))
    for kind, most in bounds:
        with suppress(ValueError, OSError):  # a system that knows the name and not the limit
            resource.setrlimit(kind, (most, most))


def answer(content: bytes, mode: str) -> dict[str, Any]:
    """What one file holds, or the sentence that refuses it."""
    try:
        return _answer(content, mode)
    except Refused as refusal:
        return {"refused": refusal.key, "values": refusal.values}
    except (MemoryError, RecursionError):
        return {"refused": "artwork_heavy", "values": {}}
    except (
        pikepdf.PdfError,
        pdfium.PdfiumError,
        RuntimeError,
        ValueError,
        TypeError,
        AttributeError,
        LookupError,
    ) as why:
        return {"refused": "artwork_unreadable", "values": {"why": f"{type(why).__name__}: {why}"[:120]}}
    except (ArithmeticError, OSError, ImportError) as why:
        return {"refused": "artwork_unreadable", "values": {"why": type(why).__name__}}


def _answer(content: bytes, mode: str) -> dict[str, Any]:
    if len(content) > reading.LARGEST:
        raise Refused("artwork_large", limit=reading.LARGEST >> 20)
    least = 1 if mode == "logo" else reading.LEAST  # a logo is drawn as large as its box
    kind = "pdf" if b"%PDF" in content[:1024] else "svg" if svg.looks(content) else ""
    if not kind and mode == "document" and content.startswith(_PICTURES):
        read = reading.pictured(content)
    elif not kind:
        raise Refused("artwork_kind")
    elif kind == "pdf":
        read = reading.read(content, whole=mode == "document", least=least)
    else:
        read = svg.read(content, least=least)
    sheet = read.sheet
    codes, picture = slots.seen(read.form, (sheet.width, sheet.height), sheet.bleed)
    found = {
        "kind": kind or "picture",
        "form": coded(read.form),
        "picture": coded(picture) if mode == "artwork" else "",
        "width": sheet.width,
        "height": sheet.height,
        "bleed": sheet.bleed,
        "trimmed": sheet.trimmed,
        "fields": [asdict(one) for one in read.fields],
        "codes": [asdict(one) | {"content": coded(one.content)} for one in codes],
    }
    looked = read.looked
    return found | {
        "fonts": sorted(looked.fonts)[:20],
        "inks": sorted(looked.inks)[:40],
        "dots": looked.dots,
        "thinnest": looked.thinnest,
        "light": looked.light,
        "clear": looked.clear,
    }


if __name__ == "__main__":
    main()
