"""Everything the bot can say of drafts, retries and names; part of the catalogue in tests/ui/catalog.py."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from bot.api import errors as api
from bot.caller import ChannelId
from bot.commands.approve import ApproveChange
from bot.commands.draft_change import SendChange
from bot.commands.drop import Dropped
from bot.commands.label import Labeled
from bot.commands.language.errors import MissingReference
from bot.commands.note import Noted
from bot.commands.own import Owned, OwnedAlready
from bot.commands.registry import AskingChange, Outcome
from bot.commands.retry import NoSuchCause, NothingToRetry, OriginalNeeded, Retry, RetryTooEarly, RetryTooLate
from bot.commands.status import BatchShown
from bot.confirmations import ConfirmationNeeded, ConfirmationRefused, RefusalReason
from bot.errors import ExpectedError
from bot.operations.approval import ApprovalOfOwn
from bot.operations.drafts import (
    CheckedDraft,
    DraftUnavailable,
    FileRefused,
    FormAlreadySubmitted,
    LeftOutCause,
    RequestsFileMissing,
    RetriedMeanwhile,
)
from bot.operations.find_batch import Reference
from bot.operations.follow import CardPlace
from bot.operations.send_outcomes import AnswerLost, ApprovalAsked, BatchCreated, NotSent, SendRefused
from bot.operations.shared_files import FileUnreadable, NoFileInMessage, UnreadableReason
from bot.requests.check import CheckReport
from bot.requests.estimate import Estimate, EstimateBasis, ModelEstimate, dump_estimate
from bot.requests.file_kinds import ForeignFileKind
from bot.requests.problems import GroupedWarning, Problem, ProblemKind, WarningKind
from bot.requests.sizes import RequestSizes
from bot.results.causes import Cause
from bot.scratch_file import ScratchFileFailed
from bot.store.db.database import StoreUnavailable
from bot.store.records.confirmations import StoredConfirmation
from bot.store.records.drafts import Draft
from bot.ui.notices.abandoned_draft import render_interrupted
from bot.ui.reply import Message
from bot.ui.verbs.send import render_send
from tests.builders import ADA, ADMIN, BATCHES, BEN, ID, NOW, batch_id, running

ENDED = BATCHES["ended_some_succeeded"]
ESTIMATE = Estimate(
    (
        ModelEstimate(
            "claude-haiku-4-5", 1_000, 250_000, 64_000, Decimal("0.125"), Decimal("0.285"), EstimateBasis.COUNTED
        ),
        ModelEstimate("claude-next", 3, 700, 900, None, None, EstimateBasis.BY_CHARACTERS),
    )
)
DRAFT = Draft(
    id="0123456789abcdef01234567",
    user_id=ADA.user,
    team_id=ADA.team,
    channel_id=ADA.channel,
    state="ready",
    name="requests *of* <today>.jsonl",
    requests=1_003,
    size=2_345_678,
    estimate=dump_estimate(ESTIMATE),
    label="nightly eval",
    owner=BEN.user,
    parent_id=None,
    kind=None,
    batch_id=None,
    approved_by=None,
    created_at=NOW,
    changed_at=NOW,
)
RETRY = replace(DRAFT, parent_id=ID, kind="retry", label=None)
REST = replace(
    DRAFT, id="fedcba9876543210fedcba98", requests=993, whole_id=DRAFT.id, parent_id=batch_id(3), kind="canary"
)
SAMPLE = replace(DRAFT, id="aaaaaaaaaaaaaaaaaaaaaaaa", requests=10, whole_id=DRAFT.id, rest_id=REST.id)
FIRST = replace(DRAFT, sample=10)
EXPIRES = NOW + timedelta(minutes=30)


def question(change: AskingChange) -> ConfirmationNeeded:
    """Return a question that waits for an answer."""
    return ConfirmationNeeded(change, "the-confirmation-id", EXPIRES)


AGAIN = Retry(Reference(ID))
MANY = tuple(map(batch_id, range(7)))
CAUSES = (
    Cause("invalid_request_error", "prompt is too long: <n> tokens > <n> maximum", 26, ("a-0001",)),
    Cause("expired", "", 5, ("a-0200",)),
)
LEFT = (
    LeftOutCause("invalid_request_error", "messages: at least one message is required", 12),
    LeftOutCause("", "", 1),
)
SOUND = CheckReport(None, 3, 500, (), {}, (), RequestSizes())
PROBLEMS = tuple(
    Problem(kind, line, "params.max_tokens", "<0> `x`", 8_192, 1) for line, kind in enumerate(ProblemKind, 1)
)
WARNINGS = tuple(GroupedWarning(kind, "params.model", "claude-next", 4, 17) for kind in WarningKind)
REFUSED = api.ApiRejected("invalid_request_error", "requests.2.params: too long", 400, "req_011CQ")
BUSY = api.ApiUnavailable("overloaded_error", "Overloaded", 529, "req_011CQ", may_have_happened=False)


def refused(shown: int, each: int = 1) -> CheckReport:
    """Return a check that found so many kinds of problems, each so often."""
    return replace(
        SOUND, problems=PROBLEMS[:shown] * min(each, 3), totals=dict.fromkeys(list(ProblemKind)[:shown], each)
    )


ASKED = StoredConfirmation(
    "the-confirmation-id", ADA.user, ADA.team, f"send {DRAFT.id}", DRAFT.id, "draft", NOW, EXPIRES
)
SHARED = {
    "approval": render_send(ApprovalAsked(DRAFT), ADMIN).shared,
    "approval_of_a_sample": render_send(ApprovalAsked(FIRST), ADMIN).shared,
}
OTHERS: dict[str, Message] = {
    **{f"shared_{name}": message for name, message in SHARED.items() if message is not None},
    "interrupted_checking": render_interrupted(replace(DRAFT, state="checking"), ()),
    "interrupted_sending": render_interrupted(replace(DRAFT, state="sending"), ()),
    "interrupted_sending_and_found": render_interrupted(replace(DRAFT, state="sending"), (running(1_003),)),
    "interrupted_before_the_sample": render_interrupted(replace(FIRST, state="sending"), ()),
    "interrupted_sample": render_interrupted(replace(SAMPLE, state="sending"), None),
}

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "question_draft": question(SendChange(DRAFT)),
    "question_draft_above_the_limit": question(SendChange(DRAFT, needs_approval=True)),
    "question_draft_warned": question(SendChange(DRAFT, checked=CheckedDraft(DRAFT, WARNINGS))),
    "question_retry": question(
        SendChange(RETRY, (batch_id(7), f"draft {DRAFT.id}"), checked=CheckedDraft(RETRY, left_out=LEFT, missing=2))
    ),
    "question_retry_beside_many": question(SendChange(RETRY, MANY)),
    "question_draft_small": question(SendChange(replace(DRAFT, requests=19))),
    "question_rest": question(SendChange(REST)),
    "question_approval": question(ApproveChange(RETRY, (batch_id(7),))),
    "file_refused": FileRefused("requests.jsonl", refused(3)),
    "file_refused_of_every_kind": FileRefused("r" * 200, refused(20, 5_000)),
    **{f"file_refused_{kind.value}": FileRefused("odd.bin", replace(SOUND, foreign=kind)) for kind in ForeignFileKind},
    "dropped": Dropped(DRAFT),
    "dropped_rest": Dropped(REST),
    "created": BatchCreated(running(1_003), DRAFT, requests_archived=True),
    "created_approved_not_kept": BatchCreated(
        running(1_003), replace(DRAFT, approved_by=BEN.user), requests_archived=False
    ),
    "created_watched": BatchCreated(running(1_003), DRAFT, requests_archived=True, place=CardPlace("C0BATCHES")),
    "created_watched_in_messages": BatchCreated(
        running(1_003), DRAFT, requests_archived=True, place=CardPlace(ADA.user, ChannelId("C0GENERAL"))
    ),
    "created_watched_by_another": BatchCreated(
        running(1_003), replace(DRAFT, user_id=BEN.user), requests_archived=True, place=CardPlace("C0BATCHES")
    ),
    "created_sample": BatchCreated(
        running(10), SAMPLE, requests_archived=True, rest=REST, place=CardPlace("C0BATCHES")
    ),
    "created_sample_not_recorded": BatchCreated(running(10), SAMPLE, requests_archived=True, rest=REST, recorded=False),
    "created_not_recorded": BatchCreated(running(1_003), DRAFT, requests_archived=True, recorded=False),
    "approval_asked": ApprovalAsked(DRAFT),
    "send_refused": SendRefused(DRAFT, REFUSED, "r-2"),
    "send_refused_unnamed": SendRefused(DRAFT, REFUSED, None),
    "not_sent": NotSent(DRAFT, BUSY),
    "not_sent_disk_full": NotSent(FIRST, ScratchFileFailed(True, "No space left on device")),
    "not_sent_store_locked": NotSent(FIRST, StoreUnavailable("locked")),
    "answer_lost": AnswerLost(DRAFT, (running(1_003),)),
    "answer_lost_nothing_new": AnswerLost(DRAFT, ()),
    "answer_lost_no_look": AnswerLost(DRAFT, None),
    "answer_lost_of_a_sample": AnswerLost(SAMPLE, (running(10),), REST),
    "status_sample": BatchShown(BATCHES["ended_all_succeeded"], public=False, rest=REST),
    "retry_nothing": NothingToRetry(AGAIN, ENDED, ()),
    "retry_nothing_worth_it": NothingToRetry(AGAIN, ENDED, LEFT * 4),
    "retry_no_such_cause": NoSuchCause(replace(AGAIN, cause="overloaded"), ENDED, CAUSES),
    "retry_original_needed": OriginalNeeded(AGAIN, ENDED, 39),
    "retry_original_needed_for_a_cause": OriginalNeeded(replace(AGAIN, cause="expired"), ENDED, 5),
    "retry_other_file_needed": OriginalNeeded(
        replace(AGAIN, everything=True, file="F0123ABCD"), ENDED, 39, looked=True
    ),
    "retry_too_early": RetryTooEarly(AGAIN, running()),
    "retry_too_late": RetryTooLate(BATCHES["archived"]),
    "labelled": Labeled(ENDED, "nightly *eval*", 0),
    "labelled_as_others": Labeled(ENDED, "nightly", 2),
    "label_removed": Labeled(ENDED, None),
    "noted": Noted(ENDED, "after the <prompt> fix"),
    "note_removed": Noted(ENDED, None),
    "owned": Owned(ENDED, ADA.user),
    "owned_already": OwnedAlready(ENDED, BEN.user),
}
ERRORS: dict[str, ExpectedError] = {
    **{f"file_{why.name.lower()}": FileUnreadable(why, "requests.jsonl", "said") for why in UnreadableReason},
    **{
        f"draft_{state}": DraftUnavailable(replace(DRAFT, state=state, batch_id=ID))
        for state in ("sent", "sending", "waiting", "unknown", "dropped", "held")
    },
    "draft_split": DraftUnavailable(replace(FIRST, state="split", rest_id=REST.id)),
    "draft_unknown_to_us": DraftUnavailable(None),
    "confirmation_lapsed_of_a_draft": ConfirmationRefused(RefusalReason.LAPSED, ASKED),
    "approval_of_own": ApprovalOfOwn(DRAFT),
    "spool_gone": RequestsFileMissing(DRAFT),
    "retried_meanwhile": RetriedMeanwhile(RETRY, (batch_id(7),)),
    "retried_meanwhile_by_many": RetriedMeanwhile(RETRY, MANY),
    "retried_before_approval": RetriedMeanwhile(replace(RETRY, state="waiting"), (f"draft {DRAFT.id}",)),
    "missing_draft": MissingReference("send"),
    "missing_file": MissingReference("create"),
    "form_used": FormAlreadySubmitted(),
    "no_file_in_message": NoFileInMessage(),
    "requests_unreadable": api.RequestsUnreadable(Path("kept.gz"), "it is damaged"),
}
