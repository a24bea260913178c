"""Read files that people shared in Slack, as they arrive: from Slack's own host only, with the bot's token."""

import logging
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict, ValidationError
from slack_sdk.web.async_client import AsyncWebClient

from bot.operations.shared_files import FileUnreadable, SharedFile, UnreadableReason
from bot.slack.errors import SLACK_ERRORS, describe_error, get_code, read_fault
from bot.slack.upload import list_shares
from bot.slack_faults import Meaning, SlackFault

log = logging.getLogger(__name__)

MAX_DOWNLOAD_BYTES = 1024 * 1024 * 1024
"""Slack takes no larger file (1 GB)."""
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
_CHUNK_BYTES = 64 * 1024
_PROXY_STATUSES = frozenset({407, 502, 503, 504})
"""With these, a proxy says that it did not reach the host."""
_REASONS = {
    "file_not_found": UnreadableReason.NOT_THERE,
    "file_deleted": UnreadableReason.DELETED,
    "missing_scope": UnreadableReason.NO_SCOPE,
    "no_permission": UnreadableReason.NOT_PERMITTED,
    "access_denied": UnreadableReason.NOT_PERMITTED,
}


# Kinds of files that hold no lines: their addresses serve a page, even with a good token (docs.slack.dev, file object).
UNREADABLE_MODES = {
    "post": UnreadableReason.CANVAS,
    "space": UnreadableReason.CANVAS,
    "quip": UnreadableReason.CANVAS,
    "canvas": UnreadableReason.CANVAS,
    "docs": UnreadableReason.CANVAS,
    "list": UnreadableReason.LIST,
    "email": UnreadableReason.EMAIL,
    "tombstone": UnreadableReason.DELETED,
    "hidden_by_limit": UnreadableReason.HIDDEN_BY_PLAN,
    "external": UnreadableReason.ELSEWHERE,
}
_ACCESS = {
    "access_denied": UnreadableReason.NOT_PERMITTED,
    "check_file_info": UnreadableReason.NOT_PERMITTED,
    "file_not_found": UnreadableReason.NOT_THERE,
}


class _File(BaseModel):
    """The fields of a file object that the bot uses (docs.slack.dev, file object). Stubs lack most, or have nulls."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    id: str
    name: str | None = None
    mode: str | None = None
    file_access: str | None = None
    mimetype: str | None = None
    size: int | None = None
    is_external: bool | None = None
    user: str | None = None
    url_private: str | None = None
    url_private_download: str | None = None
    permalink: str | None = None
    shares: frozenset[str] = frozenset()

    @property
    def url(self) -> str:
        """Where its bytes are, with the bot's token."""
        return self.url_private_download or self.url_private or ""

    @property
    def obstacle(self) -> UnreadableReason | None:
        """Why it holds nothing that can be read, as far as its object says."""
        if self.is_external:
            return UnreadableReason.ELSEWHERE
        if (self.mimetype or "").startswith("application/vnd.slack-docs"):
            return UnreadableReason.CANVAS
        return UNREADABLE_MODES.get(self.mode or "") or _ACCESS.get(self.file_access or "")


class SharedFileReader:
    """Reads shared files. `origins`: the only origins that bytes may come from, and that receive the bot's token."""

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession, origins: frozenset[str]) -> None:
        self._client = client
        self._session = session
        self._origins = origins

    async def open(self, file_id: str, *, user: str, channel: str | None) -> SharedFile:
        """Look a file up. Raises FileUnreadable, here and while its chunks are read.

        The file must be this user's, or shared in this channel, because the bot sees files that the user may not.
        """
        found = await self._look_up(file_id)
        name = found.name or file_id
        obstacle = found.obstacle
        # A stub names no owner, so it says less about whose it is than about why it cannot be read.
        if found.user != user and channel not in found.shares and (found.user is not None or obstacle is None):
            raise FileUnreadable(UnreadableReason.NOT_YOURS, file_id)
        if obstacle is not None:
            raise FileUnreadable(obstacle, name)
        size = found.size or 0
        if size > MAX_DOWNLOAD_BYTES:
            raise FileUnreadable(UnreadableReason.TOO_LARGE, name)
        url = found.url
        address = urlsplit(url)
        if f"{address.scheme}://{address.netloc}" not in self._origins:
            raise FileUnreadable(UnreadableReason.ELSEWHERE, name)
        return SharedFile(name, size, self._chunks(url, found, name), found.permalink)

    async def _look_up(self, file_id: str) -> _File:
        try:
            answer: Any = await self._client.files_info(file=file_id)  # Any: JSON from outside
            found = answer["file"]
            return _File.model_validate({**found, "shares": list_shares(found)})
        except SLACK_ERRORS as error:
            code = get_code(error)
            reason = _REASONS.get(code or "", UnreadableReason.SLACK)
            log.warning("cannot look a file up: %s", describe_error(error))
            raise FileUnreadable(reason, file_id, code or "", read_fault(error)) from error
        except (ValidationError, KeyError, TypeError, AttributeError) as error:  # nothing that Slack said in words
            log.warning("a file object has another shape than documented: %s", type(error).__name__)
            raise FileUnreadable(UnreadableReason.SLACK, file_id) from error

    async def _chunks(self, url: str, found: _File, name: str) -> AsyncGenerator[bytes, None]:
        """Yield the bytes. Redirects are not followed, because they would send the token elsewhere."""
        read = 0
        headers = {"Authorization": f"Bearer {self._client.token}"}
        try:
            async with self._session.get(url, headers=headers, timeout=_TIMEOUT, allow_redirects=False) as answer:
                _check_answer(answer, name)
                async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
                    read += len(chunk)
                    if read > MAX_DOWNLOAD_BYTES:
                        raise FileUnreadable(UnreadableReason.TOO_LARGE, name)
                    yield chunk
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("a download was cut off after %d bytes: %s", read, describe_error(error))
            raise FileUnreadable(UnreadableReason.CUT, name) from error
        if found.size and read != found.size:
            log.warning("a download ended early: %d of %d bytes", read, found.size)
            raise FileUnreadable(UnreadableReason.CUT, name)


async def check_file_host(session: aiohttp.ClientSession, origins: frozenset[str]) -> str | None:
    """Return why files can be neither read nor sent, or None if one of the hosts answers, whatever its answer."""
    reason = ""
    for origin in sorted(origins):
        try:
            async with session.get(f"{origin}/", allow_redirects=False) as answer:
                if answer.status not in _PROXY_STATUSES:
                    return None
                reason = f"HTTP {answer.status}"
        except SLACK_ERRORS as error:
            reason = describe_error(error)
    places = " or ".join(sorted(origins))
    return f"Can't reach Slack's file host at {places}: {reason}. Allow it in the network, or check the proxy."


def _check_answer(answer: aiohttp.ClientResponse, name: str) -> None:
    """Refuse an answer that is not the file. With a bad token, Slack serves its login page with status 200."""
    is_page = answer.content_type == "text/html" and not name.lower().endswith((".html", ".htm"))
    if is_page or 300 <= answer.status < 400:
        raise FileUnreadable(UnreadableReason.LOGIN_PAGE, name)
    if answer.status in (404, 410):
        raise FileUnreadable(UnreadableReason.NOT_THERE, name)
    if answer.status != 200:
        is_passing = answer.status >= 500 or answer.status in (408, 429)
        status = f"HTTP {answer.status}"
        fault = SlackFault(Meaning.PASSING if is_passing else Meaning.UNKNOWN, status)
        raise FileUnreadable(UnreadableReason.SLACK, name, status, fault)
