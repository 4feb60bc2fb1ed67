"""The words of addresses in the seven countries, as patterns: kinds of streets, premises, corners, blocks and lots."""

from __future__ import annotations

import re

MARK = r"(?:n\s?[°ºoø]\s?\.?|nro\.?\s?°?|num\.?|n[úu]m\.|n[úu]mero|#|no\.)"
_NUMBERED = (
    r"calles?|cll?|av|avda?|ave|avenida|diagonal|diag|dg|transversal|trans|transv|tv|cra|kr|cr|kra|ak|ac|jir[oó]n|jr"
    r"|pasaje|pje|psje|psj|ruta|rn|rp|rodovia|rod|estrada|autopista|aut|carretera|carr|camino|cno|rua|r|travessa|trav"
    r"|ladeira|eje|boulevard|bulevar|blvd|bvar|bv|bulev|circuito|prolongaci[oó]n|prol|andador|cerrada|privada|priv|retorno"
    r"|paseo"
)
_WAYS = (
    rf"{_NUMBERED}|carrera|alameda|al|praça|praca|pça|largo|calzada|calz|circunvalar|malec[oó]n|costanera|vereda|plaza|plazoleta"
    r"|viaducto"
)
# A segment that begins with one of these is a street's name.
WAY = re.compile(rf"\s*(?:{_WAYS})\b\.?\s*(?:[^\W\d_]|\d|#|n[°º])", re.IGNORECASE)
WAY_INSIDE = re.compile(rf"(?:^|[\s,;-])(?:{_WAYS})\b\.?\s*(?:[^\W\d_]|\d)", re.IGNORECASE)
_BLOCKS = r"manzana|mzna|mza|mz|quadra|qd|lotes?|lt|lte"
_PREMISES = (
    r"locales|local|lcal|loc|lc|l|lojas?|lj|salas?|sl|oficinas?|ofic|ofna|of|piso|andar|planta|nivel|subsuelo|ss|pb|dpto"
    r"|depto|departamento|apartamento|apto|ap|interior|int|exterior|bloco|bl|bloque|torre|edificio|edif|ed|stand|puestos?"
    r"|m[oó]dulos?|m[oó]d|nave|bodegas?|bdg|bg|galp[oó]n|box|boxes|isla|kiosco|unidad|unidade|uf|conjunto|conj|cj|galer[ií]a|gal"
    r"|cto|cuerpo|port[oó]n|centro comercial|shopping|mall|terminal|and[eé]n|caseta"
)
_GROUNDS = (  # they number what stands right behind them, and may begin a name: `Villa Alegre 675`
    r"casa|ala|puerta|parcela|sitio|solar|padr[oó]n|etapa|sector|zona|grupo|secci[oó]n|fracci[oó]n|parada|agencia|barrio"
    r"|villa|supermanzana|sm|smz"
)
_CORNER = r"esquina|esq|entre|e/|entrecalles|casi|c/|frente|fte|altura|alt|cruce|con"
_ROAD = (
    r"(?:ruta|rn|rp|rodovia|rod|br|sp|mg|rs|pr|sc|autopista|autov[ií]a|aut|carretera|carr|camino|km|kil[oó]metros?)\.?"
    r"(?:\s*(?:n(?:ac(?:ional)?)?|p(?:rov(?:incial)?)?|federal|estadual|panamericana)\.?)?"
)
A_ROAD = re.compile(rf"{_ROAD}\s?-?\d", re.IGNORECASE)  # Rp2, BR-101: name enough before a house number
# Carrera is a kind of street in Colombia and a name in Chile: `José Miguel Carrera 6150`.
_CARRERA = r"(?:^|[,;-]\s*|\b(?:av|avda|avenida|con|y|esq|esquina|entre)\.?\s+)carrera"
# What makes the number after it one of a street's name, a road, premises, a corner: anything but a house.
NOT_A_HOUSE = re.compile(
    rf"(?:(?:{_CARRERA}|(?<![\w.])(?:{_ROAD}|{_NUMBERED}|{_BLOCKS}|{_PREMISES}|{_GROUNDS}|{_CORNER}|y|e|o|x|a))(?![^\W\d_])[./]?\s*(?:{MARK})?\s*[-:.]?\s*)$",
    re.IGNORECASE,
)
PREMISES = re.compile(rf"(?<![\w.])(?:{_PREMISES}|{_BLOCKS}|{_CORNER})\b\.?", re.IGNORECASE)
STARTS_PREMISES = re.compile(
    rf"\s*(?:(?:{_PREMISES}|{_GROUNDS}|{_BLOCKS}|{_CORNER})\b|e/|c/|\d+\s?[°ºª]|p\.?b\.?\b)", re.IGNORECASE
)
# `Mz. B Lt. 5`, `Quadra 5 Lote 8`, `Lote 3 Manzana C`
LOT = re.compile(
    r"(?<![\w.])(?:(?:manzana|mzna|mza|mz|quadra|qd)\b\.?\s*[\"']?[\w-]{1,5}[\"']?[\s,-]*(?:lotes?|lte|lt)\b\.?\s*[\w-]{1,6}"
    r"|(?:lotes?|lte|lt)\b\.?\s*[\w-]{1,5}[\s,-]*(?:manzana|mzna|mza|mz|quadra|qd)\b\.?\s*[\"']?[\w-]{1,5}[\"']?)",
    re.IGNORECASE,
)
# The Colombian grid: `KR 43 58 23`, `Cra. 7 # 12-34`, `Calle 100 #8A-55`, `Diagonal 40A Sur No. 20-15`
GRID = re.compile(
    r"(?<!\w)(?P<street>(?:(?:av|avenida)\.?\s)?(?:cll?|calle|kra?|cra?|carrera|ak|ac|av|avenida|dg|diag|diagonal|tv|transversal"
    r"|transv|trans|circular|circ)\.?\s*\d{1,3}(?!\d)(?:\s?(?!no\b|n[°ºø])[a-wz]{1,2}\b)?(?:\s?bis(?:\s?[a-z])?)?(?:\s(?:sur|norte|este|oeste))?)"
    r"\s*(?:#|no\.?|n[°ºø]\.?|nro\.?)?\s*(?P<number>\d{1,3}(?!\d)(?:\s?[a-df-np-wz](?![a-z]))?(?:\s?bis)?(?:\s(?:sur|norte|este|oeste))?"
    r"(?:\s?[-–]\s?|\s|(?<=[a-z]))\d{1,3})(?![\d.,/]*\d)(?P<side>\s(?:sur|norte|este|oeste)\b)?",  # noqa: RUF001 - dashes people type
    re.IGNORECASE,
)
NONE = re.compile(
    r"[\s,.-]*(?<![\w/])(?:s\s?/\s?n\s?[°ºo]?(?:ro)?|sin\s+n(?:umero|[úu]mero|ro|[°º])|sem\s+n[úu]mero|s\.\s?n\.?[°º]?)(?!\w)\.?",
    re.IGNORECASE,
)
FILLER = re.compile(r"[\s,.-]+(?:none|null|nan|sn|0+)\s*\.?$", re.IGNORECASE)
# A number people write for a house: `1234`, `2.380`, `123/125`, `123-127`, `45 bis`, `4500-B`, `123A`, `123 A`
_NUMBER = (
    r"(?P<number>\d{1,6}(?:\.\d{3}(?!\d))?(?:\s?[-/]\s?\d{1,5}(?![\d°º]))*"
    r"(?:\s?-?\s?(?:bis|ter)\b|-?[A-Za-z]\b(?!\.)|\s-?\s?[A-DF-HJKMP-RT-W](?=\s*(?:$|[,;(]|-\s)))?)(?![\w°ºª]|[.,]\d)"
)
HOUSE = re.compile(r"(?<![\w.,/°º-])" + _NUMBER, re.IGNORECASE)
HERE = re.compile(_NUMBER, re.IGNORECASE)  # behind a mark such as N°
NAMED = re.compile(  # the number belongs to a name: `25 de Mayo`, `Calle 3 y medio`, `150 viviendas`, `2 Norte`
    r"\s*(?:del?\s+(?!la\b)[^\W\d_]|y\s+medio|viviendas|casas|lotes|unidades|(?:norte|sur|oriente|poniente)\s+(?:n[°º]\s?)?\d"
    r"|(?:er|ra|do|da|to|ta|mo|ma|º|°|ª)\b)",
    re.IGNORECASE,
)
MARKED = re.compile(rf"(?<![\w])(?P<mark>{MARK})\s*(?=\d)", re.IGNORECASE)
BRACKETS = re.compile(r"\([^)]*\)?")
EMPTY = re.compile(
    r"((sin (direccion|domicilio|datos?)|sem endereco|pendiente)( .*)?|n ?d|n ?a|s ?d|none|null|nan|no aplica|)"
)
DISTRICT = re.compile(
    r"\s*(?:col(?:onia)?|barrio|bo|b[°º]|urb(?:anizaci[oó]n)?|fracc(?:ionamiento)?|residencial|res|condominio|conjunto"
    r"|jardim|jd|vila|vl|setor|bairro|parque|pq|sector|cooperativa|coop|asent|aa\.?\s?hh|pblo|pueblo|poblaci[oó]n|villa)\b\.?\s*\S",
    re.IGNORECASE,
)
