"""Sending a draft: the question before it, and each of its outcomes."""

from collections.abc import Set
from typing import assert_never

from msgspec.structs import replace

from bot.api.errors import ApiError, ApiRejected, RequestTooLarge, SpendLimitReached
from bot.commands.discard import Discard
from bot.commands.draft_change import SendChange
from bot.commands.retry import Retry
from bot.commands.send import Send
from bot.confirmations import ConfirmationNeeded
from bot.errors import ExpectedError
from bot.operations.drafts import RequestsFileMissing
from bot.operations.find_batch import Reference
from bot.operations.follow import is_direct
from bot.operations.retirements import list_due
from bot.operations.send_outcomes import (
    AnswerLost,
    ApprovalAsked,
    BatchCreated,
    NotRecorded,
    NotSent,
    PartsSent,
    SendOutcome,
    SendRefused,
)
from bot.operations.split_sample import sample_size
from bot.requests.check import MAX_BODY_BYTES
from bot.requests.estimate import load_estimate
from bot.requests.problems import GroupedWarning, WarningKind
from bot.scratch_file import ScratchFileFailed
from bot.store.db.database import StoreUnavailable
from bot.store.records.drafts import UNSENT_LIFETIME, Draft
from bot.store.transactions.split_draft import CANARY
from bot.ui.components.answer_lines import retried_stop_line
from bot.ui.components.approval_question import approval_question, settle_question
from bot.ui.components.batch_card import batch_card, card_text
from bot.ui.components.buttons import actions, button
from bot.ui.components.competing_retries import disjoint_retry_lines, other_retry_lines, warnings_section
from bot.ui.components.draft_question import (
    budget_lines,
    budget_warnings,
    draft_facts,
    draft_line,
    draft_name,
    limit_words,
)
from bot.ui.components.estimate import cost_words
from bot.ui.components.file_problems import warning_lines
from bot.ui.components.lost_answer import search_result
from bot.ui.components.quiet import card_there_words, mention_promise, quiet_suffix
from bot.ui.components.remedies import step_before_sending
from bot.ui.components.retirements import retirement_lines, title_ending
from bot.ui.components.retry import account_lines, left_out_lines, unreadable_failures_words
from bot.ui.components.sample_rest import rest_buttons, unsent_buttons, unsent_words
from bot.ui.components.store_states import STORE_STATES
from bot.ui.components.text import (
    code,
    context,
    date,
    end_sentence,
    header,
    mention,
    number,
    place_words,
    quantity,
    quote_api,
    safe_text,
    section,
)
from bot.ui.reply import Block, Message, Placement, Posting, Viewer


def render_send_question(change: SendChange, question: ConfirmationNeeded, viewer: Viewer) -> Message:
    """Return the question whether to send: what, for whom, with which models and at what cost."""
    draft = change.draft
    title = f"Send {'the other ' if draft.whole_id else ''}{quantity(draft.requests, 'request')}"
    title += f"{title_ending(change.retiring, draft.requests)}?"
    on_behalf = f"For {mention(draft.user_id)}\n" if draft.approved_by == viewer.caller.user else ""
    limit = _limit_sentence(change)
    others = disjoint_retry_lines(_disjoint_retries(change))
    buttons = [
        *_yes_buttons(change, question),
        *_other_choices(change),
        button("Discard", Discard(draft.id), renew=True),
    ]
    blocks = (
        header(title),
        section("\n".join([f"{on_behalf}{draft_facts(draft)}", *budget_lines(change.budget)])),
        *((section(limit),) if limit else ()),
        *((section("\n".join(others)),) if others else ()),
        *warnings_section(_send_warnings(change, viewer)),
        *actions(buttons),
        context(_terms_line(draft, question)),
    )
    cost = f"Estimated cost: {cost_words(load_estimate(draft.estimate))}."
    warnings = [end_sentence(f"⚠️ {line}") for line in _send_warnings(change, viewer)]
    budget = [end_sentence(line) for line in budget_lines(change.budget)]
    sentences = [title, f"{safe_text(draft.name, 80)}.", cost, *budget, *filter(None, [limit]), *others, *warnings]
    return Message(" ".join(sentences), blocks)


def _limit_sentence(change: SendChange) -> str:
    return f"{limit_words(change.exceeded, 'your')} Someone else must approve." if change.needs_approval else ""


def _terms_line(draft: Draft, question: ConfirmationNeeded) -> str:
    until = date(draft.changed_at + UNSENT_LIFETIME)
    later = f"to be asked again, type {code(f'/batch send {draft.reference}')} by {until}"
    return f"Expires {date(question.expires_at)} · only you can answer · {later}"


def _yes_buttons(change: SendChange, question: ConfirmationNeeded) -> list[Block]:
    """Return the buttons that send: all requests, or a sample first if that is worth it."""
    draft = change.draft
    confirmation_id = question.confirmation_id
    anyway = " anyway" if list_due(change.retiring) else ""
    yes_words = f"{'Ask for approval' if change.needs_approval else 'Send'}{anyway}"
    buttons = [button(yes_words, Send(draft.id), style="primary", renew=True, confirmation=confirmation_id)]
    if (count := sample_size(draft)) is not None:
        words = f"Ask, with {count} first{anyway}" if change.needs_approval else f"Send {count} first{anyway}"
        buttons.append(button(words, Send(draft.id, first=True), renew=True, confirmation=confirmation_id))
    return buttons


def _other_choices(change: SendChange) -> list[Block]:
    """Return the buttons that leave out what other retries have sent, and that include what this one leaves out."""
    draft = change.draft
    checked = change.checked
    if draft.kind != "retry" or draft.parent_id is None or checked is None:
        return []
    parent = Reference(draft.parent_id)
    choices = []
    if checked.not_retried:
        cause = checked.retried_cause
        rest = Retry(parent, everything=checked.everything, file=checked.file, cause=cause, only_others=True)
        choices.append(button(f"Send only the {number(checked.not_retried)} not retried", rest, renew=True))
    if checked.left_out:
        everything = Retry(parent, everything=True, file=checked.file)
        others = number(sum(one.count for one in checked.left_out))
        choices.append(button(f"Include the {others} left out", everything, renew=True))
    return choices


def _send_warnings(change: SendChange, viewer: Viewer) -> list[str]:
    lines = [
        *retirement_lines(change.retiring),
        *budget_warnings(change.budget),
        *other_retry_lines(
            tuple(other for other in change.retried if other not in _disjoint_retries(change)), _count_retried(change)
        ),
    ]
    checked = change.checked
    if checked is None:
        return lines
    retiring = {model.name for model in change.retiring}  # they have a line of their own
    lines += warning_lines(tuple(one for one in checked.warnings if not _is_about_retirement(one, retiring)))
    lines += [retried_stop_line(checked.retried_stop)] if checked.retried_stop else []
    lines += account_lines(checked.account_causes, viewer)
    lines += left_out_lines(checked.left_out, viewer)
    lines += [unreadable_failures_words(checked.unread)] if checked.unread else []
    if checked.missing:
        lines.append(_missing_words(checked.missing, "request" if checked.retried_stop else "failed request"))
    return lines


def _count_retried(change: SendChange) -> int:
    """Return how many of the requests other retries have sent; 0 if that is unknown."""
    checked = change.checked
    if checked is None or not checked.not_retried or checked.missing:
        return 0
    return change.draft.requests - checked.not_retried


def _disjoint_retries(change: SendChange) -> tuple[str, ...]:
    """Return those of the other retries that have none of these requests."""
    return tuple(one for one in change.retried if one in change.checked.disjoint) if change.checked is not None else ()


def _is_about_retirement(warning: GroupedWarning, retiring: Set[str]) -> bool:
    return warning.kind is WarningKind.DEPRECATED_MODEL and warning.value in retiring


def _missing_words(missing: int, what: str) -> str:
    they = "it" if missing == 1 else "they"
    verb = "isn't" if missing == 1 else "aren't"
    return f"{quantity(missing, what)} {verb} in the file you gave, so {they} won't be retried"


def render_send(outcome: SendOutcome, viewer: Viewer) -> Message:
    """Return what sending or approving the draft did. An approval settles its question, and the requester hears."""
    draft = outcome.draft
    is_approval = draft.approved_by == viewer.caller.user and draft.kind != CANARY
    message = _render_outcome(outcome, viewer, names_file=not is_approval)
    if isinstance(outcome, ApprovalAsked) or not is_approval:
        return message
    return _settle_approval(outcome, message, viewer)


def _render_outcome(outcome: SendOutcome, viewer: Viewer, *, names_file: bool) -> Message:
    match outcome:
        case BatchCreated():
            return _render_created(outcome, viewer, names_file=names_file)
        case PartsSent():
            return _render_parts(outcome, viewer, names_file=names_file)
        case ApprovalAsked():
            return _render_approval_asked(outcome)
        case SendRefused() | NotSent():
            return _render_not_sent(outcome)
        case AnswerLost():
            return _render_answer_lost(outcome)
        case unreachable:
            assert_never(unreachable)


def _settle_approval(outcome: SendOutcome, message: Message, viewer: Viewer) -> Message:
    """Return the message for the approver, with the edit of the question and what the person who asked hears.

    The question becomes one line, whatever happened after the approval.
    """
    draft = outcome.draft
    rest = outcome.rest if isinstance(outcome, BatchCreated | AnswerLost) else None
    total = draft.requests + rest.requests if rest is not None else None
    line = f"✅ Approved by {mention(viewer.caller.user)} · {draft_line(draft, total)}"
    approved = f"{mention(viewer.caller.user)} approved {draft_name(draft)}."
    heard = Posting(
        draft.user_id, Message(f"{approved} {message.text}", (section(approved), *message.blocks)), notifies=True
    )
    shown = (
        Message(line, (section(line),))
        if isinstance(outcome, BatchCreated) or (isinstance(outcome, PartsSent) and outcome.stopped is None)
        else message.with_placement(Placement.BELOW)
    )
    return replace(shown, postings=(*settle_question(draft, line), heard))


def _render_created(outcome: BatchCreated, viewer: Viewer, *, names_file: bool) -> Message:
    """Return which batch was sent and where its card is; the card itself if nothing else shows it.

    Without `names_file`, a sentence before it has the name of the file.
    """
    draft = outcome.draft
    batch = outcome.batch
    random = ", picked at random" if outcome.rest is not None else ""
    of_file = f" of {draft_name(draft)}" if names_file else ""
    words = f"✅ Sent {_count_words(outcome)}{of_file} as {code(batch.id)}{random}."
    sentences = [
        *_watch_sentences(outcome, viewer),
        *_rest_sentences(outcome, viewer),
        *_missing_record_sentences(outcome),
    ]
    text = " ".join([words, *sentences])
    if outcome.place is not None:
        return Message(text, (section(" ".join([words, *sentences])),))
    card = card_text(batch, viewer.names.get(batch.id), viewer.now)
    return Message(f"{text} {card}", (section(words), *batch_card(batch, viewer), *map(context, sentences)))


def _render_parts(outcome: PartsSent, viewer: Viewer, *, names_file: bool) -> Message:
    """Return how many batches were sent, and if not all of them were, why, and how to go on."""
    created, left, stopped = outcome.created, outcome.left, outcome.stopped
    if not created and isinstance(stopped, SendRefused | NotSent | AnswerLost):
        whole = left or replace(outcome.draft, requests=stopped.draft.requests)
        return _render_outcome(replace(stopped, draft=whole), viewer, names_file=names_file)
    words = [_sent_parts_words(outcome, names_file=names_file)] if created else []
    last = "the last batch ends" if stopped is None else "it ends" if len(created) == 1 else "the last of these ends"
    words += _watch_sentences(created[0], viewer, "The file's", last) if created else []
    if not all(each.requests_archived for each in created):
        words.append("Some requests aren't kept, so a retry will need the original file.")
    stop = [*_stop_sentences(outcome), *([unsent_words(left)] if left is not None else [])]
    paragraphs = [" ".join(each) for each in (words, stop) if each]
    found = search_result(stopped.draft, stopped.new_batches)[1] if isinstance(stopped, AnswerLost) else []
    buttons = unsent_buttons(left) if left is not None else ()
    trace = _trace(stopped.error) if isinstance(stopped, SendRefused | NotSent | AnswerLost) else ()
    return Message(" ".join(paragraphs), (*map(section, paragraphs), *found, *buttons, *trace))


def _stop_sentences(outcome: PartsSent) -> list[str]:
    """Return why no other batch was sent, and the next step."""
    match outcome.stopped:
        case None:
            return []
        case AnswerLost() as stopped:
            found, _ = search_result(stopped.draft, stopped.new_batches)
            lost = _lost_words(stopped, "the next ")
            return [f"{lost} I won't send the rest before I know.", found]
        case NotSent(error=error):
            return [end_sentence(f"Then I stopped: {_reason_words(error)}")]
        case SendRefused(error=RequestTooLarge()):
            return ["The API refused the next batch because of its size, so the rest was not sent."]
        case SendRefused(error=error, custom_id=custom_id):
            fix = f"Fix the request {code(custom_id, 64)}" if custom_id else "Fix the file"
            refused = end_sentence(f"The API refused the next batch: {quote_api(error.message)}")
            return [f"{refused} The rest was not sent. {fix} and upload {_unsent_part(outcome)} as a new file."]
        case NotRecorded():
            batch = code(outcome.created[-1].batch.id)
            unrecorded = f"The batch {batch} was created, but I couldn't record it, so I stopped."
            return [unrecorded, *_unknown_rest(outcome)]
        case RequestsFileMissing():
            gone = "Then I stopped: the checked file on Batchdesk's disk is gone or was changed."
            return [f"{gone} Upload {_unsent_part(outcome)} as a new file."]
        case StoreUnavailable(reason=reason):
            return [f"Then I stopped: Batchdesk's database is {STORE_STATES[reason]}.", *_unknown_rest(outcome)]
        case unreachable:
            assert_never(unreachable)


def _unsent_part(outcome: PartsSent) -> str:
    """Return which requests were not sent. Parts are sent in the order of the file, earlier ones maybe before."""
    if outcome.created and outcome.created[0].draft.part == 1:
        return f"the requests after the first {number(_count_sent(outcome))}"
    return "the requests that were not sent"


def _unknown_rest(outcome: PartsSent) -> list[str]:
    """Return what becomes of the rest while the store does not say what it is."""
    others = outcome.draft.requests - _count_sent(outcome)
    if outcome.left is not None or outcome.draft.state == "sent" or not others:
        return []
    is_known = outcome.created and outcome.created[0].draft.part == 1
    unsent = (
        f"The other {quantity(others, 'request')} {'was' if others == 1 else 'were'}" if is_known else "The rest was"
    )
    return [f"{unsent} not sent. I'll message you when you can send the rest."]


def _count_sent(outcome: PartsSent) -> int:
    return sum(each.draft.requests for each in outcome.created)


def _sent_parts_words(outcome: PartsSent, *, names_file: bool) -> str:
    draft, created = outcome.draft, outcome.created
    requests = _count_sent(outcome)
    of_file = f" of {draft_name(draft)}" if names_file else ""
    batches = quantity(len(created), "batch", "batches")
    if outcome.stopped is None:
        return f"✅ Sent {quantity(requests, 'request')}{of_file} in {batches}."
    return f"⚠️ Sent {number(requests)} of {quantity(draft.requests, 'request')}{of_file} in {batches}."


def _count_words(outcome: BatchCreated) -> str:
    requests = outcome.draft.requests
    rest = outcome.rest
    if rest is None:
        return quantity(requests, "request")
    return f"{number(requests)} of {quantity(requests + rest.requests, 'request')}"


def _rest_sentences(outcome: BatchCreated, viewer: Viewer) -> list[str]:
    rest = outcome.rest
    if rest is None:
        return []
    if not outcome.recorded:
        verb = "waits" if rest.requests == 1 else "wait"
        return [
            f"The other {number(rest.requests)} {verb} until Batchdesk's database works again. I'll post here then."
        ]
    report = "report" if outcome.place is None else f"mention {_requester(outcome, viewer)} there"
    return [
        f"When the sample ends, I'll {report} and ask about the other {number(rest.requests)}. "
        f"To send sooner, type {code(f'/batch send {rest.reference}')}."
    ]


def _requester(outcome: BatchCreated, viewer: Viewer) -> str:
    return "you" if viewer.caller.user == outcome.draft.user_id else mention(outcome.draft.user_id)


def _watch_sentences(outcome: BatchCreated, viewer: Viewer, whose: str = "Its", end: str = "it ends") -> list[str]:
    place = outcome.place
    if place is None:
        return []
    words = f"{whose} card is {place_words(place.id)}."
    if outcome.rest is None:  # the end of a sample is always posted: it asks about the rest
        promise = mention_promise(place, _requester(outcome, viewer), end)
        words += f" I'll {promise}." if promise else ""
        words += quiet_suffix(place)
    if place.closed_channel is not None:
        words += f" {card_there_words(place.closed_channel, outcome.batch.id)}"
    return [words]


def _missing_record_sentences(outcome: BatchCreated) -> list[str]:
    sentences = (
        [] if outcome.requests_archived else ["Its requests aren't kept, so a retry will need the original file."]
    )
    if not outcome.recorded:
        sentences.append(_unrecorded_words(outcome.batch.id))
    return sentences


def _unrecorded_words(batch_id: str) -> str:
    own, watch = (code(f"/batch {verb} {batch_id}", 80) for verb in ("own", "watch"))
    label = code(f"/batch label {batch_id} NAME", 80)
    return (
        "I couldn't record the batch, so it has no owner, no label and no watcher. "
        f"To set them, type {own}, {label} and {watch}."
    )


def _render_approval_asked(outcome: ApprovalAsked) -> Message:
    """Return that nothing was sent yet, with the question for everyone in the channel."""
    draft = outcome.draft
    line = code(f"/batch approve {draft.reference}")
    discard = actions([button("Discard", Discard(draft.id), renew=True)])
    if draft.channel_id is None or is_direct(draft.channel_id):
        words = f"Waiting for approval. No one else sees this conversation, so ask an approver to type {line}."
        return Message(words, (section(words), *discard))
    words = f"Waiting for approval. I've asked in <#{draft.channel_id}>."
    unasked = f"I can't post in <#{draft.channel_id}>, so no one was asked. Ask an approver to type {line}."
    uncertain = (
        f"I can't confirm that my question is in <#{draft.channel_id}>. "
        f"If you don't see it there, ask an approver to type {line}."
    )
    question = Posting(
        draft.channel_id,
        approval_question(draft, outcome.exceeded, outcome.approvers, retiring=outcome.retiring, budget=outcome.budget),
        notifies=bool(outcome.approvers),
        on_posted=outcome.on_posted,
        note_if_refused=Message(unasked, (section(unasked),), placement=Placement.BELOW),
        note_if_uncertain=Message(uncertain, (section(uncertain),), placement=Placement.BELOW),
    )
    return Message(words, (section(words), *discard), postings=(question,))


def _render_not_sent(outcome: SendRefused | NotSent) -> Message:
    """Return why no batch was created, in the API's own words."""
    draft = outcome.draft
    error = outcome.error
    if isinstance(outcome, SendRefused):
        words = _refused_words(outcome)
        return Message(words, (section(words), *_trace(error)))
    reason = end_sentence(f"Not sent: {_reason_words(outcome.error)}")
    kept = "No batch was created, and the checked file is still here."
    words = f"{reason} {kept} {_step_words(outcome.error)}"
    again = actions(
        [button("Send", Send(draft.id), style="primary", renew=True), button("Discard", Discard(draft.id), renew=True)]
    )
    return Message(words, (section(words), *again, *_trace(error)))


def _refused_words(outcome: SendRefused) -> str:
    error = outcome.error
    if isinstance(error, RequestTooLarge):
        # In bytes: rounded, a size just below the limit reads like the limit.
        size = f" ({quantity(error.sent, 'byte')})" if error.sent is not None else ""
        return (
            f"No batch was created, because the file{size} was refused as too large. The API takes up to "
            f"{quantity(MAX_BODY_BYTES, 'byte')}, so a proxy in front of it probably takes less. Ask your "
            "administrator about the proxy, or split the file and upload the parts."
        )
    refused = f"The API refused the batch: {quote_api(error.message)}"
    fix = f"Fix the request {code(outcome.custom_id, 64)} in the file" if outcome.custom_id else "Fix the file"
    return f"{end_sentence(refused)} No batch was created. {fix} and upload it again."


def _step_words(error: ApiError | ScratchFileFailed | StoreUnavailable) -> str:
    """Return what must be done before the draft can be sent again."""
    match error:
        case ScratchFileFailed(full=True) | StoreUnavailable(reason="full"):
            return "When an administrator has freed space, press *Send*."
        case ScratchFileFailed():
            return "When an administrator has made the disk writable, press *Send*."
        case StoreUnavailable(reason="read-only"):
            return "When an administrator has made it writable, press *Send*."
        case ApiRejected():
            return f"{step_before_sending(error)} When that is fixed, press *Send*."
        case SpendLimitReached():
            return "When an administrator has raised the spend limit, press *Send*."
        case _:
            return "Press *Send* in a minute."


def _reason_words(error: ApiError | ScratchFileFailed | StoreUnavailable) -> str:
    match error:
        case ScratchFileFailed():
            return f"I couldn't write a copy of the requests to Batchdesk's disk ({code(error.reason)})"
        case StoreUnavailable():
            return f"Batchdesk's database is {STORE_STATES[error.reason]}"
        case ApiError():
            return quote_api(error.message)
        case unreachable:
            assert_never(unreachable)


def _render_answer_lost(outcome: AnswerLost) -> Message:
    """Return that the outcome is unknown, with the new batches of that size. It is never sent again."""
    draft = outcome.draft
    rest = outcome.rest
    sent = f"{_lost_words(outcome)} I won't send them again, because that could cost twice."
    if rest is not None:
        was, it = ("was", "it") if rest.requests == 1 else ("were", "them")
        sent += f" The other {number(rest.requests)} {was} not sent. You can still send {it}."
    found, rows = search_result(draft, outcome.new_batches)
    more = rest_buttons(rest) if rest else ()
    return Message(f"{sent} {found}", (section(sent), section(found), *rows, *more, *_trace(outcome.error)))


def _lost_words(outcome: AnswerLost, which: str = "") -> str:
    error = outcome.error
    sent = f"I sent {which}{quantity(outcome.draft.requests, 'request')}"
    if error.status is None:
        return f"{sent}, and the API's answer was lost."
    said = quote_api(error.message)
    answered = end_sentence(f"{sent}, and the API answered with an error: {said}")
    return f"{answered} I don't know whether it created the batch."


def _trace(error: ExpectedError) -> tuple[Block, ...]:
    """Return the status and the id of the call, which the API's support asks for."""
    if not isinstance(error, ApiError):
        return ()
    parts = [f"HTTP {error.status}"] if error.status else []
    parts += [f"API request {code(error.request_id, 80)}"] if error.request_id else []
    return (context(" · ".join(parts)),) if parts else ()
