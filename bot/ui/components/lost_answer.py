"""The words for a batch that may have been created: the answer of its POST was lost."""

from collections.abc import Sequence

from bot.api.models import MessageBatch
from bot.store.records.drafts import Draft
from bot.ui.components.batch_rows import batch_rows, list_batches, open_menu
from bot.ui.components.buttons import actions
from bot.ui.components.text import quantity
from bot.ui.reply import Block


def search_result(draft: Draft, appeared: Sequence[MessageBatch] | None) -> tuple[str, list[Block]]:
    """Return what the newest batches show, in words and as rows.

    `appeared`: new batches of the same size. None: they could not be listed.
    """
    if appeared is None:
        return "The API also didn't answer when I looked for the batch. I'll keep looking and message you.", []
    if not appeared:
        return (
            f"I found no new batch with {quantity(draft.requests, 'request')} yet. I'll keep looking and message you."
        ), []
    listed = list_batches(appeared)
    found = quantity(len(appeared), "new batch has", "new batches have")
    yours = "whether it is" if len(appeared) == 1 else "which one is"
    size = quantity(draft.requests, "request")
    return f"{found} exactly {size}. I'll check {yours} yours and message you.", [
        *batch_rows(listed, with_ids=True),
        *actions([open_menu(listed)]),
    ]
