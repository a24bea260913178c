"""The note about a place with fewer notifications, so that no one waits for a mention."""

from typing import assert_never

from bot.operations.follow import CardPlace


def quiet_suffix(place: CardPlace) -> str:
    """Return a sentence that begins with a space, or an empty string if the place has all notifications."""
    match place.notify_level:
        case "all":
            return ""
        case "failures":
            return " It is told only of failures there (`/batch notify`): if all succeed, the card alone says so."
        case "none":
            return " But there people are told nothing when batches end (`/batch notify`): the card alone says so."
        case "muted":
            return " But it is muted there now: if it still is at the end, the card alone says so (`/batch mute`)."
        case unreachable:
            assert_never(unreachable)
