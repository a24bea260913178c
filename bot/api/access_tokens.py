"""Short-lived access tokens by workload identity federation: exchange them, renew them ahead of their end, send them.

Names, limits and times are those of the official Python SDK (anthropic 2.14, lib/credentials).
"""

import asyncio
import base64
import json
import logging
import re
import time
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import httpx
from msgspec import Struct
from pydantic import BaseModel, ValidationError

from bot.api.errors import ApiError, ApiUnavailable, NoAccessToken, TokenFault
from bot.api.responses import translate_failure
from bot.small_file import read_small_file

TOKEN_PATH = "/v1/oauth/token"  # noqa: S105 - a path
TOKEN_PREFIX = "sk-ant-oat"  # noqa: S105 - how every access token begins
API_BETA = "oauth-2025-04-20"
"""Needed with every call that carries an access token."""
_EXCHANGE_BETAS = f"{API_BETA},oidc-federation-2026-04-01"
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_MOST_BYTES = 16 * 1024
"""Of an identity token."""
_EXCHANGE_SECONDS = 30.0
_RENEW_EARLY = 120.0
"""Seconds before its end at which a token is renewed while calls go on with it."""
_RENEW_NOW = 30.0
"""Seconds before its end from which calls wait for a new token."""
_PAUSE = 10.0
"""Seconds after an early renewal that failed."""
_UNAUTHORIZED = 401
_TOKEN = re.compile("[!-~]+")
_LATEST = 4e9
"""Seconds since 1970 beyond which a time is none."""

log = logging.getLogger(__name__)


class Federation(Struct, frozen=True):
    """How to get access tokens. The file is read at each exchange, and wins over the token."""

    rule_id: str
    organization_id: str
    identity_token: str = ""
    identity_token_file: Path | None = None
    service_account_id: str | None = None
    workspace_id: str | None = None


class BearerToken(Struct, frozen=True):
    """A token that is used as it is, until someone replaces it."""

    value: str


Credential = str | BearerToken | Federation
"""What authenticates calls: an API key, a token, or a way to get tokens."""


class _AccessToken(Struct, frozen=True):
    value: str
    ends_at: float


class _Answer(BaseModel):
    """The answer to an exchange. `expires_in` is in seconds."""

    access_token: str
    token_type: str
    expires_in: float


class AccessTokens:
    """The current access token of one credential. One exchange serves all calls that wait for it."""

    def __init__(
        self, federation: Federation, http: httpx.AsyncClient, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._federation = federation
        self._http = http
        self._now = now
        self._token: _AccessToken | None = None
        self._renewal: asyncio.Task[_AccessToken] | None = None
        self._next_early = 0.0

    async def get(self) -> str:
        """Return a token that holds for at least half a minute.

        Raises:
            NoAccessToken: the exchange cannot succeed before an administrator corrects something.
            ApiUnavailable: the exchange was not answered. The call itself was not sent.
        """
        token = self._token
        left = token.ends_at - self._now() if token else 0.0
        if token is None or left <= _RENEW_NOW:
            return (await asyncio.shield(self._renew())).value
        if left <= _RENEW_EARLY and self._now() >= self._next_early:
            self._next_early = self._now() + _PAUSE
            self._renew()
        return token.value

    def drop(self, value: str) -> None:
        """Forget a token that the API refused. One that was exchanged meanwhile stays."""
        if self._token is not None and self._token.value == value:
            self._token = None

    def _renew(self) -> asyncio.Task[_AccessToken]:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._exchange())
            self._renewal.add_done_callback(_log_failure)
        return self._renewal

    async def _exchange(self) -> _AccessToken:
        try:
            answer = await self._ask()
        except NoAccessToken as error:
            if error.status != _UNAUTHORIZED:
                raise
            answer = await self._ask()  # the identity token may have just been replaced
        self._token = _AccessToken(answer.access_token, self._now() + answer.expires_in)
        log.info("new access token, valid for %d s", answer.expires_in)
        return self._token

    async def _ask(self) -> _Answer:
        federation = self._federation
        sent = {
            "grant_type": _GRANT,
            "assertion": await asyncio.to_thread(read_identity_token, federation),
            "federation_rule_id": federation.rule_id,
            "organization_id": federation.organization_id,
        }
        sent |= {"service_account_id": federation.service_account_id} if federation.service_account_id else {}
        sent |= {"workspace_id": federation.workspace_id} if federation.workspace_id else {}
        request = self._http.build_request(
            "POST", TOKEN_PATH, json=sent, headers={"anthropic-beta": _EXCHANGE_BETAS}, timeout=_EXCHANGE_SECONDS
        )
        try:
            response = await self._http.send(request, auth=None)
        except httpx.RequestError as error:
            failure = translate_failure(error, request)
            failure.may_have_happened = False
            raise failure from None  # its request holds the identity token
        return _read_answer(response)


class AccessTokenAuth(httpx.Auth):
    """Send each call with the current token; after a 401, once more with a new one."""

    def __init__(self, tokens: AccessTokens) -> None:
        self._tokens = tokens

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Yield the request with a token, and again if it was refused. Raises as `AccessTokens.get`."""
        value = await self._tokens.get()
        request.headers["authorization"] = f"Bearer {value}"
        response = yield request
        if response.status_code == _UNAUTHORIZED:
            self._tokens.drop(value)
            request.headers["authorization"] = f"Bearer {await self._tokens.get()}"
            yield request


def read_identity_token(federation: Federation) -> str:
    """Return the identity token, which is read anew, because its file is replaced before it expires.

    Raises:
        NoAccessToken: it cannot be read, or is one that no exchange accepts.
    """
    token = federation.identity_token
    if federation.identity_token_file is not None:
        try:
            token = read_small_file(federation.identity_token_file, _MOST_BYTES).decode("ascii")
        except OSError as error:
            raise _no_token("unreadable", f"{error.strerror or type(error).__name__}") from None
        except UnicodeError:
            raise _no_token("no_jwt", "it is not a JWT") from None
        except ValueError as error:
            raise _no_token("unreadable", str(error)) from None
    token = token.strip()
    ends_at = _read_end(token)
    if ends_at is not None and ends_at <= time.time():
        raise _no_token("expired", f"it expired at {time.strftime('%Y-%m-%d %H:%M', time.gmtime(ends_at))} UTC")
    return token


def _read_end(token: str) -> float | None:
    """Return when an identity token expires, if it says so. Raises NoAccessToken unless it is a JWT."""
    if not token:
        raise _no_token("unreadable", "it is empty")
    parts = token.split(".")
    try:
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in parts[:2])
    except ValueError:
        raise _no_token("no_jwt", "it is not a JWT") from None
    if len(token) > _MOST_BYTES or len(parts) != 3 or not isinstance(header, dict) or not isinstance(claims, dict):
        raise _no_token("no_jwt", "it is not a JWT")
    ends_at = claims.get("exp")
    return float(ends_at) if isinstance(ends_at, int | float) and 0 <= ends_at < _LATEST else None


def _read_answer(response: httpx.Response) -> _Answer:
    """Return the answer to an exchange. Nothing of its body is quoted, which may repeat the identity token."""
    status, request_id = response.status_code, response.headers.get("request-id")
    if status == 429 or status >= 500 or status == 408:
        raise ApiUnavailable("token_exchange", f"HTTP {status}", status, request_id, may_have_happened=False)
    if status in (400, 401):
        is_grant = status == _UNAUTHORIZED or b"invalid_grant" in response.content
        raise NoAccessToken(
            "token_exchange", f"HTTP {status}", status, request_id, fault="refused" if is_grant else "malformed"
        )
    try:
        answer = _Answer.model_validate_json(response.content)
    except ValidationError:
        answer = None
    is_usable = answer is not None and answer.token_type.lower() == "bearer" and 0 < answer.expires_in < 1e9
    if not response.is_success or answer is None or not is_usable or not _TOKEN.fullmatch(answer.access_token):
        raise NoAccessToken("token_exchange", f"HTTP {status}", status, request_id, fault="odd_answer")
    return answer


def _no_token(fault: TokenFault, message: str) -> NoAccessToken:
    return NoAccessToken("identity_token", message, fault=fault)


def _log_failure(renewal: asyncio.Task[_AccessToken]) -> None:
    """Log why a renewal failed. The calls that wait for it raise the same error."""
    if not renewal.cancelled() and isinstance(error := renewal.exception(), ApiError):
        log.warning("no new access token: %s", error)
