"""The form of `/batch create`: a file, or one prompt and a list of values."""

from collections.abc import Mapping
from typing import assert_never

from bot.commands.create import PLACEHOLDER, Create, CreateOutcome, FormWanted
from bot.commands.language.values import LONGEST_LABEL
from bot.operations.drafts import FileRefused
from bot.operations.follow import is_direct
from bot.store.records.drafts import WatchPreference
from bot.ui.components.buttons import OPTION_TEXT_LIMIT, actions, button, choice
from bot.ui.components.file_problems import render_file_refused
from bot.ui.components.text import DIVIDER, context, section
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
    """Return the choice of the source, the fields of that source, and those of every batch.

    A choice redraws the form. Fields that both forms have keep what was entered (docs.slack.dev, updating modals).
    """
    fields = _prompt_fields(outcome) if outcome.asks_prompt else _file_fields()
    return (
        _source_block(asks_prompt=outcome.asks_prompt),
        *fields,
        DIVIDER,
        _input_block("label", "Label", {**_text_element(), "max_length": LONGEST_LABEL}),
        _input_block("owner", "Owner", {"type": "users_select", "action_id": "owner"}),
        _input_block("watch", "Post progress in", _watch_element(viewer.caller.channel)),
        context("Nothing is sent before you see the cost."),
    )


def _source_block(*, asks_prompt: bool) -> Block:
    options = [choice("A JSONL file", Create()), choice("A prompt and a list", Create(asks_prompt=True))]
    chosen = options[1 if asks_prompt else 0]
    element = {"type": "radio_buttons", "options": options, "initial_option": chosen}
    return {**_input_block("source", "Requests from", element, is_required=True), "dispatch_action": True}


def _file_fields() -> tuple[Block, ...]:
    element = {"type": "file_input", "filetypes": ["jsonl", "json", "txt"], "max_files": 1}
    hint = "Up to 10 MB. Share a larger file in a channel that I'm in, and use its message shortcut."
    return (_input_block("file", "JSONL file", element, hint, is_required=True),)


def _prompt_fields(outcome: FormWanted) -> tuple[Block, ...]:
    multiline = _text_element(multiline=True)
    max_tokens = {**_text_element(), "initial_value": "1024"}
    return (
        _input_block("template", "Prompt", multiline, f"Write {PLACEHOLDER} where each value goes.", is_required=True),
        _input_block("list", "Values", multiline, "One per line. Each becomes a request.", is_required=True),
        _input_block("model", "Model", _model_element(outcome), is_required=True),
        _input_block("max_tokens", "Max tokens per answer", max_tokens, is_required=True),
        _input_block("system", "System prompt", multiline),
    )


def _input_block(
    name: str, label: str, element: Mapping[str, object], hint: str = "", *, is_required: bool = False
) -> Block:
    """Return a field. Slack marks each one that is optional, and submits no form without the others."""
    block: dict[str, object] = {
        "type": "input",
        "block_id": name,
        "optional": not is_required,
        "label": {"type": "plain_text", "text": label},
        "element": {**element, "action_id": name},
    }
    return {**block, "hint": {"type": "plain_text", "text": hint}} if hint else block


def _text_element(*, multiline: bool = False) -> dict[str, object]:
    return {"type": "plain_text_input", **({"multiline": True} if multiline else {})}


def _model_element(outcome: FormWanted) -> dict[str, object]:
    """Return the models to choose from, one of them chosen; a text field if the API did not name any."""
    models = [model for model in outcome.models if len(model) <= OPTION_TEXT_LIMIT][:MOST_MODELS]
    if not models:
        return _text_element()
    options = [{"text": {"type": "plain_text", "text": model}, "value": model} for model in models]
    default = models.index(outcome.default_model) if outcome.default_model in models else 0
    return {"type": "static_select", "options": options, "initial_option": options[default]}


def _watch_element(channel: str | None) -> dict[str, object]:
    """Return the choice of places for the card; the first one is preselected.

    The current channel is offered only if there is one that others can read.
    """
    words: dict[WatchPreference, str] = {
        "here": "This channel",
        "dm": "A direct message",
        "none": "Nowhere",
    }
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
