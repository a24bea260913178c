"""The help: the commands that the viewer may use, by group, or one command with its options."""

from collections.abc import Sequence

from msgspec.structs import replace

from bot.commands.base import PUBLIC, HelpGroup, Permission
from bot.commands.cost import Cost
from bot.commands.create import Create
from bot.commands.help import HelpCommand, HelpOutcome
from bot.commands.language.arguments import OptionSpec
from bot.commands.list import List
from bot.commands.registry import SHOWN, AnyCommand, suggest
from bot.commands.results import Results
from bot.commands.status import Status
from bot.commands.watch import Watch
from bot.operations.find_batch import LAST
from bot.ui.components.buttons import actions, button
from bot.ui.components.text import code, context, escape, header, join_words, section
from bot.ui.reply import Block, Message, Viewer

_MOST_USED = 5
_STARTERS: tuple[tuple[str, AnyCommand, str], ...] = (
    ("List", List(), "list"),
    ("Newest batch", Status(LAST), "status last"),
    ("Newest results", Results(LAST), "results last"),
    ("Watched batches", Watch(), "watch last"),
    ("Create", Create(), "create"),
    ("Cost", Cost(), "cost"),
)
"""The commands that people use most: a button, its command, and what to type. The first _MOST_USED that one may use
appear."""
_GROUPS = {
    HelpGroup.LOOK: "Look",
    HelpGroup.RUN: "Run",
    HelpGroup.FIX: "Fix",
    HelpGroup.NOTIFY: "Notify",
    HelpGroup.ADMIN: "Admin",
}
_MAY_USE = {
    Permission.READ: "Everyone can use it.",
    Permission.READ_CONTENTS: "Only readers can use it.",
    Permission.OPERATE: "Only operators can use it.",
    Permission.APPROVE: "Only approvers can use it.",
    Permission.ADMINISTER: "Only administrators can use it.",
}


def render_help(outcome: HelpOutcome, viewer: Viewer) -> Message:
    """Return the commands that the viewer may use, those of one group, or one command."""
    return replace(_render_topic(outcome.topic, viewer), public=outcome.public)


def _render_topic(topic: str | None, viewer: Viewer) -> Message:
    if topic is None:
        return _render_all(viewer)
    for command in SHOWN:
        if command.verb == topic:
            return _render_command(command)
    for group in HelpGroup:
        if group.value == topic:
            return _render_group(group, viewer)
    meant = suggest(topic)
    hint = f"Did you mean {code(f'/batch help {meant}')}?" if meant else "`/batch help` lists all commands."
    text = f"There is no command {code(topic, 40)}. {hint}"
    return Message(text, (section(text),))


def _usable(viewer: Viewer) -> list[type[AnyCommand]]:
    return [command for command in SHOWN if command.permission in viewer.permissions]


def _render_all(viewer: Viewer) -> Message:
    usable = _usable(viewer)
    starters = [starter for starter in _STARTERS if type(starter[1]) in usable][:_MOST_USED]
    lines = [
        "`/batch` — Show the batches in progress",
        *(_summary_line(type(command), typed) for _, command, typed in starters),
    ]
    groups = [(group, [command for command in usable if _group_of(command) is group]) for group in HelpGroup]
    shown_groups = [(group, commands) for group, commands in groups if commands]
    notes = [
        "`/batch COMMAND --help` explains each option.",
        "Only you see the answers. Add `--public` to share one.",
    ]
    if len(usable) < len(SHOWN):
        who = "Approvers and administrators" if Permission.OPERATE in viewer.permissions else "Operators"
        notes.append(f"{who} have more commands.")
    return Message(
        "\n".join([*lines, *(_group_line(group, commands) for group, commands in shown_groups)]),
        (
            header("Batchdesk commands"),
            section("\n".join(lines)),
            *actions([button(label, command) for label, command, _ in starters]),
            section("\n".join(_group_line(group, commands) for group, commands in shown_groups)),
            *actions([_group_button(group) for group, _ in shown_groups]),
            context(" ".join(notes)),
        ),
    )


def _render_group(group: HelpGroup, viewer: Viewer) -> Message:
    commands = [command for command in _usable(viewer) if _group_of(command) is group]
    lines = [_summary_line(command, command.usage()) for command in commands]
    if not lines:
        verbs = join_words([code(command.verb) for command in SHOWN if _group_of(command) is group])
        lines = [f"Only {_find_users(group)} can use these commands: {verbs}."]
    title = f"Commands: {_GROUPS[group]}"
    hint = "`/batch COMMAND --help` explains each option."
    return Message("\n".join([title, *lines]), (header(title), *map(section, lines), context(hint)))


def _render_command(command: type[AnyCommand]) -> Message:
    assert command.help is not None  # noqa: S101 - SHOWN holds only commands with a help text
    about = [
        f"*{code(f'/batch {command.usage()}')}*",
        f"{command.help.summary} {command.help.audience or _MAY_USE[command.permission]}",
        f"Example: {code(f'/batch {command.help.example}')}",
    ]
    explained = [f"{code(each.name)} — {_sentence(escape(each.meaning))}" for each in command.help.arguments]
    options = sorted(command.options, key=lambda option: option == PUBLIC)  # the option of many commands goes last
    explained += [_option_line(command, option) for option in options if option.meaning]
    return Message("\n".join([*about, *explained]), (section("\n".join(about)), *map(section, explained)))


def _group_of(command: type[AnyCommand]) -> HelpGroup | None:
    return command.help.group if command.help is not None else None


def _group_button(group: HelpGroup) -> Block:
    name = _GROUPS[group]
    return button(name, HelpCommand(group.value), spoken=f"Show the commands of the group {name}")


def _find_users(group: HelpGroup) -> str:
    """Return who can use the commands of a group that the viewer can't."""
    needed = {command.permission for command in SHOWN if _group_of(command) is group}
    return "administrators" if needed == {Permission.ADMINISTER} else "operators"


def _group_line(group: HelpGroup, commands: Sequence[type[AnyCommand]]) -> str:
    return f"*{_GROUPS[group]}:* {' · '.join(code(command.verb) for command in commands)}"


def _summary_line(command: type[AnyCommand], typed: str) -> str:
    assert command.help is not None  # noqa: S101 - as above
    first_sentence = command.help.summary.partition(". ")[0].removesuffix(".")
    return f"{code(f'/batch {typed}')} — {first_sentence}"


def _option_line(command: type[AnyCommand], option: OptionSpec) -> str:
    assert command.help is not None  # noqa: S101 - as above
    example = option.example or f"{command.help.example} {option.usage}"
    return f"{code(option.usage)} — {_sentence(escape(option.meaning))} Example: {code(f'/batch {example}')}"


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
