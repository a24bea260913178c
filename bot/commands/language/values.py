"""Check the words that name batches, files and people, for every verb that takes them."""

import re
from datetime import timedelta

from bot.commands.language.arguments import Arguments
from bot.commands.language.errors import BadValue, MissingReference, ValueForm
from bot.commands.language.references import reference
from bot.operations.find_batch import MOVING_REFERENCES, Reference
from bot.store.records import labels

REMOVE = "remove"
"""The option that removes a label or a note."""

LONGEST_LABEL = 60
LONGEST_NOTE = 500
FILE_ID = re.compile(r"F[A-Z0-9]{5,}")
FILE_LINK = re.compile(r"/(?:[TE][A-Z0-9]+-)?(F[A-Z0-9]{5,})(?=/|$)")
_UNSPELT = str.maketrans({"`": None, **dict.fromkeys('"“”„«»', "'"), **dict.fromkeys("‘’‚", "'")})
"""Characters that would be lost, or taken for quotes, when the spelled line is parsed."""
_PERSON = re.compile(r"[UW][A-Z0-9]{2,}")
_SPAN = re.compile(r"([1-9][0-9]{0,3})([hdw])")
_SPAN_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_AGE = re.compile(r"([0-9]{1,4})([mhdw])")
_AGE_UNITS = {"m": "minutes", **_SPAN_UNITS}
ME = "me"
"""What people type for themselves."""
LONGEST_SPAN = timedelta(days=366)


def words_for(arguments: Arguments) -> tuple[Reference, str | None]:
    """Read a reference and the words for it, or None with `--remove`. Raises UsageError, InvalidBatchId."""
    if not arguments.words:
        raise MissingReference(arguments.verb)
    if arguments.flag(REMOVE):
        return reference(arguments.at_most(1).words[0]), None
    return reference(arguments.words[0]), " ".join(arguments.words[1:])


def spelled(verb: str, wanted: Reference, words: str | None) -> str:
    """Return the text that `read_words` reads."""
    return f"{verb} {wanted} --{REMOVE}" if words is None else f'{verb} {wanted} "{words}"'


def check_label(verb: str, text: str) -> str:
    """Return the label without the characters that its spelling cannot carry. Raises BadValue."""
    label = _carried(text)
    if labels.normalize_label(label) in MOVING_REFERENCES:
        raise BadValue(verb, text, ValueForm.RESERVED_LABEL)
    if labels.reads_as_id(label):
        raise BadValue(verb, text, ValueForm.ID_LABEL)
    if not labels.normalize_label(label) or len(label) > LONGEST_LABEL or not label.isprintable():
        raise BadValue(verb, text, ValueForm.LABEL)
    return label


def check_note(verb: str, text: str) -> str:
    """Return the note without the characters that its spelling cannot carry. Raises BadValue."""
    note = _carried(text)
    if not note or len(note) > LONGEST_NOTE:
        raise BadValue(verb, note, ValueForm.NOTE)
    return note


def check_person(verb: str, word: str) -> str:
    """Return a person's Slack id from a mention or from the id itself. Raises BadValue: names cannot be looked up."""
    person = word.removeprefix("@")
    if not _PERSON.fullmatch(person):
        raise BadValue(verb, word, ValueForm.PERSON)
    return person


def parse_span(verb: str, text: str) -> timedelta:
    """Read how far back to look, such as `7d`: at most a year. Raises BadValue."""
    found = _SPAN.fullmatch(text.lower())
    if found is None or (span := timedelta(**{_SPAN_UNITS[found[2]]: int(found[1])})) > LONGEST_SPAN:
        raise BadValue(verb, text, ValueForm.COST_SPAN)
    return span


def parse_age(verb: str, text: str) -> timedelta:
    """Read how long ago something was created, such as `14d`. Raises BadValue."""
    found = _AGE.fullmatch(text.lower())
    if found is None:
        raise BadValue(verb, text, ValueForm.LIST_AGE)
    return timedelta(**{_AGE_UNITS[found[2]]: int(found[1])})


def check_label_filter(verb: str, text: str) -> str:
    """Return the form in which labels are compared. Raises BadValue for a text without a letter or a digit."""
    if not (key := labels.normalize_label(text)):
        raise BadValue(verb, text, ValueForm.LABEL_FILTER)
    return key


def check_owner_filter(verb: str, word: str) -> str:
    """Return the id of a person, or `me`. Raises BadValue."""
    return ME if word.lower() == ME else check_person(verb, word)


def file_in(verb: str, word: str) -> str:
    """Return the id of the file that a link names, without opening the link. Raises BadValue."""
    if FILE_ID.fullmatch(word):
        return word
    if found := FILE_LINK.search(word.partition("?")[0]):
        return found[1]
    raise BadValue(verb, word, ValueForm.FILE_LINK)


def _carried(text: str) -> str:
    return " ".join(text.translate(_UNSPELT).split())
