"""Every page in every language: it stands, it says words and not keys, and the words of the code stay off it."""

from __future__ import annotations

import re

import pytest

from mpkit import i18n
from tests.pages.conftest import texts

PAGES = ("", "branches", "signs", "sales", "settings", "connect", "changes", "history", "adopt", "drift", "brand")
BEFORE = ("", "branches", "signs", "sales", "settings", "connect")
LANGUAGES = ("es", "pt", "en")
CODE = {
    "es": r"store|stores|POS|plan|apply|sandbox|job|jobs|worker|token de handover|finding|findings|drift|kit",
    "pt": r"store|stores|POS|plan|apply|sandbox|job|jobs|worker|finding|findings|drift|kit",
    "en": r"POS|sandbox|job|jobs|worker|handover|external_id|kit",
}
KEY = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")


def leaked(test):
    return sorted({word for text in texts(test) for word in KEY.findall(text) if word in i18n.words()})


def title_of(test):
    return test.title[0].value.replace("\\", "")


def of_code(test, lang):
    wrong = re.compile(rf"(?<![\w/.@-])(?:{CODE[lang]})(?![\w/.@-])")
    return sorted({text for text in texts(test) if wrong.search(text)})


@pytest.mark.parametrize(
    ("where", "lang"),
    [(where, "es") for where in BEFORE]
    + [(where, lang) for where in ("", "branches", "connect") for lang in ("pt", "en")],
)
def test_before_an_account(at, where, lang):
    test = at(where, lang=lang)
    assert not test.exception
    assert not [e.value for e in test.error]
    assert title_of(test) == i18n.say("page_" + where if where else "door_title", lang)
    assert not leaked(test)
    assert not of_code(test, lang)


@pytest.mark.parametrize(
    ("where", "lang"), [(where, lang) for where in PAGES for lang in (LANGUAGES if where in BEFORE else ("es",))]
)
def test_with_an_account(at, walked, where, lang):
    data, url, _, account = walked
    test = at(where, data=data, url=url, lang=lang)
    assert not test.exception
    assert not [e.value for e in test.error]
    assert title_of(test) == i18n.say(f"page_{where or 'today'}", lang)
    assert not leaked(test)
    assert not of_code(test, lang)
    assert account.name in " ".join(texts(test)), "whose account it is stands on every page"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("where", "step", "kind"),
    [
        ("branches", "review", "check"),
        ("changes", "create", "plan"),
        ("changes", "create", "apply"),
        ("signs", "handout", "kit"),
    ],
)
def test_the_steps_of_the_roll_out(at, walked, where, step, kind, lang):  # noqa: PLR0917
    data, url, made, _ = walked
    test = at(where, data=data, url=url, lang=lang, step=step, **{kind: made[kind]})
    assert not test.exception
    assert not [e.value for e in test.error]
    assert not leaked(test)
    assert not of_code(test, lang)


@pytest.mark.parametrize(
    ("where", "view", "lang"),
    [
        *(("branch", view, "es") for view in ("registers", "data", "signs", "sales", "story")),
        *(("register", view, "es") for view in ("code", "data", "signs", "sales", "story")),
        ("branch", "story", "pt"),
        ("register", "data", "en"),
    ],
)
def test_the_page_of_one_branch_and_of_one_register(at, walked, where, view, lang):
    data, url, made, _ = walked
    test = at(where, data=data, url=url, lang=lang, id=made[where], view=view)
    assert not test.exception
    assert not [e.value for e in test.error]
    assert title_of(test) == made[f"{where}_name"]
    assert not leaked(test)
    assert not of_code(test, lang)


def test_the_languages_differ(at, walked):
    data, url, _, _ = walked
    said = {lang: " ".join(texts(at("sales", data=data, url=url, lang=lang))) for lang in LANGUAGES}
    assert "Ventas" in said["es"]
    assert "Vendas" in said["pt"]
    assert "Sales" in said["en"]
    assert "Ventas" not in said["pt"] + said["en"]


def test_a_test_account_is_marked_on_every_page(at, walked):
    data, url, _, _ = walked
    for where in PAGES:
        assert any("Ensayo" in text for text in texts(at(where, data=data, url=url))), where
