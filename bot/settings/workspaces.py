"""The workspaces of the Anthropic API that the bot works in: the credential, people, limits and channels of each."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from msgspec import Struct
from pydantic import SecretStr

from bot.settings.model import WORKSPACE_ID, Settings
from bot.settings.table import SETTINGS


class WorkspaceCredential(Struct, frozen=True):
    """What authenticates the calls of a workspace. The first that is set is used: key, token, rule."""

    api_key: SecretStr | None = None
    auth_token: SecretStr | None = None
    federation_rule: str | None = None
    organization_id: str | None = None
    identity_token: SecretStr | None = None
    identity_token_file: Path | None = None
    service_account_id: str | None = None


class WorkspaceSettings(Struct, frozen=True):
    """The settings of one workspace.

    - `name`: what people call it; empty if it is the only one, made from the variables.
    - `key`: what its rows in the store carry.
    - `id`: what calls name as their workspace; None if the credential has only one.
    - `admits_no_header`: whether a change is made although no answer of the API names the workspace.
    - `line`: where it begins in the file; 0 without a file. `lines`: where each of its settings is.
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
    line: int = 0
    lines: Mapping[str, int] = {}

    @property
    def expected_id(self) -> str | None:
        """The workspace that the API has to name before a change; None if the settings give no id of one."""
        return self.id if self.id is not None and WORKSPACE_ID.fullmatch(self.id) else None

    @property
    def digest_destination(self) -> str | None:
        """The channel of the digest, if there is a digest."""
        return self.digest_channel or self.feed_channel

    def spell_setting(self, field: str) -> str:
        """Return what to call one of its settings: its name in the file if it is set there, else its variable."""
        return f"`{field}` of [{self.name}]" if field in self.lines else SETTINGS[_FIELDS.get(field, field)].name


_FIELDS = {
    "api_key": "anthropic_api_key",
    "auth_token": "anthropic_auth_token",
    "base_url": "anthropic_base_url",
    "id": "anthropic_workspace_id",
}
"""Fields of `Settings` by those of a workspace, where they differ."""


def load_workspaces(settings: Settings) -> tuple[WorkspaceSettings, ...]:
    """Return the workspaces that the settings define: at least one."""
    return (make_only_workspace(settings),)


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
