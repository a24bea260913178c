"""Two processes of the bot on one store, and several people who answer the same questions at the same moment."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from bot.app import Part, run_bot
from bot.playground.slack_simulator.records import SlackMessage
from bot.playground.slack_simulator.world import Person
from bot.store.records import audit, drafts, labels
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import count_creates, sound_file

CORA = "U0CORA"
OPERATORS = (ADA, BEN, CORA)
ROUNDS = range(3)
OpenTwo = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def open_two(open_desk: OpenDesk) -> AsyncIterator[OpenTwo]:
    """Provide a function that opens a desk with two processes' worth of the bot, which share the store."""
    async with AsyncExitStack() as stack:

        async def opened(**changes: object) -> Desk:
            desk = await open_desk(operators=OPERATORS, **changes)
            desk.slack.world.add(Person(CORA, "Cora Dahl"))
            desk.slack.world.invite(BATCHES, CORA)
            second = await stack.enter_async_context(run_bot(desk.settings, desk.time, desk.progress, Part.WEB))
            stack.push_async_callback(second.in_flight.drain)
            await desk.slack.wait_for(lambda: desk.slack.sockets == 2)
            return desk

        yield opened


async def all_at_once(desk: Desk, *acts: Awaitable[object]) -> None:
    """Do everything at the same moment, and wait for all answers."""
    before = len(desk.slack.calls("response_url"))
    await asyncio.gather(*acts)
    await desk.slack.wait_for(lambda: len(desk.slack.calls("response_url")) >= before + len(acts), 60)


def count(desk: Desk, method: str) -> Counter[str]:
    """Return how often each path was asked for with a method."""
    return Counter(each.path for each in desk.api.requests if each.method == method)


async def question(desk: Desk, line: str, user: str) -> SlackMessage:
    """Type a line, and return the question that is the newest answer to it."""
    known = {each.ts for each in desk.slack.messages(BATCHES, user)}
    await desk.slack.slash(user, BATCHES, line)
    found = await desk.slack.wait_for(
        lambda: [each for each in desk.slack.messages(BATCHES, user) if each.ts not in known and each.buttons], 30
    )
    return found[-1]


@pytest.mark.attempts(15)
@pytest.mark.parametrize("_round", ROUNDS)
async def test_three_people_who_delete_a_batch_at_once_delete_it_once(open_two: OpenTwo, _round: int) -> None:
    desk = await open_two()
    batch = desk.api.workspace.add(succeeded=1)
    asked = {user: await question(desk, f"/batch delete {batch.id}", user) for user in OPERATORS}

    presses = [desk.slack.press(user, asked[user], text="Delete for good") for user in OPERATORS * 5]
    await all_at_once(desk, *presses)

    deleted = [each for each in desk.api.requests if each.method == "DELETE" and each.status == 200]
    assert len(deleted) == 1
    assert max(count(desk, "DELETE").values()) <= len(OPERATORS)
    rows = await desk.bot.worker.services.database.run(
        lambda connection: audit.list_entries(connection, subject=batch.id, limit=100)
    )
    assert [each.outcome for each in rows if each.verb == "delete"].count("done") == 1


@pytest.mark.attempts(17)
@pytest.mark.parametrize("_round", ROUNDS)
async def test_what_is_approved_declined_and_discarded_at_once_is_sent_once_or_not_at_all(
    open_two: OpenTwo, _round: int
) -> None:
    desk = await open_two(request_limit=10)
    file = desk.slack.share_file(ADA, BATCHES, "x.jsonl", sound_file(11)).files[0]["id"]
    first = await question(desk, f"/batch create {file}", ADA)
    await desk.slack.press(ADA, first, text="Ask for approval")
    found = await desk.slack.wait_for(
        lambda: [each for each in desk.slack.messages(BATCHES, BEN) if "Approve" in each.buttons], 30
    )
    draft = re.search(r"approve ([0-9a-f]{24})", str(found[-1].blocks))
    assert draft is not None

    approvals = [desk.slack.press(user, found[-1], text="Approve") for user in (BEN, CORA) * 4]
    lines = [f"/batch discard {draft[1]}", f"/batch decline {draft[1]} no", f"/batch approve {draft[1]}"]
    others = [desk.slack.slash(user, BATCHES, line) for user in OPERATORS for line in lines]
    await all_at_once(desk, *approvals, *others)

    kept = await desk.bot.worker.services.database.run(lambda connection: drafts.get(connection, draft[1]))
    assert kept is not None
    assert (kept.state, count_creates(desk)) in [("sent", 1), ("dropped", 0)]
    assert kept.approved_by in ((BEN, CORA) if kept.state == "sent" else (None,))


@pytest.mark.attempts(12)
@pytest.mark.parametrize("_round", ROUNDS)
async def test_what_two_people_send_at_once_with_and_without_a_sample_is_sent_once(
    open_two: OpenTwo, _round: int
) -> None:
    desk = await open_two()
    file = desk.slack.share_file(ADA, BATCHES, "x.jsonl", sound_file(40)).files[0]["id"]
    mine = await question(desk, f"/batch create {file}", ADA)
    draft = re.search(r"send ([0-9a-f]{24})", str(mine.blocks))
    assert draft is not None
    theirs = await question(desk, f"/batch send {draft[1]}", BEN)

    presses = [desk.slack.press(ADA, mine, text=text) for text in ("Send", "Send 10 first") * 4]
    presses += [desk.slack.press(BEN, theirs, text="Send") for _ in range(4)]
    await all_at_once(desk, *presses)

    assert count_creates(desk) == 1


@pytest.mark.attempts(9)
@pytest.mark.parametrize("_round", ROUNDS)
async def test_of_two_who_adopt_a_batch_at_once_one_owns_it(open_two: OpenTwo, _round: int) -> None:
    desk = await open_two()
    batch = desk.api.workspace.add(succeeded=1)

    await all_at_once(desk, *(desk.slack.slash(user, BATCHES, f"/batch own {batch.id}") for user in OPERATORS * 3))

    named = await desk.bot.worker.services.database.run(lambda connection: labels.get_names(connection, [batch.id]))
    said = [each.visible_text for user in OPERATORS for each in desk.slack.messages(BATCHES, user)]
    assert named[batch.id].owner in OPERATORS
    assert {owner for owner in OPERATORS if any(f"<@{owner}> now owns" in text for text in said)} <= {
        named[batch.id].owner
    }
