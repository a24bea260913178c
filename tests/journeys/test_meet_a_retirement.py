"""Sending to a model that retires: the date is named, and within a day of it the yes says so."""

from datetime import datetime, timedelta

from bot.playground.api_simulator.faults import ApiFault
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import MODEL, ask_about_file, count_creates, make_jsonl, make_request, sound_file

DAY = timedelta(days=1)


def retire(desk: Desk, after: timedelta, *, is_overdue: bool = False) -> datetime:
    """Let the model of the files retire so long from now; return when."""
    at = desk.time() + after
    desk.api.workspace.models.retire(MODEL, at, is_overdue=is_overdue)
    return at


def shown(at: datetime) -> str:
    return f"<!date^{int(at.timestamp())}^"


def pass_time(desk: Desk, time: timedelta) -> None:
    desk.api.advance(time.total_seconds())
    desk.time.later += time


async def test_a_distant_retirement_is_named_once_and_asks_for_nothing_more(desk: Desk) -> None:
    at = retire(desk, 60 * DAY)

    question = await ask_about_file(desk, sound_file())
    await desk.press(question, "Send")

    assert "Send 12 requests?" in question.visible_text
    assert question.visible_text.count(f"`{MODEL}` retires {shown(at)}") == 1
    assert "deprecated" not in question.visible_text
    assert "12 requests" in question.visible_text
    assert count_creates(desk) == 1


async def test_a_model_without_a_date_is_called_deprecated(desk: Desk) -> None:
    file = make_jsonl([make_request("r-1", model="claude-mythos-preview")])

    question = await ask_about_file(desk, file)

    assert "`claude-mythos-preview` is deprecated, without a retirement date yet · 1 request" in question.visible_text
    assert "Send" in question.buttons


async def test_within_a_day_the_yes_says_so(desk: Desk) -> None:
    at = retire(desk, timedelta(hours=23))

    question = await ask_about_file(desk, sound_file(30))

    assert "Send 30 requests to a model about to retire?" in question.visible_text
    assert f"retires {shown(at)}" in question.visible_text
    assert "Those of its 30 requests that haven't run by then will fail." in question.visible_text
    assert question.buttons[:2] == ["Send anyway", "Send 10 first anyway"]
    assert count_creates(desk) == 0

    await desk.press(question, "Send anyway")

    assert count_creates(desk) == 1


async def test_only_the_requests_of_that_model_are_counted(desk: Desk) -> None:
    retire(desk, timedelta(hours=2))
    others = [make_request(f"o-{number}", model="claude-sonnet-5") for number in range(3)]

    question = await ask_about_file(desk, make_jsonl([make_request("r-1"), *others]))

    assert "Send 4 requests, 1 of them to a model about to retire?" in question.visible_text
    assert "Its request fails if it hasn't run by then." in question.visible_text


async def test_a_model_past_its_date_that_still_answers_is_sent_to_only_by_such_a_yes(desk: Desk) -> None:
    at = retire(desk, -5 * DAY, is_overdue=True)

    question = await ask_about_file(desk, sound_file())
    await desk.press(question, "Send anyway")

    assert f"was due to retire {shown(at)}" in question.visible_text
    assert "may stop at any time" in question.visible_text
    assert count_creates(desk) == 1


async def test_a_file_that_waited_until_its_model_was_retired_says_that_all_will_fail(desk: Desk) -> None:
    at = retire(desk, timedelta(hours=30))
    await ask_about_file(desk, sound_file())
    pass_time(desk, timedelta(hours=31))

    [question] = await desk.type("/batch send requests.jsonl")
    await desk.press(question, "Send anyway")
    desk.api.advance(86_400)

    assert "Send 12 requests to a retired model?" in question.visible_text
    assert f"retired {shown(at)}" in question.visible_text
    assert "Its 12 requests will fail." in question.visible_text
    [batch] = desk.api.workspace.batches
    assert batch.ending.counts.errored == 12


async def test_a_yes_from_before_the_last_day_sends_nothing(desk: Desk) -> None:
    retire(desk, DAY + timedelta(minutes=10))
    question = await ask_about_file(desk, sound_file())
    pass_time(desk, timedelta(minutes=20))

    [refused] = await desk.press(question, "Send")
    sent_early = count_creates(desk)
    [again] = await desk.press(refused, "Show the question again")
    await desk.press(again, "Send anyway")

    assert "Send 12 requests?" in question.visible_text
    assert (
        "Nothing was sent, because my question didn't mention a model that is about to retire." in refused.visible_text
    )
    assert f"`{MODEL}` retires" in refused.visible_text
    assert (sent_early, count_creates(desk)) == (0, 1)


async def test_a_yes_to_a_retirement_that_was_put_off_asks_again(desk: Desk) -> None:
    retire(desk, timedelta(hours=2))
    question = await ask_about_file(desk, sound_file())
    await desk.restart()
    retire(desk, 30 * DAY)

    [refused] = await desk.press(question, "Send anyway")

    assert (
        f"Nothing was sent, because my question was out of date. `{MODEL}` no longer retires soon."
        in refused.visible_text
    )
    assert count_creates(desk) == 0


async def test_the_second_person_says_so_too(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=10)
    at = retire(desk, timedelta(hours=3))
    question = await ask_about_file(desk, sound_file(11))
    await desk.press(question, "Ask for approval anyway")
    asked = desk.slack.messages(BATCHES, BEN)[-1]

    [again] = await desk.press(asked, "Approve", user=BEN)
    sent_early = count_creates(desk)
    await desk.press(again, "Approve anyway", user=BEN)

    for message in (asked, again):
        assert "Approve 11 requests to a model about to retire?" in message.visible_text
        assert f"retires {shown(at)}" in message.visible_text
    assert (sent_early, count_creates(desk)) == (0, 1)


async def test_an_approval_that_waited_into_the_last_day_is_asked_about(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA, BEN), request_limit=10)
    retire(desk, DAY + timedelta(hours=2))
    await desk.press(await ask_about_file(desk, sound_file(11)), "Ask for approval")
    asked = desk.slack.messages(BATCHES, BEN)[-1]
    pass_time(desk, timedelta(hours=4))

    [again] = await desk.press(asked, "Approve", user=BEN)

    assert "Approve 11 requests?" in asked.visible_text
    assert "to a model about to retire?" in again.visible_text
    assert count_creates(desk) == 0


async def test_without_the_list_of_models_it_is_sent_by_an_ordinary_yes(desk: Desk) -> None:
    desk.api.add_fault(ApiFault(method="GET", path="/v1/models", status=404, times=99))
    retire(desk, timedelta(hours=2))

    question = await ask_about_file(desk, sound_file())
    await desk.press(question, "Send")

    assert count_creates(desk) == 1


async def test_a_file_for_retired_models_is_refused_and_names_since_when(desk: Desk) -> None:
    models = ("claude-opus-4-1", "claude-opus-4-1", "claude-3-haiku-20240307")
    file = make_jsonl(make_request(f"r-{number}", model=model) for number, model in enumerate(models))

    both = await ask_about_file(desk, file)
    one = await ask_about_file(desk, make_jsonl([make_request("r-1", model=models[0])]))

    assert "retired model `claude-opus-4-1` (since 2026-08-05)" in one.visible_text
    assert "3 × `params.model`: retired model (line 1 `claude-opus-4-1`" in both.visible_text
    assert "since" not in both.visible_text
    assert count_creates(desk) == 0
