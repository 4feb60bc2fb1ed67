"""What a list is recognised by is the canonical text of its rows, however that text is made."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from mpkit.db import canonical
from mpkit.model import Amount, Register
from mpkit.plan import list_hash
from tests.plan.chain import Listed

_TEXT = st.text(max_size=6) | st.sampled_from(('"', "\\", "\n\x7f", "ñandú", "\u2028", "😀"))
_REGISTER = st.builds(
    Register,
    _TEXT,
    _TEXT,
    _TEXT,
    amount=st.none() | st.sampled_from(list(Amount)),
    category=st.none() | st.integers(0, 10**6),
    closed=st.booleans(),
)


@settings(deadline=None)
@given(st.none() | st.sampled_from(list(Amount)), st.lists(_REGISTER, max_size=3))
def test_registers_are_hashed_as_the_canonical_rows_they_are(amount: Amount | None, registers: list[Register]) -> None:
    """The rows as plans on record have them."""
    rows: list[object] = [amount]
    for one in registers:
        rows.append([one.external_id, one.branch_external_id, one.name, one.amount])
        rows.append([one.category, one.closed])
    expected = sha256(canonical(rows).encode()).hexdigest()
    assert list_hash(Listed((), tuple(registers)), amount, None) == expected
