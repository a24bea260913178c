"""The results of a batch: the summary card, the files, and why there are none."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import assert_never

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
from bot.commands.watch import Watch
from bot.operations.find_batch import Reference
from bot.operations.result_files import ResultFileKind
from bot.results.causes import Cause
from bot.results.summary import ResultsSummary
from bot.store.records.summaries import DownloadedFile
from bot.ui.components.buttons import actions, button, fits_slack
from bot.ui.components.family_file import render_family_file, render_family_incomplete
from bot.ui.components.first_line import batch_name, first_line
from bot.ui.components.money import amount_words, cost_gaps
from bot.ui.components.name_lines import has_family
from bot.ui.components.result_causes import cause_blocks, largest_cause_sentence
from bot.ui.components.result_figures import counts_line, figure_lines, inconsistencies
from bot.ui.components.result_file import render_causes_file, render_results_file
from bot.ui.components.retry import retry_button
from bot.ui.components.text import code, context, date, header, mention, number, safe_text, section, utc
from bot.ui.reply import Block, Message, Reply, Viewer

_TAKEN: dict[DownloadedFile, str] = {
    "jsonl": "the whole file",
    "csv": "the table",
    "errors": "the failures",
    "family": "the merged file of the family",
}


def render_results(outcome: ResultsOutcome, viewer: Viewer) -> Reply:
    """Return the results, or why there are none."""
    match outcome:
        case ResultsShown():
            return _render_summary(outcome, viewer)
        case ResultsFile():
            return render_results_file(outcome)
        case CausesFile():
            return render_causes_file(outcome)
        case FamilyFile():
            return render_family_file(outcome)
        case FamilyIncomplete():
            return render_family_incomplete(outcome)
        case NothingFailed():
            return _render_nothing_failed(outcome)
        case ResultsNotReady():
            return _render_not_ready(outcome, viewer)
        case ResultsGone():
            return _render_gone(outcome)
        case unreachable:
            assert_never(unreachable)


def _render_summary(outcome: ResultsShown, viewer: Viewer) -> Message:
    batch, summary, names = outcome.batch, outcome.fetched.summary, viewer.names.get(outcome.batch.id)
    warnings = inconsistencies(summary, batch.request_counts)
    blocks: list[Block] = [
        header(first_line(batch, names, viewer.now)),
        section(f"{code(batch.id)}\n{counts_line(summary)}"),
        *([section("\n".join(f"⚠️ {line}" for line in warnings))] if warnings else []),
        *cause_blocks(summary, _offer_retry(outcome, viewer)),
        section("\n".join(figure_lines(summary))),
        context(" ".join(_history_sentences(outcome))),
        *actions(_summary_buttons(outcome, viewer)),
    ]
    return Message(_spoken_summary(outcome, warnings), tuple(blocks), public=outcome.query.public)


def _summary_buttons(outcome: ResultsShown, viewer: Viewer) -> list[Block]:
    query = outcome.query
    failed = outcome.fetched.summary.counts.failed > 0
    choices = [
        ("Get the file", ResultFileKind.JSONL, outcome.readable),
        ("Only the failures", ResultFileKind.ERRORS, outcome.readable and failed),
        ("CSV", ResultFileKind.CSV, outcome.readable),
        ("Causes", ResultFileKind.CAUSES, failed),
        ("Whole family", ResultFileKind.FAMILY, has_family(viewer.names.get(outcome.batch.id))),
    ]
    buttons = [button(label, Results(query.reference, kind)) for label, kind, is_offered in choices if is_offered]
    if failed and _may_retry(outcome, viewer):
        buttons.append(button("Retry failures", Retry(query.reference)))
    return buttons


def _may_retry(outcome: ResultsShown, viewer: Viewer) -> bool:
    return outcome.readable and Permission.OPERATE in viewer.permissions


def _offer_retry(outcome: ResultsShown, viewer: Viewer) -> Callable[[Cause], Block | None]:
    """Return a function that makes the Retry button of a cause, if the viewer may retry."""

    def button_for(cause: Cause) -> Block | None:
        element = retry_button(cause, outcome.query.reference)
        return element if _may_retry(outcome, viewer) and fits_slack(element) else None

    return button_for


def _download_words(file: DownloadedFile, who: str, at: datetime) -> str:
    if file == "unconfirmed":
        return f"A file was sent to {mention(who)} {date(at)}; Slack did not confirm that it arrived."
    return f"{mention(who)} took {_TAKEN[file]} {date(at)}."


def _history_sentences(outcome: ResultsShown) -> list[str]:
    fetched = outcome.fetched
    read = "Read" if outcome.from_cache else "Just read"
    parts = [f"{read} by {mention(fetched.read_by) if fetched.read_by else 'me'} {date(fetched.read_at)}."]
    if fetched.downloaded_file and fetched.downloaded_at:
        parts.append(_download_words(fetched.downloaded_file, fetched.downloaded_by or "", fetched.downloaded_at))
    if fetched.priced_on:
        parts.append(f"Batch prices of {fetched.priced_on:%Y-%m-%d}.")
    if not outcome.readable:
        parts.append("The results themselves are no longer available.")
    return parts


def _spoken_summary(outcome: ResultsShown, warnings: list[str]) -> str:
    batch, summary = outcome.batch, outcome.fetched.summary
    parts = [f"{safe_text(first_line(batch))} ({safe_text(batch.id)})", counts_line(summary)]
    parts += warnings
    if summary.causes:
        parts.append(largest_cause_sentence(summary.causes[0]))
    parts.append(f"Cost: {_cost_words(summary)}")
    return ". ".join(parts) + "."


def _cost_words(summary: ResultsSummary) -> str:
    why = cost_gaps(summary.cost)
    return amount_words(summary.cost.amount, complete=summary.cost.complete) + (f" ({'; '.join(why)})" if why else "")


def _render_nothing_failed(outcome: NothingFailed) -> Message:
    counts = outcome.batch.request_counts
    unread = counts.errored + counts.canceled + counts.expired
    words = (
        f"{code(outcome.batch.id)} says that {number(unread)} of its requests failed, and its file holds no failure "
        "that could be read, so there is no file of failures. The whole file may tell more."
        if unread
        else f"Nothing failed in {code(outcome.batch.id)}, so there is no file of failures."
    )
    return Message(words, (section(words),), public=outcome.query.public)


def _render_not_ready(outcome: ResultsNotReady, viewer: Viewer) -> Message:
    batch = outcome.batch
    advice = _waiting_advice(batch, viewer.now)

    def words(show: Callable[[datetime], str]) -> str:
        return (
            f"There are no results yet: {code(batch.id)} has not ended, and results come all at once. {advice} "
            f"It was created {show(batch.created_at)} and ends {show(batch.expires_at)} at the latest."
        )

    watch = button(
        "Watch", Watch(Reference(batch.id)), spoken=f"Watch {batch_name(batch, viewer.names.get(batch.id), 40)}"
    )
    buttons = actions([button("Refresh", outcome.query, renew=True), watch])
    return Message(words(utc), (section(words(date)), *buttons), public=outcome.query.public)


def _waiting_advice(batch: MessageBatch, now: datetime) -> str:
    if batch.processing_status == "canceling":
        return "It is being canceled, which mostly takes minutes."
    if now - batch.created_at > timedelta(hours=1):
        return "It takes longer than most, which end within an hour: watch it, and you will be told."
    return "Most batches end within an hour: ask again then, or watch it."


def _render_gone(outcome: ResultsGone) -> Message:
    batch = outcome.batch

    def words(show: Callable[[datetime], str]) -> str:
        return (
            f"The results of {code(batch.id)} are no longer available: the API keeps them for 29 days after a batch "
            f"was created, which was until {show(batch.archived_at or batch.readable_until)}."
        )

    return Message(words(utc), (section(words(date)),), public=outcome.public)
