"""The headers that every call needs, and the workspace that they select."""

from aiohttp import web

from bot.playground.api_simulator.access_tokens import TOKEN_PATH, TOKEN_PREFIX, AccessTokens
from bot.playground.api_simulator.cost_report.organization_keys import ADMIN_PREFIX, OrganizationKeys
from bot.playground.api_simulator.errors import ApiError
from bot.playground.api_simulator.workspace import ApiWorkspace
from bot.playground.api_simulator.workspaces import ApiWorkspaces

VERSIONS = frozenset({"2023-01-01", "2023-06-01", "2026-10-21"})
ORGANIZATION = "/v1/organizations/"
"""The paths that belong to no workspace."""
WORKSPACE = web.RequestKey("workspace", ApiWorkspace)
"""The workspace of an admitted call."""


class HeaderCheck:
    """Checks the headers of a call, in this order: key, version, workspace."""

    def __init__(self, workspaces: ApiWorkspaces, organization_keys: OrganizationKeys, tokens: AccessTokens) -> None:
        """Accept valid access tokens and the keys of the workspaces. Reports have keys of their own."""
        self._workspaces = workspaces
        self._organization_keys = organization_keys
        self._tokens = tokens

    def find_workspace(self, request: web.Request) -> ApiWorkspace | None:
        """Return the workspace of a call, or None if it belongs to none or is refused.

        A call that is refused because its access token has ended still has the token's workspace.
        """
        try:
            return self.check(request)
        except ApiError:
            _, _, token = request.headers.get("authorization", "").partition(" ")
            return self._workspaces.find(self._tokens.find_workspace_id(token.strip()))

    def check(self, request: web.Request) -> ApiWorkspace | None:
        """Return the workspace of a call; None if its path belongs to none.

        Raises:
            ApiError: 401 (key), 400 (version, or a workspace must be named) or 403 (another workspace).
        """
        if request.path == TOKEN_PATH:
            return None  # it takes no credential
        sent = _sent_key(request)
        is_report = request.path.startswith(ORGANIZATION)
        if is_report:
            self._organization_keys.check(sent)
        reached = [] if is_report else self._find_reached(request, sent)
        version = request.headers.get("anthropic-version", "")
        if not version:
            raise ApiError(400, "anthropic-version: header is required")
        if version not in VERSIONS:
            raise ApiError(400, f"anthropic-version: {version!r} is not a valid version")
        return None if is_report else _select_workspace(request, reached)

    def _find_reached(self, request: web.Request, sent: str) -> list[ApiWorkspace]:
        if sent.startswith(TOKEN_PREFIX):
            workspace = self._workspaces.find(self._tokens.check(request, sent))
            if workspace is None:
                raise ApiError(403, "The access token is for another workspace.")
            return [workspace]
        if sent.startswith(ADMIN_PREFIX):
            raise ApiError(403, "Admin API keys can't be used with this endpoint.")
        return self._workspaces.find_reached(sent)


def _select_workspace(request: web.Request, reached: list[ApiWorkspace]) -> ApiWorkspace:
    """Return the workspace that the header names, or the only one that the credential reaches.

    What the real API does without the header, if there are several, is not documented: a refusal hides no mistake.
    """
    named = request.headers.get("anthropic-workspace-id")
    if named is None:
        if len(reached) > 1:
            raise ApiError(
                400, "anthropic-workspace-id: header is required, because the key reaches several workspaces"
            )
        return reached[0]
    for workspace in reached:
        if workspace.requested_id == named:
            return workspace
    raise ApiError(403, "The anthropic-workspace-id header does not match the workspace of the API key.")


def _sent_key(request: web.Request) -> str:
    """Return the key from either header. Each may be sent several times, if all hold the same key."""
    keys = {key.strip() for key in request.headers.getall("x-api-key", [])}
    for authorization in request.headers.getall("authorization", []):
        scheme, _, key = authorization.strip().partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            raise ApiError(401, "Authorization header is invalid: expected `Bearer` and a key.")
        keys.add(key.strip())
    keys.discard("")
    if len(keys) > 1:
        raise ApiError(401, "The x-api-key and Authorization headers hold different credentials.")
    if not keys:
        raise ApiError(401, "x-api-key header is required")
    return keys.pop()
