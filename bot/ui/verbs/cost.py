"""How spending looks: the total, a picture of it by day, and a row a model or a day."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from bot.commands.cost import By, Cost, CostOutcome, CostShown
from bot.operations.cost_totals import CostRow
from bot.ui.components.buttons import actions, button
from bot.ui.components.money import amount_words, cost_gaps
from bot.ui.components.text import code, context, header, quantity, section
from bot.ui.reply import Block, Message, Viewer

MOST_BARS = 20
"""Points a series of Slack's chart block may have (Slack docs, data visualization block)."""
MOST_ROWS = 15


def render_cost(outcome: CostOutcome, viewer: Viewer) -> Message:
    """Return what was spent; where Slack does not take the chart, the days are rows."""
    total = amount_words(outcome.cost.amount, complete=outcome.complete) if outcome.read else "nothing to add up"
    title = f"Cost of the last {_span(outcome.query.since)}: {total}"
    counted_in = [
        f"{quantity(outcome.read, 'batch', 'batches')} that ended, created {outcome.since:%Y-%m-%d %H:%M} UTC or later"
    ]
    if outcome.unfinished:
        counted_in.append(f"{outcome.unfinished} still running and not counted")
    loud = _incomplete(outcome)
    top = (header(title), section(", ".join(counted_in)))
    warnings = (section("\n".join(f"⚠️ {line}" for line in loud)),) if loud else ()
    rows = _rows(outcome)
    end = (*_foot(outcome), *actions(_buttons(outcome)))
    picture = _picture(outcome)
    days = () if outcome.query.by == "day" else _section_of("*By day (UTC)*", _day_rows(outcome))
    spoken = _first([_line(row, outcome.query.by) for row in _wanted(outcome)])
    text = ". ".join([title, *counted_in, *loud, *spoken]) + "."
    return Message(
        text,
        (*top, *warnings, *picture, *rows, *end),
        public=outcome.query.public,
        simpler=(*top, *warnings, *rows, *days, *end) if picture else None,
    )


def _span(since: str) -> str:
    """Return `7d` in words, as "7 days"; the last one day is "day"."""
    count, unit = int(since[:-1]), {"h": "hour", "d": "day", "w": "week"}[since[-1]]
    return unit if count == 1 else quantity(count, unit)


def bars(days: Sequence[tuple[date, CostRow]], most: int = MOST_BARS) -> list[tuple[str, Decimal]]:
    """Return every day from the first to the last with its amount, days without a batch too; whole spans if many."""
    if not days:
        return []
    first, last = days[0][0], days[-1][0]
    span = -(-((last - first).days + 1) // most)
    amounts = [Decimal(0)] * (((last - first).days // span) + 1)
    for day, row in days:
        amounts[(day - first).days // span] += row.amount
    starts = [first + timedelta(days=position * span) for position in range(len(amounts))]
    return [(f"{start:%b} {start.day}", amount) for start, amount in zip(starts, amounts, strict=True)]


def _picture(outcome: CostShown) -> tuple[Block, ...]:
    points = bars(outcome.by_day)
    if len(points) < 2 or not outcome.cost.amount:
        return ()
    first, last = outcome.by_day[0][0], outcome.by_day[-1][0]
    span = -(-((last - first).days + 1) // MOST_BARS)
    data = [{"label": label, "value": float(round(amount, 4))} for label, amount in points]
    chart = {
        "type": "bar",
        "series": [{"name": "USD", "data": data}],
        "axis_config": {
            "categories": [label for label, _ in points],
            "x_label": "day of creation (UTC)" if span == 1 else f"{span} days a bar, by creation (UTC)",
            "y_label": "USD",
        },
    }
    return ({"type": "data_visualization", "title": "Spend by day", "chart": chart},)


def _incomplete(outcome: CostShown) -> list[str]:
    lines = cost_gaps(outcome.cost)
    gone, failed = (sum(each.gone is kind for each in outcome.unread) for kind in (True, False))
    of = quantity(outcome.read + len(outcome.unread), "batch", "batches")
    if failed:
        lines.append(f"{failed} of {of} could not be read just now: ask again")
    if gone:
        lines.append(f"{gone} of {of} could not be read: the results are no longer kept")
    if outcome.more:
        lines.append("there are more batches in this range than I look at: ask for a shorter one")
    return lines


def _wanted(outcome: CostShown) -> Sequence[CostRow]:
    if outcome.query.by == "day":
        return [row for _, row in reversed(outcome.by_day)]
    return outcome.by_model if outcome.query.by == "model" else outcome.by_name


def _rows(outcome: CostShown) -> tuple[Block, ...]:
    if outcome.query.by == "day":
        return _section_of("*By day (UTC)*", _day_rows(outcome))
    return _section_of(f"*By {outcome.query.by}*", [_line(row, outcome.query.by) for row in _wanted(outcome)])


def _day_rows(outcome: CostShown) -> list[str]:
    return [_line(row) for _, row in reversed(outcome.by_day)]


def _section_of(title: str, lines: Sequence[str]) -> tuple[Block, ...]:
    return (section("\n".join([title, *_first(lines)])),) if lines else ()


def _first(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - MOST_ROWS
    return [*lines[:MOST_ROWS], *([f"and {rest} more"] if rest > 0 else [])]


def _line(row: CostRow, by: By = "model") -> str:
    amount = amount_words(row.amount, complete=row.complete)
    of = f"{quantity(row.requests, 'answer')} in {quantity(row.batches, 'batch', 'batches')}"
    return f"{_name(row, by)}  *{amount}*, {of}"


def _name(row: CostRow, by: By) -> str:
    if by == "owner":
        return f"<@{row.name}>" if row.name else "owner unknown"
    return code(row.name, 80) if row.name or by != "label" else "without a label"


def _foot(outcome: CostShown) -> tuple[Block, ...]:
    prices = f" Batch prices of {outcome.priced_on:%Y-%m-%d}." if outcome.priced_on else ""
    return (context(f"From the tokens in the results, at list prices; not an invoice.{prices}"),)


def _buttons(outcome: CostShown) -> list[Block]:
    query = outcome.query
    other = Cost(query.since, "day" if query.by == "model" else "model", public=query.public)
    buttons = [button(f"By {other.by}", other, renew=True)]
    if any(not each.gone for each in outcome.unread):
        buttons.append(button("Try again", query, renew=True))
    return buttons
