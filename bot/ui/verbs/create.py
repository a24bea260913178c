"""The form of `/batch create`: a file, or one prompt and a list of values."""

from collections.abc import Mapping
from typing import assert_never

from bot.commands.create import PLACEHOLDER, Create, CreateOutcome, FormWanted
from bot.operations.drafts import FileRefused
from bot.operations.follow import is_direct
from bot.store.records.drafts import WatchPreference
from bot.ui.components.buttons import actions, button
from bot.ui.components.file_problems import render_file_refused
from bot.ui.components.text import section
from bot.ui.reply import Block, Form, Message, Placement, Reply, Viewer

FORM = "create"
MOST_MODELS = 100  # options of a select (docs.slack.dev)


def render_create(outcome: CreateOutcome, viewer: Viewer) -> Reply:
    """Return the form, or what is wrong with a file."""
    match outcome:
        case FormWanted():
            return render_form(outcome, viewer)
        case FileRefused():
            return render_file_refused(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def render_form(outcome: FormWanted, viewer: Viewer) -> Form:
    """Return the form; its answer comes back where it was asked for."""
    return Form(
        callback_id=FORM,
        title="Create a batch",
        submit="Check",
        blocks=_blocks(outcome, viewer),
        channel=viewer.caller.channel,
    )


def _blocks(outcome: FormWanted, viewer: Viewer) -> tuple[Block, ...]:
    return (
        section("*Either a file* with one request a line, *or* one prompt for a list of values. "
                "Nothing is sent before you have seen what it costs."),
        _input("file", "JSONL file (up to 10 MB)",
               {"type": "file_input", "filetypes": ["jsonl", "json", "txt"], "max_files": 1},
               "For a larger file: share it in a channel I am in, then use its message shortcut."),
        {"type": "divider"},
        _input("template", f"Prompt, with {PLACEHOLDER} where each line goes", _text(multiline=True)),
        _input("list", "Values, one a line: one request each", _text(multiline=True)),
        _input("model", "Model", _model(outcome.models)),
        _input("max_tokens", "Most tokens of each answer", {**_text(), "initial_value": "1024"}),
        _input("system", "System prompt", _text(multiline=True)),
        {"type": "divider"},
        _input("label", "Label", {**_text(), "max_length": 60}),
        _input("owner", "Owner", {"type": "users_select", "action_id": "owner"}),
        _input("watch", "Watch it", _watch(viewer.caller.channel)),
    )  # fmt: skip


def _input(name: str, label: str, element: Mapping[str, object], hint: str = "") -> Block:
    block: dict[str, object] = {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": {"type": "plain_text", "text": label},
        "element": {**element, "action_id": name},
    }
    return {**block, "hint": {"type": "plain_text", "text": hint}} if hint else block


def _text(*, multiline: bool = False) -> dict[str, object]:
    return {"type": "plain_text_input", **({"multiline": True} if multiline else {})}


def _model(models: tuple[str, ...]) -> dict[str, object]:
    fitting = [model for model in models if len(model) <= 75][:MOST_MODELS]
    if not fitting:
        return _text()
    options = [{"text": {"type": "plain_text", "text": model}, "value": model} for model in fitting]
    return {"type": "static_select", "options": options}


def _watch(channel: str | None) -> dict[str, object]:
    """Return where one may watch, the usual chosen: here, unless it was asked for in direct messages or nowhere."""
    words: dict[WatchPreference, str] = {"here": "Here, in this channel", "dm": "In my messages", "none": "Not at all"}
    if channel is None or is_direct(channel):
        del words["here"]
    options = [{"text": {"type": "plain_text", "text": text}, "value": wish} for wish, text in words.items()]
    return {"type": "static_select", "options": options, "initial_option": options[0]}


def render_form_not_opened() -> Message:
    """Say that the form is not there, and how to get it."""
    words = "The form could not be opened, or was closed before it was ready. Nothing was done."
    return Message(words, (section(words), *actions([button("Open the form", Create())])), placement=Placement.BELOW)
