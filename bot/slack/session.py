"""The HTTP session of calls to Slack: no redirect is followed, and an answer that is read whole is bounded."""

from types import SimpleNamespace
from typing import Any

import aiohttp

from bot.proxies import Proxies, open_session
from bot.slack.errors import Redirected, UnusableAnswer

MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""Of an unpacked answer that is read whole; an own limit. The largest, the members of a user group, is far smaller."""
_PIECE = 64 * 1024


class _BoundedResponse(aiohttp.ClientResponse):
    """An answer whose `read`, and so its `text` and `json`, end at a bound. Its `content` is read by the piece."""

    async def read(self) -> bytes:
        """Return the body. Raises UnusableAnswer if it is too large."""
        if self._body is None:
            self._body = await self._read_bounded()
            for trace in self._traces:
                await trace.send_response_chunk_received(self.method, self.url, self._body)
        return await super().read()

    async def _read_bounded(self) -> bytes:
        length = self.headers.get("content-length", "")
        if "content-encoding" not in self.headers and length.isdigit() and int(length) <= MAX_ANSWER_BYTES:
            return await self.content.read()  # aiohttp ends a body at the length that its headers name
        body = bytearray()
        try:
            async for piece in self.content.iter_chunked(_PIECE):
                body += piece
                if len(body) > MAX_ANSWER_BYTES:
                    raise UnusableAnswer("too large")
        except BaseException:
            self.close()
            raise
        return bytes(body)


async def _refuse_redirect(
    session: aiohttp.ClientSession, call: SimpleNamespace, facts: aiohttp.TraceRequestRedirectParams
) -> None:
    """End a call that an answer would send elsewhere, with its content."""
    facts.response.close()
    raise Redirected


def open_slack_session(
    proxies: Proxies, *traces: aiohttp.TraceConfig, timeout: aiohttp.ClientTimeout | None = None
) -> aiohttp.ClientSession:
    """Return a session for calls to Slack, through the proxies; the caller must close it."""
    guard = aiohttp.TraceConfig()
    guard.on_request_redirect.append(_refuse_redirect)
    options: dict[str, Any] = {} if timeout is None else {"timeout": timeout}
    return open_session(proxies, trace_configs=[*traces, guard], response_class=_BoundedResponse, **options)
