"""Tokens of one or many messages, by the classes that are priced differently."""

from msgspec import Struct


class Tokens(Struct, frozen=True):
    """Tokens by class. `input` was neither written to the cache nor read from it; `output` includes `thinking`."""

    input: int = 0
    write_5m: int = 0
    write_1h: int = 0
    read: int = 0
    output: int = 0
    thinking: int = 0

    @property
    def prompt(self) -> int:
        """The length of the whole prompt, which decides the rates of some models."""
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
