"""The files of results: their names and their messages."""

import re
from collections.abc import Sequence

from bot.commands.results import CausesFile, ResultsFile
from bot.operations.result_files import ResultFileKind
from bot.results.csv_table import format_causes
from bot.ui.components.buttons import actions, button
from bot.ui.components.result_figures import inconsistencies
from bot.ui.components.text import code, file_size, quantity, section
from bot.ui.reply import File, Message

_FILE_NAMES = {
    ResultFileKind.JSONL: "results.jsonl",
    ResultFileKind.ERRORS: "failures.jsonl",
    ResultFileKind.CSV: "results.csv",
    ResultFileKind.ERRORS_CSV: "failures.csv",
    ResultFileKind.CAUSES: "causes.csv",
    ResultFileKind.FAMILY: "family.jsonl",
    ResultFileKind.PART_OF_FAMILY: "part-of-family.jsonl",
}


def file_name(batch_id: str, kind: ResultFileKind) -> str:
    """Return the file name: the batch id and the kind, with only characters that every file system accepts."""
    return f"{re.sub('[^A-Za-z0-9_-]', '_', batch_id)[:80]}-{_FILE_NAMES[kind]}"


def render_results_file(outcome: ResultsFile) -> File:
    """Return the results as a file, with a message that counts them."""
    name = file_name(outcome.batch.id, outcome.kind)
    counts = outcome.fetched.summary.counts
    everything = outcome.kind in (ResultFileKind.JSONL, ResultFileKind.CSV)
    what = quantity(counts.total, "result") if everything else quantity(counts.failed, "failure")
    how = {
        ResultFileKind.JSONL: "JSON Lines, as the API gave them",
        ResultFileKind.ERRORS: "JSON Lines, as the API gave them",
    }.get(outcome.kind, "a table (CSV)")
    words = f"{what} of {code(outcome.batch.id)}, {how}, {file_size(outcome.scratch_file.size)}"
    warnings = inconsistencies(outcome.fetched.summary, outcome.batch.request_counts)
    return File(
        name=name,
        title=name,
        content=outcome.scratch_file,
        message=delivered_message(words, public=outcome.query.public, warnings=warnings),
        public=outcome.query.public,
        retry_row=actions([button("Try again", outcome.query)]),
        on_delivered=outcome.on_delivered,
    )


def render_causes_file(outcome: CausesFile) -> File:
    """Return the causes of failure as a table (CSV)."""
    name = file_name(outcome.batch.id, ResultFileKind.CAUSES)
    summary = outcome.fetched.summary
    words = f"{quantity(len(summary.causes), 'cause')} of failure in {code(outcome.batch.id)}, a table (CSV)"
    return File(
        name=name,
        title=name,
        content=format_causes(summary),
        message=delivered_message(words, public=outcome.query.public),
        public=outcome.query.public,
        retry_row=actions([button("Try again", outcome.query)]),
    )


def delivered_message(words: str, *, public: bool, warnings: Sequence[str] = ()) -> Message:
    """Return the message that a file was delivered, with `warnings` about its content.

    A public message does not name the place: the file is next to it, or file_sent.render_sent says where it went.
    """
    text = f"📄 {words}." if public else f"📄 {words}: in your messages with me."
    warning_section = (section("\n".join(f"⚠️ {line}" for line in warnings)),) if warnings else ()
    return Message(" ".join([text, *warnings]), (section(text), *warning_section), public=public)
