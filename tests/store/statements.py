"""A check of the SQL of every statement that the tests execute: it names the workspace of each table that it touches.

`bot.store.db.scope` adds the condition. It cannot see tables inside subqueries, text and statements that are built in
another way; this check sees what reaches the database. Processes that tests start are not checked.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bot.store.db.scope import EVERY_WORKSPACE, SCOPED_TABLES, WORKSPACE

ROOT = Path(__file__).parent.parent.parent
SEES_EVERY_WORKSPACE = {
    "bot/store/migrations/": "changes the tables of all workspaces, before the bot starts",
}
"""Code whose statements may leave the workspace out, with the reason. What is executed for `every_workspace`, such as
the move of a store and adoption, may too: whoever asks for it says so in the code."""

_NAMES = "|".join(sorted(str(table) for table in SCOPED_TABLES))
_TABLE = re.compile(rf"(?<!OF )\b({_NAMES})\b(?!\.)(?:\s+AS\s+(\w+))?")
_CONDITION = re.compile(rf"\b(\w+)\.{WORKSPACE}\s*=|=\s*(\w+)\.{WORKSPACE}\b")
_INSERT = re.compile(rf"\s*INSERT INTO ({_NAMES}) \(([^)]*)\)")
_QUERIES = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


@cache
def find_unscoped(statement: str) -> tuple[str, ...]:
    """Return the tables, or their names in a statement, whose rows it does not limit to a workspace.

    The condition of each mention of a table counts once, so that one in a subquery needs its own.
    """
    if not statement.lstrip(" (\n").startswith(_QUERIES):
        return ()
    mentioned = Counter(alias or table for table, alias in _TABLE.findall(statement))
    if not mentioned:
        return ()
    named = Counter(left or right for left, right in _CONDITION.findall(statement))
    insert = _INSERT.match(statement)
    if insert is not None and re.search(rf"\b{WORKSPACE}\b", insert[2]):
        named[insert[1]] += 1
    return tuple(sorted(mentioned - named))


class StatementCheck:
    """Collects the statements that leave the workspace out."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def take_found(self) -> list[str]:
        """Return what was found since the last time, with the line of code that executed it."""
        found, self._found = self._found, []
        return found

    def begin(self) -> None:
        """Check the statements of every engine from now on."""
        event.listen(Engine, "before_cursor_execute", self._check)

    def _check(
        self, connection: Any, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: Any
    ) -> None:
        unscoped = find_unscoped(statement)
        if not unscoped or connection.get_execution_options().get(WORKSPACE) is EVERY_WORKSPACE:
            return
        lines = [line for line in _list_lines() if line.startswith(("bot/", "tests/")) and "statements.py" not in line]
        if lines and lines[0].startswith("tests/"):
            return  # tests look at what they like
        if not any(line.startswith(place) for line in lines for place in SEES_EVERY_WORKSPACE):
            self._found.append(f"{', '.join(unscoped)} without {WORKSPACE}, at {lines[:3]}: {statement}")


def _list_lines() -> Iterator[str]:
    """Yield where each function on the stack is, the innermost first."""
    frame = sys._getframe()
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT):
            yield f"{path.relative_to(ROOT)}:{frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]  # None ends the loop
