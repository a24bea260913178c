"""The events that a message causes, and which of them an app receives."""

from bot.playground.slack_simulator.records import Json, SlackMessage
from bot.playground.slack_simulator.state import SlackState
from bot.playground.slack_simulator.world import Channel

_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
}
"""What each event needs beside its subscription (docs.slack.dev, reference, events)."""
_CHANNEL_TYPES = {"channels": "channel", "groups": "group", "im": "im", "mpim": "mpim"}


def make_message_events(state: SlackState, message: SlackMessage, files: list[Json], more: Json) -> list[Json]:
    """Return the events about a person's message, an edit or a deletion, that the app is sent.

    An app hears of a conversation that it is in, of events that its manifest subscribes to, and only with their scopes.
    In a direct message with the app, a mention is no app_mention (docs.slack.dev, app_mention). `more`: fields that
    differ from those of a new message.
    """
    channel = state.world.channels[message.channel]
    if not state.bot_is_member(channel):
        return []
    kind = _kind(channel)
    common = _describe(state, message, files)
    event: Json = {"type": "message", **common, "channel_type": _CHANNEL_TYPES[kind], **more}
    found = [event] if _is_sent(state, f"message.{kind}") else []
    mentions = f"<@{state.world.bot_user}>" in str(more.get("message", common).get("text", ""))
    is_mention = mentions and kind != "im" and more.get("subtype") != "message_deleted"
    if is_mention and _is_sent(state, "app_mention"):
        edited = {"edited": more["message"]["edited"]} if "message" in more else {}
        # A mention has the subtype of its message only if it is a file's or a bot's.
        subtype = {key: value for key, value in more.items() if key in ("subtype", "bot_id") and not edited}
        found.append({"type": "app_mention", **common, **subtype, **edited})
    return found


def is_heard(state: SlackState, event: str) -> bool:
    """Return whether the app's manifest subscribes to an event."""
    return state.events is None or event in state.events


def _is_sent(state: SlackState, event: str) -> bool:
    return is_heard(state, event) and _SCOPES[event] in state.scopes


def _kind(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    if channel.is_mpim:
        return "mpim"
    return "groups" if channel.is_private else "channels"


def _describe(state: SlackState, message: SlackMessage, files: list[Json]) -> Json:
    world = state.world
    author = world.people.get(message.user)
    body: Json = {
        "user": message.user,
        "ts": message.ts,
        "client_msg_id": f"00000000-0000-4000-8000-{message.ts.replace('.', '')[-12:]}",
        "text": message.text,
        "team": (author.team_id if author else None) or world.team_id,
        "blocks": message.blocks,
        "channel": message.channel,
        "event_ts": message.ts,
    }
    if message.thread_ts:
        body |= {"thread_ts": message.thread_ts, "parent_user_id": _find_author(state, message)}
    if files:
        body |= {"files": files, "upload": False, "subtype": "file_share"}
    return body


def _find_author(state: SlackState, message: SlackMessage) -> str | None:
    parent = state.messages.find(message.channel, message.thread_ts or "")
    return parent.user if parent else None
