"""What the tests of create share: files of requests, and the steps from a file to its question."""

import json
from collections.abc import Iterable

from bot.playground.api_simulator.faults import ApiFault
from bot.playground.slack_simulator.records import SlackMessage
from tests.desk import ADA, BATCHES, Desk

MODEL = "claude-haiku-4-5"


def make_request(custom_id: str, **params: object) -> dict[str, object]:
    """Return one valid request, with these params changed."""
    messages = [{"role": "user", "content": f"Say {custom_id}."}]
    return {"custom_id": custom_id, "params": {"model": MODEL, "max_tokens": 64, "messages": messages, **params}}


def make_jsonl(requests: Iterable[object]) -> bytes:
    """Return requests as JSON Lines."""
    return b"".join(json.dumps(one).encode() + b"\n" for one in requests)


def sound_file(count: int = 12) -> bytes:
    """Return a valid file of requests."""
    return make_jsonl(make_request(f"r-{number}") for number in range(count))


def share_file(desk: Desk, content: bytes, name: str = "requests.jsonl", channel: str = BATCHES) -> SlackMessage:
    """Share a file in a channel."""
    return desk.slack.share_file(ADA, channel, name, content)


async def ask_about_file(desk: Desk, content: bytes, name: str = "requests.jsonl") -> SlackMessage:
    """Share a file and ask for a batch of it; return the one answer."""
    file = share_file(desk, content, name)
    [answer] = await desk.type(f"/batch create {file.files[0]['id']}")
    return answer


def refuse_requests(desk: Desk) -> None:
    """Let the API refuse the next create for one of its requests."""
    error = {"type": "invalid_request_error", "message": "requests.3.params: Field required"}
    body = json.dumps({"type": "error", "error": error})
    desk.api.add_fault(ApiFault(method="POST", path="/v1/messages/batches", status=400, body=body))


def count_creates(desk: Desk) -> int:
    """Return how many creates the API has received."""
    creates = [one for one in desk.api.requests if one.method == "POST" and one.path == "/v1/messages/batches"]
    return len(creates)
