"""Random refunds, parts, keys, repetitions, faults, disputes, restarts and time: never too much, never twice."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import hypothesis.strategies as st
import orjson
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from mpkit.errors import Conflict, NotFound, RateLimited, RefusedByApi, UnknownOutcome, Unreachable
from mpkit.model import Refund
from mpkit.money import hundredths
from mpkit.work import FixedClock
from tests.api.afterwards import DAY, Shop, shop
from tests.sandbox.asking import NOON

LOSSY = ("lost-answer", "half-answer", "500", "503", "reset", "429", "html-error", "cut-page")
UNSURE = (UnknownOutcome, Unreachable, RateLimited)
AMOUNTS = st.sampled_from((None, 1, 50, 100, 500, 2_500, 10_000))
WHICH = st.integers(0, 7)


@dataclass
class Intent:
    """What somebody wanted: written down before the first attempt, as its key is."""

    key: str
    payment: str
    amount: int | None
    at: float
    refund: Refund | None = None
    refused: bool = False


class Refunds(RuleBasedStateMachine):
    """A counter in Brazil, where a Pix takes its time, and somebody who repeats whatever was not clear."""

    shop: Shop

    @initialize(rejected=st.sampled_from((0.0, 0.5, 1.0)), in_process=st.sampled_from((0.0, 0.5, 1.0)))
    def open(self, rejected: float, in_process: float) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.switches: dict[str, object] = {"rejected": rejected, "in_process": in_process, "in_process_s": 1800}
        self.clock = FixedClock(NOON)
        self.all: list[Intent] = []
        self.sold: list[str] = []
        self.shop = self.begun()
        self.sold += [self.shop.paid("100.00", "pix"), self.shop.paid("5.00", "visa")]

    def begun(self) -> Shop:
        found = shop("MLB", clock=self.clock, state=Path(self.folder.name) / "state")
        found.turned(**self.switches)
        found.account.seller()
        return found

    def teardown(self) -> None:
        if not hasattr(self, "shop"):
            return
        self.settle()
        self.agree()
        self.shop.it.world.close()
        self.folder.cleanup()

    @rule(amount=st.sampled_from((1, 100, 1_000, 10_000)), method=st.sampled_from(("pix", "account_money", "visa")))
    def sell(self, amount: int, method: str) -> None:
        self.sold.append(self.shop.paid(f"{amount / 100:.2f}", method))

    @rule(which=WHICH, amount=AMOUNTS)
    def want(self, which: int, amount: int | None) -> None:
        payment = self.sold[-1 - which % len(self.sold)]
        self.all.append(Intent(f"key-{len(self.all)}", payment, amount, self.clock.elapsed))
        self.attempt(self.all[-1])

    @precondition(lambda self: self.all)
    @rule(which=WHICH)
    def repeat(self, which: int) -> None:
        intent = self.all[-1 - which % len(self.all)]
        if self.clock.elapsed - intent.at < DAY:  # a key is good for a day
            self.attempt(intent)

    @precondition(lambda self: self.all)
    @rule(which=WHICH, amount=st.sampled_from((1, 50)))
    def mistake(self, which: int, amount: int) -> None:
        """A key that stands for a refund is used for another one: nothing happens."""
        intent = self.all[-1 - which % len(self.all)]
        if intent.refund is None or intent.amount == amount or self.clock.elapsed - intent.at >= DAY - 3600:
            return
        before = self.shop.made()
        with pytest.raises((Conflict, *UNSURE)) as told:
            self.shop.account.refund(intent.payment, amount=amount, key=intent.key)
        assert told.type is not Conflict or told.value.key == "api_refund_key_used"
        assert self.shop.made() == before

    @rule(which=WHICH, action=st.sampled_from(("refund", "chargeback", "claim", "close_claim")))
    def elsewhere(self, which: int, action: str) -> None:
        """Somebody acts in the panel, or the buyer does; it may be refused."""
        payment = self.sold[-1 - which % len(self.sold)]
        self.shop.it("POST", "/_sandbox/buyer", {"action": action, "payment_id": payment})

    @rule(seconds=st.sampled_from((1, 60, 1800, 3600, 5 * 3600, 2 * DAY)))
    def wait(self, seconds: int) -> None:
        self.clock.sleep(seconds)

    @rule(faults=st.dictionaries(st.sampled_from(LOSSY), st.sampled_from((0.2, 0.5, 1.0)), max_size=2))
    def weather(self, faults: dict[str, float]) -> None:
        assert self.shop.it("PUT", "/_sandbox/faults", faults).status == 200

    @rule()
    def restart(self) -> None:
        self.shop.it.world.close()
        self.shop = self.begun()

    @invariant()
    def never_too_much(self) -> None:
        if not hasattr(self, "shop"):
            return
        book = self.shop.it.world.book
        for payment in map(int, self.sold):
            money = book.money[payment]
            back = sum(entry.hundredths for entry in money if entry.kind == "refund")
            assert back <= money[0].hundredths

    @invariant()
    def never_twice(self) -> None:
        """As many refunds as keys that took effect, besides those of the panel."""
        if not hasattr(self, "shop"):
            return
        known = {intent.refund.id: intent for intent in self.all if intent.refund is not None}
        assert len(known) == sum(intent.refund is not None for intent in self.all), "two keys, one refund"
        by_payment: dict[str, int] = defaultdict(int)
        for intent in self.all:
            by_payment[intent.payment] += not intent.refused
        made = self.through_the_api()
        for payment, ids in made.items():
            assert len(ids) <= by_payment[payment], "more refunds than anybody wanted"

    def through_the_api(self) -> dict[str, set[str]]:
        """The refunds the API was asked for, by payment: those its log of effects names."""
        found: dict[str, set[str]] = defaultdict(set)
        for (user, _), told in self.shop.it.world.keys._told.items():
            assert user == self.shop.it.user
            document = orjson.loads(told.answer.body)
            found[str(document["payment_id"])].add(str(document["id"]))
        return found

    def attempt(self, intent: Intent) -> None:
        try:
            refund = self.shop.account.refund(intent.payment, amount=intent.amount, key=intent.key)
        except UNSURE:
            return
        except (RefusedByApi, NotFound, Conflict):
            assert intent.refund is None, "a refund that was made is refused"
            intent.refused = True
            return
        intent.refused = False
        assert intent.refund is None or intent.refund.id == refund.id
        assert intent.amount in (None, refund.amount)
        assert refund.payment_id == intent.payment
        intent.refund = intent.refund or refund

    def settle(self) -> None:
        """Better weather, and the bank has decided: what was unclear is repeated with its key and is clear."""
        self.shop.it("PUT", "/_sandbox/faults", {})
        self.clock.sleep(3600)
        for intent in self.all:
            if intent.refund is None and not intent.refused and self.clock.elapsed - intent.at < DAY:
                self.attempt(intent)
                assert intent.refund is not None or intent.refused
                self.clock.sleep(3600)

    def agree(self) -> None:
        """The client's view, the payments and the ledger say the same, to the hundredth."""
        total = 0
        for payment in self.sold:
            said = self.shop.account.payment(payment)
            listed = self.shop.account.refunds_of(payment)
            approved = [refund for refund in listed if refund.status == "approved"]
            assert {refund.status for refund in listed} <= {"approved", "rejected"}
            assert sum(refund.amount for refund in approved) == said.refunded <= said.amount
            assert said.refunds == listed
            total += said.refunded
            mine = {i.refund.id for i in self.all if i.payment == payment and i.refund}
            assert mine <= {refund.id for refund in listed}
        rows = self.shop.it("GET", "/_sandbox/ledger?by=store").body["rows"]
        assert total == sum(hundredths(Decimal(row["refunds"])) for row in rows)


TestRefunds = Refunds.TestCase
TestRefunds.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
