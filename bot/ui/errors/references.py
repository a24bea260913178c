"""The words for a reference that names no batch, or several."""

import re
from typing import assert_never

from bot.api.ids import InvalidBatchId
from bot.operations.find_batch import NoBatches, ReferenceAmbiguous, ReferenceNotFound
from bot.operations.missing_batches import BatchDeletedHere
from bot.ui.components.batch_rows import batch_rows, list_batches, open_menu
from bot.ui.components.buttons import actions
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.text import code, date, mention, quantity, safe_text, section
from bot.ui.reply import Message, Placement

_QUOTED = re.compile("'(.+)'$")
_POSITION = re.compile(r" at position \d+$")


def reference_words(error: InvalidBatchId | NoBatches | ReferenceNotFound | BatchDeletedHere) -> str:
    """Return why the reference names no batch."""
    match error:
        case InvalidBatchId():
            return f"{code(error.text, 80)} isn't a batch id: it {_fault_words(error)}. `/batch list` shows the ids."
        case NoBatches(ended=True):
            return "No batch has ended yet."
        case NoBatches():
            return "There are no batches yet."
        case BatchDeletedHere():
            who = mention(error.user_id)
            name = bold_id_name(error.batch_id, error.names)
            return f"{who} deleted {name} {date(error.at)}. Its results are gone for good."
        case ReferenceNotFound():
            looked = "the newest " if not error.all_searched else "all " if error.searched > 1 else ""
            searched = f"I searched {looked}{quantity(error.searched, 'batch', 'batches')}."
            near = ", ".join(code(label, 80) for label in error.near)
            hint = f"Similar labels: {near}." if near else "`/batch list` shows what there is."
            return f"No batch id or label matches {code(error.text)}. {searched} {hint}"
        case unreachable:
            assert_never(unreachable)


def _fault_words(error: InvalidBatchId) -> str:
    """Return what is wrong with the id, with the characters in the way as code."""
    reason = _POSITION.sub("", error.reason)
    quoted = _QUOTED.search(reason)
    return f"{safe_text(reason[: quoted.start()])} {code(quoted[1])}" if quoted else safe_text(reason)


def render_ambiguous_reference(error: ReferenceAmbiguous) -> Message:
    """Return the batches that the reference could mean, with a menu that opens any of them."""
    shown = len(error.candidates)
    some = f" These are the newest {shown}." if error.total > shown else ""
    words = f"{quantity(error.total, 'batch matches', 'batches match')} {code(error.text)}. Which one?{some}"
    candidates = list_batches(error.candidates, error.names)
    menu = actions([open_menu(candidates)])
    listed = ", ".join(f"{_label_prefix(error, batch.id)}{code(batch.id)}" for batch in error.candidates)
    return Message(
        f"{words} {listed}", (section(words), *batch_rows(candidates, with_ids=True), *menu), placement=Placement.BELOW
    )


def _label_prefix(error: ReferenceAmbiguous, batch_id: str) -> str:
    names = error.names.get(batch_id)
    return f"{safe_text(names.label, 80)}: " if names is not None and names.label else ""
