"""The notices about a watched batch: it ended, it was deleted, or it or its results are about to expire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, assert_never

from msgspec import Struct

from bot.api.models import MessageBatch
from bot.commands.list import List
from bot.commands.status import Status
from bot.operations.find_batch import Reference
from bot.pricing.amounts import format_amount
from bot.results.summary import ResultsSummary
from bot.store.records.drafts import Draft
from bot.store.records.labels import BatchNames
from bot.store.records.notices import Notice
from bot.ui.components.buttons import actions, button
from bot.ui.components.cancellation import billed_words
from bot.ui.components.deletion import deleted_by_words, deletion_words, not_seen_words
from bot.ui.components.first_line import batch_name, first_line, outcome_words
from bot.ui.components.result_causes import cause_line
from bot.ui.components.sample_rest import rest_buttons, rest_words
from bot.ui.components.text import code, context, date, duration, more_time, quantity, safe_text, section
from bot.ui.reply import Block, Message

CAUSES = 3
BatchEvent = Literal["ended", "canceled", "gone", "expires_soon", "results_expire_7d", "results_expire_1d", "unseen"]
"""An event of a batch that people are notified of. `canceled`: it ended after a cancel."""


class NoticeContext(Struct, frozen=True):
    """What a notice shows: the batch as last seen, the time, and whom to mention."""

    batch: MessageBatch
    mentions: Sequence[str]
    now: datetime
    last_seen: datetime | None = None
    deleted_here: bool = False
    """The batch was deleted through this bot."""
    deleted_by: str | None = None
    """The user who deleted it through this bot, where that is on record."""
    details: Sequence[str] = ()
    rest: Draft | None = None
    """The requests that wait after a sample."""
    names: BatchNames | None = None
    """The label, owner and note of the batch."""

    @property
    def display_name(self) -> str:
        """Return the name of the batch."""
        return batch_name(self.batch, self.names)


def detail_lines(summary: ResultsSummary, *, with_causes: bool = True) -> tuple[str, ...]:
    """Return the largest causes of failure and the cost, for the notice that a batch ended."""
    causes = [cause_line(cause) for cause in summary.causes[:CAUSES]] if with_causes else []
    return (*causes, f"Cost: {format_amount(summary.cost.amount, complete=summary.cost.complete)}")


def draw_notice(
    notice: Notice,
    batch: MessageBatch | None,
    now: datetime,
    details: Sequence[str] = (),
    rest: Draft | None = None,
    names: BatchNames | None = None,
    deleted_by: str | None = None,
) -> Message:
    """Return the message of a stored notice; `batch` is as last seen, `deleted_by` the user who deleted it here.

    Raises ValueError or KeyError if what is stored cannot be read.
    """
    payload = notice.payload
    if notice.event == "digest" or "blocks" in payload:
        return Message(str(payload["text"]), tuple(payload["blocks"]), public=True)
    if notice.event == "act":
        words = str(payload["words"])
        return Message(words, (section(words),), public=True)
    if notice.event == "appeared":
        return render_more_batches(int(payload["more"]))
    if batch is None:
        raise ValueError(f"a notice of {notice.event} without its batch")
    seen = payload.get("last_seen")
    about = NoticeContext(
        batch,
        notice.mentions,
        now,
        last_seen=datetime.fromisoformat(seen) if seen else None,
        deleted_here=bool(payload.get("through_me")),
        deleted_by=deleted_by if payload.get("through_me") else None,
        details=details,
        rest=rest,
        names=names,
    )
    return render_notice(notice.event, about)


def render_more_batches(count: int) -> Message:
    """Return how many batches appeared at once beyond those that have a card in the feed."""
    post = "a card" if count == 1 else "cards"
    new = quantity(count, "more new batch", "more new batches")
    words = f"{new} appeared in the API. I post no {post} for so many at once."
    return Message(words, (section(words), *actions([button("All batches", List())])), public=True)


def render_notice(event: BatchEvent, about: NoticeContext) -> Message:
    """Return a message that mentions each person once."""
    match event:
        case "ended":
            return _render_event(about, "")
        case "canceled":
            return _render_event(about, billed_words(about.batch))
        case "gone":
            how = "Deleted" if about.deleted_here else "Deleted elsewhere"
            title = f"🗑️ {how} · {about.display_name}"
            by = about.deleted_by
            words = deleted_by_words(by) if by else deletion_words(about.last_seen, about.deleted_here)
            return _render_event(about, words, title=title, opens=False)
        case "expires_soon":
            return _render_event(about, _expiry_words(about), title=f"⏳ {about.display_name} · expires soon")
        case "results_expire_7d" | "results_expire_1d":
            return _render_event(
                about, _results_expiry_words(about), title=f"⏳ {about.display_name} · results expire soon"
            )
        case "unseen":
            return _render_event(
                about, not_seen_words(about.last_seen), title=f"⚪ {about.display_name} · not seen in the API lately"
            )
        case unreachable:
            assert_never(unreachable)


def _expiry_words(about: NoticeContext) -> str:
    state = "canceling" if about.batch.processing_status == "canceling" else "running"
    left = duration(about.batch.expires_at - about.now)
    return (
        f"{quantity(about.batch.request_counts.total, 'request')} · still {state}. The batch expires in {left}, "
        f"{date(about.batch.expires_at)}. Requests that are not finished by then expire and are not billed."
    )


def _results_expiry_words(about: NoticeContext) -> str:
    until = about.batch.readable_until
    outcome = outcome_words(about.batch.request_counts)
    return (
        f"{outcome[0].upper()}{outcome[1:]}. No one has downloaded the results through Batchdesk. They are "
        f"available until {date(until)}, for {more_time(until - about.now)}. Download them before then."
    )


def _render_event(about: NoticeContext, words: str, title: str | None = None, *, opens: bool = True) -> Message:
    title = title or first_line(about.batch, about.names)
    who = " ".join(f"<@{user}>" for user in about.mentions)
    lines = "\n".join(filter(None, [f"*{safe_text(title)}*", code(about.batch.id), words]))
    more: tuple[Block, ...] = (context("\n".join(about.details)),) if about.details else ()
    look = button("Open", Status(Reference(about.batch.id)), spoken=f"Open {about.display_name[:60]}")
    text = f"{who} {safe_text(title)} ({safe_text(about.batch.id)}). {words}".strip()
    text = f"{text.rstrip('.')}. {rest_words(about.rest)}" if about.rest else text
    asks = (section(rest_words(about.rest)), *rest_buttons(about.rest)) if about.rest else ()
    blocks = (section(f"{who} {lines}".strip()), *more, *actions([look] if opens else []), *asks)
    return Message(text, blocks, public=True)
