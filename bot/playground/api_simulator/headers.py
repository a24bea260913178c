"""The headers that every call needs, and the rate-limit headers of every answer."""

import hmac
import re
from datetime import datetime, timedelta

from aiohttp import web

from bot.playground.api_simulator.access_tokens import TOKEN_PATH, TOKEN_PREFIX, AccessTokens
from bot.playground.api_simulator.clock import Clock, format_time
from bot.playground.api_simulator.cost_report.organization_keys import ADMIN_PREFIX, OrganizationKeys
from bot.playground.api_simulator.errors import ApiError

VERSIONS = frozenset({"2023-01-01", "2023-06-01", "2026-10-21"})
ORGANIZATION = "/v1/organizations/"
"""The paths that belong to no workspace."""
_CALLS_A_MINUTE = 4_000  # docs.anthropic.com, Rate limits: calls to batch endpoints at the Scale tier


class HeaderCheck:
    """Checks the headers of a call, in this order: key, version, workspace."""

    def __init__(
        self, key: str | None, workspace_id: str, organization_keys: OrganizationKeys, tokens: AccessTokens
    ) -> None:
        """Accept valid access tokens, and this key only, or any key but an Admin key if `key` is None.

        Reports have keys of their own.
        """
        self._tokens = tokens
        self._organization_keys = organization_keys
        self._key = key
        self._workspace_id = workspace_id

    def check(self, request: web.Request) -> None:
        """Raise ApiError 401 (key), 400 (version) or 403 (another workspace) unless the headers are right."""
        if request.path == TOKEN_PATH:
            return  # it takes no credential
        sent = _sent_key(request)
        if request.path.startswith(ORGANIZATION):
            self._organization_keys.check(sent)
        else:
            self._check_key(request, sent)
        headers = request.headers
        version = headers.get("anthropic-version", "")
        if not version:
            raise ApiError(400, "anthropic-version: header is required")
        if version not in VERSIONS:
            raise ApiError(400, f"anthropic-version: {version!r} is not a valid version")
        if headers.get("anthropic-workspace-id", self._workspace_id) != self._workspace_id:
            raise ApiError(403, "The anthropic-workspace-id header does not match the workspace of the API key.")

    def _check_key(self, request: web.Request, sent: str) -> None:
        if sent.startswith(TOKEN_PREFIX):
            if self._tokens.check(request, sent) != self._workspace_id:
                raise ApiError(403, "The access token is for another workspace.")
            return
        if sent.startswith(ADMIN_PREFIX):
            raise ApiError(403, "Admin API keys can't be used with this endpoint.")
        if self._key is not None and not hmac.compare_digest(sent.encode(), self._key.encode()):
            raise ApiError(401, "API key is invalid.")


class RateLimitHeaders:
    """Counts calls in windows of a simulated minute, for the rate-limit headers. It refuses nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._window: datetime | None = None
        self._calls = 0

    def count(self) -> None:
        """Count one call."""
        window = self._clock.now().replace(second=0, microsecond=0)
        if window != self._window:
            self._window = window
            self._calls = 0
        self._calls += 1

    def make_headers(self) -> dict[str, str]:
        """Return the three headers (docs.anthropic.com, Rate limits)."""
        reset = self._clock.now().replace(second=0, microsecond=0) + timedelta(minutes=1)
        return {
            "anthropic-ratelimit-requests-limit": str(_CALLS_A_MINUTE),
            "anthropic-ratelimit-requests-remaining": str(max(0, _CALLS_A_MINUTE - self._calls)),
            "anthropic-ratelimit-requests-reset": re.sub(r"\.\d+\+00:00$", "Z", format_time(reset) or ""),
        }


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
