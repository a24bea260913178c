"""A draft that is too large for one batch: the lines of its parts, and what is left once some of them were sent."""

from collections.abc import Sequence

from msgspec.structs import replace

from bot.api.create_body import FileSpan
from bot.operations.services import Services
from bot.requests.estimate import add_up_estimates, dump_estimate, load_estimate
from bot.store.db.connection import Connection
from bot.store.records import drafts
from bot.store.records.drafts import Draft


def get_span(draft: Draft) -> FileSpan | None:
    """Return the lines of the checked file that a part has; None for a draft that has all of them."""
    if draft.part is None or draft.start is None or draft.length is None:
        return None
    return FileSpan(draft.start, draft.length)


async def read_unsent(services: Services, draft: Draft) -> Draft:
    """Return what is left of a divided draft once some of its parts were sent, and any other draft as it is.

    Its `parts` are then those that are left, and its `whole_id` is its own id.
    """
    if not draft.is_divided:
        return draft
    return await services.database.run(lambda connection: read_unsent_parts(connection, draft))


def read_unsent_parts(connection: Connection, whole: Draft) -> Draft:
    """Return what is left of a divided draft, as `read_unsent` does."""
    left = drafts.list_parts(connection, whole.id, "held")
    return whole if len(left) == whole.parts else _add_up(whole, left)


def _add_up(whole: Draft, left: Sequence[Draft]) -> Draft:
    estimate = add_up_estimates(load_estimate(part.estimate) for part in left)
    return replace(
        whole,
        whole_id=whole.id,
        parts=len(left),
        requests=sum(part.requests for part in left),
        size=sum(part.size for part in left),
        estimate=dump_estimate(estimate),
    )
