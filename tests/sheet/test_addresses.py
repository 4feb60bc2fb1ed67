"""Addresses in the styles of the seven countries: a table for each, and that no word of a cell is lost."""
# ruff: noqa: E501 - a case is a line

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpkit.places import catalogue
from mpkit.places.names import fold
from mpkit.sheet.address import split_full, split_street

# cell | street | house number | the rest
STREETS = {
    "Argentina": """
    Cabred 23 | Cabred | 23 |
    Brown None | Brown | |
    Santa Fe 2460 0 | Santa Fe | 2460 |
    Av. San Martín 1234, Piso 2 | Av. San Martín | 1234 | Piso 2
    Av. San Martin N° 1234 Of. 5 | Av. San Martin | 1234 | Of. 5
    Av. Gobernador Gutniski N°1701 0 | Av. Gobernador Gutniski | 1701 |
    Av. Rawson 216 Sur | Av. Rawson | 216 | Sur
    Avda. Corrientes 2.380 | Avda. Corrientes | 2380 |
    25 de Mayo 151 | 25 de Mayo | 151 |
    9 de Julio | 9 de Julio | |
    9 de Julio 850 PB | 9 de Julio | 850 | PB
    Calle 9 51 | Calle 9 | 51 |
    Calle 50 | Calle 50 | |
    Calle 50 e/ 7 y 8 | Calle 50 e/ 7 y 8 | |
    Calle 7 N° 1234 e/ 58 y 59 | Calle 7 | 1234 | e/ 58 y 59
    Diagonal 74 1650 | Diagonal 74 | 1650 |
    Diag. 80 Nro. 1020 | Diag. 80 | 1020 |
    Mitre 450 e/ 9 de Julio y Alem | Mitre | 450 | e/ 9 de Julio y Alem
    25 De Mayo Y Chacabuco | 25 De Mayo Y Chacabuco | |
    San Martín y Belgrano | San Martín y Belgrano | |
    Rivadavia 1200 esq. Urquiza | Rivadavia | 1200 | esq. Urquiza
    Balcarce S/N esq. Mitre 200 | Balcarce | | esq. Mitre 200
    Belgrano s/n° | Belgrano | |
    Alem sin número | Alem | |
    Ruta 8 km 45,5 | Ruta 8 km 45,5 | |
    Ruta Nacional 7 Km 862 (Ascensión) | Ruta Nacional 7 Km 862 | | Ascensión
    Ruta 12 Km 1639.26 | Ruta 12 Km 1639.26 | |
    RN 9 Km 1290 | RN 9 Km 1290 | |
    Ruta Provincial N° 11 y Acceso Norte | Ruta Provincial N° 11 y Acceso Norte | |
    Colectora Panamericana 1804 | Colectora Panamericana | 1804 |
    Mitre 123/125 | Mitre | 123/125 |
    Mitre 123 - 127 | Mitre | 123-127 |
    Alberdi 45 bis | Alberdi | 45 bis |
    Alberdi 1234 B | Alberdi | 1234 B |
    Mitre 450, Local 7-8 | Mitre | 450 | Local 7-8
    Mitre 450 2º piso Dpto. A | Mitre | 450 | 2º piso Dpto. A
    Mitre 450 1° "B" | Mitre | 450 | 1° "B"
    Shopping Alto Palermo, Av. Santa Fe 3253, Local 150 | Av. Santa Fe | 3253 | Shopping Alto Palermo, Local 150
    Local 5, Av. Mitre 450 | Av. Mitre | 450 | Local 5
    Barrio 150 Viviendas Casa 12 | Barrio 150 Viviendas Casa 12 | |
    Galería Güemes, Local 12 y 14 | Galería Güemes | | Local 12 y 14
    """,
    "Brasil": """
    Rua das Flores, 120 | Rua das Flores | 120 |
    Rua X, 123 - Loja 4 - Centro | Rua X | 123 | Loja 4 - Centro
    Rua 7 de Setembro, 1.234, loja 5 | Rua 7 de Setembro | 1234 | loja 5
    Avenida 9 de Julho, 3000 | Avenida 9 de Julho | 3000 |
    Av. 9 de Julho | Av. 9 de Julho | |
    Av. Brasil, s/nº | Av. Brasil | |
    Av. Brasil, S/N - Lote 3 | Av. Brasil | | Lote 3
    Praça da Sé, sem número | Praça da Sé | |
    Rua Santa Clara, nº 45 | Rua Santa Clara | 45 |
    Rua Santa Clara nº 45-B | Rua Santa Clara | 45-B |
    Rua 15, 200 | Rua 15 | 200 |
    Rua Quinze de Novembro 100 sala 3 | Rua Quinze de Novembro | 100 | sala 3
    Rua 10, Quadra 5 Lote 8 | Rua 10 | Quadra 5 Lote 8 |
    Rua 10, Quadra 5 Lote 8, Setor Sul | Rua 10 | Quadra 5 Lote 8 | Setor Sul
    Avenida T-9, Qd. 12 Lt. 3 | Avenida T-9 | Qd. 12 Lt. 3 |
    BR-101 km 200 | BR-101 km 200 | |
    Rod. BR-101, km 200, s/n | Rod. BR-101, km 200 | |
    Rodovia Anhanguera, km 98 | Rodovia Anhanguera, km 98 | |
    Rodovia SP 340 Km 128 | Rodovia SP 340 Km 128 | |
    Av. Paulista, 1578, 3º andar | Av. Paulista | 1578 | 3º andar
    Av. Paulista 1578/1580 | Av. Paulista | 1578/1580 |
    R. 990, 61 - Sala 01 | R. 990 | 61 | Sala 01
    R. Augusta, 2034 cj. 12 | R. Augusta | 2034 | cj. 12
    Al. Santos, 415 bloco B | Al. Santos | 415 | bloco B
    Shopping Iguatemi, Loja 204 e 205 | Shopping Iguatemi | | Loja 204 e 205
    SCS Quadra 2 Bloco C Loja 15 | SCS Quadra 2 Bloco C Loja 15 | |
    """,
    "México": """
    Calle 5 #123 Int. 4, Col. Centro | Calle 5 | 123 | Int. 4, Col. Centro
    Calle Pino Mz 4 Lt 5 | Calle Pino | Mz 4 Lt 5 |
    Mz 4 Lt 5 | Mz 4 Lt 5 | |
    Calz. de Tlalpan 4500-B | Calz. de Tlalpan | 4500-B |
    Blvd. Adolfo López Mateos Núm. 2010 | Blvd. Adolfo López Mateos | 2010 |
    Av. Insurgentes Sur 1234-5 | Av. Insurgentes Sur | 1234-5 |
    Av. 5 de Mayo No. 12 Int. B | Av. 5 de Mayo | 12 | Int. B
    Prol. 20 de Noviembre 105 | Prol. 20 de Noviembre | 105 |
    5 de Febrero | 5 de Febrero | |
    Calle 60 No. 490-A x 57 y 59 | Calle 60 | 490-A | x 57 y 59
    Calle 60 x 57 y 59 #490 | Calle 60 x 57 y 59 | 490 |
    Carretera México-Toluca Km 15.5 | Carretera México-Toluca Km 15.5 | |
    Juárez S/N | Juárez | |
    Av. Hidalgo s/n, Barrio Abajo | Av. Hidalgo | | Barrio Abajo
    Reforma 222 Local 305 | Reforma | 222 | Local 305
    Av. Universidad 1000 L-12 | Av. Universidad | 1000 | L-12
    Eje 10 Sur 234 | Eje 10 Sur | 234 |
    Plaza Galerías Local 14 | Plaza Galerías Local 14 | |
    Madero #45 esq. con Allende | Madero | 45 | esq. con Allende
    Av. Juárez 100 Piso 2 Of. 201 | Av. Juárez | 100 | Piso 2 Of. 201
    Smz 20 Mz 4 Lt 5 | Smz 20 Mz 4 Lt 5 | |
    """,
    "Chile": """
    Av. Apoquindo 4501 Local 12 | Av. Apoquindo | 4501 | Local 12
    Alameda 3470, Loc 5 y 6 | Alameda | 3470 | Loc 5 y 6
    4 Norte 1234 | 4 Norte | 1234 |
    1 Poniente 1258 | 1 Poniente | 1258 |
    Calle 2 Norte 345 | Calle 2 Norte | 345 |
    Pasaje 5 Sur 1234 | Pasaje 5 Sur | 1234 |
    21 de Mayo 345 | 21 de Mayo | 345 |
    18 de Septiembre | 18 de Septiembre | |
    Av. Libertador Bernardo O'Higgins 779, piso 3 | Av. Libertador Bernardo O'Higgins | 779 | piso 3
    Camino a Melipilla 9070 Bodega 3 | Camino a Melipilla | 9070 | Bodega 3
    Ruta 5 | Ruta 5 | |
    Ruta 5 Sur Km 84 | Ruta 5 Sur Km 84 | |
    Mall Plaza Vespucio, Local 150 y 250 | Mall Plaza Vespucio | | Local 150 y 250
    Av. Vicuña Mackenna 7110 Local 150 y 250 | Av. Vicuña Mackenna | 7110 | Local 150 y 250
    Mall Plaza Norte, Av. Américo Vespucio 1737, Local 12 | Av. Américo Vespucio | 1737 | Mall Plaza Norte, Local 12
    Parcela 12 Lo Pinto | Parcela 12 Lo Pinto | |
    Arturo Prat Nº 1020 | Arturo Prat | 1020 |
    Av. Colón # 1500 of. 302 | Av. Colón | 1500 | of. 302
    J.J. Pérez 202 | J.J. Pérez | 202 |
    O'Higgins 195, LOCAL 1 | O'Higgins | 195 | LOCAL 1
    Balmaceda S/N | Balmaceda | |
    Gran Avda. José Miguel Carrera 6150 | Gran Avda. José Miguel Carrera | 6150 |
    Los Carrera Nº 1504 Local 1 | Los Carrera | 1504 | Local 1
    Carrera 580 | Carrera | 580 |
    Villa Alegre 675 Local 1 | Villa Alegre | 675 | Local 1
    Los Ginkos 5 Local 11,12 | Los Ginkos | 5 | Local 11,12
    Villa Alegre Nº 772 | Villa Alegre | 772 |
    Av. Las Condes 12523, Local 4A, Edif. 1 | Av. Las Condes | 12523 | Local 4A, Edif. 1
    Av. La Montaña 2528 L- 9,10,11 | Av. La Montaña | 2528 | L- 9,10,11
    """,
    "Colombia": """
    KR 43 58 23 | KR 43 | 58-23 |
    Cra. 7 # 12-34 Local 101 | Cra. 7 | 12-34 | Local 101
    Calle 100 #8A-55 | Calle 100 | 8A-55 |
    Calle 100 # 8 A - 55 | Calle 100 | 8 A-55 |
    CL 10 5 22 | CL 10 | 5-22 |
    Diagonal 40A Sur # 20-15 | Diagonal 40A Sur | 20-15 |
    Transversal 5 No. 12-30 | Transversal 5 | 12-30 |
    TV 93 51 98 | TV 93 | 51-98 |
    DG 25 G 95 A 55 | DG 25 G | 95 A-55 |
    AV CRA 68 # 13-10 | AV CRA 68 | 13-10 |
    AK 15 # 124-30 Piso 2 | AK 15 | 124-30 | Piso 2
    Av. Calle 26 No 59-51 | Av. Calle 26 | 59-51 |
    Avenida Boyacá # 12-34 | Avenida Boyacá | 12-34 |
    Avenida Boyacá | Avenida Boyacá | |
    Autopista Norte # 145-30 | Autopista Norte | 145-30 |
    Carrera 13 Bis # 45-30 | Carrera 13 Bis | 45-30 |
    Cra 7 # 45 Sur - 30 | Cra 7 | 45 Sur-30 |
    Calle 72 # 10-20 Este | Calle 72 | 10-20 Este |
    KR 9 127A06 | KR 9 | 127A-06 |
    CL 88 137 | CL 88 | 137 |
    AV SAN MARTIN KR 2 14 91 | AV SAN MARTIN KR 2 | 14-91 |
    CC Andino, Cra 11 # 82-71 Local 150 | Cra 11 | 82-71 | CC Andino, Local 150
    Carrera 7 con Calle 72 | Carrera 7 con Calle 72 | |
    Centro Comercial Andino Local 150 | Centro Comercial Andino Local 150 | |
    Km 5 Vía Siberia | Km 5 Vía Siberia | |
    Manzana C Casa 12 | Manzana C Casa 12 | |
    """,
    "Perú": """
    Mz. B Lt. 5 Urb. Los Jardines | Urb. Los Jardines | Mz. B Lt. 5 |
    Urb. Los Jardines Mz. B Lt. 5 | Urb. Los Jardines | Mz. B Lt. 5 |
    Calle Los Pinos Mza. C Lote 12 | Calle Los Pinos | Mza. C Lote 12 |
    Jr. Unión 456 - Int 2 | Jr. Unión | 456 | Int 2
    Jirón de la Unión 1020 | Jirón de la Unión | 1020 |
    Av. Larco N° 1301 | Av. Larco | 1301 |
    Av. Javier Prado Este 4200 Int. 105 | Av. Javier Prado Este | 4200 | Int. 105
    Av. 28 de Julio 1010 | Av. 28 de Julio | 1010 |
    9 de Octubre | 9 de Octubre | |
    Jr. 2 de Mayo Nro. 550 | Jr. 2 de Mayo | 550 |
    Av. Arequipa 2450 Of. 1203 | Av. Arequipa | 2450 | Of. 1203
    Av. La Marina S/N | Av. La Marina | |
    Panamericana Sur Km 18.5 | Panamericana Sur Km 18.5 | |
    Psje. Olaya 129 | Psje. Olaya | 129 |
    Av. Grau 123-A | Av. Grau | 123-A |
    Asoc. Las Flores Mz F Lt 3 | Asoc. Las Flores | Mz F Lt 3 |
    Mercado Central Puesto 45 | Mercado Central Puesto 45 | |
    """,
    "Uruguay": """
    18 de Julio 1234 esq. Ejido | 18 de Julio | 1234 | esq. Ejido
    18 de Julio | 18 de Julio | |
    Av. 18 de Julio 1234 | Av. 18 de Julio | 1234 |
    Canelones y Convención | Canelones y Convención | |
    Rivera esq. Soca | Rivera esq. Soca | |
    18 de Julio esq. Ejido | 18 de Julio esq. Ejido | |
    Treinta y Tres 550 esq. Rodó | Treinta y Tres | 550 | esq. Rodó
    Av. Italia 2345 y Bulevar Artigas | Av. Italia | 2345 | y Bulevar Artigas
    Camino Maldonado 5555 bis | Camino Maldonado | 5555 bis |
    Bvar. Artigas 1234/5 | Bvar. Artigas | 1234/5 |
    Ruta 1 km 23.500 | Ruta 1 km 23.500 | |
    Ruta 5 | Ruta 5 | |
    Wilson Ferreira Aldunate 1345 apto 2 | Wilson Ferreira Aldunate | 1345 | apto 2
    Av. Artigas s/n | Av. Artigas | |
    Artigas s/n entre Rivera y Lavalleja | Artigas | | entre Rivera y Lavalleja
    Montevideo Shopping Local 150 | Montevideo Shopping Local 150 | |
    Juan Carlos Gómez 1492 A | Juan Carlos Gómez | 1492 A |
    19 de Abril 880 casi Zorrilla | 19 de Abril | 880 | casi Zorrilla
    """,
}

# site | cell | street | number | reference | district | city | state | postcode
WHOLE = """
MLA | Av. San Martín 1234, Piso 2, C1004AAR CABA | Av. San Martín | 1234 | Piso 2 | | CABA | Capital Federal | C1004AAR
MLA | Mitre 450, Rosario, Santa Fe | Mitre | 450 | | | Rosario | Santa Fe |
MLA | Mitre 450, S2000 Rosario, Santa Fe, Argentina | Mitre | 450 | | | Rosario | Santa Fe | S2000
MLA | Calle 50 N° 560, (1900) La Plata, Buenos Aires | Calle 50 | 560 | | | La Plata | Buenos Aires | 1900
MLA | San Martín 120 - Mendoza - Mendoza - CP 5500 | San Martín | 120 | | | Mendoza | Mendoza | 5500
MLA | Ruta 8 km 45,5, Pilar, Buenos Aires | Ruta 8 km 45,5 | | | | Pilar | Buenos Aires |
MLB | Rua X, 123 - Loja 4 - Centro, Campinas - SP, 13010-000 | Rua X | 123 | Loja 4 | Centro | Campinas | São Paulo | 13010-000
MLB | Av. Brasil, s/nº, Centro, Campinas/SP, CEP 13010-000 | Av. Brasil | | | Centro | Campinas | São Paulo | 13010-000
MLB | Rua 10, Quadra 5 Lote 8, Setor Sul, Goiânia - GO | Rua 10 | Quadra 5 Lote 8 | | Setor Sul | Goiânia | Goiás |
MLB | BR-101 km 200, São José - SC | BR-101 km 200 | | | | São José | Santa Catarina |
MLB | Rua Santa Filomena, 339 - 09710-060 - Centro - São Bernardo do Campo - SP | Rua Santa Filomena | 339 | | Centro | São Bernardo do Campo | São Paulo | 09710-060
MLM | Calle 5 #123 Int. 4, Col. Centro, 06000 Ciudad de México, CDMX | Calle 5 | 123 | Int. 4 | Col. Centro | Ciudad de México | Ciudad de México | 06000
MLM | Calle Pino Mz 4 Lt 5, Col. Obrera, Guadalajara, Jalisco, C.P. 44100 | Calle Pino | Mz 4 Lt 5 | | Col. Obrera | Guadalajara | Jalisco | 44100
MLM | Juárez S/N, Monterrey, Nuevo León | Juárez | | | | Monterrey | Nuevo León |
MLC | Av. Apoquindo 4501 Local 12, Las Condes, Región Metropolitana | Av. Apoquindo | 4501 | Local 12 | | Las Condes | Metropolitana de Santiago |
MLC | Mall Plaza, Local 150 y 250, Antofagasta, Chile | Mall Plaza | | Local 150 y 250 | | Antofagasta | Antofagasta |
MCO | Cra. 7 # 12-34 Local 101, Bogotá, Colombia | Cra. 7 | 12-34 | Local 101 | | Bogotá | Bogotá, D.C. |
MCO | Calle 100 #8A-55, Medellín, Antioquia | Calle 100 | 8A-55 | | | Medellín | Antioquia |
MPE | Mz. B Lt. 5 Urb. Los Jardines, Trujillo, La Libertad | Urb. Los Jardines | Mz. B Lt. 5 | | | Trujillo | La Libertad |
MPE | Av. Larco N° 1301, Miraflores, Lima | Av. Larco | 1301 | | | Miraflores | Lima |
MLU | 18 de Julio 1234 esq. Ejido, Montevideo, Uruguay | 18 de Julio | 1234 | esq. Ejido | | Montevideo | Montevideo |
MLU | Av. Artigas 791, esq. Ferreira, BELLA UNION, ARTIGAS, Uruguay | Av. Artigas | 791 | esq. Ferreira | | BELLA UNION | Artigas |
MLU | Canelones y Convención, Montevideo | Canelones y Convención | | | | Montevideo | Montevideo |
"""


def cases(table):
    return [tuple(part.strip() for part in line.split("|")) for line in table.strip().splitlines()]


ALL = [case for table in STREETS.values() for case in cases(table)]


def test_there_are_enough_of_every_country():
    assert len(ALL) >= 150
    assert min(len(cases(table)) for table in STREETS.values()) >= 15


@pytest.mark.parametrize(("cell", "street", "number", "rest"), ALL, ids=[case[0] for case in ALL])
def test_street_number_and_the_rest(cell, street, number, rest):
    found = split_street(cell)
    assert (found.street, found.number, found.reference) == (street, number, rest)


@pytest.mark.parametrize(
    ("site", "cell", "street", "number", "reference", "district", "city", "state", "postcode"),
    cases(WHOLE),
    ids=[case[1] for case in cases(WHOLE)],
)
def test_an_address_in_one_cell(site, cell, street, number, reference, district, city, state, postcode):  # noqa: PLR0917
    found = split_full(cell, catalogue(site))
    assert (found.street, found.number, found.reference) == (street, number, reference)
    assert (found.neighborhood, found.city, found.state, found.postcode) == (district, city, state, postcode)


@pytest.mark.parametrize(
    "name",
    ["18 de Julio", "Calle 50", "9 de Octubre", "Ruta 5", "4 Norte", "Av. 9 de Julio", "Diagonal 74", "Eje 10 Sur"],
)
@pytest.mark.parametrize("behind", ["", " esq. Mitre", ", Local 4", " s/n"])
def test_a_number_in_a_name_is_no_house(name, behind):
    assert split_street(name + behind).number == ""


# What no reading may lose: every word and number stands in street, number or reference.
MARKS = frozenset(["n", "no", "nro", "num", "numero", "sn", "s", "o", "null", "none", "nan", "sin", "sem"])


def left(text):
    plain = re.sub(r"(?<=\d)\.(?=\d{3})", "", text)
    return sorted(word for word in re.findall(r"[a-z]+|\d+", fold(plain)) if word not in MARKS and word.strip("0"))


NAMES = st.sampled_from(["Mitre", "Av. San Martín", "18 de Julio", "Calle 50", "Rua das Flores", "Cra. 7", "Jr. Unión"])
HOUSES = st.sampled_from(["", "45", "1234", "N° 12", "#8A-55", "s/n", "123/125", "2.380", "45 bis", "km 12"])
RESTS = st.lists(
    st.sampled_from(["Local 150 y 250", "Piso 2", "esq. Rivera", "e/ 7 y 8", "(Centro)", "Mz. B Lt. 5", "Mall Plaza"]),
    max_size=3,
)


@settings(max_examples=400, deadline=None)
@given(NAMES, HOUSES, RESTS, st.sampled_from([" ", ", ", " - "]), st.permutations([0, 1, 2]))
def test_no_word_of_an_address_is_lost(name, house, rest, joint, order):
    parts = [name, house, joint.join(rest)]
    cell = joint.join(parts[n] for n in order if parts[n])
    found = split_street(cell)
    assert left(f"{found.street} {found.number} {found.reference}") == left(cell)
    assert found.street


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=" abcXYZ áñ0123456789.,/#°()-", max_size=50))
def test_no_text_breaks_the_reading(text):
    found = split_street(text)
    assert left(f"{found.street} {found.number} {found.reference}") == left(text)
