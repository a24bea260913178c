"""The merged results of a batch and its retries, and what is missing when some of them cannot be read."""

from bot.commands.results import FamilyFile, FamilyIncomplete, Results
from bot.operations.merge_family import AbsenceReason, AbsentBatch, Family
from bot.operations.result_files import ResultFileKind
from bot.ui.components.buttons import actions, button
from bot.ui.components.result_file import delivered_message, file_name
from bot.ui.components.text import code, file_size, number, quantity, section
from bot.ui.reply import File, Message

MOST_NAMED = 5
_WHY = {
    AbsenceReason.UNFINISHED: "it hasn't ended yet",
    AbsenceReason.EXPIRED: "its results expired 29 days after it was created",
    AbsenceReason.DELETED: "it was deleted with its results",
}


def render_family_file(outcome: FamilyFile) -> File:
    """Return the merged file, with its counts, its source batches and the batches that are missing."""
    name = file_name(outcome.query.reference, outcome.query.file or ResultFileKind.FAMILY)
    merged = outcome.merged
    failed = merged.requests - merged.succeeded
    words = (
        f"{quantity(merged.requests, 'result')}, one for each custom_id, merged from "
        f"{quantity(len(outcome.family.readable), 'batch', 'batches')}: {number(merged.succeeded)} succeeded, "
        f"{number(failed)} did not; JSON Lines, as the API gave them, {file_size(merged.scratch_file.size)}"
    )
    return File(
        name=name,
        title=name,
        content=merged.scratch_file,
        message=_add_sources(delivered_message(words, public=outcome.query.public), outcome),
        public=outcome.query.public,
        retry_row=actions([button("Try again", outcome.query)]),
        on_delivered=outcome.on_delivered,
    )


def render_family_incomplete(outcome: FamilyIncomplete) -> Message:
    """Return which batches cannot be read and why, with a button that merges the others."""
    readable = outcome.family.readable
    absent = outcome.family.absent
    total = quantity(len(readable) + len(absent), "batch", "batches")
    words = (
        f"The family of {code(outcome.query.reference, 60)} has {total}, and {number(len(absent))} cannot be read:\n"
        + "\n".join([*map(_absent_line, absent[:MOST_NAMED]), *_more_batches(len(absent))])
    )
    words += (
        "\nNothing was merged yet. Without them, a request that succeeded only there would be missing, or stand with "
        f"what came of it elsewhere. Still to be read: {_source_list(outcome.family)}."
        if readable
        else "\nSo there is nothing to merge."
    )
    buttons = []
    if readable:
        part = Results(outcome.query.reference, ResultFileKind.PART_OF_FAMILY, public=outcome.query.public)
        buttons.append(button("Merge the others", part))
    if any(one.reason is AbsenceReason.UNFINISHED for one in absent):
        buttons.append(button("Refresh", outcome.query, renew=True))
    return Message(words, (section(words), *actions(buttons)), public=outcome.query.public)


def _add_sources(message: Message, outcome: FamilyFile) -> Message:
    """Return the message with the sources of the results, and what is missing from them."""
    alone = len(outcome.family.readable) == 1 and not outcome.family.absent
    lines = [f"From {_source_list(outcome.family)}{'; no retries of it are known' if alone else ', oldest first'}."]
    lines += [f"⚠️ Without {_absent_line(one)}" for one in outcome.family.absent[:MOST_NAMED]]
    lines += [f"⚠️ {more}" for more in _more_batches(len(outcome.family.absent))]
    if outcome.merged.broken:
        lines.append(
            f"⚠️ Without {quantity(outcome.merged.broken, 'line')} of their files that no result could be read of"
        )
    text = "\n".join(lines)
    return Message(f"{message.text} {text}", (*message.blocks, section(text)), public=message.public)


def _source_list(family: Family) -> str:
    """Return the batches that were merged, oldest first."""
    return ", ".join(
        [*(code(batch.id, 60) for batch in family.readable[:MOST_NAMED]), *_more_batches(len(family.readable))]
    )


def _absent_line(one: AbsentBatch) -> str:
    return f"{code(one.batch_id, 60)}: {_WHY[one.reason]}"


def _more_batches(count: int) -> list[str]:
    return [f"and {quantity(count - MOST_NAMED, 'more batch', 'more batches')}"] if count > MOST_NAMED else []
