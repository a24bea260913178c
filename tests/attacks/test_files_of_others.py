"""No one has a file read that is neither theirs nor shared where they are: the bot sees files that they may not."""

import copy

import pytest

from bot.playground.slack_simulator.records import SlackMessage
from tests.attacks.target import CANARIES, prepare
from tests.conftest import OpenDesk
from tests.desk import ADA, BATCHES, BEN, BOT, GENERAL, SECRET
from tests.journeys.creating import make_jsonl, make_request, share_file

LINK = "https://demo.slack.com/files/U0ADA/{}/x.jsonl"


@pytest.mark.attempts(26)
@pytest.mark.parametrize("whose", ["results in Ada's messages with the bot", "a file of Ada's", "a secret channel's"])
async def test_a_file_of_someone_else_is_not_read(open_desk: OpenDesk, whose: str) -> None:
    desk = await open_desk("http", operators=(ADA, BEN), readers=(ADA,), request_limit=10)
    target = await prepare(desk)
    content = make_jsonl(make_request(f"canary-id-{number}", system="canary-prompt") for number in range(3))
    if whose.startswith("results"):
        sent: list[SlackMessage] = await desk.type(f"/batch results {target.ended.id} --file")
        [file] = [file["id"] for each in sent for file in each.files]
    else:
        place = SECRET if whose.startswith("a secret") else "D0ADA"
        desk.slack.world.invite(place, BOT)
        file = share_file(desk, content + b"canary-error", "x.jsonl", place).files[0]["id"]
    mine = desk.slack.share_file(BEN, BATCHES, "mine.jsonl", content)
    named = [f"{verb} {word}" for verb in ("create", f"retry {target.ended.id} --all --file") for word in _words(file)]

    for channel in (BATCHES, GENERAL, "D0BEN"):
        for line in named:
            await desk.type(f"/batch {line}", user=BEN, channel=channel)
    payload = (await desk.slack.message_shortcut(BEN, mine, "create_from_file")).payload
    for message in ({"files": [{"id": file}]}, {"files": [{"id": file, "user": BEN, "name": "x.jsonl"}]}):
        forged = copy.deepcopy(payload)
        forged["message"] |= message
        await desk.deliver("interactive", forged)

    seen = await target.seen_by(BEN)
    assert [canary for canary in CANARIES if canary in seen] == []
    assert seen.count("This file isn't yours") >= len(named) * 3


def _words(file: str) -> tuple[str, ...]:
    return file, LINK.format(file), f"<{LINK.format(file)}>", f"<{LINK.format(file)}|x>"
