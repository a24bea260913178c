"""The note about a place with fewer notifications, so that no one waits for a mention."""

from typing import assert_never

from bot.operations.follow import CardPlace


def quiet_suffix(place: CardPlace) -> str:
    """Return a sentence that begins with a space, or an empty string if the place has all notifications."""
    match place.notify_level:
        case "all":
            return ""
        case "failures":
            return " Only failures are posted there (`/batch notify`). If all succeed, only the card shows it."
        case "none":
            return " Nothing is posted there when batches end (`/batch notify`), so only the card shows it."
        case "muted":
            return " Notices there are muted (`/batch mute`), so only the card shows the end."
        case unreachable:
            assert_never(unreachable)
