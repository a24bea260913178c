"""How a question before an act looks: what it is about, what would be lost, two buttons."""

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.commands.cancel import Cancel
from bot.commands.delete import Delete
from bot.commands.keep import Keep, Kept
from bot.confirmations import ConfirmationNeeded
from bot.store.records.summaries import StoredSummary
from bot.ui.batch_card import card_facts, card_text, card_title
from bot.ui.buttons import Style, actions, button
from bot.ui.reply import Message, Placement, Viewer
from bot.ui.text import code, context, counted, date, duration, header, inline, mention, section


class _Words(Struct, frozen=True):
    title: str
    yes: str
    no: str
    loses: str
    style: Style


def render_question(outcome: ConfirmationNeeded, viewer: Viewer) -> Message:
    """Return the question."""
    words, batch, named = _words(outcome, viewer), outcome.batch, viewer.names.get(outcome.batch.id)
    yes = button(words.yes, outcome.command, style=words.style, renew=True, confirmation=outcome.confirmation_id)
    no = button(words.no, Keep(outcome.confirmation_id), renew=True)
    blocks = (
        header(words.title),
        section(f"*{inline(card_title(batch, named))}*"),
        *card_facts(batch, named=named),
        section(words.loses),
        *actions([yes, no]),
        context(f"Only you can answer, once, until {date(outcome.expires_at)}."),
    )
    return Message(f"{words.title} {card_text(batch, named)} {words.loses}", blocks)


def _words(outcome: ConfirmationNeeded, viewer: Viewer) -> _Words:
    match outcome.command:
        case Delete():
            loses = _lost(outcome.batch, viewer, outcome.fetched)
            return _Words("Delete this batch for good?", "Delete for good", "Keep", loses, "danger")
        case Cancel():
            loses = (
                f"Up to {counted(outcome.batch.request_counts.total, 'request')} will not be processed. "
                "Those that are running may still finish and be billed. A cancellation cannot be taken back."
            )
            return _Words("Cancel this batch?", "Cancel the batch", "Keep it running", loses, "danger")
        case other:
            verb = other.verb.capitalize()
            return _Words(f"{verb}?", verb, "Keep", "Nothing is changed yet.", "primary")


def _lost(batch: MessageBatch, viewer: Viewer, fetched: StoredSummary | None) -> str:
    counts, until = batch.request_counts, batch.readable_until
    if batch.archived_at is not None or until <= viewer.now:
        return "The results are no longer available; only the record of the batch would be lost. It cannot be undone."
    results = f"{counted(counts.total, 'result')}, {counts.succeeded:,} of them succeeded and paid for"
    return (
        f"*What would be lost:* {results}. They could still be read for {duration(until - viewer.now)}, "
        f"until {date(until)}. {_taken(fetched)} It cannot be undone."
    )


def _taken(fetched: StoredSummary | None) -> str:
    """Return whether anybody has the results: the summary alone brings none of them back."""
    if fetched is None:
        return "*Nobody has fetched them through me.*"
    if fetched.taken is None or fetched.taken_at is None:
        looked = f"; {mention(fetched.fetched_by)} looked at a summary" if fetched.fetched_by else ""
        return f"*Nobody has taken the file through me*{looked}."
    who = f"<@{fetched.taken_by}> {date(fetched.taken_at)}"
    match fetched.taken:
        case "jsonl":
            return f"The whole file was taken through me by {who}."
        case "csv":
            return f"*Only a table of them* was taken through me, by {who}."
        case "errors":
            return f"*Only the failures* were taken through me, by {who}."
        case "family":
            return f"*Only what of them is in the merged file of the family* was taken through me, by {who}."


def render_kept(outcome: Kept, viewer: Viewer) -> Message:
    """Say that nothing was changed."""
    if outcome.subject is None:
        text = "This question is not open any more. Nothing was changed by this press."
        return Message(text, (section(text),), placement=Placement.IN_PLACE)
    text = f"Kept {code(outcome.subject)}. Nothing was changed."
    return Message(text, (section(text),))
