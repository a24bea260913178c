"""Files to Slack: announced, streamed from disk, completed; an upload is shared only when all of it has arrived."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.scratch_file import ScratchFile, ScratchFileFailed
from bot.slack.bot_messages import AnswerUncertain, classify_error
from bot.slack.errors import SLACK_ERRORS, describe_error
from bot.slack.split_upload import FilePart, PackedFile, pack_file
from bot.ui.reply import File

log = logging.getLogger(__name__)

MAX_FILE_BYTES = 1_000_000_000
"""Bytes a file (Slack docs, working with files)."""
MAX_TRIES = 3
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=120)
_PASSING = frozenset({408, 429})


class UploadStep(Enum):
    """Where an upload can fail: the place it goes to, Slack's three steps, our own disk."""

    OPEN = auto()
    ANNOUNCE = auto()
    BYTES = auto()
    COMPLETE = auto()
    DISK = auto()


@dataclass(eq=False)
class UploadFailed(Exception):
    """Nothing was shared; `in_doubt`: the last step got no answer that says so, and it may have been."""

    step: UploadStep
    reason: str
    in_doubt: bool = False


class FileUploader:
    """Sends files through Slack's external-upload flow, with the session of the process and in bounded memory.

    Not slack_sdk's files_upload_v2, which holds the whole file in memory and tries nothing again (python-slack-sdk,
    issues 1853 and 1730). `origins` are where an upload address may lead.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        origins: frozenset[str],
        *,
        largest: int = MAX_FILE_BYTES,
        pause: float = 1.0,
    ) -> None:
        self._client = client
        self._session = session
        self._origins = origins
        self._largest = largest
        self._pause = pause

    async def send(self, file: File, channel: str) -> PackedFile:
        """Share a file in a channel or a direct message; how it had to be packed is returned. Raises UploadFailed."""
        try:
            async with pack_file(file.name, file.content, self._largest) as packed:
                sent: list[dict[str, str | None]] = [
                    {"id": await self._send_part(part), "title": _title(file, packed, part)} for part in packed.parts
                ]
                await self._complete(sent, channel)
                return packed
        except ScratchFileFailed as error:
            raise UploadFailed(UploadStep.DISK, error.reason) from error

    async def _send_part(self, part: FilePart) -> str:
        """Announce and send one file; each try announces anew, because an address takes bytes only once."""
        for tried in range(1, MAX_TRIES + 1):
            address, file_id = await self._announce(part)
            try:
                status, pause = await self._post(part, address)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                status, pause, reason = 0, self._pause * tried, type(error).__name__
            else:
                reason = f"HTTP {status}"
            if status == 200:
                return file_id
            if tried == MAX_TRIES or not (status == 0 or status in _PASSING or status >= 500):
                raise UploadFailed(UploadStep.BYTES, reason)
            log.warning("the bytes of a file did not arrive (%s), trying again", reason)
            await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    async def _announce(self, part: FilePart) -> tuple[str, str]:
        try:
            said = await self._client.files_getUploadURLExternal(filename=part.name, length=part.size)
        except SLACK_ERRORS as error:
            raise UploadFailed(UploadStep.ANNOUNCE, describe_error(error)) from error
        address = urlsplit(said["upload_url"])
        if f"{address.scheme}://{address.netloc}" not in self._origins:
            raise UploadFailed(UploadStep.ANNOUNCE, "an address that is not Slack's")
        return said["upload_url"], said["file_id"]

    async def _post(self, part: FilePart, address: str) -> tuple[int, float]:
        """Stream the bytes; return the status, and seconds to wait before another try."""
        headers = {"Content-Length": str(part.size), "Content-Type": "application/octet-stream"}
        async with self._session.post(
            address, data=_bytes(part), headers=headers, timeout=_TIMEOUT, allow_redirects=False
        ) as answered:
            asked = answered.headers.get("Retry-After", "")
            return answered.status, min(float(asked), 60.0) if asked.isdigit() else self._pause

    async def _complete(self, files: list[dict[str, str | None]], channel: str) -> None:
        try:
            await self._client.files_completeUploadExternal(files=files, channel_id=channel)
        except SLACK_ERRORS as error:
            in_doubt = not isinstance(error, SlackApiError) or isinstance(classify_error(error), AnswerUncertain)
            raise UploadFailed(UploadStep.COMPLETE, describe_error(error), in_doubt) from error


async def _bytes(part: FilePart) -> AsyncIterator[bytes]:
    if isinstance(part.content, ScratchFile):
        async for piece in part.content.pieces(part.start, part.stop):
            yield piece
    else:
        yield part.content[part.start : part.stop]


def _title(file: File, packed: PackedFile, part: FilePart) -> str:
    return file.title if len(packed.parts) == 1 else f"{file.title}, {part.name}"
