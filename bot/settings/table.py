"""The table of settings, made from the fields of `Settings`: for documents, for messages and for checks."""

from typing import get_args

from msgspec import Struct
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.settings.model import Bounds, SecretFormat, Settings, TextFormat, WhenUnset

REQUIRED = "required for `run`"


class Setting(Struct, frozen=True):
    """A row of the table: the variable, its meaning, its default in words, and the format of its value.

    `file_name`: the variable that names a file with the value, if the value is or may hold a secret.
    """

    name: str
    meaning: str
    default: str
    format: SecretFormat | TextFormat | Bounds | None
    file_name: str | None


_NAMES = {str(field.validation_alias) for field in Settings.model_fields.values()}


def _setting(field: FieldInfo) -> Setting:
    known = [one for one in field.metadata if isinstance(one, SecretFormat | TextFormat | Bounds)]
    name = str(field.validation_alias)
    file_name = f"{name}_FILE" if _may_hold_secret(field) and f"{name}_FILE" not in _NAMES else None
    return Setting(name, str(field.description), _default(field), known[0] if known else None, file_name)


def _may_hold_secret(field: FieldInfo) -> bool:
    return not field.repr or SecretStr in get_args(field.annotation)


def _default(field: FieldInfo) -> str:
    for one in field.metadata:
        if isinstance(one, WhenUnset):
            return one.words
        if isinstance(one, SecretFormat) and one.required:
            return REQUIRED
    if isinstance(field.default, bool):
        return str(field.default).lower()
    return str(field.default) if isinstance(field.default, str | int) else ""


SETTINGS = {name: _setting(field) for name, field in Settings.model_fields.items()}
"""Each setting by the name of its field, in the order of the table."""


def markdown_table() -> str:
    """Return the table as docs/settings.md shows it."""
    rows = [f"| `{one.name}` | {one.meaning} | {one.default or '—'} |" for one in SETTINGS.values()]
    return "\n".join(["| name | meaning | default |", "|---|---|---|", *rows])


def list_file_variables() -> str:
    """Return the sentence of docs/settings.md about the variables that name files."""
    *names, last = [f"`{one.file_name}`" for one in SETTINGS.values() if one.file_name]
    return f"{', '.join(names)} and {last} name files."
