"""The comparison of what batches cost with what Anthropic bills."""

from msgspec.structs import replace

from bot.commands.cost import Cost, CostChecked
from bot.operations.bill_check import CENT, BillCheck, ModelCheck
from bot.pricing.amounts import format_amount, format_usd
from bot.ui.components.bill import (
    billed_words,
    difference_words,
    explanations,
    ours_words,
    verdict_words,
    week_words,
)
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import code, context, fields, header, quantity, section
from bot.ui.components.text import date as date_token
from bot.ui.reply import Block, Message

MOST_MODELS = 15
_FEW = 8
"""More rows are folded behind Slack's "See more"."""
_FEW_REASONS = 4
"""The same for what may explain a difference."""


def render_cost_check(outcome: CostChecked) -> Message:
    """Return both figures, by model, and what may explain a difference."""
    check = outcome.check
    verdict = f"{_find_mark(check)} {verdict_words(check)}"
    where = f" Workspace {code(check.workspace_id, 80)}." if check.workspace_id else ""
    facts = [
        ("Batchdesk", ours_words(check)),
        ("Anthropic", format_usd(check.listed)),
        ("Difference", "none" if check.agrees else difference_words(check.difference, check.ours)),
        ("Billed", billed_words(check)),
    ]
    models = [_model_line(row) for row in check.models[:MOST_MODELS]]
    rest = len(check.models) - len(models)
    models += [f"and {rest} more"] if rest > 0 else []
    reasons = explanations(check)
    title = "*What limits the figures*" if check.agrees else "*What may explain it*"
    blocks = [header(verdict), section(f"{week_words(check)} · message batches at list prices"), fields(facts)]
    if models:
        blocks.append(section("\n".join(["*By model*", *models]), folded=len(models) > _FEW))
    if reasons:
        listed = [f"– {reason}" for reason in reasons]
        blocks.append(section("\n".join([title, *listed]), folded=len(reasons) > _FEW_REASONS))
    blocks.append(context(f"{_freshness_words(check)} Before credits and taxes.{where}"))
    blocks += actions(_list_buttons(outcome))
    spoken = [f"{label}: {words}" for label, words in facts]
    text = ". ".join([verdict, week_words(check), *spoken, *(line.removesuffix(".") for line in reasons)]) + "."
    return Message(text, tuple(blocks), public=outcome.query.public)


def _find_mark(check: BillCheck) -> str:
    if check.is_late:
        return "⏳"
    return "✅" if check.agrees else "⚠️"


def _model_line(row: ModelCheck) -> str:
    name = code(row.model, 80) if row.model else "no model"
    ours = format_amount(row.ours, complete=row.complete)
    figures = f"{name}  Batchdesk {ours} · Anthropic {format_usd(row.listed)} · billed {format_usd(row.billed)}"
    difference = row.listed - row.ours
    return figures if abs(difference) < CENT else f"{figures} · *{difference_words(difference, row.ours)}*"


def _freshness_words(check: BillCheck) -> str:
    if check.refreshed_at is None:
        return "Anthropic doesn't say until when its figures are complete."
    return f"Anthropic's figures are complete until {date_token(check.refreshed_at)}."


def _list_buttons(outcome: CostChecked) -> list[Block]:
    query = replace(outcome.query, export=False, read=False)
    buttons = []
    if outcome.check.unread:
        label = f"Read {quantity(outcome.check.unread, 'batch', 'batches')}"
        buttons.append(button(label, replace(query, read=True), renew=True, style="primary"))
    buttons.append(button("Check again", query, renew=True))
    buttons.append(button("Batchdesk's figures", Cost(query.since, public=query.public)))
    return buttons
