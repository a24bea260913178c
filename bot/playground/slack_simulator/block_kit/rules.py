"""The kinds of rule that Block Kit is made of. A rule takes a value and its JSON pointer, and yields problems."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Rule = Callable[[Any, str], Iterator["Problem"]]


@dataclass(frozen=True)
class Problem:
    """One problem in the words of Slack's Web API, and the JSON pointer of the value."""

    words: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.words} [json-pointer:{self.pointer}]"


def string(high: int, low: int = 0) -> Rule:
    """Require a string of `low` to `high` characters."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem("must provide a string", at)
        elif len(value) < low:
            yield Problem(f"must be more than {low - 1} characters", at)
        elif len(value) > high:
            yield Problem(f"must be less than {high + 1} characters", at)

    return check


def integer(low: int, high: int) -> Rule:
    """Require a whole number from `low` to `high`."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Problem("must provide a number", at)
        elif not low <= value <= high:
            yield Problem(f"must be between {low} and {high}", at)

    return check


def number(value: Any, at: str) -> Iterator[Problem]:
    """Require a number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield Problem("must provide a number", at)


def boolean(value: Any, at: str) -> Iterator[Problem]:
    """Require a boolean."""
    if not isinstance(value, bool):
        yield Problem("must provide a boolean", at)


def anything(value: Any, at: str) -> Iterator[Problem]:
    """Accept any value, for what only Slack itself can check."""
    yield from ()


def one_of(*allowed: Any) -> Rule:
    """Require one of these values."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if value not in allowed:
            yield Problem(f"must be one of: {', '.join(map(str, allowed))}", at)

    return check


def items(rule: Rule, high: int, low: int = 1) -> Rule:
    """Require a list of `low` to `high` items that each satisfy the rule."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem("must provide an array", at)
            return
        if len(value) < low:
            yield Problem(f"no less than {low} items allowed", at)
        if len(value) > high:
            yield Problem(f"no more than {high} items allowed", at)
        for index, item in enumerate(value):
            yield from rule(item, f"{at}/{index}")

    return check


def shape(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """Require an object with these fields and no others. `type` is checked by `by_type`."""
    known = {**(optional or {}), **required}

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at)
            return
        for key in required:
            if key not in value:
                yield Problem(f"missing required field: {key}", at)
        for key, item in value.items():
            if key in known:
                yield from known[key](item, f"{at}/{key}")
            elif key != "type":
                yield Problem(f"invalid additional property: {key}", at)

    return check


def by_type(table: Mapping[str, Rule]) -> Rule:
    """Require an object, and select its rule from a table by its `type`."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem("must provide an object", at)
            return
        kind = value.get("type")
        if kind is None:
            yield Problem("missing required field: type", at)
        elif not isinstance(kind, str) or kind not in table:
            yield Problem(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from table[kind](value, at)

    return check


def all_of(*rules: Rule) -> Rule:
    """Require that a value satisfies every rule."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        for rule in rules:
            yield from rule(value, at)

    return check


def exactly_one(*keys: str) -> Rule:
    """Require that an object has exactly one of these fields."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if isinstance(value, dict) and sum(key in value for key in keys) != 1:
            yield Problem(f"must define exactly one of: {', '.join(keys)}", at)

    return check


def at_least_one(*keys: str) -> Rule:
    """Require that an object has at least one of these fields, and that it is not empty."""

    def check(value: Any, at: str) -> Iterator[Problem]:
        if isinstance(value, dict) and not any(value.get(key) for key in keys):
            yield Problem(f"must define either {' or '.join(f'`{key}`' for key in keys)}", at)

    return check
