"""That a batch is gone, in words."""

from datetime import datetime

from bot.ui.components.text import date


def deletion_words(last_seen: datetime | None, through_me: bool = False) -> str:
    """Say that the batch is not there any more, and until when it was."""
    seen = f" I last saw it {date(last_seen)}." if last_seen else ""
    how = "through me; its card says by whom" if through_me else "and not through me"
    return f"This batch is not there any more: it was deleted{'' if through_me else ','} {how}.{seen}"


def not_seen_words(last_seen: datetime | None) -> str:
    """Say that the API is not answering, once, and what the card is worth meanwhile."""
    seen = f"since {date(last_seen)}" if last_seen else "for a while"
    return f"The API has not let me see this batch {seen}. The card shows how it stood then; I keep looking."


def deleted_by_words(user_id: str) -> str:
    """Say who deleted a batch, and what that means."""
    return f"Deleted by <@{user_id}>. The batch and its results are gone for good."
