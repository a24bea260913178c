"""The help: the verbs that the viewer may use, or one verb."""

from msgspec.structs import replace

from bot.commands.base import Permission
from bot.commands.help import HelpOutcome
from bot.commands.registry import SHOWN, AnyCommand, suggest
from bot.ui.components.text import code, context, escape, header, section
from bot.ui.reply import Message, Viewer

_NEEDS = {
    Permission.READ: "Everyone may use it.",
    Permission.OPERATE: "Operators may use it.",
    Permission.APPROVE: "Approvers may use it.",
    Permission.ADMINISTER: "Administrators may use it.",
}


def render_help(outcome: HelpOutcome, viewer: Viewer) -> Message:
    """Return the verbs that the viewer may use, or the usage of one verb."""
    return replace(_render_topic(outcome.topic, viewer), public=outcome.public)


def _render_topic(topic: str | None, viewer: Viewer) -> Message:
    if topic is None:
        return _render_all_verbs(viewer)
    for command in SHOWN:
        if command.verb == topic:
            return _render_verb(command)
    meant = suggest(topic)
    hint = f"Did you mean {code(f'/batch help {meant}')}?" if meant else "`/batch help` lists the verbs."
    text = f"There is no verb {code(topic, 40)}. {hint}"
    return Message(text, (section(text),))


def _render_all_verbs(viewer: Viewer) -> Message:
    usable = [command for command in SHOWN if command.permission in viewer.permissions]
    lines = ["`/batch` — the batches that are still running"]
    lines += [f"`/batch {escape(command.help.usage)}` — {command.help.summary}" for command in usable if command.help]
    notes = [
        "`ID` is the full id, the beginning of one, a label, or `last`; what fits several batches lists them.",
        "Only you see the answers; add `--public` to share one.",
    ]
    if len(usable) < len(SHOWN):
        notes.append("Verbs that change something are open to operators only: ask your administrator.")
    return Message("\n".join(lines), (header("What you can type"), section("\n".join(lines)), context(" ".join(notes))))


def _render_verb(command: type[AnyCommand]) -> Message:
    assert command.help is not None  # noqa: S101 - SHOWN holds only commands with a help text
    lines = (
        f"`/batch {escape(command.help.usage)}`",
        f"{command.help.summary[0].upper()}{command.help.summary[1:]}. {_NEEDS[command.permission]}",
        f"For example: `/batch {escape(command.help.example)}`",
    )
    return Message("\n".join(lines), (section("\n".join(lines)),))
