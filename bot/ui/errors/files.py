"""The words for a file that cannot be read or is not there."""

from typing import assert_never

from bot.api.errors import RequestsUnreadable
from bot.operations.drafts import FormAlreadySubmitted
from bot.operations.shared_files import FileUnreadable, NoFileInMessage, UnreadableReason
from bot.ui.components.file_problems import FILE_LIMIT
from bot.ui.components.slack_faults import render_remedy
from bot.ui.components.text import code, section
from bot.ui.reply import Message, Placement

_WORDS: dict[UnreadableReason, str] = {
    UnreadableReason.NOT_THERE: (
        "I can't see this file, because it was deleted or I'm not in its channel. Share it here, or invite me there."
    ),
    UnreadableReason.NO_SCOPE: (
        "The app can't read files without the scope `files:read`. An administrator must add it and reinstall the app."
    ),
    UnreadableReason.NOT_PERMITTED: "Slack doesn't let me read this file. Share it in a channel that I'm in.",
    UnreadableReason.NOT_YOURS: "This file isn't yours, and it isn't shared in this channel. Share it here first.",
    UnreadableReason.ELSEWHERE: "This file isn't stored in Slack, so I can't read it. Upload the file itself.",
    UnreadableReason.CANVAS: "This is a canvas or a post, not a file of requests. Share a `.jsonl` file.",
    UnreadableReason.LIST: "This is a Slack list, not a file of requests. Share a `.jsonl` file.",
    UnreadableReason.EMAIL: "This is an email, not a file of requests. Share a `.jsonl` file.",
    UnreadableReason.DELETED: "This file was deleted. Share it again.",
    UnreadableReason.HIDDEN_BY_PLAN: (
        "Your Slack plan hides this file, because it is too old, or the workspace's storage is full. Share it again."
    ),
    UnreadableReason.LOGIN_PAGE: (
        "Slack sent its login page instead of the file. An administrator must set `SLACK_BOT_TOKEN` to the bot token "
        "(`xoxb-…`) of an app that has the scope `files:read`."
    ),
    UnreadableReason.TOO_LARGE: f"This file is too large: a file can have up to {FILE_LIMIT}. Split it.",
    UnreadableReason.CUT: "The download was cut off. Try again.",
    UnreadableReason.SLACK: "Slack couldn't deliver this file.",
}


def render_file_unreadable(error: FileUnreadable) -> Message:
    """Return why a shared file could not be read, and what to do. Nothing was sent."""
    detail = f"\nSlack's answer: {code(error.detail, 80)}" if error.detail else ""
    remedy = f" {render_remedy(error.fault)}" if error.reason is UnreadableReason.SLACK else ""
    text = f"{_WORDS[error.reason]}{remedy} Nothing was sent.\nFile: {code(error.file, 80)}{detail}"
    return Message(text, (section(text),), placement=Placement.BELOW)


def file_words(error: RequestsUnreadable | FormAlreadySubmitted | NoFileInMessage) -> str:
    """Return why there is no file of requests to go on with."""
    match error:
        case RequestsUnreadable():
            words = "I can't read the stored requests anymore. Nothing was sent."
            if error.batch_id is None:
                return f"{words} Upload the file again."
            typed = code(f"/batch retry {error.batch_id} --file", 120)
            return f"{words} To use the original file, type {typed} and the link of the file."
        case FormAlreadySubmitted():
            return "You already submitted this form. The answer has arrived or will arrive soon. Nothing more was done."
        case NoFileInMessage():
            return "This message has no file. Nothing was sent. Use the shortcut on a message with a `.jsonl` file."
        case unreachable:
            assert_never(unreachable)
