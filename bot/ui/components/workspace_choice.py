"""How a person chooses one of several workspaces, for direct messages and the Home tab."""

from collections.abc import Sequence

from msgspec.structs import replace

from bot.ui.components.buttons import actions, workspace_choice
from bot.ui.components.text import section
from bot.ui.components.workspace_mark import WorkspaceMark
from bot.ui.reply import Block, Message

MOST_CHOICES = 25
"""docs.slack.dev, actions block."""
LONGEST_TEXT = 1_000
"""Characters of a command that a button can repeat. Its value holds more, and Slack accepts 2,000."""


def render_workspace_question(marks: Sequence[WorkspaceMark], text: str) -> Message:
    """Return a question with a button for each workspace, which runs the text there and is remembered."""
    repeats = len(text) <= LONGEST_TEXT
    again = "" if repeats else " Your command is too long for a button, so send it again after you choose."
    words = (
        "Which workspace? I'll remember it for our direct messages and the Home tab. "
        f"To use another one once, add `--workspace NAME`.{again}"
    )
    buttons: list[Block | None] = [
        {
            "type": "button",
            "action_id": "run",
            **workspace_choice(each.name, each.key, text if repeats else "", renew=True),
        }
        for each in marks[:MOST_CHOICES]
    ]
    return Message(words, (section(words), *actions(buttons)))


def add_switch(message: Message, marks: Sequence[WorkspaceMark], current: WorkspaceMark, text: str) -> Message:
    """Return a message of the Home tab with a menu that switches to another workspace; unchanged if there is none."""
    if len(marks) < 2:
        return message
    options = {each.key: workspace_choice(each.name, each.key, text, renew=True) for each in marks}
    menu = {
        "type": "static_select",
        "action_id": "run",
        "placeholder": {"type": "plain_text", "text": "Switch workspace", "emoji": False},
        "options": list(options.values()),
    }
    if current.key in options:
        menu["initial_option"] = options[current.key]
    return replace(message, blocks=(section("*Workspace*", menu), *message.blocks))
