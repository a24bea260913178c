"""Split text into words, and undo what keyboards, phones and Slack change in them."""

import re
from collections.abc import Iterator

from bot.commands.language.errors import TextTooLong
from bot.commands.language.values import FILE_LINK

TEXT_LIMIT = 3_000
"""Characters: ten times the longest sensible command, and far below what Slack sends."""

_LINK = re.compile(r"<(?:https?://|mailto:)[^<>|]*(?:\|[^<>]*)?>")
_MENTION = re.compile(r"<([@#])([A-Z0-9]+)(?:\|([^<>]*))?>")
_GROUP = re.compile(r"<!([a-z]+)(?:\^[A-Z0-9]+)?(?:\|@?([^<>]*))?>")
_BATCH_ID = re.compile(r"msgbatch_[A-Za-z0-9]+")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'"})
_INVISIBLE = dict.fromkeys(
    (0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
)
"""Invisible characters that copying from other programs adds. None of them changes what a person reads."""
_BLANK = dict.fromkeys((0x2800, 0x3164, 0xFFA0), " ")
"""Characters that look blank and that Python does not count as blanks."""
_JOINERS = re.compile(r"(?<!\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\S)")
"""Joiners at the edge of a word. Inside a word they belong to emoji and to several scripts."""
_CLEANED = {**_QUOTES, **_INVISIBLE, **_BLANK}
_DASHES = re.compile(r"^(?:[—–−‒―]|-{1,3}|[—–−‒―]-)(?=[A-Za-z])")
_TOKEN = re.compile(r'"([^"]*)"|\'([^\']*)\'|([—–−‒―-]{1,3}[A-Za-z][\w-]*=)"([^"]*)"|(\S+)')
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def split_words(text: str, *, prose: bool = False) -> list[str]:
    """Split what was typed after the command into words.

    Straight and curly quotes group words, also after `--name=`. Backticks and invisible characters are dropped. An
    em-dash or a single dash before a letter counts as two dashes. Slack's markup of links and mentions is resolved.
    A link to a batch becomes its id. A person or a channel becomes their id or, in `prose` for people to read, the
    name that Slack adds.

    Raises:
        TextTooLong: over TEXT_LIMIT characters.
    """
    if len(text) > TEXT_LIMIT:
        raise TextTooLong("", len(text), TEXT_LIMIT)
    text = _LINK.sub(_open_link, _JOINERS.sub("", text.translate(_CLEANED)))
    text = _MENTION.sub(lambda match: match[1] + ((prose and match[3]) or match[2]), text)
    text = _GROUP.sub(lambda match: f"@{match[2] or match[1]}", text)
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return list(_words(text.replace("`", "")))


def take_option(text: str, name: str) -> tuple[str, str | None]:
    """Return a text without an option that every verb has, and the last value of it; None if it was not typed.

    The value is empty if nothing follows the option. Words in quotes are no options.
    """
    text = text.translate(_CLEANED)
    kept: list[str] = []
    found: str | None = None
    is_value = False
    for match in _TOKEN.finditer(text):
        quoted, single, option, value, bare = match.groups()
        word = next((each for each in (quoted, single, value, bare) if each is not None), "")
        head = _DASHES.sub("--", option if option is not None else bare or "")
        given, equals, rest = head.partition("=")
        if is_value:
            found, is_value = word, False
        elif given.lower() == f"--{name}":
            found, is_value = (word if option is not None else rest), not equals
        else:
            kept.append(match[0])
    return (" ".join(kept), found) if found is not None else (text, None)


def _words(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        quoted, single, option, value, bare = match.groups()
        if option is not None:
            yield _DASHES.sub("--", option) + value
        elif bare is None:
            yield quoted if quoted is not None else single
        elif "/" in bare and (found := _BATCH_ID.search(bare)) and bare.startswith(("http://", "https://")):
            yield found.group()
        else:
            yield _DASHES.sub("--", bare)


def _open_link(match: re.Match[str]) -> str:
    """Return the batch id in a link, or the address of a file in Slack, or the label of the link, or its address."""
    inside = match.group()[1:-1]
    if found := _BATCH_ID.search(inside):
        return found.group()
    address, _, label = inside.partition("|")
    return address if FILE_LINK.search(address) else label or address
