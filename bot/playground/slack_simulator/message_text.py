"""The text and the blocks of a person's message, as Slack makes them of what was typed."""

import re
from collections.abc import Iterator
from itertools import groupby

from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.world import World

_PARTS = re.compile(
    r"""`(?P<code>[^`\n]+)`|(?P<url>https?://[^\s<>|"'`]+)|(?<![\w@])@(?P<person>[\w.-]+)|(?<![\w#])\#(?P<channel>[\w-]+)"""
)
_FENCE = re.compile(r"```(.+?)```", re.DOTALL)
_QUOTE = re.compile(r"> ?")


def write_message(typed: str, world: World) -> tuple[str, list[Json]]:
    """Return the `text` of a message and its `rich_text` block.

    People, channels and links become markup, except in code, and all else is escaped (docs.slack.dev, formatting text).
    """
    texts: list[str] = []
    elements: list[Json] = []
    for position, piece in enumerate(_FENCE.split(typed)):
        if position % 2:
            texts.append(f"```{_escape(piece)}```")
            elements.append({"type": "rich_text_preformatted", "elements": [_text(piece)], "border": 0})
            continue
        lines: list[str] = []
        for is_quote, group in groupby(piece.split("\n"), key=lambda line: bool(_QUOTE.match(line))):
            shown = [_QUOTE.sub("", line, count=1) if is_quote else line for line in group]
            lines += [f"{'&gt; ' if is_quote else ''}{_join(_split(line, world))}" for line in shown]
            if parts := [element for _, element in _split("\n".join(shown), world)]:
                elements.append({"type": "rich_text_quote" if is_quote else "rich_text_section", "elements": parts})
        texts.append("\n".join(lines))
    return "".join(texts), [{"type": "rich_text", "elements": elements}] if elements else []


def _split(text: str, world: World) -> Iterator[tuple[str, Json]]:
    """Yield each part of a line as text and as an element."""
    people = {person.handle: person.id for person in world.people.values()}
    channels = {channel.name: channel.id for channel in world.channels.values() if channel.name}
    end = 0
    for match in _PARTS.finditer(text):
        found = _encode(match, people, channels)
        if found is None:
            continue
        if match.start() > end:
            plain = text[end : match.start()]
            yield _escape(plain), _text(plain)
        yield found
        end = match.end()
    if end < len(text):
        yield _escape(text[end:]), _text(text[end:])


def _encode(match: re.Match[str], people: dict[str, str], channels: dict[str, str]) -> tuple[str, Json] | None:
    if match["code"]:
        return f"`{_escape(match['code'])}`", {**_text(match["code"]), "style": {"code": True}}
    if match["url"]:
        return f"<{match['url']}>", {"type": "link", "url": match["url"]}
    if match["person"]:
        user = people.get(match["person"].lower().rstrip("."))
        return (f"<@{user}>", {"type": "user", "user_id": user}) if user else None
    channel = channels.get(match["channel"])
    return (f"<#{channel}|>", {"type": "channel", "channel_id": channel}) if channel else None


def _join(parts: Iterator[tuple[str, Json]]) -> str:
    return "".join(text for text, _ in parts)


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
