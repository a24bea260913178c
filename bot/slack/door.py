"""The HTTP door: what is not signed by Slack costs nothing, is answered with 401, and is never parsed or logged."""

import asyncio
import hashlib
import hmac
import logging
import re
import time
from collections.abc import Callable
from enum import StrEnum

from aiohttp import web
from msgspec import Struct
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

log = logging.getLogger(__name__)

EVENTS_PATH = "/slack/events"

_MAX_AGE = 300
"""Seconds by which a request's time may differ from now (docs.slack.dev, Verifying requests from Slack)."""
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_FORWARDED = frozenset({"content-type", "x-slack-retry-num", "x-slack-retry-reason"})
"""The headers that Bolt receives. Others of Bolt's own would let a request skip its middleware."""
_PIECE = 64 * 1024


class DoorLimits(Struct, frozen=True):
    """What the door bears with.

    Attributes:
        body_seconds: until a body is complete.
        body_bytes: of a body; Slack's own are far smaller.
        bytes_at_once: of all bodies that are being read; beyond it, the one that began first is refused.
        log_seconds: between two lines of the log with the same reason.
    """

    body_seconds: float = 10.0
    body_bytes: int = 1024 * 1024
    bytes_at_once: int = 16 * 1024 * 1024
    log_seconds: float = 60.0


class Refusal(StrEnum):
    """Why the door turned a request away."""

    UNSIGNED = "not signed"
    OUTDATED = "signed more than 5 minutes ago or ahead; check the clock of this machine"
    FORGED = "its signature does not match SLACK_SIGNING_SECRET"
    MALFORMED = "signed, but not a payload of Slack"
    TOO_LARGE = "its body is over the limit"
    TOO_SLOW = "its body did not arrive in time"


_STATUS = {Refusal.TOO_LARGE: 413, Refusal.TOO_SLOW: 408}


class _Refused(Exception):
    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


class Door:
    """Passes Slack's signed requests to Bolt. `count_refusal` receives the name of each refusal's reason."""

    def __init__(
        self,
        app: AsyncApp,
        signing_secret: str,
        limits: DoorLimits = DoorLimits(),
        count_refusal: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._secret = signing_secret.encode()
        self._limits = limits
        self._count_refusal = count_refusal
        self._clock = clock
        self._bodies: dict[asyncio.Timeout, int] = {}  # bytes read so far, by the time limit; the oldest first
        self._logged: dict[Refusal, tuple[float, int]] = {}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request to EVENTS_PATH."""
        try:
            payload = await self._read_payload(request)
        except _Refused as refused:
            self._count_refusal(refused.reason.name.lower())
            self._log(refused.reason)
            response = web.Response(status=_STATUS.get(refused.reason, 401))
            response.force_close()
            return response
        return await to_aiohttp_response(await self._app.async_dispatch(payload))

    async def _read_payload(self, request: web.Request) -> AsyncBoltRequest:
        """Return what Slack sent. Raises _Refused. The body is read only if the headers may be Slack's."""
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
            raise _Refused(Refusal.UNSIGNED)
        if abs(self._clock() - int(timestamp)) > _MAX_AGE:
            raise _Refused(Refusal.OUTDATED)
        body = await self._read_body(request)
        digest = hmac.new(self._secret, b"v0:%b:%b" % (timestamp.encode(), body), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v0={digest}", signature):
            raise _Refused(Refusal.FORGED)
        try:
            headers = {name: value for name, value in request.headers.items() if name.lower() in _FORWARDED}
            return AsyncBoltRequest(body=body.decode(), query=request.query_string, headers=headers)  # type: ignore[arg-type] # Bolt takes single values too
        except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError) as error:
            raise _Refused(Refusal.MALFORMED) from error

    async def _read_body(self, request: web.Request) -> bytes:
        size = request.content_length
        if size is not None and size > self._limits.body_bytes:
            raise _Refused(Refusal.TOO_LARGE)
        body = bytearray()
        limit = asyncio.timeout(self._limits.body_seconds)
        try:
            async with limit:
                async for piece in request.content.iter_chunked(_PIECE):
                    body += piece
                    if len(body) > self._limits.body_bytes:
                        raise _Refused(Refusal.TOO_LARGE)
                    self._make_room(limit, len(body))
        except TimeoutError:
            raise _Refused(Refusal.TOO_SLOW) from None
        except (web.RequestPayloadError, ConnectionError) as error:
            raise _Refused(Refusal.MALFORMED) from error
        finally:
            self._bodies.pop(limit, None)
        return bytes(body)

    def _make_room(self, limit: asyncio.Timeout, size: int) -> None:
        """Count a body that is being read. If all are too large together, let the time of the oldest be over."""
        self._bodies[limit] = size
        while sum(self._bodies.values()) > self._limits.bytes_at_once:
            oldest = next(iter(self._bodies))
            del self._bodies[oldest]
            if not oldest.expired():
                oldest.reschedule(0)

    def _log(self, reason: Refusal) -> None:
        """Log a refusal, and how many like it were not logged, at most once in `log_seconds` for each reason."""
        now = self._clock()
        logged_at, skipped = self._logged.get(reason, (0.0, 0))
        if now - logged_at < self._limits.log_seconds:
            self._logged[reason] = (logged_at, skipped + 1)
            return
        self._logged[reason] = (now, 0)
        more = f" ({skipped} more since the last such line)" if skipped else ""
        log.warning("refused a request to %s: %s%s", EVENTS_PATH, reason, more)
