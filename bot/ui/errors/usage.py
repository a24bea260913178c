"""The words for a command that cannot be read: what is wrong, and what to type instead."""

from difflib import get_close_matches
from typing import assert_never

from bot.commands.base import BATCH, FILE_LINK_EXAMPLE
from bot.commands.language.errors import (
    AnyUsageError,
    BadValue,
    MissingCustomId,
    MissingReference,
    MissingValue,
    NeedsChannel,
    TextTooLong,
    UnexpectedWord,
    UnknownOption,
    UnknownVerb,
)
from bot.commands.registry import SHOWN, AnyCommand
from bot.ui.components.text import code, number
from bot.ui.errors.value_forms import CHOICES, FORM_WORDS

_FILE_EXAMPLE = f'create {FILE_LINK_EXAMPLE} --label "nightly eval"'


def usage_words(error: AnyUsageError) -> str:
    """Return what is wrong with the command, and its usage, or where to find it."""
    hint = _usage_hint(error)
    return f"{_problem_words(error)} Nothing was run." + (f"\n{hint}" if hint else "")


def _problem_words(error: AnyUsageError) -> str:
    match error:
        case UnknownVerb(suggestion=None):
            return f"There is no command {code(error.typed, 60)}."
        case UnknownVerb():
            return f"There is no command {code(error.typed, 60)}. Did you mean {code(f'/batch {error.suggestion}')}?"
        case UnknownOption():
            return _unknown_option_words(error)
        case MissingValue(needs_value=True):
            return f"{code(f'--{error.option}')} needs a value."
        case MissingValue():
            return f"{code(f'--{error.option}')} takes no value."
        case BadValue():
            return _bad_value_words(error)
        case UnexpectedWord():
            return f"I didn't understand {code(error.word, 60)}.{_quotes_hint(error)}"
        case MissingReference(verb="create"):
            return "Which file? Add its link before the options."
        case MissingReference(verb="send" | "approve" | "decline" | "preview" | "discard"):
            return "Which file? Add its name, or its reference from the message that asks whether to send it."
        case MissingReference(verb="explain"):
            return "Which command? Add its name, such as `delete`."
        case MissingReference():
            return "Which batch? Add its id, the start of its id, its label, `last` or `last ended`."
        case MissingCustomId():
            return f"Which request of {code(error.reference, 80)}? Add its `custom_id`, as in the file of the batch."
        case NeedsChannel():
            return f"{_verb_code(error)} is about a channel. Type it in that channel."
        case TextTooLong():
            return f"This command has {number(error.length)} characters. Shorten it to {number(error.limit)}."
        case unreachable:
            assert_never(unreachable)


def _unknown_option_words(error: UnknownOption) -> str:
    problem = f"{_verb_code(error)} has no option {code(f'--{error.option}', 60)}."
    near = get_close_matches(error.option.lower(), error.known, n=1)
    if near:
        return f"{problem} Did you mean {code(f'--{near[0]}')}?"
    known = ", ".join(code(f"--{name}") for name in error.known)
    if len(error.known) == 1:
        return f"{problem.removesuffix('.')}, only {known}."
    return f"{problem} Its options: {known}." if known else problem


def _bad_value_words(error: BadValue) -> str:
    expected = FORM_WORDS[error.form]
    if not error.value.strip():
        return f"The text is missing. {expected}"
    near = get_close_matches(error.value.lower(), CHOICES.get(error.form, ()), n=1)
    return f"I didn't understand {code(error.value, 60)}. {f'Did you mean {code(near[0])}?' if near else expected}"


def _quotes_hint(error: UnexpectedWord) -> str:
    command = _find_command(error.verb)
    takes_batch = command is not None and command.help is not None and BATCH in command.help.arguments
    return " If it is part of a label, put the label in quotes." if takes_batch else ""


def _verb_code(error: AnyUsageError) -> str:
    return code(f"/batch {error.verb}".rstrip())


def _usage_hint(error: AnyUsageError) -> str:
    command = _find_command(error.verb)
    if isinstance(error, TextTooLong) or (isinstance(error, UnknownVerb) and error.suggestion is not None):
        return ""
    if command is None or command.help is None:
        return "`/batch help` lists what you can type."
    example = _FILE_EXAMPLE if isinstance(error, MissingReference) and error.verb == "create" else command.help.example
    return f"Usage: {code(f'/batch {command.usage()}')}\nExample: {code(f'/batch {example}')}"


def _find_command(verb: str) -> type[AnyCommand] | None:
    return next((command for command in SHOWN if command.verb == verb), None)
