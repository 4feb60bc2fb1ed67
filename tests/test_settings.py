"""Settings: the strength of their sources, and refusals that name the setting and never its value."""

from __future__ import annotations

from pathlib import Path

import pytest

from mpkit import settings
from mpkit.errors import WrongUsage


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("MPKIT_LANG", "MPKIT_DATA", "MPKIT_ACCESS_TOKEN", "MPKIT_API_URL", "MPKIT_STORE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_environment_beats_dotenv_beats_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mpkit.toml").write_text('lang = "en"\nlog_level = "DEBUG"\napi_url = "http://127.0.0.1:1"\n')
    assert settings.load().lang == "en"
    (tmp_path / ".env").write_text("MPKIT_LANG=pt\n")
    assert settings.load().lang == "pt"
    monkeypatch.setenv("MPKIT_LANG", "es")
    found = settings.load()
    assert (found.lang, found.log_level, found.api_url) == ("es", "DEBUG", "http://127.0.0.1:1")


def test_the_real_api_and_a_file_in_the_data_folder_are_the_defaults(tmp_path: Path) -> None:
    found = settings.load(data=tmp_path)
    assert found.api_url == "https://api.mercadopago.com"
    assert found.database == f"sqlite:///{tmp_path / 'mpkit.sqlite'}"


def test_a_wrong_value_is_named_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPKIT_LANG", "klingon-secret")
    with pytest.raises(WrongUsage) as refusal:
        settings.load()
    assert "MPKIT_LANG" in str(refusal.value)
    assert "klingon-secret" not in str(refusal.value)


def test_a_broken_settings_file_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "mpkit.toml").write_text("lang = \n")
    with pytest.raises(WrongUsage, match=r"mpkit\.toml"):
        settings.load()


def test_a_token_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPKIT_ACCESS_TOKEN", "canary-token")
    found = settings.load()
    assert "canary-token" not in repr(found) + str(found) + found.model_dump_json()


def test_several_webhook_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPKIT_WEBHOOK_SECRETS", "one, two,")
    assert [secret.get_secret_value() for secret in settings.load().webhook_secrets] == ["one", "two"]


@pytest.mark.parametrize(("name", "value"), [("PACE", "quick"), ("PACE", "900"), ("LANG", "fr"), ("LOG_LEVEL", "loud")])
def test_a_wrong_setting_is_told_in_signs_no_language_has_to_read(name, value, monkeypatch):
    """What it takes, not a library's English within a sentence of another language; and never its value."""
    monkeypatch.setenv(f"MPKIT_{name}", value)
    with pytest.raises(WrongUsage) as refused:
        settings.load()
    wrong = str(refused.value.values["wrong"])
    assert wrong.startswith(f"MPKIT_{name} (")
    assert "Input" not in wrong
    assert " or " not in wrong
    assert value not in wrong
