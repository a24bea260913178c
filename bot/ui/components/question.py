"""The words that differ from one question before a change to the next; bot.ui.question puts them together."""

from msgspec import Struct

from bot.ui.components.buttons import Style


class QuestionWords(Struct, frozen=True):
    """The words of one verb's question. Each verb that asks has its own, in its module in bot/ui/verbs/."""

    title: str
    yes: str
    """The label of the button that goes ahead."""
    no: str
    """The label of the button that changes nothing."""
    consequences: str
    """What the change loses or cannot promise."""
    style: Style = "danger"
