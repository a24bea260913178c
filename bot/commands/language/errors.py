"""Errors in a typed command. They carry facts; bot.ui.errors.usage has the words."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.errors import ExpectedError


@dataclass(eq=False)
class UsageError(ExpectedError):
    """The text is not a command. `verb` is the verb whose help may be offered; empty if none was recognized."""

    verb: str

    def _subject(self) -> str:
        return self.verb or "the text"


@dataclass(eq=False)
class TextTooLong(UsageError):
    """The text is longer than any command needs."""

    length: int
    limit: int

    def _fact(self) -> str:
        return f"the text has {self.length} characters; the limit is {self.limit}"


@dataclass(eq=False)
class UnknownVerb(UsageError):
    """There is no such verb. At most one is suggested."""

    typed: str
    suggestion: str | None

    def _fact(self) -> str:
        return f"there is no such verb{f'; the nearest is {self.suggestion}' if self.suggestion else ''}"


@dataclass(eq=False)
class UnknownOption(UsageError):
    """The verb has no such option."""

    option: str
    known: tuple[str, ...]

    def _fact(self) -> str:
        return f"{self._subject()} has no such option"


@dataclass(eq=False)
class MissingValue(UsageError):
    """An option that needs a value has none, or a flag was given one."""

    option: str
    needs_value: bool

    def _fact(self) -> str:
        return f"an option of {self._subject()} {'needs a value' if self.needs_value else 'takes no value'}"


class ValueForm(Enum):
    """The form that a value should have had; bot.ui.errors.value_forms describes each to people."""

    LABEL = auto()
    RESERVED_LABEL = auto()
    """Any label except the one typed, which means the newest batch."""
    ID_LABEL = auto()
    """Any label that could not be taken for a batch id."""
    LABEL_FILTER = auto()
    NOTE = auto()
    PERSON = auto()
    FILE_LINK = auto()
    RESULT_FILE = auto()
    HERE_OR_DM = auto()
    ALL_OR_CAUSE = auto()
    CAUSE = auto()
    CUSTOM_ID = auto()
    MUTE_CHANNEL = auto()
    MUTE_ELSEWHERE = auto()
    EXPLAIN_PERSON = auto()
    EXPLAIN_PLACE = auto()
    MUTE_END = auto()
    EDIT_MUTE = auto()
    FUTURE_TIME = auto()
    NOTIFY_LEVEL = auto()
    WATCH_PREFERENCE = auto()
    LIST_STATUS = auto()
    LIST_LIMIT = auto()
    LIST_AGE = auto()
    COST_SPAN = auto()
    COST_GROUPING = auto()
    AUDIT_ENTRY = auto()
    DELETE_AGE = auto()
    CANCEL_ALL = auto()
    LISTED = auto()


@dataclass(eq=False)
class BadValue(UsageError):
    """A value that does not have the form it needs."""

    value: str
    form: ValueForm

    def _fact(self) -> str:
        return f"{self._subject()}: bad {self.form.name.lower().replace('_', ' ')}"


@dataclass(eq=False)
class UnexpectedWord(UsageError):
    """There is a word more than the verb takes."""

    word: str

    def _fact(self) -> str:
        return f"{self._subject()} has an unexpected word"


class MissingReference(UsageError):
    """The verb needs a batch."""

    def _fact(self) -> str:
        return f"{self._subject()} needs a batch"


@dataclass(eq=False)
class MissingCustomId(UsageError):
    """The verb needs the custom_id of a request besides the batch, which was named."""

    reference: str

    def _fact(self) -> str:
        return f"{self._subject()} needs a custom_id"


class NeedsChannel(UsageError):
    """The verb is about a channel, and was used elsewhere."""

    def _fact(self) -> str:
        return f"{self._subject()} works only in a channel"


AnyUsageError = (
    TextTooLong
    | UnknownVerb
    | UnknownOption
    | MissingValue
    | BadValue
    | UnexpectedWord
    | MissingReference
    | MissingCustomId
    | NeedsChannel
)
"""Every usage error that is raised; UsageError itself is only their base."""
