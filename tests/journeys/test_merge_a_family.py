"""A batch and its retries become one file with one result for each request."""

import json

import httpx

from bot.playground.slack_simulator.records import SlackMessage
from tests.desk import BATCHES, Desk
from tests.journeys.creating import ask_about_file, sound_file


async def retried(desk: Desk) -> str:
    """Send a file, cancel the batch, send again what was canceled, and let that end."""
    await desk.press(await ask_about_file(desk, sound_file(12)), "Send")
    parent = str(desk.api.workspace.batches[0].id)
    await desk.type(f"/batch cancel {parent}")
    desk.api.advance(2_000)
    [question] = await desk.type(f"/batch retry {parent}")
    await desk.press(question, "Send")
    return parent


async def lines_of(desk: Desk, message: SlackMessage) -> list[bytes]:
    async with httpx.AsyncClient(base_url=desk.slack.url) as browser:
        return (await browser.get(message.files[0]["url"])).content.splitlines()


async def test_one_button_brings_every_request_once_from_the_whole_family(desk: Desk) -> None:
    parent = await retried(desk)
    desk.api.advance(4_000)
    [results] = await desk.type(f"/batch results {parent}")

    [said, sent] = await desk.press(results, "Merged results")

    found = [json.loads(line) for line in await lines_of(desk, sent)]
    assert sorted(one["custom_id"] for one in found) == sorted(f"r-{number}" for number in range(12))
    assert {one["result"]["type"] for one in found} == {"succeeded"}
    assert "12 results, one for each `custom_id` (0 failed)" in said.visible_text
    assert sent.channel == "D0ADA"


async def test_a_retry_that_still_runs_is_named_and_the_others_are_offered(desk: Desk) -> None:
    parent = await retried(desk)
    child = desk.api.workspace.batches[0].id
    [card] = await desk.type(f"/batch status {parent}")

    [incomplete] = await desk.press(card, "Merged results")
    [said, _] = await desk.press(incomplete, "Send the other one")

    assert f"(Batch {child[9:19]}): it hasn't ended yet" in incomplete.visible_text
    assert f"Merged from *requests.jsonl* (Batch {parent[9:19]})." in said.visible_text
    assert f"(Batch {child[9:19]}): it hasn't ended yet" in said.visible_text


async def test_the_family_can_be_shared_in_the_channel(desk: Desk) -> None:
    parent = await retried(desk)
    desk.api.advance(4_000)

    sent = await desk.type(f"/batch results {parent} --merged --public")

    assert {message.channel for message in sent} == {BATCHES}
    assert any(message.files for message in sent)
