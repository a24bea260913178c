"""Read messages that address the bot: those that mention it, and direct messages. Nothing else is read."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec.structs import replace

from bot.caller import Caller, ChannelId, TeamId, UserId
from bot.commands.create import Create
from bot.pipeline import Interaction
from bot.slack.inbound import InboundInteraction, Payload, rank_file
from bot.slack.surfaces import ConversationSurface

_READ_SUBTYPES = (None, "file_share", "thread_broadcast")
"""The subtypes of what a person writes. Edits, deletions and other apps have others (docs.slack.dev, message)."""
_SLACKBOT = "USLACKBOT"
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_QUOTE = re.compile(r"^(?:&gt;|>).*$", re.MULTILINE)
_COMMAND = re.compile(r"^/batch\b\s*", re.IGNORECASE)
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)>")
_MOST_NAMES = 20
"""People whose names are looked up in one message."""


def read_addressed(payload: Payload, bot_user: str) -> InboundInteraction | None:
    """Return the command in an event, and where to answer it; None if it does not address the bot.

    In a channel, the words after the mention are the command. A mention in code or in a quote is none. A file without
    words, or with `create` alone, becomes a batch once its sender agrees.
    """
    event: dict[str, Any] = payload.get("event") or {}
    text = str(event.get("text") or "")
    if not _is_new_message_of_person(event, bot_user):
        return None
    is_direct = event.get("type") == "message"
    words = _take_words(text, bot_user)
    if is_direct:
        words = text if words is None or not text.lstrip().startswith("<@") else words
    if words is None:
        return None
    words = _COMMAND.sub("", words.strip())
    command = _read_file_command(event, words)
    team = event.get("user_team") or event.get("team") or payload.get("team_id") or ""
    caller = Caller(UserId(event["user"]), TeamId(team), ChannelId(event["channel"]), is_direct)
    thread_ts = event.get("thread_ts")
    surface = ConversationSurface(caller, str(event["ts"]), str(thread_ts) if thread_ts else None, is_direct)
    return InboundInteraction(Interaction(caller, command.spell() if command else words, command=command), surface)


async def name_people(interaction: Interaction, find_name: Callable[[UserId], Awaitable[str | None]]) -> Interaction:
    """Return the interaction with the names of the people that it mentions, as Slack adds them to slash commands."""
    people = sorted(set(_PERSON.findall(interaction.text)))[:_MOST_NAMES]
    names = {user: re.sub(r"[<>|&]", "", await find_name(UserId(user)) or "") for user in people}

    def name(match: re.Match[str]) -> str:
        return f"<@{match[1]}|{names[match[1]]}>" if names.get(match[1]) else match[0]

    return replace(interaction, text=_PERSON.sub(name, interaction.text))


def _is_new_message_of_person(event: dict[str, Any], bot_user: str) -> bool:
    """Return whether a person wrote this now, where the bot reads: no edit, no deletion, and no message of an app."""
    is_heard = event.get("type") == "app_mention" or (
        event.get("type") == "message" and event.get("channel_type") == "im"
    )
    is_by_person = not event.get("bot_id") and event.get("user") not in (None, "", bot_user, _SLACKBOT)
    is_new = event.get("subtype") in _READ_SUBTYPES and not event.get("edited") and not event.get("hidden")
    return is_heard and is_by_person and is_new and bool(event.get("channel") and event.get("ts"))


def _take_words(text: str, bot_user: str) -> str | None:
    """Return what follows the first mention of the bot that is neither in code nor in a quote, or None."""
    hidden = [match.span() for pattern in (_CODE, _QUOTE) for match in pattern.finditer(text)]
    for mention in re.finditer(rf"<@{re.escape(bot_user)}(?:\|[^<>]*)?>[:,]?", text):
        if not any(start <= mention.start() < end for start, end in hidden):
            return text[mention.end() :]
    return None


def _read_file_command(event: dict[str, Any], words: str) -> Create | None:
    files = sorted((file for file in event.get("files") or [] if isinstance(file, dict)), key=rank_file)
    if not files or not files[0].get("id") or words.strip().lower() not in ("", Create.verb):
        return None
    return Create(str(files[0]["id"]))
