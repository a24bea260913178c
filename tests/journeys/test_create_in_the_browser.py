"""From a faulty file to the retry of its failures, on the demo page in a real browser."""

import json
import re

from playwright.async_api import Locator, Page, expect

from bot.playground.api_simulator.batch import Batch
from bot.playground.simulation import COLLEAGUE, REQUEST_LIMIT, Simulation
from tests.journeys.browser import IN_THE_BROWSER, answer_to, card, download, jsonl_file, picture, type_line
from tests.journeys.creating import make_jsonl, make_request, sound_file

pytestmark = IN_THE_BROWSER

FAULTY = make_jsonl(
    [make_request("a"), make_request("a"), make_request("b", max_tokens=0), make_request("c", stream=True)]
)
MENDED = sound_file(400) + make_jsonl([make_request("huge", messages=[{"role": "user", "content": "word " * 170_000}])])
"""Of so many the simulated API overloads a few by itself; no check but the API's own finds the last one too long."""


async def check_in_the_form(page: Page, content: bytes) -> None:
    """Open the form, choose a file, and have it checked."""
    await type_line(page, "/batch create")
    form = page.get_by_test_id("modal")
    await form.locator("input[type=file]").set_input_files([jsonl_file(content)])
    await expect(form.get_by_text("requests.jsonl ·")).to_be_visible()
    await form.get_by_role("button", name="Check").click()


async def share(page: Page, content: bytes) -> Locator:
    """Share a file in the open channel; gives back its message."""
    async with page.expect_file_chooser() as chooser:
        await page.get_by_test_id("attach").click()
    await (await chooser.value).set_files([jsonl_file(content)])
    message = page.get_by_test_id("message").filter(has=page.get_by_test_id("file"))
    await expect(message).to_contain_text("requests.jsonl")
    return message


async def use_shortcut_by_keyboard(page: Page, message: Locator) -> None:
    """Walk to the message's menu from the composer, and choose the shortcut, with nothing but keys."""
    more = message.get_by_role("button", name="More actions")
    await page.get_by_test_id("composer").focus()
    for _ in range(10):
        await page.keyboard.press("Shift+Tab")
        if await more.evaluate("node => node === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Batch from this file")).to_be_focused()
    await picture(page, "creating-2-shortcut")
    await page.keyboard.press("Enter")


async def end(page: Page, batch: Batch) -> Locator:
    """Watch a batch, and let time pass until it has ended; gives back its card."""
    await type_line(page, f"/batch watch {batch.id}")
    shown = card(page, batch.id)
    await expect(shown).to_contain_text(" · running")
    for _ in range(2):
        await page.get_by_test_id("pass-3600").click()
    await expect(shown.locator(".mention-me").last).to_be_visible()
    return shown


def creates(stage: Simulation) -> list[str]:
    """Return the POST requests, without those that count tokens, which cost nothing."""
    posts = [sent.path for sent in stage.api.requests if sent.method == "POST"]
    return [path for path in posts if path != "/v1/messages/count_tokens"]


async def refuse(page: Page) -> None:
    """Have the faulty file checked in the form, and see what is wrong with it."""
    await check_in_the_form(page, FAULTY)
    refused = page.get_by_test_id("message").last
    await expect(refused).to_contain_text("Not sent: 3 problems")
    await expect(refused).to_contain_text("line 2: custom_id: duplicate")
    await expect(refused).to_contain_text("line 3: params.max_tokens: out of range")
    await expect(refused).to_contain_text("line 4: params.stream: not allowed in a batch")


async def send_mended(page: Page, stage: Simulation) -> Batch:
    """Share the fixed file, use the shortcut on it, see its estimated cost, and send it."""
    await use_shortcut_by_keyboard(page, await share(page, MENDED))
    question = page.get_by_test_id("message").last
    await expect(question).to_contain_text("Send 401 requests?")
    await expect(question).to_contain_text(re.compile(r"Estimated cost: .*\$\d"))
    await picture(page, "creating-3-question")
    await question.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_test_id("message").filter(has_text="Sent 401 requests")).to_be_visible()
    return stage.api.workspace.batches[0]


async def send_again(page: Page, stage: Simulation, parent: Batch) -> Batch:
    """Retry what failed: what would fail again is named and left out."""
    await card(page, parent.id).get_by_role("button", name="Retry").click()
    question = page.get_by_test_id("message").last
    await expect(question).to_contain_text("retry of ")
    await expect(question).to_contain_text("prompt is too long")
    await question.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_test_id("message").filter(has_text="of retry of")).to_be_visible()
    return stage.api.workspace.batches[0]


async def merge(page: Page, child: Batch) -> dict[str, str]:
    """Take the results of the whole family; gives back the outcome of each `custom_id`, which must stand there once."""
    results = await answer_to(page, f"/batch results {child.id}")
    await results.locator("button.overflow").click()
    await page.get_by_role("menuitem", name="Merged results").click()
    lines = [json.loads(line) for line in await download(page, re.compile("merged"))]
    outcomes = {line["custom_id"]: line["result"]["type"] for line in lines}
    assert len(outcomes) == len(lines)
    return outcomes


async def test_from_a_faulty_file_to_a_retry_of_only_the_failures(page: Page, stage: Simulation) -> None:
    await refuse(page)
    assert creates(stage) == []

    parent = await send_mended(page, stage)
    failed = {one.custom_id for one in parent.requests if one.failure}
    ended = await end(page, parent)
    await expect(ended).to_contain_text(f"{401 - len(failed)} of 401 succeeded · {len(failed)} errored")
    await expect(ended.locator(".replies")).to_contain_text("prompt is too long")
    await picture(page, "creating-4-ended")

    child = await send_again(page, stage, parent)
    assert {one.custom_id for one in child.requests} == failed - {"huge"} != set()
    await expect(await end(page, child)).to_contain_text(f"all {len(child.requests)} succeeded")
    await picture(page, "creating-5-retried")

    merged = await merge(page, child)
    assert sorted(merged) == sorted(one.custom_id for one in parent.requests)
    assert [custom_id for custom_id, outcome in merged.items() if outcome != "succeeded"] == ["huge"]
    assert creates(stage) == ["/v1/messages/batches"] * 2


async def test_what_is_above_the_limit_goes_when_a_second_operator_agrees(page: Page, stage: Simulation) -> None:
    message = await share(page, sound_file(REQUEST_LIMIT + 1))
    await message.hover()
    await message.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Batch from this file").click()
    question = page.get_by_test_id("message").last
    await expect(question).to_contain_text("Someone else must approve.")
    await question.get_by_role("button", name="Ask for approval", exact=True).click()
    asked = page.get_by_test_id("message").filter(has_text="Approve 1,001 requests?")
    await expect(asked).to_be_visible()
    assert creates(stage) == []

    await page.get_by_test_id(f"person-{COLLEAGUE}").click()
    await asked.get_by_role("button", name="Approve").click()

    settled = page.get_by_test_id("message").filter(
        has_text="✅ Approved by Cora Marsh · requests.jsonl · 1,001 requests"
    )
    await expect(settled).to_be_visible()
    await expect(settled.locator(".actions")).to_have_count(0)
    assert creates(stage) == ["/v1/messages/batches"]
