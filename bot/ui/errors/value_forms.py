"""The words for each form that a typed value can have."""

from typing import get_args

from msgspec import Struct

from bot.commands.cost import By
from bot.commands.language.errors import ValueForm
from bot.commands.language.values import LONGEST_LABEL, LONGEST_NOTE
from bot.commands.list import LARGEST_LIMIT, STATUSES
from bot.commands.notify import LEVELS
from bot.operations.find_batch import LAST
from bot.operations.result_files import ResultFileKind
from bot.store.records.drafts import WatchPreference


class FormWords(Struct, frozen=True):
    """What to call a value, and what to type for it: "is no `name`: it takes `expected`"."""

    name: str
    expected: str


FORM_WORDS: dict[ValueForm, FormWords] = {
    ValueForm.LABEL: FormWords("label", f"1 to {LONGEST_LABEL} characters, with a letter or a digit among them"),
    ValueForm.RESERVED_LABEL: FormWords("label", f"something else: `{LAST}` means the newest batch"),
    ValueForm.LABEL_FILTER: FormWords("--label", "a label, which has a letter or a digit"),
    ValueForm.NOTE: FormWords("note", f"1 to {LONGEST_NOTE} characters"),
    ValueForm.PERSON: FormWords(
        "person",
        "somebody chosen from the list that Slack offers after @, or a member id, U… (profile, Copy member ID)",
    ),
    ValueForm.FILE_LINK: FormWords("file", "the link of a file in Slack (its menu, Copy link)"),
    ValueForm.RESULT_FILE: FormWords("file", ", ".join(ResultFileKind)),
    ValueForm.HERE_OR_DM: FormWords("place", "one of the two"),
    ValueForm.ALL_OR_CAUSE: FormWords("choice", "one of the two"),
    ValueForm.CAUSE: FormWords("--cause", "a type of error, as the results show it, or expired, or canceled"),
    ValueForm.MUTE_CHANNEL: FormWords("channel", "here, typed in that channel, or the id of one (C…)"),
    ValueForm.MUTE_END: FormWords("time", "2h, 3d, a day such as 2026-12-31, or off"),
    ValueForm.FUTURE_TIME: FormWords("time", "a time that is still to come"),
    ValueForm.NOTIFY_LEVEL: FormWords("level", ", ".join(LEVELS)),
    ValueForm.WATCH_PREFERENCE: FormWords("--watch", " or ".join(get_args(WatchPreference))),
    ValueForm.LIST_STATUS: FormWords("status", ", ".join(STATUSES)),
    ValueForm.LIST_LIMIT: FormWords("--limit", f"a number from 1 to {LARGEST_LIMIT}"),
    ValueForm.LIST_AGE: FormWords("--older-than", "a number and m, h, d or w, such as 7d"),
    ValueForm.COST_SPAN: FormWords("--since", "a number and h, d or w, such as 7d; at most a year"),
    ValueForm.COST_GROUPING: FormWords("--by", " or ".join(get_args(By))),
    ValueForm.AUDIT_ENTRY: FormWords("--before", "the number of an entry"),
}
