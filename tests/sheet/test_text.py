"""What is wrong with a cell's letters, and what would be right."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mpkit.sheet import text as letters
from mpkit.sheet.text import decimal_point, faults, is_certain, is_clean, tidy, unscrambled

SPANISH = st.text(alphabet="aeionrst ÁÉÍÓÚÑáéíóúñüçãõº", min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("broken", "code", "right"),
    [
        ("TULUÃ¡", "mojibake", "TULUá"),
        ("TULU\u00c3\u0081", "mojibake", "TULUÁ"),
        ("MARQ\u0090Z", "mojibake", "MARQÉZ"),
        ("GIR¢N", "mojibake", "GIRóN"),
        ("PeÃƒÂ±a y SÃ£o", "mojibake", "Peña y São"),
        ("Ñandú PeÃ±a", "mojibake", "Ñandú Peña"),
        ("a\u00a0b", "invisible_characters", "a b"),
        ("\u2060Sol", "invisible_characters", "Sol"),
        (" Sol  Sur ", "padded_value", "Sol Sur"),
        ("BRE\ufffdA", "lost_letter", "BRE\ufffdA"),
    ],
)
def test_a_fault_and_what_would_be_right(broken, code, right):
    assert faults(broken) == ((code, right),)


@pytest.mark.parametrize("text", ["Ñuñoa", "São João", "Nº 12", "10 °C", "«Sol»", "Peña", "Ã", "£5", "Calle 5 § 3"])
def test_right_letters_stay(text):
    assert not any(code == "mojibake" for code, _ in faults(text))


@given(SPANISH, st.integers(1, 3))
def test_broken_once_or_three_times_is_put_right(text, times):
    broken = text
    for _ in range(times):
        broken = broken.encode("utf-8").decode("latin-1")
    assert tidy(unscrambled(broken)) == tidy(unscrambled(text))
    assert text.isascii() or is_certain(broken)


def test_a_mark_told_before_decimals():
    assert [decimal_point(text, ",") for text in ("-34,6", "1.234,5", "-58")] == ["-34.6", "1234.5", "-58"]


@given(st.lists(st.text(alphabet=[*map(chr, range(32, 127)), *"áéíóúñüÁÉÍÓÚÑÜãõâêôçÃÕÂÊÔÇ"], max_size=12), max_size=4))
@example(["Aé"])
@example(["0 |"])
def test_a_column_looked_at_all_at_once_is_as_clean_as_its_cells(cells):
    each = [tidy(cell) == cell and not tuple(letters._faults(cell)) for cell in cells]
    assert all(each) or not is_clean(cells)
    assert is_clean(cells) or not all(each) or "|" in "".join(cells)  # the mark between cells: looked at one by one
    assert all(faults(cell) == tuple(letters._faults(cell)) for cell in cells)
