"""What can be wrong with a typed command: facts only, the words are in bot.ui.errors.render."""

from dataclasses import dataclass

from bot.errors import ExpectedError


@dataclass(eq=False)
class UsageError(ExpectedError):
    """The text does not say what to do. `verb` is what help to offer; empty when none was recognized."""

    verb: str


@dataclass(eq=False)
class TextTooLong(UsageError):
    """More characters than any command has use for."""

    length: int
    limit: int


@dataclass(eq=False)
class UnknownVerb(UsageError):
    """No such verb; at most one suggestion."""

    typed: str
    suggestion: str | None


@dataclass(eq=False)
class UnknownOption(UsageError):
    """The verb has no such option."""

    option: str
    known: tuple[str, ...]


@dataclass(eq=False)
class MissingValue(UsageError):
    """An option that needs a value has none, or a flag was given one."""

    option: str
    needs_value: bool


@dataclass(eq=False)
class BadValue(UsageError):
    """A value that is not of its form; `expected` says the form."""

    what: str
    value: str
    expected: str


@dataclass(eq=False)
class UnexpectedWord(UsageError):
    """A word more than the verb takes."""

    word: str


class MissingReference(UsageError):
    """The verb needs to be told which batch."""


class NeedsChannel(UsageError):
    """The verb is about a channel, and was not used in one."""
