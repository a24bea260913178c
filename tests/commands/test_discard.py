"""Discard: a draft is discarded, and none of its requests is sent."""

import pytest

from bot.commands.base import Permission
from bot.commands.discard import Discard, Discarded
from bot.commands.language.errors import MissingReference, UnexpectedWord
from bot.operations.drafts import DraftUnavailable
from bot.operations.services import Services
from bot.playground.api_simulator.server import ApiSimulator
from tests.builders import BEN
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.drafts import creates, ready_draft, stored


def test_it_takes_the_id_of_one_draft() -> None:
    assert reads_as("discard 3f9c2a", Discard("3f9c2a"))
    assert usage_error("discard") == (MissingReference, "discard")
    assert usage_error("discard 3f9c2a 4e") == (UnexpectedWord, "discard")


def test_it_needs_an_operator() -> None:
    assert Discard.permission is Permission.OPERATE


async def test_a_ready_draft_is_discarded_with_its_file(draft_services: Services, api: ApiSimulator) -> None:
    draft = await ready_draft(draft_services)
    file = draft_services.drafts.requests_file(draft.id)
    assert file.exists()

    outcome = await carry_out(draft_services, f"discard {draft.id}")

    assert isinstance(outcome, Discarded)
    assert not file.exists()
    assert (await stored(draft_services, draft)).state == "dropped"
    assert creates(api) == 0


async def test_another_operator_may_decline_a_draft_that_waits_for_approval(draft_services: Services) -> None:
    draft = await ready_draft(draft_services, requests=11)
    await carry_out(draft_services, f"send {draft.id}")

    outcome = await carry_out(draft_services, f"discard {draft.id}", BEN)

    assert isinstance(outcome, Discarded)
    assert (await stored(draft_services, draft)).state == "dropped"


async def test_a_discarded_draft_cannot_be_sent(draft_services: Services) -> None:
    draft = await ready_draft(draft_services)
    await carry_out(draft_services, f"discard {draft.id}")

    with pytest.raises(DraftUnavailable):
        await carry_out(draft_services, f"send {draft.id}")


async def test_a_sent_draft_cannot_be_discarded(draft_services: Services) -> None:
    draft = await ready_draft(draft_services)
    await carry_out(draft_services, f"send {draft.id}")

    with pytest.raises(DraftUnavailable):
        await carry_out(draft_services, f"discard {draft.id}")
