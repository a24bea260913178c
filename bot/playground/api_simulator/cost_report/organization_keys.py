"""Which keys reach the reports of an organization: Admin keys, and keys with a granted scope."""

from bot.playground.api_simulator.errors import ApiError

ADMIN_PREFIX = "sk-ant-admin"
SCOPE = "read:analytics"


class OrganizationKeys:
    """Admin keys reach everything of the organization and no batches. All others are keys of a workspace, or scoped."""

    def __init__(self) -> None:
        self._scopes: dict[str, frozenset[str]] = {}
        self._revoked: set[str] = set()

    def grant(self, key: str, *scopes: str) -> None:
        """Make a key one of the organization, with these scopes only."""
        self._scopes[key] = frozenset(scopes)

    def revoke(self, key: str) -> None:
        """Make a key invalid."""
        self._revoked.add(key)

    def check(self, key: str) -> None:
        """Raise ApiError 401 or 403 unless the key may read the cost report."""
        if key in self._revoked:
            raise ApiError(401, "API key is invalid.")
        if key in self._scopes:
            if SCOPE not in self._scopes[key]:
                has = ", ".join(sorted(self._scopes[key])) or "none"
                raise ApiError(403, f"API key lacks a required scope. Scopes of this key: {has}. Required: {SCOPE}.")
        elif not key.startswith(ADMIN_PREFIX):
            raise ApiError(403, "This endpoint can't be used with the key of a workspace. Use an Admin API key.")
