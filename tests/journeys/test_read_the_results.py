"""The results of a batch, and why some of its requests failed."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.results import make_result_lines
from bot.playground.slack_simulator.records import SlackMessage
from bot.slack.progress_messages import ProgressTiming
from tests.conftest import OpenDesk
from tests.desk import ADA, BEN, BOT, Desk


def failing(desk: Desk) -> str:
    return desk.api.workspace.add(succeeded=360, errored=40, causes={"prompt_too_long": 30, "overloaded": 10}).id


def readings(desk: Desk) -> int:
    return sum(request.path.endswith("/results") for request in desk.api.requests)


async def content_of(desk: Desk, message: SlackMessage) -> str:
    async with httpx.AsyncClient(base_url=desk.slack.url) as browser:
        return (await browser.get(message.files[0]["url"])).text


async def test_the_card_says_why_and_what_it_cost(either_desk: Desk) -> None:
    failing(either_desk)

    [card] = await either_desk.type("/batch results last")

    assert "360 of 400 succeeded" in card.visible_text
    assert "*30* × `invalid_request_error` · Make the request smaller." in card.visible_text
    assert "prompt is too long: &lt;n&gt; tokens &gt; &lt;n&gt; maximum" in card.visible_text
    assert "Safe to retry" in card.visible_text
    assert "*Cost*\n$" in card.visible_text
    assert card.buttons == ["Retry these", "Download", "Failures only", "CSV"]
    assert card.choices[4:] == ["Retry failures", "Full report", "Causes as CSV"]
    assert card.ephemeral_to == ADA


async def test_results_are_read_once_for_everyone_even_across_a_restart(desk: Desk) -> None:
    failing(desk)
    await desk.type("/batch results last")
    await desk.restart()

    [card] = await desk.type("/batch results last", user=BEN)

    assert f"Read by <@{ADA}>" in card.visible_text
    assert readings(desk) == 1


async def test_the_card_leads_every_reader_to_the_results(desk: Desk) -> None:
    failing(desk)
    [card] = await desk.type("/batch status last", user=BEN)

    [results] = await desk.press(card, "Results", user=BEN)

    assert "*30* × `invalid_request_error`" in results.visible_text


async def test_a_press_opens_every_cause_in_a_modal(desk: Desk) -> None:
    causes = {"prompt_too_long": 30, "overloaded": 10, "empty_content": 5}
    desk.api.workspace.add(succeeded=355, errored=45, expired=7, causes=causes)
    [card] = await desk.type("/batch results last", user=BEN)

    assert await desk.press(card, "1 more cause", user=BEN) == []

    modal = desk.slack.modal(BEN)
    assert modal is not None
    assert modal.title == "Results"
    assert "*5* × `invalid_request_error`" not in card.visible_text
    assert "*5* × `invalid_request_error`" in modal.visible_text
    assert "*Answer length:* median" in modal.visible_text
    assert readings(desk) == 1


async def test_the_buttons_of_an_earlier_version_still_get_the_files(desk: Desk) -> None:
    batch_id = failing(desk)
    [card] = await desk.type("/batch results last")
    for typed, name in (("--errors", "failures.jsonl"), ("--file", "results.jsonl"), ("--causes", "causes.csv")):
        value = json.dumps({"text": f"results {batch_id} {typed}"})

        await desk.slack.press_raw(ADA, "C0BATCHES", value=value, action_id="run-1", message_ts=card.ts)
        await desk.bot.in_flight.drain()

        assert desk.slack.messages("D0ADA")[-1].files[0]["name"] == f"{batch_id}-{name}"


async def test_the_file_of_a_named_batch_has_its_name(desk: Desk) -> None:
    batch_id = failing(desk)
    await desk.type('/batch label last "Nightly eval"')

    [said, sent] = await desk.type("/batch results last --file")

    name = f"Nightly-eval-{batch_id.removeprefix('msgbatch_')[:10]}-results.jsonl"
    assert sent.files[0]["name"] == name
    assert f"📄 Sent you `{name}` · 400 results · " in said.visible_text


async def test_the_failures_arrive_as_a_file_in_ones_own_messages(either_desk: Desk) -> None:
    batch_id = failing(either_desk)
    [card] = await either_desk.type("/batch results last")

    [said, sent] = await either_desk.press(card, "Failures only")

    assert sent.channel == "D0ADA"
    assert sent.files[0]["name"] == f"{batch_id}-failures.jsonl"
    assert "40 failures" in said.visible_text
    assert (await content_of(either_desk, sent)).count('"type":"errored"') == 40


async def test_the_file_has_the_lines_of_the_api(desk: Desk) -> None:
    batch_id = failing(desk)

    [_, sent] = await desk.type("/batch results last --file")

    assert await content_of(desk, sent) == b"".join(make_result_lines(desk.api.workspace.get(batch_id))).decode()


async def test_the_causes_arrive_as_a_table(desk: Desk) -> None:
    failing(desk)

    [_, sent] = await desk.type("/batch results last --causes")

    assert (await content_of(desk, sent)).startswith("count,error_type,error_code,message,remedy")


async def test_no_text_of_an_answer_is_shown_in_a_channel(desk: Desk) -> None:
    batch_id = failing(desk)
    whole = b"".join(make_result_lines(desk.api.workspace.get(batch_id))).decode()

    await desk.type("/batch results last --public")

    [card] = desk.slack.messages("C0BATCHES", BEN)
    assert "Sentiment:" in whole
    assert "Sentiment:" not in str(card.blocks) + card.text


async def test_a_file_in_public_goes_to_the_channel(desk: Desk) -> None:
    failing(desk)

    await desk.type("/batch results last --errors --public")

    [sent, said] = desk.slack.messages("C0BATCHES", BEN)
    assert sent.files[0]["name"].endswith("-failures.jsonl")
    assert "· 40 failures ·" in said.visible_text


async def test_before_the_end_the_reply_says_when_to_ask_again(desk: Desk) -> None:
    desk.api.workspace.add(processing_status="in_progress", processing=10, ends_in=60)
    [waiting] = await desk.type("/batch results last")
    desk.api.advance(120)

    [card] = await desk.press(waiting, "Refresh")

    assert "Most batches end within an hour" in waiting.visible_text
    assert "all 10 succeeded" in card.visible_text
    assert card.ts == waiting.ts


async def test_after_29_days_the_reply_says_when_the_results_expired(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=5, age=timedelta(days=40).total_seconds())

    [gone] = await desk.type("/batch results last")

    assert "no longer available" in gone.visible_text
    assert gone.buttons == []


async def test_results_that_are_not_there_yet_are_tried_again_by_a_button(desk: Desk) -> None:
    failing(desk)
    desk.api.add_fault(ApiFault(path="*/results", status=404))
    [missing] = await desk.type("/batch results last")

    [card] = await desk.press(missing, "Try again")

    assert "aren't available yet" in missing.visible_text
    assert "× `overloaded_error`" in card.visible_text


async def test_a_broken_stream_is_reported_with_how_much_was_read(desk: Desk) -> None:
    failing(desk)
    desk.api.add_fault(ApiFault(path="*/results", cut="middle"))
    [broken] = await desk.type("/batch results last --file")

    answered = await desk.press(broken, "Try again")

    assert "were cut off after" in broken.visible_text
    assert "lines" in broken.visible_text
    assert any(message.files for message in answered)


async def test_a_deleted_batch_is_not_found_and_its_summary_gone(desk: Desk) -> None:
    batch_id = failing(desk)
    await desk.type("/batch results last")
    [question] = await desk.type("/batch delete last")
    await desk.press(question, "Delete for good")

    [gone] = await desk.type(f"/batch results {batch_id}")
    [record] = await desk.type(f"/batch audit {batch_id}")

    assert f"<@{ADA}> deleted *Batch {batch_id.removeprefix('msgbatch_')[:10]}*" in gone.visible_text
    assert ": done" in record.visible_text


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (None, "*No one has downloaded them.*"),
        ("/batch results last", "*No one has downloaded them.*"),
        ("/batch results last --errors", f"*Only the failures were downloaded*, by <@{ADA}>"),
        ("/batch results last --csv", f"*Only a CSV was downloaded*, by <@{ADA}>"),
        ("/batch results last --file", f"Downloaded by <@{ADA}>"),
    ],
)
async def test_the_question_before_a_delete_says_who_has_the_results(
    desk: Desk, before: str | None, words: str
) -> None:
    failing(desk)
    if before:
        await desk.type(before)

    [question] = await desk.type("/batch delete last")

    assert words in question.visible_text
    assert "Deletes 400 results that would stay available for 28 more days." in question.visible_text


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_file_that_slack_refuses_is_not_recorded_as_downloaded(desk: Desk, method: str) -> None:
    failing(desk)
    desk.slack.fail_next(method, error="restricted_action")

    [said] = await desk.type("/batch results last --file")
    [question] = await desk.type("/batch delete last")

    assert "Slack refused the file" in said.visible_text
    assert said.buttons == ["Try again"]
    assert "No one has downloaded them" in question.visible_text


async def test_a_long_reading_can_be_stopped_while_other_commands_are_answered(desk: Desk) -> None:
    desk.progress = ProgressTiming(show_after=0.1, edit_interval=0.1, poll_interval=0.1)
    await desk.restart()
    failing(desk)
    desk.api.add_fault(ApiFault(path="*/results", delay=60))
    await desk.slack.slash(ADA, "C0BATCHES", "/batch results last")
    await desk.slack.wait_for(lambda: desk.slack.messages("C0BATCHES", ADA), 10)
    [progress] = desk.slack.messages("C0BATCHES", ADA)

    await desk.slack.slash(BEN, "C0BATCHES", "/batch help")
    await desk.slack.wait_for(lambda: desk.slack.messages("C0BATCHES", BEN))
    await desk.slack.press(ADA, progress, text="Stop")
    await asyncio.wait_for(desk.bot.in_flight.drain(), 10)

    [stopped] = desk.slack.messages("C0BATCHES", ADA)
    assert "The answer will appear here." in progress.visible_text
    assert stopped.ts != progress.ts
    assert "Stopped reading" in stopped.visible_text
    assert desk.slack.messages("D0ADA") == []


async def test_long_work_is_shown_where_its_answer_will_be_and_leaves_nothing_in_direct_messages(desk: Desk) -> None:
    desk.progress = ProgressTiming(show_after=0.0, edit_interval=0.0, poll_interval=0.02)
    await desk.restart()
    failing(desk)
    thread = (await desk.slack.say(BEN, "C0BATCHES", "how is it going?")).ts

    async def read(say: Callable[[], Awaitable[object]], shown: Callable[[], list[str]]) -> list[str]:
        """Begin a slow reading, and return what is shown until then."""
        desk.api.add_fault(ApiFault(path="*/results", delay=0.3))
        await say()
        found = await desk.slack.wait_for(shown, 10)
        await desk.bot.in_flight.drain()
        return found

    def texts(channel: str, thread_ts: str | None = None) -> list[str]:
        seen = [m for m in desk.slack.messages(channel, ADA) if m.thread_ts == thread_ts and m.user == BOT]
        return [message.visible_text for message in seen]

    def in_modal() -> list[str]:
        modal = desk.slack.modal(ADA)
        return [modal.visible_text] if modal and "Reading" in modal.visible_text else []

    in_thread = await read(
        lambda: desk.slack.say(ADA, "C0BATCHES", "@Batchdesk results last", thread_ts=thread),
        lambda: texts("C0BATCHES", thread),
    )
    left_in_thread = texts("C0BATCHES", thread)
    failing(desk)
    seen_by_ben = [m.visible_text for m in desk.slack.messages("C0BATCHES", BEN) if m.user == BOT]
    in_direct = await read(lambda: desk.slack.say(ADA, "D0ADA", "results last"), lambda: texts("D0ADA"))
    left = texts("D0ADA")
    failing(desk)
    await desk.open_first(await desk.home())
    card = desk.slack.modal(ADA)
    assert card is not None
    shown = await read(lambda: desk.slack.press(ADA, card, text="Results"), in_modal)

    assert "Reading" in in_thread[0]
    assert [("Reading" in text, "400" in text) for text in left_in_thread] == [(False, True)]
    assert seen_by_ben == []
    assert "Reading" in in_direct[0]
    assert "Reading" in shown[0]
    assert [text for text in left if "Reading" in text] == []
    assert len(left) == 1
    assert "overloaded_error" in str(desk.slack.modal(ADA))


@pytest.mark.parametrize("stops", [False, True])
async def test_after_a_press_progress_and_answer_take_the_place_of_a_private_message(
    desk: Desk, *, stops: bool
) -> None:
    failing(desk)
    desk.api.add_fault(ApiFault(status=500, should_retry=False))
    [failed] = await desk.type("/batch results last")
    desk.progress = ProgressTiming(show_after=0.0, edit_interval=0.0, poll_interval=0.01)
    await desk.restart()
    desk.api.add_fault(ApiFault(path="*/results", delay=60 if stops else 0.3))
    posts = len(desk.slack.calls("response_url"))

    def shown() -> list[SlackMessage]:
        found = desk.slack.messages("C0BATCHES", ADA)
        return [message for message in found if message.ts == failed.ts and message.buttons == ["Stop"]]

    await desk.slack.press(ADA, failed, text="Try again")
    [progress] = await desk.slack.wait_for(shown, 10)
    if stops:
        await desk.slack.press(ADA, progress, text="Stop")
    await asyncio.wait_for(desk.bot.in_flight.drain(), 20)

    [answer] = desk.slack.messages("C0BATCHES", ADA)
    assert "Reading" in progress.visible_text
    assert answer.ts == failed.ts
    assert ("Stopped reading" if stops else "overloaded_error") in answer.visible_text
    assert len(desk.slack.calls("response_url")) - posts <= 5
    assert desk.slack.messages("D0ADA") == []


async def test_a_modal_from_the_home_tab_shows_results(open_desk: OpenDesk) -> None:
    desk = await open_desk()
    failing(desk)
    home = await desk.home()
    await desk.open_first(home)
    modal = desk.slack.modal(ADA)
    assert modal is not None

    await desk.press(modal, "Results")

    shown = desk.slack.modal(ADA)
    assert shown is not None
    assert "× `overloaded_error`" in shown.visible_text
