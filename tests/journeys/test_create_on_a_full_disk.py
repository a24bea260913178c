"""A disk that takes no file is told as that, by every verb that needs one."""

from tests.desk import Desk
from tests.journeys.creating import asked_about, posts, sound
from tests.journeys.test_retry_a_batch import ended


async def test_a_full_disk_is_reported_when_a_checked_file_does_not_fit(desk: Desk) -> None:
    parent = await ended(desk, sound(12))
    drafts = desk.settings.keep_requests.path / "drafts"
    drafts.rmdir()
    drafts.write_text("in the way")

    created = await asked_about(desk, sound(5))
    [retried] = await desk.type(f"/batch retry {parent}")

    assert "The disk of the bot did not take a file" in created.visible_text
    assert "The disk of the bot did not take a file" in retried.visible_text
    assert posts(desk) == 1
