"""The workspaces of the Anthropic API that the bot works in: the credential, people, limits and channels of each."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct
from pydantic import SecretStr

from bot.settings.formats import check_address, check_secret, expect_key, is_clear_text
from bot.settings.loading import ENV_FILE, SettingsError, find_variables, read_secret_file
from bot.settings.model import ANTHROPIC_KEY, AUTH_TOKEN, IDENTITY_TOKEN, WORKSPACE_ID, Settings
from bot.settings.table import SETTINGS
from bot.settings.workspaces_file import NO_LIMIT, FileProblem, WorkspaceTable, read_file


class WorkspaceCredential(Struct, frozen=True):
    """What authenticates the calls of a workspace. The first that is set is used: key, token, rule."""

    api_key: SecretStr | None = None
    auth_token: SecretStr | None = None
    federation_rule: str | None = None
    organization_id: str | None = None
    identity_token: SecretStr | None = None
    identity_token_file: Path | None = None
    service_account_id: str | None = None
    setting: str = ""
    """The setting of the file that names it."""
    variable: str | None = None
    file: Path | None = None

    @property
    def comparable(self) -> object | None:
        """What is the same for the same credential; None if there is none."""
        if secret := self.api_key or self.auth_token:
            return secret.get_secret_value()
        if self.federation_rule is None:
            return None
        source = self.identity_token_file or self.variable
        return self.federation_rule, self.organization_id, source, self.service_account_id


class SettingPlace(Struct, frozen=True):
    """Where a setting is set: a variable, or a line of the file of workspaces.

    `default`: what holds, in words, if it is not set.
    """

    name: str
    file: str = ""
    line: int = 0
    default: str = ""


class WorkspaceSettings(Struct, frozen=True):
    """The settings of one workspace.

    - `name`: what people call it; empty if it is the only one, made from the variables.
    - `key`: what its rows in the store carry.
    - `id`: what calls name as their workspace; None if the credential has only one.
    - `admits_no_header`: whether a change is made although no answer of the API names the workspace.
    - `file`: the name of the file; empty without one. `line`: where it begins there. `lines`: where each of its
      settings is.
    """

    name: str
    key: str
    id: str | None
    credential: WorkspaceCredential
    base_url: str
    channels: tuple[str, ...]
    operators: tuple[str, ...]
    admins: tuple[str, ...]
    readers: tuple[str, ...]
    approvers: tuple[str, ...]
    spend_limit: Decimal | None
    request_limit: int | None
    monthly_budget: Decimal | None
    feed_channel: str | None
    digest_channel: str | None
    audit_channel: str | None
    admits_no_header: bool = True
    file: str = ""
    line: int = 0
    lines: Mapping[str, int] = {}

    @property
    def expected_id(self) -> str | None:
        """The workspace that the API has to name before a change; None if the settings give no id of one."""
        return self.id if self.id is not None and WORKSPACE_ID.fullmatch(self.id) else None

    @property
    def every_channel(self) -> frozenset[str]:
        """The channels in which it answers or posts."""
        own = (self.feed_channel, self.digest_channel, self.audit_channel)
        return frozenset((*self.channels, *(channel for channel in own if channel is not None)))

    @property
    def digest_destination(self) -> str | None:
        """The channel of the digest, if there is a digest."""
        return self.digest_channel or self.feed_channel

    def spell_setting(self, field: str) -> str:
        """Return what to call one of its settings: its name in the file if it is set there, else its variable."""
        if self.name and field in _CREDENTIAL_FIELDS:
            field = self.credential.setting or "api_key_variable"
        is_here = field in self.lines or field in ("id", "api_key_variable", *CHANNEL_FIELDS)
        if self.name and is_here:
            return f"`{field}` of [{self.name}]"
        return SETTINGS[_FIELDS.get(field, field)].name

    def find_place(self, field: str, settings: Settings) -> SettingPlace:
        """Return where one of its settings is set, or one that is the same for all workspaces."""
        if field in self.lines:
            return SettingPlace(field, self.file, self.lines[field])
        setting = SETTINGS[_FIELDS.get(field, field)]
        is_set = field in settings.model_fields_set
        return SettingPlace(setting.name, default="" if is_set else setting.default)


_CREDENTIALS = ("api_key_variable", "api_key_file", "auth_token_variable", "auth_token_file", "federation")
_CREDENTIAL_WORDS = f"`{'`, `'.join(_CREDENTIALS[:-1])}` and `{_CREDENTIALS[-1]}`"
_CREDENTIAL_FIELDS = (
    "api_key",
    "auth_token",
    "federation_rule",
    "organization_id",
    "identity_token",
    "identity_token_file",
    "service_account_id",
)
CHANNEL_FIELDS = ("channels", "feed_channel", "digest_channel", "audit_channel")
_FIELDS = {
    "api_key": "anthropic_api_key",
    "auth_token": "anthropic_auth_token",
    "base_url": "anthropic_base_url",
    "id": "anthropic_workspace_id",
}
"""Fields of `Settings` by those of a workspace, where they differ."""


class ReadWorkspaces(Struct, frozen=True):
    """The workspaces, as far as the settings define them, and a sentence for each problem."""

    workspaces: tuple[WorkspaceSettings, ...]
    problems: tuple[str, ...] = ()


def load_workspaces(
    settings: Settings, env: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE
) -> tuple[WorkspaceSettings, ...]:
    """Return the workspaces that the settings define: at least one. Variables are read as by `load_settings`.

    Raises:
        SettingsError: their file cannot work. It has every reason.
    """
    found = read_workspaces(settings, env, env_file)
    if found.problems:
        raise SettingsError(found.problems)
    return found.workspaces


def read_workspaces(
    settings: Settings, env: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE
) -> ReadWorkspaces:
    """Return the workspaces, and what is wrong with their file."""
    path = settings.workspaces
    if path is None:
        return ReadWorkspaces((make_only_workspace(settings),))
    variable = SETTINGS["workspaces"].name
    try:
        file = read_file(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        return ReadWorkspaces((), (f"{variable}: {reason or error}. Set it to a TOML file of workspaces.",))
    maker = _Maker(settings, path, find_variables(env, env_file)[0])
    workspaces = tuple(maker.make(table) for table in file.tables)
    problems = sorted({*file.problems, *maker.problems, *_find_overlaps(workspaces)})
    misplaced = [
        f"{SETTINGS[field].name} is not used with {variable}. Move it into the table of a workspace."
        for field in CHANNEL_FIELDS
        if getattr(settings, field)
    ]
    if settings.digest_hour is not None and not any(one.digest_destination for one in workspaces):
        hour = SETTINGS["digest_hour"].name
        misplaced.append(f"{hour} is set without a channel. Set `digest_channel` or `feed_channel` of a workspace.")
    return ReadWorkspaces(workspaces, (*misplaced, *(f"{path.name}, line {one.line}: {one.words}" for one in problems)))


def make_only_workspace(settings: Settings) -> WorkspaceSettings:
    """Return the workspace that the variables define."""
    return WorkspaceSettings(
        name="",
        key=settings.anthropic_workspace_id or "",
        id=settings.anthropic_workspace_id,
        credential=WorkspaceCredential(
            settings.anthropic_api_key,
            settings.anthropic_auth_token,
            settings.federation_rule,
            settings.organization_id,
            settings.identity_token,
            settings.identity_token_file,
            settings.service_account_id,
        ),
        base_url=settings.anthropic_base_url,
        channels=settings.channels,
        operators=settings.operators,
        admins=settings.admins,
        readers=settings.readers,
        approvers=settings.approvers,
        spend_limit=settings.spend_limit,
        request_limit=settings.request_limit,
        monthly_budget=settings.monthly_budget,
        feed_channel=settings.feed_channel,
        digest_channel=settings.digest_channel,
        audit_channel=settings.audit_channel,
    )


class _Maker:
    """Makes the settings of each workspace from its table and from the variables, and collects what is wrong."""

    def __init__(self, settings: Settings, path: Path, variables: Mapping[str, str]) -> None:
        self._settings = settings
        self._folder, self._file = path.parent, path.name
        self._variables = variables
        self.problems: list[FileProblem] = []

    def make(self, table: WorkspaceTable) -> WorkspaceSettings:
        """Return the settings of a workspace. What its table lacks comes from the variables, but for channels."""
        settings, given = self._settings, table.values
        base_url = given.get("base_url", "").rstrip("/") or settings.anthropic_base_url
        operators = given.get("operators", settings.operators)
        is_set = "admins" in settings.model_fields_set
        if "channels" not in table.lines:
            self._report(table, "", "It has no `channels`. Write a list of channel ids.")
        elif given.get("channels") == ():
            self._report(table, "channels", "`channels` is empty. Write at least one channel id.")
        self._check_address(table, base_url)
        return WorkspaceSettings(
            name=table.name,
            key=given.get("id") or table.name,
            id=given.get("id"),
            credential=self._make_credential(table, base_url),
            base_url=base_url,
            channels=given.get("channels", ()),
            operators=operators,
            admins=given.get("admins", settings.admins if is_set else operators),
            readers=given.get("readers", settings.readers),
            approvers=given.get("approvers", settings.approvers),
            spend_limit=_read_limit(given.get("spend_limit", settings.spend_limit)),
            request_limit=_read_limit(given.get("request_limit", settings.request_limit)),
            monthly_budget=_read_limit(given.get("monthly_budget", settings.monthly_budget)),
            feed_channel=given.get("feed_channel"),
            digest_channel=given.get("digest_channel"),
            audit_channel=given.get("audit_channel"),
            admits_no_header="header" in given,
            file=self._file,
            line=table.line,
            lines=table.lines,
        )

    def _report(self, table: WorkspaceTable, key: str, words: str) -> None:
        self.problems.append(FileProblem(table.lines.get(key, table.line), words))

    def _check_address(self, table: WorkspaceTable, base_url: str) -> None:
        if "base_url" not in table.values:
            return
        for words in check_address("`base_url`", base_url):
            self._report(table, "base_url", words)
        if is_clear_text(base_url) and not self._settings.allow_http:
            remedy = f"Write https://, or set {SETTINGS['allow_http'].name}=true if that network is trusted."
            self._report(table, "base_url", f"`base_url` begins with http://, so secrets go in clear text. {remedy}")

    def _make_credential(self, table: WorkspaceTable, base_url: str) -> WorkspaceCredential:
        """Return the one credential of a table."""
        named = [key for key in _CREDENTIALS if key in table.lines]
        if len(named) != 1:
            problem = f"It has {len(named)} credentials" if named else "It has no credential"
            self._report(table, named[1] if named else "", f"{problem}. Write one of {_CREDENTIAL_WORDS}.")
        if not named or named[0] not in table.values:
            return WorkspaceCredential()
        key, value = named[0], table.values[named[0]]
        if key == "federation":
            return self._make_federation(table, value, base_url)
        secret = self._read_secret(table, key, value)
        is_key = key.startswith("api_key")
        if secret is not None:
            expected = expect_key(ANTHROPIC_KEY if is_key else AUTH_TOKEN, base_url, "`base_url`")
            for words in check_secret(f"The value of `{key}`", secret, expected):
                self._report(table, key, words)
        file = self._folder / value if isinstance(value, Path) else None
        variable = value if isinstance(value, str) else None
        if is_key:
            return WorkspaceCredential(api_key=secret, setting=key, variable=variable, file=file)
        return WorkspaceCredential(auth_token=secret, setting=key, variable=variable, file=file)

    def _make_federation(self, table: WorkspaceTable, given: Mapping[str, Any], base_url: str) -> WorkspaceCredential:
        for key in ("rule", "organization"):
            if f"federation.{key}" not in table.lines:
                self._report(table, "federation", f"`federation` needs `{key}`.")
        file, variable = given.get("identity_token_file"), given.get("identity_token_variable")
        if ("federation.identity_token_file" in table.lines) == ("federation.identity_token_variable" in table.lines):
            words = "`federation` needs either `identity_token_file` or `identity_token_variable`."
            self._report(table, "federation", words)
        if is_clear_text(base_url):
            words = "`federation` needs an address with https://, because no token is exchanged over http://."
            self._report(table, "federation", words)
        token = self._read_secret(table, "identity_token_variable", variable) if variable and file is None else None
        if token is not None:
            for words in check_secret("The value of `identity_token_variable`", token, IDENTITY_TOKEN):
                self._report(table, "federation.identity_token_variable", words)
        return WorkspaceCredential(
            federation_rule=given.get("rule"),
            organization_id=given.get("organization"),
            identity_token=token,
            identity_token_file=None if file is None else self._folder / file,
            service_account_id=given.get("service_account"),
            setting="federation",
            variable=variable,
        )

    def _read_secret(self, table: WorkspaceTable, key: str, source: str | Path) -> SecretStr | None:
        """Return the secret in a variable or a file. The path is not quoted, because a secret is easily set as one."""
        line = key if key in table.lines else f"federation.{key}"
        if isinstance(source, str):
            found = self._variables.get(source, "").strip()
            if not found:
                self._report(table, line, f"The variable that `{key}` names is not set.")
            return SecretStr(found) if found else None
        try:
            return SecretStr(read_secret_file(self._folder / source))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            words = f"`{key}`: {reason or error}. Name a file that holds only the value."
            self._report(table, line, words)
            return None


def _read_limit(value: Any) -> Any:
    return None if value == NO_LIMIT else value


def _find_overlaps(workspaces: Sequence[WorkspaceSettings]) -> Iterator[FileProblem]:
    """Yield what two workspaces share and may not, at the second of them."""
    channels: dict[str, WorkspaceSettings] = {}
    ids: dict[str, WorkspaceSettings] = {}
    credentials: dict[object, list[WorkspaceSettings]] = {}
    for one in workspaces:
        for field in CHANNEL_FIELDS:
            value = getattr(one, field) or ()
            for channel in (value,) if isinstance(value, str) else value:
                owner = channels.setdefault(channel, one)
                if owner is not one:
                    words = f"`{field}` has a channel of [{owner.name}]. A channel belongs to one workspace."
                    yield FileProblem(one.lines[field], words)
        if one.id is not None and ids.setdefault(one.id, one) is not one:
            yield FileProblem(one.lines["id"], f"`id` is the same as that of [{ids[one.id].name}].")
        if (secret := one.credential.comparable) is None:
            continue
        for other in credentials.setdefault(secret, []):
            if None in (one.id, other.id):  # with ids, one credential may reach several workspaces
                words = f"The credential is the same as that of [{other.name}]. Give each of them an `id`."
                yield FileProblem(one.lines.get(one.credential.setting, one.line), words)
        credentials[secret].append(one)
