"""All verbs in one place: dispatch, help and suggestions come from here."""

from difflib import get_close_matches

from bot.commands.approve import Approve
from bot.commands.audit import Audit, AuditExported, AuditShown
from bot.commands.cancel import AlreadyCanceling, Cancel, CancelRequested, CancelTooLate
from bot.commands.cost import Cost, CostShown
from bot.commands.create import Create, FormWanted
from bot.commands.delete import Delete, DeleteOutcome, DeleteRefused
from bot.commands.drop import Drop, Dropped
from bot.commands.help import HelpCommand, HelpShown
from bot.commands.keep import Keep, Kept
from bot.commands.label import Label, Labelled
from bot.commands.language.arguments import read_arguments
from bot.commands.language.errors import UnknownVerb
from bot.commands.language.words import split_words
from bot.commands.list import BatchList, List
from bot.commands.mute import Mute, Muted
from bot.commands.note import Note, Noted
from bot.commands.notify import Notify, NotifyShown
from bot.commands.overview import Overview, OverviewShown
from bot.commands.own import Own, Owned, OwnedAlready
from bot.commands.results import Results, ResultsOutcome
from bot.commands.retry import NoSuchCause, NothingToRetry, OriginalNeeded, Retry, RetryTooEarly, RetryTooLate
from bot.commands.send import Send
from bot.commands.status import BatchShown, Status
from bot.commands.stop_reading import ReadingLost, StopAsked, StopReading
from bot.commands.watch import Unwatch, Unwatched, Watch, WatchBegun, WatchesShown, WatchTooLate
from bot.operations.drafts import DraftReady, FileRefused
from bot.operations.send_outcomes import AnswerLost, ApprovalAsked, BatchCreated, NotSent, SendRefused

Change = Cancel | Delete | Label | Note | Own | Send | Approve | Drop
Long = Results | Cost | Create | Retry
Wish = Watch | Unwatch | Mute | Notify
AnyCommand = Overview | HelpCommand | List | Status | Audit | Keep | StopReading | Wish | Long | Change
WatchOutcome = WatchBegun | WatchTooLate | WatchesShown | Unwatched | Muted | NotifyShown
Making = (
    FormWanted
    | FileRefused
    | DraftReady
    | Dropped
    | BatchCreated
    | ApprovalAsked
    | SendRefused
    | NotSent
    | AnswerLost
    | NothingToRetry
    | NoSuchCause
    | OriginalNeeded
    | RetryTooEarly
    | RetryTooLate
)
Outcome = (
    OverviewShown
    | HelpShown
    | BatchList
    | BatchShown
    | CancelRequested
    | CancelTooLate
    | AlreadyCanceling
    | DeleteOutcome
    | DeleteRefused
    | AuditShown
    | AuditExported
    | Kept
    | ResultsOutcome
    | CostShown
    | StopAsked
    | ReadingLost
    | WatchOutcome
    | Labelled
    | Noted
    | Owned
    | OwnedAlready
    | Making
)

COMMANDS: tuple[type[AnyCommand], ...] = (
    Overview,
    HelpCommand,
    List,
    Status,
    Results,
    Cost,
    Watch,
    Unwatch,
    Create,
    Retry,
    Send,
    Approve,
    Drop,
    Cancel,
    Delete,
    Label,
    Own,
    Note,
    Mute,
    Notify,
    Audit,
    Keep,
    StopReading,
)
"""In the order the help shows them; those without a help text are not shown."""

ALSO = {
    "ls": "list",
    "show": "status",
    "get": "status",
    "stop": "cancel",
    "remove": "delete",
    "rm": "delete",
    "?": "help",
    "quiet": "notify",
    "subscribe": "watch",
    "unsubscribe": "unwatch",
}
"""Other tools' words for our verbs, suggested and never run."""

SHOWN: tuple[type[AnyCommand], ...] = tuple(command for command in COMMANDS if command.help is not None)


def parse(text: str) -> AnyCommand:
    """Read what was typed after `/batch`.

    Raises:
        UsageError: with what is wrong; an unknown verb carries one suggestion.
        InvalidBatchId: a reference that no request may be made of.
    """
    words = split_words(text)
    typed, rest = (words[0], words[1:]) if words and not words[0].startswith("--") else ("", words)
    verb = typed.lower()
    for command in COMMANDS:
        if command.verb == verb:
            rest = split_words(text, prose=True)[1:] if command.prose else rest
            return command.parse(read_arguments(verb, rest, command.options))
    raise UnknownVerb("", typed, suggest(verb))


def suggest(verb: str) -> str | None:
    """Return the one verb that was probably meant, or None."""
    if verb in ALSO:
        return ALSO[verb]
    close = get_close_matches(verb, [command.verb for command in SHOWN], n=1, cutoff=0.6)
    return close[0] if close else None
