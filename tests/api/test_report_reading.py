"""Files of reports read line by line: whatever they look like, and one clear error for what cannot be read."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mpkit.api.report_reading import release_rows, settlement_rows
from mpkit.api.report_rows import SettlementRow
from mpkit.errors import UnreadableFile
from mpkit.i18n import say_error

NEEDED = {
    "SOURCE_ID": "5067634447",
    "TRANSACTION_TYPE": "SETTLEMENT",
    "TRANSACTION_DATE": "2026-08-11T22:20:19.000-04:00",
    "TRANSACTION_AMOUNT": "79.00",
    "SETTLEMENT_NET_AMOUNT": "70.15",
}
MOVED = {
    "DATE": "2026-08-11T22:20:19.000-04:00",
    "SOURCE_ID": "5067634447",
    "RECORD_TYPE": "release",
    "DESCRIPTION": "payment",
    "NET_CREDIT_AMOUNT": "70.15",
    "NET_DEBIT_AMOUNT": "0.00",
}


def written(
    path: Path, rows: list[dict[str, str]], *, separator: str = ";", bom: bool = False, newline: str = "\n"
) -> Path:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=separator, lineterminator=newline)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode())
    return path


def one(tmp_path: Path, **cells: str) -> SettlementRow:
    (row,) = settlement_rows(written(tmp_path / "report.csv", [{**NEEDED, **cells}]))
    return row


# round trips

AMOUNTS = st.integers(-(10**12), 10**12)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=12).map(str.strip)
METADATA = st.one_of(
    st.just("[{}]"),
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=5), st.text(max_size=8), max_size=3
    ).map(lambda told: json.dumps([told])),
)
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
OFFSETS = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timedelta(minutes=15 * quarters))


def told(hundredths: int) -> str:
    return f"{'-' if hundredths < 0 else ''}{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"


def dated(at: datetime, offset: timedelta) -> str:
    return at.astimezone(timezone(offset)).isoformat(timespec="milliseconds")


LINES = st.fixed_dictionaries(
    {
        "id": st.integers(1, 10**18),
        "at": MOMENTS,
        "offset": OFFSETS,
        "amount": AMOUNTS,
        "net": AMOUNTS,
        "fee": AMOUNTS,
        "metadata": METADATA,
        "name": TEXTS,
        "taxes": st.lists(st.tuples(st.sampled_from(("tax_a-cordoba", "tax_b")), AMOUNTS), max_size=3),
        "loose": st.booleans(),
    }
)


def loose_or_json(taxes: list[tuple[str, int]], *, loose: bool) -> str:
    if loose:
        return f"[{','.join(f'{{financial_entity:x,amount:{told(each)},detail:{name}}}' for name, each in taxes)}]"
    return json.dumps([{"amount": each / 100, "detail": name, "financial_entity": "x"} for name, each in taxes])


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(LINES, min_size=1, max_size=5),
    form=st.fixed_dictionaries(
        {"separator": st.sampled_from(",;"), "bom": st.booleans(), "newline": st.sampled_from(("\n", "\r\n"))}
    ),
    order=st.randoms(use_true_random=False),
)
def test_what_was_written_is_read(
    tmp_path: Path, lines: list[dict[str, Any]], form: dict[str, Any], order: Any
) -> None:
    rows = []
    columns = ["SOURCE_ID", "TRANSACTION_TYPE", "TRANSACTION_DATE", "TRANSACTION_AMOUNT", "SETTLEMENT_NET_AMOUNT"]
    columns += ["FEE_AMOUNT", "METADATA", "STORE_NAME", "TAXES_DISAGGREGATED", "UNHEARD_OF"]
    order.shuffle(columns)
    for line in lines:
        cells = {
            "SOURCE_ID": str(line["id"]),
            "TRANSACTION_TYPE": "REFUND",
            "TRANSACTION_DATE": dated(line["at"], line["offset"]),
            "TRANSACTION_AMOUNT": told(line["amount"]),
            "SETTLEMENT_NET_AMOUNT": told(line["net"]),
            "FEE_AMOUNT": told(line["fee"]),
            "METADATA": line["metadata"],
            "STORE_NAME": line["name"],
            "TAXES_DISAGGREGATED": loose_or_json(line["taxes"], loose=line["loose"]),
            "UNHEARD_OF": "x",
        }
        rows.append({name: cells[name] for name in columns})
    found = list(settlement_rows(written(tmp_path / "r.csv", rows, **form)))
    assert len(found) == len(lines)
    for row, line in zip(found, lines, strict=True):
        assert (row.source_id, row.at, row.amount, row.net, row.fee) == (
            str(line["id"]),
            line["at"],
            line["amount"],
            line["net"],
            line["fee"],
        )
        assert row.spot.store_name == line["name"]
        assert row.taxes_by == tuple(line["taxes"])
        assert row.coupon is None
        assert row.rounded == ()


@given(st.binary(max_size=400))
@example(b'SOURCE_ID;TRANSACTION_TYPE;TRANSACTION_DATE;TRANSACTION_AMOUNT;SETTLEMENT_NET_AMOUNT\n"')
@example(b"\x00;SOURCE_ID\n")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_else_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "r.csv"
    header = ";".join(NEEDED).encode()
    for start in (b"", header + b"\n"):
        file.write_bytes(start + content)
        for read in (settlement_rows, release_rows):
            told = refusal(read, file)
            assert told is None or ("r.csv" in told[0] and len(set(told)) == 3)


def refusal(read: Any, file: Path) -> tuple[str, ...] | None:
    """The sentence that refuses a file in three languages, None where it is read."""
    try:
        list(read(file))
    except UnreadableFile as error:
        return tuple(say_error(error, language) for language in ("en", "es", "pt"))
    return None


# one cell each


@pytest.mark.parametrize(
    ("told_", "id_", "rounded"),
    [
        ("5067634447", "5067634447", ()),
        ("2E+15", "2E+15", ("SOURCE_ID",)),
        ("1.30000E+11", "1.30000E+11", ("SOURCE_ID",)),
        ("1.30000052474E+11", "130000052474", ()),
        ("1.300000524740000E+11", "130000052474", ()),
        ("5,5E+1", "55", ()),
        ("7E+0", "7", ()),
        ("130000052474.0", "130000052474", ()),
        ("P-MANUAL", "P-MANUAL", ()),
        ("", "", ()),
    ],
)
def test_an_id_as_a_spreadsheet_wrote_it(tmp_path: Path, told_: str, id_: str, rounded: tuple[str, ...]) -> None:
    row = one(tmp_path, SOURCE_ID=told_)
    assert (row.source_id, row.rounded) == (id_, rounded)


@pytest.mark.parametrize(
    ("told_", "hundredths"),
    [("-8.85", -885), ("0", 0), ("", 0), ("12", 1200), ("12.5", 1250), ("-0.01", -1), ("3.005", 301)],
)
def test_an_amount(tmp_path: Path, told_: str, hundredths: int) -> None:
    assert one(tmp_path, FEE_AMOUNT=told_).fee == hundredths


def test_what_is_not_there_is_not_made_up(tmp_path: Path) -> None:
    row = one(tmp_path)
    assert (row.fee, row.taxes, row.real, row.released, row.is_released, row.installments) == (None,) * 6
    assert (row.spot.store_id, row.tags, row.taxes_by, row.refund_id) == ("", (), (), "")


def test_labels_refunds_and_what_is_a_sale(tmp_path: Path) -> None:
    row = one(tmp_path, OPERATION_TAGS="QR, MARKETPLACE", METADATA='[{"refund_id": "2000000001"}]', IS_RELEASED="true")
    assert (row.tags, row.refund_id, row.is_released, row.is_sale) == (("QR", "MARKETPLACE"), "2000000001", True, True)
    assert not one(tmp_path, TRANSACTION_AMOUNT="-15000.00").is_sale
    assert not one(tmp_path, TRANSACTION_TYPE="PAYOUTS").is_sale


def test_no_person_is_in_a_row() -> None:
    names = {part.name for part in fields(SettlementRow)}
    assert not [name for name in names if "payer" in name or "card" in name]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"TRANSACTION_AMOUNT": "1.234,56"}, "TRANSACTION_AMOUNT"),
        ({"TRANSACTION_AMOUNT": "1e5"}, "TRANSACTION_AMOUNT"),
        ({"SETTLEMENT_NET_AMOUNT": "NaN"}, "SETTLEMENT_NET_AMOUNT"),
        ({"TRANSACTION_DATE": "2026-08-11T22:20:19.000"}, "TRANSACTION_DATE"),
        ({"TRANSACTION_DATE": ""}, "TRANSACTION_DATE"),
        ({"SETTLEMENT_DATE": "11/08/2026"}, "SETTLEMENT_DATE"),
        ({"INSTALLMENTS": "one"}, "INSTALLMENTS"),
        ({"IS_RELEASED": "maybe"}, "IS_RELEASED"),
    ],
)
def test_a_cell_that_cannot_be_read_names_file_line_and_column(
    tmp_path: Path, cells: dict[str, str], column: str
) -> None:
    good = dict.fromkeys(cells, "") | NEEDED
    rows = [good, {**good, "SOURCE_ID": "quoted\nover two lines"}, {**good, **cells}]
    found = settlement_rows(written(tmp_path / "report.csv", rows))
    assert next(found).source_id == NEEDED["SOURCE_ID"]
    next(found)
    with pytest.raises(UnreadableFile) as caught:
        next(found)
    assert caught.value.key == "api_report_cell"
    assert (caught.value.values["line"], caught.value.values["column"]) == (5, column)
    assert "report.csv" in str(caught.value)
    assert next(iter(cells.values())) not in str(caught.value) or not next(iter(cells.values()))


def test_a_file_that_was_cut_off(tmp_path: Path) -> None:
    file = written(tmp_path / "report.csv", [NEEDED, NEEDED])
    file.write_bytes(file.read_bytes()[:-12])
    with pytest.raises(UnreadableFile) as caught:
        list(settlement_rows(file))
    assert (caught.value.key, caught.value.values["line"], caught.value.values["found"]) == ("api_report_cells", 3, 4)


@pytest.mark.parametrize("content", ["", "<html><body>Oops</body></html>", "A;B\n1;2\n", '{"message": "not_found"}'])
def test_what_is_no_report(tmp_path: Path, content: str) -> None:
    file = tmp_path / "report.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFile) as caught:
        list(settlement_rows(file))
    assert caught.value.key == "api_report_no_header"
    assert "TRANSACTION_DATE" in str(caught.value)


def test_only_the_span_that_was_asked_for(tmp_path: Path) -> None:
    begin = datetime(2026, 8, 1, 3, tzinfo=UTC)
    moments = [begin - timedelta(seconds=1), begin, begin + timedelta(days=30), begin + timedelta(days=31)]
    rows = [{**NEEDED, "TRANSACTION_DATE": at.isoformat()} for at in moments]
    file = written(tmp_path / "report.csv", rows)
    span = (begin, begin + timedelta(days=31))
    assert [row.at for row in settlement_rows(file, span=span)] == moments[1:3]
    released = [{**MOVED, "DATE": at.isoformat()} for at in moments]
    released += [
        {**MOVED, "DATE": "", "RECORD_TYPE": "total"},
        {**MOVED, "DATE": moments[0].isoformat(), "RECORD_TYPE": "initial_available_balance"},
    ]
    found = list(release_rows(written(tmp_path / "release.csv", released), span=span))
    assert [row.record for row in found] == ["release", "release", "total", "initial_available_balance"]


def test_a_movement_without_a_date_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        list(release_rows(written(tmp_path / "r.csv", [{**MOVED, "DATE": ""}])))


def test_the_samples_are_read(shared: Path) -> None:
    folder = shared / "api/samples-payments"
    rows = list(settlement_rows(folder / "settlement_report.csv"))
    assert [(row.amount, row.fee, row.net) for row in rows] == [
        (7900, -885, 7015),
        (19900, -2229, 17671),
        (310900, -34821, 276079),
        (9400, -1053, 8347),
    ]
    assert rows[2].installments == 12
    assert rows[0].at == datetime(2019, 8, 12, 2, 20, 19, tzinfo=UTC)
    assert {row.currency for row in rows} == {"BRL"}
    first, paid_out, *others = release_rows(folder / "release_report.csv")
    assert (first.record, first.credit, first.source_id) == ("initial_available_balance", 81343919, "")
    assert (paid_out.description, paid_out.debit, paid_out.fee) == ("withdrawal", 81336345, -300)
    assert [row.credit for row in others] == [22596, 12432, 82014, 85000]
    assert all(row.is_movement for row in others)
