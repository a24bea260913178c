"""The App Home tab: no channel, no response_url, and a trigger that lives three seconds."""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.caller import Caller, TeamId, UserId
from bot.operations.bulk import make_bulk
from bot.playground.api_simulator.faults import ApiFault
from bot.store.records import bulks, drafts
from bot.store.records.bulks import Bulk, BulkItem
from bot.store.records.drafts import DraftState
from tests.conftest import OpenDesk
from tests.desk import ADA, BEN, GUEST, Desk
from tests.ui.draft_samples import DRAFT


async def test_opening_the_tab_shows_running_batches(either_desk: Desk) -> None:
    batch = either_desk.api.workspace.add(processing_status="in_progress", processing=320)

    home = await either_desk.home()

    assert "Running (1)" in home.visible_text
    assert batch.id.removeprefix("msgbatch_")[:10] in home.visible_text
    assert home.buttons == ["Create", "List", "Help", "Refresh"]


async def test_the_board_of_500_running_batches_fits_and_reads_one_page(desk: Desk) -> None:
    for _ in range(500):
        desk.api.workspace.add(processing_status="in_progress", processing=10)
    ended = [desk.api.workspace.add(succeeded=3, age=27 * 86_400) for _ in range(20)]
    for batch in ended[:5]:
        await desk.type(f"/batch delete {batch.id}")
    await desk.type("/batch cancel --all")
    fill_the_store(desk)
    before = len(desk.api.requests)

    home = await desk.home()

    for words in (
        "Running (500)",
        "490 more. *List* shows them.",
        "37 more approvals appear here",
        "3 more questions appear here",
        "37 more unsent files appear here",
        "37 more lists of batches under way",
        "and 37 more",
        "15 more are among the older batches.",
    ):
        assert words in home.visible_text
    assert len(home.blocks) <= 100
    assert [call.path for call in desk.api.requests[before:]] == ["/v1/messages/batches"]


def item(bulk: Bulk) -> BulkItem:
    return BulkItem(
        bulk_id=bulk.id, position=0, workspace_id=bulk.workspace_id, batch_id="msgbatch_1", seen="", requests=1
    )


def fill_the_store(desk: Desk) -> None:
    """Store 40 approvals, unsent files and lists of batches: of Ada and of Ben."""
    services = desk.bot.worker.services
    now = desk.time()
    kept: dict[str, DraftState] = {ADA: "ready", BEN: "waiting", "asked": "waiting"}
    for number, (who, state) in enumerate(40 * [*kept.items()]):
        draft = replace(DRAFT, id=f"{number:024x}", user_id=BEN if who == BEN else ADA, state=state)
        draft = replace(draft, name="n" * 200, created_at=now, changed_at=now)
        services.database.transact(lambda connection, draft=draft: drafts.add(connection, draft))  # type: ignore[misc] # a default binds the loop's value
    for number in range(40):
        bulk = make_bulk(services, Caller(UserId(BEN), TeamId("T0DEMO"), None), "cancel", "cancel --all", saves=False)
        bulk = replace(bulk, id=f"bulk_{number:016x}", state="running")
        services.database.transact(lambda connection, bulk=bulk: bulks.add(connection, bulk, [item(bulk)]))  # type: ignore[misc] # likewise


async def test_refresh_renews_the_tab_and_opens_nothing(desk: Desk) -> None:
    home = await desk.home()
    desk.api.workspace.add(processing_status="in_progress", processing=5)

    messages = await desk.press(home, "Refresh")

    renewed = desk.slack.home(ADA)
    assert renewed is not None
    assert "Running (1)" in renewed.visible_text
    assert desk.slack.modal(ADA) is None
    assert messages == []


async def test_a_tab_that_cannot_be_renewed_says_since_when_and_can_be_tried_again(desk: Desk) -> None:
    home = await desk.home()
    began = int(desk.time().timestamp())
    desk.api.add_fault(ApiFault(status=500, times=100, should_retry=False))
    shown = []

    for _ in range(2):
        await desk.press(home, "Refresh")
        failed = desk.slack.home(ADA)
        assert failed is not None
        assert failed.buttons == ["Refresh"]
        shown.append(re.findall(r"updated since <!date\^(\d+)", failed.visible_text))
        desk.time.later = timedelta(hours=1)
    desk.api.clear_faults()
    await desk.press(home, "Refresh")

    assert shown[0] == shown[1]
    assert began - 1 <= int(shown[0][0]) <= began + 5
    renewed = desk.slack.home(ADA)
    assert renewed is not None
    assert "Nothing is running" in renewed.visible_text


async def test_a_batch_is_opened_canceled_and_confirmed_in_one_modal(either_desk: Desk) -> None:
    either_desk.api.workspace.add(processing_status="in_progress", processing=320)
    home = await either_desk.home()
    shown = []

    await either_desk.open_first(home)
    for label in ("Cancel", "Cancel the batch"):
        modal = either_desk.slack.modal(ADA)
        assert modal is not None
        shown.append(modal.visible_text)
        await either_desk.press(modal, label)

    done = either_desk.slack.modal(ADA)
    assert " · running" in shown[0]
    assert "Cancel this batch?" in shown[1]
    assert done is not None
    assert "Canceling." in done.visible_text
    assert [request.path[-7:] for request in either_desk.api.requests if request.method == "POST"] == ["/cancel"]


async def test_a_delete_is_asked_and_kept_in_the_modal(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=3)
    await desk.open_first(await desk.home())

    for label in ("Delete", "Keep"):
        modal = desk.slack.modal(ADA)
        assert modal is not None
        await desk.press(modal, label)

    kept = desk.slack.modal(ADA)
    assert kept is not None
    assert "Nothing was changed" in kept.visible_text
    assert desk.deletes == []


async def test_a_slow_api_does_not_cost_the_modal(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    desk.api.workspace.add(succeeded=3)
    home = await desk.home()
    desk.slack.fail_next("views.open", error="expired_trigger_id")

    [message] = await desk.open_first(home)

    assert message.channel == "D0ADA"
    assert "all 3 succeeded" in message.visible_text


async def test_a_modal_that_was_closed_meanwhile_is_answered_by_message(desk: Desk) -> None:
    desk.api.workspace.add(processing_status="in_progress", processing=320)
    await desk.open_first(await desk.home())
    desk.slack.fail_next("views.update", error="not_found")
    modal = desk.slack.modal(ADA)
    assert modal is not None

    [message] = await desk.press(modal, "Refresh")

    assert message.channel == "D0ADA"
    assert " · running" in message.visible_text


async def test_a_visitor_sees_the_tab_without_the_buttons_of_operators(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=3)
    await desk.open_first(await desk.home(BEN), user=BEN)

    modal = desk.slack.modal(BEN)

    assert modal is not None
    assert "all 3 succeeded" in modal.visible_text
    assert not {"Delete", "Cancel"} & {*modal.choices}


async def test_a_guest_is_refused_on_the_tab(desk: Desk) -> None:
    home = await desk.home(GUEST)

    assert "Guests can't use Batchdesk" in home.visible_text


async def test_a_tab_that_slack_does_not_publish_is_one_line_in_the_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.slack.fail_next("views.publish", error="internal_error", times=3)

    seen = [await desk.new_messages_after(ADA, lambda: desk.slack.open_home(ADA)) for _ in range(3)]

    assert seen == [[], [], []]
    assert caplog.text.count("could not be shown") == 1


async def test_a_press_on_a_tab_that_slack_does_not_publish_is_answered_by_message(desk: Desk) -> None:
    home = await desk.home()
    desk.slack.fail_next("views.publish", error="internal_error")

    [message] = await desk.press(home, "Refresh")

    assert "Nothing is running" in message.visible_text


async def test_a_press_of_an_old_tab_is_answered_in_a_modal(desk: Desk) -> None:
    await desk.new_messages_after(ADA, lambda: desk.slack.press_raw(ADA, None, value="from another age"))

    modal = desk.slack.modal(ADA)
    seen = (
        modal.visible_text
        if modal
        else "\n".join(message.visible_text for message in desk.slack.messages("D0ADA", ADA))
    )
    assert "This button is from another version of Batchdesk" in seen
