"""Ask and redeem: a yes is stored before it is shown, single use, and bound to person, command and state."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from msgspec import Struct
from sqlalchemy import Connection

from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.commands.change import ChangingCommand, DraftProposal, Proposal
from bot.errors import ExpectedError
from bot.operations.approval import ApprovalOfOwn
from bot.operations.drafts import DraftReady, DraftUnavailable, RetriedMeanwhile, on_behalf_of
from bot.store.db.database import Database
from bot.store.db.task_queue import Enqueue, enqueue_nothing
from bot.store.records import audit, confirmations, drafts
from bot.store.records.audit import AuditEntry, RecordedOutcome
from bot.store.records.confirmations import StoredConfirmation
from bot.store.records.drafts import Draft
from bot.store.records.summaries import StoredSummary
from bot.store.transactions import competing_retries

LIFETIME = timedelta(minutes=5)
EXECUTE = "execute"
SAFETY_NET = timedelta(minutes=3)
"""After so long whoever began a change has ended it or is dead, and a worker looks; a call takes a minute at most."""
DRAFT_LIFETIME = timedelta(minutes=30)
"""Nothing changes meanwhile about what is to be sent, and its cost wants to be thought about."""

AnyProposal = Proposal[ChangingCommand] | DraftProposal[ChangingCommand]


class RefusalReason(Enum):
    """Why a press is not a yes."""

    UNKNOWN = auto()
    OTHER_PERSON = auto()
    OTHER_COMMAND = auto()
    LAPSED = auto()
    KEPT = auto()
    USED = auto()
    CHANGED = auto()


@dataclass(eq=False)
class ConfirmationRefused(ExpectedError):
    """Nothing was done by this press. `entry` is what came of the press that was the yes, where there was one."""

    why: RefusalReason
    question: StoredConfirmation | None = None
    entry: AuditEntry | None = None

    def _fact(self) -> str:
        return f"the confirmation was refused: {self.why.name.lower().replace('_', ' ')}"


class ConfirmationNeeded(Struct, frozen=True):
    """A question that is stored and waits for its asker's yes; an outcome like any other."""

    command: ChangingCommand
    batch: MessageBatch
    confirmation_id: str
    expires_at: datetime
    fetched: StoredSummary | None = None


class DraftQuestion(Struct, frozen=True):
    """The question whether to send a draft; `ready` is what was found when it was checked."""

    command: ChangingCommand
    draft: Draft
    confirmation_id: str
    expires_at: datetime
    by_another: bool
    retried: tuple[str, ...] = ()
    ready: DraftReady | None = None


class Confirmations:
    """Questions and their answers, with the audit record that goes with each, in one transaction each."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        enqueue: Enqueue = enqueue_nothing,
        process_id: str | None = None,
    ) -> None:
        """`process_id` is this process, which holds what is being sent."""
        self._database = database
        self._now = now
        self._enqueue = enqueue
        self._process_id = process_id

    async def ask(self, proposal: AnyProposal, caller: Caller) -> ConfirmationNeeded | DraftQuestion:
        """Store a question and the record that it was asked. Raises StoreUnavailable, ApprovalOfOwn."""
        if isinstance(proposal, DraftProposal):
            _is_approval(proposal, caller)
        now = self._now()
        lifetime = LIFETIME if isinstance(proposal, Proposal) else DRAFT_LIFETIME
        question = StoredConfirmation(
            id=secrets.token_hex(16),  # a word: nothing in it that is read as an option when Keep is spelled
            user_id=caller.user,
            team_id=caller.team,
            command=proposal.command.question,
            subject=proposal.subject,
            state=proposal.state,
            asked_at=now,
            expires_at=now + lifetime,
            used_at=None,
        )

        def store(connection: Connection) -> None:
            confirmations.add(connection, question)
            audit.record_question(connection, question, outcome="asked", channel_id=caller.channel, at=now)

        await self._database.run(store)
        if isinstance(proposal, DraftProposal):
            asked = question.id, question.expires_at
            return DraftQuestion(proposal.command, proposal.draft, *asked, proposal.by_another, proposal.retried)
        return ConfirmationNeeded(proposal.command, proposal.batch, question.id, question.expires_at, proposal.fetched)

    async def check(self, confirmation_id: str, command: ChangingCommand, caller: Caller) -> None:
        """Refuse at once what cannot be a yes whatever the batch looks like.

        Raises:
            ConfirmationRefused: not known, somebody else's, another command's, kept, used or lapsed.
            StoreUnavailable: it cannot be read.
        """
        await self._database.run(lambda connection: self._open(connection, confirmation_id, command, caller))

    async def begin(self, proposal: AnyProposal, caller: Caller, confirmation_id: str | None) -> int:
        """Use up the yes (where one was asked for) and record the intent; return the record's number.

        All is one transaction, a worker's later look included: where the record cannot be written, the yes is not
        used and nothing may be done.

        Raises:
            ConfirmationRefused: as `check`, and when the batch is not what the question was about.
            DraftUnavailable, ApprovalOfOwn: a draft is not this caller's to take on.
            RetriedMeanwhile: what it would retry was sent again by another one since the question.
            StoreUnavailable: it cannot be written.
        """

        def write(connection: Connection) -> int:
            if confirmation_id is not None and not self._redeem(connection, confirmation_id, proposal, caller):
                return 0
            if isinstance(proposal, DraftProposal):
                self._claim(connection, proposal, caller)
            number = self._record(connection, proposal, caller, confirmation_id)
            if isinstance(proposal, Proposal):  # a draft is never sent by anybody but its yes
                self._enqueue(connection, EXECUTE, f"act:{number}", "api", [number], delay=SAFETY_NET)
            return number

        entry = await self._database.run(write)
        if not entry:
            if isinstance(proposal, DraftProposal):  # its own requests never change
                raise RetriedMeanwhile(proposal.draft, proposal.retried)
            raise ConfirmationRefused(RefusalReason.CHANGED)
        return entry

    async def finish(
        self, entry_id: int, outcome: RecordedOutcome, detail: str | None, made: str | None = None
    ) -> None:
        """Record what came of it. Raises StoreUnavailable."""
        now = self._now()
        await self._database.run(
            lambda connection: audit.record_outcome(
                connection, entry_id, outcome=outcome, detail=detail, at=now, subject=made
            )
        )

    def _record(
        self, connection: Connection, proposal: AnyProposal, caller: Caller, confirmation_id: str | None
    ) -> int:
        return audit.record_intent(
            connection,
            at=self._now(),
            user_id=caller.user,
            team_id=caller.team,
            channel_id=caller.channel,
            verb=proposal.command.verb,
            command=proposal.command.spell(),
            subject=proposal.subject,
            confirmation_id=confirmation_id,
        )

    def _claim(self, connection: Connection, proposal: DraftProposal[ChangingCommand], caller: Caller) -> None:
        """Take a draft into its next state, for this caller alone; who is late, or asked himself, is refused.

        So is who was told of other retries of the same failures than there are now.
        """
        draft, now = proposal.draft, self._now()
        approves = _is_approval(proposal, caller)
        more: dict[str, object] = {"held_by": self._process_id} if proposal.after == "sending" else {}
        if approves:
            more |= {"approved_by": caller.user}
        elif proposal.after != "dropped":  # whoever says yes is the one who asks for it
            own = on_behalf_of(draft, caller)
            more |= {"user_id": own.user_id, "team_id": own.team_id, "channel_id": own.channel_id}
            more |= {"sample": draft.sample}
        is_sent = proposal.after == "sending"
        if is_sent:
            competing_retries.lock_parent(connection, draft)
        if not drafts.change_state(connection, draft.id, proposal.before, proposal.after, at=now, **more):
            raise DraftUnavailable(drafts.get(connection, draft.id))
        if is_sent and (others := competing_retries.find_other_retries(connection, draft)) != proposal.retried:
            raise RetriedMeanwhile(draft, others)

    def _redeem(self, connection: Connection, confirmation_id: str, proposal: AnyProposal, caller: Caller) -> bool:
        """Use the yes; False where the batch has changed, and the question is withdrawn instead."""
        question = self._open(connection, confirmation_id, proposal.command, caller)
        if question.state != proposal.state:
            confirmations.withdraw(connection, question.id, self._now())
            return False
        if not confirmations.redeem(connection, confirmation_id, self._now()):
            raise self._spent(connection, question)
        return True

    def _open(
        self, connection: Connection, confirmation_id: str, command: ChangingCommand, caller: Caller
    ) -> StoredConfirmation:
        question = confirmations.get(connection, confirmation_id)
        if question is None:
            raise ConfirmationRefused(RefusalReason.UNKNOWN)
        if (question.user_id, question.team_id) != (caller.user, caller.team):
            raise ConfirmationRefused(RefusalReason.OTHER_PERSON, question)
        if question.command != command.question:
            raise ConfirmationRefused(RefusalReason.OTHER_COMMAND, question)
        if question.used_at is not None:
            raise self._spent(connection, question)
        if question.expires_at <= self._now():
            raise ConfirmationRefused(RefusalReason.LAPSED, question)
        return question

    def _spent(self, connection: Connection, question: StoredConfirmation) -> ConfirmationRefused:
        entry = audit.get_for_confirmation(connection, question.id)
        if entry is None:  # an act and a no leave an entry; what was withdrawn without one was asked of another state
            return ConfirmationRefused(RefusalReason.CHANGED, question)
        return ConfirmationRefused(
            RefusalReason.KEPT if entry.outcome == "kept" else RefusalReason.USED, question, entry
        )


def _is_approval(proposal: DraftProposal[ChangingCommand], caller: Caller) -> bool:
    """Say whether this is a second person's yes. Raises ApprovalOfOwn where it is the first one's."""
    draft = proposal.draft
    approves = proposal.before == "waiting" and proposal.after == "sending"
    if approves and (draft.user_id, draft.team_id) == (caller.user, caller.team):
        raise ApprovalOfOwn(draft)
    return approves
