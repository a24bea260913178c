"""How the simulated Slack refuses a call."""

from collections.abc import Sequence

from bot.playground.slack_simulator.block_kit.rules import Problem
from bot.playground.slack_simulator.records import Json


class Refusal(Exception):
    """An answer of `ok: false`, with Slack's error code and further fields."""

    def __init__(
        self, error: str, *, problems: Sequence[Problem | str] = (), status: int = 200, **more: object
    ) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.answer: Json = {"ok": False, "error": error, **more}
        if problems:
            words = [str(problem) for problem in problems]
            if error == "invalid_blocks":
                self.answer["errors"] = words
            self.answer["response_metadata"] = {"messages": [f"[ERROR] {line}" for line in words]}


def refuse_missing_field(name: str) -> Refusal:
    """Return the refusal of a call without a required argument."""
    return Refusal("invalid_arguments", problems=[Problem(f"missing required field: {name}", "/")])
