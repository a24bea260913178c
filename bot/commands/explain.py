"""`/batch explain COMMAND [@who] [here|#channel]`: whether a person may use a command, and which setting decides."""

import re
from typing import ClassVar, Self

from bot.caller import ChannelId, UserId
from bot.commands.base import ArgumentHelp, Command, Help, HelpGroup, Permission
from bot.commands.language.arguments import Arguments
from bot.commands.language.errors import BadValue, MissingReference, ValueForm
from bot.commands.language.values import ME, check_person

HERE = "here"
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,}")


class Explain(Command, frozen=True):
    """Ask what the rules say. The pipeline, which holds them, answers it (bot.explanations)."""

    verb: ClassVar[str] = "explain"
    permission: ClassVar[Permission] = Permission.READ
    help: ClassVar[Help] = Help(
        "Show whether someone can use a command, and which setting decides.",
        "explain delete @ben here",
        HelpGroup.ADMIN,
        (
            ArgumentHelp("COMMAND", "a command, such as `delete`"),
            ArgumentHelp("@who", "a person; without one, you", optional=True),
            ArgumentHelp("here|#channel", "where they would type it; without one, here", optional=True),
        ),
        "Everyone can ask about themselves, and administrators about everyone.",
    )

    topic: str
    person: UserId | None = None
    channel: ChannelId | None = None

    @classmethod
    def parse(cls, arguments: Arguments) -> Self:
        """Read the command, and a person and a place in any order. Raises UsageError."""
        words = arguments.at_most(3).words
        if not words:
            raise MissingReference(arguments.verb)
        person: UserId | None = None
        place: str | None = None
        for word in words[1:]:
            if place is None and (word.lower() == HERE or word.startswith("#") or _CHANNEL.fullmatch(word)):
                place = word
            elif person is None:
                person = UserId(ME if word.lower() == ME else check_person(arguments.verb, word))
            else:
                raise BadValue(arguments.verb, word, ValueForm.EXPLAIN_PLACE)
        return cls(words[0].lower(), None if person == ME else person, _read_channel(place))

    def spell(self) -> str:
        """Return `explain COMMAND` with the person and the channel."""
        return " ".join(filter(None, ["explain", self.topic, self.person, self.channel]))


def _read_channel(place: str | None) -> ChannelId | None:
    """Return the id of a channel, None for here. Raises BadValue: names cannot be looked up."""
    if place is None or place.lower() == HERE:
        return None
    channel = place.removeprefix("#")
    if not _CHANNEL.fullmatch(channel):
        raise BadValue(Explain.verb, place, ValueForm.EXPLAIN_PLACE)
    return ChannelId(channel)
