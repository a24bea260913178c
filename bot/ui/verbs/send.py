"""What came of sending a draft: the new batch's card, why there is none, or that nobody knows."""

from typing import assert_never

from msgspec.structs import replace

from bot.api.errors import ApiError
from bot.commands.drop import Drop
from bot.commands.send import Send
from bot.errors import ExpectedError
from bot.operations.follow import is_direct
from bot.operations.send_outcomes import AnswerLost, ApprovalAsked, BatchCreated, NotSent, SendOutcome, SendRefused
from bot.scratch_file import ScratchFileFailed
from bot.store.db.database import StoreUnavailable
from bot.ui.components.batch_card import batch_card, card_text
from bot.ui.components.buttons import actions, button
from bot.ui.components.draft_question import approval_question
from bot.ui.components.lost_answer import search_result
from bot.ui.components.quiet import quiet_note
from bot.ui.components.sample_rest import rest_buttons
from bot.ui.components.text import code, context, mention, number, place_name, quantity, safe_text, section
from bot.ui.reply import Block, Message, Viewer


def render_send(outcome: SendOutcome, viewer: Viewer) -> Message:
    """Return what sending a draft, or approving it, came to."""
    match outcome:
        case BatchCreated():
            return _created(outcome, viewer)
        case ApprovalAsked():
            return _approval_asked(outcome)
        case SendRefused() | NotSent():
            return _not_sent(outcome)
        case AnswerLost():
            return _answer_lost(outcome)
        case unreachable:
            assert_never(unreachable)


def _created(outcome: BatchCreated, viewer: Viewer) -> Message:
    """Return the card of the new batch, with where it is watched and what becomes of the rest after a sample."""
    draft, batch = outcome.draft, outcome.batch
    by = f", approved by {mention(draft.approved_by)}" if draft.approved_by else ""
    words = f"Sent for {mention(draft.user_id)}{by}: {_requests(outcome)} of *{safe_text(draft.name, 80)}*."
    told = [*_rest(outcome), *_watched(outcome, viewer), *_not_kept(outcome)]
    text = " ".join([words, card_text(batch, viewer.names.get(batch.id)), *told])
    watchers = (draft.user_id,) if outcome.place is not None else ()
    blocks = (section(words), *batch_card(batch, viewer, watchers=watchers), *map(context, told))
    return Message(text, blocks)


def _requests(outcome: BatchCreated) -> str:
    requests, rest = outcome.draft.requests, outcome.rest
    if rest is None:
        return quantity(requests, "request")
    return f"{number(requests)} of {quantity(requests + rest.requests, 'request')}, picked at random,"


def _rest(outcome: BatchCreated) -> list[str]:
    rest = outcome.rest
    if rest is None:
        return []
    if not outcome.recorded:
        return [f"The other {number(rest.requests)} wait until my records work again, and I tell you then."]
    return [
        f"When they have ended I say how it went, and ask about the other {number(rest.requests)}. "
        f"Sooner: {code(f'/batch send {rest.id}')}."
    ]


def _watched(outcome: BatchCreated, viewer: Viewer) -> list[str]:
    place = outcome.place
    if place is None:
        return []
    who = "you" if viewer.caller.user == outcome.draft.user_id else mention(outcome.draft.user_id)
    words = f"I keep its card up to date {place_name(place.id)}, and mention {who} there at its end."
    words += quiet_note(place) if outcome.rest is None else ""  # the end of a sample is told anyway: it is a question
    if place.closed_channel is not None:
        words += (
            f" I may not post in <#{place.closed_channel}>: invite me with `/invite @Batchdesk` to have the card there."
        )
    return [words]


def _not_kept(outcome: BatchCreated) -> list[str]:
    told = [] if outcome.requests_archived else ["Its requests are not kept: a retry will ask for the original file."]
    if not outcome.recorded:
        told.append("My own records took none of this: it has no owner and no label here, and nobody watches it.")
    return told


def _approval_asked(outcome: ApprovalAsked) -> Message:
    """Say that nothing was sent yet, and ask everyone in the channel to approve."""
    draft = outcome.draft
    is_alone = draft.channel_id is None or is_direct(draft.channel_id)
    line = code(f"/batch approve {draft.id}")
    how = f"I ask in the channel; whoever may operate can also type {line}."
    if is_alone:
        how = f"Nobody else sees this place, so nobody was asked: have somebody who may operate type {line}."
    words = f"{quantity(draft.requests, 'request')} wait for somebody else's yes. {how}"
    return Message(
        words,
        (section(words), *actions([button("Drop", Drop(draft.id), renew=True)])),
        shared=None if is_alone else replace(approval_question(draft), public=True),
    )


def _not_sent(outcome: SendRefused | NotSent) -> Message:
    """Say that no batch was made, in the API's own words."""
    draft, error = outcome.draft, outcome.error
    if isinstance(outcome, SendRefused):
        which = f" It names the request {code(outcome.custom_id, 64)}." if outcome.custom_id else ""
        said = f"The API refused the batch: {code(outcome.error.message)}.{which}"
        words = f"{said} Nothing was created; mend the file and share it again."
        return Message(words, (section(words), *_request(error)))
    words = f"Not sent: {_said(outcome.error)}. It certainly did not arrive, and the checked file is still here."
    again = actions([button("Send", Send(draft.id), renew=True), button("Drop", Drop(draft.id), renew=True)])
    return Message(words, (section(words), *again, *_request(error)))


def _said(error: ApiError | ScratchFileFailed | StoreUnavailable) -> str:
    match error:
        case ScratchFileFailed():
            return f"my disk took no copy of the requests ({code(error.reason)})"
        case StoreUnavailable():
            return f"I cannot write my own records (the store is {error.reason})"
        case _:
            return code(error.message)


def _answer_lost(outcome: AnswerLost) -> Message:
    """Say "I don't know", what a look at the newest batches says, and that it will not be sent again."""
    draft, rest = outcome.draft, outcome.rest
    sent = f"I sent {quantity(draft.requests, 'request')} and the answer was lost. "
    sent += "I do not send them again: that could pay twice."
    if rest is not None:
        sent += f" The other {number(rest.requests)} were not sent; they go without these {number(draft.requests)}."
    look, rows = search_result(draft, outcome.new_batches)
    return Message(f"{sent} {look}", (section(sent), section(look), *rows, *(rest_buttons(rest) if rest else ())))


def _request(error: ExpectedError) -> tuple[Block, ...]:
    request_id = error.request_id if isinstance(error, ApiError) else None
    return (context(f"request {code(request_id, 80)}"),) if request_id else ()
