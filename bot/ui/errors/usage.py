"""What is wrong with a typed command, in words."""

from bot.commands.language.errors import (
    BadValue,
    MissingReference,
    MissingValue,
    NeedsChannel,
    TextTooLong,
    UnexpectedWord,
    UnknownOption,
    UnknownVerb,
    UsageError,
)
from bot.commands.registry import SHOWN
from bot.ui.components.text import code, escape, number


def usage_words(error: UsageError) -> str:
    """Return what was wrong and what to type instead."""
    return f"{_problem(error)}\n{_instead(error)}"


def _problem(error: UsageError) -> str:
    match error:
        case UnknownVerb(suggestion=None):
            return f"There is no verb {code(error.typed, 60)}."
        case UnknownVerb():
            return f"There is no verb {code(error.typed, 60)}. Did you mean {code(f'/batch {error.suggestion}')}?"
        case UnknownOption():
            known = ", ".join(code(f"--{name}") for name in error.known) or "none"
            return f"{_named(error)} has no option {code(f'--{error.option}', 60)}; it has {known}."
        case MissingValue(needs_value=True):
            return f"{code(f'--{error.option}')} needs a value."
        case MissingValue():
            return f"{code(f'--{error.option}')} takes no value."
        case BadValue():
            return f"{code(error.value, 60)} is no {escape(error.what)}: it takes {escape(error.expected)}."
        case UnexpectedWord():
            return f"{_named(error)} takes no further word; {code(error.word, 60)} is one too many."
        case MissingReference(verb="create"):
            return f"{_named(error)} needs to know which file: its link goes before the options."
        case MissingReference(verb="send" | "approve" | "drop"):
            return f"{_named(error)} needs to know which checked file: the question whether to send it says its name."
        case MissingReference():
            return f"{_named(error)} needs to know which batch: its id, the beginning of one, its label, or `last`."
        case NeedsChannel():
            return f"{_named(error)} is about a channel: use it in the channel that it is about."
        case TextTooLong():
            return f"That is {number(error.length)} characters; a command has at most {number(error.limit)}."
        case _:
            return "I could not read that."


def _named(error: UsageError) -> str:
    return code(f"/batch {error.verb}".rstrip())


def _instead(error: UsageError) -> str:
    for command in SHOWN:
        if command.verb == error.verb and command.help is not None:
            return (
                f"Usage: {code(f'/batch {command.help.usage}')} · for example {code(f'/batch {command.help.example}')}"
            )
    return "Nothing was run. `/batch help` lists what you can type."
