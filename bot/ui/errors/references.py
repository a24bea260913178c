"""The words for a reference that names no batch, or several."""

from typing import assert_never

from bot.api.ids import InvalidBatchId
from bot.operations.find_batch import NoBatches, ReferenceAmbiguous, ReferenceNotFound
from bot.ui.components.batch_rows import batch_rows, open_menu
from bot.ui.components.buttons import actions
from bot.ui.components.text import code, quantity, safe_text, section
from bot.ui.reply import Message, Placement


def reference_words(error: InvalidBatchId | NoBatches | ReferenceNotFound) -> str:
    """Return why the reference names no batch."""
    match error:
        case InvalidBatchId():
            return f"{code(error.text, 80)} cannot be a batch id: it {code(error.reason)}. Nothing was sent."
        case NoBatches():
            return "This workspace has no batches, so there is no last one."
        case ReferenceNotFound():
            looked = "all" if error.all_searched else "the newest"
            searched = quantity(error.searched, "batch", "batches")
            return (
                f"No batch begins with {code(error.text)}. I looked through {looked} {searched} of this key's "
                "workspace. `/batch list` shows them."
            )
        case unreachable:
            assert_never(unreachable)


def render_ambiguous_reference(error: ReferenceAmbiguous) -> Message:
    """Return the batches that the reference could mean, with a menu that opens any of them."""
    shown = len(error.candidates)
    some = f" (the newest {shown} are shown)" if error.total > shown else ""
    fits = f"{code(error.text)} fits {quantity(error.total, 'batch', 'batches')}{some}."
    words = f"{fits} Nothing was done: type the id, or more of it."
    rows = batch_rows(error.candidates, error.names, with_ids=True)
    menu = actions([open_menu(error.candidates, error.names)])
    listed = ", ".join(f"{_label_prefix(error, batch.id)}{code(batch.id)}" for batch in error.candidates)
    return Message(f"{words} {listed}", (section(words), *rows, *menu), placement=Placement.BELOW)


def _label_prefix(error: ReferenceAmbiguous, batch_id: str) -> str:
    names = error.names.get(batch_id)
    return f"{safe_text(names.label, 80)}: " if names is not None and names.label else ""
