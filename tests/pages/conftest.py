"""A house to look at: an account in a sandbox, taken once through the whole path; and the pages without a server."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from google.protobuf.json_format import MessageToDict
from pydantic import SecretStr
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from mpkit import branches, jobs, sandbox, sheet
from mpkit.db import open_store
from mpkit.model import Account
from mpkit.pages import frame, watch
from mpkit.settings import load
from mpkit.sheet import rows
from mpkit.work import silent

ROOT = Path(__file__).parent.parent.parent
TOKEN = "sandbox-token-of-the-page-tests"
Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, dict[str, str], Account]]:
    """Data folder, API address, job ids by kind and the account, after: sync, check, take in, plan, apply, kit."""
    data = tmp_path_factory.mktemp("walked")
    served = sandbox.serve(sandbox.World("MLA", 7, stores=3, registers=6, payments=900, token=TOKEN))
    settings = load(data=data, api_url=served.url, access_token=SecretStr(TOKEN), store_url="")
    bench = jobs.Workbench(settings, open_store(settings.database))
    account = bench.account()
    _, example, _ = sheet.template("MLA", "es", data)
    files = {"paths": [str(example)], "site": "MLA", "language": "es"}
    made: dict[str, str] = {}

    def run(kind: str, key: str, arguments: dict[str, Any]) -> dict[str, Any]:
        job = jobs.run_now(
            bench,
            account=account.id,
            kind=kind,
            key=key,
            arguments={"account": account.id} | arguments,
            progress=silent,
        )
        made[kind] = job.id
        return jobs.outcome(job)

    run("sync", "sync", {})
    made["review"] = rows.begin(bench.store, account.id, files["paths"], "MLA", clock=bench.seams.clock)
    run("check", f"{made['review']}-example", files | {"id": made["review"]})
    run("take_in", "example", files)
    plan = run("plan", "all", {"amount": "buyer"})
    run("apply", plan["plan"], {"plan": plan["plan"], "language": "es"})
    wanted = branches.wanted(bench.store, account.id)
    made |= {"branch": wanted.branches[0].external_id, "branch_name": wanted.branches[0].name}
    made |= {"register": wanted.registers[0].external_id, "register_name": wanted.registers[0].name}
    run("kit", "B1", {"book": "B1", "sign": "sticker-70x100", "paper": "a4", "workers": 1})
    yield data, served.url, made, bench.account()
    bench.store.dispose()
    served.close()


@pytest.fixture(scope="session", autouse=True)
def _installed_once() -> None:
    """Each page that is opened without a server reads the metadata of every installed package; the first did so."""
    manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Open]:
    """Opens the dashboard on a data folder in a language, at a page with a query; no worker is started."""
    for name in [name for name in os.environ if name.startswith("MPKIT_") and name != "MPKIT_SHARED"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(frame, "ensure_worker", lambda _settings: None)
    monkeypatch.setattr(watch, "ensure_worker", lambda _settings: None)

    def open_(
        page: str = "", *, data: Path = tmp_path, url: str = "http://127.0.0.1:9", lang: str = "es", **query: str
    ) -> AppTest:
        monkeypatch.setenv("MPKIT_DATA", str(data))
        monkeypatch.setenv("MPKIT_API_URL", url)
        monkeypatch.setenv("MPKIT_LANG", lang)
        st.cache_resource.clear()
        test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        test.run()
        if page:
            test.switch_page(str(ROOT / "mpkit" / "pages" / f"{page}.py"))
        for name, value in query.items():
            test.query_params[name] = value
        return test.run()

    yield open_
    st.cache_resource.clear()


def texts(test: AppTest) -> list[str]:
    """Every text the page sends to the browser, with the names of pages and the options of choices."""
    found: list[str] = []

    def walk(node: Any) -> None:
        proto = getattr(node, "proto", None)
        if proto is not None and hasattr(proto, "DESCRIPTOR"):
            _strings(MessageToDict(proto, preserving_proto_field_name=True), found)
        for child in getattr(node, "children", {}).values():
            walk(child)

    walk(test._tree)
    for frame_ in test.dataframe:
        found += [*map(str, frame_.value.columns), *(str(v) for row in frame_.value.to_numpy() for v in row)]
    return found


_NOT_SHOWN = {
    "id",
    "key",
    "user_key",
    "form_id",
    "spec",
    "data",
    "url",
    "type",
    "icon",
    "element_id",
    "fragment_id",
    "file_name",
    "query_param_key",
    "query_string",
    "js_content",
    "css_content",
}


def _strings(value: Any, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in _NOT_SHOWN:
                _strings(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _strings(inner, found)


def chart_specs(test: AppTest) -> list[dict[str, Any]]:
    """The Vega specifications on the page."""
    return [json.loads(node.proto.spec) for node in test.get("vega_lite_chart")]
