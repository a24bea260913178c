"""Every message that the bot can send: each outcome for each role, each error, each notice."""

import importlib
from datetime import UTC
from pathlib import Path

from msgspec.structs import replace

from bot.api import errors as api
from bot.commands.create import Create
from bot.commands.registry import Outcome
from bot.confirmations import ConfirmationNeeded
from bot.explanations import Explained
from bot.ui.components.form_offer import render_form_offer
from bot.ui.components.text import write_dates
from bot.ui.components.workspace_choice import add_switch, render_workspace_question
from bot.ui.components.workspace_mark import WorkspaceMark, mark_message
from bot.ui.errors.render import render_error, render_unexpected
from bot.ui.home import render_tab_failed
from bot.ui.render import render
from bot.ui.reply import Form, Message, Reply, Viewer
from bot.ui.unknown_input import render_unknown_command, render_unknown_press, render_unknown_shortcut
from tests.builders import (
    ADMIN,
    ID,
    NOW,
    VIEWERS,
)
from tests.ui.bulk_samples import NAMES
from tests.ui.errors.every_error import ERRORS
from tests.ui.notices.every_notice import BULKS, CARDS, DIGESTS, INTERRUPTED, NOTICES, PROGRESS

Drawable = Outcome | Explained | ConfirmationNeeded


def _outcomes() -> dict[str, Drawable]:
    """Return the outcomes of every module in tests/ui/outcomes, one for each verb."""
    outcomes: dict[str, Drawable] = {}
    for path in sorted((Path(__file__).parent / "outcomes").glob("*.py")):
        outcomes |= importlib.import_module(f"tests.ui.outcomes.{path.stem}").OUTCOMES
    return outcomes


OUTCOMES = _outcomes()
WORKSPACES = (WorkspaceMark("production", "wrkspc_01PROD"), WorkspaceMark("development", "development"))
FOR_EVERYONE = ("status_", "home", "help", "delete_refused", "cancel_", "watch", "unwatched", "muted", "notify_")
"""Prefixes of the outcomes that are drawn for each role; the others are drawn for an administrator."""


def message_of(reply: Reply) -> Message:
    """Return the message of a reply; a file comes with one."""
    assert not isinstance(reply, Form), "a form is no message"
    return reply if isinstance(reply, Message) else reply.message


OTHERS: dict[str, Message] = {
    "unavailable_in_doubt": render_error(
        api.ApiUnavailable("api_error", "Internal server error", 500, "req_011CQ"), acted=True, subject=ID
    ),
    "unavailable_in_doubt_without_a_batch": render_error(
        api.ApiUnavailable("api_error", "Internal server error", 500, "req_011CQ"), acted=True
    ),
    "unsuccessful_change": render_error(
        api.ApiRejected("invalid_request_error", "Message Batch cannot be deleted", 400, "req_011CQ"),
        acted=True,
        subject=ID,
    ),
    "home_failed": render_tab_failed(render_error(api.ApiUnavailable("overloaded_error", "Overloaded", 529)), NOW),
    "unexpected": render_unexpected("bd-3f9a1c"),
    "form_offered": render_form_offer("Create a batch", Create()),
    "home_first_run": message_of(render(OUTCOMES["home_empty"], replace(VIEWERS["reader"], someone_operates=False))),
    "unknown_command": render_unknown_command("/batches"),
    "unknown_press": render_unknown_press(),
    "unknown_shortcut": render_unknown_shortcut(),
    "workspace_question": render_workspace_question(WORKSPACES, "list"),
    "workspace_question_of_long_text": render_workspace_question(WORKSPACES, "x" * 1_001),
    **INTERRUPTED,
    **BULKS,
}
MARKED = ("status_ended_some_succeeded_for_operator", "question_delete", "error_not_permitted_not_operator")
"""Messages that are also drawn as those of one of several workspaces."""


def _drawings() -> dict[str, tuple[Drawable, Viewer]]:
    cases: dict[str, tuple[Drawable, Viewer]] = {}
    for name, outcome in OUTCOMES.items():
        if name.startswith(FOR_EVERYONE):
            cases |= {f"{name}_for_{who}": (outcome, viewer) for who, viewer in VIEWERS.items()}
        else:
            cases[name] = (outcome, replace(ADMIN, names=NAMES) if "_bulk" in name else ADMIN)
    return cases


DRAWINGS = _drawings()


def payload_of(message: Message) -> dict[str, object]:
    """Return what Slack is given, as it can be pasted into its Block Kit Builder."""
    return {"text": write_dates(message.text, UTC), "blocks": [dict(block) for block in message.blocks]}


def view_blocks_of(message: Message) -> list[dict[str, object]]:
    """Return the blocks as a modal and the Home tab get them."""
    blocks = message.blocks if message.fallback_blocks is None else message.fallback_blocks
    return [dict(block) for block in blocks]


def draw_messages() -> dict[str, Message]:
    """Return every message that the bot can send, by the name of its golden."""
    drawn = {name: message_of(render(outcome, viewer)) for name, (outcome, viewer) in DRAWINGS.items()}
    for_others = {
        f"{name}_for_others_{number}": posting.message
        for name, message in drawn.items()
        for number, posting in enumerate(message.postings, 1)
    }
    return _mark_some(
        drawn
        | for_others
        | {f"error_{name}": render_error(error) for name, error in ERRORS.items()}
        | {f"other_{name}": message for name, message in OTHERS.items()}
        | CARDS
        | NOTICES
        | PROGRESS
        | DIGESTS
    )


def _mark_some(messages: dict[str, Message]) -> dict[str, Message]:
    """Return the messages, and some of them as those of one of several workspaces."""
    home = messages["home_for_operator"]
    return (
        messages
        | {f"marked_{name}": mark_message(messages[name], WORKSPACES[0]) for name in MARKED}
        | {"marked_home": mark_message(add_switch(home, WORKSPACES, WORKSPACES[0], "home"), WORKSPACES[0])}
    )


MESSAGES = draw_messages()
