"""Changes of drafts. Sending is proposed by several verbs: `send`, and `create` and `retry` for their new draft."""

import logging
from abc import abstractmethod
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar, Generic, Literal, Self

from msgspec.structs import replace

from bot.caller import Caller
from bot.commands.change import Applied, Change, ChangingCommand, OutcomeT, Proposed
from bot.commands.language.arguments import Arguments
from bot.errors import ExpectedError
from bot.operations.approval import BudgetUse, LimitExceeded, SpendRules
from bot.operations.drafts import (
    CheckedDraft,
    DraftUnavailable,
    RetriedMeanwhile,
    find_draft,
    on_behalf_of,
)
from bot.operations.retirements import RetiresMeanwhile, RetiringModel, find_retiring, list_due
from bot.operations.send_draft import require_file, send_claimed
from bot.operations.send_outcomes import (
    ApprovalAsked,
    BatchCreated,
    PartsSent,
    SendOutcome,
    audit_outcome,
    describe_parts,
)
from bot.operations.send_parts import send_parts
from bot.operations.services import Services
from bot.operations.spending import check_draft, get_spend_rules, reserve_send
from bot.operations.split_sample import sample_size
from bot.operations.unsent_parts import read_unsent
from bot.pricing.amounts import format_limit, format_usd
from bot.store.db.connection import Connection
from bot.store.db.database import StoreUnavailable
from bot.store.records import drafts
from bot.store.records.drafts import Draft, DraftChanges, DraftState, RestingState
from bot.store.transactions import competing_retries

log = logging.getLogger(__name__)

_ENDS = ", before the end of "


class DraftCommand(ChangingCommand[Proposed], Generic[Proposed], frozen=True):
    """A command about one draft."""

    draft: str
    """The draft's id, the start of it, or the name of its file."""

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the reference of a draft. Raises UsageError."""
        return cls(arguments.only())

    def spell(self) -> str:
        """Return the verb and the reference of the draft."""
        return spell_draft(self.verb, self.draft)


class DraftChange(Change[OutcomeT], Generic[OutcomeT], frozen=True):
    """A draft that moves from one state to another. No worker ever makes such a change.

    `retried` are the other retries of the same batch, as `competing_retries.find_other_retries` returns them.
    `retiring` are the models of its requests that retire.
    """

    question_lifetime: ClassVar[timedelta] = timedelta(minutes=30)
    """Longer than for a batch: a draft does not change by itself, and its cost deserves some thought."""

    draft: Draft
    retried: tuple[str, ...] = ()
    retiring: tuple[RetiringModel, ...] = ()

    @property
    @abstractmethod
    def before(self) -> DraftState:
        """Return the state that the draft must be in."""

    @property
    @abstractmethod
    def after(self) -> Literal["sending"] | RestingState:
        """Return the state that claiming moves the draft to."""

    def spell(self) -> str:
        """Return the text of its command."""
        return f"{self.verb} {self.draft.id}"

    @property
    def confirmation_key(self) -> str:
        """Return the text that a question about it is stored under."""
        return f"{self.verb} {self.draft.id}"

    @property
    def subject(self) -> str:
        """Return the id of the draft."""
        return self.draft.id

    @property
    def state(self) -> str:
        """Return the size of the draft, the other retries of the same batch, and the models about to retire."""
        beside = f", beside {' '.join(self.retried)}" if self.retried else ""
        due = " ".join(model.name for model in list_due(self.retiring))
        ends = f"{_ENDS}{due}" if due else ""
        return f"draft of {self.draft.requests} requests, {self.draft.size} bytes{beside}{ends}"

    def claim(self, connection: Connection, caller: Caller, at: datetime, process_id: str) -> None:
        """Move the draft to its next state, for this caller alone.

        Raises:
            DraftUnavailable: the draft is in another state by now.
            RetriedMeanwhile: there are other retries of the same batch than those that the caller knows of.
        """
        draft, before, after = self.draft, self.before, self.after
        changes = self.claim_changes(caller)
        is_sent = after == "sending"
        if after == "sending":
            competing_retries.lock_parent(connection, draft)
            claimed = drafts.begin_work(connection, draft.id, before, after, held_by=process_id, at=at, changes=changes)
        else:
            claimed = drafts.change_state(connection, draft.id, before, after, at=at, changes=changes)
        if not claimed:
            raise DraftUnavailable(drafts.get(connection, draft.id))
        if is_sent and (others := competing_retries.find_other_retries(connection, draft)) != self.retried:
            raise RetriedMeanwhile(draft, tuple(each for each in others if each not in self.retried))

    def claim_changes(self, caller: Caller) -> DraftChanges:
        """Return what claiming changes besides the state."""
        return DraftChanges()

    def outdated_error(self, asked_state: str) -> ExpectedError | None:
        """Return what is about to retire, or which retries began: nothing else changes after a question."""
        if self.state.partition(_ENDS)[2] != (asked := asked_state.partition(_ENDS)[2]):
            due = list_due(self.retiring)
            put_off = tuple(name for name in asked.split() if name not in {model.name for model in due})
            return RetiresMeanwhile(self.draft, due, put_off)
        return RetriedMeanwhile(self.draft, tuple(each for each in self.retried if each not in asked_state))


class SendChange(DraftChange[SendOutcome], frozen=True):
    """Send a draft, or ask for approval. `first`: send a sample first. `checked`: what the check of its file found.

    `exceeded`: the limits that it exceeds, so that a second person must approve. `budget`: its part of the month's.
    """

    exceeded: LimitExceeded | None = None
    first: bool = False
    checked: CheckedDraft | None = None
    budget: BudgetUse | None = None
    rules: SpendRules = SpendRules()

    @property
    def audit_detail(self) -> str | None:
        """Return the limits that it exceeds."""
        return describe_exceeded(self.exceeded)

    def claim(self, connection: Connection, caller: Caller, at: datetime, process_id: str) -> None:
        """Claim the draft, and count it as sent. Raises DraftUnavailable, RetriedMeanwhile, LimitReached."""
        super().claim(connection, caller, at, process_id)
        if self.after == "sending":
            reserve_send(connection, self.rules, on_behalf_of(self.draft, caller), at)

    @property
    def needs_approval(self) -> bool:
        """Whether a second person must approve."""
        return self.exceeded is not None

    @property
    def verb(self) -> str:
        """Return `send`."""
        return "send"

    def spell(self) -> str:
        """Return the text of its command."""
        return spell_send(self.draft.id, first=self.first)

    @property
    def before(self) -> DraftState:
        """Return `ready`."""
        return "ready"

    @property
    def after(self) -> Literal["sending"] | RestingState:
        """Return `sending`, or `waiting` where a second person must approve."""
        return "waiting" if self.needs_approval else "sending"

    @property
    def asks(self) -> bool:
        """Whether it needs a confirmation: always."""
        return True

    def claim_changes(self, caller: Caller) -> DraftChanges:
        """Return whose draft it is now, and what goes first."""
        own = on_behalf_of(self.draft, caller)
        return DraftChanges(
            user_id=own.user_id,
            team_id=own.team_id,
            channel_id=own.channel_id,
            sample=self.draft.sample,
        )

    async def apply(self, services: Services, caller: Caller) -> Applied[SendOutcome]:
        """Send the draft, or leave it to the second person. Raises what `send_claimed` raises."""
        claimed = replace(self.draft, state=self.after)
        draft = replace(on_behalf_of(claimed, caller), changed_at=services.now())
        if self.exceeded is not None:
            recorder = partial(_record_question, services, draft)
            question = ApprovalAsked(
                draft, self.exceeded, services.drafts.approvers, recorder, self.retiring, self.budget
            )
            return applied_send(question)
        return applied_send(await send_claimed_draft(services, draft), self.audit_detail)


async def propose_send(
    services: Services, reference: str, caller: Caller, *, first: bool = False, checked: CheckedDraft | None = None
) -> SendChange:
    """Propose to send a draft. Raises DraftUnavailable, DraftAmbiguous, RequestsFileMissing, StoreUnavailable."""
    draft = await read_unsent(services, await find_draft(services, reference, "ready"))
    await require_file(services, draft)
    check = await check_draft(services, on_behalf_of(draft, caller))
    draft = replace(draft, sample=sample_size(draft) if first else None)
    retried = await services.database.run(lambda connection: competing_retries.find_other_retries(connection, draft))
    retiring = await find_retiring(services, draft)
    return SendChange(
        draft,
        retried,
        retiring,
        exceeded=check.exceeded,
        first=first,
        checked=checked,
        budget=check.budget,
        rules=get_spend_rules(services),
    )


def describe_exceeded(exceeded: LimitExceeded | None) -> str | None:
    """Return what the audit records of the limits that a draft exceeds, with the sums; None for none."""
    if exceeded is None:
        return None
    sent = exceeded.sent
    parts = []
    if exceeded.requests is not None:
        parts.append(f"24-hour limit of {exceeded.requests:,} requests ({sent.requests:,} sent)")
    if exceeded.dollars is not None:
        parts.append(f"24-hour limit of {format_limit(exceeded.dollars)} ({format_usd(sent.usd)} sent)")
    if exceeded.budget is not None:
        parts.append(
            f"monthly budget of {format_limit(exceeded.budget.budget)} ({format_usd(exceeded.budget.month.total)} used)"
        )
    return f"over the {' and the '.join(parts)}{', without an upper bound' if exceeded.is_unbounded else ''}"


async def _record_question(services: Services, draft: Draft, channel: str, ts: str) -> None:
    """Record where the question was posted. Without that it stays as it is after its answer, which is no failure."""
    try:
        await services.database.run(lambda connection: drafts.record_question(connection, draft.id, channel, ts))
    except StoreUnavailable:
        log.exception("where the question about draft %s was posted is not recorded", draft.id)


def spell_send(draft: str, *, first: bool) -> str:
    """Return the text of `send`."""
    return f"{spell_draft('send', draft)} --first" if first else spell_draft("send", draft)


def spell_draft(verb: str, draft: str) -> str:
    """Return the text of a verb about a draft. A file's name may hold blanks."""
    return f'{verb} "{draft}"' if " " in draft else f"{verb} {draft}"


async def send_claimed_draft(services: Services, draft: Draft) -> SendOutcome:
    """Send a draft that only this caller has claimed, whole or in parts. Raises what `send_claimed` raises."""
    return await (send_parts(services, draft) if draft.is_divided else send_claimed(services, draft))


def applied_send(outcome: SendOutcome, detail: str | None = None) -> Applied[SendOutcome]:
    """Return an outcome of sending with what the audit records of it; `detail`: what it recorded before."""
    if isinstance(outcome, PartsSent):
        first = outcome.created[0].batch.id if outcome.created else None
        parts = "; ".join(filter(None, [detail, describe_parts(outcome)]))
        return Applied(outcome, audit_outcome(outcome), first, parts)
    created = outcome.batch.id if isinstance(outcome, BatchCreated) else None
    return Applied(outcome, audit_outcome(outcome), created)
