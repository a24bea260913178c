"""Models that retire, in the questions before their requests are sent."""

from collections.abc import Sequence
from typing import assert_never

from bot.operations.retirements import RetirementState, RetiringModel, list_due
from bot.ui.components.text import code, date, number, quantity


def retirement_lines(retiring: Sequence[RetiringModel]) -> list[str]:
    """Return a line for each model: when it retires, how many requests use it, and what may happen to them."""
    return [_retirement_line(model) for model in retiring]


def _retirement_line(model: RetiringModel) -> str:
    words = f"{code(model.name, 80)} {retirement_words(model)}"
    requests = quantity(model.requests, "request")
    match model.state:
        case RetirementState.PLANNED:
            return f"{words} · {requests}"
        case RetirementState.SOON:
            return f"{words}. {_waiting_sentence(model.requests, 'by then')}"
        case RetirementState.OVERDUE:
            return f"{words} and may stop at any time. {_waiting_sentence(model.requests, 'when it stops')}"
        case RetirementState.RETIRED:
            return f"{words}. Its {requests} will fail."
        case unreachable:
            assert_never(unreachable)


def _waiting_sentence(requests: int, by_then: str) -> str:
    if requests == 1:
        return f"Its request fails if it hasn't run {by_then}."
    return f"Those of its {quantity(requests, 'request')} that haven't run {by_then} will fail."


def retirement_words(model: RetiringModel) -> str:
    """Return when a model retires, as what follows its name."""
    day = "" if model.retires_at is None else f" {date(model.retires_at)}"
    match model.state:
        case RetirementState.PLANNED:
            return f"retires{day}" if day else "is deprecated, without a retirement date yet"
        case RetirementState.SOON:
            return f"retires{day}"
        case RetirementState.OVERDUE:
            return f"was due to retire{day}"
        case RetirementState.RETIRED:
            return f"retired{day}" if day else "has retired"
        case unreachable:
            assert_never(unreachable)


def title_ending(retiring: Sequence[RetiringModel], requests: int) -> str:
    """Return how the title of a question about so many requests ends if a model of them is about to retire."""
    due = list_due(retiring)
    if not due:
        return ""
    affected = sum(model.requests for model in due)
    share = "" if affected >= requests else f", {number(affected)} of them"
    model = "a model" if len(due) == 1 else "models"
    if all(one.state is RetirementState.RETIRED for one in due):
        return f"{share} to {'a retired model' if len(due) == 1 else 'retired models'}"
    if any(one.state is RetirementState.RETIRED for one in due):
        return f"{share} to models that have retired or soon will"
    return f"{share} to {model} about to retire"
