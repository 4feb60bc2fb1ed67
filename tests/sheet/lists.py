"""Branch lists in the styles people keep them in, made from a seed: rows of cells, and what each column means.

Shops stand in real cities of the built-in catalogue, a little off their centres; words and numbers are our own.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

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


def _style(name: str, said: dict[str, Any]) -> Style:
    """One table of styles.toml; a line of its `columns` is `header | cells | meaning`."""
    cut = [tuple(part.strip() for part in line.split("|")) for line in said["columns"].splitlines()]
    above = tuple(map(tuple, said.get("above", ())))
    return Style(name, said["site"], tuple((a, b, c) for a, b, c in cut), above, said.get("header", True))


_SAID = tomllib.loads((Path(__file__).parent / "styles.toml").read_text(encoding="utf-8"))
STYLES = tuple(_style(name, said) for name, said in _SAID.items())
