"""The operator's settings: a TOML file, overridden by PARLEY_* environment variables, overridden by options.

Built once by the command line and passed down; unknown keys fail with the nearest known one. Secrets are
`SecretStr`, so that printing the settings shows none.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from engine.errors import SettingsError

if TYPE_CHECKING:
    from engine.catalog import BackEndOptions

PREFIX = "PARLEY_"
FILE_VARIABLE = "PARLEY_CONFIG"
OPTIONS = {"platforms": "--platform"}
"""Options that are not called what their setting is."""

SECRETS = frozenset(
    {
        "secret",
        "openai_api_key",
        "judge_api_key",
        "vllm_api_key",
        "slack_bot_token",
        "slack_app_token",
        "slack_signing_secret",
        "slack_client_secret",
        "slack_token_keys",
        "discord_token",
    }
)


class Settings(BaseModel):
    """Everything that may differ between two installations.

    database: "sqlite:///parley.db" or "postgresql://user:password@host/name".
    platforms: which chat platforms this process serves.
    host, port: where the browser channel listens; public_url: how people reach it from outside.
    secret: signs personal links; made and kept beside a SQLite database when not given.
    channels: browser channels that exist from the start; open_seats: whether a visitor may take one.
    slack_bot_token, slack_app_token: Slack's xoxb and xapp tokens; slack_signing_secret, slack_port: for HTTP
    instead of Socket Mode. slack_moderators: Slack ids of moderators besides the workspace's admins.
    slack_client_id, slack_client_secret, slack_token_keys, slack_redirect_url: for many workspaces by OAuth
    instead of one by its token; the keys seal the tokens, the first one seals and all of them open.
    discord_token: the bot's; discord_moderators: names or ids of roles whose holders moderate besides people who may
    manage the server. discord_members: ask for the privileged Server Members intent. discord_removed: what becomes
    of the rounds of a server that the bot is removed from.
    generator, predictor: catalog names of the models. openai_*, local_*, judge_*, vllm_*,
    few_shot_examples, embedding_calibration, fall_back: as in
    `engine.catalog.BackEndOptions`.
    shutdown_grace, lease: seconds. keep_days: how long it stays known what was delivered and done.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    database: str = "sqlite:///parley.db"
    platforms: tuple[Literal["web", "slack", "discord"], ...] = ("web",)
    host: str = "127.0.0.1"
    port: int = Field(8765, ge=0, le=65535)
    public_url: str | None = None
    secret: SecretStr | None = None
    channels: tuple[str, ...] = ("general",)
    open_seats: bool = False
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_port: int = Field(3000, ge=0, le=65535)
    slack_moderators: tuple[str, ...] = ()
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_token_keys: tuple[SecretStr, ...] = ()
    slack_redirect_url: str | None = None
    slack_api_url: str = "https://slack.com/api/"
    discord_token: SecretStr | None = None
    discord_moderators: tuple[str, ...] = ()
    discord_members: bool = False
    discord_removed: Literal["keep", "delete"] = "keep"
    discord_api_url: str = "https://discord.com/api/v10"
    locale: str = "en"
    generator: str = "extractive"
    predictor: str = "lexical"
    openai_base_url: str | None = None
    openai_api_key: SecretStr | None = None
    openai_style: Literal["zero-shot", "few-shot", "reasoned", "template"] = "zero-shot"
    openai_context: int | None = Field(None, ge=1_000)
    openai_seconds: float = Field(120.0, gt=0, le=3600)
    openai_tokens: int = Field(200_000, ge=1_000)
    openai_structured: bool = True
    local_style: Literal["zero-shot", "few-shot", "reasoned", "template"] = "zero-shot"
    local_seconds: float = Field(600.0, gt=0, le=36_000)
    vllm_python: str | None = None
    few_shot_examples: Path | None = None
    embedding_calibration: Path | None = None
    fall_back: bool = True
    judge_base_url: str | None = None
    judge_api_key: SecretStr | None = None
    judge_seconds: float = Field(300.0, gt=0, le=3600)
    judge_tokens: int = Field(2_000_000, ge=1_000)
    judge_calibration: Path | None = None
    vllm_base_url: str | None = None
    vllm_api_key: SecretStr | None = None
    vllm_checkpoint: Path | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "text"
    shutdown_grace: float = Field(20.0, ge=0, le=600)
    lease: float = Field(60.0, ge=5, le=3600)
    keep_days: float = Field(30.0, ge=1, le=3650)

    @field_validator(
        "platforms", "channels", "slack_moderators", "discord_moderators", "slack_token_keys", mode="before"
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        address = urlsplit(value or "")
        if value and not (address.scheme in ("http", "https") and address.hostname):
            raise ValueError("give the whole address, such as https://parley.example.org")
        return value

    @property
    def back_ends(self) -> BackEndOptions:
        """What the catalog's back ends need to know."""
        from engine.catalog import BackEndOptions

        key, judge_key, vllm_key = self.openai_api_key, self.judge_api_key, self.vllm_api_key
        return BackEndOptions(
            openai_base_url=self.openai_base_url,
            openai_api_key=key.get_secret_value() if key else None,
            openai_style=self.openai_style,
            openai_context=self.openai_context,
            openai_seconds=self.openai_seconds,
            openai_tokens=self.openai_tokens,
            openai_structured=self.openai_structured,
            local_style=self.local_style,
            local_seconds=self.local_seconds,
            vllm_python=self.vllm_python,
            few_shot_examples=self.few_shot_examples,
            embedding_calibration=self.embedding_calibration,
            fall_back=self.fall_back,
            judge_base_url=self.judge_base_url,
            judge_api_key=judge_key.get_secret_value() if judge_key else None,
            judge_seconds=self.judge_seconds,
            judge_tokens=self.judge_tokens,
            judge_calibration=self.judge_calibration,
            vllm_base_url=self.vllm_base_url,
            vllm_api_key=vllm_key.get_secret_value() if vllm_key else None,
            vllm_checkpoint=self.vllm_checkpoint,
        )


def load(file: Path | None = None, environment: Mapping[str, str] | None = None, **options: Any) -> Settings:
    """The settings from `file` (or the one PARLEY_CONFIG names, or ./parley.toml), environment and options.

    options: given on the command line; None means not given. Raises SettingsError with one sentence that
    names the key, where it came from and what to do.
    """
    environment = os.environ if environment is None else environment
    named = file or (Path(environment[FILE_VARIABLE]) if environment.get(FILE_VARIABLE) else None)
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for key, value in _from_file(named).items():
        values[key], sources[key] = value, str(named or "parley.toml")
    for variable, value in environment.items():
        if variable.startswith(PREFIX) and variable != FILE_VARIABLE:
            key = variable.removeprefix(PREFIX).lower()
            values[key], sources[key] = value, variable
    for key, value in options.items():
        if value is not None:
            values[key], sources[key] = value, OPTIONS.get(key, f"--{key.replace('_', '-')}")
    return _checked(values, sources)


def _from_file(named: Path | None) -> dict[str, Any]:
    path = named or Path("parley.toml")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named is None:
            return {}
        raise SettingsError(
            f"The settings file {str(path)!r} does not exist; check {FILE_VARIABLE} or --config."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SettingsError(f"The settings file {str(path)!r} is not valid TOML: {problem}.") from None
    except OSError as problem:
        raise SettingsError(f"The settings file {str(path)!r} cannot be read: {problem.strerror}.") from None


_REMEDIES = {
    "bool_parsing": "give true or false",
    "bool_type": "give true or false",
    "float_parsing": "give a number",
    "float_type": "give a number",
    "greater_than": "give more than {gt}",
    "greater_than_equal": "give {ge} or more",
    "int_from_float": "give a whole number",
    "int_parsing": "give a whole number",
    "int_type": "give a whole number",
    "less_than_equal": "give {le} or less",
    "literal_error": "choose {expected}",
    "string_type": "give text, in quotes",
    "tuple_type": "give a list",
    "value_error": "{error}",
}
"""What to do about a value, by the kind of mistake that pydantic found."""


def _checked(values: dict[str, Any], sources: dict[str, str]) -> Settings:
    for key in values:
        if key not in Settings.model_fields:
            near = difflib.get_close_matches(key, Settings.model_fields, n=1, cutoff=0.0)[0]
            raise SettingsError(f"There is no setting {key!r} ({sources[key]}); did you mean {near!r}?")
    try:
        return Settings(**values)
    except ValidationError as problems:
        first = problems.errors()[0]
        key = str(first["loc"][0])
        said = _REMEDIES.get(first["type"], "{msg}").format(msg=first["msg"], **first.get("ctx", {}))
        shown = "" if key in SECRETS else f" {values.get(key)!r}"
        raise SettingsError(f"The setting {key!r} ({sources.get(key, 'default')}) cannot be{shown}: {said}.") from None
