"""Text → words: forgives what keyboards, phones and Slack do to what a person meant."""

import re
from collections.abc import Iterator

from bot.commands.language.errors import TextTooLong
from bot.commands.language.values import FILE_LINK

TEXT_LIMIT = 3_000
"""Characters; ten times the longest sensible command, far below what Slack would send."""

_LINK = re.compile(r"<(?:https?://|mailto:)[^<>|]*(?:\|[^<>]*)?>")
_MENTION = re.compile(r"<([@#])([A-Z0-9]+)(?:\|([^<>]*))?>")
_GROUP = re.compile(r"<!([a-z]+)(?:\^[A-Z0-9]+)?(?:\|@?([^<>]*))?>")
_BATCH_ID = re.compile(r"msgbatch_[A-Za-z0-9]+")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'"})
_DASHES = re.compile(r"^(?:[—–−‒―]|-{1,3}|[—–−‒―]-)(?=[A-Za-z])")
_TOKEN = re.compile(r'"([^"]*)"|\'([^\']*)\'|([—–−‒―-]{1,3}[A-Za-z][\w-]*=)"([^"]*)"|(\S+)')
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def split_words(text: str, *, prose: bool = False) -> list[str]:
    """Split what was typed after the command into words.

    Quotes group, curly ones and those after `--name=` too; backticks are dropped; an em-dash or a single dash before a
    letter is an option's two; Slack's link and mention mark-up is opened; a link to a batch is its id. A person or a
    channel is their id, and in `prose`, which somebody will read, the name that Slack gives with it.

    Raises:
        TextTooLong: over TEXT_LIMIT characters.
    """
    if len(text) > TEXT_LIMIT:
        raise TextTooLong("", len(text), TEXT_LIMIT)
    text = _LINK.sub(_open_link, text.translate(_QUOTES))
    text = _MENTION.sub(lambda match: match[1] + ((prose and match[3]) or match[2]), text)
    text = _GROUP.sub(lambda match: f"@{match[2] or match[1]}", text)
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return list(_words(text.replace("`", "")))


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
    """Return a batch id named in a link, the address of a file in Slack, else the link's label, else its address."""
    inside = match.group()[1:-1]
    if found := _BATCH_ID.search(inside):
        return found.group()
    address, _, label = inside.partition("|")
    return address if FILE_LINK.search(address) else label or address
