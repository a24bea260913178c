"""Where an answer belongs: a message's hook, the App Home tab, or a modal."""

from msgspec import Struct

from bot.caller import Caller


class MessageSurface(Struct, frozen=True):
    """A slash command or a message's button, answered through its response_url: 5 posts in 30 minutes.

    `renews`: the button asks that the answer take the place of its message. `trigger_id`: a form is to be opened.
    """

    caller: Caller
    url: str
    renews: bool
    seen_by_others: bool
    trigger_id: str | None = None


class HomeSurface(Struct, frozen=True):
    """The caller's App Home tab; a trigger, good for one modal within 3 seconds, only after a press."""

    caller: Caller
    trigger_id: str | None
    renews: bool


class ModalSurface(Struct, frozen=True):
    """A modal of the caller's; without an id it cannot be reached any more and the answer goes to his messages."""

    caller: Caller
    view_id: str | None


Surface = MessageSurface | HomeSurface | ModalSurface
