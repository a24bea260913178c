"""Help: what can be typed."""

import pytest

from bot.commands.base import Permission
from bot.commands.help import HelpCommand, HelpShown
from bot.commands.language.errors import UnexpectedWord, UnknownOption
from bot.commands.registry import SHOWN, AnyCommand, parse
from bot.operations.services import Services
from bot.playground.api_simulator.server import ApiSimulator
from tests.commands.carrying_out import carry_out, reads_as, usage_error


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("help", HelpCommand()),
        ("help DELETE", HelpCommand("delete")),
        ("HELP --public", HelpCommand(public=True)),
        ("help list --public", HelpCommand("list", public=True)),
    ],
)
def test_it_takes_an_optional_verb(typed: str, command: HelpCommand) -> None:
    assert reads_as(typed, command)


def test_a_second_verb_is_one_too_many() -> None:
    assert usage_error("help delete cancel") == (UnexpectedWord, "help")
    assert usage_error("help --verbose") == (UnknownOption, "help")


def test_everyone_may_ask_for_it() -> None:
    assert HelpCommand.permission is Permission.READ


async def test_it_answers_without_asking_the_api(services: Services, api: ApiSimulator) -> None:
    assert await carry_out(services, "help delete --public") == HelpShown("delete", public=True)
    assert api.requests == []


@pytest.mark.parametrize("command", SHOWN)
def test_the_example_of_every_verb_can_be_typed(command: type[AnyCommand]) -> None:
    assert command.help is not None

    assert isinstance(parse(command.help.example), command)
