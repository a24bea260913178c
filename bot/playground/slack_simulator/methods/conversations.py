"""conversations.info, open, members, history, replies."""

import base64
from typing import TypeVar

from bot.playground.slack_simulator.methods.arguments import read_boolean, read_integer, read_required
from bot.playground.slack_simulator.methods.method import Method
from bot.playground.slack_simulator.records import Json, SlackMessage
from bot.playground.slack_simulator.refusals import Refusal
from bot.playground.slack_simulator.state import SlackState
from bot.playground.slack_simulator.world import Channel

T = TypeVar("T")


def _scopes(right: str) -> tuple[str, ...]:
    return tuple(f"{kind}:{right}" for kind in ("channels", "groups", "mpim", "im"))


def _channel(state: SlackState, arguments: Json, right: str) -> Channel:
    channel = state.find_visible_channel(read_required(arguments, "channel"))
    kind = "im" if channel.is_im else "mpim" if channel.is_mpim else "groups" if channel.is_private else "channels"
    state.require_scope(f"{kind}:{right}")
    return channel


def info(state: SlackState, arguments: Json) -> Json:
    """Return what the bot may know about a conversation."""
    channel = _channel(state, arguments, "read")
    body: Json = {
        "id": channel.id,
        "created": 1_700_000_000,
        "is_im": channel.is_im,
        "is_archived": channel.is_archived,
        "is_org_shared": channel.is_org_shared,
        "is_private": channel.is_private or channel.is_im,
        "is_ext_shared": channel.is_ext_shared,
        "is_shared": channel.is_ext_shared or channel.is_org_shared,
        "is_pending_ext_shared": channel.is_pending_ext_shared,
        "context_team_id": state.world.team_id,
    }
    if channel.is_im:
        body["user"] = next(iter(channel.members - {state.world.bot_user}))
    else:
        body |= {
            "name": channel.name,
            "is_channel": not channel.is_private,
            "is_group": channel.is_private,
            "is_mpim": channel.is_mpim,
            "is_member": state.bot_is_member(channel),
        }
    if read_boolean(arguments.get("include_num_members")):
        body["num_members"] = len(channel.members)
    return {"ok": True, "channel": body}


def open_conversation(state: SlackState, arguments: Json) -> Json:
    """Open the direct message with one person."""
    users = [user for user in str(arguments.get("users") or "").split(",") if user]
    if not users:
        raise Refusal("users_list_not_supplied")
    if len(users) > 1 or users[0] not in state.world.people:
        raise Refusal("user_not_found")
    person = state.world.people[users[0]]
    if person.is_bot:
        raise Refusal("cannot_dm_bot")
    if person.deleted:
        raise Refusal("user_disabled")
    channel = state.world.open_direct_message(person.id)
    whole: Json = {"id": channel.id, "is_im": True, "user": person.id}
    return {"ok": True, "channel": whole if read_boolean(arguments.get("return_im")) else {"id": channel.id}}


def members(state: SlackState, arguments: Json) -> Json:
    """List the members of a conversation, one page at a time."""
    channel = _channel(state, arguments, "read")
    found = sorted(channel.members)
    page, cursor = _page(arguments, found, 100)
    return {"ok": True, "members": page, "response_metadata": {"next_cursor": cursor}}


def history(state: SlackState, arguments: Json) -> Json:
    """Return a conversation's messages, newest first, without the replies in threads."""
    channel = _channel(state, arguments, "history")
    found = [m for m in _readable(state, channel, arguments) if m.thread_ts in (None, m.ts)]
    return _listed(state, arguments, found[::-1])


def replies(state: SlackState, arguments: Json) -> Json:
    """Return a thread, oldest message first."""
    channel = _channel(state, arguments, "history")
    ts = read_required(arguments, "ts")
    found = [m for m in _readable(state, channel, arguments) if ts in (m.ts, m.thread_ts)]
    if not found:
        raise Refusal("thread_not_found")
    return _listed(state, arguments, found)


def _readable(state: SlackState, channel: Channel, arguments: Json) -> list[SlackMessage]:
    if not state.bot_is_member(channel):
        raise Refusal("not_in_channel")
    oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    inclusive = read_boolean(arguments.get("inclusive"))
    return [
        message
        for message in state.messages.list_channel(channel.id)
        if message.ephemeral_to is None
        and (oldest < float(message.ts) < latest or (inclusive and float(message.ts) in (oldest, latest)))
    ]


def _listed(state: SlackState, arguments: Json, found: list[SlackMessage]) -> Json:
    page, cursor = _page(arguments, found, 100)
    with_metadata = read_boolean(arguments.get("include_all_metadata"))
    bodies = [state.render_message(message, with_metadata=with_metadata) for message in page]
    answer: Json = {"ok": True, "messages": bodies, "has_more": bool(cursor)}
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _page(arguments: Json, everything: list[T], usual: int) -> tuple[list[T], str]:
    limit = read_integer(arguments, "limit", usual, 999)
    try:
        start = int(base64.b64decode(arguments.get("cursor") or "MA==").decode())
    except ValueError:
        raise Refusal("invalid_cursor") from None
    end = start + limit
    return everything[start:end], base64.b64encode(str(end).encode()).decode() if end < len(everything) else ""


CONVERSATIONS = {
    "conversations.info": Method(info, _scopes("read")),
    "conversations.open": Method(open_conversation, ("im:write",)),
    "conversations.members": Method(members, _scopes("read")),
    "conversations.history": Method(history, _scopes("history")),
    "conversations.replies": Method(replies, _scopes("history")),
}
