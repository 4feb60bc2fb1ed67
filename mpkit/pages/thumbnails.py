"""Designs, registers and dresses come in; pictures of signs go out as they get ready, drawn beside the page."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import NamedTuple

from PIL import Image

from mpkit import kit

_WIDTH = 420  # pixels: sharp at half of that on a fine screen
_MOST = 400  # pictures kept, some thirty kilobytes each
_GROUND = "#ECE9E1"  # of the place a picture will come to
_BROWSER = ThreadPoolExecutor(1, thread_name_prefix="thumbnails")  # one processor for pictures, the others for people


class Wanted(NamedTuple):
    """One picture: how wide in pixels, of which sign, for whom, in which dress."""

    design: kit.Design
    subject: kit.Subject
    worn: kit.Dress
    width: int = _WIDTH

    @property
    def mark(self) -> str:
        """What tells it from every other picture."""
        said = (self.design.model_dump_json(), self.subject, self.worn.mark(), self.width)
        return sha256(repr(said).encode()).hexdigest()


class Shelf:
    """Pictures that are ready or being drawn, the oldest given away first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Future[bytes]] = OrderedDict()

    def ask(self, wanted: Wanted) -> Future[bytes]:
        """The picture, drawn beside the page at the first call."""
        with self._lock:
            found = self._kept.get(wanted.mark)
            if found is None:
                found = self._kept[wanted.mark] = _BROWSER.submit(drawn, wanted)
            self._kept.move_to_end(wanted.mark)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
            return found


SHELF = Shelf()


def ready(wanted: Wanted) -> bytes | None:
    """The picture, or None while it is drawn; raises what drawing it raised."""
    found = SHELF.ask(wanted)
    return found.result() if found.done() else None


def drawn(wanted: Wanted) -> bytes:
    """The picture, drawn now."""
    return kit.preview_png(wanted.design, wanted.subject, wanted.width, worn=wanted.worn, seen=True)


@lru_cache(maxsize=64)
def empty(wide: float, high: float) -> bytes:
    """A plain field of the sign's shape, where its picture will come: nothing on the page moves when it does."""
    content = BytesIO()
    Image.new("RGB", (_WIDTH, round(_WIDTH * high / wide)), _GROUND).save(content, "PNG")
    return content.getvalue()
