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
    """Return the form. Its answer goes to the place where the form was opened."""
    return Form(
        callback_id=FORM,
        title="Create a batch",
        submit="Check",
        blocks=_form_blocks(outcome, viewer),
        channel=viewer.caller.channel,
    )


def _form_blocks(outcome: FormWanted, viewer: Viewer) -> tuple[Block, ...]:
    return (
        section("*Either a file* with one request a line, *or* one prompt for a list of values. "
                "Nothing is sent before you have seen what it costs."),
        _input_block("file", "JSONL file (up to 10 MB)",
               {"type": "file_input", "filetypes": ["jsonl", "json", "txt"], "max_files": 1},
               "For a larger file: share it in a channel I am in, then use its message shortcut."),
        {"type": "divider"},
        _input_block("template", f"Prompt, with {PLACEHOLDER} where each line goes", _text_element(multiline=True)),
        _input_block("list", "Values, one a line: one request each", _text_element(multiline=True)),
        _input_block("model", "Model", _model_element(outcome.models)),
        _input_block("max_tokens", "Most tokens of each answer", {**_text_element(), "initial_value": "1024"}),
        _input_block("system", "System prompt", _text_element(multiline=True)),
        {"type": "divider"},
        _input_block("label", "Label", {**_text_element(), "max_length": 60}),
        _input_block("owner", "Owner", {"type": "users_select", "action_id": "owner"}),
        _input_block("watch", "Watch it", _watch_element(viewer.caller.channel)),
    )  # fmt: skip


def _input_block(name: str, label: str, element: Mapping[str, object], hint: str = "") -> Block:
    block: dict[str, object] = {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": {"type": "plain_text", "text": label},
        "element": {**element, "action_id": name},
    }
    return {**block, "hint": {"type": "plain_text", "text": hint}} if hint else block


def _text_element(*, multiline: bool = False) -> dict[str, object]:
    return {"type": "plain_text_input", **({"multiline": True} if multiline else {})}


def _model_element(models: tuple[str, ...]) -> dict[str, object]:
    short_enough = [model for model in models if len(model) <= 75][:MOST_MODELS]
    if not short_enough:
        return _text_element()
    options = [{"text": {"type": "plain_text", "text": model}, "value": model} for model in short_enough]
    return {"type": "static_select", "options": options}


def _watch_element(channel: str | None) -> dict[str, object]:
    """Return the choice of places for the card; the first one is preselected.

    The current channel is offered only if there is one that others can read.
    """
    words: dict[WatchPreference, str] = {"here": "Here, in this channel", "dm": "In my messages", "none": "Not at all"}
    if channel is None or is_direct(channel):
        del words["here"]
    options = [
        {"text": {"type": "plain_text", "text": text}, "value": preference} for preference, text in words.items()
    ]
    return {"type": "static_select", "options": options, "initial_option": options[0]}


def render_form_not_opened() -> Message:
    """Return that the form did not open, with a button that opens it."""
    words = "I couldn't open the form, or it was closed too early. Nothing was done."
    return Message(words, (section(words), *actions([button("Open the form", Create())])), placement=Placement.BELOW)
