"""Read from the API's answers which organization and workspace the key belongs to."""

import re
from collections.abc import Mapping

from msgspec import Struct

from bot.settings.model import WORKSPACE_ID

_ORGANIZATION_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


class ApiIdentity(Struct, frozen=True):
    """The ids of the organization and of the workspace; None if no answer named one, as behind some gateways.

    Source: docs.anthropic.com, response headers. The default workspace has an id too.
    """

    organization_id: str | None = None
    workspace_id: str | None = None

    def update(self, headers: Mapping[str, str]) -> "ApiIdentity":
        """Return what an answer names; what it does not name stays."""
        return ApiIdentity(
            _match(_ORGANIZATION_ID, headers.get("anthropic-organization-id", "")) or self.organization_id,
            read_workspace_id(headers) or self.workspace_id,
        )


def read_workspace_id(headers: Mapping[str, str]) -> str | None:
    """Return the workspace that an answer names, if it names one."""
    return _match(WORKSPACE_ID, headers.get("anthropic-workspace-id", ""))


def is_workspace_id(text: str) -> bool:
    """Return whether a text has the form of a workspace's id."""
    return WORKSPACE_ID.fullmatch(text) is not None


def _match(pattern: re.Pattern[str], text: str) -> str | None:
    return text if pattern.fullmatch(text) else None
