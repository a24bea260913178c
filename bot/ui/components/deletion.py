"""The words for a batch that has been deleted or cannot be seen."""

from datetime import datetime

from bot.ui.components.text import date


def deletion_words(last_seen: datetime | None, deleted_here: bool = False) -> str:
    """Return that the batch no longer exists, how it was deleted, and when it was last seen."""
    seen = f" I last saw it {date(last_seen)}." if last_seen else ""
    how = "through me; its card says by whom" if deleted_here else "and not through me"
    return f"This batch is not there any more: it was deleted{'' if deleted_here else ','} {how}.{seen}"


def not_seen_words(last_seen: datetime | None) -> str:
    """Return that the API has not shown the batch lately, so its card may be out of date."""
    seen = f"since {date(last_seen)}" if last_seen else "for a while"
    return f"The API has not let me see this batch {seen}. The card shows how it stood then; I keep looking."


def deleted_by_words(user_id: str) -> str:
    """Return who deleted the batch, and that its results are gone."""
    return f"Deleted by <@{user_id}>. The batch and its results are gone for good."
