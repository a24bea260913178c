"""Real-looking causes of failure, as the API words them in results."""

from dataclasses import dataclass

from bot.playground.api_simulator.ids import chance
from bot.playground.api_simulator.requests import Failure


@dataclass(frozen=True, slots=True)
class Cause:
    """A kind of failure; `{number}` in its words becomes a figure of the single request's own."""

    type: str
    message: str
    while_running: bool = False
    low: int = 0
    high: int = 0

    def failure(self, *seed: object) -> Failure:
        """This cause as it befell one request."""
        number = self.low + int((self.high - self.low) * chance("cause", *seed))
        return Failure(self.type, self.message.replace("{number}", str(number)), self.while_running)


CAUSES = {
    "max_tokens_too_large": Cause(
        "invalid_request_error",
        "max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for "
        "claude-haiku-4-5-20251001",
    ),
    "prompt_too_long": Cause(
        "invalid_request_error", "prompt is too long: {number} tokens > 200000 maximum", low=200_100, high=264_000
    ),
    "messages_missing": Cause("invalid_request_error", "messages: Field required"),
    "empty_content": Cause(
        "invalid_request_error",
        "messages.{number}: all messages must have non-empty content except for the optional final assistant message",
        high=6,
    ),
    "unknown_model": Cause("not_found_error", "model: claude-haiku-4.5"),
    "image_not_fetched": Cause(
        "invalid_request_error", "messages.0.content.{number}.image.source.url: Unable to download the file.", high=4
    ),
    "overloaded": Cause("overloaded_error", "Overloaded", while_running=True),
    "api_error": Cause("api_error", "Internal server error", while_running=True),
}
"""By the name the builders and the control endpoint know them by."""
