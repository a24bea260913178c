"""Upload files to Slack: announce, stream from disk, complete. Nothing is shared until every byte has arrived."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.scratch_file import OpenFile, ScratchFile, ScratchFileFailed
from bot.slack.bot_messages import AnswerUncertain, classify_error
from bot.slack.errors import SLACK_ERRORS, describe_error
from bot.slack.split_upload import FilePart, PackedFile, pack_file
from bot.ui.reply import File

log = logging.getLogger(__name__)

MAX_FILE_BYTES = 1_000_000_000
"""Slack's limit for one file (docs.slack.dev, working with files)."""
MAX_TRIES = 3
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=120)
_TEMPORARY_STATUSES = frozenset({408, 429})


class UploadStep(Enum):
    """Where an upload can fail: opening the direct message, each of Slack's three steps, or this machine's disk."""

    OPEN = auto()
    ANNOUNCE = auto()
    BYTES = auto()
    COMPLETE = auto()
    DISK = auto()


@dataclass(eq=False)
class UploadFailed(Exception):
    """An upload failed at `step`. Nothing was shared, unless `uncertain`: then the last step's answer was lost."""

    step: UploadStep
    reason: str
    uncertain: bool = False


class FileUploader:
    """Uploads files through Slack's external-upload flow, in bounded memory (docs.slack.dev, working with files).

    slack_sdk's files_upload_v2 holds the whole file in memory and retries nothing (python-slack-sdk, issues 1853 and
    1730).

    `origins`: the only origins an upload address may have.
    `open_scratch_file`: opens the file that a large file is compressed into.
    `max_bytes`: larger files are compressed, and split if that is not enough.
    `retry_delay`: seconds before the first retry; each further one waits that much longer.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        origins: frozenset[str],
        open_scratch_file: OpenFile,
        *,
        max_bytes: int = MAX_FILE_BYTES,
        retry_delay: float = 1.0,
    ) -> None:
        self._client = client
        self._session = session
        self._origins = origins
        self._open_scratch_file = open_scratch_file
        self._max_bytes = max_bytes
        self._retry_delay = retry_delay

    async def upload(self, file: File, channel: str) -> PackedFile:
        """Share a file in a channel or a direct message, and return how it was packed. Raises UploadFailed."""
        try:
            async with pack_file(file.name, file.content, self._max_bytes, self._open_scratch_file) as packed:
                uploaded: list[dict[str, str | None]] = [
                    {"id": await self._upload_part(part), "title": _title(file, packed, part)} for part in packed.parts
                ]
                await self._complete(uploaded, channel)
                return packed
        except ScratchFileFailed as error:
            raise UploadFailed(UploadStep.DISK, error.reason) from error

    async def _upload_part(self, part: FilePart) -> str:
        """Upload one file and return its id. Each try announces it again: an address accepts bytes only once."""
        for tried in range(1, MAX_TRIES + 1):
            address, file_id = await self._announce(part)
            try:
                status, delay = await self._post(part, address)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                reason = type(error).__name__
                is_temporary = True
                delay = self._retry_delay * tried
            else:
                if status == 200:
                    return file_id
                reason = f"HTTP {status}"
                is_temporary = status in _TEMPORARY_STATUSES or status >= 500
            if tried == MAX_TRIES or not is_temporary:
                raise UploadFailed(UploadStep.BYTES, reason)
            log.warning("uploading the bytes of a file failed (%s), retrying", reason)
            await asyncio.sleep(delay)
        raise AssertionError("the last try returns or raises")

    async def _announce(self, part: FilePart) -> tuple[str, str]:
        """Return the address for the bytes, and the id of the file."""
        try:
            answer = await self._client.files_getUploadURLExternal(filename=part.name, length=part.size)
        except SLACK_ERRORS as error:
            raise UploadFailed(UploadStep.ANNOUNCE, describe_error(error)) from error
        address = urlsplit(answer["upload_url"])
        if f"{address.scheme}://{address.netloc}" not in self._origins:
            raise UploadFailed(UploadStep.ANNOUNCE, "an address that is not Slack's")
        return answer["upload_url"], answer["file_id"]

    async def _post(self, part: FilePart, address: str) -> tuple[int, float]:
        """Stream the bytes. Return the status, and how many seconds to wait before a retry."""
        headers = {"Content-Length": str(part.size), "Content-Type": "application/octet-stream"}
        async with self._session.post(
            address, data=_stream(part), headers=headers, timeout=_TIMEOUT, allow_redirects=False
        ) as answer:
            retry_after = answer.headers.get("Retry-After", "")
            delay = min(float(retry_after), 60.0) if retry_after.isdigit() else self._retry_delay
            return answer.status, delay

    async def _complete(self, files: list[dict[str, str | None]], channel: str) -> None:
        try:
            await self._client.files_completeUploadExternal(files=files, channel_id=channel)
        except SLACK_ERRORS as error:
            uncertain = not isinstance(error, SlackApiError) or isinstance(classify_error(error), AnswerUncertain)
            raise UploadFailed(UploadStep.COMPLETE, describe_error(error), uncertain) from error


async def _stream(part: FilePart) -> AsyncIterator[bytes]:
    if isinstance(part.content, ScratchFile):
        async for piece in part.content.pieces(part.start, part.stop):
            yield piece
    else:
        yield part.content[part.start : part.stop]


def _title(file: File, packed: PackedFile, part: FilePart) -> str:
    return file.title if len(packed.parts) == 1 else f"{file.title}, {part.name}"
