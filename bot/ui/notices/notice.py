"""What is said about a watched batch when nobody asked: it ended, it is gone, something of it is about to run out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, assert_never

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.commands.list import List
from bot.commands.status import Status
from bot.operations.find_batch import Reference
from bot.results.summary import ResultsSummary
from bot.store.records.drafts import Draft
from bot.store.records.labels import BatchNames
from bot.store.records.notices import Notice
from bot.ui.components.batch_card import card_title, display_name, outcome_bar, requests_line, short_id
from bot.ui.components.buttons import actions, button
from bot.ui.components.cancellation import cancel_result_words
from bot.ui.components.deletion import deletion_words, not_seen_words
from bot.ui.components.money import amount_words
from bot.ui.components.result_causes import cause_line
from bot.ui.components.sample_rest import rest_buttons, rest_words
from bot.ui.components.text import code, context, date, duration, quantity, safe_text, section
from bot.ui.reply import Block, Message

CAUSES = 3
BatchEvent = Literal["ended", "canceled", "gone", "expires_soon", "results_expire_7d", "results_expire_1d", "unseen"]
"""What can happen to a batch that somebody is told of; `canceled`: it ended after a cancel."""


class NoticeContext(Struct, frozen=True):
    """What a notice is drawn from: the batch as last seen, at which moment, and whom to mention."""

    batch: MessageBatch
    mentions: Sequence[str]
    now: datetime
    last_seen: datetime | None = None
    through_me: bool = False
    """It was deleted, and by somebody here."""
    details: Sequence[str] = ()
    rest: Draft | None = None
    """What is left after a sample, and waits for a yes."""
    named: BatchNames | None = None
    """What the batch is called here."""

    @property
    def called(self) -> str:
        """Return what the batch is called in a title."""
        return display_name(self.batch, self.named)


def detail_lines(summary: ResultsSummary) -> tuple[str, ...]:
    """Return what an ending adds to its counts: the largest causes of failure, and the cost."""
    causes = [cause_line(cause) for cause in summary.causes[:CAUSES]]
    return (*causes, f"Cost: {amount_words(summary.cost.amount, complete=summary.cost.complete)}")


def draw_notice(
    notice: Notice,
    batch: MessageBatch | None,
    now: datetime,
    details: Sequence[str] = (),
    rest: Draft | None = None,
    named: BatchNames | None = None,
) -> Message:
    """Return what a stored notice says; `batch` is as last seen. Raises ValueError, KeyError: it cannot be read."""
    payload = notice.payload
    if notice.event == "digest" or "blocks" in payload:
        return Message(str(payload["text"]), tuple(payload["blocks"]), public=True)
    if notice.event == "act":
        words = str(payload["words"])
        return Message(words, (section(words),), public=True)
    if notice.event == "appeared":
        return render_more(int(payload["more"]))
    if batch is None:
        raise ValueError(f"a notice of {notice.event} without its batch")
    seen = payload.get("last_seen")
    last_seen, through_me = datetime.fromisoformat(seen) if seen else None, bool(payload.get("through_me"))
    told = NoticeContext(batch, notice.mentions, now, last_seen, through_me, details, rest, named)
    return render_notice(notice.event, told)


def render_more(count: int) -> Message:
    """Say that more batches appeared at once than the feed has cards for."""
    words = f"And {quantity(count, 'more batch', 'more batches')} appeared at the same time, without a card each."
    return Message(words, (section(words), *actions([button("All batches", List())])), public=True)


def render_notice(event: BatchEvent, told: NoticeContext) -> Message:
    """Return one message of its own, with one mention of each who is to know."""
    match event:
        case "ended":
            return _drawn(told, _outcome(told.batch))
        case "canceled":
            return _drawn(told, f"{_outcome(told.batch)}\n{cancel_result_words(told.batch)}")
        case "gone":
            how = "Deleted" if told.through_me else "Deleted elsewhere"
            title = f"🗑️ {how} · {told.called}"
            return _drawn(told, deletion_words(told.last_seen, told.through_me), title=title, opens=False)
        case "expires_soon":
            return _drawn(told, _runs_out(told), title=f"⏳ Runs out soon · {told.called}")
        case "results_expire_7d" | "results_expire_1d":
            return _drawn(told, _results_go(told), title=f"⏳ Results expire soon · {told.called}")
        case "unseen":
            return _drawn(told, not_seen_words(told.last_seen), title=f"⚪ Not seen for a while · {told.called}")
        case unreachable:
            assert_never(unreachable)


def _outcome(batch: MessageBatch) -> str:
    squares = outcome_bar(batch.request_counts)
    return f"{squares}\n{requests_line(batch)}" if squares else requests_line(batch)


def _runs_out(told: NoticeContext) -> str:
    left = duration(told.batch.expires_at - told.now)
    return (
        f"It is still {'being canceled' if told.batch.processing_status == 'canceling' else 'in progress'}, and its "
        f"24 hours are over in {left}, {date(told.batch.expires_at)}. What is not finished then expires unbilled."
    )


def _results_go(told: NoticeContext) -> str:
    until = told.batch.readable_until
    return (
        f"{requests_line(told.batch)[0].upper()}{requests_line(told.batch)[1:]}. Its results can be read for "
        f"{duration(until - told.now)} more, until {date(until)}, and nobody has fetched them through me."
    )


def _drawn(told: NoticeContext, words: str, title: str | None = None, *, opens: bool = True) -> Message:
    title = title or card_title(told.batch, told.named)
    who = " ".join(f"<@{user}>" for user in told.mentions)
    lines = f"*{safe_text(title)}*\n{code(told.batch.id)}\n{words}"
    more: tuple[Block, ...] = (context("\n".join(told.details)),) if told.details else ()
    look = button("Open", Status(Reference(told.batch.id)), says=f"Open batch {short_id(told.batch)}")
    text = f"{who} {safe_text(title)} ({safe_text(told.batch.id)}). {words.split(chr(10))[-1]}".strip()
    text = f"{text.rstrip('.')}. {rest_words(told.rest)}" if told.rest else text
    asks = (section(rest_words(told.rest)), *rest_buttons(told.rest)) if told.rest else ()
    blocks = (section(f"{who} {lines}".strip()), *more, *actions([look] if opens else []), *asks)
    return Message(text, blocks, public=True)
