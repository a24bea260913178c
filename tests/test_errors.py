"""`str()` of every expected error is a short fact, fit for an audit row and a log."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from pydantic import BaseModel

import bot
from bot.api.errors import ApiRejected
from bot.app import FolderUnsafe, StoreUnusable
from bot.errors import LONGEST, ExpectedError, to_one_line
from bot.playground.terminal import FormNotDrawn, NotACommand, UnknownPerson
from bot.pricing.prices import PricesUnreadable
from bot.settings.loading import SettingsError
from bot.slack.transports import OrgWideToken, PortUnavailable, SlackFailing, SlackUnreachable, TokenRejected
from bot.store.db.transfer import MoveRefused
from tests.ui.errors.every_error import ERRORS
from tests.ui.hostile import spoiled

AT_START: dict[str, ExpectedError] = {
    "settings": SettingsError(["PORT is 70000. It must be from 0 to 65535.", "SLACK_BOT_TOKEN is not set"]),
    "prices": PricesUnreadable(Path("prices.toml"), "prices.0.input", "Input should be a valid decimal"),
    "store_unusable": StoreUnusable("unreachable"),
    "folder": FolderUnsafe("/srv/requests", "it belongs to another user"),
    "org_wide": OrgWideToken(),
    "token": TokenRejected("SLACK_BOT_TOKEN", "invalid_auth"),
    "slack_fails": SlackFailing("SLACK_BOT_TOKEN", "internal_error"),
    "slack": SlackUnreachable("https://slack.com/api/", "timeout"),
    "port": PortUnavailable(3000, "Address already in use"),
    "move": MoveRefused("TO is not empty (bd_mutes). Choose an empty store. Nothing was copied."),
    "person": UnknownPerson("eve"),
    "not_a_command": NotACommand("status last"),
    "form_not_drawn": FormNotDrawn("/batch create", "Create a batch"),
}
ALL = {**ERRORS, **AT_START}
BASES = {"BatchesError", "ApiError", "UsageError", "ReadingFailed"}
"""Raised only as one of their subclasses."""
TOKENS = ("xoxb-1-2-madeup", "xapp-1-A1-madeup", "xoxe.xoxp-1-madeup", "sk-ant-api03-madeup_key-AA")
HOSTILE = (
    "two\nlines\r\nand\x1b[31m a color",
    "\u202eturned\u2028around\x00",
    "x" * 10_000,
    *(f"said {token}, twice: {token}" for token in TOKENS),
)


def _below(kind: type[ExpectedError]) -> Iterator[type[ExpectedError]]:
    for inner in kind.__subclasses__():
        if inner.__module__.startswith("bot."):
            yield inner
        yield from _below(inner)


def _fields(error: ExpectedError) -> list[Any]:
    return [inner for value in vars(error).values() for inner in (value if isinstance(value, tuple) else (value,))]


def test_every_expected_error_is_among_those_that_are_checked() -> None:
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if not module.name.startswith("bot.store.migrations"):  # alembic runs these
            importlib.import_module(module.name)

    assert {kind.__name__ for kind in _below(ExpectedError)} - {type(one).__name__ for one in ALL.values()} <= BASES


@pytest.mark.parametrize("error", ALL.values(), ids=ALL)
def test_its_text_is_one_short_line_without_a_record(error: ExpectedError) -> None:
    text = str(error)

    assert 0 < len(text) <= LONGEST
    assert text.isprintable()
    for value in _fields(error):
        if isinstance(value, Struct | BaseModel):
            assert repr(value) not in text
            assert f"{type(value).__name__}(" not in text


@pytest.mark.parametrize("foreign", HOSTILE, ids=ascii)
def test_outside_text_adds_no_length_no_lines_and_no_secret(foreign: str) -> None:
    for error in ALL.values():
        hostile = error if isinstance(error, SettingsError) else spoiled(error, foreign, status=True)
        text = str(hostile)

        assert 0 < len(text) <= LONGEST
        assert text.isprintable()
        assert not any(token in text for token in TOKENS)


def test_the_status_and_the_request_id_outlast_a_long_message_of_the_api() -> None:
    error = ApiRejected("invalid_request_error", "word " * 400, 400, "req_011CQ")

    assert str(error).startswith("invalid_request_error: word word")
    assert str(error).endswith("… (HTTP 400, request req_011CQ)")


def test_the_command_line_gets_every_problem_and_the_log_one_line() -> None:
    error = AT_START["settings"]

    assert error.describe().splitlines() == [
        "PORT is 70000. It must be from 0 to 65535.",
        "SLACK_BOT_TOKEN is not set",
    ]
    assert str(error) == "PORT is 70000. It must be from 0 to 65535. SLACK_BOT_TOKEN is not set"


def test_a_text_is_cut_with_a_sign() -> None:
    assert to_one_line("a  b\n c", 5) == "a b c"
    assert to_one_line("a  b\n c d", 5) == "a b …"
