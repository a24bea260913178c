"""What tests of creating start from: files of requests, and the steps from a file to its question."""

import json
from collections.abc import Iterable

from bot.playground.slack_simulator.records import SlackMessage
from tests.desk import ADA, BATCHES, Desk

MODEL = "claude-haiku-4-5"


def request(custom_id: str, **params: object) -> dict[str, object]:
    """Return one sound request; `params` differ from it."""
    messages = [{"role": "user", "content": f"Say {custom_id}."}]
    return {"custom_id": custom_id, "params": {"model": MODEL, "max_tokens": 64, "messages": messages, **params}}


def jsonl(requests: Iterable[object]) -> bytes:
    """Return requests as a file."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in requests)


def sound(count: int = 12) -> bytes:
    """Return a sound file."""
    return jsonl(request(f"r-{number}") for number in range(count))


def shared(desk: Desk, content: bytes, name: str = "requests.jsonl", channel: str = BATCHES) -> SlackMessage:
    """Share a file in a channel."""
    return desk.slack.share_file(ADA, channel, name, content)


async def asked_about(desk: Desk, content: bytes, name: str = "requests.jsonl") -> SlackMessage:
    """Share a file, ask for a batch of it, and return the one answer."""
    file = shared(desk, content, name)
    [answer] = await desk.type(f"/batch create {file.files[0]['id']}")
    return answer


def posts(desk: Desk) -> int:
    """Return how many creates the API has seen."""
    creates = [one for one in desk.api.requests if one.method == "POST" and one.path == "/v1/messages/batches"]
    return len(creates)
