"""Small files in three languages, whole answers as golden files; and each rule on a row of its own."""

import json
from pathlib import Path

import pytest
import xlsxwriter

from mpkit import sheet
from mpkit.errors import Refused, UnreadableFile, WrongUsage
from mpkit.model import Amount, Severity

ES = """Cadena Ejemplo S.A. - listado al 1/3/2026

Código;Sucursal;Domicilio;Localidad;Provincia;Latitud;Longitud;Cajas;Horario;Estado
0001;Centro;San Martín 450;Rosario;Santa Fe;-32,9468;-60,6393;3;Lun a Vie 9 a 18;Activo
0002;Norte ;Mitre 120 None;ROSARIO;AR-S;-32,9301;-60,6601;2;Lunes 9 a;Activo
0003;Sur;Belgrano None;Rosarío;Santa Fe;-32,9700;-60,6500;;;Activo
0004;Lejos;Independencia 77;Rosario;Santa Fe;-24,7883;-65,4106;1;;Activo
0005;Al revés;Catamarca 10;Rosario;Santa Fe;-60,6393;-32,9460;1;;Activo
0006;;Catamarca 12;Rosario;Santa Fe;-32,9450;-60,6390;1;;Activo
0006;Repetida;Catamarca 14;Rosario;Santa Fe;-32,9440;-60,6380;1;;Activo
0008;Sin punto;Catamarca 16;Rosario;Santa Fe;;;1;;Activo
0009;Salteña;Caseros 500;Salta;Santa Fe;-24,7890;-65,4110;1;;Activo
0010;Cerrada;Caseros 600;Rosario;Santa Fe;-32,9470;-60,6400;muchas;;Baja
0011;Sin calle;SIN DIRECCION;Rosario;Santa Fe;-32,9480;-60,6410;1;;Activo
Total: 11;;;;;;;;;
"""
PT = """codigo,nome da loja,endereco,telefone
15-1,Loja Centro,"Rua XV de Novembro, 120 - Centro, Curitiba - PR, 80020-310",(41) 3222-0000
15-2,Loja Batel,"Avenida do Batel, 1868 - Batel, Curitiba - PR, 80420-090",(41) 3222-0001
15-3,Loja Litoral,"Rua sem cidade",(41) 3222-0002
"""
EN = """Branch code|Branch name|Street|House number|City|State|lat lng|Register number|Register name
A1|Palermo|Thames|1500|Buenos Aires|Capital Federal|"-34.5884, -58.4306"|1|Front
A1|Palermo|Thames|1500|Buenos Aires|Capital Federal|"-34.5884, -58.4306"|2|Back
B2|Salta|Caseros|480|Salta|Salta|"-24.7883, -65.4106"|1|Only
"""


def write(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def shop(folder: Path, *rows: str, header: str = "codigo;nombre;direccion;ciudad;provincia;lat;lng", **options):
    return sheet.check(write(folder, "a.csv", "\n".join([header, *rows]) + "\n"), **{"site": "MLA", **options})


def said(checked, record: int) -> dict[str, str]:
    return {f.code: f.severity.value for f in checked.findings if f.record == record}


@pytest.mark.parametrize(
    ("language", "text", "options"),
    [("es", ES, {}), ("pt", PT, {"accept": ["missing_coordinates"]}), ("en", EN, {"site": "MLA"})],
)
def test_whole_answers(tmp_path, golden, language, text, options):
    checked = sheet.check(write(tmp_path, f"{language}.csv", text), **options)
    wanted = {
        **checked.to_json(language),
        "wanted": [repr(branch) for branch in checked.branches],
        "tills": [repr(register) for register in checked.registers],
    }
    golden(f"sheet/check-{language}.json", json.dumps(wanted, ensure_ascii=False, indent=1) + "\n")


def test_the_spanish_file_blocks_what_must_wait(tmp_path):
    checked = sheet.check(write(tmp_path, "es.csv", ES, "cp1252"))
    assert (checked.site, checked.header_row, checked.rows) == ("MLA", 3, 12)
    assert checked.blocked == {4, 5, 6, 7, 8, 9, 11, 12}
    assert [b.own_id for b in checked.branches] == ["0001", "0002", "0003", "0010"]
    assert [b.closed for b in checked.branches] == [False, False, False, True]
    assert checked.to_json("es")["branches"] == 3
    assert {f.row - f.record for f in checked.findings if f.record} == {3}


def test_registers_from_a_column_of_counts(tmp_path):
    checked = sheet.check(write(tmp_path, "es.csv", ES))
    assert [(r.external_id, r.name) for r in checked.registers[:3]] == [
        ("0001C01", "0001 Caja 1"),
        ("0001C02", "0001 Caja 2"),
        ("0001C03", "0001 Caja 3"),
    ]
    assert said(checked, 10)["bad_register_count"] == "warning"


def test_registers_from_rows(tmp_path):
    checked = sheet.check(write(tmp_path, "en.csv", EN))
    assert [b.own_id for b in checked.branches] == ["A1", "B2"]
    assert [(r.external_id, r.name) for r in checked.registers] == [
        ("A1R1", "A1 Front"),
        ("A1R2", "A1 Back"),
        ("B2R1", "B2 Only"),
    ]


GOOD = "1;Centro;San Martín 450;Rosario;Santa Fe;-32.9468;-60.6393"


def test_a_clean_row_has_nothing_to_say(tmp_path):
    checked = shop(tmp_path, GOOD)
    assert (checked.findings, len(checked.branches)) == ((), 1)
    place = checked.branches[0].location
    assert (place.street_name, place.street_number, place.city, place.state) == (
        "San Martín",
        "450",
        "Rosario",
        "Santa Fe",
    )


@pytest.mark.parametrize(
    ("row", "code", "severity"),
    [
        ("2;B;Mitre 10;Rosario;Santa Fe;-60.6393;-32.9468", "coordinates_swapped", "blocking"),
        ("2;B;Mitre 10;Rosario;Santa Fe;32.9468;-60.6393", "coordinates_wrong_sign", "blocking"),
        ("2;B;Mitre 10;Rosario;Santa Fe;40.4;-3.7", "coordinates_outside_country", "blocking"),
        ("2;B;Mitre 10;Rosario;Santa Fe;-38.0;-72.5", "coordinates_outside_country", "blocking"),
        ("2;B;Mitre 10;Rosario;Santa Fe;-31.63;-60.70", "coordinates_far_from_city", "blocking"),
        ("2;B;Mitre 10;Rosario;Salta;-32.9468;-60.6393", "state_mismatch", "blocking"),
        ("2;B;Mitre 10;Rosarrio;Santa Fe;-32.9468;-60.6393", "city_misspelled", "warning"),
        ("2;B;Mitre 10;Rosarrio;Santa Fe;;", "city_misspelled", "warning"),
        ("2;B;Mitre 10;Santa Fe;Santa Fe;-33.7466;-61.9680", "city_mismatch", "warning"),
        ("2;B;Mitre 10;Barrio Inventado;Santa Fe;-32.9468;-60.6393", "city_unknown", "warning"),
        ("2;B;Mitre 10;Barrio Inventado;Santa Fe;;", "city_unknown", "warning"),
        ("2;B;Mitre 10;;Santa Fe;-32.9468;-60.6393", "missing_city", "blocking"),
        ("2;B;Mitre 10;Rosario;;-32.9468;-60.6393", "missing_state", "warning"),
        ("2;B;Mitre 10;Rosario;Atlántida;-32.9468;-60.6393", "state_unknown", "blocking"),
        ("2;B;Mitre;Rosario;Santa Fe;-32.9468;-60.6393", "no_street_number", "warning"),
        ("2;B;-;Rosario;Santa Fe;-32.9468;-60.6393", "missing_address", "blocking"),
        ("2;;Mitre 10;Rosario;Santa Fe;-32.9468;-60.6393", "missing_name", "blocking"),
        ("2;Pe\u200bña;Mitre 10;Rosario;Santa Fe;-32.9468;-60.6393", "invisible_characters", "warning"),
        (";B;Mitre 10;Rosario;Santa Fe;-32.9468;-60.6393", "missing_id", "warning"),
        ("1;B;Mitre 10;Rosario;Santa Fe;-32.9460;-60.6390", "duplicate_id", "blocking"),
        (GOOD, "duplicate_row", "blocking"),
        ("2;CENTRO;Mitre 10;Rosario;Santa Fe;-32.9460;-60.6390", "name_not_unique", "info"),
        ("2;B;Mitre 10;Rosario;Santa Fe;-32.9468;-60.6393", "duplicate_location", "warning"),
        (f"{'9' * 70};B;Mitre 10;Rosario;Santa Fe;-32.9460;-60.6390", "external_id_too_long", "warning"),
        (f"2;{'B' * 61};Mitre 10;Rosario;Santa Fe;-32.9460;-60.6390", "name_too_long", "warning"),
        ("2;B;Mitre 10;Rosario;Santa Fe;-32.9460;-60.6390;x;y", "extra_cells", "blocking"),
    ],
)
def test_each_rule_on_one_row(tmp_path, row, code, severity):
    other = ("7;Otra;Sarmiento 33;Rosario;Santa Fe;-32.9500;-60.6500", "8;Más;Urquiza 3;Salta;Salta;-24.79;-65.41")
    checked = shop(tmp_path, GOOD, row, *other)
    assert said(checked, 2).get(code) == severity, said(checked, 2)
    assert (2 in checked.blocked) == any(s == "blocking" for s in said(checked, 2).values())
    for language in ("es", "pt", "en"):
        assert all(finding["message"] for finding in checked.to_json(language)["findings"])


def test_what_somebody_accepts_is_repaired_and_said(tmp_path):
    swapped = "2;B;Mitre 10;Rosario;Santa Fe;-60.6393;-32.9468"
    checked = shop(tmp_path, GOOD, swapped, accept=["coordinates_swapped"])
    assert said(checked, 2)["coordinates_swapped"] == "warning"
    assert checked.branches[1].location.latitude == -32.9468
    wrong = shop(tmp_path, GOOD, "2;B;Mitre 10;Rosario;Salta;-32.94;-60.63", accept=["state_mismatch"])
    assert wrong.branches[1].location.state == "Santa Fe"
    with pytest.raises(WrongUsage, match="no_such_code"):
        shop(tmp_path, GOOD, accept=["no_such_code"])


def test_a_missing_column_is_said_once(tmp_path):
    rows = [f"{n};Local {n};Mitre {n}0;Rosario;Santa Fe" for n in range(1, 30)]
    header = "codigo;nombre;direccion;ciudad;provincia"
    checked = shop(tmp_path, *rows, header=header)
    assert [f.code for f in checked.findings if f.severity is Severity.BLOCKING] == ["missing_coordinates"]
    assert (checked.branches, len(checked.blocked)) == ((), 29)
    accepted = shop(tmp_path, *rows, header=header, accept=["missing_coordinates"])
    assert len(accepted.branches) == 29


def test_no_header_row(tmp_path):
    checked = shop(
        tmp_path, "0002;Norte;Mitre 12;Rosario;Santa Fe;-32.93;-60.66", header=GOOD.replace("1;", "0001;", 1)
    )
    assert (checked.header_row, checked.rows) == (0, 2)
    assert len(checked.branches) == 2
    assert {"latitude", "longitude", "city", "state"} <= {c.meaning for c in checked.columns}


def test_columns_can_be_told(tmp_path):
    header = "a;b;c;d;e;f;g"
    told = {
        "external_id": "1",
        "store_name": "b",
        "street_and_number": "C",
        "city": "d",
        "state": "5",
        "latitude": "f",
        "longitude": "g",
    }
    checked = shop(tmp_path, GOOD, GOOD.replace("1;Centro", "2;Otro"), header=header, mapping=told)
    assert {c.meaning: c.confidence for c in checked.columns} == dict.fromkeys(told, 1.0)
    with pytest.raises(WrongUsage, match="zz"):
        shop(tmp_path, GOOD, mapping={"city": "zz"})
    with pytest.raises(WrongUsage, match="towns"):
        shop(tmp_path, GOOD, mapping={"towns": "1"})


def test_swapped_headings_are_told_by_their_cells(tmp_path):
    rows = [f"{n};N{n};Mitre {n};Rosario;Santa Fe;-60.63{n:02d};-32.94{n:02d}" for n in range(10, 20)]
    checked = shop(tmp_path, *rows)
    assert (checked.branches[0].location.latitude, len(checked.branches)) == (-32.9410, 10)


def test_who_enters_the_amount_is_taken_from_the_row_or_said(tmp_path):
    header = "codigo;nombre;direccion;ciudad;provincia;lat;lng;quien ingresa el monto"
    rows = [
        GOOD + ";comprador",
        GOOD.replace("1;Centro", "2;B") + ";sistema propio",
        GOOD.replace("1;Centro", "3;C") + ";quizá",
    ]
    checked = shop(tmp_path, *rows, header=header)
    assert [r.amount for r in checked.registers] == [Amount.BUYER, Amount.OWN_SYSTEM, None]
    assert said(checked, 3)["bad_amount_mode"] == "warning"


def test_what_follows_the_number_is_not_lost(tmp_path):
    checked = shop(tmp_path, "1;A;Mitre 450, Local 7;Rosario;Santa Fe;-32.94;-60.63")
    place = checked.branches[0].location
    assert (place.street_name, place.street_number, place.reference) == ("Mitre", "450", "Local 7")


def test_ids_stay_text(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    page = book.add_worksheet()
    for column, heading in enumerate(["codigo", "nombre", "direccion", "ciudad", "provincia", "lat", "lng"]):
        page.write(0, column, heading)
    for row, own in enumerate(["0425", 426, "00E1", "N/A"], start=1):
        for column, cell in enumerate(
            [own, f"Local {row}", f"Mitre {row}0", "Rosario", "Santa Fe", -32.94 - row / 100, -60.64]
        ):
            page.write(row, column, cell)
    book.close()
    checked = sheet.check(tmp_path / "a.xlsx")
    assert [b.own_id for b in checked.branches] == ["0425", "426", "00E1", "N/A"]
    assert said(checked, 2) == {"number_in_id": "warning"}


def test_the_country_is_guessed_or_asked(tmp_path):
    with pytest.raises(Refused, match="--site"):
        sheet.check(write(tmp_path, "a.csv", "codigo;nombre\n1;Centro\n2;Norte\n"))
    with pytest.raises(WrongUsage, match="XX"):
        sheet.check(write(tmp_path, "a.csv", "codigo;nombre\n1;Centro\n"), site="XX")
    assert sheet.check(write(tmp_path, "pt.csv", PT)).site == "MLB"


def test_a_file_of_headings_only(tmp_path):
    with pytest.raises(UnreadableFile, match=r"a\.csv"):
        shop(tmp_path)


def test_the_same_file_twice_gives_the_same_ids(tmp_path):
    rows = [row.partition(";")[2] for row in (GOOD, "2;Norte;Mitre 12;Rosario;Santa Fe;-32.93;-60.66")]
    header = "nombre;direccion;ciudad;provincia;lat;lng"
    first, again = shop(tmp_path, *rows, header=header), shop(tmp_path, *reversed(rows), header=header)
    assert {b.external_id for b in first.branches} == {b.external_id for b in again.branches}
    assert all(b.external_id.startswith("XD") for b in first.branches)


def test_a_city_only_our_list_lacks_is_sent_as_written(tmp_path):
    checked = shop(tmp_path, GOOD, "2;B;Mitre 10;Barrio Inventado;Santa Fe;;", accept=["missing_coordinates"])
    assert said(checked, 2) == {"city_unknown": "warning", "missing_coordinates": "blocking"}, checked.findings
    kept = next(f for f in checked.to_json("en")["findings"] if f["code"] == "city_unknown")
    assert "sent as written" in kept["message"]


def test_a_state_cut_out_of_the_one_written_is_an_old_name(tmp_path):
    head = "codigo;nombre;direccion;comuna;region;lat;lng\n"
    rows = "1;Uno;Libertad 450;Chillán;Biobío;-36.6066;-72.1034\n2;Dos;Prat 5;Concepción;Biobío;-36.8270;-73.0503\n"
    path = tmp_path / "chile.csv"
    path.write_text(head + rows, encoding="utf-8")
    checked = sheet.check(path, site="MLC")
    assert said(checked, 1)["state_mismatch"] == "warning"
    assert checked.branches[0].location.state == "Ñuble"
