"""How a draft looks on its way to become a batch: the question, the second yes, and everything that can come of it."""

from bot.batches.estimate import Basis, Estimate, ModelEstimate
from bot.commands.approve import Approve
from bot.commands.base import Caller
from bot.commands.drafting import ApprovalOfOwn, DraftOver, SpoolGone, from_json
from bot.commands.drop import Drop, Dropped
from bot.commands.references import Reference
from bot.commands.retry import Retry
from bot.commands.send import Send
from bot.commands.sending import AnswerLost, ApprovalAsked, BatchCreated, NotSent, SendRefused
from bot.confirmations import DraftQuestion
from bot.store.drafts import Draft
from bot.ui.batch_card import batch_card, card_row, card_text
from bot.ui.buttons import actions, button
from bot.ui.money import usd
from bot.ui.problems import plain_name, warning_lines
from bot.ui.reply import Block, Message, Placement, Viewer
from bot.ui.retry import left_lines
from bot.ui.text import code, context, counted, date, header, inline, megabytes, mention, number, section

MOST_MODELS = 8
_BASIS = {
    Basis.COUNTED: "Input tokens were counted by the API on a sample.",
    Basis.BY_CHARACTERS: "Input tokens are a guess from the number of characters: they could not be counted.",
}


def render_draft_question(outcome: DraftQuestion, viewer: Viewer) -> Message:
    """Ask whether to send: what, where, as whom, at what cost."""
    draft = outcome.draft
    title = f"Send {counted(draft.requests, 'request')} as a new batch?"
    yes_words = "Ask for approval" if outcome.by_another else "Send"
    yes = button(yes_words, outcome.command, style="primary", renew=True, confirmation=outcome.confirmation_id)
    buttons = [yes, *_choices(outcome), button("Drop", Drop(draft.id), renew=True)]
    blocks = (
        header(title),
        section(_what(draft, viewer)),
        section(cost_words(from_json(draft.estimate))),
        *_remarks(outcome),
        *actions(buttons),
        context(f"Only you can answer, once, until {date(outcome.expires_at)}. Nothing was sent yet."),
    )
    gate = " It is above the limit: somebody else has to approve it." if outcome.by_another else ""
    return Message(f"{title} {cost_line(from_json(draft.estimate))}.{gate}", blocks)


def render_shared(outcome: object, caller: Caller) -> Message | None:
    """Return what everybody in the channel is to see of an outcome."""
    if not isinstance(outcome, ApprovalAsked):
        return None
    draft, reckoned = outcome.draft, from_json(outcome.draft.estimate)
    title = f"Approve {counted(draft.requests, 'request')}?"
    words = (
        f"{mention(draft.user_id)} wants to send *{inline(draft.name, 80)}* as a new batch. It is above the "
        "limit, so a second person who may operate has to agree."
    )
    buttons = [
        button("Approve", Approve(draft.id), style="primary", renew=True),
        button("Refuse", Drop(draft.id), renew=True),
    ]
    blocks = (header(title), section(words), section(cost_words(reckoned)), *actions(buttons))
    return Message(f"{title} {words} {cost_line(reckoned)}.", blocks, public=True)


def render_not_shared(channel: str | None) -> Message:
    """Say that nobody else was asked, because the bot cannot post there."""
    where = f"<#{channel}>" if channel else "this place"
    words = f"I could not post in {where}, so nobody else was asked. Give the line above to somebody who may operate."
    return Message(words, (section(words),), placement=Placement.BELOW)


def render_approval_asked(outcome: ApprovalAsked, viewer: Viewer) -> Message:
    """Say that nothing was sent yet, and how it goes on."""
    draft = outcome.draft
    words = (
        f"{counted(draft.requests, 'request')} wait for somebody else's yes. I asked in the channel; whoever may "
        f"operate can also type {code(f'/batch approve {draft.id}')}."
    )
    return Message(words, (section(words), *actions([button("Drop", Drop(draft.id), renew=True)])))


def render_created(outcome: BatchCreated, viewer: Viewer) -> Message:
    """Return the card of the new batch."""
    draft, batch = outcome.draft, outcome.batch
    by = f", approved by {mention(draft.approved_by)}" if draft.approved_by else ""
    words = (
        f"Sent for {mention(draft.user_id)}{by}: {counted(draft.requests, 'request')} of *{inline(draft.name, 80)}*."
    )
    kept = () if outcome.kept else (context("Its requests are not kept: a retry will ask for the original file."),)
    text = f"{words} {card_text(batch, viewer.names.get(batch.id))}"
    return Message(text, (section(words), *batch_card(batch, viewer), *kept))


def render_dropped(outcome: Dropped, viewer: Viewer) -> Message:
    """Say that nothing was sent."""
    draft = outcome.draft
    words = f"Dropped {counted(draft.requests, 'request')} of *{inline(draft.name, 80)}*. Nothing was sent."
    return Message(words, (section(words),))


def render_not_sent(outcome: SendRefused | NotSent, viewer: Viewer) -> Message:
    """Say that no batch was made, in the API's own words."""
    draft, error = outcome.draft, outcome.error
    said = f"{code(error.message)}"
    if isinstance(outcome, SendRefused):
        which = f" It names the request {code(outcome.custom_id, 64)}." if outcome.custom_id else ""
        words = f"The API refused the batch: {said}.{which} Nothing was created; mend the file and share it again."
        return Message(words, (section(words), *_request(error.request_id)))
    words = f"Not sent: {said}. It certainly did not arrive, and the checked file is still here."
    again = actions([button("Send", Send(draft.id), renew=True), button("Drop", Drop(draft.id), renew=True)])
    return Message(words, (section(words), *again, *_request(error.request_id)))


def render_answer_lost(outcome: AnswerLost, viewer: Viewer) -> Message:
    """Say "I don't know", what a look at the newest batches says, and that it will not be sent again."""
    draft, found = outcome.draft, outcome.appeared
    sent = f"I sent {counted(draft.requests, 'request')} and the answer was lost. "
    sent += "I do not send them again: that could pay twice."
    rows: list[Block] = []
    if found is None:
        look = "The API did not answer when I looked for the batch either: look with `/batch list` in a minute."
    elif not found:
        look = (
            f"Among the newest batches there is none of {counted(draft.requests, 'request')} that is new. It may still "
            "appear: look with `/batch list` in a minute, and share the file again only when it stays away."
        )
    else:
        look = (
            f"{counted(len(found), 'new batch has', 'new batches have')} exactly that size; judge whether it is yours:"
        )
        rows = [card_row(batch, viewer.names.get(batch.id)) for batch in found]
    return Message(f"{sent} {look}", (section(sent), section(look), *rows))


def render_draft_over(error: DraftOver | ApprovalOfOwn | SpoolGone) -> Message:
    """Say why this draft does not go on from here."""
    under_way = isinstance(error, DraftOver) and error.draft is not None and error.draft.state in ("sending", "waiting")
    stays = isinstance(error, ApprovalOfOwn) or under_way  # its answer is about to take its place, or still can
    words = _over(error)
    return Message(words, (section(words),), placement=Placement.BELOW if stays else Placement.IN_PLACE)


def render_interrupted(draft: Draft) -> Message:
    """Tell whoever asked what was under way when the bot stopped."""
    name = inline(draft.name, 80)
    if draft.state == "checking":
        words = f"I was stopped while I read *{name}*. Nothing was sent; share it or choose it again."
    else:
        words = (
            f"I was stopped while I sent {counted(draft.requests, 'request')} of *{name}*, and do not know whether "
            "they arrived. I do not send them again: look with `/batch list` whether a batch of that size is there."
        )
    return Message(words, (section(words),))


def cost_line(reckoned: Estimate) -> str:
    """Return the range, in a few words."""
    known = [one for one in reckoned.models if one.high is not None]
    if not known:
        return "Cost: unknown, no price is known for its models"
    least = "at least " if reckoned.without_price else ""
    return f"Cost: {least}{_range(usd(reckoned.low), usd(reckoned.high))}"


def cost_words(reckoned: Estimate) -> str:
    """Return the range with what it is made of, model by model."""
    lines = [f"*{cost_line(reckoned)}* (input alone, to every answer using up its `max_tokens`; batch prices)"]
    lines += [_model(one) for one in reckoned.models[:MOST_MODELS]]
    more = len(reckoned.models) - MOST_MODELS
    lines += [f"and {counted(more, 'more model')}"] if more > 0 else []
    return "\n".join([*lines, _BASIS[reckoned.basis]])


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _model(one: ModelEstimate) -> str:
    price = "no price is known" if one.low is None or one.high is None else _range(usd(one.low), usd(one.high))
    tokens = f"about {number(one.input_tokens)} tokens in, at most {number(one.max_output_tokens)} out"
    return f"{code(one.model, 80)} {counted(one.requests, 'request')}, {tokens}: {price}"


def _what(draft: Draft, viewer: Viewer) -> str:
    named = f", called *{inline(draft.label)}*" if draft.label else ""
    owner = mention(draft.owner or draft.user_id)
    retries = f"\nRetries what failed in {code(draft.parent_id)}." if draft.kind == "retry" and draft.parent_id else ""
    file = f"*{inline(plain_name(draft.name), 80)}*"
    return (
        f"{file}: {counted(draft.requests, 'request')}, {megabytes(draft.size)}{named}. "
        f"They go to the workspace of this bot's API key, in your name, with {owner} as owner.{retries}"
    )


def _choices(outcome: DraftQuestion) -> list[Block]:
    """Return what else the draft of a retry could hold."""
    draft, ready = outcome.draft, outcome.ready
    if draft.kind != "retry" or draft.parent_id is None or ready is None or not ready.left:
        return []
    everything = Retry(Reference(draft.parent_id), everything=True)
    return [button(f"Include the other {number(sum(one.count for one in ready.left))} too", everything, renew=True)]


def _remarks(outcome: DraftQuestion) -> tuple[Block, ...]:
    lines = []
    if outcome.by_another:
        lines.append("It is above the limit that was set: somebody else who may operate has to approve it.")
    if outcome.ready is not None:
        lines += warning_lines(outcome.ready.warnings)
        lines += left_lines(outcome.ready.left)
        lines += [f"{code(id)} retries failures of the same batch already" for id in outcome.ready.retried]
        if outcome.ready.missing:
            lines.append(
                f"{counted(outcome.ready.missing, 'failed request is', 'failed requests are')} not in the file"
            )
    return (section("\n".join(f"⚠️ {line}" for line in lines)),) if lines else ()


def _over(error: DraftOver | ApprovalOfOwn | SpoolGone) -> str:
    match error:
        case ApprovalOfOwn():
            return "You asked for this yourself: somebody else has to approve it. Nothing was sent by this press."
        case SpoolGone():
            return "The checked file is not on my disk any more, so nothing was sent. Share it again."
        case DraftOver(draft=None):
            return "I do not know this draft (any more). Nothing was sent by this press."
        case DraftOver(draft=Draft(state="sent") as draft):
            return f"This was sent already: it is {code(draft.batch_id or '')}. Nothing was sent by this press."
        case DraftOver(draft=Draft(state="sending")):
            return "This is being sent right now; its outcome will show. Nothing was sent by this press."
        case DraftOver(draft=Draft(state="waiting")):
            return "This waits for somebody else's approval. Nothing was sent by this press."
        case DraftOver(draft=Draft(state="unknown")):
            return (
                "This was sent and the answer was lost, so I do not send it again: look with `/batch list` whether the "
                "batch is there. Nothing was sent by this press."
            )
        case _:
            return "This was dropped or refused before. Nothing was sent by this press."


def _request(request_id: str | None) -> tuple[Block, ...]:
    return (context(f"request {code(request_id, 80)}"),) if request_id else ()
