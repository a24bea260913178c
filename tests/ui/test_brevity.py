"""What holds for every message that people read: it is short, and it names batches, people and channels."""

import math
import re
from collections.abc import Iterator, Mapping

from bot.ui.reply import Message
from tests.ui.catalog import MESSAGES
from tests.ui.walk import text_objects

WIDTH = 80
"""Characters of a line of a section. A field has half of it."""
MOST_LINES = 12
FOLDED = 5
"""Lines that Slack shows of a folded section before "See more"."""
LONGER = (
    "help_",
    "list_",
    "details_",
    "edit",
    "audit",
    "cost",
    "digest",
    "overview",
    "watches",
    "results_full",
    "other_bulk_of_500",
    "home_",
)
"""Beginnings of the names of messages that are longer on purpose: lists, modals, a board, one verb's help."""
LISTS_WITH_IDS = ("error_reference_ambiguous",)
"""Ten batches to choose from, each with its id."""
ERRORS = ("error_", "not_sent", "send_refused", "other_un")
MOST_SENTENCES = 3
"""What happened, what was not done, the next step."""
_SENTENCE = re.compile(r"[.?!](?=\s|$)")
_TOKEN = re.compile(r"<(?:!date\^[^|]*\||[^|>]*\|)?([^>]*)>")
_CODE = re.compile(r"`[^`\n]*`")
_RAW_ID = re.compile(r"\b(?:[UWCGD]0[A-Z0-9]{3,}|msgbatch_\w+)")


def count_lines(message: Message) -> int:
    """Return the visible lines of the sections. Headers, small print and buttons are not counted."""
    return sum(_section_lines(block) for block in message.blocks if block["type"] == "section")


def _section_lines(block: Mapping[str, object]) -> int:
    fields = block.get("fields")
    if isinstance(fields, list):
        heights = [_wrapped(str(each["text"]), WIDTH // 2) for each in fields]
        return sum(max(heights[start : start + 2]) for start in range(0, len(heights), 2))
    text = block["text"]
    assert isinstance(text, Mapping)
    lines = _wrapped(str(text["text"]), WIDTH)
    return lines if block.get("expand", True) else min(lines, FOLDED)


def _wrapped(text: str, width: int) -> int:
    shown = _TOKEN.sub(r"\1", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return sum(max(1, math.ceil(len(line) / width)) for line in shown.split("\n"))


def _raw_ids(message: Message) -> Iterator[str]:
    """Yield each id in the blocks that is not in a code span, a mention or a link. The notification has whole ids."""
    for kind in ("mrkdwn", "plain_text"):
        for found in text_objects(message, kind):
            yield from _RAW_ID.findall(_CODE.sub("", re.sub(r"<[^>]*>", "", str(found["text"]))))


def test_no_message_has_more_than_twelve_lines_without_a_fold() -> None:
    lines = {name: count_lines(m) for name, m in MESSAGES.items() if not name.startswith(LONGER + LISTS_WITH_IDS)}

    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_an_error_has_at_most_three_sentences() -> None:
    errors = {name: message for name, message in MESSAGES.items() if name.startswith(ERRORS)}
    sentences = {name: len(_SENTENCE.findall(_CODE.sub("x", message.text))) for name, message in errors.items()}

    assert {name: count for name, count in sentences.items() if count > MOST_SENTENCES} == {}


def test_an_id_that_no_one_can_read_appears_only_as_a_mention_or_as_code() -> None:
    found = {name: [*_raw_ids(message)] for name, message in MESSAGES.items()}

    assert {name: ids for name, ids in found.items() if ids} == {}
