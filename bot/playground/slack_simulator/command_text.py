"""Encode the text of a slash command as Slack does with `should_escape`: people, channels and links become markup."""

import re

from bot.playground.slack_simulator.world import World

_ENCODED = re.compile(
    r"""<[^<>]*>|(?P<url>https?://[^\s<>|"'`]+)|(?<!\S)@(?P<person>[\w.-]+)|(?<!\S)#(?P<channel>[\w-]+)"""
)


def encode_command_text(text: str, world: World) -> str:
    """Return the text with known people, channels and links encoded. Typed markup and unknown names stay.

    Source: docs.slack.dev, slash commands, escaping users, channels and links.
    """
    people = {person.handle: person.id for person in world.people.values()}
    channels = {channel.name: channel.id for channel in world.channels.values() if channel.name}

    def encode(match: re.Match[str]) -> str:
        if match["url"]:
            return f"<{match['url']}>"
        person, channel = match["person"], match["channel"]
        if person and person.lower() in people:
            return f"<@{people[person.lower()]}|{person.lower()}>"
        return f"<#{channels[channel]}|{channel}>" if channel and channel in channels else match[0]

    return _ENCODED.sub(encode, text)
