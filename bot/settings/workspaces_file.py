"""Read the TOML file of workspaces: its form and the form of each value, without what they mean together.

A problem never quotes a value, because a secret is easily pasted into such a file.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from msgspec import Struct

from bot.settings.model import CHANNEL, CHANNELS, PEOPLE, RULE, SERVICE_ACCOUNT, UUID, WORKSPACE_ID, TextFormat
from bot.settings.toml_lines import find_lines
from bot.small_file import read_small_file

MOST_WORKSPACES = 50
_MOST_BYTES = 64 * 1024
_MOST_LINES = 1_000
_MOST_ENTRIES = 1_000
_HIGHEST_LIMIT = 10**9
_NAME = re.compile(r"[a-z0-9](-?[a-z0-9]){0,29}")
_KEY = re.compile(r"[a-z_]{1,40}")
_LINE = re.compile(r"\(at line (\d{1,6}), column \d+\)$")
_SECRETS = ("api_key", "auth_token", "identity_token", "key", "token", "secret")
"""Names of what does not belong into the file."""
NO_LIMIT = "none"


class FileProblem(Struct, frozen=True, order=True):
    """What is wrong on a line."""

    line: int
    words: str


class WorkspaceTable(Struct, frozen=True):
    """The table of one workspace: the values that have the right form, and the line of each key.

    Those of a federation are under `federation.rule` and so on.
    """

    name: str
    line: int
    values: Mapping[str, Any]
    lines: Mapping[str, int]


class WorkspacesFile(Struct, frozen=True):
    """What a file says, and everything that is wrong with its form."""

    tables: tuple[WorkspaceTable, ...]
    problems: tuple[FileProblem, ...]


class FileSetting(Struct, frozen=True):
    """A setting of a workspace: its meaning, its default in words, what it must be, and how it is read.

    `read` returns the value, or None if it has another form.
    """

    meaning: str
    default: str
    expected: str
    read: Callable[[object], object | None]


def _read_text(pattern: str) -> Callable[[object], str | None]:
    return lambda value: value if isinstance(value, str) and re.fullmatch(pattern, value) else None


def _read_texts(pattern: str) -> Callable[[object], tuple[str, ...] | None]:
    def read(value: object) -> tuple[str, ...] | None:
        if not isinstance(value, list) or len(value) > _MOST_ENTRIES:
            return None
        entries = [entry for entry in value if isinstance(entry, str) and re.fullmatch(pattern, entry)]
        return tuple(dict.fromkeys(entries)) if len(entries) == len(value) else None

    return read


def _read_amount(value: object) -> Decimal | str | None:
    if value == NO_LIMIT:
        return NO_LIMIT
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    amount = Decimal(value)
    return amount if amount.is_finite() and 0 <= amount <= _HIGHEST_LIMIT else None


def _read_count(value: object) -> int | str | None:
    if value == NO_LIMIT:
        return NO_LIMIT
    return value if type(value) is int and 0 <= value <= _HIGHEST_LIMIT else None


def _read_path(value: object) -> Path | None:
    return Path(value) if isinstance(value, str) and value.strip() and value.isprintable() else None


def _read_table(value: object) -> Mapping[str, Any] | None:
    return value if isinstance(value, dict) else None


def _one(known: TextFormat, meaning: str, default: str = "none") -> FileSetting:
    return FileSetting(meaning, default, known.expected, _read_text(known.pattern))


def _many(known: TextFormat, meaning: str, default: str) -> FileSetting:
    return FileSetting(meaning, default, f"a list of {known.expected}", _read_texts(known.pattern))


def _variable(meaning: str) -> FileSetting:
    return FileSetting(meaning, "none", "the name of a variable", _read_text(r"[A-Za-z_][A-Za-z0-9_]{0,99}"))


def _file(meaning: str) -> FileSetting:
    return FileSetting(meaning, "none", "the path of a file", _read_path)


_AMOUNT = f"a number from 0 to {_HIGHEST_LIMIT:,}, or {NO_LIMIT!r}"
_ID = TextFormat(WORKSPACE_ID.pattern, "a workspace id (wrkspc_…)")

SETTINGS_OF_WORKSPACE: dict[str, FileSetting] = {
    "channels": _many(CHANNELS, "the channels of the workspace; the bot answers in no others", "required"),
    "id": _one(
        _ID,
        "the workspace, `wrkspc_…`: named in each call, and compared before a change with the one that the API names",
        "none: nothing is compared",
    ),
    "api_key_variable": _variable("the variable with the API key"),
    "api_key_file": _file("the file with the API key"),
    "auth_token_variable": _variable("the variable with a token to send as `Authorization: Bearer`"),
    "auth_token_file": _file("the file with such a token"),
    "federation": FileSetting(
        "a table for workload identity federation: `rule`, `organization`, `identity_token_file` or "
        "`identity_token_variable`, and `service_account`",
        "none",
        "a table",
        _read_table,
    ),
    "base_url": FileSetting(
        "address of the Messages API, without `/v1`", "`ANTHROPIC_BASE_URL`", "an address", _read_text(r"\S{1,2000}")
    ),
    "header": FileSetting(
        '`"absent"`: make changes although the answers name no workspace, as behind some gateways',
        "such changes are refused, if there is an `id`",
        'the word "absent"',
        _read_text("absent"),
    ),
    "operators": _many(PEOPLE, "who may change batches", "`BATCHDESK_OPERATORS`"),
    "admins": _many(
        PEOPLE, "who may delete batches and read the audit record", "`BATCHDESK_ADMINS`, else its operators"
    ),
    "approvers": _many(PEOPLE, "who may approve what exceeds a limit", "`BATCHDESK_APPROVERS`, else its operators"),
    "readers": _many(PEOPLE, "who may fetch contents", "`BATCHDESK_READERS`"),
    "spend_limit": FileSetting(
        'USD that one person may send in 24 hours alone; `"none"` for no limit',
        "`BATCHDESK_SPEND_LIMIT`",
        _AMOUNT,
        _read_amount,
    ),
    "request_limit": FileSetting(
        "requests that one person may send in 24 hours alone: likewise",
        "`BATCHDESK_REQUEST_LIMIT`",
        f"a whole number from 0 to {_HIGHEST_LIMIT:,}, or {NO_LIMIT!r}",
        _read_count,
    ),
    "monthly_budget": FileSetting(
        "USD a month for this workspace: likewise", "`BATCHDESK_MONTHLY_BUDGET`", _AMOUNT, _read_amount
    ),
    "feed_channel": _one(CHANNEL, "the channel that gets one card for each batch"),
    "digest_channel": _one(CHANNEL, "the channel of the digest", "the feed channel"),
    "audit_channel": _one(CHANNEL, "the channel that gets one line for each change"),
}
"""The settings of a workspace, in the order of the table in docs/settings.md."""

_FEDERATION: dict[str, FileSetting] = {
    "rule": _one(RULE, ""),
    "organization": _one(UUID, ""),
    "identity_token_file": _file(""),
    "identity_token_variable": _variable(""),
    "service_account": _one(SERVICE_ACCOUNT, ""),
}


def make_settings_table() -> str:
    """Return the table of docs/settings.md."""
    rows = [f"| `{name}` | {one.meaning} | {one.default} |" for name, one in SETTINGS_OF_WORKSPACE.items()]
    return "\n".join(["| name | meaning | default |", "|---|---|---|", *rows])


def read_file(path: Path) -> WorkspacesFile:
    """Return what a file of workspaces says, and everything that is wrong with its form.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no file of text, or too large. The message is a clause.
    """
    try:
        text = read_small_file(path, _MOST_BYTES).decode("utf-8-sig")
    except UnicodeError:
        raise ValueError("the file is not UTF-8") from None
    if text.count("\n") > _MOST_LINES:
        raise ValueError(f"the file has more than {_MOST_LINES:,} lines")
    try:
        content = tomllib.loads(text, parse_float=Decimal)
        lines = find_lines(text)
    except (ValueError, ArithmeticError, RecursionError) as error:
        found = _LINE.search(str(error))
        number = int(found[1]) if found else text.count("\n") + 1
        words = 'This is not TOML. Write lines such as `name = "value"`, and [production] before those of a workspace.'
        return WorkspacesFile((), (FileProblem(number, words),))
    reading = _Reading(lines)
    tables = tuple(reading.read_workspace(name, value) for name, value in content.items() if isinstance(value, dict))
    for name, value in content.items():
        if not isinstance(value, dict):
            reading.report("It is not in the table of a workspace. Write a line such as [production] before it.", name)
    if not 1 <= len(content) <= MOST_WORKSPACES:
        reading.report(f"The file has {len(content)} workspaces. Write from 1 to {MOST_WORKSPACES}.")
    return WorkspacesFile(tables, tuple(reading.problems))


class _Reading:
    """Collects what is wrong while the tables are read."""

    def __init__(self, lines: Mapping[tuple[str, ...], int]) -> None:
        self._lines = lines
        self.problems: list[FileProblem] = []

    def report(self, words: str, *path: str) -> None:
        """Record a problem at a key."""
        self.problems.append(FileProblem(self._lines.get(path, 1), words))

    def read_workspace(self, name: str, value: Mapping[str, Any]) -> WorkspaceTable:
        """Return the table of a workspace with the values that have the right form."""
        if not _NAME.fullmatch(name):
            self.report("Name the workspace with at most 30 lower-case letters, digits and single hyphens.", name)
        values = self._read_values(value, SETTINGS_OF_WORKSPACE, name)
        if "federation" in values:
            values["federation"] = self._read_values(values["federation"], _FEDERATION, name, "federation")
        lines = {".".join(path[1:]): line for path, line in self._lines.items() if path[0] == name and path[1:]}
        return WorkspaceTable(name, self._lines.get((name,), 1), values, lines)

    def _read_values(self, given: Mapping[str, Any], known: Mapping[str, FileSetting], *path: str) -> dict[str, Any]:
        values = {}
        for key, value in given.items():
            setting = known.get(key)
            if setting is None:
                self.report(_explain_unknown(key, known), *path, key)
                continue
            read = setting.read(value)
            if read is None:
                self.report(f"`{key}` must be {setting.expected}.", *path, key)
            else:
                values[key] = read
        return values


def _explain_unknown(key: str, known: Mapping[str, FileSetting]) -> str:
    """Return what to write instead. A key that may hold a secret is not quoted."""
    if key in _SECRETS:
        holders = [name for name in known if name.startswith(f"{key}_")] or ["api_key_variable", "api_key_file"]
        return f"`{key}` doesn't belong here, because this file holds no secrets. Write `{'` or `'.join(holders)}`."
    if not _KEY.fullmatch(key):
        return "This is no setting of a workspace. Check its spelling."
    near = get_close_matches(key, known, n=1)
    return f"`{key}` is no setting of a workspace. {f'Did you mean `{near[0]}`?' if near else 'Check its spelling.'}"
