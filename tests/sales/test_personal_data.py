"""Nothing of a person is kept: planted in every place of every answer, none of it is found in what mpkit writes."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from pydantic import SecretStr

from mpkit import sales
from mpkit.api import connect
from mpkit.api.kept import KEPT
from mpkit.api.sales import payment as parsed
from mpkit.db import open_store
from mpkit.sales import chunks, rows
from mpkit.sales.answers import Answers
from mpkit.work import HttpRequest, HttpResponse, Seams
from tests.sales.making import NOON, payment
from tests.sandbox.reporting import CONFIG, reporting

MARK = "Zoila Quiñones"
MARKS = (MARK, "zoila@", "20123456786", "4509 9535", "+54 11 5555")
PERSON = {
    "first_name": MARK, "last_name": MARK, "email": f"{MARKS[1]}example.com", "name": MARK, "holder": MARK,
    "identification": {"type": "CUIT", "number": MARKS[2]}, "number": MARKS[3], "phone": MARKS[4],
}  # fmt: skip


def planted(value: Any, path: str = "") -> Any:
    """The answer with a person in every object of it, known or not, and in every field that may name one."""
    if isinstance(value, list):
        return [planted(each, path) for each in value]
    if not isinstance(value, dict):
        return value
    found = {name: planted(each, f"{path}.{name}") for name, each in value.items()}
    if "transaction_amount" in found:
        found |= {"payer": PERSON, "card": {"cardholder": PERSON, **PERSON}, "metadata": PERSON, "description": MARK}
        found |= {"statement_descriptor": MARK, "additional_info": {"payer": PERSON, "ip_address": MARKS[4]}}
        for refund in found.get("refunds") or ():
            refund |= {"reason": MARK, "source": {"id": MARKS[2], "name": MARK, "type": "collector"}}
        interaction = found.get("point_of_interaction") or {}
        if interaction.get("sub_type") != "INTER_PSP":  # there it is a wallet's name, and is kept
            interaction["transaction_data"] = {"bank_info": {"payer": {"long_name": MARK}, "collector": PERSON}}
    return found | ({} if path.endswith("paging") else {"of_tomorrow": PERSON, "nobody": MARK})


def written(folder: Path) -> dict[str, str]:
    """Everything in every file, in the clear."""
    found = {}
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        if file.suffix == ".parquet":
            found[file.name] = str(pq.read_table(file, partitioning=None).to_pylist())
        elif file.suffix == ".gz":
            found[file.name] = gzip.decompress(file.read_bytes()).decode()
        else:
            found[file.name] = file.read_bytes().decode("utf-8", "replace")
    return found


def test_nothing_of_a_person_is_found_in_anything_written(tmp_path: Path) -> None:
    data = tmp_path / "data"
    it = reporting(tmp_path, stores=2, registers=4, payments=400)
    named = {**CONFIG, "columns": [{"key": name} for name in ("SOURCE_ID", "PAYER_NAME", "PAYER_ID_NUMBER")]}
    it.ask("POST", "/_sandbox/reports", {"action": "config", "report": "settlement", "config": named})
    it.clock.sleep(200 * 86_400)
    seen = {"planted": 0}

    def transport(request: HttpRequest) -> HttpResponse:
        answer = it.world(request)
        if "payments" not in request.path and "chargebacks" not in request.path:
            return answer
        body = orjson.dumps(planted(orjson.loads(answer.body)))
        seen["planted"] += body.count(MARK.encode())
        return HttpResponse(answer.status, {**answer.headers, "content-length": str(len(body))}, body)

    seams = Seams(clock=it.clock, sleep=it.clock.sleep)
    store = open_store(f"sqlite:///{data / 'mpkit.sqlite'}")
    with connect("http://127.0.0.1:1", SecretStr(it.world.seller.token), seams=seams, transport=transport) as api:
        account = api.seller()
        mirror = sales.open_mirror(data, store, account, seams)
        sales.sync(api, mirror, account, since=date(2025, 12, 1), consent=True)
    store.dispose()
    assert seen["planted"] > 1_000
    found = written(data)
    assert any(name.endswith(".jsonl.gz") and len(text) > 10_000 for name, text in found.items())
    assert any(name.endswith(".parquet") for name in found)
    assert {(name, mark) for name, text in found.items() for mark in MARKS if mark in text} == set()
    assert not [name for name in found if name.endswith(".csv")], "no report outlives its reading"


def test_a_row_holds_the_hash_of_what_was_kept(tmp_path: Path) -> None:
    it = reporting(tmp_path, stores=1, registers=2, payments=60)
    store = open_store(f"sqlite:///{tmp_path / 'mpkit.sqlite'}")
    account = it.account.seller()
    mirror = sales.open_mirror(tmp_path, store, account, Seams(clock=it.clock, sleep=it.clock.sleep))
    sales.sync(it.account, mirror, account)
    (file,) = (tmp_path / "accounts" / account.id / "answers").glob("*.gz")
    lines = gzip.decompress(file.read_bytes()).splitlines()
    kept = {str(orjson.loads(line)["id"]): hashlib.sha256(line).hexdigest()[:32] for line in lines}
    ids = [key for chunk in chunks.every(store, account.id) for key in chunk.payments["payment_id"]]
    assert {each.payment["payment_id"]: each.payment["raw"] for each in rows.booked(store, account.id, ids)} == kept
    sales.sync(it.account, mirror, account)
    assert gzip.decompress(file.read_bytes()).splitlines() == lines, "what did not change is not kept twice"
    assert sales.sync(it.account, mirror, account, answers_days=0).gaps == ()
    assert not file.exists()
    # every figure used stands in the row: the answer is not needed to explain it
    row = rows.booked(store, account.id, ids)[0].payment
    charges = orjson.loads(row["charges"])
    own = sum(original for kind, _, payer, original, _ in charges if payer in {"collector", ""} and kind != "tax")
    assert own == row["fees"]


def test_what_is_kept_names_no_person() -> None:
    """A look at the list itself: whoever adds to it meets this test."""

    def names(shape: Any) -> set[str]:
        if isinstance(shape, list):
            return names(shape[0])
        return set(shape) | {name for each in shape.values() if each for name in names(each)} if shape else set()

    assert not names(KEPT) & {"payer", "card", "cardholder", "bank_info", "email", "phone", "identification", "name_of"}
    assert not names(KEPT) & {"first_name", "last_name", "description", "metadata", "additional_info", "ip_address"}


def test_a_text_too_long_for_an_identifier_is_not_kept() -> None:
    answer = {
        "id": 1, "status": "approved", "currency_id": "ARS", "transaction_amount": 1, "collector_id": 3,
        "date_created": "2026-03-10T11:00:00.000-04:00", "external_reference": MARK * 40, "store_id": {"x": MARK},
    }  # fmt: skip
    answer["store_id"] = None
    assert orjson.loads(parsed(answer).told).keys() >= {"id", "status"}
    assert MARK.encode() not in parsed(answer).told


@pytest.mark.parametrize("left", [1, 19, 30, -1, -9])
def test_a_file_torn_by_a_kill_goes_on_behind_its_last_whole_part(left: int, tmp_path: Path) -> None:
    answers = Answers(tmp_path / "answers")
    told: Callable[[int], Any] = lambda number: payment(number, told=b'{"id":%d}' % number)  # noqa: E731
    answers.keep([told(1), told(2)], NOON)
    (file,) = answers.folder.glob("*.gz")
    whole = file.read_bytes()
    answers.keep([told(3)], NOON)
    torn = file.read_bytes()[len(whole) :]
    file.write_bytes(whole + torn[:left])
    answers.keep([told(4)], NOON)
    assert gzip.decompress(file.read_bytes()).split() == [b'{"id":1}', b'{"id":2}', b'{"id":4}']


def test_files_go_when_their_days_are_over(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "answers", 90)
    for days in (0, 89, 90, 91, 400):
        answers.keep([payment(days, told=b"{}")], NOON - timedelta(days=days))
    assert answers.sweep(NOON) == 3
    assert len(list(answers.folder.glob("*.gz"))) == 2
    assert answers.sweep(datetime(2030, 1, 1, tzinfo=UTC)) == 2
