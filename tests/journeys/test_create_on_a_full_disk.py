"""Every verb that needs a file reports a disk without room."""

from tests.desk import Desk
from tests.journeys.creating import ask_about_file, count_creates, sound_file
from tests.journeys.test_retry_a_batch import ended


async def test_a_full_disk_is_reported_when_a_checked_file_does_not_fit(desk: Desk) -> None:
    parent = await ended(desk, sound_file(12))
    drafts = desk.settings.keep_requests.path / "drafts"
    drafts.rmdir()
    drafts.write_text("in the way")

    created = await ask_about_file(desk, sound_file(5))
    [retried] = await desk.type(f"/batch retry {parent}")

    assert "I couldn't write to Batchdesk's disk" in created.visible_text
    assert "I couldn't write to Batchdesk's disk" in retried.visible_text
    assert count_creates(desk) == 1
