"""Settings that cannot work stop the start, with a line for each problem: the variable, the mistake, the remedy."""

import pytest

from bot.api.access_tokens import BearerToken, Federation
from bot.clients import find_credential
from bot.errors import ExpectedError
from bot.settings.checks import check_for_run, find_problems, warn_about_odd_secrets, warn_about_unused_credentials
from bot.settings.loading import SettingsError, load_settings
from bot.settings.model import Settings
from bot.settings.workspaces import make_only_workspace

BOT = "xoxb-1-2-madeupbottoken"
APP = "xapp-1-A1-2-madeupapptoken"
SIGNING = "0123456789abcdef0123456789abcdef"
KEY = "sk-ant-api03-madeup_key-AA"
ENOUGH = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "ANTHROPIC_API_KEY": KEY}


def loaded(**env: str) -> Settings:
    return load_settings(env, None)


def test_odd_secrets_of_slack_only_warn_where_slack_is_another_service() -> None:
    odd = {**ENOUGH, "SLACK_BOT_TOKEN": "bot", "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "emulated-secret"}
    elsewhere = [
        loaded(**odd, SLACK_API_URL=url) for url in ("http://127.0.0.1:4000/api/", "https://slack.com.invalid")
    ]
    at_slack = loaded(**odd, SLACK_API_URL="https://slack-gov.com/api/")

    for settings in elsewhere:
        check_for_run(settings)
        assert [warning.partition(" ")[0] for warning in warn_about_odd_secrets(settings)] == [
            "SLACK_BOT_TOKEN",
            "SLACK_SIGNING_SECRET",
        ]
    with pytest.raises(SettingsError) as caught:
        check_for_run(at_slack)
    assert len(caught.value.problems) == 2
    assert warn_about_odd_secrets(at_slack) == []
    assert "is an app-level token" in refusal(SLACK_API_URL="http://127.0.0.1:1", SLACK_BOT_TOKEN=APP)


def refusal(**changes: str) -> str:
    with pytest.raises(SettingsError) as caught:
        check_for_run(loaded(**{**ENOUGH, **changes}))
    return caught.value.describe()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": SIGNING},
        {"SLACK_SIGNING_SECRET": SIGNING.upper()},
        {"ANTHROPIC_BASE_URL": "http://127.0.0.1:8080", "ANTHROPIC_API_KEY": "anything"},
        {"ANTHROPIC_BASE_URL": "https://anthropic.com.example.org/gateway", "ANTHROPIC_API_KEY": "anything"},
        {"BATCHDESK_OPERATORS": "U012AB,W012,S0AB,*", "BATCHDESK_ADMINS": "*", "BATCHDESK_CHANNELS": "C01A G01A D01A"},
        {"DYNO": "web.1", "DATABASE_URL": "postgres://ann:pw@db:5432/x?sslmode=require"},
        {"ANTHROPIC_WORKSPACE_ID": "wrkspc_01Ab", "ANTHROPIC_BETAS": "output-300k-2026-03-24", "PORT": "0"},
        {"BATCHDESK_AUDIT_CHANNEL": "C012AB", "DATABASE_URL": "sqlite:////srv/batchdesk.sqlite3"},
        {"SLACK_API_URL": "http://[::1]:4000/api/"},
        {
            "HTTPS_PROXY": "http://ann:p%40ss@proxy.example:3128/",
            "HTTP_PROXY": "[::1]:3128",
            "ALL_PROXY": "socks5://x:1",
        },
        {"SLACK_API_URL": "http://localhost:4000/api/", "ANTHROPIC_BASE_URL": "http://127.9.9.9"},
        {"ANTHROPIC_BASE_URL": "http://gateway", "ANTHROPIC_API_KEY": "anything", "BATCHDESK_ALLOW_HTTP": "true"},
        {"BATCHDESK_DIGEST_HOUR": "9", "BATCHDESK_DIGEST_CHANNEL": "C0DIGEST", "BATCHDESK_TIME_ZONE": "Europe/Berlin"},
    ],
)
def test_settings_that_can_work_pass(changes: dict[str, str]) -> None:
    check_for_run(loaded(**{**ENOUGH, **changes}))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SLACK_BOT_TOKEN", "", "is not set. Set it to the bot token (xoxb-…) from OAuth & Permissions"),
        ("SLACK_BOT_TOKEN", APP, "is an app-level token (xapp-…). Set it to the bot token (xoxb-…) from OAuth"),
        ("SLACK_BOT_TOKEN", "xoxp-1-madeup", "is a user token (xoxp-…). Set it to the bot token"),
        ("SLACK_BOT_TOKEN", "xoxe.xoxb-1-madeup", "is a rotating or refresh token (xoxe…). Set it to"),
        ("SLACK_BOT_TOKEN", KEY, "is an Anthropic API key (sk-ant-…). Set it to the bot token"),
        ("SLACK_BOT_TOKEN", SIGNING, "is a signing secret (32 hexadecimal digits). Set it to the bot token"),
        ("SLACK_BOT_TOKEN", "xoxb-...", "is malformed. Copy the bot token"),
        ("SLACK_BOT_TOKEN", "hunter2", "is malformed. Copy the bot token"),
        ("SLACK_BOT_TOKEN", f"{BOT}\n", "contains blanks or line breaks"),
        ("SLACK_BOT_TOKEN", f" {BOT}", "contains blanks or line breaks"),
        ("SLACK_BOT_TOKEN", f"{BOT}\u200b", "contains blanks or line breaks"),
        ("SLACK_BOT_TOKEN", f'"{BOT}"', "is in quotation marks"),
        ("SLACK_BOT_TOKEN", f"\u201c{BOT}\u201d", "is in quotation marks"),
        ("SLACK_APP_TOKEN", BOT, "is a bot token (xoxb-…). Set it to the app-level token (xapp-…) from Basic"),
        ("SLACK_APP_TOKEN", "", "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP mode) is set"),
        ("SLACK_SIGNING_SECRET", SIGNING[:-1], "is malformed. Copy the signing secret (32 hexadecimal digits)"),
        ("SLACK_SIGNING_SECRET", APP, "is an app-level token (xapp-…). Set it to the signing secret"),
        ("ANTHROPIC_API_KEY", "", "is not set. Set it to the Anthropic API key (sk-ant-…) from the Anthropic Console"),
        ("ANTHROPIC_API_KEY", "hunter2", "is malformed. Copy the Anthropic API key"),
        (
            "ANTHROPIC_API_KEY",
            "sk-ant-admin01-x",
            "is an admin key (sk-ant-admin…), which can't call the Messages API. Set",
        ),
        ("ANTHROPIC_API_KEY", "sk-ant-oat01-x", "is an access token (sk-ant-oat…). Move it to ANTHROPIC_AUTH_TOKEN."),
        ("ANTHROPIC_AUTH_TOKEN", "sk-ant-admin01-x", "is an admin key (sk-ant-admin…), which can't call the"),
        ("ANTHROPIC_AUTH_TOKEN", "hunter2", "is malformed. Copy the access token (sk-ant-oat…)"),
        ("ANTHROPIC_IDENTITY_TOKEN", "hunter2", "is malformed. Copy the identity token (a JWT)"),
        ("ANTHROPIC_API_KEY", BOT, "is a bot token (xoxb-…). Set it to the Anthropic API key"),
    ],
)
def test_a_wrong_secret_is_explained_in_one_line_and_not_shown(name: str, value: str, sentence: str) -> None:
    message = refusal(**{name: value})

    assert message.count("\n") == 0
    assert message.removeprefix(f"{name} ").startswith(sentence)
    assert name in message
    assert not value.strip() or value.strip() not in message


def test_swapped_slack_tokens_are_both_named() -> None:
    lines = refusal(SLACK_BOT_TOKEN=APP, SLACK_APP_TOKEN=BOT).splitlines()

    assert [line.split()[0] for line in lines] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]


FEDERATION = {
    "ANTHROPIC_API_KEY": "",
    "ANTHROPIC_FEDERATION_RULE_ID": "fdrl_01Rule",
    "ANTHROPIC_ORGANIZATION_ID": "7f0c1a52-3f64-4c1e-9d5b-2a8e6b04d913",
    "ANTHROPIC_IDENTITY_TOKEN_FILE": "/var/run/secrets/token",
}


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({"ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": "sk-ant-oat01-x"}, []),
        (FEDERATION, []),
        (FEDERATION | {"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"}, []),
        (FEDERATION | {"ANTHROPIC_ORGANIZATION_ID": ""}, ["ANTHROPIC_ORGANIZATION_ID is not set"]),
        (FEDERATION | {"ANTHROPIC_ORGANIZATION_ID": "org_01x"}, ["ANTHROPIC_ORGANIZATION_ID contains 'org_01x'"]),
        (FEDERATION | {"ANTHROPIC_FEDERATION_RULE_ID": "rule"}, ["ANTHROPIC_FEDERATION_RULE_ID contains 'rule'"]),
        (
            FEDERATION | {"ANTHROPIC_IDENTITY_TOKEN_FILE": ""},
            ["Neither ANTHROPIC_IDENTITY_TOKEN_FILE nor ANTHROPIC_IDENTITY_TOKEN is set"],
        ),
        (
            FEDERATION | {"ANTHROPIC_BASE_URL": "http://gateway.test", "BATCHDESK_ALLOW_HTTP": "true"},
            ["ANTHROPIC_BASE_URL begins with http://, where no token is exchanged"],
        ),
        ({"ANTHROPIC_API_KEY": ""}, ["ANTHROPIC_API_KEY is not set"]),
    ],
)
def test_one_credential_is_needed_with_all_that_belongs_to_it(changes: dict[str, str], sentences: list[str]) -> None:
    problems = find_problems(loaded(**ENOUGH | changes))

    assert len(problems) == len(sentences)
    assert all(problem.startswith(sentence) for problem, sentence in zip(problems, sentences, strict=True))


def test_the_credential_that_is_used_is_the_one_of_the_official_sdks_and_the_others_are_named() -> None:
    all_three = loaded(**ENOUGH | FEDERATION | {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_AUTH_TOKEN": "sk-ant-oat01-x"})
    without_key = all_three.model_copy(update={"anthropic_api_key": None})
    federated = without_key.model_copy(update={"anthropic_auth_token": None})

    assert find_credential(make_only_workspace(all_three)) == KEY
    assert find_credential(make_only_workspace(without_key)) == BearerToken("sk-ant-oat01-x")
    assert isinstance(find_credential(make_only_workspace(federated)), Federation)
    assert [warning.split(".")[0] for warning in warn_about_unused_credentials(all_three)] == [
        "ANTHROPIC_AUTH_TOKEN is not used, because ANTHROPIC_API_KEY is set",
        "ANTHROPIC_FEDERATION_RULE_ID is not used, because ANTHROPIC_API_KEY is set",
    ]
    assert warn_about_unused_credentials(federated) == []


def test_every_api_needs_a_key_that_fits_into_a_header() -> None:
    elsewhere = "http://127.0.0.1:1"

    assert "ANTHROPIC_API_KEY is not set" in refusal(ANTHROPIC_BASE_URL=elsewhere, ANTHROPIC_API_KEY="")
    assert "ANTHROPIC_API_KEY is malformed" in refusal(ANTHROPIC_BASE_URL=elsewhere, ANTHROPIC_API_KEY="schlüssel")


@pytest.mark.parametrize(
    ("name", "value", "start"),
    [
        ("BATCHDESK_OPERATORS", "U01,@ann", "BATCHDESK_OPERATORS contains '@ann'. Write user ids"),
        ("BATCHDESK_OPERATORS", "u01", "BATCHDESK_OPERATORS contains 'u01'"),
        ("BATCHDESK_OPERATORS", "U0", "BATCHDESK_OPERATORS contains 'U0'"),
        ("BATCHDESK_OPERATORS", "<@U01>", "BATCHDESK_OPERATORS contains '<@U01>'"),
        ("BATCHDESK_OPERATORS", "**", "BATCHDESK_OPERATORS contains '**'"),
        ("BATCHDESK_OPERATORS", "U01\u202e", r"BATCHDESK_OPERATORS contains 'U01\u202e'"),
        ("BATCHDESK_ADMINS", "C01", "BATCHDESK_ADMINS contains 'C01'"),
        ("BATCHDESK_CHANNELS", "#general", "BATCHDESK_CHANNELS contains '#general'. Write channel ids"),
        ("BATCHDESK_CHANNELS", "U01", "BATCHDESK_CHANNELS contains 'U01'"),
        ("BATCHDESK_AUDIT_CHANNEL", "audit", "BATCHDESK_AUDIT_CHANNEL contains 'audit'. Write a channel id"),
        ("BATCHDESK_FEED_CHANNEL", "#batch-jobs", "BATCHDESK_FEED_CHANNEL contains '#batch-jobs'. Write a channel id"),
        ("BATCHDESK_DIGEST_HOUR", "9", "BATCHDESK_DIGEST_HOUR is set without a channel. Set BATCHDESK_DIGEST_CHANNEL"),
        ("BATCHDESK_TIME_ZONE", "Europe/Atlantis", "BATCHDESK_TIME_ZONE is not a known time zone"),
        ("BATCHDESK_TIME_ZONE", "../etc/passwd", "BATCHDESK_TIME_ZONE is not a known time zone"),
        ("ANTHROPIC_WORKSPACE_ID", "a b", "ANTHROPIC_WORKSPACE_ID contains 'a b'"),
        ("ANTHROPIC_BETAS", "ü", "ANTHROPIC_BETAS contains"),
        ("PORT", "65536", "PORT is 65536. It must be from 0 to 65535"),
        ("PORT", "-1", "PORT is -1"),
        ("SLACK_API_URL", "slack.com/api", "SLACK_API_URL is not an address"),
        ("SLACK_API_URL", "wss://slack.com/api", "SLACK_API_URL is not an address"),
        ("ANTHROPIC_BASE_URL", "http://", "ANTHROPIC_BASE_URL is not an address"),
        ("ANTHROPIC_BASE_URL", "https://ann:pw@proxy", "ANTHROPIC_BASE_URL is not an address"),
        ("ANTHROPIC_BASE_URL", "http://a b", "ANTHROPIC_BASE_URL is not an address"),
        (
            "ANTHROPIC_BASE_URL",
            "http://gateway:8080",
            "ANTHROPIC_BASE_URL begins with http://, so the API key would go in",
        ),
        ("ANTHROPIC_BASE_URL", "HTTP://10.1.2.3", "ANTHROPIC_BASE_URL begins with http://, so the API key would go in"),
        ("SLACK_API_URL", "http://slack.com/api/", "SLACK_API_URL begins with http://, so Slack's tokens would go in"),
        ("SLACK_API_URL", "http://localhost.example.org", "SLACK_API_URL begins with http://, so Slack's tokens would"),
        ("SLACK_API_URL", "http://[2001:db8::1]", "SLACK_API_URL begins with http://, so Slack's tokens would go in"),
        ("HTTPS_PROXY", "socks5://ann:hunter2@proxy:1080", "HTTPS_PROXY is not an HTTP proxy. Write http://host:port"),
        ("HTTP_PROXY", "http://ann:hunter2@", "HTTP_PROXY is not an HTTP proxy"),
        ("ALL_PROXY", "http://ann:hunter2@proxy:port", "ALL_PROXY is not an HTTP proxy"),
        ("ANTHROPIC_BASE_URL", "https://api.anthropic.com/v1/", "ANTHROPIC_BASE_URL ends in /v1"),
        ("DATABASE_URL", "mysql://ann:hunter2@db/x", "DATABASE_URL is not a database that Batchdesk supports"),
        (
            "DATABASE_URL",
            "postgresql+asyncpg://ann:hunter2@db/x",
            "DATABASE_URL is not a database that Batchdesk supports",
        ),
        ("DATABASE_URL", "postgresql://ann:hunter2", "DATABASE_URL is malformed"),
        ("DATABASE_URL", "postgresql://ann:hunter2@[::1/x", "DATABASE_URL is malformed"),
        ("DATABASE_URL", "postgresql://ann@db:hunter2/x", "DATABASE_URL is malformed"),
        ("DATABASE_URL", "sqlite://", "DATABASE_URL is a SQLite database in memory"),
        ("DATABASE_URL", "sqlite:///:memory:", "DATABASE_URL is a SQLite database in memory"),
        ("DYNO", "web.1", "DATABASE_URL must be a Postgres on Heroku"),
    ],
)
def test_each_other_mistake_stops_the_start_with_one_line(name: str, value: str, start: str) -> None:
    line = refusal(**{name: value})

    assert line.startswith(start)
    assert "\n" not in line
    assert "hunter2" not in line


def test_an_hour_outside_the_day_is_refused() -> None:
    message = refusal(BATCHDESK_DIGEST_HOUR="24", BATCHDESK_FEED_CHANNEL="C0FEED")

    assert message == "BATCHDESK_DIGEST_HOUR is 24. It must be from 0 to 23."


@pytest.mark.parametrize("name", ["BATCHDESK_OPERATORS", "BATCHDESK_DIGEST_CHANNEL"])
@pytest.mark.parametrize("secret", [BOT, f'"{BOT}"', KEY, SIGNING, "xoxp-1-madeup", "sk-madeup"])
def test_a_secret_in_the_wrong_variable_is_not_shown(name: str, secret: str) -> None:
    message = refusal(**{name: secret})

    assert message.startswith(f"{name} contains a secret")
    assert secret not in message


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(ExpectedError) as caught:
        check_for_run(loaded(PORT="70000", BATCHDESK_CHANNELS="general"))

    assert len(caught.value.describe().splitlines()) == 5
