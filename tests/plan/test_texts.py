"""The plan as people read it, whole, in three languages."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from mpkit.i18n import words
from mpkit.ledger import Known
from mpkit.model import Amount
from mpkit.plan import (
    Existing,
    Plan,
    applying,
    carry,
    change,
    closing,
    machine,
    make,
    making,
    markdown,
    stale,
    text,
    undoing,
)
from mpkit.plan.fields import of_branch, of_register
from tests.plan.chain import ACCOUNT, Listed, account_with, as_pos, as_store, branch, chain, register

LANGUAGES = ("es", "pt", "en")


def one_of_everything() -> Plan:
    """Creates, an update, an adoption, something blocked, something left, and signs that become useless."""
    there = chain(6)
    existing = account_with(there)
    known = {}
    for store, listed in zip(existing.stores, there.branches, strict=True):
        known["store", listed.external_id] = Known("store", listed.external_id, store.id, None, of_branch(listed))
    for pos, one in zip(existing.pos, there.registers, strict=True):
        known["pos", one.external_id] = Known("pos", one.external_id, pos.id, None, of_register(one, Amount.BUYER))
    del known["store", "S005"], known["pos", "P005"]
    changed = [
        replace(there.branches[0], name="Farmacia *Norte* | <b>San Martín</b>"),
        replace(there.branches[1], hours={"monday": (("08:00", "20:00"),), "sunday": (("10:00", "13:00"),)}),
        *there.branches[2:],
        branch(6, name="Nueva sucursal"),
        branch(7, location=replace(branch(7).location, latitude=40.0)),
    ]
    registers = [replace(there.registers[2], amount=Amount.TILL), *there.registers[:2], *there.registers[3:]]
    registers += [register(6), register(7), register(8, of=99)]
    panel = as_pos(register(20), "990", "600", external_id=None, name="QR del mostrador")
    account = Existing((*existing.stores, as_store(branch(30), "630")), (*existing.pos, panel))
    listed_ = Listed(tuple(changed), tuple(registers))
    return make(listed_, account, known, account=ACCOUNT, amount=Amount.BUYER, printed={"P002": (11, 12, 13, 14)})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_text_of_a_plan(language: str, golden: Callable[[str, str], None]) -> None:
    golden(f"plan/{language}.txt", text(one_of_everything(), language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_markdown_of_a_plan(language: str, golden: Callable[[str, str], None]) -> None:
    golden(f"plan/{language}.md", markdown(one_of_everything(), language))


def test_the_document_of_a_plan(golden: Callable[[str, str], None]) -> None:
    golden("plan/plan.json", json.dumps(one_of_everything().document("en"), ensure_ascii=False, indent=1) + "\n")


def test_nothing_to_do_is_said() -> None:
    plan = make(Listed(), Existing(), {}, account=ACCOUNT)
    assert "Nothing to do" in text(plan, "en")


def test_long_parts_are_cut_on_a_terminal_and_whole_in_markdown() -> None:
    plan = make(chain(40), Existing(), {}, account=ACCOUNT, amount=Amount.BUYER)
    said = text(plan, "es")
    assert "60 más" in said
    assert said.count("\n") < 30
    assert markdown(plan, "es").count("| S0") == 40


def test_a_name_is_no_markup() -> None:
    said = markdown(one_of_everything(), "en")
    assert "<b>" not in said
    assert r"\*Norte\* \| \<b\>San Martín" in said


def test_every_reason_a_plan_can_give_has_its_words() -> None:
    for module in (making, machine, applying, carry, change, closing, stale, undoing):
        for key in re.findall(r'"(plan_[a-z_]+)"', inspect.getsource(module)):
            assert set(LANGUAGES) <= set(words()[key]), key
