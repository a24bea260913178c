"""`/batch approve FILE`: approve what another operator wants to send and is above the limit."""

from datetime import datetime
from typing import ClassVar, Literal

from msgspec.structs import replace

from bot.caller import Caller, UserId
from bot.commands.base import DRAFT, Help, HelpGroup, Origin, Permission
from bot.commands.change import Applied
from bot.commands.draft_change import DraftChange, DraftCommand, applied_send, describe_exceeded, send_claimed_draft
from bot.operations.approval import ApprovalOfOwn, BudgetUse, LimitExceeded, SpendRules
from bot.operations.drafts import find_draft
from bot.operations.retirements import find_retiring, list_due
from bot.operations.send_draft import require_file
from bot.operations.send_outcomes import SendOutcome
from bot.operations.services import Services
from bot.operations.spending import check_draft, get_spend_rules, reserve_send
from bot.operations.unsent_parts import read_unsent
from bot.store.db.connection import Connection
from bot.store.records import drafts
from bot.store.records.drafts import DraftChanges, DraftState
from bot.store.transactions import competing_retries


class Approve(DraftCommand["ApproveChange"], frozen=True):
    """Approve a draft of another operator."""

    verb: ClassVar[str] = "approve"
    permission: ClassVar[Permission] = Permission.APPROVE
    acts_irrevocably: ClassVar[bool] = True

    help: ClassVar[Help] = Help(
        "Approve what another operator wants to send.",
        "approve 3f9c2a",
        HelpGroup.RUN,
        (DRAFT,),
    )

    async def propose(self, services: Services, origin: Origin, caller: Caller) -> "ApproveChange":
        """Find the draft. Raises DraftUnavailable, DraftAmbiguous, RequestsFileMissing, StoreUnavailable.

        A name is asked about: another file may have been given the name of the one that the approver saw. On the Home
        tab, a row shows only a part of what the approver should see.
        """
        draft = await read_unsent(services, await find_draft(services, self.draft, "waiting"))
        await require_file(services, draft)
        retried = await services.database.run(
            lambda connection: competing_retries.find_other_retries(connection, draft)
        )
        check = await check_draft(services, draft)
        retiring = await find_retiring(services, draft)
        return ApproveChange(
            draft,
            retried,
            retiring,
            exceeded=check.exceeded,
            is_named=not drafts.reads_as_id(self.draft) or origin is Origin.HOME,
            budget=check.budget,
            rules=get_spend_rules(services),
        )


class ApproveChange(DraftChange[SendOutcome], frozen=True):
    """Approve a draft, which sends it in the name of the person who asked for approval.

    `exceeded`: the limits that it exceeds; None if they have been raised since. `is_named`: it was named by its file.
    """

    exceeded: LimitExceeded | None = None
    is_named: bool = False
    budget: BudgetUse | None = None
    rules: SpendRules = SpendRules()

    @property
    def audit_detail(self) -> str | None:
        """Return the limits that it exceeds."""
        return describe_exceeded(self.exceeded)

    @property
    def verb(self) -> str:
        """Return `approve`."""
        return "approve"

    @property
    def before(self) -> DraftState:
        """Return `waiting`."""
        return "waiting"

    @property
    def after(self) -> Literal["sending"]:
        """Return `sending`."""
        return "sending"

    @property
    def asks(self) -> bool:
        """Whether the caller must first see what it is, other retries of the same batch, or that a model retires."""
        return self.is_named or bool(self.retried or list_due(self.retiring))

    @property
    def on_behalf_of(self) -> UserId:
        """Return who asked for the approval."""
        return UserId(self.draft.user_id)

    def check_caller(self, caller: Caller) -> None:
        """Raise ApprovalOfOwn if the caller, who is their user id alone, asked for the approval."""
        if self.draft.user_id == caller.user:
            raise ApprovalOfOwn(self.draft)

    def claim(self, connection: Connection, caller: Caller, at: datetime, process_id: str) -> None:
        """Claim the draft. Raises ApprovalOfOwn, DraftUnavailable, RetriedMeanwhile."""
        self.check_caller(caller)
        super().claim(connection, caller, at, process_id)
        reserve_send(connection, self.rules, replace(self.draft, approved_by=caller.user), at)

    def claim_changes(self, caller: Caller) -> DraftChanges:
        """Return who approved it."""
        return DraftChanges(approved_by=caller.user)

    async def apply(self, services: Services, caller: Caller) -> Applied[SendOutcome]:
        """Send the draft. Raises what `send_claimed` raises."""
        draft = replace(self.draft, state="sending", approved_by=caller.user, changed_at=services.now())
        return applied_send(await send_claimed_draft(services, draft), self.audit_detail)
