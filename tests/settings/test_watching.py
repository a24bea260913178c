"""The settings of watching: read, defaulted, and refused where they cannot work."""

import pytest
from pydantic import SecretStr

from bot.settings.checks import check_for_run
from bot.settings.loading import SettingsError, load_settings
from bot.settings.model import Settings

TOKENS = {
    "SLACK_BOT_TOKEN": "xoxb-1-2-abc",
    "SLACK_APP_TOKEN": "xapp-1-A-2-abc",
    "ANTHROPIC_API_KEY": "sk-ant-abc",
}


def load(**more: str) -> Settings:
    return load_settings({**TOKENS, **{f"BATCHDESK_{name}": value for name, value in more.items()}}, None)


def problems(**more: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        check_for_run(load(**more))
    return list(caught.value.problems)


def test_nothing_is_fed_digested_or_written_as_json_unless_it_is_set() -> None:
    settings = load()

    assert (settings.feed_channel, settings.digest_goes_to, settings.log_format) == (None, None, "text")
    check_for_run(settings)


def test_the_digest_goes_to_the_feed_unless_it_has_a_channel_of_its_own() -> None:
    fed = load(FEED_CHANNEL="C0FEED", DIGEST_HOUR="9")
    own = load(FEED_CHANNEL="C0FEED", DIGEST_HOUR="9", DIGEST_CHANNEL="C0DIGEST")

    assert (fed.digest_goes_to, own.digest_goes_to) == ("C0FEED", "C0DIGEST")
    check_for_run(own)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"FEED_CHANNEL": "#batch-jobs"}, "BATCHDESK_FEED_CHANNEL contains '#batch-jobs'; write a channel id"),
        ({"DIGEST_CHANNEL": "xoxb-1-2-abc"}, "BATCHDESK_DIGEST_CHANNEL contains a secret"),
        ({"DIGEST_HOUR": "24", "FEED_CHANNEL": "C0FEED"}, "BATCHDESK_DIGEST_HOUR is 24; it must be from 0 to 23"),
        ({"DIGEST_HOUR": "9"}, "BATCHDESK_DIGEST_HOUR is set, and no channel"),
        ({"TIME_ZONE": "Europe/Atlantis"}, "BATCHDESK_TIME_ZONE names no time zone"),
        ({"TIME_ZONE": "../etc/passwd"}, "BATCHDESK_TIME_ZONE names no time zone"),
    ],
)
def test_what_cannot_work_is_named(wrong: dict[str, str], said: str) -> None:
    [problem] = problems(**wrong)

    assert problem.startswith(said)


def test_an_hour_that_is_no_number_and_a_form_that_is_none_are_named() -> None:
    with pytest.raises(SettingsError, match="BATCHDESK_DIGEST_HOUR must be a whole number"):
        load(DIGEST_HOUR="nine")
    with pytest.raises(SettingsError, match="BATCHDESK_LOG_FORMAT"):
        load(LOG_FORMAT="xml")


def test_no_secret_is_repeated() -> None:
    assert "xoxb-1-2-abc" not in " ".join(problems(DIGEST_CHANNEL="xoxb-1-2-abc"))
    assert isinstance(load().slack_bot_token, SecretStr)
