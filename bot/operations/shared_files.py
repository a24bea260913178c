"""Files that people share in Slack, read as they arrive."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from msgspec import Struct

from bot.errors import ExpectedError
from bot.slack_faults import SlackFault


class UnreadableReason(Enum):
    """Why a file in Slack could not be read."""

    NOT_THERE = auto()
    NO_SCOPE = auto()
    NOT_PERMITTED = auto()
    NOT_YOURS = auto()
    CANVAS = auto()
    LIST = auto()
    EMAIL = auto()
    DELETED = auto()
    HIDDEN_BY_PLAN = auto()
    ELSEWHERE = auto()
    LOGIN_PAGE = auto()
    TOO_LARGE = auto()
    CUT = auto()
    SLACK = auto()


@dataclass(eq=False)
class FileUnreadable(ExpectedError):
    """A file shared in Slack could not be read to its end. Nothing was sent.

    `detail` is what Slack answered, and `fault` what that means, where the reason does not say it.
    """

    reason: UnreadableReason
    file: str
    detail: str = ""
    fault: SlackFault | None = None

    def _fact(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"the shared file could not be read: {self.reason.name.lower().replace('_', ' ')}{detail}"


class NoFileInMessage(ExpectedError):
    """The message shortcut was used on a message without a file."""

    def _fact(self) -> str:
        return "the message has no file"


class SharedFile(Struct, frozen=True):
    """A file as it arrives. The reader closes `chunks`. `permalink` is its address in Slack, for people."""

    name: str
    size: int
    chunks: AsyncGenerator[bytes, None]
    permalink: str | None = None


class FileSource(Protocol):
    """A source of shared files."""

    async def open(self, file_id: str, *, user: str, channel: str | None) -> SharedFile:
        """Start to read a file that belongs to this user or is shared in this channel.

        Raises:
            FileUnreadable: now, or while its chunks arrive.
        """
