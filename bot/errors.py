"""The base of everything a person may be told went wrong."""


class ExpectedError(Exception):
    """Something that can happen in ordinary use; each subclass carries typed facts, bot.ui.errors has the words."""
