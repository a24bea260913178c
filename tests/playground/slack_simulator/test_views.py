"""Trigger ids, the stack of modals, hashes and the Home tab, through the real SDK."""

from typing import Any, Protocol

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.server import SlackSimulator

DIVIDER = [{"type": "divider"}]


class Clock(Protocol):
    """A clock in seconds that a test moves."""

    now: float


def modal(title: str = "Title", **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": DIVIDER, **more}


async def trigger(slack: SlackSimulator) -> str:
    # Nothing listens, so the command fails; Slack minted its trigger id all the same.
    delivery = await slack.slash("U0ADA", "C0BATCHES", "/batch create")
    assert delivery.trigger_id
    return delivery.trigger_id


async def test_a_modal_opens_for_the_person_of_its_trigger(slack: SlackSimulator, client: AsyncWebClient) -> None:
    answer = await client.views_open(trigger_id=await trigger(slack), view=modal(callback_id="create"))

    shown = slack.modal("U0ADA")
    assert shown is not None
    assert (shown.id, shown.title, shown.callback_id) == (answer["view"]["id"], "Title", "create")
    assert answer["view"]["root_view_id"] == shown.id
    assert slack.modal("U0BEN") is None


async def test_a_trigger_works_once(slack: SlackSimulator, client: AsyncWebClient) -> None:
    trigger_id = await trigger(slack)
    await client.views_open(trigger_id=trigger_id, view=modal())

    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=trigger_id, view=modal())


async def test_a_trigger_is_late_after_three_seconds(
    slack: SlackSimulator, client: AsyncWebClient, clock: Clock
) -> None:
    trigger_id = await trigger(slack)
    clock.now += 3.01

    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=trigger_id, view=modal())


async def test_an_unknown_trigger_is_invalid(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_open(trigger_id="1.2.3", view=modal())


async def test_a_view_slack_would_refuse_names_the_place(slack: SlackSimulator, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments") as caught:
        await client.views_open(trigger_id=await trigger(slack), view=modal("x" * 25))

    words = "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    assert caught.value.response["response_metadata"]["messages"] == [words]


async def test_a_view_over_250_kb_is_too_large(slack: SlackSimulator, client: AsyncWebClient) -> None:
    text = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3000}}

    with pytest.raises(SlackApiError, match="view_too_large"):
        await client.views_open(trigger_id=await trigger(slack), view=modal(blocks=[text] * 90))


async def test_modals_stack_three_deep(slack: SlackSimulator, client: AsyncWebClient) -> None:
    first = await client.views_open(trigger_id=await trigger(slack), view=modal("1"))
    await client.views_push(trigger_id=await trigger(slack), view=modal("2"))
    third = await client.views_push(trigger_id=await trigger(slack), view=modal("3"))

    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await client.views_push(trigger_id=await trigger(slack), view=modal("4"))

    assert third["view"]["root_view_id"] == first["view"]["id"]


async def test_an_update_with_an_old_hash_loses_cleanly(slack: SlackSimulator, client: AsyncWebClient) -> None:
    opened = await client.views_open(trigger_id=await trigger(slack), view=modal("old"))
    view_id, old_hash = opened["view"]["id"], opened["view"]["hash"]
    await client.views_update(view_id=view_id, hash=old_hash, view=modal("new"))

    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view_id, hash=old_hash, view=modal("newest"))

    shown = slack.modal("U0ADA")
    assert shown is not None
    assert shown.title == "new"


async def test_a_closed_view_is_not_found(slack: SlackSimulator, client: AsyncWebClient) -> None:
    opened = await client.views_open(trigger_id=await trigger(slack), view=modal())
    await slack.close_view("U0ADA", opened["view"]["id"])

    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id=opened["view"]["id"], view=modal())

    assert slack.modal("U0ADA") is None


async def test_an_external_id_is_one_views_and_finds_it(slack: SlackSimulator, client: AsyncWebClient) -> None:
    await client.views_open(trigger_id=await trigger(slack), view=modal("a", external_id="one"))
    await client.views_update(external_id="one", view=modal("b", external_id="one"))

    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        await client.views_push(trigger_id=await trigger(slack), view=modal("c", external_id="one"))

    shown = slack.modal("U0ADA")
    assert shown is not None
    assert shown.title == "b"


async def test_the_home_tab_is_published_for_one_person(slack: SlackSimulator, client: AsyncWebClient) -> None:
    first = await client.views_publish(user_id="U0ADA", view={"type": "home", "blocks": DIVIDER})
    second = await client.views_publish(user_id="U0ADA", view={"type": "home", "blocks": DIVIDER * 2})

    home = slack.home("U0ADA")
    assert home is not None
    assert (home.id, len(home.blocks)) == (first["view"]["id"], 2)
    assert first["view"]["hash"] != second["view"]["hash"]
    assert slack.home("U0BEN") is None


HOME = {"type": "home", "blocks": DIVIDER}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"user_id": "U0NOBODY", "view": HOME}, "user_not_found"),
        ({"user_id": "U0ADA", "view": HOME, "hash": "old"}, "hash_conflict"),
        ({"user_id": "U0ADA", "view": modal()}, "invalid_arguments"),
        ({"user_id": "U0ADA"}, "invalid_arguments"),
        ({"view": HOME}, "invalid_arguments"),
    ],
)
async def test_what_cannot_be_published_is_refused(
    client: AsyncWebClient, arguments: dict[str, Any], error: str
) -> None:
    with pytest.raises(SlackApiError, match=error):
        await client.api_call("views.publish", json=arguments)


async def test_a_workspace_may_have_the_home_tab_off(slack: SlackSimulator, client: AsyncWebClient) -> None:
    slack.world.home_tab = False

    with pytest.raises(SlackApiError, match="not_enabled"):
        await client.views_publish(user_id="U0ADA", view=HOME)
