"""Preview: an approver reads the first request, and that is on record."""

import pytest

from bot.commands.base import Permission
from bot.commands.language.errors import MissingReference, UnexpectedWord
from bot.commands.preview import Preview, Previewed
from bot.operations.drafts import DraftUnavailable, RequestsFileMissing
from bot.operations.services import Services
from bot.store.records import audit
from tests.builders import BEN
from tests.commands.carrying_out import carry_out, reads_as, usage_error
from tests.commands.drafts import ready_draft, stored


def test_it_takes_one_draft() -> None:
    assert reads_as("preview 3f9c2a", Preview("3f9c2a"))
    assert usage_error("preview") == (MissingReference, "preview")
    assert usage_error("preview 3f9c2a 4e") == (UnexpectedWord, "preview")


def test_it_needs_an_approver() -> None:
    assert Preview.permission is Permission.APPROVE


async def test_the_first_request_is_shown_and_the_look_is_recorded(draft_services: Services) -> None:
    draft = await ready_draft(draft_services, requests=11)
    await carry_out(draft_services, f"send {draft.id}")

    outcome = await carry_out(draft_services, f"preview {draft.id}", BEN)
    entries = await draft_services.database.run(lambda connection: audit.list_entries(connection, subject=draft.id))

    assert isinstance(outcome, Previewed)
    assert outcome.first.params["messages"] == [{"role": "user", "content": "Say value 0."}]
    assert (entries[0].verb, entries[0].user_id, entries[0].outcome) == ("preview", BEN.user, "done")
    assert (await stored(draft_services, draft)).state == "waiting"


async def test_only_what_waits_for_approval_is_shown(draft_services: Services) -> None:
    draft = await ready_draft(draft_services)

    with pytest.raises(DraftUnavailable):
        await carry_out(draft_services, f"preview {draft.id}", BEN)


@pytest.mark.parametrize("content", [None, b"", b"{}\n"])
async def test_a_file_that_is_gone_or_damaged_is_reported(content: bytes | None, draft_services: Services) -> None:
    draft = await ready_draft(draft_services, requests=11)
    await carry_out(draft_services, f"send {draft.id}")
    file = draft_services.drafts.requests_file(draft.id)
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)

    with pytest.raises(RequestsFileMissing):
        await carry_out(draft_services, f"preview {draft.id}", BEN)
