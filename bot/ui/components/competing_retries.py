"""Warnings about other retries of the same failures, which would be paid for twice."""

from bot.store.records.drafts import REFERENCE_LENGTH
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.text import code, end_sentence, fill_sections, number, section
from bot.ui.reply import Block

MOST_RETRIES_NAMED = 5
_DRAFT = "draft "
"""What stands before the id of a draft, where a batch has only its id."""
MOST_UNFOLDED = 3
"""Warnings above this number are folded behind Slack's "See more"."""


def other_retry_lines(retried: tuple[str, ...], shared: int = 0) -> list[str]:
    """Return a line for each other retry, and what a second one costs.

    `retried`: batch ids, or `draft ` and the id of a draft. `shared`: how many of the requests they have sent; 0 if
    that is unknown.
    """
    if not retried:
        return []
    if shared and len(retried) == 1 and not retried[0].startswith(_DRAFT):
        them = "it" if shared == 1 else "them"
        again = f"If you send {them} again, {'it' if shared == 1 else 'they'} may be billed twice."
        return [f"{bold_id_name(retried[0])} already retries {number(shared)} of these requests. {again}"]
    lines = [*map(_other_retry_line, retried[:MOST_RETRIES_NAMED]), *unnamed_retries(retried)]
    sent = f"{number(shared)} of these requests {'was' if shared == 1 else 'were'} already sent. " if shared else ""
    lines[-1] = f"{end_sentence(lines[-1])} {sent}Requests that are sent twice may be billed twice."
    return lines


def disjoint_retry_lines(retried: tuple[str, ...]) -> list[str]:
    """Return a line for each batch that retries other failures than a question is about."""
    words = "retries other failures of the same batch, none of these."
    return [*(f"{bold_id_name(one)} {words}" for one in retried[:MOST_RETRIES_NAMED]), *unnamed_retries(retried)]


def warnings_section(lines: list[str]) -> tuple[Block, ...]:
    """Return the warnings of a question, or nothing for none."""
    if not lines:
        return ()
    parts = fill_sections([f"⚠️ {line}" for line in lines])
    return tuple(section(part, folded=len(lines) > MOST_UNFOLDED) for part in parts)


def unnamed_retries(others: tuple[str, ...]) -> list[str]:
    """Return how many other retries are not named."""
    count = len(others) - MOST_RETRIES_NAMED
    return [f"and {number(count)} more"] if count > 0 else []


def _other_retry_line(other: str) -> str:
    if other.startswith(_DRAFT):
        draft = code(other.removeprefix(_DRAFT)[:REFERENCE_LENGTH])
        return f"The file {draft} may retry the same failures. I don't know yet whether it was sent."
    return f"{bold_id_name(other)} already retries failures of the same batch."
