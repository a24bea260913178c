"""Settings are loaded from where they should be, refused in words that help, and silent about secrets."""

from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.settings.loading import SettingsError, load_limits, load_settings, unknown_settings
from bot.settings.model import Settings
from bot.settings.workspaces import make_only_workspace

BOT = "xoxb-1-2-madeupbottoken"
APP = "xapp-1-A1-2-madeupapptoken"
SIGNING = "0123456789abcdef0123456789abcdef"
KEY = "sk-ant-api03-madeup_key-AA"
ENOUGH = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "ANTHROPIC_API_KEY": KEY}


def loaded(**env: str) -> Settings:
    return load_settings(env, None)


def test_without_any_variable_everything_has_its_default() -> None:
    settings = loaded()

    assert settings.slack_bot_token is None
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.anthropic_base_url == "https://api.anthropic.com"
    assert settings.database_url == "sqlite:///batchdesk.sqlite3"
    assert (settings.operators, settings.admins, settings.channels) == ((), (), ())
    assert (settings.allow_guests, settings.allow_external) == (False, False)
    assert (settings.port, settings.log_level, settings.audit_channel) == (3000, "INFO", None)
    assert (settings.feed_channel, settings.digest_channel, settings.log_format) == (None, None, "text")
    assert settings.zone is UTC


@pytest.mark.parametrize("text", ["U01,W02,S03", "U01 W02 S03", " U01, W02,\n S03, U01 ,"])
def test_lists_are_separated_by_commas_or_blanks(text: str) -> None:
    assert loaded(BATCHDESK_OPERATORS=text).operators == ("U01", "W02", "S03")


def test_admins_are_the_operators_unless_named() -> None:
    assert loaded(BATCHDESK_OPERATORS="U01").admins == ("U01",)
    assert loaded(BATCHDESK_OPERATORS="U01", BATCHDESK_ADMINS="").admins == ("U01",)
    assert loaded(BATCHDESK_OPERATORS="U01", BATCHDESK_ADMINS="U02").admins == ("U02",)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_postgres_url_gets_the_driver_that_is_installed(scheme: str) -> None:
    assert loaded(DATABASE_URL=f"{scheme}://db/x").database_url == "postgresql+psycopg://db/x"


def test_the_line_ends_of_another_system_are_no_part_of_a_file_name() -> None:
    assert loaded(DATABASE_URL="sqlite:///x.sqlite3\r").database_url == "sqlite:///x.sqlite3"


def test_addresses_end_as_their_clients_need_them() -> None:
    settings = loaded(SLACK_API_URL="http://127.0.0.1:1/api", ANTHROPIC_BASE_URL="http://127.0.0.1:2/")

    assert settings.slack_api_url == "http://127.0.0.1:1/api/"
    assert settings.anthropic_base_url == "http://127.0.0.1:2"


def test_other_values_are_understood() -> None:
    settings = loaded(
        BATCHDESK_ALLOW_GUESTS="true", BATCHDESK_ALLOW_EXTERNAL="1", BATCHDESK_LOG_LEVEL="debug", ANTHROPIC_BETAS="a b"
    )

    assert (settings.allow_guests, settings.allow_external) == (True, True)
    assert (settings.log_level, settings.anthropic_betas) == ("DEBUG", ("a", "b"))


def test_the_environment_wins_over_the_file_even_when_it_empties_a_variable(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f'\ufeffPORT=1\nBATCHDESK_AUDIT_CHANNEL=C01\nSLACK_BOT_TOKEN="{BOT}"\nOTHER=1\n', encoding="utf-8")

    settings = load_settings({"BATCHDESK_AUDIT_CHANNEL": "", "OTHER": "2"}, file)

    assert (settings.port, settings.audit_channel) == (1, None)
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == BOT


def test_a_missing_file_is_no_error_and_an_unreadable_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    assert load_settings({}, file).port == 3000
    file.write_bytes(b"SLACK_BOT_TOKEN=\xff\xfe")

    with pytest.raises(SettingsError, match="Can't read") as caught:
        load_settings({}, file)

    assert str(file) in caught.value.describe()


def test_the_process_environment_is_read_when_none_is_handed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "4321")

    assert load_settings(env_file=None).port == 4321


def test_settings_made_directly_read_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", BOT)

    assert Settings().slack_bot_token is None


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("PORT", "three", "PORT must be a whole number"),
        ("BATCHDESK_ALLOW_GUESTS", "perhaps", "BATCHDESK_ALLOW_GUESTS must be true or false"),
        (
            "BATCHDESK_LOG_LEVEL",
            "LOUD",
            "BATCHDESK_LOG_LEVEL must be 'DEBUG', 'INFO', 'WARNING', 'ERROR' or 'CRITICAL'",
        ),
        ("BATCHDESK_LOG_FORMAT", "xml", "BATCHDESK_LOG_FORMAT must be 'text' or 'json'"),
        ("BATCHDESK_SPEND_LIMIT", "-5", "BATCHDESK_SPEND_LIMIT must be 0 or more"),
        ("BATCHDESK_SPEND_LIMIT", "Infinity", "BATCHDESK_SPEND_LIMIT must be a number"),
        ("BATCHDESK_SPEND_LIMIT", "much", "BATCHDESK_SPEND_LIMIT must be a number"),
        ("BATCHDESK_DIGEST_HOUR", "9:00", "BATCHDESK_DIGEST_HOUR must be a whole number"),
        ("BATCHDESK_KEEP_REQUESTS", "500MB", "BATCHDESK_KEEP_REQUESTS must be a folder and a size"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_with_its_remedy(name: str, value: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as caught:
        loaded(**{name: value})

    assert caught.value.describe().startswith(remedy)
    assert len(caught.value.problems) == 1
    assert value not in caught.value.describe()
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_secrets_are_in_no_text_of_the_settings() -> None:
    database = "postgresql://ann:hunter2@db/x"
    settings = loaded(**ENOUGH, SLACK_SIGNING_SECRET=SIGNING, DATABASE_URL=database)

    for text in (str(settings), repr(settings), f"{settings}"):
        for secret in (BOT, APP, KEY, SIGNING, "hunter2"):
            assert secret not in text


def test_the_digest_goes_to_the_feed_channel_unless_it_has_its_own() -> None:
    feed_only = loaded(BATCHDESK_FEED_CHANNEL="C0FEED", BATCHDESK_DIGEST_HOUR="9")
    own = loaded(BATCHDESK_FEED_CHANNEL="C0FEED", BATCHDESK_DIGEST_HOUR="9", BATCHDESK_DIGEST_CHANNEL="C0DIGEST")
    places = [make_only_workspace(settings).digest_destination for settings in (feed_only, own)]

    assert places == ["C0FEED", "C0DIGEST"]


def test_settings_cannot_be_changed_afterwards() -> None:
    settings: Any = loaded()

    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


def test_a_misspelled_setting_is_pointed_out_with_the_nearest_name(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("BATCHDESK_XYZZY_PLUGH=1\nBATCHDESK_ADMINS=U01\n", encoding="utf-8")

    sentences = unknown_settings({"BATCHDESK_OPERATOR": "U01", "BATCHDESK_TEST_POSTGRES": "x", "OTHER": "1"}, file)

    assert sentences == [
        "BATCHDESK_OPERATOR is not a setting. Did you mean BATCHDESK_OPERATORS?",
        "BATCHDESK_XYZZY_PLUGH is not a setting. Check its spelling.",
    ]


def test_only_the_limits_are_loaded_for_the_demo() -> None:
    env = {"BATCHDESK_MONTHLY_BUDGET": "2.5", "BATCHDESK_REQUEST_LIMIT": "7", "SLACK_BOT_TOKEN": "x", "PORT": "http"}

    assert load_limits(env) == {"monthly_budget": Decimal("2.5"), "request_limit": 7}
    assert load_limits({}) == {}


def test_a_wrong_limit_stops_the_demo() -> None:
    with pytest.raises(SettingsError, match="BATCHDESK_MONTHLY_BUDGET must be 0 or more"):
        load_limits({"BATCHDESK_MONTHLY_BUDGET": "-1"})
