"""Help: what can be typed."""

import pytest

from bot.commands.base import PUBLIC, HelpGroup, Permission
from bot.commands.help import HelpCommand, HelpShown
from bot.commands.language.errors import UnexpectedWord, UnknownOption
from bot.commands.note import Note
from bot.commands.registry import SHOWN, AnyCommand, parse
from bot.operations.find_batch import Reference
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
        ("--help", HelpCommand()),
        ("-h", HelpCommand()),
        ("—help", HelpCommand()),
        ("help --help", HelpCommand()),
        ("delete --help", HelpCommand("delete")),
        ("DELETE last --HELP", HelpCommand("delete")),
        ("help delete --help", HelpCommand("delete")),
        ("label last nightly --help", HelpCommand("label")),
        ("delte --help", HelpCommand("delte")),
    ],
)
def test_it_takes_an_optional_verb(typed: str, command: HelpCommand) -> None:
    assert reads_as(typed, command)


def test_a_second_verb_is_one_too_many() -> None:
    assert usage_error("help delete cancel") == (UnexpectedWord, "help")
    assert usage_error("help --verbose") == (UnknownOption, "help")


def test_a_quoted_help_option_is_a_word() -> None:
    assert parse('note last "use --help"') == Note(Reference("last"), "use --help")


def test_everyone_may_ask_for_it() -> None:
    assert HelpCommand.permission is Permission.READ


async def test_it_answers_without_asking_the_api(services: Services, api: ApiSimulator) -> None:
    assert await carry_out(services, "help delete --public") == HelpShown("delete", public=True)
    assert api.requests == []


@pytest.mark.parametrize("command", SHOWN)
def test_the_example_of_every_verb_can_be_typed(command: type[AnyCommand]) -> None:
    assert command.help is not None

    assert isinstance(parse(command.help.example.replace("@ben", "<@U0BEN|ben>")), command)


@pytest.mark.parametrize("command", SHOWN)
def test_every_option_that_is_shown_has_an_example_that_can_be_typed(command: type[AnyCommand]) -> None:
    shown = [option for option in command.options if option.meaning]
    examples = [option.example or f"{command.help.example} {option.usage}" for option in shown if command.help]

    for option, example in zip(shown, examples, strict=True):
        assert f"--{option.name}" in example
        assert parse(example.replace("@ada", "<@U0ADA|ada>")).verb == command.verb


@pytest.mark.parametrize("command", SHOWN)
def test_the_usage_names_every_argument_and_option(command: type[AnyCommand]) -> None:
    assert command.help is not None
    usage = command.usage()

    assert usage.startswith(command.verb)
    assert all(argument.name in usage for argument in command.help.arguments)
    assert all(f"--{option.name}" in usage for option in command.options if option.meaning and option != PUBLIC)
    assert not any(f"--{option.name}" in usage for option in command.options if not option.meaning)


def test_the_topic_of_a_group_is_no_verb() -> None:
    assert {group.value for group in HelpGroup}.isdisjoint(command.verb for command in SHOWN)
