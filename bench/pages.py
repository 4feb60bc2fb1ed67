"""The pages of sales: what opening one costs a small and a large account, what a session holds, what a filter repaints.

    python bench/pages.py [PAYMENTS [FOLDER]]   (1,000,000 by default; FOLDER keeps the stores for another run)

Two accounts, each with a dashboard of its own: PAYMENTS over 400 days and 20,000 registers (`many_payments.py`), and a
shop with 2,000 payments. A session is what a browser is to the server: a web socket that asks for a run and takes what
comes. Processor time of the server is what is compared, so that a busy machine changes little.

The bar of a repaint is 1.5 times the page's questions asked alone plus a bare run with as many elements: the same
messages again, their contents known, on a page that computes nothing.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

from many_payments import ACCOUNT, REGISTERS, STORES, ZONE, fill
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from mpkit import accounts, sales
from mpkit.db import open_store
from mpkit.model import Account
from mpkit.pages import figures
from mpkit.sales import Question, coverage, placing
from mpkit.sales.places_of_sale import REGISTER, STORE, Place
from mpkit.sales.windows import CREATED, Window

ROOT = Path(__file__).parent.parent
SHOP, SMALL, SESSIONS = 2_000, 40, 20
URL = "https://api.mercadopago.com"


def furnish(folder: Path, payments: int, stores: int, registers: int) -> Account:
    """A data folder with an account, its places, its payments until yesterday and its columns."""
    one = Account(ACCOUNT, "BENCH", "MLA", test=False, name="Almacenes")
    store = open_store(f"sqlite:///{folder / 'mpkit.sqlite'}")
    if not accounts.known(store):
        now = datetime.now(UTC)
        midnight = now.replace(hour=3, minute=0, second=0, microsecond=0)
        fill(store, payments, end=midnight, stores=stores, each=registers)
        accounts.pin(store, one, URL)
        placing.keep_places(store, ACCOUNT, ZONE, _places(stores, registers))
        known = Window(CREATED, now - timedelta(days=420), now, now, done=now)
        coverage.plan_windows(store, ACCOUNT, [known])
        sales.open_mirror(folder, store, one).rebuild()
    store.dispose()
    return one


def _places(stores: int, registers: int) -> Iterator[Place]:
    for number in range(stores):
        store = str(70_000 + number)
        yield Place(STORE, store, f"Sucursal {number + 1}", f"S{number + 1}")
        for till in range(registers):
            place = number * registers + till
            yield Place(REGISTER, str(3_000_000 + place), f"Caja {till + 1}", f"S{number + 1}C{till + 1}", store)


@dataclass
class Session:
    """A browser's end of the wire: `elements` are the last run's messages, `fragment` the page's own part of it."""

    socket: ClientConnection
    query: str
    page: str = "ventas"
    fragment: str = ""
    widgets: dict[str, str] = field(default_factory=dict)  # keys people gave to widgets: their ids
    elements: list[ForwardMsg] = field(default_factory=list)

    def run(self, fragment: str = "", **values: str) -> None:
        """Ask for a run, of the whole script or of a fragment, and take what comes until it has ended."""
        said = BackMsg()
        said.rerun_script.query_string = self.query
        said.rerun_script.page_name = self.page
        said.rerun_script.fragment_id = fragment
        for key, value in values.items():
            state = said.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = self.widgets[key], value
        self.socket.send(said.SerializeToString())
        self.elements = []
        for data in self.socket:
            message = ForwardMsg()
            message.ParseFromString(data)  # type: ignore[arg-type]
            kind = message.WhichOneof("type")
            if kind == "delta":
                self._seen(message)
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "script_finished":
                return

    def _seen(self, message: ForwardMsg) -> None:
        self.elements.append(message)
        self.fragment = message.delta.fragment_id or self.fragment
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        id_ = getattr(getattr(element, kind), "id", "") if kind else ""
        if id_:  # $$ID-hash-key
            self.widgets[id_.rpartition("-")[2]] = id_


class Dashboard:
    """A dashboard on a data folder, as a process of its own."""

    def __init__(self, folder: Path, script: Path = ROOT / "app.py") -> None:
        bare = {name: value for name, value in os.environ.items() if not name.startswith("MPKIT_")}
        self.port = _free()
        words = ["-m", "streamlit", "run", str(script), "--server.port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=bare | {"MPKIT_DATA": str(folder), "MPKIT_LANG": "es", "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            with suppress(OSError), urlopen(f"http://127.0.0.1:{self.port}/_stcore/health", timeout=1):
                return
            time.sleep(0.1)
        raise TimeoutError

    def session(self, query: str = "", page: str = "ventas") -> Session:
        """A browser that has just come."""
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        socket = connect(address, subprotocols=["streamlit"], max_size=None, proxy=None, compression=None, legacy=True)  # type: ignore[list-item]
        return Session(socket, f"lang=es&{query}", page)

    def used(self) -> float:
        """Seconds of processor time of the server."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def holds(self) -> float:
        """Megabytes of memory of the server."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def close(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def opening(small: Dashboard, large: Dashboard) -> None:
    """Each view of each account, the questions of it asked for the first time; then once more, the answers kept."""
    print("a page opened, seconds of processor time: a shop, then 20,000 registers; first, and then")
    for page, query in PAGES:
        took = []
        for dashboard in (small, large):
            for _ in range(2):
                session, begun = dashboard.session(query, page), dashboard.used()
                session.run()
                took.append(dashboard.used() - begun)
                session.socket.close()
        shop, again, chain, chain_again = took
        print(f"  {page}?{query:<26} {shop:.2f} {again:.2f}   {chain:.2f} {chain_again:.2f}", flush=True)


def memory(dashboard: Dashboard) -> None:
    """What each of many sessions adds that has looked at a summary and at payments; the bar is 15 MB."""
    before, there = dashboard.holds(), []
    for number in range(SESSIONS):
        session = dashboard.session(f"store={70_000 + number}")
        session.run()
        session.run(session.fragment, compare="weekdays")
        there.append(session)
    each = (dashboard.holds() - before) / SESSIONS
    print(
        f"a session holds {each:.1f} MB of {dashboard.holds():.0f} MB with {SESSIONS} of them; the bar is 15",
        flush=True,
    )
    for session in there:
        session.socket.close()


def repainting(dashboard: Dashboard, folder: Path, one: Account) -> None:
    """A filter changed, its answers not known yet, beside its questions alone and a bare run of as many elements."""
    session = dashboard.session()
    session.run()
    changes = [{"period": each} for each in ("7", "90", "365", "month", "30", "90", "7", "365")]
    changes = [{**each, "compare": ways} for ways in ("weekdays", "last-year") for each in changes]
    stores = [dashboard.session(f"store={70_100 + number}") for number in range(len(changes))]
    begun = dashboard.used()
    for each in stores:
        each.run()
    opened = (dashboard.used() - begun) / len(stores)
    begun, several = dashboard.used(), 0
    for each, change in zip(stores, changes, strict=True):
        each.run(each.fragment, **change)
        several += 1
    repaint = (dashboard.used() - begun) / several
    asked = _asked(folder, one, [(70_100 + number, change) for number, change in enumerate(changes)])
    bare = _bare(folder, stores[-1].elements)
    ratio = repaint / (asked + bare)
    print(f"a page opened {opened:.3f} s, a filter changed {repaint:.3f} s; its questions {asked:.3f} s, ", end="")
    print(f"{len(stores[-1].elements)} bare elements {bare:.3f} s: {ratio:.2f} times both; the bar is 1.5", flush=True)


def _asked(folder: Path, one: Account, changes: list[tuple[int, dict[str, str]]]) -> float:
    """The page's questions, asked of the columns by themselves."""
    store = open_store(f"sqlite:///{folder / 'mpkit.sqlite'}")
    source = sales.open_mirror(folder, store, one)
    sales.overview(source)
    begun = time.process_time()
    for shop, change in changes:
        period = figures.period_of(change["period"], sales.local_day(source))
        question = Question(one.id, period, stores=(str(shop),), compare=change["compare"])
        sales.overview(source, question)
        sales.hour_by_weekday(source, replace(question, currency="ARS"))
        sales.missing(source, period)
        sales.some_places(source, 200)
        sales.freshness(source)
        accounts.known(store)
    took = (time.process_time() - begun) / len(changes)
    store.dispose()
    return took


def _bare(folder: Path, elements: list[ForwardMsg]) -> float:
    """A fragment with as many elements of each kind that says the same again, and asks and makes nothing."""
    kinds = [each.delta.new_element.WhichOneof("type") or "" for each in elements]
    script = folder / "bare.py"
    script.write_text(BARE.format(kinds=[kind for kind in kinds if kind]), encoding="utf-8")
    dashboard = Dashboard(folder, script)
    try:
        session = dashboard.session(page="")
        session.run()
        for _ in range(3):
            session.run(session.fragment)
        begun = dashboard.used()
        for _ in range(BARE_RUNS):
            session.run(session.fragment)
        took = (dashboard.used() - begun) / BARE_RUNS
        assert len(session.elements) >= len(kinds) // 2
        return took
    finally:
        dashboard.close()


BARE_RUNS = 30
BARE = """
import streamlit as st

ROWS = [dict(key=str(n), income=n, refunds=-n, given=n, before=n, name=str(n)) for n in range(90)]
SPEC = dict(data=dict(values=ROWS), mark="bar", encoding=dict(x=dict(field="key"), y=dict(field="income")))
KINDS = {kinds!r}


@st.fragment
def page():
    for number, kind in enumerate(KINDS):
        key = str(number)
        if kind == "metric":
            st.metric("Vendido", "$ 1.234.567", "-6,9 %", help="x" * 90, border=True, chart_data=list(range(90)))
        elif kind == "vega_lite_chart":
            spec = dict(SPEC, params=[dict(name="p", select=dict(type="point", fields=["key"]))])
            st.vega_lite_chart(spec, key=key, on_select="rerun")
        elif kind == "selectbox":
            st.selectbox("Sucursal", [str(n) for n in range(50)], key=key)
        elif kind == "button":
            st.button(f"Actualizar {{key}}", key=key)
        elif kind == "download_button":
            st.download_button("Bajar", b"x", key=key)
        elif kind == "text_input":
            st.text_input("Buscar", key=key)
        elif kind == "button_group":
            st.segmented_control("Ver", ["a", "b", "c", "d", "e"], key=key)
        elif kind in ("table", "arrow_table"):
            st.table([dict(a="Vendido", b="$ 1.234.567,00", c="x" * 90)] * 6)
        elif kind in ("dataframe", "arrow_data_frame"):
            st.dataframe([dict(a="Caja 1", b="$ 1.234.567,00")] * 25, key=key)
        else:
            st.markdown("Del 1 al 30: $ 1.234.567 en 890 pagos")


page()
"""
PAGES = (
    ("", ""), ("ventas", ""), ("ventas", "view=places"), ("ventas", "view=mix"), ("ventas", "view=returns"),
    ("ventas", "view=payments"), ("ventas", "period=today"), ("ventas", "period=365"),
    ("ventas", "view=places&period=365"), ("ventas", "view=payments&period=365"),
)  # fmt: skip


def main(count: int, folder: Path) -> None:
    """Furnish, open, hold, repaint."""
    folders = [folder / "small", folder / "large"]
    for each in folders:
        each.mkdir(parents=True, exist_ok=True)
    furnish(folders[0], SHOP, SMALL // REGISTERS, REGISTERS)
    one = furnish(folders[1], count, STORES, REGISTERS)
    dashboards = [Dashboard(each) for each in folders]
    try:
        for each in dashboards:
            for page, query in PAGES[:2]:
                each.session(query + "&channel=qr", page).run()  # what a process does once
        opening(*dashboards)
        memory(dashboards[1])
        repainting(dashboards[1], folders[1], one)
    finally:
        for each in dashboards:
            each.close()


if __name__ == "__main__":
    if len(sys.argv) > 2:  # noqa: PLR2004 - count and folder
        main(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as somewhere:
            main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, Path(somewhere))
