"""What people hear about a batch in a place, so that no one waits for a mention that a setting prevents."""

from typing import assert_never

from bot.operations.follow import CardPlace
from bot.ui.components.text import code

_CHANGE = "An operator can change that with `/batch notify all` there."


def mention_promise(place: CardPlace, who: str, end: str = "it ends") -> str:
    """Return what the bot will do when the batch ends, such as `mention you there`; empty if only the card shows it."""
    match place.notify_level:
        case "all":
            return f"mention {who} there when {end}"
        case "failures":
            return f"mention {who} there if anything fails"
        case "none" | "muted":
            return ""
        case unreachable:
            assert_never(unreachable)


def card_there_words(channel: str, batch_id: str) -> str:
    """Return how to get the card into a channel where the bot may not post."""
    watch = code(f"/batch watch {batch_id}", 80)
    return f"I can't post in <#{channel}>. For a card there, type `/invite @Batchdesk` and then {watch} there."


def quiet_reason(place: CardPlace) -> str:
    """Return why the place has fewer notices; empty if it has all of them."""
    match place.notify_level:
        case "all":
            return ""
        case "failures":
            return f"I only post failures and deletions there. {_CHANGE}"
        case "none":
            return f"I post nothing there when batches end. {_CHANGE}"
        case "muted":
            return "Notices there are muted. An operator can unmute them with `/batch mute here off` there."
        case unreachable:
            assert_never(unreachable)


def quiet_suffix(place: CardPlace) -> str:
    """Return sentences that begin with a space, or an empty string if the place has all notices."""
    match place.notify_level:
        case "all":
            return ""
        case "failures":  # the promise already says what is posted
            return f" If all succeed, only the card shows it. {_CHANGE}"
        case "none" | "muted":
            return f" Only the card shows the end. {quiet_reason(place)}"
        case unreachable:
            assert_never(unreachable)
