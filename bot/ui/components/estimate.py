"""The models and the estimated cost of a draft, in words."""

from decimal import Decimal

from bot.pricing.amounts import format_usd
from bot.requests.estimate import Estimate, EstimateBasis
from bot.ui.components.text import code, number, quantity

MOST_MODELS = 3
_CENT = Decimal("0.01")


def cost_words(estimate: Estimate) -> str:
    """Return `up to $0.29`, `$1.20 to $3.40`, `at least $0.13` without the price of a model, or `unknown`."""
    if all(model.high is None for model in estimate.models):
        return "unknown"
    low = format_usd(estimate.low)
    high = format_usd(max(estimate.high, _CENT))
    if estimate.unpriced_models:
        return f"at least {low}" if estimate.low >= _CENT else "unknown"
    return f"up to {high}" if estimate.low < _CENT or low == high else f"{low} to {high}"


def estimate_lines(estimate: Estimate) -> list[str]:
    """Return the models with their requests, and the estimated cost with what it leaves out."""
    unpriced = estimate.unpriced_models
    gaps = f" No price is known for {_name_list(unpriced)}." if unpriced else ""
    rough = (
        " The estimate is rough, because I couldn't count the tokens."
        if estimate.basis is EstimateBasis.BY_CHARACTERS
        else ""
    )
    cost = cost_words(estimate)
    end = "." if gaps or rough else ""
    return [*_model_lines(estimate), f"*Estimated cost:* {cost}{end}{gaps}{rough}"]


def _model_lines(estimate: Estimate) -> list[str]:
    models = estimate.models
    if not models:
        return []
    if len(models) == 1:
        tokens = f"{number(models[0].input_tokens)} tokens in, up to {number(models[0].max_output_tokens)} out"
        return [f"*Model:* {code(models[0].model, 80)} · about {tokens}"]
    shown = ", ".join(f"{number(one.requests)} × {code(one.model, 80)}" for one in models[:MOST_MODELS])
    return [f"*Models:* {shown}{_more(len(models) - MOST_MODELS)}"]


def _name_list(names: tuple[str, ...]) -> str:
    return ", ".join(code(name, 80) for name in names[:MOST_MODELS]) + _more(len(names) - MOST_MODELS)


def _more(count: int) -> str:
    return f" and {quantity(count, 'more model')}" if count > 0 else ""
