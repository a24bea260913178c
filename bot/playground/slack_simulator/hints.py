"""What the app offers on the page: commands with their completions, and message shortcuts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Completion:
    """One completion the page offers while a command is typed."""

    text: str
    hint: str = ""


@dataclass(frozen=True)
class ShortcutHint:
    """A message shortcut the page offers on every message: its callback id, and its name in the menu."""

    callback_id: str
    name: str


@dataclass(frozen=True)
class CommandHint:
    """A slash command the page knows: its name with the slash, its usage hint, its completions."""

    command: str
    hint: str = ""
    completions: tuple[Completion, ...] = ()
