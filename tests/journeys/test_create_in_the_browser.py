"""From a file with faults to the retry of what failed, on the demo page in a real browser."""

from playwright.async_api import Page, expect

from bot.playground.stage import Stage
from tests.journeys.browser import IN_THE_BROWSER, jsonl_file, type_line
from tests.journeys.creating import jsonl, request, sound

pytestmark = IN_THE_BROWSER

FAULTY = jsonl([request("a"), request("a"), request("b", max_tokens=0), request("c", stream=True)])


async def check_file(page: Page, content: bytes) -> None:
    """Open the form, choose a file, and have it checked."""
    await type_line(page, "/batch create")
    await page.locator("input[type=file]").set_input_files([jsonl_file(content)])
    await expect(page.get_by_text("requests.jsonl ·")).to_be_visible()
    await page.get_by_role("button", name="Check").click()


async def test_from_a_faulty_file_to_the_retry_of_exactly_what_failed(page: Page, stage: Stage) -> None:
    newest = page.get_by_test_id("message").last
    await check_file(page, FAULTY)
    await expect(newest).to_contain_text("Not sent: 3 problems")
    await expect(newest).to_contain_text("line 4: params.stream is not allowed in a batch")

    await check_file(page, sound(40))
    await expect(newest).to_contain_text("Send 40 requests as a new batch?")
    await newest.get_by_role("button", name="Send", exact=True).click()
    await expect(newest).to_contain_text("40 requests; the API reports outcomes")
    await newest.get_by_role("button", name="Cancel").click()
    await page.get_by_test_id("message").last.get_by_role("button", name="Cancel the batch").click()
    await expect(page.get_by_test_id("message").last).to_contain_text("Cancellation has begun")
    stage.api.advance(2_000)
    parent = stage.api.workspace.batches[0]
    await type_line(page, f"/batch status {parent.id}")
    await page.get_by_test_id("message").last.get_by_role("button", name="Retry").click()
    await expect(page.get_by_test_id("message").last).to_contain_text(f"Retries what failed in {parent.id}")
    await page.get_by_test_id("message").last.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_test_id("message").last).to_contain_text("retries the failures of")

    creates = [one for one in stage.api.requests if (one.method, one.path) == ("POST", "/v1/messages/batches")]
    assert len(creates) == 2
