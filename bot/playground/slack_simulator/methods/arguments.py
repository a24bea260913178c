"""Read the arguments of a call."""

from typing import Any

from bot.playground.slack_simulator.records import Json
from bot.playground.slack_simulator.refusals import Refusal, refuse_missing_field


def read_required(arguments: Json, name: str) -> str:
    """Return a text. Raises Refusal if it is missing."""
    value = arguments.get(name)
    if value in (None, ""):
        raise refuse_missing_field(name)
    return str(value)


def read_boolean(value: Any) -> bool:
    """Return a boolean as forms and JSON spell it."""
    return value in (True, 1, "1", "true", "True")


def read_integer(arguments: Json, name: str, default: int, high: int) -> int:
    """Return a whole number from 1 to `high`. Raises Refusal."""
    try:
        value = int(arguments.get(name) or default)
    except ValueError:
        raise Refusal("invalid_arguments", problems=[f"must be an integer [json-pointer:/{name}]"]) from None
    if not 1 <= value <= high:
        raise Refusal("invalid_limit")
    return value
