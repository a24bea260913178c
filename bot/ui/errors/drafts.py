"""The words for a draft that cannot be sent, approved or discarded."""

from typing import assert_never

from bot.commands.approve import Approve
from bot.commands.discard import Discard
from bot.commands.send import Send
from bot.operations.approval import ApprovalOfOwn, LimitReached
from bot.operations.drafts import DraftAmbiguous, DraftUnavailable, RequestsFileMissing, RetriedMeanwhile
from bot.operations.retirements import RetiresMeanwhile
from bot.store.records.drafts import REFERENCE_LENGTH, Draft
from bot.ui.components.buttons import actions, button
from bot.ui.components.competing_retries import MOST_RETRIES_NAMED
from bot.ui.components.draft_question import budget_lines, limit_words
from bot.ui.components.estimate import MOST_MODELS
from bot.ui.components.first_line import bold_id_name
from bot.ui.components.retirements import retirement_lines
from bot.ui.components.text import code, date, join_words, mention, number, quantity, safe_text, section
from bot.ui.reply import Block, Message, Placement

MOST_DRAFTS_NAMED = 5


def render_draft_unavailable(error: DraftUnavailable | ApprovalOfOwn | RequestsFileMissing) -> Message:
    """Return why the draft cannot continue from its state. What an earlier press answered is never replaced."""
    words = _unavailable_words(error)
    return Message(words, (section(words),), placement=_placement(error))


def _placement(error: DraftUnavailable | ApprovalOfOwn | RequestsFileMissing) -> Placement:
    match error:
        case DraftUnavailable():
            return Placement.BESIDE_ANSWER
        case ApprovalOfOwn():
            return Placement.BELOW  # someone else can still answer it
        case RequestsFileMissing():
            return Placement.IN_PLACE
        case unreachable:
            assert_never(unreachable)


def render_ambiguous_draft(error: DraftAmbiguous) -> Message:
    """Return the drafts that the reference matches, each with what to type for it."""
    total = quantity(len(error.found), "file")
    words = f"{total} match {code(error.reference, 80)}. Which one? Type its reference instead."
    references = [draft.reference for draft in error.found]
    lines = [
        _draft_line(draft, draft.reference if references.count(draft.reference) == 1 else draft.id)
        for draft in error.found[:MOST_DRAFTS_NAMED]
    ]
    more = len(error.found) - MOST_DRAFTS_NAMED
    lines += [f"and {number(more)} more"] if more > 0 else []
    text = "\n".join([words, *lines])
    return Message(text, (section(text),), placement=Placement.BELOW)


def _draft_line(draft: Draft, reference: str) -> str:
    facts = [code(reference), f"*{safe_text(draft.name, 60)}*", quantity(draft.requests, "request")]
    return " · ".join([*facts, mention(draft.user_id), date(draft.created_at)])


def render_retires_meanwhile(error: RetiresMeanwhile) -> Message:
    """Return which models are about to retire, with a button that asks again."""
    if error.put_off and error.due:
        words = "Nothing was sent, because the models that are about to retire have changed since I asked you."
    elif error.put_off:
        names = join_words([code(name, 80) for name in error.put_off[:MOST_MODELS]])
        more = f" and {number(len(error.put_off) - MOST_MODELS)} more" if len(error.put_off) > MOST_MODELS else ""
        no_longer = "no longer retires" if len(error.put_off) == 1 else "no longer retire"
        words = f"Nothing was sent, because my question was out of date. {names}{more} {no_longer} soon."
    else:
        words = "Nothing was sent, because my question didn't mention a model that is about to retire."
    words = "\n".join([words, *retirement_lines(error.due)])
    return Message(words, (section(words), *actions(_ask_again_buttons(error.draft))), placement=Placement.IN_PLACE)


def _ask_again_buttons(draft: Draft) -> list[Block]:
    again = Approve(draft.id) if draft.state == "waiting" else Send(draft.id)
    return [button("Show the question again", again, renew=True), button("Discard", Discard(draft.id), renew=True)]


def render_retried_meanwhile(error: RetriedMeanwhile) -> Message:
    """Return the other retries that began since the question, with a button that asks again."""
    go_on = "approve" if error.draft.state == "waiting" else "send"
    if error.retried:
        words = (
            f"Since I asked you, {_overtaken_words(error.retried)}. Nothing was sent, so that you don't pay twice. "
            f"To {go_on} anyway, press *Show the question again*."
        )
    else:
        words = (
            "The other retry that my question named was deleted or not sent, so nothing needs to be left out now. "
            f"Nothing was sent. To {go_on}, press *Show the question again*."
        )
    return Message(words, (section(words), *actions(_ask_again_buttons(error.draft))), placement=Placement.IN_PLACE)


def render_limit_reached(error: LimitReached) -> Message:
    """Return the limit that was reached since the question, with a button that asks again."""
    words = (
        f"Not sent, because more was sent since I asked you. {limit_words(error.exceeded, 'your')} "
        "To ask for approval, press *Show the question again*."
    )
    ways = [
        button("Show the question again", Send(error.draft.id), renew=True),
        button("Discard", Discard(error.draft.id), renew=True),
    ]
    text = "\n".join([words, *budget_lines(error.exceeded.budget)])
    return Message(text, (section(text), *actions(ways)), placement=Placement.IN_PLACE)


def _overtaken_words(retried: tuple[str, ...]) -> str:
    """Return which other retries began; a draft among them may become a batch."""
    more = len(retried) - MOST_RETRIES_NAMED
    names = [*map(_retry_name, retried[:MOST_RETRIES_NAMED]), *([f"{number(more)} more"] if more > 0 else [])]
    retries = "another retry" if len(retried) == 1 else f"{number(len(retried))} other retries"
    return f"{retries} of the same failures began: {join_words(names)}"


def _retry_name(other: str) -> str:
    if other.startswith("draft "):
        return f"the file {code(other.removeprefix('draft ')[:REFERENCE_LENGTH])}"
    return bold_id_name(other)


def _unavailable_words(error: DraftUnavailable | ApprovalOfOwn | RequestsFileMissing) -> str:
    match error:
        case ApprovalOfOwn():
            return "You can't approve your own batch. Nothing was sent. Someone else must approve it."
        case RequestsFileMissing(is_changed=True):
            return "The file on Batchdesk's disk has changed since the check. Nothing was sent. Share the file again."
        case RequestsFileMissing():
            return "The checked file is no longer on Batchdesk's disk. Nothing was sent. Share the file again."
        case DraftUnavailable():
            return (
                _state_words(error.draft)
                if error.draft
                else "I don't know this file or reference. Nothing was sent. Share the file again."
            )
        case unreachable:
            assert_never(unreachable)


def _state_words(draft: Draft) -> str:
    match draft.state:
        case "sent" if draft.is_divided:
            return f"All {number(draft.parts or 0)} batches of this file were already sent. Nothing more was sent."
        case "unknown" if draft.is_divided:
            return (
                "The API's answer about one of the batches was lost, so I'm looking for it. I won't send the rest "
                "before I know, and I'll message you within some minutes."
            )
        case "sent":
            return f"This was already sent as {code(draft.batch_id or '')}. Nothing more was sent."
        case "sending" | "held":
            return "This is being sent now. The outcome will appear here."
        case "split":
            again = code(f"/batch send {(draft.rest_id or '')[:REFERENCE_LENGTH]}")
            return f"A sample of this file was sent first. Nothing more was sent. For the rest, type {again}."
        case "waiting":
            return "This is waiting for approval by someone else. Nothing was sent."
        case "unknown":
            return "The API's answer was lost, so this may have been sent. I'm looking for it, and won't send it again."
        case "dropped":
            return "This was discarded or declined. Nothing was sent."
        case "failed":
            return "Sending this failed before. Nothing was sent. Share the file again."
        case "checking":
            return "This file is still being checked. I'll ask before I send anything."
        case "ready":
            send = code(f"/batch send {draft.reference}")
            return f"No one has asked to send this yet. Nothing was sent. To send it, type {send}."
        case newer:
            return f"A newer version of Batchdesk left this file in the state {code(newer, 40)}. Nothing was sent."
