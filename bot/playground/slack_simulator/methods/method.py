"""The description of a Web API method, for the server."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.state import SlackState


class Token(StrEnum):
    """The kinds of token that a method accepts."""

    BOT = "bot"
    APP = "app"
    EITHER = "either"


@dataclass(frozen=True)
class Method:
    """A method: its function, the token it accepts, and the scopes of which one must be granted."""

    run: Callable[[SlackState, Json], Json]
    scopes: tuple[str, ...] = ()
    token: Token = Token.BOT
