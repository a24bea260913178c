"""What the demo page offers: the app's commands with completions, its message shortcuts, and advancing the time."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Completion:
    """One completion the page offers while a command is typed."""

    text: str
    hint: str = ""


@dataclass(frozen=True)
class ShortcutHint:
    """A message shortcut that the page offers on every message: its callback id and its name."""

    callback_id: str
    name: str


@dataclass(frozen=True)
class CommandHint:
    """A slash command that the page knows: its name with the slash, its usage hint, its completions."""

    command: str
    hint: str = ""
    completions: tuple[Completion, ...] = ()


@dataclass(frozen=True)
class PageOptions:
    """What the page offers. `let_pass` advances the time by simulated seconds; None if it cannot."""

    commands: tuple[CommandHint, ...] = ()
    shortcuts: tuple[ShortcutHint, ...] = ()
    let_pass: Callable[[float], None] | None = None
