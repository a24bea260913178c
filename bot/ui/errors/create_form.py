"""The words beside the fields of a form that cannot be submitted as it is."""

from enum import Enum, auto

from bot.commands.create import PLACEHOLDER
from bot.commands.language.errors import BadValue
from bot.ui.errors.value_forms import FORM_WORDS


class FormProblem(Enum):
    """What is wrong with one field of the form."""

    UNREADABLE = auto()
    EDIT_UNREADABLE = auto()
    FILE_AND_PROMPT = auto()
    NO_FILE = auto()
    NO_PLACEHOLDER = auto()
    NO_VALUES = auto()
    NO_MODEL = auto()
    BAD_MAX_TOKENS = auto()
    DECLINE_UNREADABLE = auto()
    NO_REASON = auto()
    COUNT_UNREADABLE = auto()
    WRONG_COUNT = auto()


_WORDS = {
    FormProblem.UNREADABLE: "I couldn't read this form. Close it and open it again with /batch create.",
    FormProblem.EDIT_UNREADABLE: "I couldn't read this form. Close it and open it again from the card.",
    FormProblem.FILE_AND_PROMPT: "Use a file or a prompt, not both. Clear this field or remove the file.",
    FormProblem.NO_FILE: "Choose a file.",
    FormProblem.NO_PLACEHOLDER: f"Write {PLACEHOLDER} where each value goes.",
    FormProblem.NO_VALUES: "Write at least one value. Each line becomes a request.",
    FormProblem.NO_MODEL: "Choose a model.",
    FormProblem.BAD_MAX_TOKENS: "Enter a whole number from 1 to 1,000,000.",
    FormProblem.DECLINE_UNREADABLE: "I couldn't read this form. Close it and press Decline again.",
    FormProblem.NO_REASON: "Write a reason.",
    FormProblem.COUNT_UNREADABLE: "I couldn't read this form. Close it and press the button again.",
    FormProblem.WRONG_COUNT: "That is not the number of batches. Nothing was deleted.",
}


def form_problem_words(problem: FormProblem | BadValue) -> str:
    """Return what to write beside the field, as plain text."""
    if isinstance(problem, BadValue):
        return FORM_WORDS[problem.form]
    return _WORDS[problem]
