"""Each field of the settings carries all that the documents, the messages and the checks say about it."""

import re

import pytest

from bot.settings.loading import load_settings
from bot.settings.model import SecretFormat, Settings
from bot.settings.table import SETTINGS, Setting, markdown_table


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_every_setting_has_a_name_and_a_meaning(setting: Setting) -> None:
    assert re.fullmatch(r"[A-Z_]+", setting.name)
    assert setting.meaning
    assert f"| `{setting.name}` | {setting.meaning} |" in markdown_table()


def test_no_two_fields_read_the_same_variable() -> None:
    assert len({setting.name for setting in SETTINGS.values()}) == len(Settings.model_fields)


@pytest.mark.parametrize("field", ["keep_requests", "slack_api_url", "database_url", "port", "allow_guests"])
def test_a_default_that_the_table_shows_is_what_an_unset_variable_means(field: str) -> None:
    written = load_settings({SETTINGS[field].name: SETTINGS[field].default}, None)

    assert getattr(written, field) == getattr(load_settings({}, None), field)


def test_what_run_cannot_do_without_is_marked_as_required() -> None:
    required = {setting.name for setting in SETTINGS.values() if setting.default == "required for `run`"}

    assert required == {"SLACK_BOT_TOKEN"}
    assert "a token or a rule is required" in SETTINGS["anthropic_api_key"].default


def test_every_secret_has_the_format_that_tells_it_from_the_others() -> None:
    secrets = [field for field, info in Settings.model_fields.items() if "SecretStr" in str(info.annotation)]
    patterns = {field: SETTINGS[field].format for field in secrets}

    assert len(secrets) == 7
    assert all(isinstance(known, SecretFormat) for known in patterns.values())
