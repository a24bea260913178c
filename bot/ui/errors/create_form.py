"""The words beside the fields of a form that cannot be submitted as it is."""

from enum import Enum, auto

from bot.commands.create import PLACEHOLDER
from bot.commands.language.errors import BadValue
from bot.ui.errors.value_forms import FORM_WORDS


class FormProblem(Enum):
    """What is wrong with one field of the form."""

    UNREADABLE = auto()
    FILE_AND_PROMPT = auto()
    NOTHING_TO_SEND = auto()
    NO_PLACEHOLDER = auto()
    NO_VALUES = auto()
    NO_MODEL = auto()
    BAD_MAX_TOKENS = auto()
    NO_REASON = auto()


_WORDS = {
    FormProblem.UNREADABLE: "This form could not be read; open it again with /batch create.",
    FormProblem.FILE_AND_PROMPT: "Either a file or a prompt, not both: empty this, or remove the file.",
    FormProblem.NOTHING_TO_SEND: "Choose a file, or write a prompt and its values below.",
    FormProblem.NO_PLACEHOLDER: f"Write {PLACEHOLDER} where each line of the values goes.",
    FormProblem.NO_VALUES: "Write at least one value; each line becomes a request.",
    FormProblem.NO_MODEL: "Say which model.",
    FormProblem.BAD_MAX_TOKENS: "A whole number, at least 1.",
    FormProblem.NO_REASON: "Write a reason.",
}


def form_problem_words(problem: FormProblem | BadValue) -> str:
    """Return what to write beside the field, as plain text."""
    if isinstance(problem, BadValue):
        return f"It takes {FORM_WORDS[problem.form].expected}."
    return _WORDS[problem]
