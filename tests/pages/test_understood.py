"""What a review shows of what was understood: hours, names of registers and the map, each changeable on screen."""

from __future__ import annotations

import json

from mpkit.pages import branch_map
from tests.pages.test_review import HEAD, ROWS, press, steps_of, uploaded

TIMED = (
    "codigo;nombre;direccion;ciudad;provincia;lat;lng;horario\n"
    "0425;Centro;San Martín 450;Rosario;Santa Fe;-32.9468;-60.6393;L a V 9 a 18\n"
    "0426;Norte;Mitre 12;Rosario;Santa Fe;-32.9301;-60.6601;de tarde\n"
    "0427;Sur;Alem 20;Rosario;Santa Fe;-32.9401;-60.6501;de tarde\n"
)


def test_hours_are_said_back_and_written_anew_for_all_rows_alike(at, tmp_path):
    data = tmp_path / "data"
    test = uploaded(at, data, TIMED, view="understood")
    shown = next(frame.value for frame in test.dataframe if "Cómo se entiende" in frame.value.columns)
    assert shown.to_numpy().tolist() == [
        ["de tarde", "No se entiende: se crea sin horario", "2"],
        ["L a V 9 a 18", "Lun a Vie 9:00\u201318:00; Sáb y Dom cerrado", "1"],
    ]
    review = str(test.query_params["review"]).strip("[]'")
    test.session_state[f"hours_sucursales.csv_0_{review[:6]}_0"] = {
        "edited_rows": {0: {"Lo que dice": "todos los días 15 a 20"}}
    }
    test.run()
    assert any("Todos los días 15:00" in m.value.replace("\\", "") for m in test.markdown), (
        "said back before it is kept"
    )
    press(test, "Guardar en 2 filas").click().run()
    (step,) = steps_of(data, test)
    assert step["cells"] == [[3, 8, "todos los días 15 a 20"], [4, 8, "todos los días 15 a 20"]]


def test_the_echo_itself_can_be_written_in(at, tmp_path):
    data = tmp_path / "data"
    test = uploaded(at, data, TIMED, view="understood")
    review = str(test.query_params["review"]).strip("[]'")
    test.session_state[f"hours_sucursales.csv_0_{review[:6]}_0"] = {
        "edited_rows": {1: {"Cómo se entiende": "Lun a Sáb 9:00\u201318:00"}}
    }
    test.run()
    assert any("Lun a Sáb 9:00" in m.value.replace("\\", "") for m in test.markdown)
    press(test, "Guardar en 1 fila").click().run()
    (step,) = steps_of(data, test)
    assert step["cells"] == [[2, 8, "Lun a Sáb 9:00\u201318:00"]]


def test_one_branch_gets_its_hours_in_a_file_that_has_them_and_in_one_that_has_none(at, tmp_path):
    for content, cells in (
        (TIMED, [[3, 8, "sábados 10 a 14"]]),
        (HEAD + ROWS, [[1, 8, "horario"], [3, 8, "sábados 10 a 14"]]),
    ):
        data = tmp_path / str(len(content))
        test = uploaded(at, data, content, view="understood")
        (which,) = [box for box in test.selectbox if box.key.startswith("hours_one_")]
        which.set_value(2).run()
        (field,) = [f for f in test.text_input if f.key.startswith("hours_of_")]
        assert press(test, "Guardar este horario").disabled
        field.set_value("cuando se pueda").run()
        assert press(test, "Guardar este horario").disabled, "what nobody can read is not kept"
        (field,) = [f for f in test.text_input if f.key.startswith("hours_of_")]
        field.set_value("sábados 10 a 14").run()
        assert any("Sáb 10:00" in m.value.replace("\\", "") for m in test.markdown), "said back before it is kept"
        press(test, "Guardar este horario").click().run()
        (step,) = steps_of(data, test)
        assert [[row, column, text.lower()] for row, column, text in step["cells"]] == cells


def test_hours_in_columns_of_times_are_said_back_too(at, tmp_path):
    rows_ = "".join(
        f"04{n};S{n};Mitre {n};Rosario;Santa Fe;-32.9{n};-60.63;9:00;{19 + n % 2}:00\n" for n in range(30, 33)
    )
    head = "codigo;nombre;direccion;ciudad;provincia;lat;lng;hora apertura;hora cierre\n"
    test = uploaded(at, tmp_path / "data", head + rows_, view="understood")
    shown = next(frame.value for frame in test.dataframe if "Cómo se entiende" in frame.value.columns)
    assert shown.to_numpy().tolist() == [
        ["9:00 - 19:00", "Todos los días 9:00\u201319:00", "2"],
        ["9:00 - 20:00", "Todos los días 9:00\u201320:00", "1"],
    ]


def test_registers_are_named_as_chosen_and_the_next_file_too(at, tmp_path):
    data = tmp_path / "data"
    test = uploaded(at, data, view="understood")
    (choice,) = test.radio
    assert [label.replace("\\", "") for label in choice.options] == [
        "0425 Caja 1",
        "Centro Caja 1",
        "Rosario 0425 Caja 1",
        "De otra forma",
    ]
    choice.set_value("other").run()
    field = next(f for f in test.text_input if f.value == "{id} Caja {n}")
    field.set_value("{city}").run()
    assert any("no se puede nombrar cajas" in w.value for w in test.warning)
    assert press(test, "Usar estos nombres").disabled
    next(f for f in test.text_input if f.value == "{city}").set_value("Suc {id} puesto {n}").run()
    assert any("Suc 0425 puesto 1" in m.value.replace("\\", "") for m in test.markdown)
    press(test, "Usar estos nombres").click().run()
    assert steps_of(data, test) == ({"do": "names", "pattern": "Suc {id} puesto {n}"},)

    after = uploaded(at, data, HEAD + ROWS.replace("0425", "0999"), view="understood")
    assert not steps_of(data, after)
    assert any("Suc 0999 puesto 1" in m.value.replace("\\", "") for m in after.markdown), "the next file, as remembered"


def test_the_map_gets_every_point_with_its_problems_and_no_more_than_it_draws(at, tmp_path):
    """What stands in the country is drawn by kind; an island far off does not make the country small."""
    test = uploaded(at, tmp_path / "data", view="map")
    assert not test.exception
    (drawn,) = (json.loads(node.proto.json) for node in test.get("bidi_component"))
    kinds = [kind["id"] for kind in drawn["kinds"]]
    assert kinds == ["good", "blocking"], "only what there is, what is to be corrected last: on top"
    assert [kinds[kind] for kind in drawn["points"]["kind"]] == ["good", "blocking", "blocking"]
    assert drawn["points"]["name"] == ["Centro", "Norte", "Este"]
    assert drawn["whys"][drawn["points"]["why"][1]] == "Provincia que no coincide"
    west, south, east, north = drawn["branches"]
    assert (west, south, east, north) == (-60.6611, -32.9468, -60.6393, -32.9301)
    assert len(drawn["states"]) == 24
    islands = branch_map.mainland([(-109.4, -27.1), (-70.6, -33.4), (-71.6, -33.0), (-73.0, -36.8)])
    assert min(lng for lng, _ in islands) == -73.0
