"""Explain: what is asked. tests/test_explanations.py has the answers."""

import pytest

from bot.caller import ChannelId, UserId
from bot.commands.base import Permission
from bot.commands.explain import Explain
from bot.commands.language.errors import BadValue, MissingReference, UnexpectedWord, UsageError
from bot.commands.registry import parse
from tests.commands.carrying_out import reads_as, usage_error

BEN, GENERAL = UserId("U0BEN"), ChannelId("C0GENERAL")


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("explain delete", Explain("delete")),
        ("explain DELETE me here", Explain("delete")),
        ("explain delete <@U0BEN|ben>", Explain("delete", BEN)),
        ("explain delete <@U0BEN|ben> here", Explain("delete", BEN)),
        ("explain delete <#C0GENERAL|general> <@U0BEN>", Explain("delete", BEN, GENERAL)),
        ("explain delete U0BEN C0GENERAL", Explain("delete", BEN, GENERAL)),
    ],
)
def test_it_takes_a_command_and_a_person_and_a_place_in_any_order(typed: str, command: Explain) -> None:
    assert parse(typed) == command
    assert reads_as(command.spell(), command)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("explain", MissingReference),
        ("explain delete ben", BadValue),
        ("explain delete #general", BadValue),
        ("explain delete here here", BadValue),
        ("explain delete <@U0BEN> <@U0ADA>", BadValue),
        ("explain delete <@U0BEN> here there", UnexpectedWord),
    ],
)
def test_a_line_that_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "explain")


def test_everyone_can_ask_it() -> None:
    assert Explain.permission is Permission.READ
