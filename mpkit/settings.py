"""One `Settings` from the environment, `.env` and `mpkit.toml`, in this order of strength."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, NoReturn
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from mpkit.errors import WrongUsage

REAL_API = "https://api.mercadopago.com"
# What a setting takes, in signs that read the same in every language.
_TAKES = {
    "pace": "0 < … ≤ 100",
    "lang": "es | pt | en",
    "answers_days": "0 … 3650",
    "api_url": "https://…",
    "log_format": "text | json",
    "log_level": "DEBUG | INFO | WARNING | ERROR",
}


def on_this_machine(url: str) -> bool:
    """Whether an address is this machine's own (loopback): a rehearsal, not the real Mercado Pago."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def user_data_folder() -> Path:
    """Where a person's data belongs on this system, our folder in it."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "mpkit"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/mpkit"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local/share")) / "mpkit"


class Settings(BaseSettings):
    """Everything that can be set, each as `MPKIT_<NAME>`; nothing else reads the environment."""

    model_config = SettingsConfigDict(
        env_prefix="MPKIT_",
        env_file=".env",
        toml_file="mpkit.toml",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    access_token: SecretStr | None = Field(None, description="the account's access token; the sandbox accepts its own")
    api_url: str = Field(REAL_API, description="where the API answers; the sandbox's address in a rehearsal")
    pace: float | None = Field(
        None, gt=0, le=100, description="most requests a second to Mercado Pago, and as many at once; empty: 4"
    )
    store_url: str = Field("", description="the store: sqlite:///FILE (default in MPKIT_DATA) or postgresql://…")
    analytics_url: str = Field("", description="empty: DuckDB over the Parquet mirror; clickhouse://… for a cluster")
    executor: str = Field("local", description="where drawing runs: local, or dask://host:port")
    webhook_secrets: Annotated[list[SecretStr], NoDecode] = Field(
        [], description="secrets of notifications, comma separated"
    )
    lang: str = Field(
        "", description="language of the screen and texts: es, pt or en; empty: the site's or the browser's"
    )
    data: Path = Field(default_factory=user_data_folder, description="folder of store, mirror, books and own templates")
    places: Path | None = Field(None, description="catalogue CSV files instead of the built-in catalogue")
    geocoder: str = Field(
        "", description="an online geocoder to fill gaps with, as module:factory; empty: none is asked"
    )
    public_url: str = Field("", description="the address people and notifications reach this server at")
    smtp_url: str = Field("", description="where the digest mail is sent from")
    answers_days: int = Field(
        90,
        ge=0,
        le=3650,
        description="days that what may be kept of payments' answers is kept, in files; 0: not at all",
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_format: str = Field("text", description="text or json")
    account: str = Field("", description="which of several accounts, by user id or nickname")

    @field_validator("webhook_secrets", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("pace", mode="before")
    @classmethod
    def _unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("lang")
    @classmethod
    def _language(cls, value: str) -> str:
        if value not in {"", "es", "pt", "en"}:
            message = _TAKES["lang"]
            raise ValueError(message)
        return value

    @field_validator("access_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        """Without the blanks that copying brings along; an empty one is none."""
        stripped = value.get_secret_value().strip() if value is not None else ""
        return SecretStr(stripped) if stripped else None

    @field_validator("api_url")
    @classmethod
    def _address(cls, value: str) -> str:
        """An open bracket or a port beyond the last is found here, not where the address is taken apart."""
        try:
            urlsplit(value).port  # noqa: B018 - looked at to be checked
        except ValueError as error:
            message = _TAKES["api_url"]
            raise ValueError(message) from error
        return value

    @field_validator("log_format")
    @classmethod
    def _form(cls, value: str) -> str:
        if value not in {"text", "json"}:
            message = _TAKES["log_format"]
            raise ValueError(message)
        return value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
            message = _TAKES["log_level"]
            raise ValueError(message)
        return value.upper()

    def __reduce__(self) -> NoReturn:
        """They hold secrets and stay in their process; another one reads its own."""
        message = "settings are not handed from process to process"
        raise TypeError(message)

    @property
    def database(self) -> str:
        """The store's URL, the default one beside the mirror."""
        return self.store_url or f"sqlite:///{self.data / 'mpkit.sqlite'}"

    @classmethod
    def settings_customise_sources(  # noqa: D102 - the library's own hook
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's own hook
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)


def load(**given: object) -> Settings:
    """The settings of this process; `WrongUsage` names each setting that cannot be read, never its value."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        names = dict.fromkeys(str(each["loc"][0]) for each in error.errors())
        wrong = "; ".join(f"MPKIT_{name.upper()} ({_TAKES.get(name, '…')})" for name in names)
        raise WrongUsage("settings_unreadable", wrong=wrong) from error
    except (OSError, ValueError) as error:  # a broken mpkit.toml or .env
        file, why = _broken_file() or ("mpkit.toml", error)
        raise WrongUsage("settings_file_unreadable", file=file, why=type(why).__name__, where=_place(why)) from error


def _broken_file() -> tuple[str, Exception] | None:
    """Which of the files of settings cannot be read, and why; their text is not shown: a token may stand in it."""
    for name in (".env", "mpkit.toml"):
        file = Path(name)
        try:
            text = file.read_text(encoding="utf-8") if file.is_file() else ""
            if name.endswith(".toml"):
                tomllib.loads(text)
        except (OSError, ValueError) as error:
            return str(file.absolute()), error
    return None


def _place(error: Exception) -> str:
    """Where in a file it goes wrong, as far as the error knows: line and column, or the byte."""
    found = re.search(r"line \d+, column \d+|position \d+", str(error))
    return found[0] if found else str(getattr(error, "strerror", "") or "")
