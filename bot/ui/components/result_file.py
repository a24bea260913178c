"""The files of results: their names and their messages."""

import re
from collections.abc import Sequence

from bot.commands.results import CausesFile, ResultsFile
from bot.operations.find_batch import PREFIX
from bot.operations.result_files import ResultFileKind
from bot.results.csv_table import format_causes
from bot.store.records.labels import BatchNames
from bot.ui.components.buttons import actions, button
from bot.ui.components.first_line import SHORT_ID_LENGTH
from bot.ui.components.result_figures import inconsistencies
from bot.ui.components.text import code, file_size, quantity, section
from bot.ui.reply import File, Message, Viewer

_FILE_NAMES = {
    ResultFileKind.JSONL: "results.jsonl",
    ResultFileKind.ERRORS: "failures.jsonl",
    ResultFileKind.CSV: "results.csv",
    ResultFileKind.ERRORS_CSV: "failures.csv",
    ResultFileKind.CAUSES: "causes.csv",
    ResultFileKind.FAMILY: "merged.jsonl",
    ResultFileKind.PART_OF_FAMILY: "merged-partial.jsonl",
}


def file_name(batch_id: str, kind: ResultFileKind, names: BatchNames | None = None) -> str:
    """Return the file name: the batch's name and the kind, with only characters that every file system accepts.

    The name of a batch is not unique, so the start of its id follows it.
    """
    name = (names and (names.label or (names.file_name or "").rsplit(".", 1)[0])) or ""
    words = re.sub("[^A-Za-z0-9]+", "-", name).strip("-")[:60]
    id = re.sub("[^A-Za-z0-9_-]", "_", batch_id)[:80]
    return f"{f'{words}-{id.removeprefix(PREFIX)[:SHORT_ID_LENGTH]}' if words else id}-{_FILE_NAMES[kind]}"


def render_results_file(outcome: ResultsFile, viewer: Viewer) -> File:
    """Return the results as a file, with a message that counts them."""
    name = file_name(outcome.batch.id, outcome.kind, viewer.names.get(outcome.batch.id))
    counts = outcome.fetched.summary.counts
    everything = outcome.kind in (ResultFileKind.JSONL, ResultFileKind.CSV)
    what = quantity(counts.total, "result") if everything else quantity(counts.failed, "failure")
    warnings = inconsistencies(outcome.fetched.summary, outcome.batch.request_counts)
    return File(
        name=name,
        title=name,
        content=outcome.scratch_file,
        message=delivered_message(
            name, what, outcome.scratch_file.size, public=outcome.query.public, warnings=warnings
        ),
        public=outcome.query.public,
        retry_row=actions([button("Try again", outcome.query)]),
        on_delivered=outcome.on_delivered,
    )


def render_causes_file(outcome: CausesFile, viewer: Viewer) -> File:
    """Return the causes of failure as a table (CSV)."""
    name = file_name(outcome.batch.id, ResultFileKind.CAUSES, viewer.names.get(outcome.batch.id))
    summary = outcome.fetched.summary
    content = format_causes(summary)
    what = quantity(len(summary.causes), "cause of failure", "causes of failure")
    return File(
        name=name,
        title=name,
        content=content,
        message=delivered_message(name, what, len(content), public=outcome.query.public),
        public=outcome.query.public,
        retry_row=actions([button("Try again", outcome.query)]),
    )


def delivered_message(name: str, what: str, size: int, *, public: bool, warnings: Sequence[str] = ()) -> Message:
    """Return the message that a file was delivered, with `warnings` about its content.

    A public message does not name the place: the file is next to it, or file_sent.render_sent says where it went.
    """
    text = f"📄 {'' if public else 'Sent you '}{code(name)} · {what} · {file_size(size)}"
    warning_section = (section("\n".join(f"⚠️ {line}" for line in warnings)),) if warnings else ()
    return Message(". ".join([text, *warnings]), (section(text), *warning_section), public=public)
