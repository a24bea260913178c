"""Load the settings from the environment and a .env file. Nothing else reads either."""

import difflib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource

from bot.errors import ExpectedError
from bot.settings.model import Settings
from bot.settings.table import SETTINGS
from bot.small_file import read_small_file

ENV_FILE = Path(".env")
_PREFIX = "BATCHDESK_"
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
"""Variables of every program, which may also be in lower case. That then wins, as in curl."""
_LIMITS = ("spend_limit", "request_limit", "monthly_budget")
_MOST_SECRET_BYTES = 64 * 1024
_REMEDIES = {
    "bool_parsing": "must be true or false",
    "int_parsing": "must be a whole number",
    "decimal_parsing": "must be a number",
    "finite_number": "must be a number",
    "greater_than_equal": "must be 0 or more",
}


class SettingsError(ExpectedError):
    """Settings that cannot work: a sentence for each problem, with the variable and the remedy, never a secret."""

    exit_status = 2

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def _fact(self) -> str:
        return "\n".join(self.problems)


def load_settings(env: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE) -> Settings:
    """Load the settings from `env` (default: the process's environment) and `env_file`. `env` wins.

    An empty variable counts as not set. `bot.settings.checks` has the further rules of `run`.

    Raises:
        SettingsError: a file or a value cannot be read.
    """
    settings, problems = read_settings(env, env_file)
    if problems:
        raise SettingsError(problems)
    return settings


def load_limits(env: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """Load the limits of sending alone, by the names of their fields, for the demo. It reads no file.

    Raises:
        SettingsError: a value cannot be read.
    """
    found = os.environ if env is None else env
    names = [SETTINGS[field].name for field in _LIMITS]
    settings = load_settings({name: found[name] for name in names if name in found}, None)
    return {field: value for field in _LIMITS if (value := getattr(settings, field)) is not None}


def read_settings(
    env: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE
) -> tuple[Settings, Sequence[str]]:
    """Return the settings as `load_settings` does, and a sentence for each file and value that cannot be read.

    A value that cannot be read counts as not set.
    """
    found, problems = find_variables(env, env_file)
    names = [setting.name for setting in SETTINGS.values()]
    given: dict[str, Any] = {name: found[name] for name in names if found.get(name, "").strip()}
    secrets, unread, doubled = _read_secret_files(found)
    problems = [*problems, *unread.values(), *doubled]
    given |= secrets
    while True:
        try:
            settings = Settings(**given)
            settings.mark_unread(unread)
            return settings, problems
        except ValidationError as error:
            # A default that is made from another field fails with that field; one problem is enough.
            wrong = [one for one in error.errors() if one["type"] != "default_factory_not_called"]
        problems = [*problems, *(f"{one['loc'][0]} {_remedy(one['type'], one['msg'])}." for one in wrong)]
        given = {name: value for name, value in given.items() if name not in {str(one["loc"][0]) for one in wrong}}


def list_secret_files(env: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE) -> dict[str, Path]:
    """Return the file that each variable for a file of a secret names."""
    found, _ = find_variables(env, env_file)
    names = [setting.file_name for setting in SETTINGS.values() if setting.file_name]
    return {name: Path(found[name]) for name in names if found.get(name, "").strip()}


def _read_secret_files(found: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Return the values in files, a sentence for each that cannot be read, and one for each that is set twice.

    No sentence shows the path, because a secret is easily set as the path.
    """
    values: dict[str, str] = {}
    unread: dict[str, str] = {}
    doubled = []
    for setting in SETTINGS.values():
        path = found.get(setting.file_name or "", "")
        if not path.strip():
            continue
        if found.get(setting.name, "").strip():
            doubled.append(f"{setting.name} and {setting.file_name} are both set. Remove one of them.")
            continue
        try:
            values[setting.name] = read_secret_file(Path(path))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            unread[setting.name] = (
                f"{setting.file_name}: {reason or error}. Set it to a file that holds only the value."
            )
    return values, unread, doubled


def read_secret_file(path: Path) -> str:
    """Return the content of a file without one line break at its end. Raises OSError, or ValueError without content."""
    content = read_small_file(path, _MOST_SECRET_BYTES)
    try:
        text = content.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeError:
        raise ValueError("the file is not text") from None
    if not text.strip():
        raise ValueError("the file is empty")
    if len(text.splitlines()) > 1 or text.endswith(("\n", "\r")):
        raise ValueError("the file has more than one line")
    if not text.isprintable():
        raise ValueError("the file is not text")
    return text


def read_store_address(given: str, env: Mapping[str, str] | None = None) -> str:
    """Return the address of a store that a command line names: itself, or by `env:NAME` or `file:PATH`.

    Raises:
        SettingsError: it cannot be read, or it shows a password to every user of the machine.
    """
    kind, _, name = given.partition(":")
    if kind == "env":
        address = (os.environ if env is None else env).get(name, "").strip()
        problem = f"The variable {name} is not set."
    elif kind == "file":
        address, problem = _read_address_file(Path(name))
    elif _has_password(given):
        address = ""
        problem = (
            "A password on the command line is visible to every user of this machine. Put the address into a variable "
            "and write env:NAME, or into a file and write file:PATH."
        )
    else:
        return given
    if address:
        return address
    raise SettingsError([f"{problem} Nothing was copied."])


def _read_address_file(path: Path) -> tuple[str, str]:
    """Return the address in a file, and the problem if there is none."""
    try:
        return read_small_file(path, _MOST_SECRET_BYTES).decode().strip(), f"The file {path} is empty."
    except UnicodeError:
        return "", f"Can't read the file {path}: it is not text."
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        return "", f"Can't read the file {path}: {reason or error}."


def _has_password(address: str) -> bool:
    """Return whether an address holds a password, before its host or among its options."""
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that enclose no address
        return True
    return bool(parts.password) or any(name == "password" for name, _ in parse_qsl(parts.query))


def unknown_settings(env: Mapping[str, str] | None = None, env_file: Path | None = None) -> list[str]:
    """Return a sentence for each BATCHDESK_* variable that is not a setting, with the nearest name that is."""
    names = [name for setting in SETTINGS.values() for name in (setting.name, setting.file_name or "")]
    known = [name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX)]
    sentences = []
    found, _ = find_variables(env, env_file)
    for name in sorted(one.removeprefix(_PREFIX) for one in found if one.startswith(_PREFIX)):
        if name not in known and not name.startswith("TEST_"):
            near = [f"Did you mean {_PREFIX}{one}?" for one in difflib.get_close_matches(name, known, n=1)]
            sentences.append(f"{_PREFIX}{name} is not a setting. {near[0] if near else 'Check its spelling.'}")
    return sentences


def _remedy(kind: str, message: str) -> str:
    """Return what a value must be, in our words or in pydantic's, which quote the allowed values and not the given."""
    return _REMEDIES.get(kind, message.removeprefix("Value error, ").replace("Input should be", "must be"))


def find_variables(env: Mapping[str, str] | None, env_file: Path | None) -> tuple[dict[str, str], list[str]]:
    """Return the variables, and a sentence for a file that cannot be read."""
    written: Mapping[str, str | None] = {}
    problems = []
    try:
        # utf-8-sig: some editors begin a file with a byte order mark, which would become part of the first name.
        written = DotEnvSettingsSource(Settings, env_file=env_file, env_file_encoding="utf-8-sig").env_vars
    except (OSError, UnicodeError) as error:
        problems = [f"Can't read {env_file} ({type(error).__name__}). Make it a readable UTF-8 file."]
    merged = {**written, **(os.environ if env is None else env)}
    merged |= {name: merged[name.lower()] for name in _PROXIES if merged.get(name.lower())}
    return {name: value for name, value in merged.items() if value is not None}, problems
