"""Decline: an approver refuses a draft, and says why."""

import pytest

from bot.commands.base import Permission
from bot.commands.decline import Decline, Declined, ReasonWanted
from bot.commands.language.errors import BadValue, MissingReference
from bot.operations.drafts import DraftUnavailable
from bot.operations.services import Services
from bot.playground.api_simulator.server import ApiSimulator
from tests.builders import BEN
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.drafts import creates, ready_draft, stored


def test_it_takes_a_draft_and_a_reason() -> None:
    assert reads_as("decline 3f9c2a", Decline("3f9c2a"))
    assert reads_as("decline 3f9c2a too expensive", Decline("3f9c2a", "too expensive"))
    assert reads_as("decline 'two words' too expensive", Decline("two words", "too expensive"))
    assert usage_error("decline") == (MissingReference, "decline")
    assert usage_error(f"decline 3f9c2a {'x' * 501}") == (BadValue, "decline")


def test_it_needs_an_approver() -> None:
    assert Decline.permission is Permission.APPROVE


async def test_without_a_reason_it_asks_for_one_and_declines_nothing(draft_services: Services) -> None:
    draft = await ready_draft(draft_services, requests=11)
    await carry_out(draft_services, f"send {draft.id}")

    outcome = await carry_out(draft_services, f"decline {draft.id}", BEN)

    assert isinstance(outcome, ReasonWanted)
    assert (await stored(draft_services, draft)).state == "waiting"


async def test_a_declined_draft_is_not_sent_and_its_file_is_removed(
    draft_services: Services, api: ApiSimulator
) -> None:
    draft = await ready_draft(draft_services, requests=11)
    await carry_out(draft_services, f"send {draft.id}")

    outcome = await carry_out(draft_services, f"decline {draft.id} too expensive", BEN)

    assert isinstance(outcome, Declined)
    assert outcome.reason == "too expensive"
    assert not draft_services.drafts.requests_file(draft.id).exists()
    assert creates(api) == 0
    with pytest.raises(DraftUnavailable):
        await carry_out(draft_services, f"approve {draft.id}", BEN)


async def test_only_a_draft_that_waits_can_be_declined(draft_services: Services) -> None:
    draft = await ready_draft(draft_services)

    with pytest.raises(DraftUnavailable):
        await carry_out(draft_services, f"decline {draft.id} no", BEN)
