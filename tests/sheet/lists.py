"""Branch lists in the styles people keep them in, made from a seed: rows of cells, and what each column means.

Shops stand in real cities of the built-in catalogue, a little off their centres; words and numbers are our own.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from mpkit import places

STREETS = {
    "MLB": ("Rua das Acácias", "Avenida Brasil", "Rua Sete de Setembro", "Praça da Matriz", "Rua XV de Novembro"),
    "MCO": ("Carrera 43", "Calle 10", "Avenida 68", "Carrera 7", "Diagonal 22"),
    "": ("San Martín", "Belgrano", "Av. Libertad", "Independencia", "25 de Mayo"),
}
HOODS = ("Centro", "Norte", "Los Álamos", "La Loma", "Villa Nueva")
PHONES = {"MLA": "011 4{}-{}", "MLB": "(11) 3{}-{}", "MLM": "55 5{} {}", "MLC": "+56 2 2{} {}"}


@dataclass(frozen=True)
class Shop:
    """One shop, every value as text."""

    n: int
    site: str
    city: str
    state: str
    lat: str
    lng: str
    street: str
    number: str
    hood: str
    postcode: str
    phone: str
    code: str


@cache
def shops(site: str, count: int = 24, seed: int = 5) -> tuple[Shop, ...]:
    chance = random.Random(f"{site}{seed}")
    catalogue = places.catalogue(site)
    all_cities = [(s, c) for s in catalogue.states for c in catalogue.cities(s) if catalogue.point(s, c)]
    cities = chance.sample(all_cities, 9)
    made = []
    for n in range(count):
        state, city = chance.choice(cities)
        point = catalogue.point(state, city)
        assert point is not None
        made.append(
            Shop(
                n,
                site,
                city,
                state,
                f"{point[0] + chance.uniform(-0.01, 0.01):.6f}",
                f"{point[1] + chance.uniform(-0.01, 0.01):.6f}",
                chance.choice(STREETS.get(site, STREETS[""])),
                str(chance.randint(12, 4800)),
                chance.choice(HOODS),
                {"MLB": "{:05}-{:03}", "MLM": "{:05}"}.get(site, "{:04}").format(
                    chance.randint(1000, 9999), chance.randint(0, 999)
                ),
                PHONES.get(site, "4{} {}").format(chance.randint(100, 999), chance.randint(1000, 9999)),
                str(101 + n * 7),
            )
        )
    return tuple(made)


def _cap(shop: Shop) -> str:
    return f"Mercado del Sol {shop.hood} {shop.n}"


def _full(shop: Shop) -> str:
    if shop.site == "MLB":
        return f"{shop.street}, {shop.number} - {shop.hood}, {shop.city} - {UF.get(shop.state, 'SP')}, {shop.postcode}"
    return f"{shop.street} {shop.number}, {shop.city}, {shop.state}"


UF = {
    "Acre": "AC", "Alagoas": "AL", "Amapá": "AP", "Amazonas": "AM", "Bahia": "BA", "Ceará": "CE",
    "Distrito Federal": "DF", "Espírito Santo": "ES", "Goiás": "GO", "Maranhão": "MA", "Mato Grosso": "MT",
    "Mato Grosso do Sul": "MS", "Minas Gerais": "MG", "Pará": "PA", "Paraíba": "PB", "Paraná": "PR",
    "Pernambuco": "PE", "Piauí": "PI", "Rio de Janeiro": "RJ", "Rio Grande do Norte": "RN",
    "Rio Grande do Sul": "RS", "Rondônia": "RO", "Roraima": "RR", "Santa Catarina": "SC", "São Paulo": "SP",
    "Sergipe": "SE", "Tocantins": "TO",
}  # fmt: skip

CELLS: dict[str, Callable[[Shop], str]] = {
    "name": _cap,
    "hoodname": lambda s: f"Suc. {s.hood} {s.n}",
    "code": lambda s: s.code,
    "zcode": lambda s: f"{int(s.code):04}",
    "fcode": lambda s: f"{s.code}.0",
    "kcode": lambda s: f"LJ-{int(s.code):03}",
    "othercode": lambda s: f"7790{int(s.code) * 31:09}",
    "count": lambda s: str(s.n + 1),
    "street": lambda s: s.street,
    "number": lambda s: s.number,
    "snumber": lambda s: f"{s.street} {s.number}",
    "full": _full,
    "hood": lambda s: s.hood,
    "city": lambda s: s.city,
    "CITY": lambda s: s.city.upper(),
    "state": lambda s: s.state,
    "STATE": lambda s: s.state.upper(),
    "uf": lambda s: UF.get(s.state, "SP"),
    "country": lambda s: {"MLA": "Argentina", "MLB": "Brasil", "MLM": "México", "MLC": "Chile"}.get(s.site, "Perú"),
    "cp": lambda s: s.postcode,
    "lat": lambda s: s.lat,
    "lng": lambda s: s.lng,
    "clat": lambda s: s.lat.replace(".", ","),
    "clng": lambda s: s.lng.replace(".", ","),
    "pair": lambda s: f"{s.lat}, {s.lng}",
    "ppair": lambda s: f"({s.lat} {s.lng})",
    "maplink": lambda s: f"https://maps.google.com/?q={s.lat},{s.lng}",
    "hours": lambda s: ("Lun a Vie 9 a 18", "Lun a Sab 8:30 a 20", "24 hs")[s.n % 3],
    "horas": lambda s: ("Seg a Sex 8h às 18h", "Seg a Sáb 9h às 20h", "24 horas")[s.n % 3],
    "opens": lambda s: ("08:00", "09:30", "10:00")[s.n % 3],
    "closes": lambda s: ("20:00", "21:30", "19:00")[s.n % 3],
    "phone": lambda s: s.phone,
    "status": lambda s: "ACTIVO" if s.n % 6 else "INACTIVO",
    "sino": lambda s: "SI" if s.n % 7 else "NO",
    "brand": lambda s: ("Sol", "Luna", "Estrella")[s.n % 3],
    "company": lambda s: ("Sol del Norte S.A.", "Luna Comercial SRL")[s.n % 2],
    "format": lambda s: ("Express", "Hipermercado", "Kiosco")[s.n % 3],
    "manager": lambda s: ("Ana Pérez", "Luis Gómez", "Rosa Díaz", "Juan Soto")[s.n % 4],
    "email": lambda s: f"suc{s.n}@ejemplo.com",
    "zone": lambda s: ("Zona Norte", "Zona Sur")[s.n % 2],
    "route": lambda s: f"R{s.n % 4 + 1}",
    "taxid": lambda s: f"30-7{int(s.code):07}-{s.n % 10}",
    "cnpj": lambda s: f"12.345.{s.n:03}/0001-{s.n % 90 + 10}",
    "tills": lambda s: str(s.n % 5 + 1),
    "till": lambda s: str(s.n % 2 + 1),
    "price": lambda s: f"{(s.n + 3) * 137}.50",
    "m2": lambda s: str(90 + s.n * 13),
    "staff": lambda s: str(4 + s.n % 9),
    "date": lambda s: f"20{10 + s.n % 14}-0{s.n % 9 + 1}-1{s.n % 9}",
    "ddate": lambda s: f"1{s.n % 9}/0{s.n % 9 + 1}/20{10 + s.n % 14}",
    "url": lambda s: f"https://ejemplo.com/l/{s.code}",
    "km": lambda s: f"{3.2 + s.n * 1.7:.2f}",
    "note": lambda s: "" if s.n % 4 else "frente a la plaza",
    "empty": lambda _: "",
    "comma": lambda _: ",",
}


@dataclass(frozen=True)
class Style:
    """`columns` are (header, what the cells are, meaning); `above` are rows before the header, `header` 0 is none."""

    name: str
    site: str
    columns: tuple[tuple[str, str, str], ...]
    above: tuple[tuple[str, ...], ...] = ()
    header: bool = True
    count: int = 24

    @property
    def meanings(self) -> list[str]:
        return [meaning for _, _, meaning in self.columns]

    @property
    def header_row(self) -> int:
        return len(self.above) + 1 if self.header else 0

    def rows(self) -> list[list[str]]:
        body = [[CELLS[kind](shop) for _, kind, _ in self.columns] for shop in shops(self.site, self.count)]
        head = [[header for header, _, _ in self.columns]] if self.header else []
        return [*map(list, self.above), *head, *body]


def _style(name: str, site: str, columns: str, **options: object) -> Style:
    """`columns`: one line each, `header | cells | meaning`."""
    cut = [tuple(part.strip() for part in line.split("|")) for line in columns.strip().splitlines()]
    return Style(name, site, tuple((a, b, c) for a, b, c in cut), **options)  # type: ignore[arg-type]


STYLES = (
    _style("plain-es", "MLA", """
        Código | code | external_id
        Sucursal | name | store_name
        Calle | street | street_name
        Altura | number | street_number
        Localidad | city | city
        Provincia | state | state
        C.P. | cp | postal_code
        Teléfono | phone | phone
        Lat. | lat | latitude
        Long. | lng | longitude"""),
    _style("titles-and-capitals", "MLA", """
        NRO. SUC. | zcode | external_id
        NOMBRE DE FANTASIA | name | store_name
        DOMICILIO COMERCIAL | snumber | street_and_number
        LOCALIDAD | CITY | city
        PCIA. | STATE | state
        CANT. CAJAS | tills | register_count
        HORARIO DE ATENCIÓN | hours | opening_hours
        COORDENADAS | pair | lat_lng""",
        above=(("SOL DEL NORTE S.A.",), ("Listado de sucursales al 31/12/2025",), ())),
    _style("camel", "MLM", """
        storeId | code | external_id
        storeName | name | store_name
        addressLine1 | snumber | street_and_number
        cityName | city | city
        stateOrProvinceName | state | state
        zipCode | cp | postal_code
        phoneNumber | phone | phone
        geoLat | lat | latitude
        geoLng | lng | longitude
        createdAt | date | ignore
        isActive | sino | status"""),
    _style("abbreviated", "MLA", """
        Suc | zcode | external_id
        Denom. | name | store_name
        Dom. | snumber | street_and_number
        Loc. | city | city
        Pcia | state | state
        CP | cp | postal_code
        Tel. | phone | phone
        Hor. | hours | opening_hours
        Lat | lat | latitude
        Lon | lng | longitude"""),
    _style("portuguese", "MLB", """
        Cód. Loja | kcode | external_id
        Nome Fantasia | name | store_name
        Razão Social | company | company_name
        CNPJ | cnpj | tax_id
        Logradouro | street | street_name
        Nº | number | street_number
        Bairro | hood | neighborhood
        Município | city | city
        UF | uf | state
        CEP | cp | postal_code
        Fone | phone | phone
        Horário de funcionamento | horas | opening_hours
        Latitude | lat | latitude
        Longitude | lng | longitude"""),
    _style("portuguese-full-address", "MLB", """
        Filial | code | external_id
        Unidade | name | store_name
        Endereço completo | full | full_address
        Qtd. Caixas | tills | register_count
        Situação | status | status
        Gerente | manager | contact
        E-mail | email | email
        Localização | pair | lat_lng"""),
    _style("english", "MLC", """
        Store # | code | external_id
        Branch | name | store_name
        Address | snumber | street_and_number
        Commune | city | city
        Region | state | state
        Opens | opens | opens_at
        Closes | closes | closes_at
        Lat | lat | latitude
        Lng | lng | longitude
        Manager | manager | contact
        Sq. meters | m2 | ignore"""),
    _style("estado-is-a-status", "MCO", """
        ID PDV | code | external_id
        PDV | name | store_name
        DEPARTAMENTO | STATE | state
        MUNICIPIO | CITY | city
        DIRECCION PDV | snumber | street_and_number
        ESTADO | status | status
        LATITUD | lat | latitude
        LONGITUD | lng | longitude
        CANAL | format | ignore
        FECHA CREACION | date | ignore"""),
    _style("estado-is-a-state", "MLM", """
        No. Tienda | code | external_id
        Tienda | name | store_name
        Calle y Número | snumber | street_and_number
        Colonia | hood | neighborhood
        Delegación/Municipio | city | city
        Estado | state | state
        C.P. | cp | postal_code
        Estatus | status | status
        Teléfono 1 | phone | phone
        Latitud | lat | latitude
        Longitud | lng | longitude"""),
    _style("swapped-points", "MLA", """
        Codigo | code | external_id
        Nombre | name | store_name
        Direccion | snumber | street_and_number
        Ciudad | city | city
        Provincia | state | state
        Latitud | lng | longitude
        Longitud | lat | latitude"""),
    _style("xy", "MPE", """
        COD_LOCAL | code | external_id
        NOM_LOCAL | name | store_name
        DIRECCION | snumber | street_and_number
        DISTRITO | city | city
        DEPARTAMENTO | state | state
        X | lng | longitude
        Y | lat | latitude"""),
    _style("id-floats", "MCO", """
        id | fcode | external_id
        punto_venta | name | store_name
        direccion | snumber | street_and_number
        ciudad | city | city
        depto | state | state
        lat | lat | latitude
        lon | lng | longitude
        ventas_mes | price | ignore
        empleados | staff | ignore"""),
    _style("no-header", "MLA", """
        | code | external_id
        | name | store_name
        | snumber | street_and_number
        | city | city
        | state | state
        | lat | latitude
        | lng | longitude""", header=False),
    _style("decimal-commas", "MLA", """
        Nº | count | row_index
        ID | zcode | external_id
        Local | name | store_name
        Dirección | snumber | street_and_number
        Ciudad | city | city
        Provincia | state | state
        Latitud | clat | latitude
        Longitud | clng | longitude"""),
    _style("prices-and-dates", "MLC", """
        Fecha alta | ddate | ignore
        Cod Local | code | external_id
        Nombre Local | name | store_name
        Dirección | snumber | street_and_number
        Comuna | city | city
        Región | state | state
        Venta promedio | price | ignore
        Metros cuadrados | m2 | ignore
        Dotación | staff | ignore
        Distancia CD | km | ignore
        Latitud | lat | latitude
        Longitud | lng | longitude"""),
    _style("brands-and-people", "MLA", """
        Bandera | brand | chain_brand
        Razón Social | company | company_name
        CUIT | taxid | tax_id
        Formato | format | format_type
        Nro Local | code | external_id
        Nombre Local | name | store_name
        Domicilio | snumber | street_and_number
        Localidad | city | city
        Provincia | state | state
        Encargado | manager | contact
        Mail | email | email
        Ruta | route | route
        Zona | zone | region
        Referencia | note | reference
        Latitud | lat | latitude
        Longitud | lng | longitude"""),
    _style("row-per-till", "MLA", """
        Suc. | code | external_id
        Nombre Suc. | name | store_name
        Nro Caja | till | register_id
        Dirección | snumber | street_and_number
        Localidad | city | city
        Provincia | state | state
        GPS | ppair | lat_lng"""),
    _style("two-ids", "MLU", """
        Cod. Interno | code | external_id
        GLN | othercode | alt_id
        Sucursal | hoodname | store_name
        Dirección | snumber | street_and_number
        Barrio | hood | neighborhood
        Ciudad | city | city
        Departamento | state | state
        Latitud | lat | latitude
        Longitud | lng | longitude"""),
    _style("only-id-is-of-something", "MLB", """
        cod_agencia | code | external_id
        nome | name | store_name
        endereco | full | full_address
        cidade | city | city
        uf | uf | state
        data_abertura | date | ignore
        tipo_agencia | format | format_type
        lat | lat | latitude
        long | lng | longitude"""),
    _style("address-only", "MLA", """
        Local | name | store_name
        Dirección | full | full_address
        Teléfono | phone | phone
        Horarios | hours | opening_hours"""),
    _style("glue-columns", "MLC", """
        Tienda | name | store_name
        | comma | ignore
        Dirección | snumber | street_and_number
        | comma | ignore
        Comuna | city | city
        Región | state | state
        País | country | country
        Web | url | ignore
        Sup. m2 | m2 | ignore"""),
    _style("numbered", "MLM", """
        ID | code | external_id
        Nombre | name | store_name
        Dirección 1 | snumber | street_and_number
        Ciudad | city | city
        Estado | state | state
        Tel 1 | phone | phone
        Tel 2 | phone | phone
        Lat | lat | latitude
        Lng | lng | longitude"""),
    _style("snake-english", "MLB", """
        branch_code | kcode | external_id
        branch_name | name | store_name
        street | street | street_name
        house_number | number | street_number
        district | hood | neighborhood
        city | city | city
        state | uf | state
        postal_code | cp | postal_code
        country | country | country
        opening_hours | horas | opening_hours
        tills | tills | register_count
        latitude | lat | latitude
        longitude | lng | longitude"""),
    _style("provider-of-shops", "MPE", """
        Item | count | row_index
        Cod. Cliente | code | external_id
        Cliente | name | store_name
        Dirección de entrega | snumber | street_and_number
        Distrito | city | city
        Provincia | state | state
        Latitud | lat | latitude
        Longitud | lng | longitude
        Monto | price | ignore"""),
    _style("map-links", "MLA", """
        Código | code | external_id
        Sucursal | name | store_name
        Dirección | snumber | street_and_number
        Localidad | city | city
        Provincia | state | state
        Link Google Maps | maplink | lat_lng"""),
    _style("opening-date-and-time", "MLM", """
        Clave | code | external_id
        Nombre de la tienda | name | store_name
        Domicilio | snumber | street_and_number
        Ciudad | city | city
        Entidad | state | state
        Fecha de apertura | date | ignore
        Hora de apertura | opens | opens_at
        Hora de cierre | closes | closes_at
        Latitud | lat | latitude
        Longitud | lng | longitude"""),
    _style("wide-and-noisy", "MCO", """
        # | count | row_index
        Código SAP | othercode | alt_id
        Código Tienda | code | external_id
        Nombre Tienda | name | store_name
        Marca | brand | chain_brand
        Tipo de Tienda | format | format_type
        Dirección | snumber | street_and_number
        Barrio | hood | neighborhood
        Ciudad | city | city
        Departamento | state | state
        Teléfono | phone | phone
        Correo | email | email
        Administrador | manager | contact
        Área (m2) | m2 | ignore
        Arriendo | price | ignore
        Fecha Apertura | ddate | ignore
        Latitud | lat | latitude
        Longitud | lng | longitude
        Activa | sino | status"""),
    _style("header-in-row-nine", "MLC", """
        Código Sucursal | code | external_id
        Glosa Sucursal | name | store_name
        Calle | street | street_name
        N° | number | street_number
        Comuna | city | city
        Región | state | state
        Coord. Y | lat | latitude
        Coord. X | lng | longitude""",
        above=(
            ("Gerencia de Operaciones",),
            (),
            ("Versión", "3"),
            ("Fecha", "02-01-2026"),
            (),
            ("Nota: actualizar",),
            (),
            (),
        ),
    ),
)  # fmt: skip
