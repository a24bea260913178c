"""Reading the settings from the environment and a .env file; the only reader of either."""

import difflib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource

from bot.errors import ExpectedError
from bot.settings.model import (
    SETTINGS,
    Settings,
)

_REMEDIES = {
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "decimal_parsing": "must be a number",
}


class SettingsError(ExpectedError):
    """Settings that cannot work: a sentence a problem, naming the variable and the remedy, never a secret."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def load_settings(env: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")) -> Settings:
    """Read the settings from `env` (default: the process's environment) and from `env_file`, where `env` wins.

    An empty variable counts as not set. Raises SettingsError for what cannot be read; what `run` needs besides is in
    `bot.settings.checks`.
    """
    found = _variables(env, env_file)
    given: dict[str, Any] = {doc.name: found[doc.name] for doc in SETTINGS if found.get(doc.name, "").strip()}
    try:
        return Settings(**given)
    except ValidationError as error:
        wrong = [one for one in error.errors() if one["type"] != "default_factory_not_called"]  # it follows from others
        problems = [f"{one['loc'][0]} {_REMEDIES.get(one['type'], one['msg'])}" for one in wrong]
    raise SettingsError(problems)  # outside the except: the ValidationError, which holds the values, is not chained


def unknown_settings(env: Mapping[str, str] | None = None, env_file: Path | None = None) -> list[str]:
    """Give a sentence for each of the BATCHDESK_* variables that mean nothing here, with the nearest name that does."""
    ours = "BATCHDESK_"
    known = [doc.name.removeprefix(ours) for doc in SETTINGS if doc.name.startswith(ours)]
    sentences = []
    for name in sorted(one.removeprefix(ours) for one in _variables(env, env_file) if one.startswith(ours)):
        if name not in known and not name.startswith("TEST_"):
            near = [f"did you mean {ours}{one}?" for one in difflib.get_close_matches(name, known, n=1)]
            sentences.append(f"{ours}{name} is not a setting; {near[0] if near else 'is it misspelt?'}")
    return sentences


def _variables(env: Mapping[str, str] | None, env_file: Path | None) -> dict[str, str]:
    try:
        # utf-8-sig: some editors begin a file with a byte order mark, which would become part of the first name.
        written = DotEnvSettingsSource(Settings, env_file=env_file, env_file_encoding="utf-8-sig").env_vars
    except (OSError, UnicodeError) as error:
        problem = f"{env_file} cannot be read ({type(error).__name__}); make it a readable UTF-8 file"
    else:
        merged = {**written, **(os.environ if env is None else env)}
        return {name: value for name, value in merged.items() if value is not None}
    raise SettingsError([problem])  # likewise: a UnicodeError holds the file
