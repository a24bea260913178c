"""Access tokens by workload identity federation (docs.anthropic.com): how to get them, what they reach, how long."""

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.playground.api_simulator.clock import Clock
from bot.playground.api_simulator.errors import ApiError
from bot.playground.api_simulator.ids import make_id
from bot.playground.api_simulator.responses import make_json_response

TOKEN_PATH = "/v1/oauth/token"
TOKEN_PREFIX = "sk-ant-oat"
API_BETA = "oauth-2025-04-20"
EXCHANGE_BETA = "oidc-federation-2026-04-01"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_MOST_ASSERTION = 16 * 1024
_TOLERANCE = timedelta(seconds=30)
_SHORTEST = 60
_RULE = re.compile(r"fdrl_[A-Za-z0-9]+")
_WORKSPACE = re.compile(r"wrkspc_[A-Za-z0-9]+|default")
_ASYMMETRIC = ("RS", "PS", "ES", "Ed")


@dataclass
class FederationRule:
    """Which identity tokens are accepted, and what their access tokens may do. Signatures are not verified.

    `lifetime` is in seconds. `workspaces` are those the rule covers; the token is for one of them. `scope` other than
    `workspace:developer` reaches no batches. `audience` None accepts any.
    """

    id: str = "fdrl_01Simulated"
    workspaces: tuple[str, ...] = ()
    service_account: str | None = None
    audience: str | None = None
    lifetime: int = 3_600
    scope: str = "workspace:developer"


@dataclass
class _AccessToken:
    workspace: str
    ends_at: datetime
    scope: str


@dataclass
class AccessTokens:
    """Exchanges identity tokens for access tokens, and knows which of those are valid by the simulated clock."""

    clock: Clock
    organization_id: str
    rule: FederationRule
    more_rules: list[FederationRule] = field(default_factory=list)
    issued: dict[str, _AccessToken] = field(default_factory=dict)
    _exchanges: int = 0

    def install(self, app: web.Application) -> None:
        """Add the endpoint to the application."""
        app.router.add_post(TOKEN_PATH, self.exchange)

    def end_all(self, workspace: str | None = None) -> None:
        """Let every access token end now, or every one for the workspace with this id."""
        self.issued = {value: one for value, one in self.issued.items() if workspace not in (None, one.workspace)}

    async def exchange(self, request: web.Request) -> web.StreamResponse:
        """Answer an exchange. A request in the wrong form gets a 400 that says so; all other refusals say the same."""
        sent = await _read_exchange(request)
        rules = (self.rule, *self.more_rules)
        rule = next((rule for rule in rules if rule.id == sent["federation_rule_id"]), None)
        workspace = _select_workspace(rule, sent.get("workspace_id"))
        if rule is None or workspace is None:
            raise ApiError(401, "Authentication failed")
        seconds = self._examine(sent, rule)
        now = self.clock.now()
        self._exchanges += 1
        value = f"{TOKEN_PREFIX}01-{make_id('', 'token', self._exchanges, length=60).removeprefix('_01')}"
        self.issued[value] = _AccessToken(workspace, now + timedelta(seconds=seconds), rule.scope)
        body = {"access_token": value, "token_type": "Bearer", "expires_in": seconds, "scope": rule.scope}
        return make_json_response(body)

    def check(self, request: web.Request, token: str) -> str:
        """Return the workspace of a call with an access token. Raises ApiError 401 or 403."""
        if request.headers.getall("x-api-key", []):
            raise ApiError(401, "OAuth authentication is not supported in the x-api-key header.")
        betas = {beta.strip() for value in request.headers.getall("anthropic-beta", []) for beta in value.split(",")}
        if API_BETA not in betas:
            raise ApiError(401, "OAuth authentication is currently not supported.")
        found = self.issued.get(token)
        if found is None:
            raise ApiError(401, "Invalid bearer token")
        if found.ends_at <= self.clock.now():
            raise ApiError(401, "OAuth token has expired.")
        if found.scope != "workspace:developer":
            raise ApiError(403, "OAuth token does not meet scope requirement workspace:developer")
        return found.workspace

    def find_workspace_id(self, token: str) -> str:
        """Return the workspace of an access token, even if it has ended; "" if no such token was issued."""
        return self.issued[token].workspace if token in self.issued else ""

    def _examine(self, sent: dict[str, Any], rule: FederationRule) -> int:
        """Return the seconds that the access token holds. Raises ApiError 401."""
        now = self.clock.now()
        header, claims = _decode(sent["assertion"])
        sound = (
            sent["organization_id"] == self.organization_id
            and sent.get("service_account_id") == rule.service_account
            and str(header.get("alg", "")).startswith(_ASYMMETRIC)
            and header.get("kid")
            and claims.get("sub")
            and isinstance(claims.get("iat"), int)
            and isinstance(claims.get("exp"), int)
            and rule.audience in (None, claims.get("aud"))
        )
        if not sound or claims["exp"] + _TOLERANCE.total_seconds() <= now.timestamp():
            raise ApiError(401, "Authentication failed")
        left = int(claims["exp"] - now.timestamp())
        return max(_SHORTEST, min(rule.lifetime, 2 * left))


def _select_workspace(rule: FederationRule | None, named: Any) -> str | None:
    """Return the workspace that a token is for, or None if the rule does not cover it or has several."""
    if named is not None and not (isinstance(named, str) and _WORKSPACE.fullmatch(named)):
        raise ApiError(400, "workspace_id: Invalid workspace id")
    covered = () if rule is None else rule.workspaces
    if named is None:
        return covered[0] if len(covered) == 1 else None
    wanted = covered[0] if named == "default" and covered else named
    return wanted if wanted in covered else None


async def _read_exchange(request: web.Request) -> dict[str, Any]:
    if request.headers.getall("x-api-key", []) or request.headers.getall("authorization", []):
        raise ApiError(400, "A token exchange takes no credential.")
    if request.content_type != "application/json":
        raise ApiError(400, "The body of a token exchange is JSON.")
    betas = {beta.strip() for beta in request.headers.get("anthropic-beta", "").split(",")}
    if not betas >= {API_BETA, EXCHANGE_BETA}:
        raise ApiError(400, "anthropic-beta: the betas of federation are required")
    try:
        sent = json.loads(await request.read())
    except ValueError:
        raise ApiError(400, "The request body is not valid JSON") from None
    if not isinstance(sent, dict) or sent.get("grant_type") != _GRANT:
        raise ApiError(400, "grant_type: Unsupported grant type")
    for name in ("assertion", "federation_rule_id", "organization_id"):
        if not isinstance(sent.get(name), str) or not sent[name]:
            raise ApiError(400, f"{name}: Field required")
    if len(sent["assertion"]) > _MOST_ASSERTION:
        raise ApiError(400, "assertion: Too long")
    if not _RULE.fullmatch(sent["federation_rule_id"]):
        raise ApiError(400, "federation_rule_id: Invalid federation rule id")
    return sent


def _decode(assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the claims of a JWT; empty ones if it is none."""
    try:
        header, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in assertion.split("."))
        decoded = json.loads(header), json.loads(claims)
    except (ValueError, binascii.Error):
        return {}, {}
    if not signature or not all(isinstance(part, dict) for part in decoded):
        return {}, {}
    return decoded
