"""Everything the bot can say of drafts, retries and names; part of the catalogue in tests/ui/catalog.py."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from bot.batches import errors as api
from bot.batches.causes import Cause
from bot.batches.estimate import Basis, Estimate, ModelEstimate
from bot.batches.foreign_files import FileKind
from bot.batches.problems import Problem, ProblemKind, Warned, WarningKind
from bot.batches.requests_file import Checked
from bot.batches.sizes import Sizes
from bot.commands.drafting import (
    ApprovalOfOwn,
    DraftOver,
    DraftReady,
    FileRefused,
    FormUsed,
    Left,
    SpoolGone,
    to_json,
)
from bot.commands.drop import Dropped
from bot.commands.label import Labelled
from bot.commands.making import FileUnreadable, NoFileInMessage, WhyUnreadable
from bot.commands.note import Noted
from bot.commands.own import Owned, OwnedAlready
from bot.commands.references import Reference
from bot.commands.registry import Outcome
from bot.commands.retry import NoSuchCause, NothingToRetry, OriginalNeeded, Retry, RetryTooEarly, RetryTooLate
from bot.commands.send import Send
from bot.commands.sending import AnswerLost, ApprovalAsked, BatchCreated, NotSent, SendRefused
from bot.confirmations import DraftQuestion
from bot.errors import ExpectedError
from bot.store.drafts import Draft
from tests.builders import ADA, BATCHES, BEN, ID, NOW, batch_id, running

ENDED = BATCHES["ended_some_succeeded"]
ESTIMATE = Estimate(
    (
        ModelEstimate("claude-haiku-4-5", 1_000, 250_000, 64_000, Decimal("0.125"), Decimal("0.285"), Basis.COUNTED),
        ModelEstimate("claude-next", 3, 700, 900, None, None, Basis.BY_CHARACTERS),
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
    estimate=to_json(ESTIMATE),
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
QUESTION = DraftQuestion(Send(DRAFT.id), DRAFT, "the-confirmation-id", NOW + timedelta(minutes=30), by_another=False)
AGAIN = Retry(Reference(ID))
CAUSES = (
    Cause("invalid_request_error", "prompt is too long: <n> tokens > <n> maximum", 26, ("a-0001",)),
    Cause("expired", "", 5, ("a-0200",)),
)
LEFT = (Left("invalid_request_error", "messages: at least one message is required", 12), Left("", "", 1))
SOUND = Checked(None, 3, 500, (), {}, (), Sizes())
PROBLEMS = tuple(
    Problem(kind, line, "params.max_tokens", "<0> `x`", 8_192, 1) for line, kind in enumerate(ProblemKind, 1)
)
WARNINGS = tuple(Warned(kind, "params.model", "claude-next", 4, 17) for kind in WarningKind)
REFUSED = api.ApiRejected("invalid_request_error", "requests.2.params: too long", 400, "req_011CQ")
BUSY = api.ApiUnavailable("overloaded_error", "Overloaded", 529, "req_011CQ", may_have_happened=False)


def refused(shown: int, each: int = 1) -> Checked:
    """Return a check that found so many kinds of problems, each so often."""
    return replace(
        SOUND, problems=PROBLEMS[:shown] * min(each, 3), totals=dict.fromkeys(list(ProblemKind)[:shown], each)
    )


OUTCOMES: dict[str, Outcome | DraftQuestion] = {
    "question_draft": QUESTION,
    "question_draft_above_the_limit": replace(QUESTION, by_another=True),
    "question_draft_warned": replace(QUESTION, ready=DraftReady(DRAFT, WARNINGS)),
    "question_retry": replace(
        QUESTION, draft=RETRY, ready=DraftReady(RETRY, left=LEFT, missing=2, retried=(batch_id(7),))
    ),
    "file_refused": FileRefused("requests.jsonl", refused(3)),
    "file_refused_of_every_kind": FileRefused("r" * 200, refused(20, 5_000)),
    **{f"file_refused_{kind.value}": FileRefused("odd.bin", replace(SOUND, foreign=kind)) for kind in FileKind},
    "dropped": Dropped(DRAFT),
    "created": BatchCreated(running(1_003), DRAFT, kept=True),
    "created_approved_not_kept": BatchCreated(running(1_003), replace(DRAFT, approved_by=BEN.user), kept=False),
    "approval_asked": ApprovalAsked(DRAFT),
    "send_refused": SendRefused(DRAFT, REFUSED, "r-2"),
    "send_refused_unnamed": SendRefused(DRAFT, REFUSED, None),
    "not_sent": NotSent(DRAFT, BUSY),
    "answer_lost": AnswerLost(DRAFT, (running(1_003),)),
    "answer_lost_nothing_new": AnswerLost(DRAFT, ()),
    "answer_lost_no_look": AnswerLost(DRAFT, None),
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
    "labelled": Labelled(ENDED, "nightly *eval*", 0),
    "labelled_as_others": Labelled(ENDED, "nightly", 2),
    "label_removed": Labelled(ENDED, None),
    "noted": Noted(ENDED, "after the <prompt> fix"),
    "note_removed": Noted(ENDED, None),
    "owned": Owned(ENDED, ADA.user),
    "owned_already": OwnedAlready(ENDED, BEN.user),
}
ERRORS: dict[str, ExpectedError] = {
    **{f"file_{why.name.lower()}": FileUnreadable(why, "requests.jsonl", "said") for why in WhyUnreadable},
    **{
        f"draft_{state}": DraftOver(replace(DRAFT, state=state, batch_id=ID))
        for state in ("sent", "sending", "waiting", "unknown", "dropped")
    },
    "draft_unknown_to_us": DraftOver(None),
    "approval_of_own": ApprovalOfOwn(DRAFT),
    "spool_gone": SpoolGone(DRAFT),
    "form_used": FormUsed(),
    "no_file_in_message": NoFileInMessage(),
    "requests_unreadable": api.RequestsUnreadable(Path("kept.gz"), "it is damaged"),
}
