"""Why a file that was shared in Slack could not be read, in words."""

from bot.operations.shared_files import FileUnreadable, UnreadableReason
from bot.ui.components.text import code, section
from bot.ui.reply import Message, Placement

_WORDS = {
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
    UnreadableReason.LOGIN_PAGE: (
        "Slack gave me its login page instead of the file: the bot's token may not read it. Ask whoever installed "
        "Batchdesk to check `files:read` and `SLACK_BOT_TOKEN`."
    ),
    UnreadableReason.TOO_LARGE: "This file is larger than a batch may be (256 MB). Divide it.",
    UnreadableReason.CUT: "The download broke off before the end of the file. Try again.",
    UnreadableReason.SLACK: "Slack did not give me this file. Try again in a minute.",
}


def render_file_unreadable(error: FileUnreadable) -> Message:
    """Say why, and what to do; nothing was sent."""
    detail = f" (Slack says {code(error.detail, 80)}.)" if error.detail else ""
    text = f"{_WORDS[error.why]}{detail} Nothing was sent. The file is {code(error.file, 80)}."
    return Message(text, (section(text),), placement=Placement.BELOW)
