"""How a file of results is named, and what is said when it has been sent."""

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
    """Return the name of a file: of the batch's id and the kind alone, in characters that every system takes."""
    return f"{re.sub('[^A-Za-z0-9_-]', '_', batch_id)[:80]}-{_FILE_NAMES[kind]}"


def render_results_file(outcome: ResultsFile) -> File:
    """Return a file of results."""
    name, counts = file_name(outcome.batch.id, outcome.kind), outcome.fetched.summary.counts
    everything = outcome.kind in (ResultFileKind.JSONL, ResultFileKind.CSV)
    what = quantity(counts.total, "result") if everything else quantity(counts.failed, "failure")
    how = {
        ResultFileKind.JSONL: "JSON Lines, as the API gave them",
        ResultFileKind.ERRORS: "JSON Lines, as the API gave them",
    }.get(outcome.kind, "a table (CSV)")
    words = f"{what} of {code(outcome.batch.id)}, {how}, {file_size(outcome.spool.size)}"
    loud = inconsistencies(outcome.fetched.summary, outcome.batch.request_counts)
    return File(
        name=name,
        title=name,
        content=outcome.spool,
        message=delivered_message(words, public=outcome.query.public, loud=loud),
        public=outcome.query.public,
        again=actions([button("Try again", outcome.query)]),
        arrived=outcome.arrived,
    )


def render_causes_file(outcome: CausesFile) -> File:
    """Return the causes of failure as a table."""
    name, summary = file_name(outcome.batch.id, ResultFileKind.CAUSES), outcome.fetched.summary
    words = f"{quantity(len(summary.causes), 'cause')} of failure in {code(outcome.batch.id)}, a table (CSV)"
    return File(
        name=name,
        title=name,
        content=format_causes(summary),
        message=delivered_message(words, public=outcome.query.public),
        public=outcome.query.public,
        again=actions([button("Try again", outcome.query)]),
    )


def delivered_message(words: str, *, public: bool, loud: Sequence[str] = ()) -> Message:
    """Return the message that a file has arrived; `loud` is what does not add up in it.

    A public one stands above it in the channel, or went elsewhere, which is said where it is known.
    """
    text = f"📄 {words}." if public else f"📄 {words}: in your messages with me."
    warnings = (section("\n".join(f"⚠️ {line}" for line in loud)),) if loud else ()
    return Message(" ".join([text, *loud]), (section(text), *warnings), public=public)
