"""Every outcome of `create`, by the name of its golden message."""

from msgspec.structs import replace

from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from bot.operations.drafts import (
    FileRefused,
)
from bot.requests.file_kinds import ForeignFileKind
from tests.ui.draft_samples import SOUND_FILE, THREE_PROBLEMS, refused

OUTCOMES: dict[str, Outcome | ConfirmationNeeded] = {
    "file_refused": FileRefused("requests.jsonl", replace(refused(3), problems=THREE_PROBLEMS)),
    "file_refused_of_every_kind": FileRefused("r" * 200, refused(20, 5_000)),
    **{
        f"file_refused_{kind.value}": FileRefused("odd.bin", replace(SOUND_FILE, foreign=kind))
        for kind in ForeignFileKind
    },
}
