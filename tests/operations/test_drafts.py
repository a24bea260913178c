"""How people name a draft: its id, the start of it, or the name of its file."""

from functools import partial

import pytest
from msgspec.structs import replace

from bot.operations.drafts import DraftAmbiguous, DraftUnavailable, find_draft
from bot.operations.services import Services
from bot.store.records import drafts
from tests.ui.draft_samples import DRAFT

ONE = replace(DRAFT, id="0123456789abcdef01234567", name="Big 1200.jsonl")
SIMILAR = replace(DRAFT, id="012345ffffffffffffffffff", name="small.jsonl")
SENT = replace(DRAFT, id="aaaaaabbbbbbbbbbbbbbbbbb", name="small.jsonl", state="sent")


@pytest.fixture
async def known(services: Services) -> Services:
    """Provide services whose store has the three drafts."""
    for draft in (ONE, SIMILAR, SENT):
        await services.database.run(partial(drafts.add, draft=draft))
    return services


@pytest.mark.parametrize("reference", [ONE.id, "0123456", "0123456789AB", "Big 1200.jsonl", "big 1200.JSONL"])
async def test_a_draft_is_found_by_its_id_by_the_start_of_it_and_by_the_name_of_its_file(
    reference: str, known: Services
) -> None:
    assert await find_draft(known, reference, "ready") == ONE


async def test_a_name_means_the_one_draft_that_can_still_be_used(known: Services) -> None:
    assert await find_draft(known, "small.jsonl", "ready") == SIMILAR


async def test_a_reference_that_fits_several_drafts_lists_them(known: Services) -> None:
    with pytest.raises(DraftAmbiguous) as caught:
        await find_draft(known, "012345", "ready")

    assert {draft.id for draft in caught.value.found} == {ONE.id, SIMILAR.id}


@pytest.mark.parametrize("reference", ["01234", "big", "%", "______"])
async def test_a_few_characters_are_no_reference(reference: str, known: Services) -> None:
    with pytest.raises(DraftUnavailable) as caught:
        await find_draft(known, reference, "ready")

    assert caught.value.draft is None


async def test_a_draft_in_another_state_is_named(known: Services) -> None:
    with pytest.raises(DraftUnavailable) as caught:
        await find_draft(known, "aaaaaa", "ready")

    assert caught.value.draft == SENT
