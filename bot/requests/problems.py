"""What can be wrong with a file of requests: kinds and facts; bot.ui has the words."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

MAX_PROBLEMS = 1_000
"""Problems kept in full; they take less than 1 MB."""
MAX_WARNINGS = 20
MAX_GROUPS = 200
"""Different problems of a file; further ones are only in the totals."""
MAX_PLACES = 5
_MAX_VALUE_LENGTH = 80
_INDEX = re.compile(r"\.\d+(?=\.|$)")


class ProblemKind(Enum):
    """Why a file must not be sent as it is. Source of the rules: docs.anthropic.com, Message Batches and Messages."""

    # the line
    NOT_JSON = "not_json"
    NOT_UTF8 = "not_utf8"
    NUL_BYTE = "nul_byte"
    CUT_OFF = "cut_off"
    UNFINISHED_LINE = "unfinished_line"
    NOT_A_NUMBER = "not_a_number"
    HALF_SURROGATE = "half_surrogate"
    BYTE_ORDER_MARK = "byte_order_mark"
    RECORD_SEPARATOR = "record_separator"
    TRAILING_COMMA = "trailing_comma"
    SEVERAL_ON_LINE = "several_on_line"
    CR_LINE_ENDS = "cr_line_ends"
    COMMENT = "comment"
    OTHER_QUOTES = "other_quotes"
    PYTHON_WORD = "python_word"
    CONTROL_CHARACTER = "control_character"
    TOO_LONG = "too_long"
    TOO_DEEP = "too_deep"
    TOO_COMPLEX = "too_complex"
    DUPLICATE_KEY = "duplicate_key"
    # lines of other APIs and of other files
    OPENAI_LINE = "openai_line"
    BEDROCK_LINE = "bedrock_line"
    VERTEX_LINE = "vertex_line"
    RESULT_LINE = "result_line"
    CREATE_BODY_LINE = "create_body_line"
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
    SDK_ARGUMENT = "sdk_argument"
    FOREIGN_PARAM = "foreign_param"
    NOT_ONE_OF = "not_one_of"
    CONFLICT = "conflict"
    BLANK_TEXT = "blank_text"
    BLANK_END = "blank_end"
    NESTED_PARAMS = "nested_params"
    BUDGET_TOO_LARGE = "budget_too_large"
    WITH_THINKING = "with_thinking"
    # images, documents and caching
    MEDIA_MISMATCH = "media_mismatch"
    DATA_URL = "data_url"
    TOO_MANY = "too_many"
    FOREIGN_BLOCK = "foreign_block"
    # tools
    FOREIGN_TOOL = "foreign_tool"
    TOOL_NAME = "tool_name"
    TOOL_TWICE = "tool_twice"
    TOOL_USE_UNANSWERED = "tool_use_unanswered"
    TOOL_RESULT_ORPHAN = "tool_result_orphan"
    TOOL_RESULT_NOT_FIRST = "tool_result_not_first"
    # what this model refuses
    MODEL_SAMPLING = "model_sampling"
    MODEL_SAMPLING_BOTH = "model_sampling_both"
    MODEL_THINKING = "model_thinking"
    MODEL_THINKING_EFFORT = "model_thinking_effort"
    MODEL_PREFILL = "model_prefill"
    MODEL_EFFORT = "model_effort"
    MODEL_TOOL_CHOICE = "model_tool_choice"
    MODEL_TOOL = "model_tool"
    MODEL_INPUT = "model_input"
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
    MODEL_NOT_LISTED = "model_not_listed"
    MODEL_RULES_UNKNOWN = "model_rules_unknown"
    MODEL_MAY_REFUSE = "model_may_refuse"
    MAY_BE_REFUSED = "may_be_refused"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_BLOCK = "unknown_block"
    UNKNOWN_TOOL = "unknown_tool"
    MEDIA_UNKNOWN = "media_unknown"
    MANY_PAGES = "many_pages"


class RequestFault(NamedTuple):
    """One finding in a line, not yet formatted for people: the fields of a problem, with `value` as it is."""

    kind: ProblemKind | WarningKind
    place: str = ""
    value: object = ""
    limit: int | None = None
    model: str = ""
    instead: str = ""
    column: int | None = None
    day: str = ""


class Problem(Struct, frozen=True):
    """One problem.

    Attributes:
        kind: what is wrong.
        line: from 1, blank lines counted; None for a problem of the whole file.
        place: the path to the value as the API writes it ("params.messages.0.role"); empty for the whole line.
        value: the value as JSON, or the beginning of a line that cannot be read; at most 80 characters.
        limit: the limit that `value` exceeds or falls below.
        model: the model whose rule it is, as the request names it.
        instead: what to write instead.
        first_line: the earlier line with the same `custom_id`.
        column: the character of the line, from 1.
        day: when the model of `value` retires or retired, as 2026-08-05 (UTC).
    """

    kind: ProblemKind
    line: int | None = None
    place: str = ""
    value: str = ""
    limit: int | None = None
    first_line: int | None = None
    model: str = ""
    instead: str = ""
    column: int | None = None
    day: str = ""


class ProblemGroup(Struct):
    """One problem that is repeated: how often, and the first of its problems, at most `MAX_PLACES`."""

    count: int
    first: list[Problem]


class GroupedWarning(Struct, frozen=True):
    """A warning: the fields of a problem, with no index in `place`; its first line, and its number of lines."""

    kind: WarningKind
    place: str
    value: str
    line: int
    lines: int = 1
    model: str = ""
    instead: str = ""
    day: str = ""


class Findings(Struct):
    """Count all problems and warnings, and keep the first ones."""

    max_problems: int = MAX_PROBLEMS
    problems: list[Problem] = field(default_factory=list)
    totals: Counter[ProblemKind] = field(default_factory=Counter)
    _groups: dict[tuple[object, ...], ProblemGroup] = field(default_factory=dict)
    _warned: dict[tuple[WarningKind, str, str, str], GroupedWarning] = field(default_factory=dict)
    _last_warned: dict[tuple[WarningKind, str, str, str], int] = field(default_factory=dict)

    def add(self, line: int, fault: RequestFault, first_line: int | None = None) -> None:
        """Record a finding in a line."""
        if isinstance(fault.kind, WarningKind):
            self._warn(fault.kind, fault, line)
        else:
            value, model = format_value(fault.value), format_value(fault.model)
            self._record(
                Problem(
                    fault.kind,
                    line,
                    fault.place,
                    value,
                    fault.limit,
                    first_line,
                    model,
                    fault.instead,
                    fault.column,
                    fault.day,
                )
            )

    def add_file_problem(self, kind: ProblemKind, value: str = "", limit: int | None = None) -> None:
        """Record a problem of the whole file; it comes first."""
        self.totals[kind] += 1
        problem = Problem(kind, value=value, limit=limit)
        self.problems = [problem, *self.problems[: self.max_problems - 1]]
        self._groups = {(kind,): ProblemGroup(1, [problem]), **self._groups}

    @property
    def groups(self) -> tuple[ProblemGroup, ...]:
        """The problems by kind and place, in the order in which they were found."""
        return tuple(self._groups.values())

    @property
    def warnings(self) -> tuple[GroupedWarning, ...]:
        """The warnings in the order in which they were found."""
        return tuple(self._warned.values())

    def _record(self, problem: Problem) -> None:
        self.totals[problem.kind] += 1
        if len(self.problems) < self.max_problems:
            self.problems.append(problem)
        add_to_groups(self._groups, problem)

    def _warn(self, kind: WarningKind, fault: RequestFault, line: int) -> None:
        place, value, model = strip_indexes(fault.place), format_value(fault.value), format_value(fault.model)
        key = (kind, place, value, model)
        if (before := self._warned.get(key)) is None:
            if len(self._warned) < MAX_WARNINGS:
                self._warned[key] = GroupedWarning(kind, place, value, line, 1, model, fault.instead, fault.day)
                self._last_warned[key] = line
        elif self._last_warned[key] != line:
            self._warned[key] = replace(before, lines=before.lines + 1)
            self._last_warned[key] = line


def add_to_groups(groups: dict[tuple[object, ...], ProblemGroup], problem: Problem) -> None:
    """Add a problem to the group of its kind, place, limit, model and remedy."""
    key = (problem.kind, strip_indexes(problem.place), problem.limit, problem.model, problem.instead)
    if (group := groups.get(key)) is None:
        if len(groups) < MAX_GROUPS:
            groups[key] = ProblemGroup(1, [problem])
        return
    group.count += 1
    if len(group.first) < MAX_PLACES:
        group.first.append(problem)


def group_problems(problems: Iterable[Problem]) -> tuple[ProblemGroup, ...]:
    """Return problems without repetition."""
    groups: dict[tuple[object, ...], ProblemGroup] = {}
    for problem in problems:
        add_to_groups(groups, problem)
    return tuple(groups.values())


def strip_indexes(place: str) -> str:
    """Return a place without the indexes of arrays, the same for all their items."""
    return _INDEX.sub("", place)


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
