"""What a draft will cost, in words."""

from bot.requests.estimate import Estimate, EstimateBasis, ModelEstimate
from bot.ui.components.money import usd
from bot.ui.components.text import code, number, quantity

MOST_MODELS = 8
_BASIS = {
    EstimateBasis.COUNTED: "Input tokens were counted by the API on a sample.",
    EstimateBasis.BY_CHARACTERS: "Input tokens are a guess from the number of characters: they could not be counted.",
}


def cost_line(reckoned: Estimate) -> str:
    """Return the range, in a few words."""
    known = [one for one in reckoned.models if one.high is not None]
    if not known:
        return "Cost: unknown, no price is known for its models"
    least = "at least " if reckoned.unpriced_models else ""
    return f"Cost: {least}{_range(usd(reckoned.low), usd(reckoned.high))}"


def cost_breakdown(reckoned: Estimate) -> str:
    """Return the range with what it is made of, model by model."""
    lines = [f"*{cost_line(reckoned)}* (input alone, to every answer using up its `max_tokens`; batch prices)"]
    lines += [_model_line(one) for one in reckoned.models[:MOST_MODELS]]
    more = len(reckoned.models) - MOST_MODELS
    lines += [f"and {quantity(more, 'more model')}"] if more > 0 else []
    return "\n".join([*lines, _BASIS[reckoned.basis]])


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _model_line(one: ModelEstimate) -> str:
    price = "no price is known" if one.low is None or one.high is None else _range(usd(one.low), usd(one.high))
    tokens = f"about {number(one.input_tokens)} tokens in, at most {number(one.max_output_tokens)} out"
    return f"{code(one.model, 80)} {quantity(one.requests, 'request')}, {tokens}: {price}"
