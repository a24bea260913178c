"""Why a command, a button or a form has no workspace, where a bot has several."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.errors import ExpectedError


class WorkspaceFault(Enum):
    """Why it is not known which workspace is meant, or why that one may not be used here."""

    UNKNOWN = auto()
    """No workspace has the name that was typed."""
    GONE = auto()
    """The settings no longer have the workspace of the button."""
    IN_CHANNEL = auto()
    """A workspace was typed in a channel, which has its own."""
    MOVED = auto()
    """The channel has another workspace than the button."""


@dataclass(eq=False)
class WorkspaceRefused(ExpectedError):
    """Nothing was done, because the workspace is not clear.

    `name`: what was typed, or the workspace of the button. `of_channel`: the one of the channel. `known`: those that
    the person may choose.
    """

    cannot_succeed = True

    fault: WorkspaceFault
    name: str = ""
    of_channel: str = ""
    known: tuple[str, ...] = ()

    def _fact(self) -> str:
        return f"no workspace: {self.fault.name.lower().replace('_', ' ')}"
