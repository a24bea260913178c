"""The words for each form that a typed value can have."""

from collections.abc import Sequence
from typing import get_args

from bot.commands.cost import By
from bot.commands.language.errors import ValueForm
from bot.commands.language.values import LONGEST_LABEL, LONGEST_NOTE
from bot.commands.list import LARGEST_LIMIT
from bot.commands.notify import LEVELS
from bot.operations.result_files import ResultFileKind
from bot.store.records.drafts import WatchPreference

CHOICES: dict[ValueForm, Sequence[str]] = {
    ValueForm.NOTIFY_LEVEL: tuple(LEVELS),
    ValueForm.WATCH_PREFERENCE: get_args(WatchPreference),
    ValueForm.LIST_STATUS: ("running", "canceling", "ended"),
    ValueForm.COST_GROUPING: get_args(By),
}
"""The words to choose from, for the forms that have a few."""


def _choice_of(words: Sequence[str]) -> str:
    return f"{', '.join(f'`{word}`' for word in words[:-1])} or `{words[-1]}`"


FORM_WORDS: dict[ValueForm, str] = {
    ValueForm.LABEL: f"A label has 1 to {LONGEST_LABEL} characters, with at least one letter or digit.",
    ValueForm.RESERVED_LABEL: "`last` and `last ended` can't be labels, because they already mean batches.",
    ValueForm.ID_LABEL: "A label can't look like a batch id.",
    ValueForm.LABEL_FILTER: "`--label` needs at least one letter or digit.",
    ValueForm.NOTE: f"A note has 1 to {LONGEST_NOTE} characters.",
    ValueForm.PERSON: "Pick a person from Slack's @ list, or type a member ID (profile, Copy member ID).",
    ValueForm.FILE_LINK: "Type the link of a file in Slack (from its menu: Copy link).",
    ValueForm.RESULT_FILE: f"One file at a time: {_choice_of(list(ResultFileKind))}.",
    ValueForm.HERE_OR_DM: "Choose `--here` or `--dm`.",
    ValueForm.ALL_OR_CAUSE: "Choose `--all` or `--cause`.",
    ValueForm.CUSTOM_ID: "A `custom_id` has at most 64 letters, digits, hyphens and underscores.",
    ValueForm.CAUSE: "`--cause` takes an error type or a stop reason from the results, `expired` or `canceled`.",
    ValueForm.EXPLAIN_PERSON: "Slack knows no active person with this id. Pick one from Slack's @ list.",
    ValueForm.EXPLAIN_PLACE: "Pick the channel from Slack's # list, or type `here` or its id (C…).",
    ValueForm.MUTE_CHANNEL: "Type `/batch mute here` in the channel, or use its id (C…).",
    ValueForm.MUTE_ELSEWHERE: "This workspace posts nothing there. Type `/batch mute here` in the channel.",
    ValueForm.MUTE_END: "Type `2h`, `3d`, a day such as `2026-12-31`, `forever` or `off`.",
    ValueForm.EDIT_MUTE: "`--mute` takes `1d`, `7d`, `forever` or `off`.",
    ValueForm.FUTURE_TIME: "Type a time in the future.",
    ValueForm.NOTIFY_LEVEL: f"Choose {_choice_of(CHOICES[ValueForm.NOTIFY_LEVEL])}.",
    ValueForm.WATCH_PREFERENCE: f"`--watch` takes {_choice_of(CHOICES[ValueForm.WATCH_PREFERENCE])}.",
    ValueForm.LIST_STATUS: (
        f"Choose {_choice_of(CHOICES[ValueForm.LIST_STATUS])}. If it is part of a label, put the label in quotes."
    ),
    ValueForm.LIST_LIMIT: f"`--limit` takes a number from 1 to {LARGEST_LIMIT}.",
    ValueForm.LIST_AGE: "`--older-than` takes a number and m, h, d or w, such as `7d`.",
    ValueForm.COST_SPAN: "`--since` takes a number and h, d or w, such as `7d`, at most a year.",
    ValueForm.COST_GROUPING: f"`--by` takes {_choice_of(CHOICES[ValueForm.COST_GROUPING])}.",
    ValueForm.DELETE_AGE: "To delete many batches, add `--older-than` with a number and m, h, d or w, such as `14d`.",
    ValueForm.CANCEL_ALL: "To cancel many batches, add `--all`.",
    ValueForm.LISTED: "Press the button of the question.",
    ValueForm.AUDIT_ENTRY: "`--before` takes the number of an entry.",
}
"""What to type, as a sentence."""
