"""The words of `retry`, for when no new batch is offered."""

from typing import assert_never

from msgspec.structs import replace

from bot.commands.retry import (
    NoSuchCause,
    NothingToRetry,
    OriginalNeeded,
    OriginalWanted,
    Retry,
    RetryOutcome,
    RetryTooEarly,
    RetryTooLate,
)
from bot.operations.drafts import FileRefused
from bot.results.stops import RETRYABLE_STOPS
from bot.ui.components.buttons import actions, button
from bot.ui.components.file_problems import render_file_refused
from bot.ui.components.first_line import bold_name
from bot.ui.components.result_causes import cause_line
from bot.ui.components.retry import CAUSES_FOR_READERS, MOST_CAUSES, left_out_lines, unreadable_failures_words
from bot.ui.components.text import code, quantity, section
from bot.ui.reply import Block, Form, Message, Placement, Reply, Viewer

RETRY_FORM = "retry"
NoRetry = NothingToRetry | NoSuchCause | OriginalNeeded | RetryTooEarly | RetryTooLate


def render_retry(outcome: RetryOutcome, viewer: Viewer) -> Reply:
    """Return why no retry is offered, or what is wrong with the file."""
    match outcome:
        case FileRefused():
            return render_file_refused(outcome, viewer)
        case NothingToRetry() | NoSuchCause() | OriginalNeeded() | RetryTooEarly() | RetryTooLate():
            return _render_no_retry(outcome, viewer)
        case OriginalWanted():
            return _render_form(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_form(outcome: OriginalWanted, viewer: Viewer) -> Form:
    query = outcome.query
    batch = bold_name(outcome.batch, viewer.names.get(outcome.batch.id))
    field: Block = {
        "type": "input",
        "block_id": "file",
        "label": {"type": "plain_text", "text": "Original JSONL file"},
        "hint": {
            "type": "plain_text",
            "text": "Up to 10 MB. I send only the requests to retry, after you see the cost.",
        },
        "element": {
            "type": "file_input",
            "action_id": "file",
            "filetypes": ["jsonl", "json", "txt"],
            "max_files": 1,
        },
    }
    values = {"cause": query.cause} if query.cause else {"all": "yes"} if query.everything else {}
    words = f"{_share_words(query)} Nothing was sent."
    return Form(
        callback_id=RETRY_FORM,
        title="Retry from a file",
        submit="Check",
        blocks=(section(batch), field),
        channel=viewer.caller.channel,
        subject=outcome.batch.id,
        values=values,
        message_without_form=Message(words, (section(words),), placement=Placement.BELOW),
    )


def _render_no_retry(outcome: NoRetry, viewer: Viewer) -> Message:
    """Return why no retry is offered, with the buttons that help."""
    words = _no_retry_words(outcome, bold_name(outcome.batch, viewer.names.get(outcome.batch.id)), viewer)
    return Message(words, (section(words), *actions(_offer_buttons(outcome))))


def _offer_buttons(outcome: NoRetry) -> list[Block]:
    match outcome:
        case RetryTooEarly():
            return [button("Try again", outcome.query, renew=True)]
        case NothingToRetry() if outcome.left_out:
            return [button("Retry anyway", replace(outcome.query, everything=True), renew=True)]
        case NoSuchCause():
            return [button("Retry failures", replace(outcome.query, cause=None))]
        case OriginalNeeded():
            return [button("Upload the file", replace(outcome.query, file=None, asks_file=True), style="primary")]
        case NothingToRetry() | RetryTooLate():
            return []
        case unreachable:
            assert_never(unreachable)


def _no_retry_words(outcome: NoRetry, batch: str, viewer: Viewer) -> str:
    match outcome:
        case NothingToRetry(left_out=(), unread=0):
            return f"Nothing failed in {batch}, so there is nothing to retry."
        case NothingToRetry(left_out=()):
            return f"Nothing in {batch} can be retried: {unreadable_failures_words(outcome.unread)}."
        case NothingToRetry():
            lines = left_out_lines(outcome.left_out, viewer, start="")
            lines += [unreadable_failures_words(outcome.unread)] if outcome.unread else []
            causes = "\n".join(f"– {line}" for line in lines)
            return (
                f"Nothing was sent. These requests of {batch} would fail again without a change. "
                f"Fix them and upload them as a new file, or retry them anyway:\n{causes}"
            )
        case NoSuchCause():
            named = code(outcome.query.cause or "", 64)
            if not viewer.reads_contents:
                return f"Nothing in {batch} failed with {named}. {CAUSES_FOR_READERS}"
            causes = "\n".join(f"– {cause_line(cause)}" for cause in outcome.causes[:MOST_CAUSES])
            return f"Nothing in {batch} failed with {named}. Its largest causes:\n{causes}"
        case OriginalNeeded():
            return _original_needed_words(outcome, batch)
        case RetryTooEarly():
            return f"{batch} hasn't ended yet. You can retry its failures when it ends."
        case RetryTooLate():
            return f"The results of {batch} are no longer available, so I can't tell which requests failed."
        case unreachable:
            assert_never(unreachable)


def _original_needed_words(outcome: OriginalNeeded, batch: str) -> str:
    failed = quantity(outcome.requests, "request" if outcome.query.cause in RETRYABLE_STOPS else "failed request")
    why = (
        f"That file has none of the {failed} of {batch}."
        if outcome.looked
        else f"I don't have the {failed} of {batch}, because the batch was created elsewhere or is too old."
    )
    return f"{why} Upload the original file. {_share_words(outcome.query, 'If it is larger than 10 MB, share it')}"


def _share_words(query: Retry, start: str = "Share the original file") -> str:
    again = replace(query, file=None, asks_file=False).spell()
    return f"{start}, then type {code(f'/batch {again} --file', 200)} and the link of the file."
