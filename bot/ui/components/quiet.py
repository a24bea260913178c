"""What people hear about a batch in a place, so that no one waits for a mention that a setting prevents."""

from typing import assert_never

from bot.operations.follow import CardPlace


def mention_promise(place: CardPlace, who: str) -> str:
    """Return what the bot will do when the batch ends, such as `mention you there`; empty if only the card shows it."""
    match place.notify_level:
        case "all":
            return f"mention {who} there when it ends"
        case "failures":
            return f"mention {who} there if anything fails"
        case "none" | "muted":
            return ""
        case unreachable:
            assert_never(unreachable)


def quiet_reason(place: CardPlace) -> str:
    """Return why the place has fewer notices; empty if it has all of them."""
    match place.notify_level:
        case "all":
            return ""
        case "failures":
            return "Only failures and deletions are posted there (`/batch notify`)."
        case "none":
            return "Nothing is posted there when batches end (`/batch notify`)."
        case "muted":
            return "Notices there are muted (`/batch mute`)."
        case unreachable:
            assert_never(unreachable)


def quiet_suffix(place: CardPlace) -> str:
    """Return sentences that begin with a space, or an empty string if the place has all notices."""
    reason = quiet_reason(place)
    if not reason:
        return ""
    shown = (
        "If all succeed, only the card shows it."
        if place.notify_level == "failures"
        else "Only the card shows the end."
    )
    return f" {reason} {shown}"
