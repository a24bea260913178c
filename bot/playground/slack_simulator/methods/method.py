"""What a Web API method is to the server that calls it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.state import SlackState


class Token(StrEnum):
    """The kinds of token a method takes."""

    BOT = "bot"
    APP = "app"
    EITHER = "either"


@dataclass(frozen=True)
class Method:
    """A method: what it does, which token it takes, and the scopes of which one must be granted."""

    run: Callable[[SlackState, Json], Json]
    scopes: tuple[str, ...] = ()
    token: Token = Token.BOT
