"""The models and the estimated cost of a draft, in words."""

from decimal import Decimal

from bot.pricing.amounts import format_usd
from bot.requests.estimate import ATTACHMENTS, Estimate, EstimateBasis
from bot.ui.components.text import code, number, quantity

MOST_MODELS = 3
_CENT = Decimal("0.01")


def cost_words(estimate: Estimate) -> str:
    """Return `up to $0.29`, `$1.20 to $3.40`, `at least $0.13` without an upper bound, or `unknown`."""
    if all(model.high is None for model in estimate.models):
        return "unknown"
    low = format_usd(estimate.low)
    if estimate.bound is None:
        return f"at least {low}" if estimate.low >= _CENT else "unknown"
    high = format_usd(max(estimate.high, _CENT))
    return f"up to {high}" if estimate.low < _CENT or low == high else f"{low} to {high}"


def estimate_lines(estimate: Estimate) -> list[str]:
    """Return the models with their requests, and the estimated cost with what it leaves out."""
    notes = [*gap_sentences(estimate)]
    if estimate.searches and estimate.bound is not None:
        notes.append(f"That includes up to {quantity(estimate.searches, 'web search', 'web searches')}.")
    if estimate.basis is EstimateBasis.BY_CHARACTERS:
        notes.append("The estimate is rough, because I couldn't count the tokens.")
    cost = cost_words(estimate)
    return [*_model_lines(estimate), " ".join([f"*Estimated cost:* {cost}{'.' if notes else ''}", *notes])]


def gap_sentences(estimate: Estimate) -> list[str]:
    """Return what keeps the cost from having an upper bound, and why; nothing if it has one."""
    sentences = []
    if unpriced := estimate.unpriced_models:
        sentences.append(f"No price is known for {_name_list(unpriced)}.")
    names = tuple(part.name for part in estimate.unbounded)
    if tools := tuple(name for name in names if name not in ("", ATTACHMENTS)):
        sentences.append(f"Nothing limits the cost of {_name_list(tools, 'more tool')}.")
    if ATTACHMENTS in names:
        sentences.append("I couldn't count the tokens of its attachments.")
    if "" in names:
        sentences.append("An earlier version of Batchdesk estimated it. Upload the file again for an upper bound.")
    return sentences


def _model_lines(estimate: Estimate) -> list[str]:
    models = estimate.models
    if not models:
        return []
    if len(models) == 1:
        tokens = f"{number(models[0].input_tokens)} tokens in, up to {number(models[0].max_output_tokens)} out"
        return [f"*Model:* {code(models[0].model, 80)} · about {tokens}"]
    shown = ", ".join(f"{number(one.requests)} × {code(one.model, 80)}" for one in models[:MOST_MODELS])
    return [f"*Models:* {shown}{_more(len(models) - MOST_MODELS)}"]


def _name_list(names: tuple[str, ...], noun: str = "more model") -> str:
    return ", ".join(code(name, 80) for name in names[:MOST_MODELS]) + _more(len(names) - MOST_MODELS, noun)


def _more(count: int, noun: str = "more model") -> str:
    return f" and {quantity(count, noun)}" if count > 0 else ""
