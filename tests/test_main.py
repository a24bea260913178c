"""The command line: what each command prints, and its exit status."""

import re
import signal
import socket
import tomllib
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.playground.api_simulator.faults import ApiFault
from bot.store.db.database import Database
from tests.desk import ADA, BATCHES, GENERAL
from tests.simulators import KEY, Simulators

BOT, APP = "xoxb-1-2-abc", "xapp-1-A0-2-abc"
SIGNING = "0123456789abcdef" * 2


def sentences(complained: str) -> list[str]:
    """Return what the person who started it reads: the lines that are not log lines."""
    return [line for line in complained.splitlines() if not re.match(r"\d{4}-\d\d-\d\d ", line)]


async def test_a_start_imports_nothing_that_can_wait_until_it_is_connected(simulators: Simulators) -> None:
    _, _, complained = await simulators.finish("run", PYTHONPROFILEIMPORTTIME="1", ANTHROPIC_API_KEY="")

    loaded = {name.strip().split(".")[0] for name in re.findall(r"^import time:.*\|(.*)$", complained, re.MULTILINE)}
    assert {"bot", "httpx", "sqlalchemy"} <= loaded
    assert not {"alembic", "click", "dbos", "psycopg", "rich"} & loaded


async def test_sigterm_finishes_the_answer_under_way_and_exits_0(simulators: Simulators) -> None:
    process = await simulators.start("run", BATCHDESK_LOG_LEVEL="DEBUG", SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="x")
    await simulators.slack.wait_for(lambda: simulators.slack.sockets, timeout=20)
    simulators.api.add_fault(ApiFault(delay=0.3))
    await simulators.slack.slash(ADA, BATCHES, "/batch")

    process.send_signal(signal.SIGTERM)
    _, log = await process.communicate()

    assert process.returncode == 0
    [reply] = simulators.slack.messages(BATCHES, ADA)
    assert "Nothing is running" in reply.visible_text
    logged = log.decode()
    assert "stopping: finishing the answers in progress" in logged
    assert "overview by U0ADA in C0BATCHES: ok" in logged
    assert "WARNING" not in logged
    for secret in (simulators.slack.bot_token, simulators.slack.app_token, KEY, "/commands/T0DEMO", "Traceback"):
        assert secret not in logged


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-0-0-wrong"}, "SLACK_BOT_TOKEN: invalid_auth"),
        ({"SLACK_APP_TOKEN": "xapp-1-A0-0-wrong"}, "SLACK_APP_TOKEN: invalid_auth"),
    ],
)
async def test_a_token_that_slack_rejects_ends_the_start_with_one_sentence(
    simulators: Simulators, changes: dict[str, str], names: str
) -> None:
    status, printed, complained = await simulators.finish("run", **changes)

    assert (status, printed) == (1, "")
    assert names in complained
    assert len(sentences(complained)) == 1
    assert "wrong" not in complained


async def test_an_unreachable_slack_ends_the_start_with_one_sentence(simulators: Simulators) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        status, _, complained = await simulators.finish("run", SLACK_API_URL=f"http://127.0.0.1:{port}/api/")

    assert status == 1
    assert "Check SLACK_API_URL and the network" in complained
    assert len(sentences(complained)) == 1


async def test_a_port_in_use_ends_the_start_with_one_sentence(simulators: Simulators) -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        status, _, complained = await simulators.finish(
            "run", SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET=SIGNING, PORT=port
        )

    assert status == 1
    assert f"Can't listen on PORT {port}" in complained
    assert len(sentences(complained)) == 1


@pytest.mark.parametrize("command", ["run", "migrate"])
async def test_a_store_that_cannot_be_opened_ends_the_start_with_one_sentence(
    simulators: Simulators, command: str
) -> None:
    broken = simulators.folder / "store.sqlite3"
    broken.write_bytes(b"no database" * 1_000)

    status, _, complained = await simulators.finish(command, DATABASE_URL=f"sqlite:///{broken}")

    assert status == 1
    assert f"Can't open the store {broken}" in complained
    assert "DATABASE_URL" in complained
    assert len(sentences(complained)) == 1


async def test_a_new_store_is_readable_by_its_owner_alone(simulators: Simulators) -> None:
    simulators.folder.chmod(0o755)

    status, _, _ = await simulators.finish("migrate")

    files = {path.name: oct(path.stat().st_mode & 0o777) for path in simulators.folder.glob("batchdesk.sqlite3*")}
    assert status == 0
    assert set(files.values()) == {"0o600"}


async def test_the_start_logs_a_channel_that_it_cannot_post_in(simulators: Simulators) -> None:
    process = await simulators.start("run", BATCHDESK_AUDIT_CHANNEL=GENERAL, BATCHDESK_FEED_CHANNEL=BATCHES)
    assert process.stderr is not None
    logged = await process.stderr.readuntil(b"Invite it there")

    process.send_signal(signal.SIGTERM)
    await process.communicate()

    assert f"BATCHDESK_AUDIT_CHANNEL: the bot is not in #general ({GENERAL})" in logged.decode()
    assert "BATCHDESK_FEED_CHANNEL" not in logged.decode()
    assert process.returncode == 0


@pytest.mark.parametrize("command", ["demo", "simulate-api"])
@pytest.mark.parametrize("port", ["99999", "-1", "65536", "http", "٣"])
def test_a_port_that_is_none_is_refused_with_one_sentence(
    command: str, port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main([command, f"--port={port}"])

    complained = capsys.readouterr().err
    assert (status, len(complained.splitlines())) == (2, 1)
    assert f"--port {port} is not a port. Write a number from 0 to 65535." in complained


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ([], "Name a command: run, web, worker"),
        (["rnu"], "There is no command rnu. Did you mean run?"),
        (["nonsense"], "There is no command nonsense. Commands: run, web"),
        (["demo", "--prot", "1"], "I didn't understand --prot 1. `batchdesk demo --help` has the options."),
        (["demo", "--port"], "Argument --port: expected one argument. Usage: batchdesk demo"),
        (["move-store", "a"], "The following arguments are required: TO. Usage: batchdesk move-store"),
        (["simulate-api", "--speed", "fast"], "--speed fast is not a speed"),
        (["simulate-api", "--speed", "nan"], "--speed nan is not a speed"),
        (["try", "status last"], 'A line begins with /batch, for example: try "/batch status last"'),
        (["try", "/batch", "--as", "zoe"], "There is no zoe in the simulation"),
        (["try", "/batch create"], "/batch create opens the form “Create a batch”, which a terminal can't show"),
    ],
)
def test_what_is_not_understood_is_answered_with_one_sentence(
    line: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(line)

    output = capsys.readouterr()
    assert (status, output.out, len(sentences(output.err))) == (2, "", 1)
    assert says in output.err


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    source = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())
    assert (ended.value.code, capsys.readouterr().out) == (0, f"batchdesk {source['project']['version']}\n")


def test_the_store_is_migrated_whatever_the_other_settings_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BATCHDESK_SPEND_LIMIT", "-5")
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    statuses = []
    for address in (f"sqlite:///{tmp_path}/store.sqlite3", "mysql://x", f"sqlite:///{tmp_path}/no/store.sqlite3"):
        monkeypatch.setenv("DATABASE_URL", address)
        statuses.append(main(["migrate"]))

    complained = capsys.readouterr().err.splitlines()
    assert statuses == [0, 2, 2]
    assert (tmp_path / "store.sqlite3").exists()
    assert [line.partition(" ")[0] for line in complained] == ["DATABASE_URL", "DATABASE_URL:"]


async def test_every_wrong_setting_is_named_at_the_start(simulators: Simulators) -> None:
    status, _, complained = await simulators.finish(
        "run",
        BATCHDESK_SPEND_LIMIT="-5",
        SLACK_BOT_TOKEN="",
        PORT="http",
        BATCHDESK_PRICES="/nowhere.toml",
        DATABASE_URL="sqlite:////nowhere/at/all.sqlite3",
    )

    assert status == 2
    for words in (
        "Can't read the prices: /nowhere.toml",
        "DATABASE_URL: The store /nowhere/at/all.sqlite3 can't be created, because its folder doesn't exist",
        "BATCHDESK_SPEND_LIMIT must be 0 or more",
        "SLACK_BOT_TOKEN is not set",
        "PORT must be a whole number",
    ):
        assert words in complained


@pytest.mark.parametrize(("address", "ends_with"), [("nonsense", 1), ("mysql://u:geheim@127.0.0.1/x", 2)])
def test_a_move_from_an_invalid_address_is_refused_with_one_sentence(
    address: str, ends_with: int, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["move-store", address, "sqlite://"])

    complained = capsys.readouterr().err
    assert (status, len(sentences(complained))) == (ends_with, 1)
    assert "Nothing was copied" in complained
    assert "geheim" not in complained


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://bot:geheim@127.0.0.1/x",
        "postgres://bot:geheim@127.0.0.1:5432/x?sslmode=require",
        "postgresql+psycopg://127.0.0.1/x?user=bot&password=geheim",
        "postgresql://bot:geheim@[::1/x",
    ],
)
@pytest.mark.parametrize("is_target", [False, True])
def test_a_move_takes_no_password_on_the_command_line(
    address: str, is_target: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = f"sqlite:///{tmp_path / 'other.sqlite3'}"

    status = main(["move-store", *((other, address) if is_target else (address, other))])

    complained = capsys.readouterr().err
    assert status == 2
    assert "env:NAME" in complained
    assert "Nothing was copied" in complained
    assert "geheim" not in complained


def test_a_move_reads_addresses_from_a_variable_and_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = (f"sqlite:///{tmp_path / name}" for name in ("from.sqlite3", "to.sqlite3"))
    database = Database(source)
    database.open()
    database.engine.dispose()
    monkeypatch.setenv("OLD_STORE", source)
    (tmp_path / "address").write_text(f"{target}\n")

    status = main(["move-store", "env:OLD_STORE", f"file:{tmp_path / 'address'}"])

    assert (status, capsys.readouterr().err) == (0, "")
    assert (tmp_path / "to.sqlite3").exists()


@pytest.mark.parametrize(
    ("address", "says"), [("env:NOT_SET_AT_ALL", "NOT_SET_AT_ALL is not set"), ("file:/nowhere", "Can't read the file")]
)
def test_a_move_names_the_variable_or_file_that_it_cannot_read(
    address: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["move-store", address, "sqlite://"]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_BOT_TOKEN": APP, "SLACK_APP_TOKEN": BOT}, "SLACK_BOT_TOKEN is an app-level token"),
        ({"SLACK_APP_TOKEN": BOT}, "SLACK_APP_TOKEN is a bot token"),
        ({"SLACK_BOT_TOKEN": "xoxb-1 2"}, "SLACK_BOT_TOKEN contains blanks"),
        ({"SLACK_APP_TOKEN": ""}, "Neither SLACK_APP_TOKEN"),
        ({"ANTHROPIC_API_KEY": ""}, "ANTHROPIC_API_KEY is not set"),
        ({"BATCHDESK_OPERATORS": "ada"}, "BATCHDESK_OPERATORS contains 'ada'"),
        ({"PORT": "http"}, "PORT must be a whole number"),
        ({"BATCHDESK_LOG_LEVEL": "loud"}, "BATCHDESK_LOG_LEVEL"),
    ],
)
def test_settings_that_cannot_work_end_the_start_and_name_the_variable(
    changes: dict[str, str],
    names: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)  # so that no developer's .env file is read
    settings = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP, "ANTHROPIC_API_KEY": KEY} | changes
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    status = main(["run"])

    output = capsys.readouterr()
    assert status == 2
    assert names in output.err
    assert "xoxb-1" not in output.err
    assert "Traceback" not in output.err


def test_try_prints_the_reply(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["try", "/batch status last"])

    assert status == 0
    assert "19,161 of 20,000 succeeded" in capsys.readouterr().out


def test_try_can_act_as_another_person(capsys: pytest.CaptureFixture[str]) -> None:
    main(["try", "/batch delete last", "--as", "ben"])

    assert "Only administrators can do this" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("who", ["nobody", "U0UNKNOWN"])
def test_try_as_an_unknown_person_lists_the_known_ones(who: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["try", "/batch", "--as", who])

    output = capsys.readouterr()
    assert status != 0
    assert who in output.err
    assert "ada" in output.err
    assert "Traceback" not in output.err
