"""Tokens of one message or of many, by the classes that are priced differently."""

from msgspec import Struct

from bot.batches.result_parts import UsagePart


class Tokens(Struct, frozen=True):
    """Tokens by class. `input` is what was neither written to the cache nor read from it; `thinking` is in `output`."""

    input: int = 0
    write_5m: int = 0
    write_1h: int = 0
    read: int = 0
    output: int = 0
    thinking: int = 0

    @property
    def prompt(self) -> int:
        """The length of the whole prompt, by which some models are priced."""
        return self.input + self.write_5m + self.write_1h + self.read

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(
            self.input + other.input,
            self.write_5m + other.write_5m,
            self.write_1h + other.write_1h,
            self.read + other.read,
            self.output + other.output,
            self.thinking + other.thinking,
        )


def tokens_of(usage: UsagePart) -> Tokens:
    """The tokens of one message: cache writes live five minutes where the API does not say that they live longer."""
    write_5m, write_1h = cache_writes(usage)
    details = usage.output_tokens_details
    return Tokens(
        usage.input_tokens,
        write_5m,
        write_1h,
        usage.cache_read_input_tokens or 0,
        usage.output_tokens,
        (details.thinking_tokens or 0) if details else 0,
    )


def cache_writes(usage: UsagePart) -> tuple[int, int]:
    """Tokens written for five minutes and for an hour; what the split leaves out of the total is of the first kind."""
    total, split = usage.cache_creation_input_tokens, usage.cache_creation
    if total == 0 or split is None:
        return total or 0, 0
    write_1h = split.ephemeral_1h_input_tokens or 0
    return max(split.ephemeral_5m_input_tokens or 0, (total or 0) - write_1h), write_1h


def prompt_of(usage: UsagePart) -> int:
    """The length of the whole prompt in tokens."""
    return usage.input_tokens + (usage.cache_read_input_tokens or 0) + sum(cache_writes(usage))
