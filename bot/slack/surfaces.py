"""The places an answer can appear in: a message, the App Home tab, or a modal."""

from msgspec import Struct

from bot.caller import Caller


class MessageSurface(Struct, frozen=True):
    """A slash command or a message's button. It is answered through its response_url: 5 posts within 30 minutes.

    `replaces_message`: the button asks that the answer replace its message.
    `trigger_id`: the command opens a form.
    `thread_ts`: the button is in a reply of this thread, and the answer belongs there too.
    `holds_progress`: its progress is shown in place of the message, so that the answer must replace it too.
    """

    caller: Caller
    response_url: str
    replaces_message: bool
    seen_by_others: bool
    trigger_id: str | None = None
    thread_ts: str | None = None
    holds_progress: bool = False


class ConversationSurface(Struct, frozen=True):
    """A message that addresses the bot, at `ts`. Its author alone sees the answer there, unless that is public.

    `thread_ts`: the message is a reply in this thread. A public answer is a reply to the message, or in its thread.
    `is_direct`: it is a direct message with the bot, where a usual message answers.
    """

    caller: Caller
    ts: str
    thread_ts: str | None = None
    is_direct: bool = False

    @property
    def root_ts(self) -> str:
        """Return the message that replies to this one are below."""
        return self.thread_ts or self.ts


class HomeSurface(Struct, frozen=True):
    """The caller's App Home tab.

    `trigger_id` is set only after a press. It opens one modal, within 3 seconds.
    """

    caller: Caller
    trigger_id: str | None
    replaces_message: bool


class ModalSurface(Struct, frozen=True):
    """A modal of the caller's. Without an id it cannot be reached, and the answer goes to a direct message.

    `external_id`: the bot's own id of a modal that it opened. Where the answer to that was lost, it is the only one.
    `opener_url`: the response_url of the message whose button opened it.
    """

    caller: Caller
    view_id: str | None
    external_id: str | None = None
    thread_ts: str | None = None
    """The thread in which it was opened. Answers that it cannot show go there."""
    opener_url: str | None = None

    @property
    def is_reachable(self) -> bool:
        """Whether it can be changed: it was opened, and not submitted."""
        return self.view_id is not None or self.external_id is not None


Surface = MessageSurface | ConversationSurface | HomeSurface | ModalSurface
