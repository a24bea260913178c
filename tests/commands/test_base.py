"""What every command and every change must have is enforced when one is made."""

from typing import ClassVar, Self

import pytest

from bot.caller import Caller
from bot.commands.base import Command, DirectCommand
from bot.commands.change import Applied, BatchChange, ChangingCommand
from bot.commands.language.arguments import Arguments
from bot.commands.registry import COMMANDS
from bot.operations.services import Services
from tests.builders import ID, running


class Ping(DirectCommand[str], frozen=True):
    """A whole command."""

    verb: ClassVar[str] = "ping"

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        return cls()

    def spell(self) -> str:
        return "ping"

    async def run(self, services: Services, caller: Caller) -> str:
        return "pong"


class Unspelled(DirectCommand[str], frozen=True):
    """A command without `spell` and `run`."""

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        return cls()


class Undecided(ChangingCommand[str], frozen=True):
    """A changing command without `propose`."""

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        return cls()

    def spell(self) -> str:
        return "undecided"


class Unapplied(BatchChange[Ping, str], frozen=True):
    """A change without `apply`."""


class Applicable(Unapplied, frozen=True):
    """A whole change."""

    async def apply(self, services: Services, caller: Caller) -> Applied[str]:
        return Applied("pong", "done")


@pytest.mark.parametrize(("kind", "missing"), [(Unspelled, "run.*spell"), (Undecided, "propose")])
def test_an_incomplete_command_cannot_be_instantiated(kind: type[Command], missing: str) -> None:
    with pytest.raises(TypeError, match=missing):
        kind()


@pytest.mark.parametrize("kind", [Unapplied])
def test_an_incomplete_change_cannot_be_instantiated(kind: type[Applicable]) -> None:
    with pytest.raises(TypeError, match="apply"):
        kind(Ping(), running())


def test_a_complete_command_and_a_complete_change_can_be_instantiated() -> None:
    change = Applicable(Ping(), running())

    assert (change.spell(), change.subject, change.asks) == ("ping", ID, False)


def test_no_registered_command_is_incomplete() -> None:
    assert [command for command in COMMANDS if command.__abstractmethods__] == []
