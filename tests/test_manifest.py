"""The two manifests and the Procfile match what the code needs."""

import ast
import json
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from slack_sdk.web.async_client import AsyncWebClient

from bot.__main__ import _parser
from bot.commands.registry import SHOWN
from bot.playground.simulation import GLOBAL_SHORTCUT_HINT, SHORTCUT_HINT
from bot.slack.listeners import COMMAND, GLOBAL_SHORTCUT, SHORTCUT
from bot.slack.scopes import (
    BOT_EVENTS,
    BOT_SCOPES,
    LOST_WITHOUT,
    LOST_WITHOUT_EVENT,
    OPTIONAL_SCOPES,
    TAKES_MESSAGES,
)
from tests.generated_docs import ADDRESS, HTTP_MANIFEST, SOCKET_MODE_MANIFEST, make_http_manifest

ROOT = Path(__file__).parent.parent

NEEDED: dict[str, set[str]] = {
    # The bot scopes one of which a method asks for (docs.slack.dev/reference/methods, "Scopes" of each).
    "apps.connections.open": set(),  # an app-level token with connections:write
    "auth.test": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.delete": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "conversations.info": {"channels:read", "groups:read", "im:read", "mpim:read"},
    "conversations.open": {"im:write", "mpim:write", "channels:manage", "groups:write"},
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "files.info": {"files:read"},
    "usergroups.users.list": {"usergroups:read"},
    "bots.info": {"users:read"},
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}
UPLOAD = ("files.getUploadURLExternal", "files.completeUploadExternal")
"""What slack_sdk's files_upload_v2 calls."""
BEYOND_METHODS = {"commands", "app_mentions:read"}
"""Asked for by the manifest's slash command itself, and by an event (docs.slack.dev, scopes)."""
EVERY_KIND_OF_CHANNEL = {"channels:read", "groups:read", "im:read", "mpim:read"}
"""conversations.info reads a channel of a kind only with that kind's scope."""


SOCKET_MODE, HTTP = SOCKET_MODE_MANIFEST.name, HTTP_MANIFEST.name


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


@pytest.fixture(scope="module")
def manifest() -> Any:
    return load(SOCKET_MODE)


def called_methods() -> set[str]:
    """Return the Web API methods that bot.slack calls: what is called on something named `client` or `_client`."""
    called: set[str] = set()
    for path in (ROOT / "bot" / "slack").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
                if name in ("client", "_client") and hasattr(AsyncWebClient, node.func.attr):
                    called.add(node.func.attr)
            elif isinstance(node, ast.Constant) and node.value in NEEDED:  # what `api_call` is given
                called.add(str(node.value).replace(".", "_"))
    return called - {"api_call"}


def test_the_scopes_are_those_the_code_gives_reasons_for(manifest: Any) -> None:
    scopes = manifest["oauth_config"]["scopes"]

    assert sorted(scopes["bot"]) == sorted(BOT_SCOPES)
    assert set(LOST_WITHOUT) == set(BOT_SCOPES)
    assert sorted(scopes["bot_optional"]) == sorted(OPTIONAL_SCOPES)
    assert "user" not in scopes


def test_every_method_that_is_called_has_its_scope_and_no_scope_is_asked_for_later() -> None:
    known = {name.replace(".", "_").lower(): name for name in NEEDED}
    called = {method.lower() for method in called_methods()}
    uploads = "files_upload_v2" in called
    methods = {known[method] for method in called - {"files_upload_v2"}} | set(UPLOAD if uploads else ())

    needs = [NEEDED[method] for method in methods if NEEDED[method]]
    useful = set[str]().union(*needs) | BEYOND_METHODS

    assert {"conversations.info", "users.info", "chat.postMessage"} <= methods
    assert [need for need in needs if not need & set(BOT_SCOPES)] == []
    assert set(BOT_SCOPES) - useful == set()
    assert set(BOT_SCOPES) >= EVERY_KIND_OF_CHANNEL


def test_the_events_are_those_that_are_listened_to(manifest: Any) -> None:
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == list(BOT_EVENTS) == list(LOST_WITHOUT_EVENT)


def test_there_is_one_command_and_its_hint_names_every_verb(manifest: Any) -> None:
    (command,) = manifest["features"]["slash_commands"]
    hinted = re.findall(r"[a-z]+", command["usage_hint"])

    assert command["command"] == COMMAND
    assert command["should_escape"] is True  # else a person who was chosen arrives as a name, which finds nobody
    assert [shown.verb for shown in SHOWN if shown.verb not in hinted] == []


def test_its_shortcuts_are_those_that_are_listened_to_and_shown_in_the_demo(manifest: Any) -> None:
    shown = {
        (hint.name, hint.callback_id, "global" if hint.is_global else "message")
        for hint in (SHORTCUT_HINT, GLOBAL_SHORTCUT_HINT)
    }

    shortcuts = manifest["features"]["shortcuts"]

    assert {(each["name"], each["callback_id"], each["type"]) for each in shortcuts} == shown
    assert {callback_id for _, callback_id, _ in shown} == {SHORTCUT, GLOBAL_SHORTCUT}


def test_it_needs_no_public_address_and_takes_presses(manifest: Any) -> None:
    settings, home = manifest["settings"], manifest["features"]["app_home"]

    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"]["is_enabled"] is True
    assert "url" not in json.dumps(manifest)
    assert (home["home_tab_enabled"], home["messages_tab_enabled"]) == (True, True)
    assert home["messages_tab_read_only_enabled"] is not TAKES_MESSAGES


def test_the_manifest_for_http_adds_one_address_in_three_places_and_changes_nothing_else(manifest: Any) -> None:
    http = load(HTTP)
    settings = http["settings"]
    addresses = [
        http["features"]["slash_commands"][0].pop("url"),
        settings["event_subscriptions"].pop("request_url"),
        settings["interactivity"].pop("request_url"),
    ]
    socket_mode = settings.pop("socket_mode_enabled")

    expected = {**manifest, "settings": {k: v for k, v in manifest["settings"].items() if k != "socket_mode_enabled"}}
    assert addresses == [ADDRESS] * 3
    assert socket_mode is False
    assert http == expected


def test_the_manifest_for_http_is_made_from_the_other_one() -> None:
    assert HTTP_MANIFEST.read_text(encoding="utf-8") == make_http_manifest(), "run `make docs`"


def test_every_process_of_the_procfile_starts() -> None:
    processes = dict(line.split(":", 1) for line in (ROOT / "Procfile").read_text().splitlines() if line.strip())

    assert "web" in processes
    for name, line in processes.items():
        words = shlex.split(line)
        assert words[:3] == ["python", "-m", "bot"], name
        assert _parser().parse_args(words[3:]).command == words[3]


@pytest.mark.schemas
@pytest.mark.parametrize("name", [SOCKET_MODE, HTTP])
def test_slack_accepts_the_manifest(name: str) -> None:
    manifest = load(name)
    folder = os.environ.get("BATCHDESK_TEST_SCHEMAS")
    if not folder:
        pytest.skip("set BATCHDESK_TEST_SCHEMAS to a folder with Slack's slack-manifest-schema.json")
    validator = Draft7Validator(json.loads((Path(folder) / "slack-manifest-schema.json").read_text()))

    assert [error.message for error in validator.iter_errors(manifest)] == []
    assert not validator.is_valid({**manifest, "unheard_of": 1})
