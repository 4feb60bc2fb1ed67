"""Opening hours as people write them: a table of sentences, what nobody can know, and weeks said in many styles."""
# ruff: noqa: RUF001 - dashes people type

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpkit import sheet
from mpkit.i18n import LANGUAGES
from mpkit.model import WEEK
from mpkit.sheet import hours

SHORT = dict(zip(("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), WEEK, strict=True))
NAMES = list(SHORT)

# A sentence and the week it means: `Mo-Fr 9-13 17-21; Sa 9-13`; past midnight as it is said.
MEANT = """
Lun a Vie 9 a 13 y 17 a 21; Sáb 9-13 = Mo-Fr 9-13 17-21; Sa 9-13
Lunes a Viernes de 9 a 18 hs. Sábados de 9 a 13 hs. = Mo-Fr 9-18; Sa 9-13
Seg a Sex 8h às 18h = Mo-Fr 8-18
24 hs = Mo-Su 0-24
Abierto las 24 horas = Mo-Su 0-24
Aberto 24 horas = Mo-Su 0-24
Open 24 hours = Mo-Su 0-24
24/7 = Mo-Su 0-24
24 x 7 = Mo-Su 0-24
Lunes a domingo las 24 hs = Mo-Su 0-24
Lun-Dom 24hs = Mo-Su 0-24
L-V 8:30-20:00 S 9-14 = Mo-Fr 8:30-20; Sa 9-14
L a V de 9 a 18 = Mo-Fr 9-18
L a S 10 a 22, D 11 a 21 = Mo-Sa 10-22; Su 11-21
lunes a viernes de 8 am a 6 pm = Mo-Fr 8-18
9 a 18 lunes a viernes = Mo-Fr 9-18
9 a 18 hs lunes a viernes, sábados 9 a 13 hs = Mo-Fr 9-18; Sa 9-13
De 9 a 13 y de 17 a 21, de lunes a sábado = Mo-Sa 9-13 17-21
todos los días de 9 a 18 = Mo-Su 9-18
Todos los días: 8:00 a 22:00 hs = Mo-Su 8-22
Lun a Sáb 9 a 20 de corrido = Mo-Sa 9-20
Lunes a viernes horario corrido 9:30 a 19 = Mo-Fr 9:30-19
9 to 5 = Mo-Su 9-17
Mon-Fri 9 to 5 = Mo-Fr 9-17
Monday to Friday 9 to 6, Saturday 9 to 1 = Mo-Fr 9-18; Sa 9-13
Mon-Fri 9am-6pm, Sat 10am-4pm, Sun closed = Mo-Fr 9-18; Sa 10-16
Daily 10:00 AM - 10:00 PM = Mo-Su 10-22
Every day 10am to midnight = Mo-Su 10-24
Weekdays 8:30am - 5:30pm = Mo-Fr 8:30-17:30
Weekends noon to 8 pm = Sa-Su 12-20
M-F 9am-6pm, S 10-4 = Mo-Fr 9-18; Sa 10-16
Mo-Fr 09:00-18:00; Sa 09:00-13:00; PH off = Mo-Fr 9-18; Sa 9-13
Lunes a viernes 8 a 1 pm = Mo-Fr 8-13
Lunes a sábado 9 am a 12 = Mo-Sa 9-12
Lun a Vie 9 a 12 y 4 a 8 = Mo-Fr 9-12 16-20
Lunes a Viernes: 9 a 1 y 5 a 9 = Mo-Fr 9-13 17-21
Lun a Vie 9:00 am a 1:00 pm y 2:30 a 6:00 pm = Mo-Fr 9-13 14:30-18
lunes a viernes 8:00 a.m. a 12:00 m. y 2:00 p.m. a 6:00 p.m. = Mo-Fr 8-12 14-18
Lunes a viernes 8 a. m. - 5 p. m. Sábado 8 a. m. - 12 m. = Mo-Fr 8-17; Sa 8-12
Viernes y sábados 20 a 2 = Fr,Sa 20-2
Jueves a sábado de 21 a 4 = Th-Sa 21-4
Fri-Sat 8pm-2am = Fr,Sa 20-2
Lun a Jue 11:00 a 23:00; Vie y Sáb 11:00 a 02:00 = Mo-Th 11-23; Fr,Sa 11-2
Martes a domingos de 19 a 00 hs = Tu-Su 19-24
Lunes a domingo de 8 a 24 hs = Mo-Su 8-24
Seg-Sáb 8h-20h, Dom fechado = Mo-Sa 8-20
segunda à sexta 9h às 18h = Mo-Fr 9-18
Segunda a sexta-feira: 08:00 às 18:00 / Sábado: 08:00 às 12:00 = Mo-Fr 8-18; Sa 8-12
2ª a 6ª 8h às 17h30 = Mo-Fr 8-17:30
2a a 6a feira das 9h às 18h, sábados das 9h às 14h = Mo-Fr 9-18; Sa 9-14
seg. a qui. 8h30 às 18h, sex. 8h30 às 17h = Mo-Th 8:30-18; Fr 8:30-17
dias úteis 8h às 18h = Mo-Fr 8-18
Dias úteis das 9h às 19h; sábados das 9h às 13h = Mo-Fr 9-19; Sa 9-13
Terça a domingo, das 11h às 23h = Tu-Su 11-23
Seg a Sáb: 10h às 22h. Dom e feriados: 14h às 20h = Mo-Sa 10-22; Su 14-20
Todos os dias das 7h às 22h = Mo-Su 7-22
Seg a Sex das 9h ao meio-dia = Mo-Fr 9-12
Seg, qua e sex 9h-12h; ter e qui 14h-18h = Mo,We,Fr 9-12; Tu,Th 14-18
segunda-feira 9h-18h, terça-feira 9h-18h, quarta-feira fechado = Mo,Tu 9-18
Sex e sáb 18h à meia-noite = Fr,Sa 18-24
De segunda a sábado, das 8 às 12 e das 14 às 18 = Mo-Sa 8-12 14-18
Fim de semana 9h às 15h = Sa-Su 9-15
fines de semana 10 a 20 = Sa-Su 10-20
lun, mié y vie 9 a 13 = Mo,We,Fr 9-13
Martes y jueves 15 a 19 hs = Tu,Th 15-19
todos los días excepto domingo 9 a 18 = Mo-Sa 9-18
Lun a Dom 9 a 18 menos miércoles = Mo,Tu,Th-Su 9-18
Todos los días 10 a 22 salvo feriados = Mo-Su 10-22
Lunes a sábado (excepto feriados) 9 a 20 = Mo-Sa 9-20
Lunes a sábado 9 a 20 hs, excepto jueves 9 a 13 hs = Mo-We,Fr,Sa 9-20; Th 9-13
turno mañana 8 a 12, turno tarde 16 a 20 = Mo-Su 8-12 16-20
Lun a Sáb mañana 8:30 a 12:30 tarde 4 a 8 = Mo-Sa 8:30-12:30 16-20
8 de la mañana a 6 de la tarde = Mo-Su 8-18
Lunes a viernes de 9 de la mañana a 8 de la noche = Mo-Fr 9-20
9 da manhã às 7 da noite, de segunda a sábado = Mo-Sa 9-19
mediodía a medianoche = Mo-Su 12-24
Lunes a sábado de 10 a medianoche = Mo-Sa 10-24
{"lunes": "9:00-18:00", "martes": "9:00-18:00"} = Mo,Tu 9-18
[{"day":"monday","open":"09:00","close":"18:00"},{"day":"tuesday","open":"09:00","close":"17:00"}] = Mo 9-18; Tu 9-17
{"monday":[{"open":"09:00","close":"13:00"},{"open":"17:00","close":"21:00"}],"sunday":[]} = Mo 9-13 17-21
["Mon 9-18", "Tue 9-18", "Wed closed"] = Mo,Tu 9-18
Monday: 9:00 AM – 5:00 PM, Tuesday: 9 AM - 5 PM, Sunday: Closed = Mo,Tu 9-17
lunes: 9 a 18 | martes: 9 a 18 | miércoles: cerrado | jueves: 9 a 18 = Mo,Tu,Th 9-18
8:00 a 12:00 / 16:00 a 20:00 = Mo-Su 8-12 16-20
Lun a Vie 8:00 a 12:00 / 16:00 a 20:00 // Sáb 8:00 a 13:00 = Mo-Fr 8-12 16-20; Sa 8-13
0800-1800 = Mo-Su 8-18
Lunes a viernes 0830 a 1730 = Mo-Fr 8:30-17:30
L–V 9–18 = Mo-Fr 9-18
Lun. – Vie. 9:00 — 18:00 = Mo-Fr 9-18
Lun a Vie 9 hs. a 18 hs. = Mo-Fr 9-18
Lunes a viernes 9 hrs a 18:30 hrs = Mo-Fr 9-18:30
Lun-Vie 9.30 a 18.30 = Mo-Fr 9:30-18:30
Seg a sex 8h30min às 18h30min = Mo-Fr 8:30-18:30
Lun a Vie 9 y media a 19 = Mo-Fr 9:30-19
9 a 18, domingos cerrado = Mo-Sa 9-18
Lun a Sáb 9 a 20. Cerrado domingos y feriados = Mo-Sa 9-20
Lun a Sáb 9 a 20; Domingos y feriados cerrado = Mo-Sa 9-20
Cerrado lunes. Martes a domingo 10 a 18 = Tu-Su 10-18
No abre domingos; lunes a sábado 8 a 20 = Mo-Sa 8-20
9 a 18 lun a vie, dom cerrado = Mo-Fr 9-18
Lun a Vie 9 a 13 - 17 a 21 = Mo-Fr 9-13 17-21
abre 9 cierra 18 = Mo-Su 9-18
Lun a Vie abre a las 9 y cierra a las 18 = Mo-Fr 9-18
De lunes a viernes desde las 8 hasta las 17 = Mo-Fr 8-17
Lunes a viernes entre las 9 y las 18 = Mo-Fr 9-18
Open from 9 am until 8 pm, Monday through Saturday = Mo-Sa 9-20
Lun a Vie 9 a 18, resto cerrado = Mo-Fr 9-18
Domingo cerrado, resto de los días 9 a 18 = Mo-Sa 9-18
Horario de atención: Lun a Vie de 10:00 a 19:30 = Mo-Fr 10-19:30
LUNES A SABADO DE 09:00 A 21:00 HRS DOMINGO DE 10:00 A 20:00 HRS = Mo-Sa 9-21; Su 10-20
Lu-Ma-Mi-Ju-Vi 9-18 = Mo-Fr 9-18
L M X J V 9-18 = Mo-Fr 9-18
Lunes a lunes 8 a 23 = Mo-Su 8-23
Domingo a jueves 12 a 24, viernes y sábado 12 a 2 hs = Su,Mo-Th 12-24; Fr,Sa 12-2
Lun,Mar,Mié,Jue,Vie: 09:00 - 13:00, 15:00 - 19:00 = Mo-Fr 9-13 15-19
Sáb/Dom 9-13 hs; Lun-Vie 9-18 hs = Mo-Fr 9-18; Sa,Su 9-13
Lunes 9 a 18, Martes 9 a 18, Miércoles 9 a 13, Jueves 9 a 18, Viernes 9 a 17 = Mo,Tu,Th 9-18; We 9-13; Fr 9-17
lunes a viernes 7:30 - 11:30 y 13:30 - 17:30, sábados 7:30 - 12:00 = Mo-Fr 7:30-11:30 13:30-17:30; Sa 7:30-12
Lun a Vie: 06:00 - 09:00, 10:00 - 13:00, 15:00 - 18:00 y 19:00 - 22:00 = Mo-Fr 6-9 10-13 15-18 19-22
Lunes a viernes en horario de comercio de 9 a 18 = Mo-Fr 9-18
De lunes a viernes, 9 a 6; sábados, 9 a 2 = Mo-Fr 9-18; Sa 9-14
Lun-Vie 8am-18hs = Mo-Fr 8-18
Lunes a Viernes 7 a 10 pm = Mo-Fr 7-22
7 días de la semana de 9 a 21 = Mo-Su 9-21
"""

# What nobody can be sure of: the merchant is asked.
ASKED = """
consultar
Horario a confirmar
con cita previa
Lun a Vie con turno 9 a 18
somente com hora marcada
by appointment only
Verano 9 a 13 y 18 a 22, invierno 9 a 18
Dic a Mar 9 a 24; resto del año 10 a 22
Lun a Vie 9 a 18 (enero cerrado)
hasta las 22
desde las 9
Lunes a viernes
cerrado
Domingos y feriados cerrado
9 a
a 18
9
Lunes 9 a 9
Lun a Vie 8 a 2
8 a 11
6 a 6
6 a 9 pm
8 am a 10
9-13-17-21
Lun/Vie 9-18
Lun-Mié-Vie 9-18
M 9 a 18
S-D 10-14
T Q 8h-12h
Lun 9 a 13 y 12 a 18
Lunes 30 a 40
Lun a Vie 9 a 18 salvo lluvia
Lun a Vie 9 a 18?
aprox 9 a 18
Lun a Vie 09:00 a 06:00
00:00 a 00:00
Lun a Vie 9 a 13 y 5 a 9
Lun a Vie 9 a 13, Vie 9 a 18
Lun a Vie 9 a 18 Sáb
Lun a Vie 9 a 18 y Dom
9 a 18 lun a vie y dom cerrado
9-18 lun, mar, mié 9-13
9-18, sábados 9-13
Lun a Vie 6-7, 8-9, 10-11, 12-13, 14-15
1er y 3er sábado 9 a 13
Sábados por medio 9 a 13
Lun a Vie 9 a 18 0810-555-1234
2:75 a 9
Lun a Vie 13 am a 18
De 9 a 18 o de 10 a 19
Lunes a viernes 9 a 18 / 10 a 19
"""


def lines(text):
    return [line.strip() for line in text.strip().split("\n")]


def meant(text):
    """The week of `Mo-Fr 9-13 17-21; Sa 9-2` as Mercado Pago takes it."""
    week = {}
    for part in text.split("; "):
        days, *spans = part.split()
        for run in days.split(","):
            first, _, last = run.partition("-")
            for name in NAMES[NAMES.index(first) : NAMES.index(last or first) + 1]:
                week.setdefault(SHORT[name], []).extend(tuple(map(minute, span.split("-"))) for span in spans)
    return hours.week_of(week)


def minute(clock):
    hour, _, rest = clock.partition(":")
    return int(hour) * 60 + int(rest or 0)


def test_of_the_sentences_people_write_nine_of_ten_are_read_and_none_wrong():
    table = [line.rsplit(" = ", 1) for line in lines(MEANT)]
    assert len({sentence for sentence, _ in table}) >= 120
    read = {sentence: (hours.read(sentence), meant(week)) for sentence, week in table}
    wrong = {sentence: both for sentence, both in read.items() if both[0] not in (None, both[1])}
    assert not wrong
    asked = [sentence for sentence, (found, _) in read.items() if found is None]
    assert len(asked) <= len(table) / 10, asked


@pytest.mark.parametrize("sentence", lines(ASKED))
def test_what_nobody_can_be_sure_of_is_asked(sentence):
    assert hours.read(sentence) is None


@pytest.mark.parametrize("nothing", ["", "  ", "-", "—"])
def test_an_empty_cell_says_nothing(nothing):
    assert hours.read(nothing) == {}


def test_the_echo_reads_like_a_sign_at_the_door():
    week = hours.read("Lun a Vie 9 a 13 y 17 a 21; Sáb 9-13")
    assert hours.said(week, "es") == "Lun a Vie 9:00–13:00 y 17:00–21:00; Sáb 9:00–13:00; Dom cerrado"
    assert hours.said(week, "pt") == "Seg a Sex 9:00–13:00 e 17:00–21:00; Sáb 9:00–13:00; Dom fechado"
    assert hours.said(week, "en") == "Mon to Fri 9:00–13:00 and 17:00–21:00; Sat 9:00–13:00; Sun closed"
    assert hours.said(hours.read("24 hs"), "es") == "Todos los días 24 horas"
    assert hours.said(hours.read("Vie y Sáb 20 a 2"), "es") == "Vie y Sáb 20:00–2:00; Lun a Jue y Dom cerrado"
    assert hours.said(hours.read("Lun, mié y vie 9 a 24"), "pt").startswith("Seg, Qua e Sex 9:00–24:00; ")
    assert hours.said({}, "en") == ""


LUNES = ("Lunes", "Martes", "Miércoles", "Jueves", "Viernes", "Sábado", "Domingo")


def test_a_column_for_each_day():
    assert hours.by_columns(dict.fromkeys(LUNES[:5], "9 a 18") | {"Sábado": "9-13", "Domingo": "cerrado"}) == meant(
        "Mo-Fr 9-18; Sa 9-13"
    )
    assert hours.by_columns({"Lunes a Viernes": "9 a 18", "Sáb": "9-13", "Domingos y feriados": ""}) == meant(
        "Mo-Fr 9-18; Sa 9-13"
    )
    assert hours.by_columns({"Horario Lunes": "9 a 13 / 17 a 21", "Horario Martes": "-"}) == meant("Mo 9-13 17-21")
    assert hours.by_columns(dict.fromkeys(LUNES, "")) == {}
    assert hours.by_columns({"Lunes": "9 a 18", "Martes": "consultar"}) is None
    assert hours.by_columns({"Lunes": "martes 9 a 18"}) is None
    assert hours.by_columns({"Lunes": "9 a 18", "Lunes a Viernes": "9 a 13"}) is None
    assert hours.by_columns(dict.fromkeys(LUNES, "cerrado")) is None
    assert hours.by_columns({"Viernes": "20 a 2", "Sábado": "1:00 a 13:00"}) is None  # the night overlaps the day


@pytest.mark.parametrize(
    ("heading", "days"),
    [
        ("Lunes", "Mo"),
        ("Horario Sábado", "Sa"),
        ("SEG A SEX", "Mo Tu We Th Fr"),
        ("Apertura Lun-Vie", "Mo Tu We Th Fr"),
        ("Sáb y Dom", "Sa Su"),
        ("Cierre LV", "Mo Tu We Th Fr"),
        ("lunes_abre", "Mo"),
        ("sabadoCierra", "Sa"),
        ("Horario › Dom.", "Su"),
        ("X", ""),
        ("Horario", ""),
        ("Horario de atención", ""),
        ("Día", ""),
        ("Segunda dirección", ""),
        ("", ""),
    ],
)
def test_the_days_a_heading_names(heading, days):
    assert hours.days_in(heading) == {SHORT[day] for day in days.split()}


@pytest.mark.parametrize(
    ("opens", "closes", "clock", "span"),
    [
        ("9:00", "18:00", hours.Clock(), (540, 1080)),
        ("9", "6", hours.Clock(), (540, 1080)),
        ("9", "6", hours.Clock(strong=True), None),
        ("8 am", "10 pm", hours.Clock(marked=True), (480, 1320)),
        ("9:00:00", "0:00:00", hours.Clock(strong=True), (540, 1440)),
        ("20:00", "02:00", hours.Clock(strong=True), (1200, 120)),
        ("0:00:00", "0:00:00", hours.Clock(strong=True), None),
        ("0:00:09", "0:00:21", hours.Clock(strong=True), None),
        ("9:00", "", hours.Clock(), None),
    ],
)
def test_an_opening_and_a_closing_cell(opens, closes, clock, span):
    assert hours.span_of(opens, closes, clock) == span


ROWS = "{};Sur;Mitre;{};Rosario;Santa Fe;-32.9{};-60.64;{}\n"
HEAD = "codigo;nombre;calle;numero;ciudad;provincia;latitud;longitud;{}\n"


def weeks(folder, headings, *rows):
    """Own code → hours, and the records whose hours are asked, of a file with these columns."""
    file = folder / "lista.csv"
    lines = [ROWS.format(f"000{n}", 100 * n, n, row) for n, row in enumerate(rows, start=1)]
    file.write_text(HEAD.format(headings) + "".join(lines), encoding="utf-8")
    found = sheet.check(file, site="MLA", accept=("repeated_store", "name_not_unique", "duplicate_location"))
    asked = [finding.record for finding in found.findings if finding.code == "bad_hours"]
    assert len(found.branches) == len(rows)  # bad hours block nobody
    return {branch.own_id: branch.hours for branch in found.branches}, asked


def test_a_file_with_a_column_of_sentences(tmp_path):
    found, asked = weeks(tmp_path, "horario", "Lun a Vie 9 a 18", "L-V 8:30-20:00 S 9-14", "consultar")
    assert found == {"0001": meant("Mo-Fr 9-18"), "0002": meant("Mo-Fr 8:30-20; Sa 9-14"), "0003": {}}
    assert asked == [3]


def test_a_file_with_a_column_for_each_day(tmp_path):
    days = "Lunes;Martes;Miércoles;Jueves;Viernes;Sábado;Domingo"
    week = "9 a 18;" * 5
    found, asked = weeks(tmp_path, days, f"{week}9 a 13;cerrado", f"{week};", f"consultar;{week}")
    assert found == {"0001": meant("Mo-Fr 9-18; Sa 9-13"), "0002": meant("Mo-Fr 9-18"), "0003": {}}
    assert asked == [3]


def test_a_file_with_opening_and_closing_columns_for_runs_of_days(tmp_path):
    heads = "Apertura LV;Cierre LV;Apertura Sábado;Cierre Sábado"
    found, asked = weeks(tmp_path, heads, "09:00;18:00;09:00;13:00", "10:00;20:00;;", "10:00;20:00;9:00;")
    assert found == {"0001": meant("Mo-Fr 9-18; Sa 9-13"), "0002": meant("Mo-Fr 10-20"), "0003": {}}
    assert asked == [3]


def test_a_file_with_opening_and_closing_columns(tmp_path):
    found, asked = weeks(tmp_path, "apertura;cierre", "9:00;18:00", "20:00;02:00", "09:00;09:00")
    assert found == {"0001": meant("Mo-Su 9-18"), "0002": meant("Mo-Su 20-2"), "0003": {}}
    assert asked == [3]


# Weeks of up to three intervals a day, said in styles that people use; they are read back the same, or asked about.
TIMES = st.integers(0, 47).map(lambda n: n * 30)
SPANS = st.lists(TIMES, min_size=2, max_size=6, unique=True).map(
    lambda t: [(a, b) for a, b in zip(sorted(t)[::2], sorted(t)[1::2], strict=False)]
)
RUNS = st.lists(st.integers(1, 6), unique=True, max_size=3).map(lambda cuts: [0, *sorted(cuts), 7])
TONGUES = {
    "es": (["Lun", "Mar", "Mié", "Jue", "Vie", "Sáb", "Dom"], "a", "y", "cerrado"),
    "full": (["lunes", "martes", "miércoles", "jueves", "viernes", "sábados", "domingos"], "a", "y", "cerrado"),
    "pt": (["Seg", "Ter", "Qua", "Qui", "Sex", "Sáb", "Dom"], "a", "e", "fechado"),
    "en": (["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], "to", "and", "closed"),
}
CLOCKS = {
    "09:00": lambda m: f"{m // 60:02d}:{m % 60:02d}",
    "9": lambda m: f"{m // 60}" + (f":{m % 60:02d}" if m % 60 else ""),
    "9h30": lambda m: f"{m // 60}h" + (f"{m % 60:02d}" if m % 60 else ""),
    "9.30 hs": lambda m: f"{m // 60}.{m % 60:02d} hs",
    "9 am": lambda m: f"{(m // 60 - 1) % 12 + 1}:{m % 60:02d} {'am' if m < 720 else 'pm'}",
}


@settings(max_examples=600, deadline=None)
@given(
    RUNS,
    st.lists(SPANS | st.just([]), min_size=7, max_size=7),
    st.sampled_from(list(TONGUES)),
    st.sampled_from(list(CLOCKS)),
    st.sampled_from([" a ", "-", " – "]),
    st.sampled_from(["; ", ", ", "\n", " ", " / "]),
    st.booleans(),
)
def test_a_week_said_in_any_style_is_read_the_same_or_asked(  # noqa: PLR0917
    cuts, plan, tongue, style, dash, parting, times_first
):
    names, to, both, closed = TONGUES[tongue]
    week, parts = {}, []
    for first, end in pairwise(cuts):
        spans = plan[first]
        days = names[first] if end - first == 1 else f"{names[first]} {to} {names[end - 1]}"
        times = f" {both} ".join(f"{CLOCKS[style](a)}{dash}{CLOCKS[style](b)}" for a, b in spans) or closed
        parts.append(f"{times} {days}" if times_first else f"{days} {times}")
        week.update({WEEK[n]: spans for n in range(first, end)})
    assert hours.read(parting.join(parts)) in (None, hours.week_of(week))


@settings(max_examples=300, deadline=None)
@given(st.lists(SPANS | st.just([]), min_size=7, max_size=7), st.sampled_from(LANGUAGES))
def test_what_is_said_back_is_the_week(plan, language):
    week = hours.week_of(dict(zip(WEEK, plan, strict=True)))
    assert hours.read(hours.said(week, language)) in (None, week)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text):
    found = hours.read(text)
    assert found is None or all(a < b for spans in found.values() for a, b in spans)
