"""Drafts in several states, and what the check of a file found."""

from datetime import timedelta
from decimal import Decimal

from msgspec.structs import replace

from bot.commands.registry import AskingChange
from bot.confirmations import ConfirmationNeeded
from bot.operations.approval import BudgetUse, LimitExceeded, MonthSpend, Sent
from bot.operations.drafts import (
    LeftOutCause,
)
from bot.operations.retirements import RetirementState, RetiringModel
from bot.requests.check import CheckReport
from bot.requests.estimate import Estimate, EstimateBasis, ModelEstimate, dump_estimate, load_estimate
from bot.requests.problems import GroupedWarning, Problem, ProblemKind, WarningKind
from bot.requests.sizes import RequestSizes
from bot.store.records.confirmations import StoredConfirmation
from bot.store.records.drafts import Draft
from tests.builders import ADA, BEN, ID, NOW, another_id


def estimate(requests: int, unpriced: int = 3) -> Estimate:
    """Return the estimate of so many requests, the last few of them to a model without a price."""
    priced = requests - unpriced
    known = ModelEstimate(
        "claude-haiku-4-5",
        priced,
        priced * 250,
        priced * 64,
        priced * Decimal("0.000125"),
        priced * Decimal("0.000285"),
        EstimateBasis.COUNTED,
    )
    unknown = ModelEstimate("claude-next", unpriced, 700, 900, None, None, EstimateBasis.BY_CHARACTERS)
    return Estimate((known, unknown))


ESTIMATE = estimate(1_003)

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
    DRAFT,
    id="fedcba9876543210fedcba98",
    requests=993,
    size=2_322_354,
    estimate=dump_estimate(estimate(993)),
    whole_id=DRAFT.id,
    parent_id=another_id(3),
    kind="canary",
)

SAMPLE = replace(DRAFT, id="aaaaaaaaaaaaaaaaaaaaaaaa", requests=10, whole_id=DRAFT.id, rest_id=REST.id)

SAMPLE_FIRST = replace(DRAFT, sample=10)

SMALL = replace(DRAFT, requests=19, size=44_417, estimate=dump_estimate(estimate(19)))

DIVIDED = replace(DRAFT, parts=3, requests=250_000, size=612_000_000, estimate=dump_estimate(estimate(250_000)))
UNSENT = replace(
    DIVIDED,
    whole_id=DIVIDED.id,
    parts=1,
    requests=50_000,
    size=122_400_000,
    estimate=dump_estimate(estimate(50_000)),
)
PARTS = tuple(
    replace(DIVIDED, id=f"{number:024x}", whole_id=DIVIDED.id, part=number, requests=requests)
    for number, requests in enumerate((100_000, 100_000, 50_000), 1)
)

OVER_THE_LIMIT = LimitExceeded(requests=1_000, sent=Sent(Decimal("1.20"), 400))
MONTH = MonthSpend(NOW, Decimal("700.10"), is_complete=True, open=Sent(Decimal("112.30"), 4_000))
BUDGET = BudgetUse(Decimal(1_000), MONTH, Decimal("840.20"))
NO_BUDGET_LEFT = BudgetUse(
    Decimal(800), replace(MONTH, is_complete=False, open=Sent(Decimal(99), 20, 1), unread=12), None
)
OVER_EVERY_LIMIT = LimitExceeded(
    Decimal("2.50"), 1_000, Sent(Decimal("1.20"), 1, 2), NO_BUDGET_LEFT, is_unbounded=True, is_part=True
)
OVER_THE_SPEND_LIMIT = LimitExceeded(Decimal(50), sent=Sent(Decimal("41.20"), 900))

EXPIRES = NOW + timedelta(minutes=30)


def question(change: AskingChange) -> ConfirmationNeeded:
    """Return a question that waits for an answer."""
    return ConfirmationNeeded(change, "the-confirmation-id", EXPIRES)


OTHER_RETRIES = tuple(map(another_id, range(1, 8)))

LEFT_OUT = (
    LeftOutCause("invalid_request_error", "messages: at least one message is required", 12),
    LeftOutCause("", "", 1),
)

MODELS = load_estimate(DRAFT.estimate).models
USES_RETIRING = replace(
    DRAFT,
    requests=1_006,
    estimate=dump_estimate(
        Estimate(
            (
                *MODELS,
                ModelEstimate("claude-late", 2, 500, 600, None, None, EstimateBasis.BY_CHARACTERS),
                ModelEstimate("claude-gone", 1, 250, 300, None, None, EstimateBasis.BY_CHARACTERS),
            )
        )
    ),
)

RETIRING = (
    RetiringModel("claude-haiku-4-5", RetirementState.PLANNED, NOW + timedelta(days=60), 1_000),
    RetiringModel("claude-next", RetirementState.SOON, NOW + timedelta(hours=20), 3),
    RetiringModel("claude-late", RetirementState.OVERDUE, NOW - timedelta(days=3), 2),
    RetiringModel("claude-gone", RetirementState.RETIRED, NOW - timedelta(days=9), 1),
)

SOUND_FILE = CheckReport(None, 3, 500, (), {}, (), RequestSizes())

PROBLEMS = tuple(Problem(kind, line, value='{"custom_id": "<r>", `x`') for line, kind in enumerate(ProblemKind, 1))
THREE_PROBLEMS = (
    Problem(ProblemKind.OUT_OF_RANGE, 1, "params.max_tokens", "64000", 8_192),
    Problem(ProblemKind.NOT_UTF8, 2),
    Problem(ProblemKind.CUSTOM_ID_TWICE, 3, "custom_id", "<r> `x`", first_line=1),
)

WARNINGS = tuple(GroupedWarning(kind, "params.model", "claude-next", 4, 17) for kind in WarningKind)


def refused(shown: int, each: int = 1) -> CheckReport:
    """Return a check that found so many kinds of problems, each so often."""
    found = tuple(
        replace(problem, line=number * shown + place)
        for number in range(min(each, 3))
        for place, problem in enumerate(PROBLEMS[:shown], 1)
    )
    return replace(
        SOUND_FILE,
        requests=shown * each,
        problems=found,
        totals=dict.fromkeys(list(ProblemKind)[:shown], each),
    )


DRAFT_QUESTION = StoredConfirmation(
    "the-confirmation-id", ADA.user, ADA.team, f"send {DRAFT.id}", DRAFT.id, "draft", NOW, EXPIRES
)
