"""What people are called: for messages that name somebody without mentioning him."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar, cast

from msgspec.structs import replace

from bot.caller import UserId
from bot.ui.components.text import inline
from bot.ui.reply import Message

_SOMEBODY = "somebody"
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)>")


T = TypeVar("T")


class MentionReplacer:
    """Puts names in the place of mentions; `name_of` gives a person's name, or None where Slack does not say.

    `patience`: seconds that the look-ups of a message may take; it is shown without a name rather than late.
    """

    def __init__(self, name_of: Callable[[UserId], Awaitable[str | None]], patience: float = 3.0) -> None:
        self._name_of = name_of
        self._patience = patience

    async def replace_mentions(self, message: Message) -> Message:
        """Return the message with each mention replaced by the person's name, which pings nobody."""
        ids = sorted(set(_MENTION.findall(f"{message.text} {message.blocks} {message.simpler}")))
        found = await asyncio.gather(*(self._called(UserId(user)) for user in ids))
        names = dict(zip(ids, found, strict=True))
        blocks = tuple(_named(block, names) for block in message.blocks)
        simpler = None if message.simpler is None else tuple(_named(block, names) for block in message.simpler)
        return replace(message, text=_named(message.text, names), blocks=blocks, simpler=simpler)

    async def _called(self, user: UserId) -> str:
        try:
            async with asyncio.timeout(self._patience):
                return inline(await self._name_of(user) or _SOMEBODY, 80)
        except TimeoutError:
            return _SOMEBODY


def _named(part: T, names: Mapping[str, str]) -> T:
    """Return a part of a message with names in it; what a button carries stays as it is."""
    named: object = part
    match part:
        case str():
            named = _MENTION.sub(lambda found: names[found[1]], part)
        case Mapping():
            named = {key: value if key == "value" else _named(value, names) for key, value in part.items()}
        case list() | tuple():
            named = [_named(each, names) for each in part]
    return cast(T, named)
