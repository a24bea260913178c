"""What can be wrong with a file of requests: kinds and facts; bot.ui has the words."""

import json
from collections import Counter
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

MAX_PROBLEMS = 1_000
"""Problems kept in full; they take less than 1 MB."""
MAX_WARNINGS = 20
_MAX_VALUE_LENGTH = 80


class ProblemKind(Enum):
    """Why a file must not be sent as it is. Source of the rules: docs.anthropic.com, Message Batches and Messages."""

    # the line
    NOT_JSON = "not_json"
    NOT_UTF8 = "not_utf8"
    NUL_BYTE = "nul_byte"
    CUT_OFF = "cut_off"
    TOO_LONG = "too_long"
    TOO_DEEP = "too_deep"
    TOO_COMPLEX = "too_complex"
    DUPLICATE_KEY = "duplicate_key"
    # its keys
    WRONG_TYPE = "wrong_type"
    MISSING_KEY = "missing_key"
    UNKNOWN_KEY = "unknown_key"
    CUSTOM_ID_CHARACTERS = "custom_id_characters"
    CUSTOM_ID_TOO_LONG = "custom_id_too_long"
    CUSTOM_ID_TWICE = "custom_id_twice"
    # what the API would find only while it processes the batch
    EMPTY = "empty"
    UNKNOWN_ROLE = "unknown_role"
    OUT_OF_RANGE = "out_of_range"
    FORBIDDEN_IN_BATCH = "forbidden_in_batch"
    FORBIDDEN_IN_VERSION = "forbidden_in_version"
    OTHER_USER_PROFILE = "other_user_profile"
    NOT_HTTPS = "not_https"
    UNKNOWN_MODEL = "unknown_model"
    RETIRED_MODEL = "retired_model"
    MODEL_WITHOUT_BATCHES = "model_without_batches"
    # the file
    NO_REQUESTS = "no_requests"
    TOO_MANY_REQUESTS = "too_many_requests"
    BODY_TOO_LARGE = "body_too_large"
    FILE_TOO_COMPLEX = "file_too_complex"


class WarningKind(Enum):
    """What may turn out wrong but does not prevent sending."""

    MODEL_NOT_CHECKED = "model_not_checked"
    DEPRECATED_MODEL = "deprecated_model"
    UNKNOWN_PARAM = "unknown_param"
    SYSTEM_ROLE = "system_role"


class RequestFault(NamedTuple):
    """One finding in a line, not yet formatted for people: `place` and `limit` as in a problem, `value` raw."""

    kind: ProblemKind | WarningKind
    place: str = ""
    value: object = ""
    limit: int | None = None


class Problem(Struct, frozen=True):
    """One problem.

    Attributes:
        kind: what is wrong.
        line: from 1, blank lines counted; None for a problem of the whole file.
        place: the path to the value as the API writes it ("params.messages.0.role"); empty for the whole line.
        value: the value as JSON, or the beginning of a line that cannot be read; at most 80 characters.
        limit: the limit that `value` exceeds or falls below.
        first_line: the earlier line with the same `custom_id`.
    """

    kind: ProblemKind
    line: int | None = None
    place: str = ""
    value: str = ""
    limit: int | None = None
    first_line: int | None = None


class GroupedWarning(Struct, frozen=True):
    """A warning: `place` and `value` as in a problem, its first line, and its number of lines."""

    kind: WarningKind
    place: str
    value: str
    line: int
    lines: int = 1


class Findings(Struct):
    """Count all problems and warnings, and keep the first ones."""

    max_problems: int = MAX_PROBLEMS
    problems: list[Problem] = field(default_factory=list)
    totals: Counter[ProblemKind] = field(default_factory=Counter)
    _warned: dict[tuple[WarningKind, str, str], GroupedWarning] = field(default_factory=dict)

    def add(self, line: int, fault: RequestFault, first_line: int | None = None) -> None:
        """Record a finding in a line."""
        if isinstance(fault.kind, WarningKind):
            self._warn(fault.kind, fault.place, format_value(fault.value), line)
        else:
            self.totals[fault.kind] += 1
            if len(self.problems) < self.max_problems:
                value = format_value(fault.value)
                self.problems.append(Problem(fault.kind, line, fault.place, value, fault.limit, first_line))

    def add_file_problem(self, kind: ProblemKind, value: str = "", limit: int | None = None) -> None:
        """Record a problem of the whole file; it comes first."""
        self.totals[kind] += 1
        self.problems = [Problem(kind, value=value, limit=limit), *self.problems[: self.max_problems - 1]]

    @property
    def warnings(self) -> tuple[GroupedWarning, ...]:
        """The warnings in the order in which they were found."""
        return tuple(self._warned.values())

    def _warn(self, kind: WarningKind, place: str, value: str, line: int) -> None:
        key = (kind, place, value)
        if (before := self._warned.get(key)) is not None:
            self._warned[key] = replace(before, lines=before.lines + 1)
        elif len(self._warned) < MAX_WARNINGS:
            self._warned[key] = GroupedWarning(kind, place, value, line)


def format_value(value: object) -> str:
    """Return `value` for people: JSON of at most 80 printable characters."""
    if isinstance(value, bytes):
        text = value[: 4 * _MAX_VALUE_LENGTH].decode("utf-8", "replace")
    elif isinstance(value, str):
        text = value[: 2 * _MAX_VALUE_LENGTH]
    elif isinstance(value, Mapping | list):
        return "{…}" if isinstance(value, Mapping) else "[…]" if value else "[]"
    else:
        text = json.dumps(value)
    printable = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return printable if len(printable) <= _MAX_VALUE_LENGTH else printable[: _MAX_VALUE_LENGTH - 1] + "…"
