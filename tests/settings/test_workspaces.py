"""The file of workspaces: what each workspace gets, and everything that is wrong with a file, with its line."""

import os
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clients import find_credential
from bot.settings.checks import find_problems, load_for_run, warn_about_unused_credentials
from bot.settings.loading import SettingsError, load_settings
from bot.settings.toml_lines import find_lines
from bot.settings.workspaces import WorkspaceSettings, load_workspaces, make_only_workspace, read_workspaces

SECRET = "sk-ant-api03-pasted_where_it_does_not_belong-AA"
KEYS = {"KEY_A": "sk-ant-api03-first-AA", "KEY_B": "sk-ant-api03-second-AA"}
TOKEN = "sk-ant-oat01-x"
ORGANIZATION = "00000000-0000-4000-8000-000000000001"
JWT = "eyJhbGciOiJFUzI1NiJ9.e30.c2ln"
A = 'api_key_variable = "KEY_A"\nchannels = ["C0AAA"]\n'
B = 'api_key_variable = "KEY_B"\nchannels = ["C0BBB"]\n'
FEDERATION = f"""channels = ["C0AAA"]
[a.federation]
rule = "fdrl_01a"
organization = "{ORGANIZATION}"
"""
GIVEN = {"BATCHDESK_OPERATORS": "U0ANN", "BATCHDESK_READERS": "S0ALL", "BATCHDESK_SPEND_LIMIT": "50"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "workspaces.toml"


def read(path: Path, **env: str) -> tuple[str, ...]:
    """Return what is wrong with a file."""
    settings = load_settings({"BATCHDESK_WORKSPACES": str(path)} | env, None)
    return read_workspaces(settings, KEYS | env, None).problems


def load(path: Path, content: str, **env: str) -> tuple[WorkspaceSettings, ...]:
    path.write_text(content, encoding="utf-8")
    settings = load_settings({"BATCHDESK_WORKSPACES": str(path)} | env, None)
    return load_workspaces(settings, KEYS | env, None)


def test_without_a_file_there_is_one_workspace_made_from_the_variables() -> None:
    settings = load_settings(GIVEN | {"ANTHROPIC_API_KEY": SECRET, "ANTHROPIC_WORKSPACE_ID": "wrkspc_01a"}, None)
    [only] = load_workspaces(settings, {}, None)

    assert (only.name, only.key, only.expected_id, only.admits_no_header) == ("", "wrkspc_01a", "wrkspc_01a", True)
    assert (only.operators, only.admins, only.spend_limit) == (("U0ANN",), ("U0ANN",), Decimal(50))
    assert only.spell_setting("api_key") == "ANTHROPIC_API_KEY"
    assert make_only_workspace(load_settings({"ANTHROPIC_WORKSPACE_ID": "default"}, None)).expected_id is None


def test_a_workspace_has_what_its_table_says_and_otherwise_the_people_and_limits_of_the_variables(path: Path) -> None:
    (path.parent / "key").write_text("sk-ant-api03-third-AA\n")
    (path.parent / "jwt").write_text(JWT)
    content = f"""
[production]
id = "wrkspc_01prod"
{A}operators = ["U0BEN", "U0BEN"]
spend_limit = 12.5
monthly_budget = "none"
feed_channel = "C0FEED"

[development]  # without an id
api_key_file = "key"
channels = ["C0BBB"]
header = "absent"

[token]
auth_token_variable = "TOKEN"
channels = ["C0CCC"]

[exchange]
channels = ["C0DDD"]
base_url = "https://gateway.test/"
federation = {{ rule = "fdrl_01a", organization = "{ORGANIZATION}", identity_token_file = "jwt" }}
"""
    production, development, token, exchange = load(path, content, **GIVEN, TOKEN=TOKEN, BATCHDESK_MONTHLY_BUDGET="900")

    assert (production.key, production.expected_id, production.line) == ("wrkspc_01prod", "wrkspc_01prod", 2)
    assert (production.operators, production.admins, production.readers) == (("U0BEN",), ("U0BEN",), ("S0ALL",))
    assert (production.spend_limit, production.monthly_budget) == (Decimal("12.5"), None)
    assert (production.digest_destination, production.admits_no_header) == ("C0FEED", False)
    assert (development.key, development.id, development.operators) == ("development", None, ("U0ANN",))
    assert (development.spend_limit, development.monthly_budget) == (Decimal(50), Decimal(900))
    assert (development.feed_channel, development.admits_no_header) == (None, True)
    assert find_credential(production) == KEYS["KEY_A"]
    assert find_credential(development) == "sk-ant-api03-third-AA"
    assert getattr(find_credential(token), "value", None) == TOKEN
    assert getattr(find_credential(exchange), "identity_token_file", None) == path.parent / "jwt"
    assert (exchange.base_url, production.base_url) == ("https://gateway.test", "https://api.anthropic.com")
    assert production.spell_setting("operators") == "`operators` of [production]"
    assert production.spell_setting("readers") == "BATCHDESK_READERS"
    assert exchange.spell_setting("federation_rule") == "`federation` of [exchange]"
    for text in (repr(production), repr(token), str(development)):
        assert "sk-ant" not in text


def test_administrators_of_the_variables_hold_also_where_a_table_names_operators(path: Path) -> None:
    content = f'[a]\n{A}operators = ["U0BEN"]\n'
    [own] = load(path, content, BATCHDESK_ADMINS="U0EVE")

    assert (own.operators, own.admins) == (("U0BEN",), ("U0EVE",))


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("", ["line 1: The file has 0 workspaces"]),
        ("[a]", ["line 1: It has no `channels`", "line 1: It has no credential. Write one of `api_key_variable`"]),
        (f"[a]\n{A}channel = ['C0X']", ["line 4: `channel` is no setting of a workspace. Did you mean `channels`?"]),
        (f"[a]\n{A}api_key = '{SECRET}'", ["line 4: `api_key` doesn't belong here, because this file holds no secret"]),
        (f"[a]\n{A}{SECRET} = 1", ["line 4: This is no setting of a workspace"]),
        (f"[a]\n{A}'{SECRET}'.x = 1", ["line 4: This is no setting of a workspace"]),
        (f"[{SECRET}]\n{A}", ["line 1: Name the workspace with at most 30 lower-case letters"]),
        (f"['a\\u202e']\n{A}", ["line 1: Name the workspace"]),
        (f"[Prod]\n{A}", ["line 1: Name the workspace"]),
        (f"operators = ['{SECRET}']\n[a]\n{A}", ["line 1: It is not in the table of a workspace"]),
        (f"[[a]]\n{A}", ["line 1: It is not in the table of a workspace"]),
        (f"[a]\n{A}id = '{SECRET}'", ["line 4: `id` must be a workspace id (wrkspc_…)"]),
        (f"[a]\n{A}operators = 'U0ANN'", ["line 4: `operators` must be a list of user ids"]),
        (f"[a]\n{A}operators = ['U0ANN', 7]", ["line 4: `operators` must be a list of user ids"]),
        (f"[a]\n{A}operators = [\n'U0ANN',\n'@ann']", ["line 4: `operators` must be a list of user ids"]),
        (f"[a]\n{A}feed_channel = ['C0AAA']", ["line 4: `feed_channel` must be a channel id"]),
        (f"[a]\n{A}spend_limit = true", ["line 4: `spend_limit` must be a number from 0 to"]),
        (f"[a]\n{A}spend_limit = nan", ["line 4: `spend_limit` must be a number"]),
        (f"[a]\n{A}spend_limit = 1e999999", ["line 4: `spend_limit` must be a number"]),
        (f"[a]\n{A}spend_limit = -1", ["line 4: `spend_limit` must be a number"]),
        (f"[a]\n{A}request_limit = 1.5", ["line 4: `request_limit` must be a whole number"]),
        (f"[a]\n{A}monthly_budget = 2026-11-30", ["line 4: `monthly_budget` must be a number"]),
        (f"[a]\n{A}header = 'off'", ['line 4: `header` must be the word "absent"']),
        (f"[a]\n{A}base_url = 'gateway'", ["line 4: `base_url` is not an address"]),
        (f"[a]\n{A}base_url = 'https://x.test/v1'", ["line 4: `base_url` ends in /v1"]),
        (f"[a]\n{A}base_url = 'http://x.test'", ["line 4: `base_url` begins with http://, so secrets go in clear"]),
        (f"[a]\n{A}api_key_file = '/dev/null'", ["line 4: It has 2 credentials. Write one of"]),
        ("[a]\nchannels = []\napi_key_variable = 'KEY_A'", ["line 2: `channels` is empty"]),
        (f"[a]\nchannels = ['C0AAA']\napi_key_variable = '{SECRET}'", ["line 3: `api_key_variable` must be the name"]),
        ("[a]\nchannels = ['C0AAA']\napi_key_variable = 'NONE'", ["line 3: The variable that `api_key_variable` nam"]),
        ("[a]\nchannels = ['C0AAA']\nauth_token_variable = 'WRONG'", ["line 3: The value of `auth_token_variable`"]),
        ("[a]\nchannels = ['C0AAA']\napi_key_file = '/dev/null'", ["line 3: `api_key_file`: it is a pipe or a device"]),
        (f"[a]\nchannels = ['C0AAA']\napi_key_file = '{SECRET}'", ["line 3: `api_key_file`: No such file"]),
        (f"[a]\n{A}[b]\n{B}feed_channel = 'C0AAA'", ["line 7: `feed_channel` has a channel of [a]"]),
        (f"[a]\n{A}audit_channel = 'C0BBB'\n[b]\n{B}", ["line 7: `channels` has a channel of [a]"]),
        (f"[a]\n{A}[b]\n{A}", ["line 5: The credential is the same as that of [a]", "line 6: `channels` has a"]),
        (
            f"[a]\nid = 'wrkspc_1'\n{A}[b]\nid = 'wrkspc_1'\n{B}",
            ["line 6: `id` is the same as that of [a]"],
        ),
        (f"[a]\n{A}[a]\n{B}", ["line 4: This is not TOML"]),
        (f"[a]\n{A}x =", ["line 4: This is not TOML"]),
        (f"[a]\n{A}x = '{SECRET}", ["line 4: This is not TOML"]),
        (f"[a]\n{A}x = {'[' * 5000}", ["line 4: This is not TOML"]),
        (f"[a]\n{A}x = {'9' * 5000}", ["line 4: This is not TOML"]),
        (f"[a]\n{FEDERATION}", ["line 3: `federation` needs either `identity_token_file` or"]),
        (f"[a]\n{FEDERATION}identity_token_variable = 'NONE'", ["line 6: The variable that `identity_token_variable`"]),
        (f"[a]\n{FEDERATION}identity_token_file = 'x'\nscope = 'y'", ["line 7: `scope` is no setting"]),
        (
            "[a]\nchannels = ['C0AAA']\nfederation = { rule = 'x', identity_token_file = 'x' }",
            ["line 3: `federation` needs `organization`", "line 3: `rule` must be a rule id"],
        ),
    ],
)  # fmt: skip
def test_everything_wrong_is_named_with_its_line_and_no_value_is_quoted(
    path: Path, content: str, problems: list[str]
) -> None:
    path.write_text(content, encoding="utf-8")
    found = read(path, WRONG="sk-ant-admin01-x")

    assert len(found) == len(problems), found
    for words, start in zip(found, problems, strict=True):
        assert words.startswith(f"workspaces.toml, {start}"), words
        assert SECRET not in words


def test_one_credential_may_reach_several_workspaces_that_have_ids(path: Path) -> None:
    both = load(path, f"[a]\nid = 'wrkspc_1'\n{A}[b]\nid = 'wrkspc_2'\n{A.replace('C0AAA', 'C0BBB')}")

    assert [one.key for one in both] == ["wrkspc_1", "wrkspc_2"]


@pytest.mark.parametrize("kind", ["missing", "pipe", "folder", "loop", "device", "latin", "huge", "lines", "secret"])
def test_a_file_that_cannot_be_read_is_said_without_waiting_for_it(path: Path, kind: str) -> None:
    named, reason = path, "No such file or directory"
    match kind:
        case "pipe":
            os.mkfifo(path)
            reason = "it is a pipe or a device"
        case "folder":
            path.mkdir()
            reason = "Is a directory"
        case "loop":
            path.symlink_to(path)
            reason = "Too many levels of symbolic links"
        case "device":
            path.symlink_to("/dev/zero")
            reason = "it is a pipe or a device"
        case "latin":
            path.write_bytes(f"[a]\n{A}# ü".encode("latin-1"))
            reason = "the file is not UTF-8"
        case "huge":
            path.write_text("#" * 70_000)
            reason = "the file is larger than 65536 bytes"
        case "lines":
            path.write_text("\n" * 1_001)
            reason = "the file has more than 1,000 lines"
        case "secret":
            named = Path(SECRET)
        case _:
            pass

    assert read(named) == (f"BATCHDESK_WORKSPACES: {reason}. Set it to a TOML file of workspaces.",)


def test_a_symbolic_link_and_a_byte_order_mark_are_fine(path: Path) -> None:
    (path.parent / "real").write_text(f"[a]\n{A}", encoding="utf-8-sig")
    path.symlink_to(path.parent / "real")

    assert read(path) == ()


def test_channels_outside_the_file_and_a_digest_without_a_channel_stop_the_start(path: Path) -> None:
    path.write_text(f"[a]\n{A}")
    found = read(path, BATCHDESK_FEED_CHANNEL="C0FEED", BATCHDESK_DIGEST_HOUR="9")

    assert [words.split(".")[0] for words in found] == [
        "BATCHDESK_FEED_CHANNEL is not used with BATCHDESK_WORKSPACES",
        "BATCHDESK_DIGEST_HOUR is set without a channel",
    ]


def test_the_start_names_the_problems_of_the_file_with_all_others(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_text(f"[a]\n{A}operator = []\n")
    monkeypatch.chdir(path.parent)
    for name, value in {"KEY_A": "", "SLACK_BOT_TOKEN": "x", "SLACK_SIGNING_SECRET": "0" * 32}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BATCHDESK_WORKSPACES", "workspaces.toml")
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(SettingsError) as caught:
        load_for_run(lambda _: [])

    assert [words.split(" is ")[0] for words in caught.value.problems] == [
        "SLACK_BOT_TOKEN",
        "workspaces.toml, line 2: The variable that `api_key_variable` names",  # no such variable
        "workspaces.toml, line 4: `operator`",
    ]


def test_a_credential_of_the_variables_is_not_needed_and_named_as_unused(path: Path) -> None:
    path.write_text(f"[a]\n{A}")
    settings = load_settings({"BATCHDESK_WORKSPACES": str(path), "ANTHROPIC_API_KEY": SECRET}, None)
    alone = load_settings({"BATCHDESK_WORKSPACES": str(path)}, None)

    assert not [words for words in find_problems(alone) if "ANTHROPIC" in words]
    assert warn_about_unused_credentials(alone) == []
    [warning] = warn_about_unused_credentials(settings)
    assert warning.startswith("ANTHROPIC_API_KEY is not used, because BATCHDESK_WORKSPACES is set")


def test_lines_are_those_of_the_statements() -> None:
    text = (
        '# [x]\r\n\r\na.b = 1\r\n[c]\r\nd = """\r\n[e]\r\nf = 1\r\n"""\r\ng = [\r\n{h = 1},\r\n]\r\n[c.i]\r\nj = 2\r\n'
    )

    assert find_lines(text) == {
        ("a",): 3, ("a", "b"): 3, ("c",): 4, ("c", "d"): 5, ("c", "g"): 9, ("c", "g", "h"): 9, ("c", "i"): 12,
        ("c", "i", "j"): 13,
    }  # fmt: skip


KEY_NAMES = st.sampled_from(
    ["channels", "id", "api_key_file", "operators", "federation", "header", "spend_limit", f'"{SECRET}"', "x", "a.b"]
)
VALUES = st.sampled_from(
    [
        f'"{SECRET}"',
        f'["{SECRET}"]',
        "1",
        "-1",
        "1.5",
        "true",
        "nan",
        "[]",
        "{}",
        f'{{ rule = "{SECRET}" }}',
        '"""',
        "[",
    ]
)
STATEMENTS = st.one_of(
    st.builds("{} = {}".format, KEY_NAMES, VALUES),
    st.sampled_from([f"[{SECRET}]", "[a]", "[[a]]", "[a.federation]", SECRET, "", "]"]),
    st.text(max_size=20),
)


@given(st.lists(STATEMENTS, max_size=8))
def test_no_file_breaks_the_reading_or_gets_a_secret_quoted(lines: list[str]) -> None:
    path = Path(tempfile.gettempdir()) / f"workspaces-{os.getpid()}.toml"
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    try:
        for words in read(path):
            assert SECRET not in words
            assert "\n" not in words
    finally:
        path.unlink()
