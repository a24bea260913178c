"""Retry: a new draft of only what failed and may succeed next time."""

import pytest

from bot.api.ids import BatchId
from bot.api.models import MessageBatch
from bot.commands.base import Permission
from bot.commands.draft_change import SendChange
from bot.commands.language.errors import BadValue, MissingReference, UsageError
from bot.commands.retry import NoSuchCause, NothingToRetry, OriginalNeeded, Retry, RetryTooEarly, RetryTooLate
from bot.operations.drafts import CheckedDraft
from bot.operations.find_batch import Reference
from bot.operations.services import Services
from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.server import ApiSimulator
from tests.builders import ID
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.conftest import Place
from tests.commands.drafts import sent_batch


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("retry last", Retry(Reference("last"))),
        (f"retry {ID} --all", Retry(Reference(ID), everything=True)),
        (f"retry {ID} —cause Overloaded_Error", Retry(Reference(ID), cause="overloaded_error")),
        (f"retry {ID} --file F0ABCDE", Retry(Reference(ID), file="F0ABCDE")),
    ],
)
def test_it_takes_a_batch_and_which_failures(typed: str, command: Retry) -> None:
    assert reads_as(typed, command)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("retry", MissingReference),
        ("retry last --all --cause expired", BadValue),
        ('retry last --cause "two words"', BadValue),
        ("retry last --file somewhere", BadValue),
    ],
)
def test_a_line_that_makes_no_sense_is_a_usage_error(typed: str, kind: type[UsageError]) -> None:
    assert usage_error(typed) == (kind, "retry")


def test_it_needs_an_operator() -> None:
    assert Retry.permission is Permission.OPERATE


@pytest.fixture
async def canceled(draft_services: Services, api: ApiSimulator, clock: Clock) -> MessageBatch:
    """Provide a batch that was sent from here and then canceled."""
    batch = await sent_batch(draft_services, requests=8)
    await carry_out(draft_services, f"cancel {batch.id}")
    api.advance(2_000)
    ended = await draft_services.workspace.batches.retrieve(batch.id)
    assert ended.has_ended
    assert ended.request_counts.canceled > 0
    return ended


async def test_canceled_requests_become_a_draft(draft_services: Services, canceled: MessageBatch) -> None:
    outcome = await carry_out(draft_services, f"retry {canceled.id}")

    assert isinstance(outcome, SendChange)
    assert outcome.draft.requests == canceled.request_counts.canceled
    assert (outcome.draft.parent_id, outcome.draft.kind) == (canceled.id, "retry")
    assert outcome.checked == CheckedDraft(outcome.draft)


async def test_a_cause_that_did_not_occur_is_named_with_the_causes_that_did(
    draft_services: Services, canceled: MessageBatch
) -> None:
    outcome = await carry_out(draft_services, f"retry {canceled.id} --cause overloaded_error")

    assert isinstance(outcome, NoSuchCause)
    assert "canceled" in {cause.type for cause in outcome.causes}


async def test_a_running_batch_is_too_early(draft_services: Services, place: Place) -> None:
    place(processing_status="in_progress", processing=5, id=ID)

    assert isinstance(await carry_out(draft_services, f"retry {ID}"), RetryTooEarly)


async def test_a_batch_whose_results_expired_is_too_late(
    draft_services: Services, place: Place, api: ApiSimulator
) -> None:
    place(succeeded=1, errored=1, id=ID)
    api.advance(30 * 24 * 3600)

    assert isinstance(await carry_out(draft_services, f"retry {ID}"), RetryTooLate)


@pytest.fixture
def failed(place: Place) -> BatchId:
    """Provide a batch made elsewhere, whose requests are not archived here."""
    return place(succeeded=1, errored=20, causes={"prompt_too_long": 15, "overloaded": 5}, id=ID)


async def test_requests_that_are_not_kept_here_need_the_original_file(
    draft_services: Services, failed: BatchId
) -> None:
    outcome = await carry_out(draft_services, f"retry {failed}")

    assert isinstance(outcome, OriginalNeeded)
    assert (outcome.requests, outcome.looked) == (5, False)


async def test_all_includes_the_failures_that_will_repeat(draft_services: Services, failed: BatchId) -> None:
    outcome = await carry_out(draft_services, f"retry {failed} --all")

    assert isinstance(outcome, OriginalNeeded)
    assert outcome.requests == 20


async def test_failures_that_will_all_repeat_are_not_retried(draft_services: Services, place: Place) -> None:
    place(succeeded=1, errored=15, causes={"messages_missing": 15}, id=ID)

    outcome = await carry_out(draft_services, f"retry {ID}")

    assert isinstance(outcome, NothingToRetry)
    assert [(cause.type, cause.count) for cause in outcome.left_out] == [("invalid_request_error", 15)]


async def test_failures_that_wait_for_the_account_are_offered_if_nothing_else_may_succeed(
    draft_services: Services, place: Place
) -> None:
    place(succeeded=1, errored=15, causes={"api_usage_limit": 12, "messages_missing": 3}, id=ID)

    outcome = await carry_out(draft_services, f"retry {ID}")

    assert isinstance(outcome, OriginalNeeded)
    assert outcome.requests == 12


async def test_failures_that_wait_for_the_account_are_left_out_beside_those_that_may_succeed_now(
    draft_services: Services, place: Place
) -> None:
    place(succeeded=1, errored=15, causes={"api_usage_limit": 12, "overloaded": 3}, id=ID)

    outcome = await carry_out(draft_services, f"retry {ID}")

    assert isinstance(outcome, OriginalNeeded)
    assert outcome.requests == 3
