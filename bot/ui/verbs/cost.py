"""The cost of batches: the total, a chart by day, and a row for each model, label, owner or day."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import assert_never

from bot.commands.cost import By, Cost, CostChecked, CostExported, CostOutcome, CostShown, ExportedBatch
from bot.operations.cost_totals import CostRow
from bot.pricing.amounts import format_amount
from bot.pricing.tokens import Tokens
from bot.results.spreadsheet import Cell, write_csv
from bot.results.summary import ModelUse
from bot.ui.components.bill_check import render_cost_check
from bot.ui.components.buttons import actions, button
from bot.ui.components.money import cost_gaps
from bot.ui.components.text import code, context, end_sentence, header, quantity, section
from bot.ui.components.text import date as date_token
from bot.ui.reply import Block, File, Message, Viewer

MOST_BARS = 20
"""The most points of a series in Slack's chart block (docs.slack.dev, data visualization block)."""
MOST_ROWS = 15
MOST_UNFOLDED = 8
"""Rows above this number are folded behind Slack's "See more"."""


_COLUMNS = (
    "workspace_id",
    "batch_id",
    "created_at",
    "ended_at",
    "deleted_at",
    "label",
    "owner",
    "model",
    "requests",
    "input_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "output_tokens",
    "thinking_tokens",
    "web_searches",
    "cost_usd",
    "cost_is",
    "prices_of",
)


def render_cost(outcome: CostOutcome, viewer: Viewer) -> Message | File:
    """Return what was spent, the ledger as a file, or the comparison with Anthropic's bill."""
    match outcome:
        case CostShown():
            return _render_total(outcome)
        case CostExported():
            return _render_export(outcome, viewer)
        case CostChecked():
            return render_cost_check(outcome)
        case unreachable:
            assert_never(unreachable)


def _render_export(outcome: CostExported, viewer: Viewer) -> File:
    rows = [row for each in outcome.batches for row in _export_rows(each)]
    batches = quantity(len(outcome.batches), "batch", "batches")
    text = f"📄 Sent you the cost of the last {_span_words(outcome.query.since)} · {batches}"
    return File(
        name=f"batchdesk-cost-{viewer.now:%Y-%m-%d}.csv",
        title="Batchdesk cost",
        content=write_csv((_COLUMNS, *rows)),
        message=Message(text, (section(text),)),
        public=outcome.query.public,
    )


def _export_rows(batch: ExportedBatch) -> list[tuple[Cell, ...]]:
    """Return a row for each model, whose amounts add up to the cost of the batch."""
    row = batch.row
    moments = [each.isoformat() if each else "" for each in (row.created_at, row.ended_at, row.deleted_at)]
    start = (row.workspace_id, row.batch_id, *moments, row.label or "", row.owner or "")
    if batch.spent is None:
        return [(*start, *[""] * 10, "never read", "")]
    spent = batch.spent
    whole = "complete" if spent.cost.complete else "at least"
    uses = spent.models or (ModelUse("", 0, Tokens(), spent.cost.amount),)
    return [
        (
            *start,
            use.model,
            use.requests,
            use.tokens.input,
            use.tokens.write_5m,
            use.tokens.write_1h,
            use.tokens.read,
            use.tokens.output,
            use.tokens.thinking,
            use.web_searches + use.priced_searches,
            use.known_cost,
            whole,
            row.priced_on or "",
        )
        for use in uses
    ]


def _render_total(outcome: CostShown) -> Message:
    """Return what was spent. Where Slack rejects the chart, the days are rows instead."""
    if not (outcome.read or outcome.unread or outcome.deleted.unread or outcome.more):
        return _render_nothing(outcome)
    total = format_amount(outcome.cost.amount, complete=outcome.complete)
    title = f"Cost of the last {_span_words(outcome.query.since)}: {total}"
    counted = " ".join(_counted_sentences(outcome))
    gaps = _incomplete_lines(outcome)
    top = (header(title), section(counted))
    warnings = (section("\n".join(f"⚠️ {line}" for line in gaps)),) if gaps else ()
    rows = _row_blocks(outcome)
    end = (*_footer(outcome), *actions(_buttons(outcome)))
    chart_blocks = _chart(outcome)
    days = () if outcome.query.by == "day" else _list_section("*By day (UTC)*", _day_lines(outcome))
    spoken = _cut_lines([_row_line(row, outcome.query.by) for row in _chosen_rows(outcome)])
    facts = [counted.removesuffix("."), *(gap.removesuffix(".") for gap in gaps), *spoken]
    text = ". ".join([title, *facts]) + "."
    return Message(
        text,
        (*top, *warnings, *chart_blocks, *rows, *end),
        public=outcome.query.public,
        fallback_blocks=(*top, *warnings, *rows, *days, *end) if chart_blocks else None,
    )


def _counted_sentences(outcome: CostShown) -> list[str]:
    """Return which batches the total has, and which it has not."""
    were = "was" if outcome.read == 1 else "were"
    batches = quantity(outcome.read, "ended batch", "ended batches")
    sentences = [f"{batches} {were} created since {date_token(outcome.since)}."]
    if outcome.deleted.batches:
        amount = format_amount(outcome.deleted.amount, complete=outcome.deleted.complete)
        deleted = quantity(outcome.deleted.batches, "deleted batch", "deleted batches")
        known = f"{deleted} of unknown cost" if amount == "unknown" else f"{amount} in {deleted}"
        sentences.append(f"The total includes {known}.")
    if outcome.unfinished:
        havent, their = ("hasn't", "its") if outcome.unfinished == 1 else ("haven't", "their")
        batches = quantity(outcome.unfinished, "batch", "batches")
        sentences.append(f"{batches} {havent} ended, so {their} cost is not included.")
    return sentences


def _render_nothing(outcome: CostShown) -> Message:
    title = f"No ended batches in the last {_span_words(outcome.query.since)}"
    facts = [f"Looked at batches created since {date_token(outcome.since)}."]
    if outcome.unfinished:
        havent, their = ("hasn't", "Its") if outcome.unfinished == 1 else ("haven't", "Their")
        running = quantity(outcome.unfinished, "batch", "batches")
        facts.append(f"{running} {havent} ended. {their} cost is known after the end.")
    words = " ".join(facts)
    return Message(f"{title}. {words}", (header(title), section(words)), public=outcome.query.public)


def _span_words(since: str) -> str:
    """Return the span in words for "the last …": `7d` is "7 days", `1d` is "day"."""
    count = int(since[:-1])
    unit = {"h": "hour", "d": "day", "w": "week"}[since[-1]]
    return unit if count == 1 else quantity(count, unit)


def make_bars(days: Sequence[tuple[date, CostRow]], most: int = MOST_BARS) -> list[tuple[str, Decimal]]:
    """Return a bar for every day from the first to the last, also for days without a batch.

    More than `most` days are grouped into spans of equal length.
    """
    if not days:
        return []
    first = days[0][0]
    last = days[-1][0]
    span = -(-((last - first).days + 1) // most)
    amounts = [Decimal(0)] * (((last - first).days // span) + 1)
    for day, row in days:
        amounts[(day - first).days // span] += row.amount
    starts = [first + timedelta(days=position * span) for position in range(len(amounts))]
    return [(f"{start:%b} {start.day}", amount) for start, amount in zip(starts, amounts, strict=True)]


def _chart(outcome: CostShown) -> tuple[Block, ...]:
    points = make_bars(outcome.by_day)
    if len(points) < 2 or not outcome.cost.amount:
        return ()
    first = outcome.by_day[0][0]
    last = outcome.by_day[-1][0]
    span = -(-((last - first).days + 1) // MOST_BARS)
    data = [{"label": label, "value": float(round(amount, 4))} for label, amount in points]
    chart = {
        "type": "bar",
        "series": [{"name": "USD", "data": data}],
        "axis_config": {
            "categories": [label for label, _ in points],
            "x_label": "day of creation (UTC)" if span == 1 else f"{span} days per bar, by day of creation (UTC)",
            "y_label": "USD",
        },
    }
    return (
        {"type": "data_visualization", "title": "Spend by day" if span == 1 else "Spend over time", "chart": chart},
    )


def _incomplete_lines(outcome: CostShown) -> list[str]:
    lines = [end_sentence(f"{gap[0].upper()}{gap[1:]}") for gap in cost_gaps(outcome.cost)]
    gone, failed = (sum(each.gone is kind for each in outcome.unread) for kind in (True, False))
    share = quantity(outcome.read + len(outcome.unread), "batch", "batches")
    if failed:
        lines.append(f"{failed} of {share} couldn't be read just now. Try again.")
    if gone:
        lines.append(f"{gone} of {share} couldn't be read, because the results have expired.")
    if outcome.deleted.unread:
        were = "was" if outcome.deleted.unread == 1 else "were"
        deleted = quantity(outcome.deleted.unread, "deleted batch", "deleted batches")
        costs = "its cost is" if outcome.deleted.unread == 1 else "their costs are"
        lines.append(f"{deleted} {were} never read, so {costs} not included.")
    if outcome.more:
        lines.append("There are more batches than I read. Add a shorter `--since`.")
    return lines


def _chosen_rows(outcome: CostShown) -> Sequence[CostRow]:
    if outcome.query.by == "day":
        return [row for _, row in reversed(outcome.by_day)]
    return outcome.by_model if outcome.query.by == "model" else outcome.by_name


def _row_blocks(outcome: CostShown) -> tuple[Block, ...]:
    if outcome.query.by == "day":
        return _list_section("*By day (UTC)*", _day_lines(outcome))
    return _list_section(
        f"*By {outcome.query.by}*", [_row_line(row, outcome.query.by) for row in _chosen_rows(outcome)]
    )


def _day_lines(outcome: CostShown) -> list[str]:
    return [_row_line(row) for _, row in reversed(outcome.by_day)]


def _list_section(title: str, lines: Sequence[str]) -> tuple[Block, ...]:
    return (section("\n".join([title, *_cut_lines(lines)]), folded=len(lines) > MOST_UNFOLDED),) if lines else ()


def _cut_lines(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - MOST_ROWS
    return [*lines[:MOST_ROWS], *([f"and {rest} more"] if rest > 0 else [])]


def _row_line(row: CostRow, by: By = "model") -> str:
    amount = format_amount(row.amount, complete=row.complete)
    share = f"{quantity(row.requests, 'answer')} in {quantity(row.batches, 'batch', 'batches')}"
    return f"{_row_name(row, by)}  *{amount}*, {share}"


def _row_name(row: CostRow, by: By) -> str:
    if by == "owner":
        return f"<@{row.name}>" if row.name else "no owner"
    return code(row.name, 80) if row.name or by != "label" else "no label"


def _footer(outcome: CostShown) -> tuple[Block, ...]:
    prices = f" Batch prices of {outcome.priced_on:%Y-%m-%d}." if outcome.priced_on else ""
    return (context(f"From the tokens in the results, at list prices. Not an invoice.{prices}"),)


def _buttons(outcome: CostShown) -> list[Block]:
    query = outcome.query
    other = Cost(query.since, "day" if query.by == "model" else "model", public=query.public)
    buttons = [button(f"By {other.by}", other, renew=True)]
    if any(not each.gone for each in outcome.unread):
        buttons.append(button("Try again", query, renew=True))
    if outcome.can_check:
        buttons.append(button("Compare with the bill", Cost(query.since, check=True, public=query.public)))
    return buttons
