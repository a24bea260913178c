"""The card of a batch: the whole outcome in one line, what matters besides, one primary button, and a menu."""

import re
from collections.abc import Sequence
from datetime import datetime

from bot.api.models import MessageBatch
from bot.commands.base import Permission
from bot.commands.cancel import Cancel
from bot.commands.delete import Delete
from bot.commands.details import Details
from bot.commands.edit import Edit
from bot.commands.results import Results
from bot.commands.retry import Retry
from bot.commands.status import Status
from bot.commands.watch import Unwatch, Watch
from bot.operations.find_batch import Reference
from bot.operations.result_files import ResultFileKind
from bot.pricing.amounts import format_amount
from bot.store.records.labels import BatchNames
from bot.ui.components.buttons import Style, actions, button, choice, overflow
from bot.ui.components.first_line import batch_name, first_line
from bot.ui.components.name_lines import has_family, origin_lines
from bot.ui.components.parts import parts_menu, parts_section
from bot.ui.components.retry import retry_words
from bot.ui.components.text import code, context, date, duration, header, mention, safe_text, section
from bot.ui.reply import Block, Viewer

MOST_PEOPLE = 5
"""People named on a card. The others are a number."""
MOST_MODELS = 2
_MODEL_DATE = re.compile(r"-20\d{6}$")
"""The date at the end of a model's name. Details show it."""


def batch_card(
    batch: MessageBatch,
    viewer: Viewer,
    canceled_by: str | None = None,
    watchers: Sequence[str] = (),
    *,
    shared: bool = False,
    stays: bool = False,
    leads: bool = True,
    parts: Sequence[MessageBatch] = (),
) -> tuple[Block, ...]:
    """Return the card, with the buttons that this viewer may use in this state.

    `canceled_by` and `watchers` are user ids. `shared`: others see the card too, so it has the buttons for watchers and
    for everyone else, and Refresh keeps it public. `stays`: the message is edited when the batch changes, and may be
    read hours after it was drawn. `leads`: as for `card_buttons`. `parts`: the batches that this one stands for; it is
    then all of them together.
    """
    names = viewer.names.get(batch.id)
    title = header(first_line(batch, names, None if stays else viewer.now))
    facts = card_facts(batch, canceled_by, watchers, names)
    buttons = card_buttons(batch, viewer, watchers, shared=shared, leads=leads, parts=parts)
    return (title, *facts, *parts_section(parts, viewer.names), *actions(buttons))


def card_facts(
    batch: MessageBatch,
    canceled_by: str | None = None,
    watchers: Sequence[str] = (),
    names: BatchNames | None = None,
    *,
    gone: bool = False,
) -> tuple[Block, ...]:
    """Return the card without its title and buttons. `gone`: the batch has been deleted."""
    facts = " · ".join(_facts(batch, names, canceled_by))
    origin = origin_lines(batch, names)
    small = [code(batch.id), *([] if gone else _deadlines(batch))]
    if watchers and not batch.has_ended:
        small.append(f"watched by {people_line(watchers)}")
    return (section(f"{facts}\n{origin}" if origin else facts), context(" · ".join(small)))


def _facts(batch: MessageBatch, names: BatchNames | None, canceled_by: str | None = None) -> list[str]:
    """Return time, model, cost and owner as far as known."""
    by = f" by {mention(canceled_by)}" if canceled_by else ""
    if batch.has_ended and batch.ended_at is not None:
        parts = [f"Ended {date(batch.ended_at)} after {duration(batch.ended_at - batch.created_at)}"]
        if batch.cancel_initiated_at is not None and by:
            parts.append(f"canceled{by}")
    else:
        parts = [f"Created {date(batch.created_at)}"]
        if batch.cancel_initiated_at is not None:
            parts.append(f"cancel requested {date(batch.cancel_initiated_at)}{by}")
    if names is None:
        return parts
    if names.models:
        more = len(names.models) - MOST_MODELS
        models = ", ".join(safe_text(_MODEL_DATE.sub("", model), 60) for model in names.models[:MOST_MODELS])
        parts.append(f"{models} and {more} more" if more > 0 else models)
    if names.cost is not None:
        cost = format_amount(names.cost, complete=names.cost_complete)
        parts.append(f"cost {cost}" if cost == "unknown" else cost)
    if names.owner:
        parts.append(f"owner {mention(names.owner)}")
    return parts


def _deadlines(batch: MessageBatch) -> list[str]:
    """Return until when the batch can run, or until when its results can be read."""
    if not batch.has_ended:
        return [f"expires {date(batch.expires_at)}"]
    if batch.archived_at is not None:
        return [f"results removed {date(batch.archived_at)}"]
    if batch.awaits_results:
        return ["results aren't available yet, and usually follow within a few minutes"]
    return [f"results available until {date(batch.readable_until)}"]


def people_line(users: Sequence[str]) -> str:
    """Return the first few people, and how many more there are."""
    more = f" and {len(users) - MOST_PEOPLE} more" if len(users) > MOST_PEOPLE else ""
    return ", ".join(map(mention, users[:MOST_PEOPLE])) + more


def card_buttons(
    batch: MessageBatch,
    viewer: Viewer,
    watchers: Sequence[str] = (),
    *,
    shared: bool = False,
    leads: bool = True,
    parts: Sequence[MessageBatch] = (),
) -> list[Block | None]:
    """Return one primary button, one that follows, and a menu: what makes sense in this state for this viewer.

    Without `leads`, none is primary: the message has a more important button. Deleting is on the cards of the `parts`.
    """
    if not batch.has_ended:
        buttons = _running_buttons(batch, viewer, watchers, shared=shared)
    else:
        buttons = _ended_buttons(batch, viewer, leads=leads, is_whole=bool(parts))
    return [*buttons, parts_menu(parts, viewer.names)]


def _running_buttons(
    batch: MessageBatch, viewer: Viewer, watchers: Sequence[str], *, shared: bool
) -> list[Block | None]:
    reference, name = Reference(batch.id), _spoken_name(batch, viewer)
    is_direct = (viewer.caller.channel or "")[:1] in ("U", "W", "D")
    for_others = shared and not is_direct  # no one else reads direct messages
    is_watching = bool(watchers) if for_others else viewer.caller.user in watchers
    refresh = Status(reference, public=shared)
    buttons: list[Block | None] = []
    menu: list[Block] = []
    if for_others or not is_watching:
        buttons.append(button("Watch", Watch(reference), style="primary", spoken=f"Watch {name}"))
        menu.append(choice("Refresh", refresh, renew=True))
    else:
        buttons.append(button("Refresh", refresh, renew=True, spoken=f"Refresh {name}"))
    if batch.processing_status == "in_progress" and Permission.OPERATE in viewer.permissions:
        buttons.append(button("Cancel", Cancel(reference), spoken=f"Cancel {name}"))
    if is_watching:
        menu.append(choice("Unwatch", Unwatch(reference)))
    return [*buttons, overflow([*menu, *_details_choices(batch, viewer)])]


def _ended_buttons(batch: MessageBatch, viewer: Viewer, *, leads: bool, is_whole: bool) -> list[Block | None]:
    reference, name = Reference(batch.id), _spoken_name(batch, viewer)
    counts = batch.request_counts
    is_readable = batch.is_readable(viewer.now)
    buttons: list[Block | None] = []
    menu = _details_choices(batch, viewer)
    if is_readable:
        style: Style | None = None if batch.awaits_results or not leads else "primary"
        buttons.append(button("Results", Results(reference), style=style, spoken=f"Results of {name}"))
        failed = counts.errored + counts.expired
        retry, spoken = retry_words(failed)
        if (failed or counts.canceled) and not batch.awaits_results and Permission.OPERATE in viewer.permissions:
            buttons.append(button(retry, Retry(reference), spoken=f"{spoken} of {name}"))
        if has_family(viewer.names.get(batch.id)) and viewer.reads_contents:
            menu.append(choice("Merged results", Results(reference, ResultFileKind.FAMILY)))
    if Permission.ADMINISTER in viewer.permissions and not is_whole:
        menu.append(choice("Delete", Delete(reference)))
    return [*buttons, overflow(menu)]


def _details_choices(batch: MessageBatch, viewer: Viewer) -> list[Block]:
    """Return the choices of every state: Details, and Edit for those who may."""
    reference = Reference(batch.id)
    choices = [choice("Details", Details(reference))]
    if Permission.OPERATE in viewer.permissions:
        choices.append(choice("Edit", Edit(reference=reference)))
    return choices


def _spoken_name(batch: MessageBatch, viewer: Viewer) -> str:
    return batch_name(batch, viewer.names.get(batch.id), 40)


def card_text(batch: MessageBatch, names: BatchNames | None = None, now: datetime | None = None) -> str:
    """Return the card as plain text for notifications and screen readers."""
    facts = " · ".join([*_facts(batch, names), *_deadlines(batch), safe_text(batch.id)])
    return f"{safe_text(first_line(batch, names, now))}. {facts}."
