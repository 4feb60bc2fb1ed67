"""Months after a sale: what is given back late, decided late, put right; as payments, ledger and reports tell it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from mpkit.errors import Refused
from mpkit.money import hundredths
from mpkit.sandbox import World
from mpkit.sandbox.believable import believable
from mpkit.sandbox.figures import fee_share
from mpkit.sites import SITES
from mpkit.work import FixedClock
from tests.sandbox.asking import NOON, Asking, ask
from tests.sandbox.reporting import reporting

DAY = 86_400


@pytest.mark.parametrize("site", sorted(SITES))
def test_a_year_has_months_of_them(site: str) -> None:
    """Late refunds within the country's window, disputes decided months later, fees and taxes put right."""
    it = ask(site=site, stores=5, registers=9, payments=40_000)
    days: dict[str, list[float]] = {}
    for approved, money in ((it.world.book.columns.approved[row], them) for row, them in it.world.book.later.items()):
        for entry in money:
            days.setdefault(entry.kind, []).append((entry.at - approved) / DAY)
    window = it.world.site.refund_days
    late = [each for each in days["refund"] if each > 60]
    assert 0 < len(late) < len(days["refund"]) / 4
    assert window * 0.8 < max(late) < window
    assert max(days["chargeback"]) > 60
    assert max(days["chargeback_lost"] + days["chargeback_back"]) > 100
    assert 10 < len(days["fee_back"] + days.get("tax_back", [])) < 120
    assert ("tax_back" in days) == bool(believable(site)["taxes"])
    months = Counter(int(each // 30) for each in days["fee_back"])
    assert min(days["fee_back"]) >= 20
    assert len(months) > 2


def sold(it: Asking) -> dict[str, Any]:
    pos = it.state()["pos"][0]["id"]
    press = {"action": "pay", "pos": pos, "amount": "100.00", "method": "visa", "as_order": True}
    found: dict[str, Any] = it("POST", "/_sandbox/buyer", press).body
    return found


def correct(it: Asking, payment: int, **more: str) -> Any:
    return it("POST", "/_sandbox/buyer", {"action": "correct", "payment_id": payment, **more})


def day(it: Asking) -> dict[str, Any]:
    """The ledger's row of this day."""
    rows = it("GET", "/_sandbox/ledger?by=day&zone=America/Argentina/Buenos_Aires").body["rows"]
    return next(row for row in rows if row["key"] == (it.clock.now() - timedelta(hours=3)).date().isoformat())


def test_a_fee_put_right_is_another_charge_and_counts_on_its_own_day() -> None:
    it = ask(stores=1, registers=1)
    payment = sold(it)
    (fee,) = (charge for charge in payment["charges_details"] if charge["type"] == "fee")
    it.clock.sleep(45 * DAY)
    after = correct(it, payment["id"], to="2.00").body
    assert after["date_last_updated"] > payment["date_last_updated"]
    assert after["transaction_details"] == payment["transaction_details"], "what came in at the approval stays"
    old, new = (charge for charge in after["charges_details"] if charge["type"] == "fee")
    whole = fee["amounts"]["original"]
    assert (old["amounts"], old["last_updated"]) == (
        {"original": whole, "refunded": whole},
        after["date_last_updated"],
    )
    assert (new["name"], new["amounts"]) == ("mercadopago_fee_2", {"original": 2, "refunded": 0})
    assert new["date_created"] == new["last_updated"] == after["date_last_updated"]
    assert after["fee_details"] == [{"type": "mercadopago_fee", "amount": 2, "fee_payer": "collector"}]
    assert (day(it)["fees"], day(it)["net"]) == (f"{2 - whole:.2f}", f"{whole - 2:.2f}")
    it.clock.sleep(DAY)
    again = correct(it, payment["id"], to="3.00").body
    assert [charge["name"] for charge in again["charges_details"]][-1] == "mercadopago_fee_3"
    assert (day(it)["fees"], again["fee_details"][0]["amount"]) == ("1.00", 3)
    it.clock.sleep(DAY)
    refund = it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": payment["id"], "amount": "50.00"}).body
    assert [charge["amounts"]["refunded"] for charge in refund["charges_details"]][-1] == 1.5
    assert (day(it)["refunds"], day(it)["fees"]) == ("50.00", f"-{fee_share(300, 10_000, 5_000) / 100:.2f}")


def test_what_cannot_be_put_right_is_refused() -> None:
    it = ask(stores=1, registers=1)
    payment = sold(it)["id"]
    assert correct(it, payment).status == 409  # at once: what is charged then is told with the sale
    it.clock.sleep(DAY)
    assert correct(it, payment, to="-1").status == 409
    assert correct(it, payment, to="much").status == 400
    assert correct(it, payment, charge="shipping").status == 409
    assert correct(it, payment, charge="tax").body["status"] == "approved"
    it("POST", "/_sandbox/buyer", {"action": "refund", "payment_id": payment, "amount": "1.00"})
    it.clock.sleep(DAY)
    assert correct(it, payment).status == 409


def test_the_reports_tell_it_on_its_own_day(tmp_path: Path) -> None:
    there = reporting(tmp_path, stores=2, registers=2)
    it = there.ask
    payment = sold(it)
    fee, *taxes = (charge["amounts"]["original"] for charge in payment["charges_details"])
    it.clock.sleep(45 * DAY)
    correct(it, payment["id"], to="2.00")
    when = it.clock.now()
    it.clock.sleep(DAY)
    correct(it, payment["id"], charge="tax", to="0")
    it.clock.sleep(2 * DAY)
    days = ((NOON - timedelta(days=1)).date(), (when + timedelta(days=2)).date())
    first, second, third = sorted(there.settlement(*days), key=lambda row: row.at)
    assert (first.kind, first.fee, first.taxes) == ("SETTLEMENT", -hundredths(fee), -hundredths(sum(taxes)))
    assert (second.kind, second.amount, second.fee, second.taxes) == ("REFUND", 0, hundredths(fee) - 200, 0)
    assert (second.at, second.net) == (when, second.fee)
    assert (third.kind, third.amount, third.fee, third.taxes) == ("REFUND", 0, 0, hundredths(taxes[0]))
    assert first.real == first.net + second.net + third.net
    freed = [row for month in there.release(*days) for row in month if row.source_id == str(payment["id"])]
    assert [row.description for row in freed] == ["payment", "refund", "tax_withholding"]
    assert sum(row.credit - row.debit for row in freed) == first.real


def test_a_file_of_before_makes_the_year_it_made_then(tmp_path: Path) -> None:
    file, clock = tmp_path / "world.jsonl", FixedClock(NOON)
    options: dict[str, Any] = {"stores": 3, "registers": 5, "payments": 4_000, "state": file, "clock": clock}
    now = World(**options)
    now.close()
    head = orjson.loads(file.read_bytes())
    assert head.pop("made") == 2
    file.write_bytes(orjson.dumps(head) + b"\n")  # as it was written before
    before = World(**options)
    before.close()
    kinds = {entry.kind for money in before.book.later.values() for entry in money}
    assert "refund" in kinds
    assert not {"fee_back", "tax_back"} & kinds
    assert before.book.later.items() < now.book.later.items()


def test_a_file_of_a_newer_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "world.jsonl"
    World(state=file).close()
    file.write_bytes(orjson.dumps(orjson.loads(file.read_bytes()) | {"made": 3}) + b"\n")
    with pytest.raises(Refused) as refused:
        World(state=file)
    assert refused.value.key == "sandbox_state_newer"
    assert str(file) in refused.value.values.values()
