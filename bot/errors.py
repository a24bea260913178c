"""The base of every expected error."""

import re

LONGEST = 200
"""Characters of an error's `str()`."""
_SECRET = re.compile(r"\b(xox[a-z.]*-|xapp-|sk-ant-)[\w.-]+")


class ExpectedError(Exception):
    """Something that can happen in ordinary use. Each subclass carries typed facts.

    bot.ui.errors has the words for people. `str()` is a short fact for an audit row and a log.
    """

    cannot_succeed: bool = False
    """Whether trying the same again can only fail the same way."""
    exit_status: int = 1
    """The exit status of a command line that it ends: 2 if what was typed or set has to change."""
    may_have_happened: bool = False
    """Whether a change that failed with it may have been made all the same."""

    def describe(self) -> str:
        """Return what happened, in full; it may have several lines."""
        return self._fact()

    def _fact(self) -> str:
        """Return what happened, in plain English: facts and ids, no record, nothing of prompts or results."""
        raise NotImplementedError(f"{type(self).__name__} has no words for the log")

    def __str__(self) -> str:
        return to_one_line(self._fact())


def to_one_line(text: str, longest: int = LONGEST) -> str:
    """Return a text on one line, without control characters and without what looks like a Slack token or API key."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    line = _SECRET.sub(r"\1…", " ".join(plain.split()))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
