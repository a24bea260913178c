"""The words for a batch that may have been created: the answer of its POST was lost."""

from collections.abc import Sequence

from bot.api.models import MessageBatch
from bot.store.records.drafts import Draft
from bot.ui.components.batch_rows import batch_rows, open_menu
from bot.ui.components.buttons import actions
from bot.ui.components.text import quantity
from bot.ui.reply import Block


def search_result(draft: Draft, appeared: Sequence[MessageBatch] | None) -> tuple[str, list[Block]]:
    """Return what the newest batches show, in words and as rows.

    `appeared`: new batches of the same size. None: they could not be listed.
    """
    if appeared is None:
        return "The API did not answer when I looked for the batch either: look with `/batch list` in a minute.", []
    if not appeared:
        return (
            f"Among the newest batches there is none of {quantity(draft.requests, 'request')} that is new. It may "
            "still appear: look with `/batch list` in a minute, and share the file again only when it stays away."
        ), []
    found = quantity(len(appeared), "new batch has", "new batches have")
    return f"{found} exactly that size; judge whether it is yours:", [
        *batch_rows(appeared, {}, with_ids=True),
        *actions([open_menu(appeared, {})]),
    ]
