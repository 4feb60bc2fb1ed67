"""The gallery of signs and the brand's page: every design is there, a press takes one, what is chosen is kept."""

from __future__ import annotations

import io
import shutil
import struct

import pytest
from PIL import Image

from mpkit import i18n, kit, shipped
from mpkit.kit.drawing import family
from mpkit.kit.signs.brand import folder_of
from mpkit.pages import gallery, thumbnails
from tests.kit.making import payload, subject
from tests.pages.conftest import texts

DESIGNS = tuple(one.name for one in kit.designs())


@pytest.fixture
def own(walked):
    """The walked house with a brand folder of this test alone."""
    data, url, _, account = walked
    folder = folder_of(data, account.id)
    shutil.rmtree(folder, ignore_errors=True)
    yield data, url, account, folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("lang", ["es", "pt", "en"])
def test_every_design_is_in_the_gallery_with_what_it_is_for(at, walked, lang):
    data, url, _, _ = walked
    test = at("signs", data=data, url=url, lang=lang)
    assert {button.key for button in test.button} >= {f"take_{name}" for name in DESIGNS}
    said = " ".join(texts(test)).replace("\xa0", " ")
    for design in kit.designs():
        assert design.title[lang] in said.replace("\\", "")
        assert i18n.say(f"signs_for_{design.kind}", lang) in said.replace("\\", "")


def test_a_design_is_taken_seen_and_left_again(at, walked):
    data, url, _, _ = walked
    test = at("signs", data=data, url=url)
    test.button(key="take_tent-a6").click().run()
    assert "tent-a6" in test.query_params["sign"]
    assert test.button(key="print").label == "Preparar para imprimir"
    assert not [button for button in test.button if button.key.startswith("take_")]
    assert test.selectbox(key="see").options
    test.button(key="other_design").click().run()
    assert "sign" not in test.query_params
    assert test.button(key="take_tent-a6")


def test_only_sheets_on_which_the_design_fits_are_offered(at, walked):
    data, url, _, _ = walked
    small = at("signs", data=data, url=url, sign="sticker-50").selectbox(key="paper").options
    large = at("signs", data=data, url=url, sign="tent-a5").selectbox(key="paper").options
    assert set(large) < set(small)


def test_colours_and_texts_are_kept_and_shown_on_the_family(at, own):
    data, url, account, folder = own
    test = at("brand", data=data, url=url)
    assert not test.error
    assert test.button(key="brand_keep").disabled
    test.color_picker(key="brand_accent").set_value("#8A1538").run()
    test.text_input(key="brand_footnote").set_value("Tel. 123").run()
    test.text_input(key="brand_accent_inks").set_value("10, 100, 60, 40").run()
    test.button(key="brand_keep").click().run()
    kept = kit.brand(folder)
    assert (kept.accent, kept.footnote, kept.accent_inks) == ("#8A1538", "Tel. 123", (0.1, 1.0, 0.6, 0.4))
    assert test.button(key="brand_keep").disabled
    assert kit.worn(data, account.id).footnote == "Tel. 123"
    test.button(key="brand_ours").click().run()
    assert kit.brand(folder) == kit.Brand()
    assert test.color_picker(key="brand_accent").value.upper() == kit.Brand().accent


def test_advice_about_colours_stands_there_and_forbids_nothing(at, own):
    data, url, _, folder = own
    test = at("brand", data=data, url=url)
    test.color_picker(key="brand_accent").set_value("#FFE600").run()
    assert any("contraste" in each.value for each in test.info)
    test.button(key="brand_keep").click().run()
    assert kit.brand(folder).accent == "#FFE600"


def test_inks_that_are_no_inks_are_said(at, own):
    data, url, _, _ = own
    test = at("brand", data=data, url=url)
    assert not test.warning
    for typed in ("1 2 3", "1 2 3 101", "a b c d", "1 2 3 4 5"):
        test.text_input(key="brand_second_inks").set_value(typed).run()
        assert [each.value for each in test.warning], typed
    test.text_input(key="brand_second_inks").set_value("1 2 3 4").run()
    assert not test.warning


def png(wide):
    content = io.BytesIO()
    Image.new("RGBA", (wide, 300), (200, 30, 60, 255)).save(content, "PNG")
    return content.getvalue()


def test_a_logo_is_taken_kept_and_taken_away(at, own):
    data, url, _, folder = own
    test = at("brand", data=data, url=url)
    test.file_uploader(key="brand_logo_file").upload("marca.svg", b"<svg/>", "image/svg+xml").run()
    assert any("SVG" in each.value for each in test.error)
    test.file_uploader(key="brand_logo_file").upload("marca.png", png(700), "image/png").run()
    assert not test.error
    test.button(key="brand_keep").click().run()
    assert (folder / kit.brand(folder).logo).read_bytes().startswith(b"\x89PNG")
    test.button(key="brand_logo_none").click().run()
    test.button(key="brand_keep").click().run()
    assert kit.brand(folder).logo == ""


def test_a_font_is_taken_only_whole_and_only_where_it_may_be_printed(at, own):
    data, url, _, folder = own
    fonts = {
        name: shipped.folder("mpkit").joinpath(f"fonts/IBMPlexSans-{file}.ttf").read_bytes()
        for name, file in family.WEIGHTS.items()
    }
    test = at("brand", data=data, url=url)
    test.file_uploader(key="brand_regular_file").upload("a.ttf", fonts["regular"], "font/ttf").run()
    assert any("Regular y SemiBold" in each.value for each in test.info)
    test.file_uploader(key="brand_semibold_file").upload("b.otf", b"OTTO" + fonts["semibold"][4:], "font/otf").run()
    assert any("TrueType" in each.value for each in test.error)
    test.file_uploader(key="brand_semibold_file").upload("b.ttf", fonts["semibold"], "font/ttf").run()
    assert not test.error
    test.button(key="brand_keep").click().run()
    assert kit.dress(kit.brand(folder), folder=folder).family.digest


def test_pictures_are_drawn_once_beside_the_page_and_again_when_anything_changes():
    shelf = thumbnails.Shelf()
    wanted = thumbnails.Wanted(kit.design("sticker-50"), subject(), kit.dress(), 120)
    first = shelf.ask(wanted)
    assert shelf.ask(wanted._replace(worn=kit.dress())) is first
    assert first.result(60).startswith(b"\x89PNG")
    others = (
        wanted._replace(worn=kit.dress(kit.Brand(footnote="x"))),
        wanted._replace(subject=subject(2)),
        wanted._replace(width=121),
        wanted._replace(design=kit.design("sticker-50").model_copy(update={"margin": 3.1})),
    )
    assert len({each.mark for each in (wanted, *others)}) == 5


def test_the_empty_place_has_the_shape_of_what_comes():
    wide, high = struct.unpack(">2L", thumbnails.empty(105, 148)[16:24])
    assert high / wide == pytest.approx(148 / 105, abs=0.01)


def test_a_code_too_long_for_a_design_names_the_one_that_fits():
    long = subject(payload=payload(1) + "x" * 370)
    assert not kit.reads(kit.design("sticker-50"), long.content).fits
    assert kit.reads(kit.design("poster-a5"), long.content).fits
    near = kit.reads(kit.design("sticker-70"), subject().content)
    assert near.reach == pytest.approx(500 * near.module)
    assert gallery.in_order(kit.designs())[0].kind == "sticker"
