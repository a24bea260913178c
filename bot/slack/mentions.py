"""Replace mentions with names, for messages that name people without notifying them."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import TypeVar, cast

from msgspec.structs import replace

from bot.caller import UserId
from bot.ui.components.name_lines import UNKNOWN_PERSON
from bot.ui.components.text import safe_text
from bot.ui.reply import Message

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)>")

T = TypeVar("T")


class MentionReplacer:
    """Replaces mentions with names. `find_name` returns a person's name, or None if Slack does not know it.

    `timeout`: seconds that looking up one name may take. A message without a name is better than a late one.
    """

    def __init__(self, find_name: Callable[[UserId], Awaitable[str | None]], timeout: float = 3.0) -> None:
        self._find_name = find_name
        self._timeout = timeout

    async def replace_mentions(self, message: Message, keep: Collection[str] = ()) -> Message:
        """Return the message with names for mentions, so that no one is notified but those to `keep`."""
        ids = sorted(set(_MENTION.findall(f"{message.text} {message.blocks} {message.fallback_blocks}")) - {*keep})
        found = await asyncio.gather(*(self._find_display_name(UserId(user)) for user in ids))
        names = dict(zip(ids, found, strict=True))
        blocks = tuple(_replace_in(block, names) for block in message.blocks)
        fallback = message.fallback_blocks
        if fallback is not None:
            fallback = tuple(_replace_in(block, names) for block in fallback)
        return replace(message, text=_replace_in(message.text, names), blocks=blocks, fallback_blocks=fallback)

    async def _find_display_name(self, user: UserId) -> str:
        try:
            async with asyncio.timeout(self._timeout):
                return safe_text(await self._find_name(user) or UNKNOWN_PERSON, 80)
        except TimeoutError:
            return UNKNOWN_PERSON


def _replace_in(part: T, names: Mapping[str, str]) -> T:
    """Replace the mentions in a part of a message, except in button values, which the bot reads back."""
    replaced: object = part
    match part:
        case str():
            replaced = _MENTION.sub(lambda found: names.get(found[1], found[0]), part)
        case Mapping():
            replaced = {key: value if key == "value" else _replace_in(value, names) for key, value in part.items()}
        case list() | tuple():
            replaced = [_replace_in(each, names) for each in part]
    return cast(T, replaced)
