"""A secret may be in a file instead of a variable. What is wrong with such a file is said without its content."""

import os
from pathlib import Path

import pytest

from bot.settings.checks import load_for_run
from bot.settings.loading import SettingsError, load_settings, read_store_address, unknown_settings
from bot.settings.table import SETTINGS
from tests.simulators import KEY, Simulators

BOT = "xoxb-1-2-madeupbottoken"
SECRETS = {
    "SLACK_BOT_TOKEN": BOT,
    "SLACK_APP_TOKEN": "xapp-1-A1-2-madeupapptoken",
    "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
    "ANTHROPIC_API_KEY": "sk-ant-api03-madeup_key-AA",
    "DATABASE_URL": "postgresql+psycopg://ann:geheim@db/x",
    "HTTPS_PROXY": "http://ann:geheim@proxy:3128",
}


@pytest.fixture
def write(tmp_path: Path) -> "Write":
    return Write(tmp_path)


class Write:
    """Writes files of secrets."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, content: bytes | str, mode: int = 0o600) -> str:
        """Write a file and return its path."""
        path = self._folder / f"secret-{len(list(self._folder.iterdir()))}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        return str(path)


def list_problems(**env: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(env, None)
    return caught.value.problems


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_is_read_from_a_file_without_one_line_break(write: Write, name: str, end: str) -> None:
    settings = load_settings({f"{name}_FILE": write(SECRETS[name] + end)}, None)

    value = getattr(settings, name.lower())
    assert (value if isinstance(value, str) else value.get_secret_value()) == SECRETS[name]


def test_exactly_the_settings_that_may_hold_a_secret_have_a_file() -> None:
    named = {setting.name for setting in SETTINGS.values() if setting.file_name}

    assert named >= set(SECRETS)
    assert not named & {"PORT", "BATCHDESK_OPERATORS", "SLACK_API_URL", "NO_PROXY"}


def test_a_file_named_in_the_env_file_is_read_and_an_emptied_variable_is_no_second_form(
    write: Write, tmp_path: Path
) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(f"SLACK_BOT_TOKEN=xoxb-other\nSLACK_BOT_TOKEN_FILE={write(BOT)}\n", encoding="utf-8")

    settings = load_settings({"SLACK_BOT_TOKEN": ""}, env_file)

    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == BOT


def test_an_empty_variable_names_no_file() -> None:
    assert load_settings({"SLACK_BOT_TOKEN_FILE": " "}, None).slack_bot_token is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"\n", "the file is empty"),
        (b" \r\n", "the file is empty"),
        (b"xoxb-geheim\n\n", "the file has more than one line"),
        (b"xoxb-geheim\nxoxb-geheim", "the file has more than one line"),
        (b"xoxb-geheim\x00", "the file is not text"),
        (b"xoxb-geheim\x1b[1m", "the file is not text"),
        (b"\xff\xfeg\x00e\x00h\x00e\x00i\x00m\x00", "the file is not text"),
        (b"geheim" * 20_000, "the file is larger than 65536 bytes"),
    ],
)
def test_a_file_without_one_line_of_text_is_refused_without_its_content(
    write: Write, content: bytes, says: str
) -> None:
    path = write(content)

    assert list_problems(SLACK_BOT_TOKEN_FILE=path) == (
        f"SLACK_BOT_TOKEN_FILE: {says}. Set it to a file that holds only the value.",
    )


@pytest.mark.parametrize("path", ["/nowhere/at/all", "/", "/dev/null", "/dev/zero", "xoxb-geheim", "geheim" * 99, "\0"])
def test_a_path_that_cannot_be_read_is_refused_and_not_shown(path: str) -> None:
    [problem] = list_problems(SLACK_APP_TOKEN_FILE=path)

    assert problem.startswith("SLACK_APP_TOKEN_FILE: ")
    assert problem.endswith(". Set it to a file that holds only the value.")
    assert "geheim" not in problem
    assert "nowhere" not in problem


def test_both_forms_at_once_are_one_problem(write: Write) -> None:
    [problem] = list_problems(SLACK_BOT_TOKEN=BOT, SLACK_BOT_TOKEN_FILE=write("xoxb-geheim"))

    assert problem == "SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set. Remove one of them."


def test_all_problems_are_reported_together_and_each_once(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*SECRETS, "SLACK_BOT_TOKEN", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SLACK_BOT_TOKEN_FILE", "missing")
    monkeypatch.setenv("SLACK_SIGNING_SECRET_FILE", write(""))
    monkeypatch.setenv("ANTHROPIC_API_KEY_FILE", write("sk-ant-admin01-geheim"))
    monkeypatch.setenv("PORT", "http")

    with pytest.raises(SettingsError) as caught:
        load_for_run(lambda settings: ["BATCHDESK_PRICES: x"])

    assert [problem.split()[0] for problem in caught.value.problems] == [
        "SLACK_BOT_TOKEN_FILE:",
        "SLACK_SIGNING_SECRET_FILE:",
        "PORT",
        "ANTHROPIC_API_KEY",
        "BATCHDESK_PRICES:",
    ]
    assert "geheim" not in caught.value.describe()


def test_a_file_variable_is_no_misspelled_setting() -> None:
    for setting in SETTINGS.values():
        assert unknown_settings({setting.file_name or setting.name: "x"}) == []


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN_FILE", "DATABASE_URL_FILE", "BATCHDESK_PRICES"])
async def test_a_named_pipe_in_place_of_a_file_does_not_hold_up_doctor(
    simulators: Simulators, tmp_path: Path, name: str
) -> None:
    os.mkfifo(tmp_path / "pipe")

    status, printed, complained = await simulators.finish("doctor", **{name.removesuffix("_FILE"): "", name: "pipe"})

    assert (status, complained) == (1, "")
    assert "it is a pipe or a device" in printed


@pytest.mark.parametrize("path", ["pipe", "/dev/zero"])
def test_an_address_of_a_store_is_read_from_a_regular_file_only(
    path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SettingsError, match="it is a pipe or a device"):
        read_store_address(f"file:{path}")


async def test_the_bot_runs_with_secrets_in_files(simulators: Simulators, write: Write) -> None:
    files = {
        "SLACK_BOT_TOKEN_FILE": write(f"{simulators.slack.bot_token}\n"),
        "SLACK_APP_TOKEN_FILE": write(f"{simulators.slack.app_token}\n"),
        "ANTHROPIC_API_KEY_FILE": write(f"{KEY}\n"),
    }
    unset = {name.removesuffix("_FILE"): "" for name in files}

    status, printed, complained = await simulators.finish("doctor", **files, **unset)

    assert (status, complained) == (0, "")
    assert [line for line in printed.splitlines() if not line.startswith("OK ")] == []


async def test_doctor_warns_about_a_file_of_a_secret_that_others_read(simulators: Simulators, write: Write) -> None:
    path = write(KEY, 0o644)

    status, printed, _ = await simulators.finish("doctor", ANTHROPIC_API_KEY="", ANTHROPIC_API_KEY_FILE=path)

    assert status == 0
    warning = "WARN Other users of this machine can read the file in ANTHROPIC_API_KEY_FILE. Run `chmod 600` on it."
    assert warning in printed.splitlines()


async def test_doctor_says_that_the_store_was_not_checked_if_its_address_is_unread(simulators: Simulators) -> None:
    _, printed, _ = await simulators.finish("doctor", DATABASE_URL_FILE="missing", HTTPS_PROXY_FILE="/")

    assert "WARN" not in printed
    assert "FAIL DATABASE_URL_FILE: No such file or directory. Set it to a file that holds only the value." in printed
    assert "The store" in printed
    assert "will be created" not in printed
