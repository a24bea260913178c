"""response_urls: how often and how long they work, what they replace, and who sees it."""

from typing import Any, Protocol

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.playground.slack_simulator.records import Delivery, SlackMessage
from bot.playground.slack_simulator.server import SlackSimulator

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "1"}
CARD: list[dict[str, Any]] = [{"type": "actions", "elements": [BUTTON]}]


class Clock(Protocol):
    """A clock in seconds that a test moves."""

    now: float


def hook(delivery: Delivery) -> AsyncWebhookClient:
    assert delivery.response_url
    return AsyncWebhookClient(delivery.response_url, retry_handlers=[])


async def typed(slack: SlackSimulator) -> AsyncWebhookClient:
    return hook(await slack.slash("U0ADA", "C0GENERAL", "/batch status"))


async def card(slack: SlackSimulator, client: AsyncWebClient) -> SlackMessage:
    await client.chat_postMessage(channel="C0BATCHES", text="card", blocks=CARD)
    return slack.messages("C0BATCHES")[-1]


async def test_an_answer_is_ephemeral_by_default_even_in_a_channel_without_the_bot(
    slack: SlackSimulator,
) -> None:
    url = await typed(slack)

    mine = await url.send_dict({"text": "mine"})
    ours = await url.send_dict({"text": "ours", "response_type": "in_channel"})

    assert [(answer.status_code, answer.body) for answer in (mine, ours)] == [(200, "ok")] * 2
    assert [m.text for m in slack.messages("C0GENERAL", viewer="U0ADA")] == ["mine", "ours"]
    assert [m.text for m in slack.messages("C0GENERAL", viewer="U0BEN")] == ["ours"]


async def test_the_sixth_post_is_refused(slack: SlackSimulator) -> None:
    url = await typed(slack)

    answers = [await url.send_dict({"text": str(n)}) for n in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body
    assert len(slack.messages("C0GENERAL")) == 5


async def test_half_an_hour_later_it_is_refused(slack: SlackSimulator, clock: Clock) -> None:
    url = await typed(slack)
    clock.now += 30 * 60 + 1

    answer = await url.send_dict({"text": "late"})

    assert (answer.status_code, "expired_url" in answer.body) == (404, True)
    assert slack.messages("C0GENERAL") == []


async def test_after_a_command_there_is_nothing_to_replace(slack: SlackSimulator) -> None:
    url = await typed(slack)
    await url.send_dict({"text": "one"})

    await url.send_dict({"text": "two", "replace_original": True})

    assert [m.text for m in slack.messages("C0GENERAL")] == ["one", "two"]


async def test_a_press_replaces_its_own_message_and_drops_the_old_blocks(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    pressed = await card(slack, client)
    url = hook(await slack.press("U0ADA", pressed, "go"))

    await url.send_dict({"text": "done", "replace_original": True})

    (message,) = slack.messages("C0BATCHES")
    assert (message.ts, message.text, message.blocks) == (pressed.ts, "done", [])


async def test_an_ephemeral_message_stays_ephemeral_when_replaced(slack: SlackSimulator) -> None:
    url = await typed(slack)
    await url.send_dict({"text": "card", "blocks": CARD})
    press = hook(await slack.press("U0ADA", slack.messages("C0GENERAL")[0], text="Go"))

    await press.send_dict({"text": "done", "replace_original": True, "response_type": "in_channel"})

    (message,) = slack.messages("C0GENERAL")
    assert (message.text, message.ephemeral_to) == ("done", "U0ADA")


async def test_a_press_without_replace_original_posts_a_new_message(
    slack: SlackSimulator, client: AsyncWebClient
) -> None:
    url = hook(await slack.press("U0ADA", await card(slack, client), "go"))

    await url.send_dict({"text": "new"})

    assert [(m.text, m.ephemeral_to) for m in slack.messages("C0BATCHES")] == [("card", None), ("new", "U0ADA")]


async def test_a_press_can_delete_its_message_and_post_another(slack: SlackSimulator, client: AsyncWebClient) -> None:
    url = hook(await slack.press("U0ADA", await card(slack, client), "go"))

    await url.send_dict({"delete_original": True})
    await url.send_dict({"text": "in a thread", "response_type": "in_channel", "thread_ts": "1.000001"})

    (message,) = slack.messages("C0BATCHES")
    assert (message.text, message.thread_ts, message.ephemeral_to) == ("in a thread", "1.000001", None)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"delete_original": True}, "no_text"),
        ({"text": "x", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": "{"}, "invalid_blocks_format"),
    ],
)
async def test_a_body_that_will_not_do_is_refused_and_costs_nothing(
    slack: SlackSimulator, body: dict[str, Any], error: str
) -> None:
    url = await typed(slack)

    answer = await url.send_dict(body)

    assert (answer.status_code, error in answer.body) == (400, True)
    assert slack.calls("response_url")[0].error == error
    assert slack.messages("C0GENERAL") == []


async def test_it_answers_429_to_order(slack: SlackSimulator) -> None:
    url = await typed(slack)
    slack.fail_next("response_url", retry_after=1)

    first, second = await url.send_dict({"text": "one"}), await url.send_dict({"text": "two"})

    assert (first.status_code, first.headers["Retry-After"]) == (429, "1")
    assert second.status_code == 200
    assert [m.text for m in slack.messages("C0GENERAL")] == ["two"]


async def test_an_unknown_response_url_is_not_found(slack: SlackSimulator) -> None:
    answer = await AsyncWebhookClient(f"{slack.url}/commands/T0DEMO/1/forged").send_dict({"text": "x"})

    assert answer.status_code == 404
