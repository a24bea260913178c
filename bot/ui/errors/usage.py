"""The words for a command that cannot be read: what is wrong, and what to type instead."""

from typing import assert_never

from bot.commands.language.errors import (
    AnyUsageError,
    BadValue,
    MissingReference,
    MissingValue,
    NeedsChannel,
    TextTooLong,
    UnexpectedWord,
    UnknownOption,
    UnknownVerb,
)
from bot.commands.registry import SHOWN
from bot.ui.components.text import code, escape, number
from bot.ui.errors.value_forms import FORM_WORDS


def usage_words(error: AnyUsageError) -> str:
    """Return what is wrong with the command, and its usage, or where to find it."""
    return f"{_problem_words(error)}\n{_usage_hint(error)}"


def _problem_words(error: AnyUsageError) -> str:
    match error:
        case UnknownVerb(suggestion=None):
            return f"There is no verb {code(error.typed, 60)}."
        case UnknownVerb():
            return f"There is no verb {code(error.typed, 60)}. Did you mean {code(f'/batch {error.suggestion}')}?"
        case UnknownOption():
            known = ", ".join(code(f"--{name}") for name in error.known) or "none"
            return f"{_verb_code(error)} has no option {code(f'--{error.option}', 60)}; it has {known}."
        case MissingValue(needs_value=True):
            return f"{code(f'--{error.option}')} needs a value."
        case MissingValue():
            return f"{code(f'--{error.option}')} takes no value."
        case BadValue():
            form = FORM_WORDS[error.form]
            return f"{code(error.value, 60)} is no {escape(form.name)}: it takes {escape(form.expected)}."
        case UnexpectedWord():
            return f"{_verb_code(error)} takes no further word; {code(error.word, 60)} is one too many."
        case MissingReference(verb="create"):
            return f"{_verb_code(error)} needs to know which file: its link goes before the options."
        case MissingReference(verb="send" | "approve" | "discard"):
            return (
                f"{_verb_code(error)} needs to know which checked file: the question whether to send it says its name."
            )
        case MissingReference():
            return f"{_verb_code(error)} needs to know which batch: its id, the beginning of one, its label, or `last`."
        case NeedsChannel():
            return f"{_verb_code(error)} is about a channel: use it in the channel that it is about."
        case TextTooLong():
            return f"That is {number(error.length)} characters; a command has at most {number(error.limit)}."
        case unreachable:
            assert_never(unreachable)


def _verb_code(error: AnyUsageError) -> str:
    return code(f"/batch {error.verb}".rstrip())


def _usage_hint(error: AnyUsageError) -> str:
    for command in SHOWN:
        if command.verb == error.verb and command.help is not None:
            return (
                f"Usage: {code(f'/batch {command.help.usage}')} · for example {code(f'/batch {command.help.example}')}"
            )
    return "Nothing was run. `/batch help` lists what you can type."
