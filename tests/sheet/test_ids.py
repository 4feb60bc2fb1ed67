"""The id rule: valid for Mercado Pago, stable, and no two own ids become one."""

import re

from hypothesis import assume, example, given
from hypothesis import strategies as st

from mpkit.sheet import ids

own_ids = st.text("AXZx0159-_./ ñÑé", min_size=1, max_size=30) | st.text(min_size=1, max_size=70)
VALID = re.compile(r"[A-Z0-9]+")


@given(own_ids, own_ids)
@example("15-1-8017", "15-18-017")
@example("15-1", "X15XM1")
@example("a", "A")
@example("aB", "Ab")
@example("X", "XX")
@example("1" * 61, "1" * 60 + "2")
def test_no_two_own_ids_become_one(one, other):
    assume(one != other)
    a, b = ids.store_id(one), ids.store_id(other)
    assert a != b
    for made in (a, b):
        assert VALID.fullmatch(made)
        assert len(made) <= ids.STORE_MOST


def test_what_is_valid_stays_as_it_is():
    for own in ("0425", "SUC1", "EXPO12", "A" * 60):
        assert ids.store_id(own) == own
    assert ids.store_id("15-1-8017") == "X15XM1XM8017"


numbers = st.integers(1, 300)
registers = st.tuples(own_ids, st.just(""), numbers) | st.tuples(own_ids, own_ids, st.just(1))


@given(registers, registers)
@example(("1", "1", 1), ("11", "1", 1))
@example(("1", "R2", 1), ("1R2", "", 1))
@example(("1", "2R3", 1), ("1R2", "3", 1))
@example(("1", "1", 1), ("1", "01", 1))
@example(("1C1", "", 1), ("1", "", 101))
def test_no_two_registers_share_an_id(one, other):
    assume(one != other)
    a, b = (ids.register_id(ids.store_id(store), own, number) for store, own, number in (one, other))
    assert a != b
    for made in (a, b):
        assert VALID.fullmatch(made)
        assert len(made) <= ids.POS_MOST


def test_derived_ids_are_stable_and_apart():
    one = ids.derived_id("Centro", "Mitre 10", "Salta", "Salta")
    assert one == ids.derived_id("CENTRO ", "mitre  10", "salta", "Salta")
    assert one != ids.derived_id("Centro", "Mitre 11", "Salta", "Salta")
    assert one.startswith("XD")
    assert not one.startswith(ids.store_id("-")[:2])
