"""The audit record: what someone is about to do, recorded before the act, and its outcome, recorded after."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from bot.store.db.tables import audit as table
from bot.store.records.confirmations import StoredConfirmation

RecordedOutcome = Literal["asked", "kept", "done", "refused", "failed", "unknown"]
"""`asked` and `kept` are outcomes of questions: one was asked, and it was declined."""


class AuditEntry(Struct, frozen=True):
    """One act. `subject` is its batch id. `outcome`, `detail` and `finished_at` are None while it is under way."""

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


class Intent(Struct, frozen=True, kw_only=True):
    """What someone is about to do. `subject` is the batch id, if there is a batch."""

    at: datetime
    user_id: str
    team_id: str
    channel_id: str | None
    verb: str
    command: str
    subject: str | None
    confirmation_id: str | None


def record_intent(connection: Connection, intent: Intent) -> int:
    """Store what is about to be done and return the entry's number. Act only after the transaction has committed."""
    stored = insert(table).values(asdict(intent)).returning(table.c.id)
    return int(connection.execute(stored).scalar_one())


def record_outcome(
    connection: Connection,
    entry_id: int,
    *,
    outcome: RecordedOutcome,
    detail: str | None,
    at: datetime,
    subject: str | None = None,
) -> bool:
    """Store the outcome; False if there is no such entry, or it has an outcome other than "unknown".

    `subject` is the batch that the act created.
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
    """Record that a question was asked, or that it was declined. Neither changes anything."""
    intent = Intent(
        at=at,
        user_id=question.user_id,
        team_id=question.team_id,
        channel_id=channel_id,
        verb=question.command.partition(" ")[0],
        command=question.command,
        subject=question.subject,
        confirmation_id=question.id,
    )
    entry_id = record_intent(connection, intent)
    record_outcome(connection, entry_id, outcome=outcome, detail=None, at=at)


def list_entries(
    connection: Connection, *, subject: str | None = None, before_id: int | None = None, limit: int = 20
) -> list[AuditEntry]:
    """Return entries, newest first: older than `before_id`, and of batches whose id begins with `subject`."""
    wanted = select(table).order_by(table.c.id.desc()).limit(limit)
    if subject is not None:
        wanted = wanted.where(_about(subject))
    if before_id is not None:
        wanted = wanted.where(table.c.id < before_id)
    return [AuditEntry(**row._mapping) for row in connection.execute(wanted)]


def find_subjects(connection: Connection, start: str) -> frozenset[str]:
    """Return the recorded batch ids that begin with `start`."""
    return frozenset(connection.execute(select(table.c.subject).where(_about(start)).distinct()).scalars())


def get(connection: Connection, entry_id: int) -> AuditEntry | None:
    """Return one entry, or None."""
    row = connection.execute(select(table).where(table.c.id == entry_id)).one_or_none()
    return AuditEntry(**row._mapping) if row else None


def get_for_confirmation(connection: Connection, confirmation_id: str) -> AuditEntry | None:
    """Return the entry of the act, or of the decline, that used a confirmation; None while it is open."""
    used = or_(table.c.outcome.is_(None), table.c.outcome != "asked")
    wanted = select(table).where(table.c.confirmation_id == confirmation_id, used).order_by(table.c.id).limit(1)
    row = connection.execute(wanted).one_or_none()
    return AuditEntry(**row._mapping) if row else None


def find_unsettled(connection: Connection, verbs: Sequence[str], after: datetime, before: datetime) -> list[int]:
    """Return the numbers of acts that began in a span of time and have no outcome, oldest first."""
    span = table.c.at >= after, table.c.at < before, table.c.outcome.is_(None), table.c.verb.in_(verbs)
    return list(connection.execute(select(table.c.id).where(*span).order_by(table.c.id)).scalars())


def find_last_actor(connection: Connection, verb: str, subject: str, *, include_uncertain: bool = False) -> str | None:
    """Return the user who last did this to a batch through the bot, or None.

    `include_uncertain`: count acts that are under way or have an unknown outcome, because their effect was seen.
    """
    done = table.c.outcome == "done"
    done = or_(done, table.c.outcome.is_(None), table.c.outcome == "unknown") if include_uncertain else done
    acts = select(table.c.user_id).where(table.c.verb == verb, table.c.subject == subject, done)
    wanted = acts.order_by(table.c.id.desc()).limit(1)
    return connection.execute(wanted).scalar_one_or_none()


def export(connection: Connection, subject: str | None = None) -> Iterator[AuditEntry]:
    """Yield every entry, or those of batches whose id begins with `subject`, oldest first.

    They are read in chunks: consume them inside the transaction.
    """
    wanted = select(table).order_by(table.c.id).execution_options(yield_per=500)
    if subject is not None:
        wanted = wanted.where(_about(subject))
    return (AuditEntry(**row._mapping) for row in connection.execute(wanted))


def _about(subject: str) -> ColumnElement[bool]:
    return or_(*(table.c.subject.startswith(start, autoescape=True) for start in (subject, f"msgbatch_{subject}")))
