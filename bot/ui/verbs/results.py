"""The results of a batch: the summary card, the files, and why there are none."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import assert_never

from msgspec.structs import replace

from bot.api.models import MessageBatch
from bot.commands.base import Permission
from bot.commands.results import (
    CausesFile,
    FamilyFile,
    FamilyIncomplete,
    NothingFailed,
    Results,
    ResultsFile,
    ResultsGone,
    ResultsNotReady,
    ResultsOutcome,
    ResultsShown,
)
from bot.commands.retry import Retry
from bot.commands.show import Show, is_custom_id
from bot.commands.watch import Watch
from bot.operations.find_batch import Reference
from bot.operations.result_files import ResultFileKind
from bot.pricing.amounts import format_amount
from bot.results.causes import Cause
from bot.results.summary import ResultsSummary
from bot.store.records.summaries import DownloadedFile
from bot.ui.components.answer_lines import answer_blocks, answer_sentences, full_answer_blocks, short_stop_name
from bot.ui.components.buttons import actions, button, choice, fits_slack, overflow, select
from bot.ui.components.family_file import render_family_file, render_family_incomplete
from bot.ui.components.first_line import batch_name, bold_line, bold_name, first_line
from bot.ui.components.money import cost_gaps
from bot.ui.components.name_lines import has_family
from bot.ui.components.parts import view_whole
from bot.ui.components.remedies import cause_name
from bot.ui.components.result_causes import (
    SHOWN_IN_FULL,
    cause_blocks,
    full_cause_blocks,
    largest_cause_sentence,
    more_causes_label,
)
from bot.ui.components.result_figures import figure_fields, figure_lines, inconsistencies, missing_names, warning_lines
from bot.ui.components.result_file import render_causes_file, render_results_file
from bot.ui.components.retry import retry_button, retry_words
from bot.ui.components.text import code, context, date, header, mention, one_line, quantity, safe_text, section
from bot.ui.reply import Block, Message, Reply, Viewer

_DOWNLOADED: dict[DownloadedFile, str] = {
    "jsonl": "Downloaded",
    "csv": "CSV downloaded",
    "errors": "Failures downloaded",
    "family": "Merged results downloaded",
}


_FOR_READERS = "Only readers see causes of failure and files. `BATCHDESK_READERS` names them."


def render_results(outcome: ResultsOutcome, viewer: Viewer) -> Reply:
    """Return the results, or why there are none."""
    if len(parts := getattr(outcome, "parts", ())) > 1:
        viewer = view_whole(viewer, parts)
    match outcome:
        case ResultsShown():
            return _render_full_report(outcome, viewer) if outcome.query.full else _render_summary(outcome, viewer)
        case ResultsFile():
            return render_results_file(outcome, viewer)
        case CausesFile():
            return render_causes_file(outcome, viewer)
        case FamilyFile():
            return render_family_file(outcome, viewer)
        case FamilyIncomplete():
            return render_family_incomplete(outcome, viewer)
        case NothingFailed():
            return _render_nothing_failed(outcome, viewer)
        case ResultsNotReady():
            return _render_not_ready(outcome, viewer)
        case ResultsGone():
            return _render_gone(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_summary(outcome: ResultsShown, viewer: Viewer) -> Message:
    """Return what matters first: cost, tokens and the largest causes. The full report has the rest."""
    batch, summary, names = outcome.batch, outcome.fetched.summary, viewer.names.get(outcome.batch.id)
    warnings = warning_lines(summary, batch.request_counts)
    full = replace(outcome.query, full=True, public=False)
    label = more_causes_label(summary) if viewer.reads_contents else None
    blocks: list[Block] = [
        header(first_line(batch, names, viewer.now)),
        *([section("\n".join(warnings))] if warnings else []),
        figure_fields(summary),
        *(cause_blocks(summary, _offer_retry(outcome, viewer)) if viewer.reads_contents else [context(_FOR_READERS)]),
        *actions([button(label, full, spoken="Open every cause and figure")] if label else []),
        *answer_blocks(summary, outcome.query.reference, may_retry=_may_retry(outcome, viewer)),
        context(" · ".join([code(batch.id), *_history(outcome)])),
        *actions(_summary_buttons(outcome, viewer)),
    ]
    return Message(_spoken_summary(outcome, viewer), tuple(blocks), public=outcome.query.public)


def _render_full_report(outcome: ResultsShown, viewer: Viewer) -> Message:
    """Return every figure, and every cause with examples."""
    batch, summary, names = outcome.batch, outcome.fetched.summary, viewer.names.get(outcome.batch.id)
    warnings = [f"⚠️ {line}" for line in inconsistencies(summary, batch.request_counts)] + missing_names(summary)
    blocks: list[Block] = [
        header(first_line(batch, names, viewer.now)),
        *([section("\n".join(warnings))] if warnings else []),
        section("\n".join(figure_lines(summary))),
        *full_answer_blocks(summary, outcome.query.reference, may_retry=_may_retry(outcome, viewer)),
        *full_cause_blocks(summary, _offer_retry(outcome, viewer)),
        context(" · ".join([code(batch.id), *_history(outcome)])),
    ]
    causes = button("Causes as CSV", Results(outcome.query.reference, ResultFileKind.CAUSES))
    examples = _list_examples(summary, outcome.query.reference) if outcome.readable else []
    blocks += actions([select("Show a result…", examples), causes if summary.counts.failed else None])
    text = _spoken_summary(outcome, viewer)
    return Message(text, tuple(blocks), public=outcome.query.public, modal_title="Results")


def _list_examples(summary: ResultsSummary, reference: Reference) -> list[Block]:
    """Return a choice for each custom_id that the report gives as an example."""
    named: dict[str, str] = {}
    for custom_id, name in _name_examples(summary):
        if is_custom_id(custom_id):
            named.setdefault(custom_id, name)
    return [
        choice(f"{custom_id} · {one_line(name, 60)}", Show(reference, custom_id)) for custom_id, name in named.items()
    ]


def _name_examples(summary: ResultsSummary) -> Iterator[tuple[str, str]]:
    for cause in summary.causes[:SHOWN_IN_FULL]:
        yield from ((custom_id, cause_name(cause)) for custom_id in cause.samples)
    for stop in summary.stop_reasons:
        yield from ((custom_id, short_stop_name(stop)) for custom_id in stop.samples)
    yield from ((custom_id, "no text") for custom_id in summary.textless.samples)


def _summary_buttons(outcome: ResultsShown, viewer: Viewer) -> list[Block | None]:
    reference, failed = outcome.query.reference, outcome.fetched.summary.counts.failed > 0
    buttons: list[Block | None] = []
    menu = []
    if failed and _may_retry(outcome, viewer):
        counts = outcome.fetched.summary.counts
        menu.append(choice(retry_words(counts.errored + counts.expired)[0], Retry(reference)))
    if not viewer.reads_contents:
        return [overflow(menu)] if menu else []
    if outcome.readable:
        buttons.append(button("Download", Results(reference, ResultFileKind.JSONL), style="primary"))
        if failed:
            buttons.append(button("Failures only", Results(reference, ResultFileKind.ERRORS)))
        buttons.append(button("CSV", Results(reference, ResultFileKind.CSV)))
    if has_family(viewer.names.get(outcome.batch.id)):
        menu.append(choice("Merged results", Results(reference, ResultFileKind.FAMILY)))
    menu.append(choice("Full report", Results(reference, full=True)))
    if failed:
        menu.append(choice("Causes as CSV", Results(reference, ResultFileKind.CAUSES)))
    return [*buttons, overflow(menu)]


def _may_retry(outcome: ResultsShown, viewer: Viewer) -> bool:
    return outcome.readable and Permission.OPERATE in viewer.permissions


def _offer_retry(outcome: ResultsShown, viewer: Viewer) -> Callable[[Cause], Block | None]:
    """Return a function that makes the Retry button of a cause, if a retry helps and the viewer may retry."""

    def button_for(cause: Cause) -> Block | None:
        element = retry_button(cause, outcome.query.reference)
        return element if cause.retryable and _may_retry(outcome, viewer) and fits_slack(element) else None

    return button_for


def _download_words(file: DownloadedFile, who: str, at: datetime) -> str:
    if file == "unconfirmed":
        return f"A file for {mention(who)} was not confirmed by Slack {date(at)}"
    return f"{_DOWNLOADED[file]} by {mention(who)} {date(at)}"


def _history(outcome: ResultsShown) -> list[str]:
    fetched = outcome.fetched
    parts = []
    if outcome.from_cache:
        parts.append(f"Read by {mention(fetched.read_by) if fetched.read_by else 'me'} {date(fetched.read_at)}")
    if fetched.downloaded_file and fetched.downloaded_at:
        parts.append(_download_words(fetched.downloaded_file, fetched.downloaded_by or "", fetched.downloaded_at))
    if fetched.priced_on:
        parts.append(f"Prices of {fetched.priced_on:%Y-%m-%d}")
    if not outcome.readable:
        parts.append("The results themselves are no longer available")
    return parts


def _spoken_summary(outcome: ResultsShown, viewer: Viewer) -> str:
    batch, summary = outcome.batch, outcome.fetched.summary
    parts = [f"{safe_text(first_line(batch, viewer.names.get(batch.id)))} ({safe_text(batch.id)})"]
    parts += inconsistencies(summary, batch.request_counts)
    if summary.causes and viewer.reads_contents:
        parts.append(largest_cause_sentence(summary.causes[0]))
    parts += answer_sentences(summary)
    parts.append(f"Cost: {_cost_words(summary)}")
    return ". ".join(parts) + "."


def _cost_words(summary: ResultsSummary) -> str:
    why = cost_gaps(summary.cost)
    return format_amount(summary.cost.amount, complete=summary.cost.complete) + (f" ({'; '.join(why)})" if why else "")


def _render_nothing_failed(outcome: NothingFailed, viewer: Viewer) -> Message:
    name = bold_name(outcome.batch, viewer.names.get(outcome.batch.id))
    counts = outcome.batch.request_counts
    unread = counts.errored + counts.canceled + counts.expired
    words = (
        f"{name} reports {quantity(unread, 'failure')}, but its results file has none that I can read. "
        "Download all results to check."
        if unread
        else f"Nothing failed in {name}, so there is no file of failures."
    )
    return Message(words, (section(words),), public=outcome.query.public)


def _render_not_ready(outcome: ResultsNotReady, viewer: Viewer) -> Message:
    batch, names = outcome.batch, viewer.names.get(outcome.batch.id)
    words = f"No results yet. {_waiting_advice(batch, viewer.now)}"
    line = bold_line(batch, names, viewer.now)
    watch = button("Watch", Watch(Reference(batch.id)), spoken=f"Watch {batch_name(batch, names, 40)}")
    blocks = (
        section(f"{line}\n{words}"),
        context(f"{code(batch.id)} · expires {date(batch.expires_at)}"),
        *actions([button("Refresh", outcome.query, renew=True), watch]),
    )
    return Message(f"{line}. {words} Expires {date(batch.expires_at)}.", blocks, public=outcome.query.public)


def _waiting_advice(batch: MessageBatch, now: datetime) -> str:
    if batch.processing_status == "canceling":
        return "The batch is being canceled, which usually takes a few minutes."
    if now - batch.created_at > timedelta(hours=1):
        return "This batch is taking longer than most. Watch it, and I'll notify you when it ends."
    return "Most batches end within an hour. Watch it, and I'll notify you."


def _render_gone(outcome: ResultsGone, viewer: Viewer) -> Message:
    batch = outcome.batch
    name = bold_name(batch, viewer.names.get(batch.id))
    until = date(batch.archived_at or batch.readable_until)
    kept = f"The API keeps results for 29 days. It kept these until {until}."
    words = f"The results of {name} are no longer available. {kept}"
    return Message(words, (section(words), context(code(batch.id))), public=outcome.public)
