"""One answer or error, in a modal, for those who may read contents, and on record."""

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.api_simulator.workspace import UnusualAnswers
from bot.playground.slack_simulator.records import View
from tests.conftest import OpenDesk
from tests.desk import ADA, BEN, Desk
from tests.journeys.creating import ask_about_file, make_jsonl, make_request


def modal_of(desk: Desk, user: str = ADA) -> View:
    modal = desk.slack.modal(user)
    assert modal is not None
    return modal


async def sent(desk: Desk, **unusual: int) -> None:
    """Send a file of 20 requests and let it end."""
    desk.api.workspace.unusual = UnusualAnswers({}, **unusual)
    content = make_jsonl(make_request(f"r-{number:02}", max_tokens=900) for number in range(20))
    await desk.press(await ask_about_file(desk, content), "Send")
    desk.api.advance(8_000)


async def test_a_typed_command_opens_the_answer_in_a_modal(either_desk: Desk) -> None:
    await sent(either_desk)

    assert await either_desk.type("/batch show last r-07") == []

    modal = modal_of(either_desk)
    assert modal.title == "Result"
    assert "`r-07` · *requests.jsonl*" in modal.visible_text
    assert "✅ Succeeded" in modal.visible_text
    assert "stop reason `end_turn`" in modal.visible_text


async def test_an_answer_is_shown_as_plain_text_and_no_longer_than_a_modal_can_hold(desk: Desk) -> None:
    await sent(desk)
    text = "<!here> *x* " + "y" * 50_000
    line = (
        '{"custom_id":"r-07","result":{"type":"succeeded","message":{"model":"claude-haiku-4-5","content":'
        f'[{{"type":"text","text":"{text}"}}],"usage":{{"input_tokens":1,"output_tokens":1}}}}}}}}\n'
    )
    desk.api.add_fault(ApiFault(path="*/results", body=line))

    await desk.type("/batch show last r-07")

    modal = modal_of(desk)
    texts = [block for block in modal.blocks if block["type"] == "rich_text"]
    assert texts[0]["elements"][0]["elements"][0]["text"].startswith("<!here> *x* y")
    assert len(str(modal.blocks)) < 10_000
    assert "The first 6,000 of 50,012 characters of the answer are shown" in modal.visible_text


async def test_a_reading_is_on_record_and_a_refusal_too(open_desk: OpenDesk) -> None:
    desk = await open_desk(operators=(ADA,), admins=(ADA,), readers=(ADA,))
    await sent(desk)
    batch_id = desk.api.workspace.batches[0].id
    await desk.type("/batch show last r-07")

    await desk.type(f"/batch show {batch_id} r-08", user=BEN)
    [record] = await desk.type(f"/batch audit {batch_id}")

    assert "Only readers can see the contents of results" in modal_of(desk, BEN).visible_text
    assert "*show* `last` `r-07`: done" in record.visible_text
    assert "*show* `r-08`" in record.visible_text
    assert record.visible_text.count("*show*") == 2
    assert "only readers can do this" in record.visible_text


async def test_a_result_that_is_missing_from_the_file_was_sent(desk: Desk) -> None:
    await sent(desk, missing=1)
    found = [request.custom_id for request in desk.api.workspace.batches[0].requests]
    missing = []
    for custom_id in found:
        await desk.type(f"/batch show last {custom_id}")
        if "has no result" in modal_of(desk).visible_text:
            missing.append(custom_id)

    await desk.type(f"/batch show last {missing[0]}")

    assert len(missing) == 1
    assert "has no result of the request" in modal_of(desk).visible_text


async def test_a_typo_leads_to_the_answer_by_a_press(desk: Desk) -> None:
    await sent(desk)
    await desk.type("/batch show last r-7")
    modal = modal_of(desk)
    assert "No request with this `custom_id` was sent." in modal.visible_text

    await desk.press(modal, "r-07")

    assert "`r-07`" in modal_of(desk).visible_text
    assert "✅ Succeeded" in modal_of(desk).visible_text


async def test_the_full_report_leads_from_its_examples_to_one_error_and_back(desk: Desk) -> None:
    desk.api.workspace.add(succeeded=30, errored=4, causes={"overloaded": 1}, answers={"refusal": 1})
    [card] = await desk.type("/batch results last")
    await desk.press(card, "Full report")
    modal = modal_of(desk)
    error = next(choice for choice in modal.choices if choice.endswith("overloaded_error"))
    refused = next(choice for choice in modal.choices if choice.endswith("· refused"))

    await desk.press(modal, error)
    shown = modal_of(desk).visible_text
    await desk.press(modal_of(desk), "Full report")
    await desk.press(modal_of(desk), refused)

    assert "❌ Errored · `overloaded_error`" in shown
    assert "refused by the model" in modal_of(desk).visible_text
    assert "Category: `bio`" in modal_of(desk).visible_text


async def test_where_slack_opens_no_modal_the_answer_is_a_message(desk: Desk) -> None:
    await sent(desk)
    desk.slack.fail_next("views.open", error="expired_trigger_id")

    [message] = await desk.type("/batch show last r-07")

    assert "✅ Succeeded" in message.visible_text
    assert message.ephemeral_to == ADA
