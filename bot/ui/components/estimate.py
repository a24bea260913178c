"""The estimated cost of a draft, in words."""

from bot.requests.estimate import Estimate, EstimateBasis, ModelEstimate
from bot.ui.components.money import usd
from bot.ui.components.text import code, number, quantity

MOST_MODELS = 8
_BASIS = {
    EstimateBasis.COUNTED: "Input tokens were counted by the API on a sample.",
    EstimateBasis.BY_CHARACTERS: "Input tokens are a guess from the number of characters: they could not be counted.",
}


def cost_line(estimate: Estimate) -> str:
    """Return the cost range on model line."""
    known = [model for model in estimate.models if model.high is not None]
    if not known:
        return "Cost: unknown, no price is known for its models"
    least = "at least " if estimate.unpriced_models else ""
    return f"Cost: {least}{_range(usd(estimate.low), usd(estimate.high))}"


def cost_breakdown(estimate: Estimate) -> str:
    """Return the cost range, with a line for each model and how its tokens were counted."""
    lines = [f"*{cost_line(estimate)}* (input alone, to every answer using up its `max_tokens`; batch prices)"]
    lines += [_model_line(model) for model in estimate.models[:MOST_MODELS]]
    more = len(estimate.models) - MOST_MODELS
    lines += [f"and {quantity(more, 'more model')}"] if more > 0 else []
    return "\n".join([*lines, _BASIS[estimate.basis]])


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _model_line(model: ModelEstimate) -> str:
    price = "no price is known" if model.low is None or model.high is None else _range(usd(model.low), usd(model.high))
    tokens = f"about {number(model.input_tokens)} tokens in, at most {number(model.max_output_tokens)} out"
    return f"{code(model.model, 80)} {quantity(model.requests, 'request')}, {tokens}: {price}"
