"""Approve: another operator agrees to a draft that is above the limit."""

import pytest
from msgspec.structs import replace

from bot.api.models import MessageBatch
from bot.caller import TeamId
from bot.commands.approve import Approve
from bot.commands.base import Permission
from bot.commands.language.errors import MissingReference, UnexpectedWord
from bot.operations.approval import ApprovalOfOwn
from bot.operations.drafts import DraftUnavailable
from bot.operations.send_outcomes import ApprovalAsked, BatchCreated
from bot.operations.services import Services
from bot.playground.api_simulator.server import ApiSimulator
from bot.store.records.drafts import Draft
from tests.builders import ADA, BEN
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.drafts import creates, ready_draft, stored


@pytest.fixture
async def waiting(draft_services: Services) -> Draft:
    """Provide a draft above the limit, for which Ada asked for approval."""
    draft = await ready_draft(draft_services, requests=11)
    assert isinstance(await carry_out(draft_services, f"send {draft.id}"), ApprovalAsked)
    return draft


def test_it_takes_the_id_of_one_draft() -> None:
    assert reads_as("approve 3f9c2a", Approve("3f9c2a"))
    assert usage_error("approve") == (MissingReference, "approve")
    assert usage_error("approve 3f9c2a 4e") == (UnexpectedWord, "approve")


def test_it_needs_an_approver() -> None:
    assert Approve.permission is Permission.APPROVE


async def test_another_operators_approval_sends_the_draft_for_the_person_who_asked(
    draft_services: Services, waiting: Draft
) -> None:
    outcome = await carry_out(draft_services, f"approve {waiting.id}", BEN)

    assert isinstance(outcome, BatchCreated)
    assert isinstance(outcome.batch, MessageBatch)
    assert (outcome.draft.user_id, outcome.draft.approved_by) == (ADA.user, BEN.user)
    assert (await stored(draft_services, waiting)).batch_id == outcome.batch.id


async def test_the_person_who_asked_cannot_approve(draft_services: Services, waiting: Draft, api: ApiSimulator) -> None:
    with pytest.raises(ApprovalOfOwn):
        await carry_out(draft_services, f"approve {waiting.id}", ADA)

    assert creates(api) == 0
    assert (await stored(draft_services, waiting)).state == "waiting"


async def test_a_person_is_their_user_id_in_every_workspace(
    draft_services: Services, waiting: Draft, api: ApiSimulator
) -> None:
    with pytest.raises(ApprovalOfOwn):
        await carry_out(draft_services, f"approve {waiting.id}", replace(ADA, team=TeamId("T0OTHER")))

    assert creates(api) == 0


async def test_a_draft_that_needs_no_approval_cannot_be_approved(draft_services: Services) -> None:
    draft = await ready_draft(draft_services)

    with pytest.raises(DraftUnavailable):
        await carry_out(draft_services, f"approve {draft.id}", BEN)


async def test_a_draft_is_approved_only_once(draft_services: Services, waiting: Draft, api: ApiSimulator) -> None:
    await carry_out(draft_services, f"approve {waiting.id}", BEN)

    with pytest.raises(DraftUnavailable):
        await carry_out(draft_services, f"approve {waiting.id}", BEN)

    assert creates(api) == 1
