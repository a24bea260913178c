"""The form that changes label, owner, note and notifications of a batch, and what it changed."""

from collections.abc import Callable, Mapping
from typing import assert_never

from msgspec import UNSET, UnsetType

from bot.commands.edit import UNMUTE, Edit, Edited, EditOutcome, EditUnchanged, EditWanted
from bot.commands.language.values import LONGEST_LABEL, LONGEST_NOTE
from bot.operations.find_batch import Reference
from bot.store.records.labels import BatchNames
from bot.ui.components.buttons import actions, button
from bot.ui.components.first_line import batch_name
from bot.ui.components.text import mention, one_line, safe_text, section
from bot.ui.reply import Block, Form, Message, Placement, Reply, Viewer

EDIT_FORM = "edit"
_MUTED_NOW = "now"
_MUTE_WORDS = {
    UNMUTE: "Notify as usual",
    "1d": "Mute for 1 day",
    "7d": "Mute for 7 days",
    "forever": "Mute until someone unmutes it",
}
_MUTE_RESULTS = {
    UNMUTE: "notifications are on",
    "1d": "muted for 1 day",
    "7d": "muted for 7 days",
    "forever": "muted until someone unmutes it",
}


def render_edit(outcome: EditOutcome, viewer: Viewer) -> Reply:
    """Return the form, or what was changed."""
    match outcome:
        case EditWanted():
            return _render_form(outcome, viewer)
        case EditUnchanged():
            name = safe_text(batch_name(outcome.batch, viewer.names.get(outcome.batch.id)))
            return _render_line(f"No changes to *{name}*.")
        case Edited():
            return _render_edited(outcome, viewer)
        case unreachable:
            assert_never(unreachable)


def _render_form(outcome: EditWanted, viewer: Viewer) -> Form:
    """Return the form, filled in with what is stored now."""
    batch = outcome.batch
    names = viewer.names.get(batch.id) or BatchNames()
    label = one_line(names.label or "", LONGEST_LABEL)
    owner = names.owner or ""
    note = one_line(names.note or "", LONGEST_NOTE)
    return Form(
        callback_id=EDIT_FORM,
        title="Edit batch",
        submit="Save",
        blocks=(
            section(f"*{safe_text(batch_name(batch, names))}*"),
            _input("label", "Label", _text(label, LONGEST_LABEL), "A name you can type instead of its id."),
            _input("owner", "Owner", {"type": "users_select", **({"initial_user": owner} if owner else {})}),
            _input("note", "Note", {**_text(note, LONGEST_NOTE), "multiline": True}, "Shown on the card."),
            _input("mute", "Notifications", _mute_element(muted=outcome.muted), "For everyone who watches this batch."),
        ),
        channel=viewer.caller.channel,
        subject=batch.id,
        values={"label": label, "owner": owner, "note": note, "mute": _MUTED_NOW if outcome.muted else UNMUTE},
        message_without_form=_render_not_opened(Edit(reference=Reference(batch.id))),
    )


def _render_not_opened(command: Edit) -> Message:
    words = "I couldn't open the form. Nothing was changed."
    again = actions([button("Open the form", command)])
    return Message(words, (section(words), *again), placement=Placement.BELOW)


def _input(name: str, label: str, element: Mapping[str, object], hint: str = "") -> Block:
    block: dict[str, object] = {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": {"type": "plain_text", "text": label},
        "element": {**element, "action_id": name},
    }
    return {**block, "hint": {"type": "plain_text", "text": hint}} if hint else block


def _text(value: str, limit: int) -> dict[str, object]:
    element: dict[str, object] = {"type": "plain_text_input", "max_length": limit}
    return {**element, "initial_value": value} if value else element


def _mute_element(*, muted: bool) -> dict[str, object]:
    words = {_MUTED_NOW: "Keep muted", **_MUTE_WORDS} if muted else _MUTE_WORDS
    options = [{"text": {"type": "plain_text", "text": text}, "value": value} for value, text in words.items()]
    return {"type": "static_select", "options": options, "initial_option": options[0]}


def _render_edited(outcome: Edited, viewer: Viewer) -> Message:
    """Return the values that were changed, each with what it is now."""
    name = safe_text(batch_name(outcome.batch, viewer.names.get(outcome.batch.id)))
    parts = [
        *_changed("label", outcome.label, lambda label: f"*{safe_text(label)}*"),
        *_changed("owner", outcome.owner, mention),
        *_changed("note", outcome.note, lambda note: f"“{safe_text(note, LONGEST_NOTE)}”"),
    ]
    parts += [_MUTE_RESULTS[outcome.mute]] if outcome.mute in _MUTE_RESULTS else []
    return _render_line(f"Saved *{name}*: {' · '.join(parts)}.")


def _changed(what: str, value: str | UnsetType | None, show: Callable[[str], str]) -> list[str]:
    if value is UNSET:
        return []
    return [f"{what} {show(value)}" if isinstance(value, str) else f"no {what}"]


def _render_line(text: str) -> Message:
    return Message(text, (section(text),))
