"""Sending a draft: the question before it, and each of its outcomes."""

from typing import assert_never

from msgspec.structs import replace

from bot.api.errors import ApiError
from bot.commands.discard import Discard
from bot.commands.draft_change import SendChange
from bot.commands.retry import Retry
from bot.commands.send import Send
from bot.confirmations import ConfirmationNeeded
from bot.errors import ExpectedError
from bot.operations.find_batch import Reference
from bot.operations.follow import is_direct
from bot.operations.send_outcomes import AnswerLost, ApprovalAsked, BatchCreated, NotSent, SendOutcome, SendRefused
from bot.operations.split_sample import sample_size
from bot.requests.estimate import load_estimate
from bot.scratch_file import ScratchFileFailed
from bot.store.db.database import StoreUnavailable
from bot.store.records.drafts import UNSENT_LIFETIME, Draft
from bot.store.transactions.split_draft import CANARY
from bot.ui.components.approval_question import approval_question
from bot.ui.components.batch_card import batch_card, card_text
from bot.ui.components.buttons import actions, button
from bot.ui.components.competing_retries import other_retry_lines, warnings_section
from bot.ui.components.estimate import cost_breakdown, cost_line
from bot.ui.components.file_problems import short_file_name, warning_lines
from bot.ui.components.lost_answer import search_result
from bot.ui.components.quiet import quiet_note
from bot.ui.components.retry import left_out_lines, unreadable_failures_words
from bot.ui.components.sample_rest import rest_buttons
from bot.ui.components.text import (
    code,
    context,
    date,
    file_size,
    header,
    mention,
    number,
    place_name,
    quantity,
    safe_text,
    section,
)
from bot.ui.reply import Block, Message, Viewer


def render_send_question(change: SendChange, question: ConfirmationNeeded, viewer: Viewer) -> Message:
    """Return the question whether to send: how many requests, to which workspace, for whom and at what cost."""
    draft = change.draft
    title = f"Send {'the other ' if draft.whole_id else ''}{quantity(draft.requests, 'request')} as a new batch?"
    buttons = [
        *_yes_buttons(change, question),
        *_other_choices(change),
        button("Discard", Discard(draft.id), renew=True),
    ]
    blocks = (
        header(title),
        section(_request_words(draft, viewer)),
        section(cost_breakdown(load_estimate(draft.estimate))),
        *warnings_section(_send_warnings(change)),
        *actions(buttons),
        context(_terms_line(draft, question)),
    )
    gate = " It is above the limit: somebody else has to approve it." if change.needs_approval else ""
    return Message(f"{title} {cost_line(load_estimate(draft.estimate))}.{gate}", blocks)


def _terms_line(draft: Draft, question: ConfirmationNeeded) -> str:
    none = "Nothing of this was sent yet." if draft.whole_id else "Nothing was sent yet."
    later = f"Later, until {date(draft.changed_at + UNSENT_LIFETIME)}: {code(f'/batch send {draft.reference}')}."
    return f"Only you can answer, once, until {date(question.expires_at)}. {none} {later}"


def _yes_buttons(change: SendChange, question: ConfirmationNeeded) -> list[Block]:
    """Return the buttons that send: all requests, or a sample first if that is worth it."""
    draft = change.draft
    confirmation_id = question.confirmation_id
    yes_words = "Ask for approval" if change.needs_approval else "Send"
    buttons = [button(yes_words, Send(draft.id), style="primary", renew=True, confirmation=confirmation_id)]
    if (count := sample_size(draft)) is not None:
        words = f"{yes_words}: {count} first" if change.needs_approval else f"Send {count} first"
        buttons.append(button(words, Send(draft.id, first=True), renew=True, confirmation=confirmation_id))
    return buttons


def _request_words(draft: Draft, viewer: Viewer) -> str:
    named = f", called *{safe_text(draft.label)}*" if draft.label else ""
    owner = mention(draft.owner or draft.user_id)
    origin = {"retry": "Retries what failed in", CANARY: "The rest after the sample"}.get(draft.kind or "")
    made_of = f"\n{origin} {code(draft.parent_id)}." if origin and draft.parent_id else ""
    file = f"*{safe_text(short_file_name(draft.name), 80)}*"
    whose = f"{mention(draft.user_id)}'s" if draft.approved_by == viewer.caller.user else "your"
    return (
        f"{file}: {quantity(draft.requests, 'request')}, {file_size(draft.size)}{named}. "
        f"They go to the workspace of this bot's API key, in {whose} name, with {owner} as owner.{made_of}"
    )


def _other_choices(change: SendChange) -> list[Block]:
    """Return the button that includes the failures which the retry leaves out."""
    draft = change.draft
    checked = change.checked
    if draft.kind != "retry" or draft.parent_id is None or checked is None or not checked.left_out:
        return []
    everything = Retry(Reference(draft.parent_id), everything=True, file=checked.file)
    others = number(sum(one.count for one in checked.left_out))
    return [button(f"Include the other {others} too", everything, renew=True)]


def _send_warnings(change: SendChange) -> list[str]:
    lines = []
    if change.needs_approval:
        lines.append("It is above the limit that was set: somebody else who may operate has to approve it.")
    lines += other_retry_lines(change.retried)
    checked = change.checked
    if checked is None:
        return lines
    lines += warning_lines(checked.warnings)
    lines += left_out_lines(checked.left_out)
    lines += [unreadable_failures_words(checked.unread)] if checked.unread else []
    if checked.missing:
        lines.append(f"{quantity(checked.missing, 'failed request is', 'failed requests are')} not in the file")
    return lines


def render_send(outcome: SendOutcome, viewer: Viewer) -> Message:
    """Return what sending or approving the draft did."""
    match outcome:
        case BatchCreated():
            return _render_created(outcome, viewer)
        case ApprovalAsked():
            return _render_approval_asked(outcome)
        case SendRefused() | NotSent():
            return _render_not_sent(outcome)
        case AnswerLost():
            return _render_answer_lost(outcome)
        case unreachable:
            assert_never(unreachable)


def _render_created(outcome: BatchCreated, viewer: Viewer) -> Message:
    """Return the card of the new batch, the place of its watch card, and what happens to the rest after a sample."""
    draft = outcome.draft
    batch = outcome.batch
    by = f", approved by {mention(draft.approved_by)}" if draft.approved_by else ""
    words = f"Sent for {mention(draft.user_id)}{by}: {_count_words(outcome)} of *{safe_text(draft.name, 80)}*."
    sentences = [*_rest_sentences(outcome), *_watch_sentences(outcome, viewer), *_missing_record_sentences(outcome)]
    text = " ".join([words, card_text(batch, viewer.names.get(batch.id), viewer.now), *sentences])
    watchers = (draft.user_id,) if outcome.place is not None else ()
    blocks = (section(words), *batch_card(batch, viewer, watchers=watchers), *map(context, sentences))
    return Message(text, blocks)


def _count_words(outcome: BatchCreated) -> str:
    requests = outcome.draft.requests
    rest = outcome.rest
    if rest is None:
        return quantity(requests, "request")
    return f"{number(requests)} of {quantity(requests + rest.requests, 'request')}, picked at random,"


def _rest_sentences(outcome: BatchCreated) -> list[str]:
    rest = outcome.rest
    if rest is None:
        return []
    if not outcome.recorded:
        return [f"The other {number(rest.requests)} wait until my records work again, and I tell you then."]
    return [
        f"When they have ended I say how it went, and ask about the other {number(rest.requests)}. "
        f"Sooner: {code(f'/batch send {rest.reference}')}."
    ]


def _watch_sentences(outcome: BatchCreated, viewer: Viewer) -> list[str]:
    place = outcome.place
    if place is None:
        return []
    who = "you" if viewer.caller.user == outcome.draft.user_id else mention(outcome.draft.user_id)
    words = f"I keep its card up to date {place_name(place.id)}, and mention {who} there at its end."
    if outcome.rest is None:  # the end of a sample is always posted: it asks about the rest
        words += quiet_note(place)
    if place.closed_channel is not None:
        words += (
            f" I may not post in <#{place.closed_channel}>: invite me with `/invite @Batchdesk` to have the card there."
        )
    return [words]


def _missing_record_sentences(outcome: BatchCreated) -> list[str]:
    sentences = (
        [] if outcome.requests_archived else ["Its requests are not kept: a retry will ask for the original file."]
    )
    if not outcome.recorded:
        sentences.append("My own records took none of this: it has no owner and no label here, and nobody watches it.")
    return sentences


def _render_approval_asked(outcome: ApprovalAsked) -> Message:
    """Return that nothing was sent yet, with the question to everyone in the channel."""
    draft = outcome.draft
    is_alone = draft.channel_id is None or is_direct(draft.channel_id)
    line = code(f"/batch approve {draft.reference}")
    how = f"I ask in the channel; whoever may operate can also type {line}."
    if is_alone:
        how = f"Nobody else sees this place, so nobody was asked: have somebody who may operate type {line}."
    words = f"{quantity(draft.requests, 'request')} wait for somebody else's yes. {how}"
    return Message(
        words,
        (section(words), *actions([button("Discard", Discard(draft.id), renew=True)])),
        shared=None if is_alone else replace(approval_question(draft), public=True),
    )


def _render_not_sent(outcome: SendRefused | NotSent) -> Message:
    """Return why no batch was created, in the API's own words."""
    draft = outcome.draft
    error = outcome.error
    if isinstance(outcome, SendRefused):
        which = f" It names the request {code(outcome.custom_id, 64)}." if outcome.custom_id else ""
        words = (
            f"The API refused the batch: {code(outcome.error.message)}.{which} "
            "Nothing was created; mend the file and share it again."
        )
        return Message(words, (section(words), *_request_id_line(error)))
    words = (
        f"Not sent: {_reason_words(outcome.error)}. It certainly did not arrive, and the checked file is still here."
    )
    again = actions([button("Send", Send(draft.id), renew=True), button("Discard", Discard(draft.id), renew=True)])
    return Message(words, (section(words), *again, *_request_id_line(error)))


def _reason_words(error: ApiError | ScratchFileFailed | StoreUnavailable) -> str:
    match error:
        case ScratchFileFailed():
            return f"my disk took no copy of the requests ({code(error.reason)})"
        case StoreUnavailable():
            return f"I cannot write my own records (the store is {error.reason})"
        case ApiError():
            return code(error.message)
        case unreachable:
            assert_never(unreachable)


def _render_answer_lost(outcome: AnswerLost) -> Message:
    """Return that the outcome is unknown, with the new batches of that size. It is never sent again."""
    draft = outcome.draft
    rest = outcome.rest
    sent = f"I sent {quantity(draft.requests, 'request')} and the answer was lost. "
    sent += "I do not send them again: that could pay twice."
    if rest is not None:
        sent += f" The other {number(rest.requests)} were not sent; they go without these {number(draft.requests)}."
    found, rows = search_result(draft, outcome.new_batches)
    return Message(f"{sent} {found}", (section(sent), section(found), *rows, *(rest_buttons(rest) if rest else ())))


def _request_id_line(error: ExpectedError) -> tuple[Block, ...]:
    request_id = error.request_id if isinstance(error, ApiError) else None
    return (context(f"request {code(request_id, 80)}"),) if request_id else ()
