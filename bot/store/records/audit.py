"""The audit record: what somebody set out to do, written before the act, and what came of it, written after."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from bot.store.db.tables import audit as table
from bot.store.records.confirmations import StoredConfirmation

RecordedOutcome = Literal["asked", "kept", "done", "refused", "failed", "unknown"]
"""The first two are of questions: one was asked, and it was answered with no."""


class AuditEntry(Struct, frozen=True):
    """One act: `subject` is its batch id; outcome, detail and finished_at are None while it is under way."""

    id: int
    at: datetime
    user_id: str
    team_id: str
    channel_id: str | None
    verb: str
    command: str
    subject: str | None
    confirmation_id: str | None
    outcome: RecordedOutcome | None
    detail: str | None
    finished_at: datetime | None


def record_intent(
    connection: Connection,
    *,
    at: datetime,
    user_id: str,
    team_id: str,
    channel_id: str | None,
    verb: str,
    command: str,
    subject: str | None,
    confirmation_id: str | None,
) -> int:
    """Write what is about to be done and give the entry's number; act only after the transaction has committed."""
    intent = insert(table).values(
        at=at,
        user_id=user_id,
        team_id=team_id,
        channel_id=channel_id,
        verb=verb,
        command=command,
        subject=subject,
        confirmation_id=confirmation_id,
    )
    return int(connection.execute(intent.returning(table.c.id)).scalar_one())


def record_outcome(
    connection: Connection,
    entry_id: int,
    *,
    outcome: RecordedOutcome,
    detail: str | None,
    at: datetime,
    subject: str | None = None,
) -> bool:
    """Write what came of it; False if there is no such entry, or it is settled: only "unknown" is replaced.

    `subject` is the batch that was made by it, where it was about none before.
    """
    open_entry = table.c.id == entry_id, or_(table.c.outcome.is_(None), table.c.outcome == "unknown")
    settle = update(table).where(*open_entry).values(outcome=outcome, detail=detail, finished_at=at)
    settle = settle.values(subject=subject) if subject is not None else settle
    return connection.execute(settle).rowcount == 1


def record_question(
    connection: Connection,
    question: StoredConfirmation,
    *,
    outcome: Literal["asked", "kept"],
    channel_id: str | None,
    at: datetime,
) -> None:
    """Write that a question was asked, or that its asker's answer was no: nothing was changed by either."""
    entry_id = record_intent(
        connection,
        at=at,
        user_id=question.user_id,
        team_id=question.team_id,
        channel_id=channel_id,
        verb=question.command.partition(" ")[0],
        command=question.command,
        subject=question.subject,
        confirmation_id=question.id,
    )
    record_outcome(connection, entry_id, outcome=outcome, detail=None, at=at)


def list_entries(
    connection: Connection, *, subject: str | None = None, before_id: int | None = None, limit: int = 20
) -> list[AuditEntry]:
    """Give at most `limit` entries, newest first: of batches whose id begins so, older than an entry, or both."""
    wanted = select(table).order_by(table.c.id.desc()).limit(limit)
    if subject is not None:
        wanted = wanted.where(_about(subject))
    if before_id is not None:
        wanted = wanted.where(table.c.id < before_id)
    return [AuditEntry(**row._mapping) for row in connection.execute(wanted)]


def find_subjects(connection: Connection, start: str) -> frozenset[str]:
    """Give the batches on record whose id begins so."""
    return frozenset(connection.execute(select(table.c.subject).where(_about(start)).distinct()).scalars())


def get(connection: Connection, entry_id: int) -> AuditEntry | None:
    """Give one entry, or None."""
    row = connection.execute(select(table).where(table.c.id == entry_id)).one_or_none()
    return AuditEntry(**row._mapping) if row else None


def get_for_confirmation(connection: Connection, confirmation_id: str) -> AuditEntry | None:
    """Give the entry of what the confirmation was used for, an act or a no; None while it is only asked."""
    used = or_(table.c.outcome.is_(None), table.c.outcome != "asked")
    wanted = select(table).where(table.c.confirmation_id == confirmation_id, used).order_by(table.c.id).limit(1)
    row = connection.execute(wanted).one_or_none()
    return AuditEntry(**row._mapping) if row else None


def find_unsettled(connection: Connection, verbs: Sequence[str], after: datetime, before: datetime) -> list[int]:
    """Give the numbers of acts begun in a span of time that have no outcome, oldest first."""
    span = table.c.at >= after, table.c.at < before, table.c.outcome.is_(None), table.c.verb.in_(verbs)
    return list(connection.execute(select(table.c.id).where(*span).order_by(table.c.id)).scalars())


def find_last_actor(connection: Connection, verb: str, subject: str, *, include_uncertain: bool = False) -> str | None:
    """Give the user who last did this to a batch through the bot, or None.

    `include_uncertain`: also one whose act is under way or has an unknown outcome, for where its effect is seen.
    """
    done = table.c.outcome == "done"
    done = or_(done, table.c.outcome.is_(None), table.c.outcome == "unknown") if include_uncertain else done
    his = select(table.c.user_id).where(table.c.verb == verb, table.c.subject == subject, done)
    wanted = his.order_by(table.c.id.desc()).limit(1)
    return connection.execute(wanted).scalar_one_or_none()


def export(connection: Connection, subject: str | None = None) -> Iterator[AuditEntry]:
    """Give every entry, or those of batches whose id begins so, oldest first.

    They are read in portions: consume them inside the transaction that they were made in.
    """
    wanted = select(table).order_by(table.c.id).execution_options(yield_per=500)
    if subject is not None:
        wanted = wanted.where(_about(subject))
    return (AuditEntry(**row._mapping) for row in connection.execute(wanted))


def _about(subject: str) -> ColumnElement[bool]:
    return or_(*(table.c.subject.startswith(start, autoescape=True) for start in (subject, f"msgbatch_{subject}")))
