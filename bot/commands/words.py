"""Text → words: forgives what keyboards, phones and Slack do to what a person meant."""

import re
from collections.abc import Iterator

from bot.commands.errors import TextTooLong

TEXT_LIMIT = 3_000
"""Characters; ten times the longest sensible command, far below what Slack would send."""

_LINK = re.compile(r"<(?:https?://|mailto:)[^<>|]*(?:\|[^<>]*)?>")
_MENTION = re.compile(r"<([@#])([A-Z0-9]+)(?:\|[^<>]*)?>")
_BATCH_ID = re.compile(r"msgbatch_[A-Za-z0-9]+")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'"})
_DASHES = re.compile(r"^(?:[—–−‒―]|-{1,3}|[—–−‒―]-)(?=[A-Za-z])")
_TOKEN = re.compile(r'"([^"]*)"|\'([^\']*)\'|(\S+)')
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def split_words(text: str) -> list[str]:
    """Split what was typed after the command into words.

    Quotes group, curly ones too; backticks are dropped; an em-dash or a single dash before a letter is an option's two;
    Slack's link and mention mark-up is opened; a link to a batch is its id.

    Raises:
        TextTooLong: over TEXT_LIMIT characters.
    """
    if len(text) > TEXT_LIMIT:
        raise TextTooLong("", len(text), TEXT_LIMIT)
    text = _MENTION.sub(r"\1\2", _LINK.sub(_open_link, text.translate(_QUOTES)))
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return list(_words(text.replace("`", "")))


def _words(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        quoted, single, bare = match.groups()
        if bare is None:
            yield quoted if quoted is not None else single
        elif "/" in bare and (found := _BATCH_ID.search(bare)) and bare.startswith(("http://", "https://")):
            yield found.group()
        else:
            yield _DASHES.sub("--", bare)


def _open_link(match: re.Match[str]) -> str:
    """Return a batch id named in a link, else the link's label, else its address."""
    inside = match.group()[1:-1]
    if found := _BATCH_ID.search(inside):
        return found.group()
    address, _, label = inside.partition("|")
    return label or address
