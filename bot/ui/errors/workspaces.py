"""The words for a command, a button or a form whose workspace is not clear."""

from typing import assert_never

from bot.operations.workspace_faults import WorkspaceFault, WorkspaceRefused
from bot.ui.components.text import code, join_words, safe_text


def workspace_words(error: WorkspaceRefused) -> str:
    """Return why nothing was done, and the next step."""
    name, of_channel = f"*{safe_text(error.name, 60)}*", f"*{safe_text(error.of_channel, 60)}*"
    match error.fault:
        case WorkspaceFault.UNKNOWN:
            known = join_words([code(each, 60) for each in error.known], "or")
            step = f"Use {known}." if known else "Ask in a channel of the workspace."
            return f"There is no workspace {code(error.name, 60)} for you. Nothing was done. {step}"
        case WorkspaceFault.GONE:
            return (
                "The workspace of this message is no longer in my settings. Nothing was done. "
                "Ask your administrator where its batches are."
            )
        case WorkspaceFault.IN_CHANNEL:
            return (
                f"This channel belongs to the workspace {of_channel}. Nothing was done. "
                "Leave out `--workspace`, or send me a direct message."
            )
        case WorkspaceFault.MOVED:
            return (
                f"This message is about the workspace {name}, and this channel now belongs to {of_channel}. "
                f"Nothing was done. Type the command in a channel of {name}."
            )
        case unreachable:
            assert_never(unreachable)
