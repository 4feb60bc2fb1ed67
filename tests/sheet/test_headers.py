"""Words of headers: each of some 480 stands over a column of a list, and the cells below it are what it says."""

import csv
import io

import pytest

from mpkit.sheet import delimited, header, heading, table
from tests.sheet.lists import CELLS, shops

BASE = (
    ("Sucursal", "name", "store_name"),
    ("Ciudad", "city", "city"),
    ("Provincia", "state", "state"),
    ("Dirección", "snumber", "street_and_number"),
    ("Código", "code", "external_id"),
)
STREETS = frozenset({"full_address", "street_name", "street_number"})
# The country, what the cells are (`lists.CELLS`), what that means, and headers people write over it.
SAID = (
    (
        "MLA",
        "code",
        "external_id",
        (
            "ID; Id Local; id_sucursal; IDSucursal; SucursalID; Nro. Sucursal; Nro Suc; N° Sucursal; Nº Suc.; "
            "Num_Suc; Cod.; CODIGO; Cód. Suc.; Sucursal Nro; Suc. N°; Local N°; Nro de Local; Legajo "
            "Sucursal; branch_id; BranchCode; STORE_NUMBER; Store No.; storeNumber; LocationId; Clave "
            "Sucursal; CVE_SUC; Centro; CeCo; Código interno; Código Local; Id_Tienda; Número Tienda; "
            "NRO_PDV; Código PDV; COD_PDV; PdvId; ID Loja; Código da Filial; Cod_Filial; Filial Nº; Nº da "
            "Loja; CodLoja; num_loja; loja_id; cd_loja; idLoja"
        ),
    ),
    (
        "MLA",
        "name",
        "store_name",
        (
            "Nombre; NOMBRE SUCURSAL; Sucursal; Suc.; Local; Nombre Local; Nombre del Local; Denominación; "
            "Descripción; Tienda; Nombre de tienda; Punto de Venta; PDV; nombre_pdv; store; store_name; "
            "StoreName; Name; Branch Name; Nome; Nome da Loja; Loja; Filial; Unidade; nm_loja; Nome Unidade; "
            "Desc. Sucursal; DESC_SUC; Descripción Local; Nombre Comercial; NombreFantasia; Fantasía; Nom. "
            "Suc; Nombre Punto de Venta; Título; Local Comercial; Sucursal / Local; NOMBRE_TIENDA; Farmacia; "
            "Establecimiento"
        ),
    ),
    (
        "MLA",
        "snumber",
        "street_and_number",
        (
            "Dirección; DIRECCION; Direc.; Dir; Dir.; Domicilio; Dom.; Calle y Número; Calle y Nro; Calle y "
            "altura; Domicilio Local; Dirección Comercial; Direccion_Local; direccionTienda; address; Address "
            "1; address_line_1; street_address; Street Address; Endereço; Endereço da Loja; End.; Calle; "
            "Ubicación; DIR_SUC; domicilio_sucursal; Dirección de la Sucursal; Domicilio (calle y número); "
            "Logradouro"
        ),
    ),
    (
        "MLB",
        "snumber",
        "street_and_number",
        "Endereço; Endereco; END; Endereço Comercial; Logradouro; Rua; Rua/Av.; Endereço (Rua, nº)",
    ),
    (
        "MLA",
        "street",
        "street_name",
        "Calle; Nombre de calle; CALLE/AV; Av/Calle; Vía; street_name; street; domicilio_calle; Dirección (calle)",
    ),
    (
        "MLA",
        "number",
        "street_number",
        (
            "Número; Nro; N°; Nº; Num.; Altura; Nro. Puerta; Numero exterior; No. Ext.; house_number; "
            "domicilio_numero; Calle Nro; Numeración; Puerta"
        ),
    ),
    ("MLB", "number", "street_number", "Número; Nº; Num; NR_ENDERECO"),
    (
        "MLA",
        "full",
        "full_address",
        "Dirección completa; Domicilio completo; Full address; Dirección; address; formatted_address; Ubicación",
    ),
    ("MLB", "full", "full_address", "Endereço completo; Endereço; Descrição; Address"),
    ("MLA", "hood", "neighborhood", "Barrio; Colonia; Bairro; neighborhood; Urbanización; Sector; Barrio/Zona"),
    (
        "MLA",
        "CITY",
        "city",
        (
            "Ciudad; CIUDAD; Localidad; LOCALIDAD; Loc.; Municipio; Mpio.; Partido; Ciudad/Localidad; City; "
            "city_name; nombre_ciudad; Población; Cidade; Localidad / Partido; CiudadSucursal; ciudad_local; "
            "Town"
        ),
    ),
    (
        "MLB",
        "city",
        "city",
        "Cidade; CIDADE; Município; municipio; Cidade/Município; nm_municipio; Nome do Município; Localidade",
    ),
    ("MLC", "city", "city", "Comuna; COMUNA; Nombre Comuna; comuna_nombre; Ciudad / Comuna; NOM_COMUNA; Commune"),
    ("MPE", "city", "city", "Distrito; DISTRITO; NOMBDIST; Ciudad/Distrito"),
    (
        "MLA",
        "STATE",
        "state",
        (
            "Provincia; PROVINCIA; Prov.; Pcia.; Province; State; Estado; nombre_provincia; Provincia/Estado; "
            "PROVINCIA_NOMBRE"
        ),
    ),
    ("MLB", "uf", "state", "UF; Estado; uf; Sigla UF; UF_Loja; Estado (UF); State"),
    ("MLM", "state", "state", "Estado; ESTADO; Entidad; Entidad Federativa; Edo.; NOM_ENT; State; estado_nombre"),
    ("MLC", "state", "state", "Región; REGION; region_nombre; Nombre Región"),
    ("MCO", "STATE", "state", "Departamento; DEPTO; Dpto; Dep.; department"),
    (
        "MLA",
        "cp",
        "postal_code",
        "CP; C.P.; Código Postal; Cod Postal; COD_POSTAL; Postal; zip; ZipCode; postal_code; CPA",
    ),
    ("MLB", "cp", "postal_code", "CEP; Cep; Código Postal; nr_cep"),
    (
        "MLA",
        "lat",
        "latitude",
        (
            "Latitud; LATITUD; lat; Lat.; LAT; Latitude; latitud_local; geo_lat; Coord. Lat; Y; coord_y; "
            "Latitud Y; latitud (decimal); Coordenada Latitud; COORDENADA_Y; lat_dd"
        ),
    ),
    (
        "MLA",
        "lng",
        "longitude",
        (
            "Longitud; LONG; lng; Lon; Long.; Longitude; longitud_local; geo_lng; X; coord_x; Longitud X; "
            "COORDENADA_X; Coordenada Longitud; lon_dd"
        ),
    ),
    (
        "MLA",
        "pair",
        "lat_lng",
        (
            "Coordenadas; COORDENADAS GPS; Lat/Long; latlng; Lat, Long; Ubicación; Geo; geolocalización; GPS; "
            "Coord.; coordinates; location; punto"
        ),
    ),
    (
        "MLA",
        "hours",
        "opening_hours",
        (
            "Horario; HORARIOS; Horario de atención; Hs. de atención; Atención; hours; opening_hours; Horario "
            "comercial; Días y horarios; Horario Sucursal"
        ),
    ),
    (
        "MLB",
        "horas",
        "opening_hours",
        "Horário; Horário de funcionamento; Funcionamento; Horário de atendimento; Horario Loja",
    ),
    (
        "MLA",
        "opens",
        "opens_at",
        "Apertura; Hora apertura; Abre; open; Opening time; Desde; Hora Inicio; HR_APERTURA",
    ),
    (
        "MLA",
        "closes",
        "closes_at",
        "Cierre; Hora cierre; Cierra; close; Closing time; Hasta; Hora Fin; HR_CIERRE",
    ),
    (
        "MLA",
        "tills",
        "register_count",
        (
            "Cajas; Cant. Cajas; Cantidad de cajas; N° de cajas; Nro. Cajas; #Cajas; Total cajas; cant_cajas; "
            "tills; registers; Cantidad POS; Caixas; Qtd. de caixas; Checkouts; Nº de caixas; Cajas "
            "registradoras"
        ),
    ),
    (
        "MLA",
        "phone",
        "phone",
        (
            "Teléfono; TEL; Tel.; Telefono 1; Teléfonos; phone; Phone Number; Celular; Contacto tel.; Fone; "
            "WhatsApp; telefono_local; Tel. Sucursal; Nro. Teléfono"
        ),
    ),
    (
        "MLA",
        "status",
        "status",
        "Estado; Status; Estatus; Situación; ESTADO LOCAL; Activo; Vigencia; estado_sucursal; Condición; Active",
    ),
    (
        "MLA",
        "brand",
        "chain_brand",
        "Marca; Bandera; Cadena; Brand; Bandeira; Rede; Insignia; Banner; MARCA_COMERCIAL",
    ),
    (
        "MLA",
        "company",
        "company_name",
        "Razón Social; Empresa; Razon_social; Sociedad; company; Razão Social; Nombre empresa",
    ),
    (
        "MLA",
        "format",
        "format_type",
        "Formato; Tipo; Tipo de local; Tipo Tienda; store_type; Format; TIPO_SUCURSAL; Tipo de comercio; Clasificación",
    ),
    (
        "MLA",
        "manager",
        "contact",
        (
            "Encargado; Gerente; Responsable; Contacto; Nombre del encargado; Nombre Gerente; Jefe de local; "
            "Manager; Store manager; Supervisor; Responsável; Nome do Gerente"
        ),
    ),
    ("MLA", "email", "email", "Email; E-mail; Mail; Correo; Correo electrónico; email_local; Mail Sucursal"),
    ("MLA", "taxid", "tax_id", "CUIT; C.U.I.T.; Nro CUIT; cuit"),
    ("MLA", "country", "country", "País; PAIS; Country; pais_nombre"),
    ("MLA", "count", "row_index", "#; Item; Orden; N° Orden; Nro. Orden; index; Fila; Correlativo"),
    (
        "MLA",
        "price",
        "ignore",
        (
            "Ventas; Venta mensual; Facturación 2024; Monto; Precio; Alquiler; Ticket promedio; Ingresos; "
            "Presupuesto; Revenue; Faturamento"
        ),
    ),
    (
        "MLA",
        "m2",
        "ignore",
        "M2; Superficie; Metros cuadrados; Área m2; Sup. (m2); Capacidad; Area construida; m² totales",
    ),
    (
        "MLA",
        "staff",
        "ignore",
        "Empleados; Dotación; Cant. empleados; Nº de empleados; Staff; Funcionarios; Personal",
    ),
    (
        "MLA",
        "date",
        "ignore",
        (
            "Fecha apertura; Fecha de alta; created_at; Fecha inauguración; Data de abertura; Última "
            "actualización; updated_at; FECHA"
        ),
    ),
    ("MLA", "url", "ignore", "URL; Web; Sitio web; Link; Foto; Imagen"),
    ("MLA", "km", "ignore", "Distancia; Km; distancia_km; Distancia (km)"),
    ("MLA", "empty", "ignore", "Obs.; Observaciones; Comentarios; Notas; Campo1"),
    ("MLA", "zone", "region", "Zona; Territorio; Zona comercial; Sales region"),
    ("MLA", "route", "route", "Ruta; Recorrido; Nro Ruta"),
)


def understood(site, columns):
    rows = [[name for name, _, _ in columns], *([CELLS[kind](shop) for _, kind, _ in columns] for shop in shops(site))]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(rows)
    return table.understand(delimited.read(out.getvalue().encode()), site=site, mapping={}, folder=None)


@pytest.mark.parametrize(("site", "kind", "meaning", "said"), SAID, ids=lambda value: value if len(value) < 20 else "")
def test_a_header_and_its_cells_say_one_meaning(site, kind, meaning, said):
    rest = [column for column in BASE if column[2] != meaning and not (meaning in STREETS and column[1] == "snumber")]
    rest += [("Calle", "street", "street_name")] if meaning == "street_number" else []
    for name in said.split("; "):
        columns = [*rest[:2], (name, kind, meaning), *rest[2:]]
        found = [column.meaning for column in understood(site, columns).columns]
        assert (name, found) == (name, [column[2] for column in columns][: len(found)])


@pytest.mark.parametrize(
    ("above", "below", "names"),
    [
        (
            ["Local", "", "Contacto"],
            ["Código", "Nombre", "Nombre"],
            ("Local > Código", "Local > Nombre", "Contacto > Nombre"),
        ),
        (
            ["Código", "Ubicación", ""],
            ["", "Latitud", "Longitud"],
            ("Código", "Ubicación > Latitud", "Ubicación > Longitud"),
        ),
    ],
)
def test_two_rows_make_one_name_a_column(above, below, names):
    data = [["1", "-32.1", "-60.2"], ["2", "-32.3", "-60.4"]]
    assert heading.find([above, below, *data]) == heading.Heading(2, names)


def test_a_title_in_two_cells_is_no_upper_row():
    rows = [["Cadena del Sur", "", "Actualizado"], ["Código", "Nombre", "Ciudad"], ["1", "Centro", "Salta"]]
    assert heading.find(rows) == heading.Heading(2, ("Código", "Nombre", "Ciudad"))


def test_the_name_of_a_person_is_no_name_of_a_shop():
    assert "store_name" not in {m for m, score in header.scores("Contacto > Nombre").items() if score > 0.7}
    assert header.scores("Sucursal > Nombre")["store_name"] == 1.0
