"""What is shown as files: a view of the sales comes in, presses that make a CSV, a workbook or a PDF go out."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable
from functools import partial
from typing import BinaryIO, cast

import streamlit as st

from mpkit import sales
from mpkit.pages.frame import account, language, say, words
from mpkit.pages.sold import Shown
from mpkit.sales import PaymentFilter
from mpkit.sales.printed import print_page

MANY = 100_000  # payments from which a CSV is handed out packed: the browser gets a tenth of it


def payments(shown: Shown, asked: PaymentFilter, count: int) -> None:
    """The payments of the table, all of them, made when pressed."""
    name = f"{say('sold_file')}-{asked.period.first}-{asked.period.last}"
    answer = shown.seen.answer
    about = (asked, answer.as_of, answer.zone, language())

    def as_csv() -> bytes:
        return _made(lambda file: sales.payments_as_csv(file, sales.every_payment(shown.source, asked), *about))

    def as_zip() -> bytes:
        def write(file: BinaryIO) -> None:
            with (
                zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed,
                packed.open(f"{name}.csv", "w", force_zip64=True) as inside,
            ):
                every = sales.every_payment(shown.source, asked)
                sales.payments_as_csv(cast("BinaryIO", inside), every, *about)

        return _made(write)

    def as_xlsx() -> bytes:
        return _made(lambda file: sales.payments_as_xlsx(file, sales.every_payment(shown.source, asked), *about))

    packed = count > MANY
    with st.container(horizontal=True):
        _press("csv", f"{name}.csv.zip" if packed else f"{name}.csv", as_zip if packed else as_csv)
        _press("xlsx", f"{name}.xlsx", as_xlsx)


def page(shown: Shown) -> None:
    """The page with its figures, charts and tables as a PDF, and its days as a table."""
    one = account()
    name = f"{say('page_sales')}-{shown.asked.period.first}-{shown.asked.period.last}"
    called = (one.name or one.nickname) if one else ""
    print_ = partial(print_page, shown.source, shown.asked, language=language(), name=called)
    answer = shown.seen.answer
    with st.container(horizontal=True):
        _press("pdf", f"{name}.pdf", lambda: _made(print_))
        _press("csv", f"{name}.csv", lambda: sales.as_csv(answer, language()))
        _press("xlsx", f"{name}.xlsx", lambda: sales.as_xlsx(answer, language()))


def _made(write: Callable[[BinaryIO], None]) -> bytes:
    """A file that was written; it grows on disk, since what is handed out must be bytes and is in memory once."""
    with tempfile.TemporaryFile() as file:
        write(cast("BinaryIO", file))
        file.seek(0)
        return file.read()


def _press(kind: str, name: str, made: Callable[[], bytes]) -> None:
    st.download_button(
        words(f"sold_{kind}"), made, name, icon=":material/download:", on_click="ignore", key=f"file_{kind}"
    )
