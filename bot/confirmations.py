"""Ask and redeem: a confirmation is stored before it is shown, used once, and bound to person, command and state."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from msgspec import Struct
from sqlalchemy import Connection

from bot.caller import Caller
from bot.commands.base import Command
from bot.commands.registry import AnyChange, AskingChange
from bot.errors import ExpectedError
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue
from bot.store.records import audit, confirmations
from bot.store.records.audit import AuditEntry, RecordedOutcome
from bot.store.records.confirmations import StoredConfirmation

EXECUTE = "execute"
"""The task that finishes a change for a process that died."""


class RefusalReason(Enum):
    """Why a press does not confirm anything."""

    UNKNOWN = auto()
    OTHER_PERSON = auto()
    OTHER_COMMAND = auto()
    LAPSED = auto()
    KEPT = auto()
    USED = auto()
    CHANGED = auto()


@dataclass(eq=False)
class ConfirmationRefused(ExpectedError):
    """This press changed nothing. `entry` is the audit entry of the press that did, if there was one.

    `command`: what the press was to confirm, as people can type it.
    """

    why: RefusalReason
    question: StoredConfirmation | None = None
    entry: AuditEntry | None = None
    command: str = ""

    def _fact(self) -> str:
        return f"the confirmation was refused: {self.why.name.lower().replace('_', ' ')}"


class ConfirmationNeeded(Struct, frozen=True):
    """A stored question about a change, which waits for the answer of the person who was asked."""

    change: AskingChange
    confirmation_id: str
    expires_at: datetime


class Confirmations:
    """Stores questions and their answers, each in one transaction with its audit record."""

    def __init__(self, database: Database, now: Callable[[], datetime], enqueue: Enqueue, process_id: str) -> None:
        """`process_id` is the id that claims of this process record."""
        self._database = database
        self._now = now
        self._enqueue = enqueue
        self._process_id = process_id

    async def ask(self, change: AskingChange, caller: Caller) -> ConfirmationNeeded:
        """Store a question, and record that it was asked.

        Raises:
            ExpectedError: this caller may not make the change.
            StoreUnavailable: the question cannot be stored.
        """
        change.check_caller(caller)
        now = self._now()
        question = StoredConfirmation(
            id=secrets.token_hex(16),  # one word: no parser takes any part of it for an option
            user_id=caller.user,
            team_id=caller.team,
            command=change.confirmation_key,
            subject=change.subject,
            state=change.state,
            asked_at=now,
            expires_at=now + change.question_lifetime,
            used_at=None,
        )

        def store(connection: Connection) -> None:
            confirmations.add(connection, question)
            audit.record_question(
                connection, question, outcome="asked", channel_id=caller.channel, at=now, command=change.spell()
            )

        await self._database.run(store)
        return ConfirmationNeeded(change, question.id, question.expires_at)

    async def check(self, confirmation_id: str, command: Command, caller: Caller) -> None:
        """Refuse what cannot confirm the command, whatever the state of its subject is.

        Raises:
            ConfirmationRefused: it is unknown, another person's, another command's, declined, used or expired.
            StoreUnavailable: it cannot be read.
        """
        key = command.confirmation_key
        await self._database.run(lambda connection: self._find_open(connection, confirmation_id, key, caller))

    async def begin(self, change: AnyChange, caller: Caller, confirmation_id: str | None) -> int:
        """Use the confirmation, claim the subject and record the intent; return the number of the audit entry.

        This is one transaction, together with the safety net. If it fails, the confirmation is not used, and nothing
        may be changed.

        Raises:
            ConfirmationRefused: as `check`, and when the subject is in another state than the question was about.
            ExpectedError: the change cannot be claimed.
            StoreUnavailable: the transaction fails.
        """
        now = self._now()

        def write(connection: Connection) -> int | StoredConfirmation:
            if confirmation_id is not None:
                outdated = self._redeem(connection, confirmation_id, change, caller)
                if outdated is not None:
                    return outdated
            change.claim(connection, caller, now, self._process_id)
            number = self._record(connection, change, caller, confirmation_id)
            change.start_work(connection, number, self._enqueue)
            if change.safety_net_delay is not None:
                delay = change.safety_net_delay
                self._enqueue(connection, EXECUTE, f"act:{number}", "api", [number], delay=delay)
            return number

        written = await self._database.run(write)
        if isinstance(written, StoredConfirmation):
            raise change.outdated_error(written.state) or ConfirmationRefused(RefusalReason.CHANGED, written)
        return written

    async def finish(
        self,
        entry_id: int,
        outcome: RecordedOutcome,
        detail: str | None,
        created_batch_id: str | None = None,
        *,
        awaits_answer: bool = False,
    ) -> None:
        """Record the outcome of a change. `awaits_answer`: `mark_answered` follows. Raises StoreUnavailable."""
        now = self._now()
        await self._database.run(
            lambda connection: audit.record_outcome(
                connection,
                entry_id,
                outcome=outcome,
                detail=detail,
                at=now,
                subject=created_batch_id,
                awaits_answer=awaits_answer,
            )
        )

    async def mark_answered(self, entry_id: int) -> None:
        """Record that the person knows the outcome. Otherwise a worker reports it. Raises StoreUnavailable."""
        await self._database.run(lambda connection: audit.mark_answered(connection, entry_id))

    def _record(self, connection: Connection, change: AnyChange, caller: Caller, confirmation_id: str | None) -> int:
        return audit.record_intent(
            connection,
            audit.Intent(
                at=self._now(),
                user_id=caller.user,
                team_id=caller.team,
                channel_id=caller.channel,
                verb=change.verb,
                command=change.spell(),
                subject=change.subject,
                confirmation_id=confirmation_id,
                detail=change.audit_detail,
            ),
            held_by=self._process_id,
        )

    def _redeem(
        self, connection: Connection, confirmation_id: str, change: AnyChange, caller: Caller
    ) -> StoredConfirmation | None:
        """Use the confirmation and return None. If the subject has changed, withdraw the question and return it."""
        question = self._find_open(connection, confirmation_id, change.confirmation_key, caller)
        if question.state != change.state:
            confirmations.withdraw(connection, question.id, self._now())
            return question
        if not confirmations.redeem(connection, confirmation_id, self._now()):
            raise self._explain_use(connection, question)
        return None

    def _find_open(
        self, connection: Connection, confirmation_id: str, confirmation_key: str, caller: Caller
    ) -> StoredConfirmation:
        question = confirmations.get(connection, confirmation_id)
        if question is None:
            raise ConfirmationRefused(RefusalReason.UNKNOWN, command=confirmation_key)
        if question.user_id != caller.user:
            raise ConfirmationRefused(RefusalReason.OTHER_PERSON, question, command=question.command)
        if question.command != confirmation_key:
            raise ConfirmationRefused(RefusalReason.OTHER_COMMAND, question, command=confirmation_key)
        if question.used_at is not None:
            raise self._explain_use(connection, question)
        if question.expires_at <= self._now():
            raise ConfirmationRefused(RefusalReason.LAPSED, question)
        return question

    def _explain_use(self, connection: Connection, question: StoredConfirmation) -> ConfirmationRefused:
        entry = audit.get_for_confirmation(connection, question.id)
        if entry is None:  # a yes and a no leave an entry; a question about another state is withdrawn without one
            return ConfirmationRefused(RefusalReason.CHANGED, question)
        reason = RefusalReason.KEPT if entry.outcome == "kept" else RefusalReason.USED
        return ConfirmationRefused(reason, question, entry)
