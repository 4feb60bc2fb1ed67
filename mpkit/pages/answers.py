"""Answers kept while the columns stand still: a question comes in, what its asking gave goes out, for every session.

They are kept by the columns' generation and by the day, so that a change of a payment asks anew; shared by all who
look at the same account, and few enough to be small.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from mpkit import sales
from mpkit.sales import Mirror

P = ParamSpec("P")
R = TypeVar("R")
KEPT, SECONDS = 300, 900


def kept(asking: Callable[..., R], source: Mirror, *asked: Any) -> R:  # noqa: ANN401 - whatever this one is asked
    """`asking(source, *asked)`, or what it gave before where nothing has changed since."""
    manifest = source.manifest()
    mark = (str(source.folder), manifest.mirror, manifest.generation) if manifest else (str(source.folder),)
    answer: R = _kept(
        f"{asking.__module__}.{asking.__qualname__}", mark, sales.local_day(source), asked, asking, source
    )
    return answer


@st.cache_data(max_entries=KEPT, ttl=SECONDS, show_spinner=False)
def _kept(
    name: str,  # noqa: ARG001
    mark: tuple[object, ...],  # noqa: ARG001
    day: date,  # noqa: ARG001
    asked: tuple[Any, ...],
    _asking: Callable[..., Any],
    _source: Mirror,
) -> Any:  # noqa: ANN401 - of any question
    return _asking(_source, *asked)
