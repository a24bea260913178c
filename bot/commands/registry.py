"""All verbs in one place, for dispatch, help and suggestions."""

from difflib import get_close_matches

from bot.commands.approve import Approve, ApproveChange
from bot.commands.audit import Audit, AuditOutcome
from bot.commands.bulk_change import BulkChange
from bot.commands.cancel import BulkCancel, Cancel, CancelChange, CancelListed, CancelOutcome
from bot.commands.cost import Cost, CostOutcome
from bot.commands.create import Create, CreateOutcome
from bot.commands.decline import Decline, DeclineChange, DeclineOutcome
from bot.commands.delete import BulkDelete, Delete, DeleteChange, DeleteListed, DeleteOutcome
from bot.commands.details import Details, DetailsOutcome
from bot.commands.discard import Discard, DiscardChange, DiscardOutcome
from bot.commands.draft_change import SendChange
from bot.commands.edit import Edit, EditChange, EditOutcome
from bot.commands.explain import Explain
from bot.commands.help import HelpCommand, HelpOutcome
from bot.commands.home import HomeBoard, HomeOutcome
from bot.commands.keep import Keep, KeepOutcome
from bot.commands.label import Label, LabelChange, LabelOutcome
from bot.commands.language.arguments import read_arguments
from bot.commands.language.errors import UnknownVerb
from bot.commands.language.references import join_last_ended
from bot.commands.language.words import split_words
from bot.commands.list import List, ListOutcome
from bot.commands.mute import Mute, MuteOutcome
from bot.commands.note import Note, NoteChange, NoteOutcome
from bot.commands.notify import Notify, NotifyOutcome
from bot.commands.overview import Overview, OverviewOutcome
from bot.commands.own import Own, OwnChange, OwnOutcome
from bot.commands.preview import Preview, PreviewChange, PreviewOutcome
from bot.commands.results import Results, ResultsOutcome
from bot.commands.retry import Retry, RetryOutcome
from bot.commands.send import Send, SendOutcome
from bot.commands.show import Show, ShowOutcome
from bot.commands.status import Status, StatusOutcome
from bot.commands.stop_list import StopList, StopListOutcome
from bot.commands.stop_reading import StopReading, StopReadingOutcome
from bot.commands.watch import Unwatch, UnwatchOutcome, Watch, WatchOutcome
from bot.errors import ExpectedError
from bot.operations.find_batch import PREFIX

AnyCommand = (
    Approve
    | Audit
    | BulkCancel
    | BulkDelete
    | Cancel
    | CancelListed
    | Cost
    | Create
    | Decline
    | Delete
    | DeleteListed
    | Details
    | Discard
    | Edit
    | Explain
    | HelpCommand
    | HomeBoard
    | Keep
    | Label
    | List
    | Mute
    | Note
    | Notify
    | Overview
    | Own
    | Preview
    | Results
    | Retry
    | Send
    | Show
    | Status
    | StopList
    | StopReading
    | Unwatch
    | Watch
)
AskingChange = ApproveChange | BulkChange | CancelChange | DeleteChange | SendChange
"""The changes that may need a confirmation; the words of their questions are in bot.ui.verbs."""
AnyChange = (
    AskingChange | DeclineChange | DiscardChange | EditChange | LabelChange | NoteChange | OwnChange | PreviewChange
)
Outcome = (
    AuditOutcome
    | CancelOutcome
    | CostOutcome
    | CreateOutcome
    | DeclineOutcome
    | DeleteOutcome
    | DetailsOutcome
    | DiscardOutcome
    | EditOutcome
    | HelpOutcome
    | HomeOutcome
    | KeepOutcome
    | LabelOutcome
    | ListOutcome
    | MuteOutcome
    | NoteOutcome
    | NotifyOutcome
    | OverviewOutcome
    | OwnOutcome
    | PreviewOutcome
    | ResultsOutcome
    | RetryOutcome
    | SendOutcome
    | ShowOutcome
    | StatusOutcome
    | StopListOutcome
    | StopReadingOutcome
    | UnwatchOutcome
    | WatchOutcome
)
"""Every outcome of a command. The outcomes of `approve` are among those of `send`."""

COMMANDS: tuple[type[AnyCommand], ...] = (
    Overview,
    HelpCommand,
    List,
    Status,
    Details,
    Results,
    Show,
    Cost,
    Watch,
    Unwatch,
    Create,
    Retry,
    Send,
    Approve,
    Decline,
    Preview,
    Discard,
    Cancel,
    Delete,
    Edit,
    Label,
    Own,
    Note,
    Mute,
    Notify,
    Audit,
    Explain,
    Keep,
    StopList,
    StopReading,
    HomeBoard,
)
"""In the order of the help, which omits those without a help text."""

ALIASES = {"drop": "discard"}
"""Former names of verbs. They keep working, typed and in the buttons of messages that were posted before."""

SYNONYMS = {
    "ls": "list",
    "get": "status",
    "stop": "cancel",
    "remove": "delete",
    "rm": "delete",
    "?": "help",
    "quiet": "notify",
    "subscribe": "watch",
    "unsubscribe": "unwatch",
}
"""Verbs of other tools, which are suggested and never run."""

HELP_OPTIONS = ("--help", "--h")
"""What asks for the help of a verb, wherever it is typed; `-h` is read as `--h`."""

SHOWN: tuple[type[AnyCommand], ...] = tuple(command for command in COMMANDS if command.help is not None)


def parse(text: str) -> AnyCommand:
    """Read what was typed after `/batch`.

    Raises:
        UsageError: the text is not a command. An unknown verb carries one suggestion.
        InvalidBatchId: the reference must not become part of a request.
    """
    words = split_words(text)
    typed = words[0] if words and not words[0].startswith("--") else ""
    rest = words[1:] if typed else words
    verb = ALIASES.get(typed.lower(), typed.lower())
    if any(word.lower() in HELP_OPTIONS for word in rest):
        plain = (word.lower() for word in words if not word.startswith("--"))
        topic = next((ALIASES.get(word, word) for word in plain if word != HelpCommand.verb), None)
        return HelpCommand(topic, public="--public" in rest)
    for command in COMMANDS:
        if command.verb == verb:
            rest = split_words(text, prose=True)[1:] if command.prose else join_last_ended(rest)
            return command.parse(read_arguments(verb, rest, command.options))
    raise UnknownVerb("", typed, suggest(verb))


def find_verb(text: str) -> str | None:
    """Return the verb of what was typed, by its present name; None if the text is not a command."""
    try:
        return parse(text).verb
    except ExpectedError:
        return None


def suggest(verb: str) -> str | None:
    """Return the most similar verb, or None. A batch id alone probably asks how the batch is doing."""
    if verb.startswith(PREFIX):
        return Status.verb
    if verb in SYNONYMS:
        return SYNONYMS[verb]
    close = get_close_matches(verb, [command.verb for command in SHOWN], n=1, cutoff=0.6)
    return close[0] if close else None
