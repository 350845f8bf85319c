"""compose.yaml sets only settings that there are, and its services find one another."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from bot.settings import load

ROOT = Path(__file__).parents[2]
GIVEN = {"POSTGRES_PASSWORD": "p", "PARLEY_SECRET": "0123456789abcdef", "MODEL": "/models/m"}


def composed() -> dict[str, Any]:
    """compose.yaml as it is with what it asks for."""
    text = (ROOT / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{(\w+):\?", text))
    assert asked == set(GIVEN)
    for name, default in re.findall(r"\$\{(\w+)(?::[?-]([^}]*))?\}", text):
        text = re.sub(rf"\$\{{{name}(?::[?-][^}}]*)?\}}", GIVEN.get(name, default), text)
    held: dict[str, Any] = yaml.safe_load(text)
    return held


def test_the_bot_gets_settings_that_it_knows_and_hosts_that_there_are(tmp_path: Path) -> None:
    services = composed()["services"]
    empty = tmp_path / "parley.toml"
    empty.write_text("")
    settings = load(empty, services["bot"]["environment"])
    assert services["migrate"]["environment"] == services["bot"]["environment"]
    assert urlsplit(settings.database).hostname in services
    assert urlsplit(settings.openai_base_url or "").hostname in services
    assert f"openai:{services['model']['command'][-1]}" == settings.generator
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)


def test_the_image_has_the_extras_that_the_settings_need() -> None:
    services = composed()["services"]
    extras = services["bot"]["build"]["args"]["EXTRAS"].split(",")
    declared = re.findall(r"^(\w+) = \[", (ROOT / "pyproject.toml").read_text().partition("optional-dep")[2], re.M)
    assert {"postgres", "openai"} <= set(extras) <= set(declared)
    assert "ARG EXTRAS=" in (ROOT / "Dockerfile").read_text()
