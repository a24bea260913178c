"""What runs the bot elsewhere: the image, compose.yml, and the version of a release."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

from bot.__main__ import _parser
from bot.settings.table import SETTINGS

ROOT = Path(__file__).parent.parent
CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yml").read_text(encoding="utf-8"))
NAMES = {setting.name for setting in SETTINGS.values()}


def test_the_image_runs_the_bot_as_its_user_with_one_volume() -> None:
    last = CONTAINERFILE.rpartition("\nFROM ")[2]
    entry, command = (
        json.loads(re.findall(rf"^{word} (\[.*\])$", last, re.MULTILINE)[0]) for word in ("ENTRYPOINT", "CMD")
    )

    assert _parser().parse_args([*entry, *command][3:]).command == "run"
    assert re.findall(r"^(?:USER|VOLUME) (.+)$", last, re.MULTILINE) == ["65532:65532", "/data"]
    assert set(re.findall(r"BATCHDESK_[A-Z_]+", CONTAINERFILE)) <= NAMES


def test_what_goes_into_the_image_is_named() -> None:
    copied = {
        name for line in re.findall(r"^COPY (?!--)(.+) \S+$", CONTAINERFILE, re.MULTILINE) for name in line.split()
    }
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert lines[1] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied


def test_the_services_of_compose_are_one_bot_or_its_parts() -> None:
    services = COMPOSE["services"]
    commands = {name: service["command"] for name, service in services.items() if name != "postgres"}

    assert {name: _parser().parse_args(words).command for name, words in commands.items()} == {
        "bot": "run",
        "web": "web",
        "worker": "worker",
    }
    assert {name for name, service in services.items() if service.get("profiles") == ["parts"]} == {"web", "worker"}
    assert services["web"]["deploy"]["replicas"] == 2
    assert all(services[name]["read_only"] and services[name]["cap_drop"] == ["ALL"] for name in commands)
    assert {name for name in commands for name in services[name]["environment"]} <= NAMES


def test_the_newest_section_of_the_changelog_is_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    newest = re.search(r"^## (\d+\.\d+\.\d+)\b", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert newest
    assert newest[1] == project["version"]
