"""Read files that people shared in Slack, as they arrive: from Slack's own host only, with the bot's token."""

import logging
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict, ValidationError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.operations.shared_files import FileUnreadable, SharedFile, UnreadableReason
from bot.slack.errors import SLACK_ERRORS, describe_error

log = logging.getLogger(__name__)

MAX_DOWNLOAD_BYTES = 300 * 1024 * 1024
"""A larger file cannot become a batch of 256 MB, whatever it holds."""
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
_CHUNK_BYTES = 64 * 1024
_REASONS = {
    "file_not_found": UnreadableReason.NOT_THERE,
    "file_deleted": UnreadableReason.NOT_THERE,
    "missing_scope": UnreadableReason.NO_SCOPE,
    "no_permission": UnreadableReason.NOT_PERMITTED,
    "access_denied": UnreadableReason.NOT_PERMITTED,
}


class _File(BaseModel):
    """The fields of a file object that the bot uses (docs.slack.dev, file object)."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    id: str
    name: str | None = None
    size: int = 0
    is_external: bool = False
    user: str | None = None
    channels: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    ims: tuple[str, ...] = ()
    url_private_download: str | None = None


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
        if found.user != user and channel not in (*found.channels, *found.groups, *found.ims):
            raise FileUnreadable(UnreadableReason.NOT_YOURS, file_id)
        if found.size > MAX_DOWNLOAD_BYTES:
            raise FileUnreadable(UnreadableReason.TOO_LARGE, name)
        url = found.url_private_download or ""
        address = urlsplit(url)
        if found.is_external or f"{address.scheme}://{address.netloc}" not in self._origins:
            raise FileUnreadable(UnreadableReason.ELSEWHERE, name)
        return SharedFile(name, found.size, self._chunks(url, found, name))

    async def _look_up(self, file_id: str) -> _File:
        try:
            answer: Any = await self._client.files_info(file=file_id)  # Any: JSON from outside
            return _File.model_validate(answer["file"])
        except SlackApiError as error:
            code = describe_error(error)
            raise FileUnreadable(_REASONS.get(code, UnreadableReason.SLACK), file_id, code) from error
        except (*SLACK_ERRORS, ValidationError, KeyError) as error:
            raise FileUnreadable(UnreadableReason.SLACK, file_id, describe_error(error)) from error

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
            raise FileUnreadable(UnreadableReason.CUT, name, describe_error(error)) from error
        if found.size and read != found.size:
            raise FileUnreadable(UnreadableReason.CUT, name, f"{read} of {found.size} bytes")


def _check_answer(answer: aiohttp.ClientResponse, name: str) -> None:
    """Refuse an answer that is not the file. With a bad token, Slack serves its login page with status 200."""
    is_page = answer.content_type == "text/html" and not name.lower().endswith((".html", ".htm"))
    if is_page or 300 <= answer.status < 400:
        raise FileUnreadable(UnreadableReason.LOGIN_PAGE, name)
    if answer.status in (404, 410):
        raise FileUnreadable(UnreadableReason.NOT_THERE, name)
    if answer.status != 200:
        raise FileUnreadable(UnreadableReason.SLACK, name, f"HTTP {answer.status}")
