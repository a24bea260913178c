"""Whatever has Slack's mark-up in its name or text, no message of the bot mentions anyone with it, or hides a link."""

import json
import re
from dataclasses import replace

import pytest

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import Json
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, Desk
from tests.journeys.creating import ask_about_file, make_jsonl, make_request
from tests.journeys.test_edit_a_batch import field, open_modal
from tests.journeys.watching import (
    add_running_batch,
    advance_and_sweep,
    wait_for_notice,
    wait_until_settled,
)
from tests.worker.test_digest import digesting, set_hour

LOUD = [
    "<!channel>",
    "<!here|x>",
    "<!subteam^S0EVIL|@evil>",
    "<@U0MALLET>",
    "<#C0EVIL>",
    "<https://evil.test|log in>",
    "<mailto:a@evil.test|b>",
    "&lt;!channel&gt;",
    "`<!channel>`",
    "```<!here>```",
    "*<!everyone>*",
    "> <!channel>",
    "x\n<!channel>",
    "|<!channel>|",
    "<<!channel>>",
    "<!channel",
    "!channel>",
    "&amp;lt;!channel&amp;gt;",
    "<!date^0^{date}^https://evil.test|now>",
    "\u200b<!channel>\u200b",
    "<@\u200bU0MALLET>",
    "\\<!channel\\>",
]
"""Texts for Slack's mark-up: mentions, links, dates, and what escaping twice or not at all makes of them."""
_HARMLESS = re.compile(
    r"<!date\^[0-9]+\^[^^|>]*\|[^<>]*>|<@U0(?:ADA|BEN)>|<#C0BATCHES>|<http://127\.0\.0\.1:[0-9]+/files/[^|<>]*\|[^<>]*>"
)
_CODE = re.compile("`[^`\n]*`")


def find_mark_up(value: object, key: str = "") -> list[str]:
    """Return the texts of a call with live mark-up that the bot did not put there, or that is not verbatim."""
    match value:
        case str() if key in ("text", "initial_comment", "fallback"):
            return [value] if "<" in _HARMLESS.sub("", value) else []
        case dict() if value.get("type") in ("plain_text", "raw_text", "text"):  # Slack parses none of these
            return []
        case dict():
            loose = [str(value)] if value.get("type") == "mrkdwn" and not value.get("verbatim") else []
            return loose + [found for key, each in value.items() for found in find_mark_up(each, key)]
        case list():
            return [found for each in value for found in find_mark_up(each)]
        case _:
            return []


def loud_calls(desk: Desk) -> list[str]:
    """Return the live mark-up in everything that the bot has sent to Slack."""
    return [found for call in desk.slack.calls() for found in find_mark_up(_arguments(call.arguments))]


def _arguments(arguments: Json) -> Json:
    read = dict(arguments)
    for name in ("blocks", "view", "attachments"):
        if isinstance(read.get(name), str):
            read[name] = json.loads(read[name])
    return read


def test_live_mark_up_is_found() -> None:
    alive = [loud for loud in LOUD if "<" in loud]

    missed = [loud for loud in alive if not find_mark_up({"text": loud})]

    assert missed == []
    assert find_mark_up({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "@here"}}]}) != []


async def write_everywhere(desk: Desk, loud: str) -> None:
    """Write a text into each place that people, files and the API fill, and have everything shown that shows it."""
    world = desk.slack.world
    world.add(replace(world.people[BEN], name=loud))
    batch = add_running_batch(desk, errored=1, succeeded=1)
    await desk.type(f"/batch watch {batch.id}")
    [card] = await desk.type(f"/batch status {batch.id}")
    modal = await open_modal(desk, card, "Edit")
    await desk.slack.submit_view(ADA, modal.id, field("label", loud[:60]) | field("note", loud[:500]))
    await desk.bot.in_flight.drain()
    await desk.type(f'/batch label {batch.id} "{loud[:60]}"')
    await desk.type(f'/batch note {batch.id} "{loud[:500]}"')
    await desk.type(f"/batch own {batch.id} <@{BEN}|ben>")
    for line in ("", "status", "details", "list --label", "cost --by", "help", "results", "mute", "audit --verb"):
        await desk.type(f'/batch {line} "{loud}" --public')
    await show_everything_about(desk, batch.id)
    error = {"type": "error", "error": {"type": loud, "message": loud}}
    desk.api.add_fault(ApiFault(path=f"*{batch.id}/results", body=results(loud, error), times=100))
    await advance_and_sweep(desk)
    await wait_for_notice(desk, batch)
    await show_everything_about(desk, batch.id)
    desk.api.add_fault(ApiFault(status=400, body=json.dumps(error | {"request_id": loud})))
    await desk.type("/batch status last --public")
    await handle_drafts(desk, loud)
    set_hour(desk, 9)
    await digesting(desk).send_due()
    await wait_until_settled(desk)
    await desk.home(BEN)
    await desk.type(f"/batch delete {batch.id}")


def results(loud: str, error: Json) -> str:
    """Return a results file with the text wherever an answer or an error has text."""
    usage = {"input_tokens": 1, "output_tokens": 1}
    content: list[Json] = [
        {"type": "text", "text": loud},
        {"type": "tool_use", "id": loud, "name": loud, "input": {loud: loud}},
    ]
    message: Json = {"id": loud, "type": "message", "role": "assistant", "model": loud, "content": content}
    message |= {"stop_reason": loud, "stop_sequence": loud, "usage": usage}
    lines = [{"custom_id": loud, "result": {"type": "succeeded", "message": message}}]
    lines.append({"custom_id": loud + "2", "result": {"type": "errored", "error": error}})
    return "".join(json.dumps(line) + "\n" for line in lines)


async def show_everything_about(desk: Desk, id: str) -> None:
    """Have everything shown that can be shown of a batch."""
    for line in (
        "status",
        "details",
        "results",
        "results --full",
        "results --causes",
        "results --errors",
        "audit",
        "retry",
    ):
        verb, _, option = line.partition(" ")
        await desk.type(f"/batch {verb} {id} {option} {'--public' if verb != 'retry' else ''}")
    for line in (
        "",
        "list --public",
        "cost --public",
        "cost --by label --public",
        "cost --by owner --public",
        "audit --public",
    ):
        await desk.type(f"/batch {line}")


async def handle_drafts(desk: Desk, loud: str) -> None:
    """Check files of that name and with that text, and ask, approve, preview and decline."""
    name = re.sub(r"[/{}^\n]", "|", loud)[:60]
    wrong = make_jsonl([make_request(loud, model=loud), {"custom_id": loud, loud: loud}, loud])
    await ask_about_file(desk, wrong, name)
    requests = [make_request(f"r-{number}", system=loud) for number in range(30)]
    for answer in ("Approve", "Decline"):
        await desk.press(await ask_about_file(desk, make_jsonl(requests), name), "Ask for approval")
        asked = [each for each in desk.slack.messages(BATCHES, BEN) if "Approve" in each.buttons][-1]
        await desk.press(asked, "Preview", BEN)
        if answer == "Decline":
            form = await open_modal(desk, asked, "Decline", BEN)
            await desk.slack.submit_view(BEN, form.id, field("reason", loud[:500]))
            await desk.bot.in_flight.drain()
        else:
            await desk.press(asked, answer, BEN)
            await desk.type("/batch status last --public")


@pytest.mark.worker
@pytest.mark.parametrize("first", range(0, len(LOUD), 8))
async def test_mark_up_from_outside_is_dead_wherever_it_is_shown(open_desk: OpenDesk, first: int) -> None:
    desk = await open_desk(
        operators=(ADA, BEN), request_limit=10, audit_channel=BATCHES, feed_channel=BATCHES, digest_hour=9
    )

    await write_everywhere(desk, " ".join(LOUD[first:] + LOUD[:first]))

    assert loud_calls(desk) == []
