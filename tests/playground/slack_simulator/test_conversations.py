"""Look up channels, people and groups, and read what was posted."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack_simulator.server import SlackSimulator

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("conversations.info", {"channel": "C0NOWHERE"}, "channel_not_found"),
    ("conversations.info", {"channel": "C0SECRET"}, "channel_not_found"),
    ("conversations.info", {"channel": "D0PAIR"}, "channel_not_found"),
    ("conversations.info", {}, "invalid_arguments"),
    ("conversations.open", {}, "users_list_not_supplied"),
    ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
    ("conversations.open", {"users": "U0BATCHDESK"}, "cannot_dm_bot"),
    ("conversations.open", {"users": "U0GONE"}, "user_disabled"),
    ("conversations.members", {"channel": "C0SECRET"}, "channel_not_found"),
    ("conversations.history", {"channel": "C0GENERAL"}, "not_in_channel"),
    ("conversations.history", {"channel": "C0BATCHES", "limit": 5000}, "invalid_limit"),
    ("conversations.history", {"channel": "C0BATCHES", "cursor": "nonsense!"}, "invalid_cursor"),
    ("conversations.replies", {"channel": "C0BATCHES", "ts": "1.000001"}, "thread_not_found"),
    ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
    ("usergroups.users.list", {"usergroup": "S0NONE"}, "no_such_subteam"),
]


@pytest.mark.parametrize(("method", "arguments", "error"), REFUSED, ids=[f"{m} {e}" for m, _, e in REFUSED])
async def test_lookups_that_slack_refuses_are_refused(
    client: AsyncWebClient, method: str, arguments: dict[str, Any], error: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method, params=arguments)

    assert caught.value.response["error"] == error


@pytest.mark.parametrize(
    ("channel", "flags"),
    [
        ("C0BATCHES", {"is_private": False, "is_ext_shared": False, "is_im": False, "is_member": True}),
        ("C0GENERAL", {"is_private": False, "is_ext_shared": False, "is_im": False, "is_member": False}),
        ("C0SHARED", {"is_ext_shared": True, "is_shared": True}),
        ("C0INNER", {"is_private": True, "is_group": True, "is_channel": False}),
        ("D0ADA", {"is_im": True, "user": "U0ADA"}),
        ("C0OLD", {"is_archived": True}),
    ],
)
async def test_a_channel_has_the_flags_of_its_kind(client: AsyncWebClient, channel: str, flags: dict[str, Any]) -> None:
    answer = await client.conversations_info(channel=channel)

    assert {key: answer["channel"][key] for key in flags} == flags


@pytest.mark.parametrize(
    ("user", "flags"),
    [
        ("U0ADA", {"is_restricted": False, "is_bot": False, "deleted": False, "is_admin": True}),
        ("U0GUEST", {"is_restricted": True, "is_ultra_restricted": False}),
        ("U0SINGLE", {"is_restricted": True, "is_ultra_restricted": True}),
        ("U0STRANGER", {"is_stranger": True, "team_id": "T0OTHER"}),
        ("U0GONE", {"deleted": True}),
        ("U0BATCHDESK", {"is_bot": True}),
    ],
)
async def test_a_person_has_the_flags_of_their_kind(client: AsyncWebClient, user: str, flags: dict[str, Any]) -> None:
    answer = await client.users_info(user=user)

    assert {key: answer["user"][key] for key in flags} == flags


async def test_a_group_lists_its_members_on_a_paid_plan_only(slack: SlackSimulator, client: AsyncWebClient) -> None:
    answer = await client.usergroups_users_list(usergroup="S0OPS")
    slack.world.paid_plan = False

    with pytest.raises(SlackApiError, match="plan_upgrade_required"):
        await client.usergroups_users_list(usergroup="S0OPS")

    assert answer["users"] == ["U0ADA", "U0GUEST"]


async def test_opening_a_conversation_twice_gives_the_same_one(client: AsyncWebClient) -> None:
    first = await client.conversations_open(users="U0GUEST")
    second = await client.conversations_open(users="U0GUEST", return_im=True)

    assert first["channel"]["id"] == second["channel"]["id"]
    assert second["channel"]["user"] == "U0GUEST"


async def test_history_is_newest_first_in_pages_without_replies_and_ephemerals(client: AsyncWebClient) -> None:
    stamps = [(await client.chat_postMessage(channel="C0BATCHES", text=str(n)))["ts"] for n in range(3)]
    await client.chat_postMessage(channel="C0BATCHES", text="reply", thread_ts=stamps[0])
    await client.chat_postEphemeral(channel="C0BATCHES", text="psst", user="U0ADA")

    first = await client.conversations_history(channel="C0BATCHES", limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel="C0BATCHES", limit=2, cursor=cursor)
    thread = await client.conversations_replies(channel="C0BATCHES", ts=stamps[0])

    assert [m["text"] for m in first["messages"]] == ["2", "1"]
    assert first["has_more"]
    assert [m["text"] for m in second["messages"]] == ["0"]
    assert [m["text"] for m in thread["messages"]] == ["0", "reply"]


async def test_members_come_in_pages(client: AsyncWebClient) -> None:
    first = await client.conversations_members(channel="C0BATCHES", limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_members(channel="C0BATCHES", limit=2, cursor=cursor)

    assert [*first["members"], *second["members"]] == ["U0ADA", "U0BATCHDESK", "U0BEN"]
    assert second["response_metadata"]["next_cursor"] == ""
