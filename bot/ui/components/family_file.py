"""The merged results of a batch and its retries, and what is missing when some of them cannot be read."""

from bot.commands.results import FamilyFile, FamilyIncomplete, Results
from bot.operations.merge_family import AbsenceReason, AbsentBatch, Family
from bot.operations.result_files import ResultFileKind
from bot.ui.components.buttons import actions, button
from bot.ui.components.first_line import bold_id_name, shorten_id
from bot.ui.components.result_file import delivered_message, file_name
from bot.ui.components.text import number, quantity, section
from bot.ui.reply import File, Message, Viewer

MOST_NAMED = 5
_WHY = {
    AbsenceReason.UNFINISHED: "it hasn't ended yet",
    AbsenceReason.EXPIRED: "its results have expired",
    AbsenceReason.DELETED: "it was deleted with its results",
}


def render_family_file(outcome: FamilyFile, viewer: Viewer) -> File:
    """Return the merged file, with its counts, its source batches and the batches that are missing."""
    reference = outcome.query.reference
    name = file_name(reference, outcome.query.file or ResultFileKind.FAMILY, viewer.names.get(reference))
    merged = outcome.merged
    failed = merged.requests - merged.succeeded
    what = f"{quantity(merged.requests, 'result')}, one for each `custom_id` ({number(failed)} failed)"
    message = delivered_message(name, what, merged.scratch_file.size, public=outcome.query.public)
    return File(
        name=name,
        title=name,
        content=merged.scratch_file,
        message=_add_sources(message, outcome, viewer),
        public=outcome.query.public,
        retry_row=actions([button("Try again", outcome.query)]),
        on_delivered=outcome.on_delivered,
    )


def render_family_incomplete(outcome: FamilyIncomplete, viewer: Viewer) -> Message:
    """Return which batches cannot be read and why, with a button that merges the others."""
    readable, absent = outcome.family.readable, outcome.family.absent
    name = bold_id_name(outcome.query.reference, viewer.names.get(outcome.query.reference))
    lines = [
        f"{_unreadable_words(name, len(readable), len(absent))}:",
        *(_absent_line(one, viewer) for one in absent[:MOST_NAMED]),
        *_more_batches(len(absent)),
    ]
    if readable:
        others = "I can merge the others" if len(readable) > 1 else "I can send the results of the other one"
        lines.append(f"{others}: {_source_list(outcome.family, viewer)}.")
    words = "\n".join(lines)
    buttons = []
    if readable:
        part = Results(outcome.query.reference, ResultFileKind.PART_OF_FAMILY, public=outcome.query.public)
        buttons.append(button("Merge the others" if len(readable) > 1 else "Send the other one", part))
    if any(one.reason is AbsenceReason.UNFINISHED for one in absent):
        buttons.append(button("Refresh", outcome.query, renew=True))
    return Message(words, (section(words), *actions(buttons)), public=outcome.query.public)


def _unreadable_words(name: str, readable: int, absent: int) -> str:
    """Return that nothing was merged, and how many of the batch and its retries cannot be read."""
    total = readable + absent
    if total == 1:
        return f"Not merged. {name} can't be read"
    share = f"{number(absent)} of these {number(total)} batches" if readable else f"None of these {number(total)}"
    can = "can't" if readable else "can"
    return f"{name} and its retries are not merged. {share} {can} be read"


def _add_sources(message: Message, outcome: FamilyFile, viewer: Viewer) -> Message:
    """Return the message with the sources of the results, and what is missing from them."""
    readable, absent = outcome.family.readable, outcome.family.absent
    is_alone = len(readable) == 1 and not absent
    lines = [f"Merged from {_source_list(outcome.family, viewer)}.{' It has no retries.' if is_alone else ''}"]
    lines += [f"⚠️ Without {_absent_line(one, viewer)}" for one in absent[:MOST_NAMED]]
    lines += [f"⚠️ {more}" for more in _more_batches(len(absent))]
    if outcome.merged.broken:
        lines.append(f"⚠️ Without {quantity(outcome.merged.broken, 'unreadable line')}")
    text = "\n".join(lines)
    return Message(f"{message.text}. {text}", (*message.blocks, section(text)), public=message.public)


def _source_list(family: Family, viewer: Viewer) -> str:
    """Return the batches that were merged, oldest first."""
    named = [_batch_words(batch.id, viewer) for batch in family.readable[:MOST_NAMED]]
    return ", ".join([*named, *_more_batches(len(family.readable))])


def _absent_line(one: AbsentBatch, viewer: Viewer) -> str:
    return f"{_batch_words(one.batch_id, viewer)}: {_WHY[one.reason]}"


def _batch_words(batch_id: str, viewer: Viewer) -> str:
    """Return the name of a batch with the start of its id, because a batch and its retries have one name."""
    names = viewer.names.get(batch_id)
    is_named = names is not None and (names.label or names.file_name)
    name = bold_id_name(batch_id, names)
    return f"{name} (Batch {shorten_id(batch_id)})" if is_named else name


def _more_batches(count: int) -> list[str]:
    return [f"and {quantity(count - MOST_NAMED, 'more batch', 'more batches')}"] if count > MOST_NAMED else []
