"""The messages about a draft whose process died, or whose answer was lost: what is known, and how to continue."""

from collections.abc import Sequence

from bot.api.models import MessageBatch
from bot.commands.discard import Discard
from bot.commands.send import Send
from bot.commands.status import Status
from bot.operations.find_batch import Reference
from bot.store.records.drafts import REFERENCE_LENGTH, UNSENT_LIFETIME, Draft
from bot.ui.components.batch_rows import batch_rows, list_batches, open_menu
from bot.ui.components.buttons import actions, button
from bot.ui.components.lost_answer import search_result
from bot.ui.components.sample_rest import unsent_buttons, unsent_words
from bot.ui.components.text import code, date, number, quantity, safe_text, section
from bot.ui.reply import Block, Message


def render_interrupted(draft: Draft, appeared: Sequence[MessageBatch] | None, unsent: Draft | None = None) -> Message:
    """Return what was interrupted, for the person who asked for it.

    `appeared`: as in AnswerLost. `unsent`: what can be sent now of a divided draft.
    """
    name = safe_text(draft.name, 80)
    if draft.state == "checking":
        words = f"I was restarted while reading *{name}*. Nothing was sent. Share the file again."
        return Message(words, (section(words),))
    if draft.is_divided:
        words = f"I was restarted while sending *{name}*."
        words += "" if unsent is not None else " All its batches were sent."
        return _with_unsent(words, (), unsent, "remaining")
    requests = quantity(draft.requests, "request")
    if draft.is_unparted:
        words = (
            f"I was restarted before sending a sample of {number(draft.sample or 0)} of the {requests} of *{name}*. "
            "Nothing was sent. The checked file is still here. Press *Send* to be asked again whether to send all, or "
            "a sample first."
        )
        return Message(words, (section(words), *_next_steps(draft.id, "Send", "Discard")))
    words = (
        f"I was restarted while sending {requests} of *{name}*. I don't know whether the API received them. "
        "I won't send them again, because that could cost twice."
    )
    found, rows = search_result(draft, appeared)
    if draft.part is not None:
        found = f"{found} I won't send the rest of the file before I know."
    if draft.rest_id is None:
        return Message(f"{words} {found}", (section(words), section(found), *rows))
    later = code(f"/batch send {draft.rest_id[:REFERENCE_LENGTH]}")
    rest = f"The other requests were not sent. To send them later, type {later}."
    buttons = _next_steps(draft.rest_id, "Send the others", "Discard them")
    return Message(f"{words} {found} {rest}", (section(words), section(found), *rows, section(rest), *buttons))


def render_batch_found(draft: Draft, batch: MessageBatch, unsent: Draft | None = None) -> Message:
    """Return which batch a draft became, although the bot never got the answer; `unsent`: what is left of the whole."""
    words = (
        f"I found {_which(draft)} of *{safe_text(draft.name, 80)}* ({code(batch.id)}). It was created once, with "
        f"{quantity(draft.requests, 'request')}."
    )
    rows = batch_rows(list_batches([batch]))
    if unsent is not None:
        return _with_unsent(words, rows, unsent)
    return Message(words, (section(words), *rows, *actions([button("Open", Status(Reference(batch.id)))])))


def _which(draft: Draft) -> str:
    return f"batch {draft.part} of {draft.parts}" if draft.part is not None else "the batch"


def _with_unsent(words: str, rows: Sequence[Block], unsent: Draft | None, which: str = "other") -> Message:
    """Return a message with what is left of a divided draft, and the buttons that go on."""
    if unsent is None:
        return Message(words, (section(words), *rows))
    words = f"{words} {unsent_words(unsent, which=which)}"
    return Message(words, (section(words), *rows, *unsent_buttons(unsent)))


def render_batch_not_created(draft: Draft, unsent: Draft | None = None) -> Message:
    """Return that no batch appeared, so that the draft can be sent again; `unsent`: with what is left of the whole."""
    if unsent is not None:
        words = (
            f"{_which(draft).capitalize()} of *{safe_text(draft.name, 80)}* didn't arrive: no new batch has appeared."
        )
        more = unsent.requests - draft.requests
        its = f"Its {quantity(draft.requests, 'request')}" + (f" and the {number(more)} after them" if more > 0 else "")
        words += f" {its} wait for you until {date(unsent.changed_at + UNSENT_LIFETIME)}."
        return Message(words, (section(words), *unsent_buttons(unsent)))
    words = (
        f"No batch of *{safe_text(draft.name, 80)}* has appeared, so its {quantity(draft.requests, 'request')} didn't "
        "arrive. The checked file is still here."
    )
    return Message(words, (section(words), *_next_steps(draft.id, "Send", "Discard")))


def render_batch_undecided(draft: Draft, candidates: Sequence[MessageBatch], unsent: Draft | None = None) -> Message:
    """Return the batches that a draft may have become, because the bot cannot tell which one it is.

    `unsent`: what is left of the whole.
    """
    found = quantity(len(candidates), "new batch has", "new batches have")
    words = (
        f"I don't know whether *{safe_text(draft.name, 80)}* was sent. {found} exactly "
        f"{quantity(draft.requests, 'request')}. If one has your `custom_id`s, don't upload the file again."
    )
    if unsent is not None:
        words = (
            f"I don't know whether {_which(draft)} of *{safe_text(draft.name, 80)}* was sent: {found} exactly "
            f"{quantity(draft.requests, 'request')}. If one has its `custom_id`s, don't upload it again."
        )
    listed = list_batches(candidates)
    rows = (*batch_rows(listed, with_ids=True), *actions([open_menu(listed)]))
    return _with_unsent(words, rows, unsent)


def _next_steps(draft_id: str, yes: str, no: str) -> tuple[Block, ...]:
    return actions([button(yes, Send(draft_id), renew=True), button(no, Discard(draft_id), renew=True)])
