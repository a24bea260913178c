"""Send ten requests first: every request goes at most once, and the rest needs its own confirmation."""

import asyncio
from itertools import chain

from bot.playground.api_simulator.faults import ApiFault
from tests.desk import ADA, Desk
from tests.journeys.creating import ask_about_file, count_creates, refuse_requests, sound_file
from tests.journeys.sampling import FIRST, all_ids, ask_about_rest, oldest_first, sample_card, send_sample, sent_ids

CREATE = "/v1/messages/batches"
LOST = ApiFault(method="POST", path=CREATE, cut="middle")


async def test_a_sample_and_the_rest_are_everything_once(desk: Desk) -> None:
    answer = await send_sample(desk)
    question = await ask_about_rest(desk, await sample_card(desk))
    [rest] = await desk.press(question, "Send")

    first, other = sent_ids(desk)
    assert (len(set(first)), len(other)) == (10, 30)
    assert sorted(first + other) == all_ids(40)
    assert "10 of 40 requests of " in answer.visible_text
    assert "Send the other 30 requests?" in question.visible_text
    assert "Sent 30 requests" in rest.visible_text
    assert list((desk.settings.keep_requests.path / "drafts").iterdir()) == []


async def test_of_a_small_file_no_sample_is_offered(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(19))
    draft_id = question.visible_text.split("/batch send ")[1][:6]
    [typed] = await desk.type(f"/batch send {draft_id} --first")

    assert question.buttons == ["Send", "Discard"]
    assert typed.buttons == ["Send", "Discard"]


async def test_it_can_be_typed_and_is_asked_about(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(40))
    draft_id = question.visible_text.split("/batch send ")[1][:6]

    [again] = await desk.type(f"/batch send {draft_id} --first")
    before = count_creates(desk)
    await desk.press(again, FIRST)

    assert before == 0
    assert [len(each) for each in sent_ids(desk)] == [10]


async def test_twenty_simultaneous_presses_of_sample_and_send_make_one_batch(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(40))

    presses = [FIRST, "Send"] * 10
    await asyncio.gather(*(desk.slack.press(ADA, question, text=text) for text in presses))
    await desk.bot.in_flight.drain()

    assert count_creates(desk) == 1
    assert [len(each) for each in sent_ids(desk)] in ([10], [40])


async def test_a_restart_between_loses_nothing_and_sends_nothing_twice(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(40))
    await desk.restart()
    await desk.press(question, FIRST)
    await desk.restart()
    of_rest = await ask_about_rest(desk, await sample_card(desk))
    await desk.restart()

    await desk.press(of_rest, "Send")
    [late] = await desk.press(question, "Send")

    assert sorted(chain.from_iterable(sent_ids(desk))) == all_ids(40)
    assert "already confirmed" in late.visible_text


async def test_after_a_lost_answer_the_rest_is_sent_without_the_sample(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(40))
    desk.api.add_fault(LOST)

    [answer] = await desk.press(question, FIRST)
    of_rest = await ask_about_rest(desk, answer)
    await desk.press(of_rest, "Send")

    assert "the API's answer was lost" in answer.visible_text
    assert "The other 30 were not sent. You can still send them." in answer.visible_text
    assert "1 new batch has exactly 10 requests" in answer.visible_text
    assert sorted(chain.from_iterable(sent_ids(desk))) == all_ids(40)


async def test_a_sample_that_certainly_did_not_arrive_leaves_the_whole_as_it_was(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(40))
    desk.api.add_fault(ApiFault(method="POST", path=CREATE, status=401))

    [answer] = await desk.press(question, FIRST)
    [again] = await desk.press(answer, "Send")
    await desk.press(again, "Send")

    assert "the checked file is still here" in answer.visible_text
    assert "Send 40 requests" in again.visible_text
    assert [len(each) for each in sent_ids(desk)] == [40]


async def test_a_refused_sample_is_reported_with_its_line(desk: Desk) -> None:
    question = await ask_about_file(desk, sound_file(40))
    refuse_requests(desk)

    [answer] = await desk.press(question, FIRST)
    [late] = await desk.press(question, "Send")

    assert "The API refused the batch" in answer.visible_text
    assert "refused" in late.visible_text
    assert count_creates(desk) == 1


async def test_a_sample_can_be_retried(desk: Desk) -> None:
    await send_sample(desk)
    [batch] = oldest_first(desk)
    await desk.type(f"/batch cancel {batch.id}")
    desk.api.advance(2_000)

    [question] = await desk.type(f"/batch retry {batch.id}")

    assert "*retry of requests.jsonl*" in question.visible_text


async def test_of_a_retry_too_ten_can_go_first(desk: Desk) -> None:
    await desk.press(await ask_about_file(desk, sound_file(300)), "Send")
    [parent] = oldest_first(desk)
    await desk.type(f"/batch cancel {parent.id}")
    desk.api.advance(2_000)
    [question] = await desk.type(f"/batch retry {parent.id}")

    await desk.press(question, FIRST)
    [child] = await desk.type("/batch status last")

    assert f"retry of requests.jsonl (Batch {parent.id[9:19]})" in child.visible_text
    assert len(sent_ids(desk)[1]) == 10
