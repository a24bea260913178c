"""What can be shown to a person: a message, a file or a form. bot.slack decides where it goes."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import Enum, auto
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from bot.caller import Caller
from bot.commands.base import Permission
from bot.scratch_file import ScratchFile
from bot.store.records.labels import BatchNames

Block = Mapping[str, object]
"""One Block Kit block, as plain data: slack_sdk's models cost eighty times as much and check less (bench/README.md)."""


class Placement(Enum):
    """Where the reply to a press of a button goes."""

    AS_ASKED = auto()
    """In place of the message with the button, if the button says `renew`; else below it."""
    BELOW = auto()
    """Below the message with the button, which stays."""
    BESIDE_ANSWER = auto()
    """Below the message with the button, which an earlier press has answered. A modal and the Home tab show only one
    thing, so there the reply is a message."""
    IN_PLACE = auto()
    """In place of the message with the button, which must not be pressed again."""
    REMOVES = auto()
    """The message with the button is removed, because another answer follows. In a modal, the reply is shown."""


class Message(Struct, frozen=True):
    """Blocks, and the same as text for notifications and screen readers. Its dates are tokens until it is sent.

    `fallback_blocks`: what to show where Slack does not support one of the blocks, as in modals and on the Home tab.
    `postings`: messages for others, posted or edited after this one is shown.
    """

    text: str
    blocks: tuple[Block, ...]
    public: bool = False
    placement: Placement = Placement.AS_ASKED
    fallback_blocks: tuple[Block, ...] | None = None
    postings: tuple["Posting", ...] = ()
    modal_title: str | None = None
    """The title of the modal that shows the message, if the reply goes there."""

    def with_placement(self, placement: Placement) -> "Message":
        """Return the same message with another placement."""
        return replace(self, placement=placement)


class Posting(Struct, frozen=True):
    """A message of the bot's for others than the caller, in a channel, or in a person's messages with the bot.

    `edits`: the ts of the message to edit instead. `notifies`: mentions stay; without it people are only named.
    `on_posted` receives the channel and the ts. `note_if_refused`: what the caller sees if Slack refuses;
    `note_if_uncertain`: if Slack does not say whether it is there.
    """

    channel: str
    message: Message
    edits: str | None = None
    notifies: bool = False
    on_posted: Callable[[str, str], Awaitable[None]] | None = None
    note_if_refused: Message | None = None
    note_if_uncertain: Message | None = None


class File(Struct, frozen=True):
    """A file for the caller's direct messages with its message; if `public`, for the channel they asked in.

    The sender closes a ScratchFile. It awaits `on_delivered(True)` once the file is delivered, and
    `on_delivered(False)` if Slack does not confirm that it is. If the file is not delivered: `message_without_file`
    is what to show instead, and `retry_row` the buttons that try again.
    """

    name: str
    title: str
    content: bytes | ScratchFile
    message: Message
    public: bool = False
    retry_row: tuple[Block, ...] = ()
    on_delivered: Callable[[bool], Awaitable[None]] | None = None
    on_settled: Callable[[Literal["done", "unknown", "failed"], str | None], Awaitable[None]] | None = None
    """Awaited in the end with whether it arrived, and why not."""
    message_without_file: Message | None = None

    @property
    def size(self) -> int:
        """Return the size in bytes."""
        return self.content.size if isinstance(self.content, ScratchFile) else len(self.content)


class Form(Struct, frozen=True):
    """A modal to fill in; `channel` is where the answer to it goes. It needs a surface that can open a modal.

    `subject`: what it is about, for the code that reads its fields. `values`: the values that were filled in before.
    `message_without_form`: what to show if it cannot open. `answers_question`: the answer replaces the message whose
    button opened it, which only its person sees.
    """

    callback_id: str
    title: str
    submit: str
    blocks: tuple[Block, ...]
    channel: str | None
    subject: str | None = None
    values: Mapping[str, str] = {}
    message_without_form: Message | None = None
    answers_question: bool = False


Reply = Message | File | Form


class Viewer(Struct, frozen=True):
    """The person who sees the reply. Their permissions decide which buttons it has."""

    caller: Caller
    permissions: frozenset[Permission]
    now: datetime
    names: Mapping[str, BatchNames] = {}
    """Labels, owners and notes by batch id; empty if they were not looked up."""
    someone_operates: bool = True
    """Whether the settings let anyone change batches."""

    @property
    def reads_contents(self) -> bool:
        """Whether they may see causes of failure and other contents of results."""
        return Permission.READ_CONTENTS in self.permissions
