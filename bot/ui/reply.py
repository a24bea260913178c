"""What may be shown to a person, before it is known where."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import Enum, auto

from msgspec import Struct
from msgspec.structs import replace

from bot.caller import Caller
from bot.commands.base import Permission
from bot.scratch_file import ScratchFile
from bot.store.records.labels import BatchNames

Block = Mapping[str, object]
"""One Block Kit block, as plain data: slack_sdk's models cost eighty times as much and check less (bench/README.md)."""


class Placement(Enum):
    """Where a reply to a press belongs."""

    AS_ASKED = auto()
    """In place of the button's message if the button says so."""
    BELOW = auto()
    """As a message of its own: what the button belongs to is still good."""
    IN_PLACE = auto()
    """In place of the button's message whatever the button says: it must not be pressed again."""


class Message(Struct, frozen=True):
    """Blocks, and a plain text that says the same to a notification and a screen reader.

    `simpler`: what to show where Slack does not take the blocks, because one of them is of a kind it knows only here
    and there. `shared`: what is posted beside it for everyone in the caller's channel.
    """

    text: str
    blocks: tuple[Block, ...]
    public: bool = False
    placement: Placement = Placement.AS_ASKED
    simpler: tuple[Block, ...] | None = None
    shared: "Message | None" = None

    def placed(self, placement: Placement) -> "Message":
        """Return the same message placed elsewhere."""
        return replace(self, placement=placement)


class File(Struct, frozen=True):
    """A file for the caller alone (his DM), and the message that says so; `public`: for the channel he asked in.

    Whoever sends it closes a spool, and awaits `on_delivered` once somebody has the file. For when it did not arrive:
    `again` are buttons, and `otherwise` is what there is to say without the file.
    """

    name: str
    title: str
    content: bytes | ScratchFile
    message: Message
    public: bool = False
    again: tuple[Block, ...] = ()
    on_delivered: Callable[[], Awaitable[None]] | None = None
    otherwise: Message | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return self.content.size if isinstance(self.content, ScratchFile) else len(self.content)


class Form(Struct, frozen=True):
    """A modal to fill in, for a surface that a modal can be opened on; `channel` is where its answer belongs."""

    callback_id: str
    title: str
    submit: str
    blocks: tuple[Block, ...]
    channel: str | None


Reply = Message | File | Form


class Viewer(Struct, frozen=True):
    """For whom it is drawn: what they may do decides the buttons they see."""

    caller: Caller
    may: frozenset[Permission]
    now: datetime
    names: Mapping[str, BatchNames] = {}
    """What batches are called here, by their ids; empty where it was not looked up."""
