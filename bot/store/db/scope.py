"""Each statement sees the rows of one workspace of the API: the one that its connection was opened for.

The engine adds the condition, so that no function of `bot.store.records` can forget it. A table inside another
statement (a subquery) gets it by `here`; tests/store/statements.py checks the SQL of every statement of the tests.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from sqlalchemy import Alias, ColumnElement, Connection, Engine, FromClause, Insert, Join, Select, bindparam, event
from sqlalchemy.sql.dml import Delete, Update

from bot.store.db.tables import choices, events, homes, metadata

WORKSPACE = "workspace_id"
"""The column, and the option of a connection."""
EVERY_WORKSPACE = object()
"""As the option of a connection: its statements see the rows of all workspaces. For the move of a store."""
_PREPARED = "is_prepared"
"""The option of a statement that has its condition already and needs only the key."""
SUFFIX = "job_suffix"
"""The option of a connection that keeps the jobs of workspaces apart."""
_OF_THE_APP = frozenset({choices, events, homes})
"""Tables with the column whose rows belong to the Slack app."""
SCOPED_TABLES: frozenset[FromClause] = frozenset(
    table for table in metadata.tables.values() if WORKSPACE in table.c and table not in _OF_THE_APP
)


def workspace_of(connection: Connection) -> str:
    """Return the key of the workspace that a connection was opened for; the only one without an id has ""."""
    return str(connection.get_execution_options().get(WORKSPACE, ""))


def here(connection: Connection, table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row belongs to the connection's workspace, for a table inside another statement."""
    return table.c[WORKSPACE] == workspace_of(connection)


def prepare(statement: Select[Any]) -> Select[Any]:
    """Return a statement to keep and to execute often, which sees the workspace of the connection it is executed on.

    SQLAlchemy takes longer to build a short statement than to execute it. Values are given by `bindparam`. A
    connection that sees every workspace cannot execute it.
    """
    for table in _find_tables(_list_sources(statement)):
        statement = statement.where(table.c[WORKSPACE] == bindparam(WORKSPACE))
    return statement.execution_options(**{_PREPARED: True})


def name_job(connection: Connection, name: str) -> str:
    """Return the name under which the connection's workspace keeps a job; the first one keeps the plain names."""
    return name + str(connection.get_execution_options().get(SUFFIX, ""))


def scope_statements(engine: Engine) -> None:
    """Have every statement of an engine see the workspace of its connection alone."""
    event.listen(engine, "before_execute", _scope, retval=True)


def _scope(connection: Connection, statement: Any, many: Any, parameters: Any, options: Any) -> tuple[Any, Any, Any]:
    key = options.get(WORKSPACE, "")
    if _PREPARED in options:
        return statement, many, {**parameters, WORKSPACE: key}
    if key is EVERY_WORKSPACE:
        return statement, many, parameters
    if isinstance(statement, Select):
        for table in _find_tables(_list_sources(statement)):
            statement = statement.where(table.c[WORKSPACE] == key)
    elif isinstance(statement, Update | Delete) and statement.table in SCOPED_TABLES:
        statement = statement.where(statement.table.c[WORKSPACE] == key)
    elif isinstance(statement, Insert) and statement.table in SCOPED_TABLES:
        statement = statement.values({WORKSPACE: key})
        many = [{**row, WORKSPACE: key} for row in many]  # values of rows would take precedence
    return statement, many, parameters


def _list_sources(statement: Any) -> dict[FromClause, None]:
    """Return what a statement selects from, subqueries left out.

    `Select.get_final_froms` compiles the statement each time, which takes longer than most statements.
    """
    elements = (*statement._raw_columns, *statement._where_criteria)
    named = chain(statement._from_obj, *(element._from_objects for element in elements))
    joined = (each for join in statement._setup_joins for each in (join[0], join[2]) if each is not None)
    return dict.fromkeys((*named, *joined))


def _find_tables(clauses: Any) -> Iterator[FromClause]:
    """Yield the tables with rows of workspaces, as they are named, of what a statement selects from."""
    for clause in clauses:
        if isinstance(clause, Join):
            yield from _find_tables((clause.left, clause.right))
        elif clause in SCOPED_TABLES or (isinstance(clause, Alias) and clause.element in SCOPED_TABLES):
            yield clause
