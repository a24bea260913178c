"""Home tabs are redrawn when something changes: for those whom it concerns, each at most once a minute."""

import asyncio
from datetime import timedelta

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.world import Person
from bot.store.records import audit
from tests.desk import ADA, BEN, Desk
from tests.journeys.creating import share_file, sound_file

MINUTE = timedelta(seconds=61)


async def redraw(desk: Desk) -> list[str]:
    """Let a worker look once; return whose tabs it published."""
    before = len(desk.slack.calls("views.publish"))
    [chore] = [each for each in desk.bot.worker.chores if each.name == "home-tabs"]
    await chore.do()
    return [str(call.arguments["user_id"]) for call in desk.slack.calls("views.publish")[before:]]


def read_home(desk: Desk, user: str = ADA) -> str:
    view = desk.slack.home(user)
    assert view is not None
    return view.visible_text


async def test_a_tab_is_redrawn_for_whom_it_changes_and_at_most_once_a_minute(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=12)
    await desk.home(ADA)
    await desk.home(BEN)
    desk.time.later = MINUTE
    unchanged = await redraw(desk)

    await desk.type("/batch delete last")
    both_at_once = await asyncio.gather(redraw(desk), redraw(desk))
    asked = read_home(desk)
    await desk.type("/batch label last nightly")
    too_early = await redraw(desk)
    desk.time.later = 2 * MINUTE
    labeled = await redraw(desk)
    again = await redraw(desk)

    assert unchanged == again == []
    assert {user for users in both_at_once for user in users} == {ADA}
    assert len([call for call in desk.slack.calls("views.publish") if call.arguments["user_id"] == ADA]) == 3
    assert "Delete" in asked
    assert too_early == [BEN]
    assert labeled == [ADA]
    assert "nightly" in read_home(desk)


async def test_a_draft_and_its_approval_appear_and_are_answered_on_the_tab(desk: Desk) -> None:
    await desk.restart(operators=(ADA, BEN), request_limit=5)
    await desk.home(ADA)
    await desk.home(BEN)
    message = share_file(desk, sound_file(12), "big.jsonl")
    await desk.new_messages_after(ADA, lambda: desk.slack.message_shortcut(ADA, message, "create_from_file"))
    desk.time.later = MINUTE
    drawn = await redraw(desk)
    draft = desk.slack.home(ADA)
    assert draft is not None

    await desk.press(draft, "Send")
    asking = desk.slack.modal(ADA)
    assert asking is not None
    await desk.press(asking, next(text for text in asking.buttons if "pproval" in text))
    desk.time.later = 2 * MINUTE
    drawn += await redraw(desk)
    waiting = desk.slack.home(BEN)
    assert waiting is not None
    await desk.press(waiting, "Approve", BEN)
    question = desk.slack.modal(BEN)
    assert question is not None
    await desk.press(question, "Approve", BEN)

    assert sorted(drawn) == [ADA, ADA, BEN, BEN]
    assert "big.jsonl" in draft.visible_text
    assert "Waiting for you" in waiting.visible_text
    assert "Approve 12 requests?" in question.visible_text
    assert "Sent by you, waiting for others to approve: big.jsonl" in read_home(desk)
    assert [r.method for r in desk.api.requests if r.method == "POST" and r.path == "/v1/messages/batches"] == ["POST"]


async def test_a_tab_that_cannot_be_drawn_stays_and_who_lost_the_right_to_see_it_loses_it(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=12)
    await desk.home(ADA)
    await desk.home(BEN)
    shown = read_home(desk)
    desk.slack.world.add(Person(BEN, "Ben Ito", is_restricted=True))
    await desk.type("/batch label last nightly")
    desk.time.later = MINUTE
    desk.api.add_fault(ApiFault(status=500, times=100, should_retry=False))
    failed = await redraw(desk)
    kept = read_home(desk)
    desk.api.clear_faults()
    await desk.restart()  # what Slack said of Ben is not asked again for a minute

    desk.time.later = 2 * MINUTE
    drawn = await redraw(desk)
    recorded = desk.bot.worker.services.database.transact(audit.list_entries)

    assert kept == shown
    assert [entry.verb for entry in recorded if entry.user_id == BEN] == []
    assert ADA not in failed
    assert ADA in drawn
    assert "nightly" in read_home(desk)
    assert "nightly" not in read_home(desk, BEN)
    assert "guest" in read_home(desk, BEN).lower()
