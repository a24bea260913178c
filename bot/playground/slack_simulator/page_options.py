"""What the page offers: the app's commands with their completions, its message shortcuts, and to let time pass."""

from collections.abc import Callable
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


@dataclass(frozen=True)
class PageOptions:
    """All of it; `let_pass` lets so many simulated seconds pass, None where time cannot be moved."""

    commands: tuple[CommandHint, ...] = ()
    shortcuts: tuple[ShortcutHint, ...] = ()
    let_pass: Callable[[float], None] | None = None
