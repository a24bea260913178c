"""Files that people shared in Slack, as they arrive."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from msgspec import Struct

from bot.errors import ExpectedError


class UnreadableReason(Enum):
    """Why a file in Slack could not be read."""

    NOT_THERE = auto()
    NO_SCOPE = auto()
    NOT_PERMITTED = auto()
    NOT_YOURS = auto()
    ELSEWHERE = auto()
    LOGIN_PAGE = auto()
    TOO_LARGE = auto()
    CUT = auto()
    SLACK = auto()


@dataclass(eq=False)
class FileUnreadable(ExpectedError):
    """A file that was shared in Slack could not be read to its end; nothing was sent. `detail` is Slack's word."""

    why: UnreadableReason
    file: str
    detail: str = ""

    def _fact(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return f"the shared file could not be read: {self.why.name.lower().replace('_', ' ')}{detail}"


class NoFileInMessage(ExpectedError):
    """The message shortcut was used on a message without a file."""

    def _fact(self) -> str:
        return "the message has no file"


class SharedFile(Struct, frozen=True):
    """A file as it arrives: whoever reads it closes `chunks`."""

    name: str
    size: int
    chunks: AsyncGenerator[bytes, None]


class FileSource(Protocol):
    """Where shared files are read from."""

    async def open(self, file_id: str, *, user: str, channel: str | None) -> SharedFile:
        """Begin to read a file that is this user's, or shared in this channel.

        Raises FileUnreadable, then and while its chunks arrive.
        """
