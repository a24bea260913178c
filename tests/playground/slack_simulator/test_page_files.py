"""The page's protocol for files: upload, download, share, and use with the app."""

import json
from urllib.parse import parse_qs

import aiohttp

from bot.playground.slack_simulator.page_options import PageOptions, ShortcutHint
from bot.playground.slack_simulator.server import SlackSimulator


async def test_a_file_is_uploaded_and_downloaded_on_the_page(
    slack: SlackSimulator, browser: aiohttp.ClientSession
) -> None:
    form = aiohttp.FormData({"user": "U0ADA", "channel": "C0BATCHES"})
    form.add_field("file", b"{}\n", filename="requests.jsonl")

    async with browser.post("/_page/upload", data=form) as response:
        answer = await response.json()
    async with browser.get(answer["file"]["url"]) as response:
        content, disposition = await response.read(), response.headers["Content-Disposition"]

    assert (answer["file"]["name"], answer["file"]["size"], content) == ("requests.jsonl", 3, b"{}\n")
    assert disposition.startswith("attachment")
    assert slack.messages("C0BATCHES")[0].files == [answer["file"]]


async def test_a_person_shares_no_file_in_a_channel_they_are_not_in(browser: aiohttp.ClientSession) -> None:
    form = aiohttp.FormData({"user": "U0BEN", "channel": "C0INNER"})
    form.add_field("file", b"{}\n", filename="requests.jsonl")

    async with browser.post("/_page/upload", data=form) as response:
        answer = await response.json()

    assert answer == {"ok": False, "error": "You are not in this channel."}


async def test_a_message_shortcut_reaches_the_bot_with_the_whole_file(
    slack: SlackSimulator, browser: aiohttp.ClientSession, acking_bot: list[str]
) -> None:
    slack.set_page_options(PageOptions(shortcuts=(ShortcutHint("from_file", "From this file"),)))
    message = slack.share_file("U0ADA", "C0BATCHES", "requests.jsonl", b"{}\n")
    place = {"user": "U0ADA", "channel": "C0BATCHES", "ts": message.ts}

    answers = []
    for callback_id in ("from_file", "another"):
        async with browser.post("/_page/shortcut", json={**place, "callback_id": callback_id}) as response:
            answers.append(await response.json())

    assert answers[0] == {"ok": True}
    assert answers[1] == {"ok": False, "error": "The app has no such shortcut."}
    [body] = acking_bot
    sent = json.loads(parse_qs(body)["payload"][0])
    assert (sent["type"], sent["callback_id"]) == ("message_action", "from_file")
    assert sent["message"]["files"][0]["url_private_download"].startswith(slack.url)
