"""Load the settings from the environment and a .env file. Nothing else reads either."""

import difflib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource

from bot.errors import ExpectedError
from bot.settings.model import Settings
from bot.settings.table import SETTINGS

_PREFIX = "BATCHDESK_"
_REMEDIES = {
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "decimal_parsing": "must be a number",
}


class SettingsError(ExpectedError):
    """Settings that cannot work: a sentence for each problem, with the variable and the remedy, never a secret."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def _fact(self) -> str:
        return "\n".join(self.problems)


def load_settings(env: Mapping[str, str] | None = None, env_file: Path | None = Path(".env")) -> Settings:
    """Load the settings from `env` (default: the process's environment) and `env_file`. `env` wins.

    An empty variable counts as not set. `bot.settings.checks` has the further rules of `run`.

    Raises:
        SettingsError: a file or a value cannot be read.
    """
    found = _variables(env, env_file)
    names = [setting.name for setting in SETTINGS.values()]
    given: dict[str, Any] = {name: found[name] for name in names if found.get(name, "").strip()}
    try:
        return Settings(**given)
    except ValidationError as error:
        # A default that is made from another field fails with that field; one problem is enough.
        wrong = [one for one in error.errors() if one["type"] != "default_factory_not_called"]
        problems = [f"{one['loc'][0]} {_remedy(one['type'], one['msg'])}." for one in wrong]
    raise SettingsError(problems)  # outside the except, so that the ValidationError, with its values, is not chained


def unknown_settings(env: Mapping[str, str] | None = None, env_file: Path | None = None) -> list[str]:
    """Return a sentence for each BATCHDESK_* variable that is not a setting, with the nearest name that is."""
    names = [setting.name for setting in SETTINGS.values()]
    known = [name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX)]
    sentences = []
    for name in sorted(one.removeprefix(_PREFIX) for one in _variables(env, env_file) if one.startswith(_PREFIX)):
        if name not in known and not name.startswith("TEST_"):
            near = [f"Did you mean {_PREFIX}{one}?" for one in difflib.get_close_matches(name, known, n=1)]
            sentences.append(f"{_PREFIX}{name} is not a setting. {near[0] if near else 'Check its spelling.'}")
    return sentences


def _remedy(kind: str, message: str) -> str:
    """Return what a value must be, in our words or in pydantic's, which quote the allowed values and not the given."""
    return _REMEDIES.get(kind, message.removeprefix("Value error, ").replace("Input should be", "must be"))


def _variables(env: Mapping[str, str] | None, env_file: Path | None) -> dict[str, str]:
    try:
        # utf-8-sig: some editors begin a file with a byte order mark, which would become part of the first name.
        written = DotEnvSettingsSource(Settings, env_file=env_file, env_file_encoding="utf-8-sig").env_vars
    except (OSError, UnicodeError) as error:
        problem = f"Can't read {env_file} ({type(error).__name__}). Make it a readable UTF-8 file."
    else:
        merged = {**written, **(os.environ if env is None else env)}
        return {name: value for name, value in merged.items() if value is not None}
    raise SettingsError([problem])  # outside the except as well: a UnicodeError holds the file
