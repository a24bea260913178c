"""chat.postMessage, chat.postEphemeral, chat.update, chat.delete."""

from typing import Any

from bot.playground.slack_simulator.message_arguments import (
    MAX_UPDATE_CHARACTERS,
    check_blocks,
    check_metadata,
    read_content,
)
from bot.playground.slack_simulator.methods.arguments import read_required
from bot.playground.slack_simulator.methods.method import Method
from bot.playground.slack_simulator.records import Json, SlackMessage
from bot.playground.slack_simulator.refusals import Refusal
from bot.playground.slack_simulator.state import SlackState
from bot.playground.slack_simulator.world import Channel


def find_channel_to_post_in(state: SlackState, arguments: Json) -> Channel:
    """Return the channel of an id, a #name or a user id (the DM). Raises Refusal if the bot may not post there."""
    name = read_required(arguments, "channel")
    world = state.world
    if name[0] in "UW":
        if name not in world.people or world.people[name].deleted or world.people[name].is_bot:
            raise Refusal("channel_not_found")
        return world.open_direct_message(name)
    if name.startswith("#"):
        found = [channel.id for channel in world.channels.values() if f"#{channel.name}" == name]
        name = found[0] if found else name
    channel = state.find_visible_channel(name)
    if channel.is_archived:
        raise Refusal("is_archived")
    return channel


def post_message(state: SlackState, arguments: Json) -> Json:
    """Post as the bot."""
    channel = find_channel_to_post_in(state, arguments)
    if not state.bot_is_member(channel) and "chat:write.public" not in state.scopes:
        raise Refusal("not_in_channel")
    text, blocks = read_content(arguments)
    message = state.messages.post(
        channel.id,
        state.world.bot_user,
        text,
        blocks,
        thread_ts=arguments.get("thread_ts"),
        metadata=check_metadata(arguments) or None,
    )
    return _answer(state, message)


def post_ephemeral(state: SlackState, arguments: Json) -> Json:
    """Show one member of a channel a message that only they see."""
    user = read_required(arguments, "user")
    channel = find_channel_to_post_in(state, arguments)
    if not state.bot_is_member(channel):
        raise Refusal("not_in_channel")
    if user not in channel.members:
        raise Refusal("user_not_in_channel")
    text, blocks = read_content(arguments)
    message = state.messages.post(
        channel.id,
        state.world.bot_user,
        text,
        blocks,
        ephemeral_to=user,
        thread_ts=arguments.get("thread_ts"),
    )
    return {"ok": True, "message_ts": message.ts}


def update(state: SlackState, arguments: Json) -> Json:
    """Change one of the bot's own messages. Text without blocks removes the old blocks."""
    message = _own_message(state, arguments, "cant_update_message")
    if len(str(arguments.get("text") or "")) > MAX_UPDATE_CHARACTERS:
        raise Refusal("msg_too_long")
    metadata = check_metadata(arguments)
    changes: dict[str, Any] = {} if metadata is None else {"metadata": metadata or None}
    text, blocks = arguments.get("text"), check_blocks(arguments)
    if text is None and blocks is None and arguments.get("markdown_text") is None:
        if metadata is None:
            raise Refusal("no_text")
    elif text is None and blocks:
        changes["blocks"] = blocks
    else:
        changes["text"], changes["blocks"] = read_content(arguments)
        changes["edited"] = True
    changed = state.messages.change(message, **changes)
    return {**_answer(state, changed), "text": changed.text}


def delete(state: SlackState, arguments: Json) -> Json:
    """Delete one of the bot's own messages."""
    message = _own_message(state, arguments, "cant_delete_message")
    state.messages.remove(message)
    return {"ok": True, "channel": message.channel, "ts": message.ts}


def _own_message(state: SlackState, arguments: Json, refusal: str) -> SlackMessage:
    ts = read_required(arguments, "ts")
    channel = state.find_visible_channel(read_required(arguments, "channel"))
    message = state.messages.find(channel.id, ts)
    # An ephemeral message exists only on its reader's screen.
    if message is None or message.ephemeral_to is not None:
        raise Refusal("message_not_found")
    if message.user != state.world.bot_user:
        raise Refusal(refusal)
    return message


def _answer(state: SlackState, message: SlackMessage) -> Json:
    shown = state.render_message(message, with_metadata=True)
    return {"ok": True, "channel": message.channel, "ts": message.ts, "message": shown}


_WRITE = ("chat:write",)
CHAT = {
    "chat.postMessage": Method(post_message, _WRITE),
    "chat.postEphemeral": Method(post_ephemeral, _WRITE),
    "chat.update": Method(update, _WRITE),
    "chat.delete": Method(delete, _WRITE),
}
