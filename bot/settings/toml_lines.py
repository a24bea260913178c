"""Find on which line of a TOML text each key is, which `tomllib` does not say."""

import tomllib
from collections.abc import Iterator

Path = tuple[str, ...]
"""The names of the tables around a key, and the key."""


def find_lines(text: str) -> dict[Path, int]:
    """Return the line on which each table and each key of a valid TOML text is first named.

    A statement ends with the first line at which it is valid by itself.
    """
    found: dict[Path, int] = {}
    table: Path = ()
    start, statement = 1, ""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not statement:
            start = number
        statement += f"{line}\n"
        try:
            parsed = tomllib.loads(statement)
        except ValueError:
            continue
        is_header = statement.lstrip().startswith("[")
        for path in _list_paths(parsed):
            found.setdefault(path if is_header else (*table, *path), start)
            table = path if is_header else table
        statement = ""
    return found


def _list_paths(value: object) -> Iterator[Path]:
    """Yield the paths of all tables and keys, the outer before the inner."""
    if isinstance(value, list):
        for entry in value:
            yield from _list_paths(entry)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield (name,)
            yield from ((name, *rest) for rest in _list_paths(inner))
