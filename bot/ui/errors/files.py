"""The words for a file that cannot be read or is not there."""

from typing import assert_never

from bot.api.errors import RequestsUnreadable
from bot.operations.drafts import FormAlreadySubmitted
from bot.operations.shared_files import FileUnreadable, NoFileInMessage, UnreadableReason
from bot.ui.components.text import code, section
from bot.ui.reply import Message, Placement

_WORDS: dict[UnreadableReason, str] = {
    UnreadableReason.NOT_THERE: (
        "I cannot see this file: it was deleted, or it is in a place where I am not a member. Share it where I am, "
        "or invite me (`/invite @Batchdesk`)."
    ),
    UnreadableReason.NO_SCOPE: (
        "I may not read files here: the app has no `files:read`. Ask whoever installed Batchdesk to add that scope and "
        "to install the app again (`python -m bot doctor` shows what is missing)."
    ),
    UnreadableReason.NOT_PERMITTED: "Slack does not let me read this file.",
    UnreadableReason.NOT_YOURS: (
        "This file is not yours, and it is not shared in this channel. Ask where it is shared, or share it here."
    ),
    UnreadableReason.ELSEWHERE: (
        "This file is not kept by Slack but elsewhere, and I read no other host. Share the file itself."
    ),
    UnreadableReason.CANVAS: "This is a canvas or a post. It has no lines of requests. Share a `.jsonl` file.",
    UnreadableReason.LIST: "This is a Slack list. It has no lines of requests. Share a `.jsonl` file.",
    UnreadableReason.EMAIL: "This is an email. It has no lines of requests. Share a `.jsonl` file.",
    UnreadableReason.DELETED: "This file was deleted. Share it again.",
    UnreadableReason.HIDDEN_BY_PLAN: (
        "Your Slack plan hides this file, because it is older or larger than the plan keeps. Share it again."
    ),
    UnreadableReason.LOGIN_PAGE: (
        "Slack gave me its login page instead of the file: the bot's token may not read it. Ask whoever installed "
        "Batchdesk to check `files:read` and `SLACK_BOT_TOKEN`."
    ),
    UnreadableReason.TOO_LARGE: "This file is larger than a batch may be (256 MB). Divide it.",
    UnreadableReason.CUT: "The download broke off before the end of the file. Try again.",
    UnreadableReason.SLACK: "Slack did not give me this file. Try again in a minute.",
}


def render_file_unreadable(error: FileUnreadable) -> Message:
    """Return why a shared file could not be read, and what to do. Nothing was sent."""
    detail = f" (Slack says {code(error.detail, 80)}.)" if error.detail else ""
    text = f"{_WORDS[error.reason]}{detail} Nothing was sent. The file is {code(error.file, 80)}."
    return Message(text, (section(text),), placement=Placement.BELOW)


def file_words(error: RequestsUnreadable | FormAlreadySubmitted | NoFileInMessage) -> str:
    """Return why there is no file of requests to go on with."""
    match error:
        case RequestsUnreadable():
            return "The requests that I kept cannot be read (any more), so nothing was sent: name the original file."
        case FormAlreadySubmitted():
            return "This form was submitted before; the answer to it has come or will come. Nothing more was done."
        case NoFileInMessage():
            return "There is no file on this message. Use the shortcut on a message that shares a `.jsonl` file."
        case unreachable:
            assert_never(unreachable)
