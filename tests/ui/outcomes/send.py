"""Every outcome of `send`, and its question, by the name of its golden message."""

from msgspec.structs import replace

from bot.api import errors as api
from bot.caller import ChannelId
from bot.commands.draft_change import SendChange
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from bot.operations.approval import LimitExceeded
from bot.operations.drafts import (
    CheckedDraft,
    RequestsFileMissing,
)
from bot.operations.follow import CardPlace
from bot.operations.send_outcomes import (
    NOT_RECORDED,
    AnswerLost,
    ApprovalAsked,
    BatchCreated,
    NotSent,
    PartsSent,
    SendRefused,
)
from bot.scratch_file import ScratchFileFailed
from bot.store.db.database import StoreUnavailable
from tests.builders import (
    ADA,
    BEN,
    another_id,
    begun,
    running,
)
from tests.ui.draft_samples import (
    BUDGET,
    DIVIDED,
    DRAFT,
    LEFT_OUT,
    NO_BUDGET_LEFT,
    OTHER_RETRIES,
    OVER_EVERY_LIMIT,
    OVER_THE_LIMIT,
    OVER_THE_SPEND_LIMIT,
    PARTS,
    REST,
    RETIRING,
    RETRY,
    SAMPLE,
    SAMPLE_FIRST,
    SMALL,
    UNSENT,
    USES_RETIRING,
    WARNINGS,
    question,
)

REFUSED = api.ApiRejected("invalid_request_error", "requests.2.params: too long", 400, "req_011CQ")

OVERLOADED = api.ApiUnavailable("overloaded_error", "Overloaded", 529, "req_011CQ", may_have_happened=False)

CUT = api.ApiUnavailable("connection", "RemoteProtocolError")

PERMALINK = "https://example.slack.com/files/U0ADA/F0123/requests.jsonl?a=1|2"

APPROVED = replace(
    DRAFT, user_id=BEN.user, approved_by=ADA.user, question_channel="C0BATCHES", question_ts="1700000000.000100"
)


CREATED = tuple(
    BatchCreated(
        begun(part.requests, id=another_id(number)),
        part,
        requests_archived=True,
        place=CardPlace("C0BATCHES"),
    )
    for number, part in enumerate(PARTS)
)


async def _ignore(channel: str, ts: str) -> None:
    """Record nothing."""


OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "question_draft": question(SendChange(DRAFT)),
    "question_draft_above_the_limit": question(SendChange(DRAFT, exceeded=OVER_THE_LIMIT)),
    "question_draft_warned": question(SendChange(DRAFT, checked=CheckedDraft(DRAFT, WARNINGS))),
    "question_draft_retiring": question(SendChange(DRAFT, retiring=RETIRING[:1])),
    "question_draft_retiring_soon": question(SendChange(USES_RETIRING, retiring=RETIRING)),
    "question_retry": question(
        SendChange(
            RETRY, (another_id(7), f"draft {DRAFT.id}"), checked=CheckedDraft(RETRY, left_out=LEFT_OUT, missing=2)
        )
    ),
    "question_retry_beside_another": question(
        SendChange(RETRY, (another_id(7),), checked=CheckedDraft(RETRY, not_retried=6))
    ),
    "question_retry_of_the_others": question(
        SendChange(RETRY, (another_id(7),), checked=CheckedDraft(RETRY, disjoint=frozenset({another_id(7)})))
    ),
    "question_retry_beside_many": question(SendChange(RETRY, OTHER_RETRIES)),
    "question_draft_above_the_spend_limit": question(SendChange(DRAFT, exceeded=OVER_THE_SPEND_LIMIT)),
    "question_draft_near_the_budget": question(SendChange(DRAFT, budget=BUDGET)),
    "question_draft_above_the_budget": question(
        SendChange(DRAFT, exceeded=LimitExceeded(budget=NO_BUDGET_LEFT, is_unbounded=True), budget=NO_BUDGET_LEFT)
    ),
    "question_draft_small": question(SendChange(SMALL)),
    "question_rest": question(SendChange(REST)),
    "created": BatchCreated(begun(1_003), DRAFT, requests_archived=True),
    "created_approved_not_kept": BatchCreated(
        begun(1_003), replace(DRAFT, approved_by=BEN.user), requests_archived=False
    ),
    "created_watched": BatchCreated(begun(1_003), DRAFT, requests_archived=True, place=CardPlace("C0BATCHES")),
    "created_watched_in_messages": BatchCreated(
        begun(1_003), DRAFT, requests_archived=True, place=CardPlace(ADA.user, ChannelId("C0GENERAL"))
    ),
    "created_watched_by_another": BatchCreated(
        begun(1_003), replace(DRAFT, user_id=BEN.user), requests_archived=True, place=CardPlace("C0BATCHES")
    ),
    "created_sample": BatchCreated(begun(10), SAMPLE, requests_archived=True, rest=REST, place=CardPlace("C0BATCHES")),
    "created_sample_not_recorded": BatchCreated(begun(10), SAMPLE, requests_archived=True, rest=REST, recorded=False),
    "created_not_recorded": BatchCreated(begun(1_003), DRAFT, requests_archived=True, recorded=False),
    "question_draft_above_every_limit": question(
        SendChange(SMALL, exceeded=OVER_EVERY_LIMIT, checked=CheckedDraft(SMALL, WARNINGS))
    ),
    "approval_asked": ApprovalAsked(replace(DRAFT, permalink=PERMALINK), OVER_THE_LIMIT, (), _ignore),
    "approval_asked_of_a_group": ApprovalAsked(SAMPLE_FIRST, OVER_EVERY_LIMIT, ("S0APPROVERS", "U0CORA"), _ignore),
    "approval_asked_retiring_soon": ApprovalAsked(DRAFT, OVER_THE_LIMIT, (), _ignore, RETIRING[1:2]),
    "approval_asked_in_messages": ApprovalAsked(replace(DRAFT, channel_id="D0ADA"), OVER_THE_LIMIT, (), _ignore),
    "approved": BatchCreated(begun(1_003), APPROVED, requests_archived=True, place=CardPlace("C0BATCHES")),
    "approved_sample": BatchCreated(
        begun(10), replace(APPROVED, requests=10, whole_id=DRAFT.id), requests_archived=True, rest=REST
    ),
    "approved_not_sent": NotSent(APPROVED, OVERLOADED),
    "approved_rest_sent": BatchCreated(
        begun(993), replace(REST, approved_by=ADA.user, user_id=BEN.user), requests_archived=True
    ),
    "send_refused": SendRefused(DRAFT, REFUSED, "r-2"),
    "send_refused_unnamed": SendRefused(DRAFT, REFUSED, None),
    "send_refused_too_large": SendRefused(
        DRAFT, api.RequestTooLarge("http_413", "HTTP 413 Request Entity Too Large", 413, sent=255_900_000), None
    ),
    "not_sent_no_credit": NotSent(
        DRAFT, api.ApiRejected("invalid_request_error", "Your credit balance is too low.", 400, "req_011CQ")
    ),
    "not_sent_on_hold": NotSent(
        DRAFT,
        api.ApiRejected("invalid_request_error", "Disabled.", 400, "req_011CQ", code="organization_on_hold"),
    ),
    "not_sent_key_refused": NotSent(DRAFT, api.KeyRefused("authentication_error", "API key is invalid.", 401)),
    "not_sent": NotSent(DRAFT, OVERLOADED),
    "not_sent_disk_full": NotSent(SAMPLE_FIRST, ScratchFileFailed(True, "No space left on device")),
    "not_sent_store_locked": NotSent(SAMPLE_FIRST, StoreUnavailable("locked")),
    "answer_lost": AnswerLost(DRAFT, (running(1_003),), CUT),
    "answer_lost_nothing_new": AnswerLost(DRAFT, (), CUT),
    "answer_lost_no_look": AnswerLost(DRAFT, None, CUT),
    "answer_leaves_it_open": AnswerLost(DRAFT, (), api.ApiUnavailable("api_error", "Internal error", 500, "req_011CQ")),
    "answer_lost_of_a_sample": AnswerLost(SAMPLE, (running(10),), CUT, REST),
    "question_parts": question(SendChange(DIVIDED)),
    "question_unsent_parts": question(SendChange(UNSENT)),
    "approval_asked_of_parts": ApprovalAsked(DIVIDED, OVER_THE_LIMIT, (), _ignore),
    "parts_sent": PartsSent(DIVIDED, CREATED),
    "parts_approved": PartsSent(replace(DIVIDED, approved_by=ADA.user, user_id=BEN.user), CREATED),
    "parts_stopped": PartsSent(DIVIDED, CREATED[:2], UNSENT, NotSent(PARTS[2], OVERLOADED)),
    "parts_refused": PartsSent(DIVIDED, CREATED[:1], None, SendRefused(PARTS[1], REFUSED, "r-2")),
    "parts_answer_lost": PartsSent(DIVIDED, CREATED[:1], None, AnswerLost(PARTS[1], (running(100_000),), CUT)),
    "parts_not_recorded": PartsSent(DIVIDED, CREATED[:1], None, NOT_RECORDED),
    "parts_file_missing": PartsSent(DIVIDED, CREATED[:1], None, RequestsFileMissing(PARTS[1])),
    "parts_store_locked": PartsSent(DIVIDED, CREATED[:1], None, StoreUnavailable("locked")),
    "no_part_sent": PartsSent(DIVIDED, (), DIVIDED, NotSent(PARTS[0], OVERLOADED)),
}
