"""The server's own answers: who may ask, what is closed, and that the safe headers are on everything."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from mpkit import web
from mpkit.cli import listening
from mpkit.db import open_store
from mpkit.errors import WrongUsage
from mpkit.settings import load


@pytest.fixture
def client(tmp_path):
    settings = load(data=tmp_path, store_url="")
    open_store(settings.database).dispose()

    async def page(_request):
        return PlainTextResponse("the dashboard")

    closed = [Route(path, page) for path in ("/", "/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/health")]
    app = Starlette(
        routes=[*web.routes(settings), *closed], middleware=[web.guard(web.known_by(settings, "127.0.0.1"))]
    )
    return TestClient(app, base_url="http://127.0.0.1:8501", client=("127.0.0.1", 50000))


def test_health_says_whether_the_store_can_be_read(client, tmp_path):
    assert client.get("/health").json() == {"status": "ok"}
    (tmp_path / "mpkit.sqlite").write_bytes(b"no database any more" * 100)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert str(tmp_path) not in answer.text


def test_only_its_own_names_are_answered(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"host": "localhost:8501"}).status_code == 200
    assert client.get("/", headers={"host": "127.0.0.1.evil.example"}).status_code == 421


def test_what_is_not_offered_is_closed(client):
    assert client.get("/_stcore/metrics").status_code == 404
    assert client.get("/_stcore/agent/interact").status_code == 404
    assert client.get("/_stcore/health").status_code == 200


def test_metrics_are_for_this_machine_only(client):
    assert "python_info" in client.get("/metrics").text
    assert client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 404


def test_metrics_are_not_for_the_network(tmp_path):
    settings = load(data=tmp_path, store_url="")
    app = Starlette(routes=web.routes(settings))
    assert TestClient(app, client=("203.0.113.9", 50000)).get("/metrics").status_code == 404


def test_every_answer_names_what_a_page_may_load(client):
    for path in ("/", "/health"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "http" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_listening_everywhere_needs_a_name(tmp_path):
    with pytest.raises(WrongUsage):
        web.known_by(load(data=tmp_path), "0.0.0.0")
    named = load(data=tmp_path, public_url="https://ventas.ejemplo.com")
    assert web.known_by(named, "0.0.0.0") >= {"ventas.ejemplo.com", "127.0.0.1"}
    assert "0.0.0.0" not in web.known_by(named, "0.0.0.0")


def test_a_taken_port_gives_the_next_free_one():
    with listening.bound("127.0.0.1", 0) as first:
        first.listen()
        wish = first.getsockname()[1]
        with listening.bound("127.0.0.1", wish) as second:
            assert wish < second.getsockname()[1] < wish + listening.TRIES
