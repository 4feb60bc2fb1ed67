"""The contract's samples as test cases: the same situation on the sandbox answers in the same shape.

Where the samples are not on this machine, golden answers of our own stand in: `tests/golden/sandbox/answers/`, each
looked at beside its sample when it was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.requests_sent import REQUESTS
from tests.sandbox.shapes import differences, skeleton
from tests.sandbox.situations_of_money import SITUATIONS, header

_OLD = "older than what live answers carry today"
_CASH = "the account is asked for who it is; its reputation as a shop on the web is left out"
_WEB = "a sale on the web of 2021 or 2022; in its place stands what a sale of today carries"
_BLOCK = "a field of other products the client has to leave where it is (P 1.4)"

# Sample, difference (both may have wildcards): why it may be. One that is not needed any more fails.
TOLERATED: dict[tuple[str, str], str] = {
    ("store.create.response.json", "id: number, text"): "live ids are text (S 14.3)",
    ("store.*.response.json", "*business_hours.*: only sample"): "other days are open",
    ("store.*.response.json", "*location.*: only live"): f"{_OLD} (S 2.5)",
    ("pos.create.response.json", "*: only live"): f"site and qr_code: {_OLD} (S 3.4)",
    ("pos.search.response.json", "*: only live"): f"status and qr_code: {_OLD} (S 3.4)",
    ("pos.search.response.panel-created.json", "results[].category: only sample"): "made without one here",
    ("pos.search.response.panel-created.json", "*: only live"): "the sample is cut; every other row has them (S 3.4)",
    ("pos.get.response.json", "*: only live"): "store and category: live reads have them (S 3.4)",
    ("pos.update.response.json", "qr: only sample"): "one answer in three comes without (S 3.4)",
    ("pos.v2.*.response.json", "*config: only live"): "the sample is older than config (S 4.2)",
    ("users.me.*.mlb.response.json", "*: only sample"): _CASH,
    ("payment.fragment.card-integer-amounts.mlc.json", "payment_method.data.threeds: only sample"): _BLOCK,
    ("payment.fragment.installments-decimal-clp.mlc.json", "*: list, object"): "a relay in PHP made lists (P 1.4)",
    ("payment.get.card.response.json", "*: only sample"): _WEB,
    ("payment.get.card.response.json", "*: only live"): _WEB,
    ("payment.get.pix-pending.mlb.response.json", "*: only sample"): _WEB,
    ("payment.get.pix-pending.mlb.response.json", "*: only live"): _WEB,
    ("payment.get.qr-legacy-wallet.mlm.response.json", "*: only sample"): f"the legacy till of 2021; {_BLOCK}",
    ("payment.get.qr-legacy-wallet.mlm.response.json", "*: only live"): f"the legacy till of 2021; {_OLD}",
    ("payments.search.response.json", "*account_id: text, number"): "measured live as a number (P 1.4)",
    ("payments.search*.response.json", "*: only sample"): _WEB,
    ("payments.search*.response.json", "*: only live"): _WEB,
    ("payments.search.docs.response.json", "*id: text, number"): "live ids are numbers (P 1.1.3)",
    ("refunds.*.response.json", "*: only live"): f"{_OLD} (P 2.2)",
    ("*_report.config.201.response.json", "*: only live"): "the sample leaves out what has a default (P 6.3)",
    ("*_report.*.response.json", "*user_id: text, number"): "the sample says USER-ID, live it is a number (P 6.2)",
    ("order.get.*.measured.response.json", "*: only sample"): "an order of the web, paid by Pix (P 2.7)",
    ("order.get.*.measured.response.json", "*: only live"): "a till's order has items and a register (S 6.2)",
    ("order.get.qr-canceled.mla.docs.response.json", "items[].external_categories: only sample"): "a till may (S 6.2)",
    ("order.get.qr-canceled.mla.docs.response.json", "discounts: only sample"): "a till may ask for some (S 6.2)",
    ("order.qr.get.processed.response.json", "*: only live"): "an order with items and a description (S 6.2)",
    ("merchant_order.get.*.response.json", "*: only live"): "the sample leaves out what is null, or is cut (P 4.2)",
    ("refund.get.response.json", "external_refund_id: only live"): f"{_OLD} (P 2.2)",
}

# Samples of what is not of the sandbox yet, or of nobody's asking, each with the reason.
NOT_HERE: dict[str, str] = {
    "order.qr.c*": "orders are read, not made: that comes with the till",
    "order.create.*": "orders are read, not made",
    "order.cancel.*": "orders are read, not changed",
    "order.qr.refund.*": "orders are read, not changed",
    "order.refund.*": "orders are read, not changed",
    "order.error-409-*": "orders are read, not changed",
    "order.error-423-*": "orders are read, not changed",
    "order.error-400-[!p]*": "orders are read, not made",
    "order.error-400-property-value.json": "orders are read, not made",
    "order.error-404-pos-not-found.json": "orders are read, not made",
    "order.get.expired.*": "an online order; a till's ends as it is notified (S 6.5)",
    "order.get.qr-cash-advance.*": "cash at a till is out of scope (S 6.2)",
    "order.search.*": "the search knows online orders only (S 6.1)",
    "error.order.*": "orders are read, not changed",
    "legacy.dynamic.*": "codes of a single order come with the till",
    "legacy.v1.*": "the first generation of in-store orders is not served",
    "legacy.v2.order.put.mco*": "taxes of Colombia come with the till",
    "unattended.*": "Mercado Pago asks the merchant's own machine there",
    "webhook.*": "notifications are not sent",
    "ipn.*": "notifications are not sent",
    "report.generated.webhook.fields.json": "notifications are not sent",
    "oauth.*": "the client is given a token",
    "users.test*": "test users are made in the panel (P 7.5)",
    "payments.create.*": "mpkit makes no payments: the buyer does",
    "qr.payloads.json": "held by tests/test_emv.py and the payload tests",
}


def found(shared: Path) -> dict[str, Path]:
    files = [file for folder in ("samples", "samples-payments") for file in (shared / "api" / folder).iterdir()]
    return {file.name: file for file in files if file.name != "README.md"}


def read(file: Path) -> Any:
    return header(file.read_bytes()) if file.suffix == ".csv" else json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(SITUATIONS))
def test_the_same_situation_has_the_samples_shape(name: str, shared: Path) -> None:
    heard, sample = SITUATIONS[name].heard(), read(found(shared)[name])
    seen = differences(sample, heard.body)
    if "fragment" in name or "partial." in name:
        seen = [each for each in seen if not each.endswith("only live")]
    allowed = [difference for pattern, difference in TOLERATED if fnmatchcase(name, pattern)]
    assert not [each for each in seen if not _fits(each, allowed)]
    wanted = re.search(r"[.-]([45]\d\d)\b", name)
    assert heard.status == int(wanted[1]) if wanted else heard.status in {200, 201, 202}
    assert code(heard.body) == code(sample)


def _fits(text: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(text, pattern.replace("[", "[[]")) for pattern in patterns)


def code(body: Any) -> Any:
    """The code of a refusal, in whatever envelope; None for any other answer."""
    if not isinstance(body, dict) or not {"error", "errors", "code"} & set(body):
        return None
    inner = (body.get("errors") or body.get("cause") or [{}])[0].get("code")
    return [str(part).lower() for part in (body.get("error"), body.get("code"), inner)]


def test_no_tolerance_is_kept_that_nobody_needs(shared: Path) -> None:
    files, unused = found(shared), dict(TOLERATED)
    for name, situation in SITUATIONS.items():
        seen = differences(read(files[name]), situation.heard().body)
        for pattern, difference in TOLERATED:
            if fnmatchcase(name, pattern) and any(_fits(each, [difference]) for each in seen):
                unused.pop((pattern, difference), None)
    assert not unused


@pytest.mark.parametrize("name", sorted(SITUATIONS))
def test_our_own_answer_stays(name: str, golden: Callable[[str, str], None]) -> None:
    """Whole where it is made by hand; of a generated year only names and types, as its payments may change."""
    situation = SITUATIONS[name]
    heard = situation.heard()
    body = skeleton(heard.body) if situation.options.get("payments") else heard.body
    golden(f"sandbox/answers/{name}", json.dumps({"status": heard.status, "body": body}, ensure_ascii=False, indent=1))


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_a_request_of_the_same_shape_is_taken(name: str) -> None:
    heard = REQUESTS[name].heard()
    assert heard.status in {200, 201, 202, 204}, heard.body


@pytest.mark.parametrize("name", sorted(REQUESTS))
def test_it_is_the_samples_shape(name: str, shared: Path) -> None:
    assert differences(read(found(shared)[name]), REQUESTS[name].body) == []


def test_every_sample_is_covered_or_said_why_not(shared: Path) -> None:
    names = set(found(shared))
    covered = {*SITUATIONS, *REQUESTS}
    assert covered <= names
    left = {name for name in names - covered if not any(fnmatchcase(name, pattern) for pattern in NOT_HERE)}
    assert not left
    assert not [pattern for pattern in NOT_HERE if not any(fnmatchcase(name, pattern) for name in names - covered)]
