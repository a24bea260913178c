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
    """A shortcut that the page offers: its callback id and its name.

    It is offered on every message or, if `is_global`, beside the composer.
    """

    callback_id: str
    name: str
    is_global: bool = False


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
