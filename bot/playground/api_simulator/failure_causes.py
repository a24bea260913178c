"""Causes of failed requests, in the words that the API uses in results."""

from dataclasses import dataclass

from bot.playground.api_simulator.ids import draw_fraction
from bot.playground.api_simulator.requests import Failure


@dataclass(frozen=True, slots=True)
class FailureCause:
    """A kind of failure. `{number}` in its message is replaced by a number of each request's own."""

    type: str
    message: str
    while_running: bool = False
    low: int = 0
    high: int = 0

    def make_failure(self, *seed: object) -> Failure:
        """Return this failure for one request."""
        number = self.low + int((self.high - self.low) * draw_fraction("cause", *seed))
        return Failure(self.type, self.message.replace("{number}", str(number)), self.while_running)


CAUSES = {
    "max_tokens_too_large": FailureCause(
        "invalid_request_error",
        "max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for "
        "claude-haiku-4-5-20251001",
    ),
    "prompt_too_long": FailureCause(
        "invalid_request_error", "prompt is too long: {number} tokens > 200000 maximum", low=200_100, high=264_000
    ),
    "messages_missing": FailureCause("invalid_request_error", "messages: Field required"),
    "empty_content": FailureCause(
        "invalid_request_error",
        "messages.{number}: all messages must have non-empty content except for the optional final assistant message",
        high=6,
    ),
    "unknown_model": FailureCause("not_found_error", "model: claude-haiku-4.5"),
    "image_not_fetched": FailureCause(
        "invalid_request_error", "messages.0.content.{number}.image.source.url: Unable to download the file.", high=4
    ),
    "api_usage_limit": FailureCause(
        "invalid_request_error",
        "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.",
    ),
    "overloaded": FailureCause("overloaded_error", "Overloaded", while_running=True),
    "api_error": FailureCause("api_error", "Internal server error", while_running=True),
}
"""The names are for `BatchSpec.causes`."""
