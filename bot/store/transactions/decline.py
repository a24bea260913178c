"""The decline of a confirmation: withdrawn and recorded in one transaction."""

from datetime import datetime

from sqlalchemy import Connection

from bot.store.records import audit, confirmations
from bot.store.records.confirmations import StoredConfirmation


def decline_confirmation(
    connection: Connection, confirmation_id: str, *, user_id: str, channel_id: str | None, at: datetime
) -> StoredConfirmation | None:
    """Withdraw this person's open confirmation and record that; None if they have no such confirmation."""
    question = confirmations.get(connection, confirmation_id)
    if question is None or question.user_id != user_id or not confirmations.withdraw(connection, confirmation_id, at):
        return None
    audit.record_question(connection, question, outcome="kept", channel_id=channel_id, at=at)
    return question
