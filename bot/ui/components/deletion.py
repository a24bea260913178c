"""The words for a batch that has been deleted or cannot be seen."""

from datetime import datetime

from bot.ui.components.text import date, mention


def deletion_words(last_seen: datetime | None, deleted_here: bool = False) -> str:
    """Return that the batch no longer exists, how it was deleted, and when it was last seen."""
    seen = f" Last seen {date(last_seen)}." if last_seen else ""
    if deleted_here:
        return f"This batch was deleted through Batchdesk, with its results.{seen}"
    return f"This batch was deleted, but not through Batchdesk.{seen}"


def not_seen_words(last_seen: datetime | None) -> str:
    """Return that the API has not returned the batch lately, and that no one needs to do anything."""
    seen = f"since {date(last_seen)}" if last_seen else "for a while"
    return f"The API hasn't returned this batch {seen}. I'll keep checking. You don't need to do anything."


def deleted_by_words(user_id: str) -> str:
    """Return who deleted the batch, and that its results are gone."""
    return f"Deleted by {mention(user_id)}. The batch and its results are gone for good."
