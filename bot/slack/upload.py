"""Upload files to Slack: announce, stream from disk, complete. Nothing is shared until every byte has arrived."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.scratch_file import OpenFile, ScratchFile, ScratchFileFailed
from bot.slack.client import read_object
from bot.slack.errors import SLACK_ERRORS, describe_error, may_have_happened, read_fault
from bot.slack.split_upload import FilePart, PackedFile, pack_file
from bot.slack_faults import Meaning, SlackFault
from bot.ui.reply import File

log = logging.getLogger(__name__)

MAX_FILE_BYTES = 1_000_000_000
"""Slack's limit for one file (docs.slack.dev, working with files)."""
MAX_TRIES = 3
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=120)
SHARE_DELAYS = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Seconds before each look whether a completed file is shared: Slack may share it some seconds later."""
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
    """An upload failed at `step`. Nothing was shared, unless `uncertain`: then Slack does not say whether it was.

    `fault`: why, if that is not this machine's disk.
    """

    step: UploadStep
    reason: str
    uncertain: bool = False
    fault: SlackFault | None = None


class FileTooLarge(UploadFailed):
    """Slack takes no file of this size."""


class FileUploader:
    """Uploads files through Slack's external-upload flow, in bounded memory (docs.slack.dev, working with files).

    slack_sdk's files_upload_v2 holds the whole file in memory and retries nothing (python-slack-sdk, issues 1853 and
    1730).

    `origins`: the only origins an upload address may have.
    `open_scratch_file`: opens the file that a large file is compressed into.
    `max_bytes`: larger files are compressed, and split if that is not enough.
    `retry_delay`: seconds before the first retry without an answer; each further one waits that much longer. After an
    error status, the wait is its `Retry-After`, or `retry_delay` if it has none.
    `share_delays`: seconds before each look whether the file is shared.
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
        share_delays: tuple[float, ...] = SHARE_DELAYS,
    ) -> None:
        self._client = client
        self._session = session
        self._origins = origins
        self._open_scratch_file = open_scratch_file
        self._max_bytes = max_bytes
        self._retry_delay = retry_delay
        self._share_delays = share_delays

    async def upload(self, file: File, channel: str, thread_ts: str | None = None) -> PackedFile:
        """Share a file in a channel or a direct message, and return how it was packed once it is there.

        Raises:
            UploadFailed: the file is not there, or Slack does not say that it is.
        """
        try:
            async with pack_file(file.name, file.content, self._max_bytes, self._open_scratch_file) as packed:
                uploaded: list[dict[str, str | None]] = [
                    {"id": await self._upload_part(part), "title": _title(file, packed, part)} for part in packed.parts
                ]
                await self._complete(uploaded, channel, thread_ts)
                await self._wait_for_shares(
                    {str(one["id"]): part.size for one, part in zip(uploaded, packed.parts, strict=True)}, channel
                )
                return packed
        except ScratchFileFailed as error:
            raise UploadFailed(UploadStep.DISK, error.reason) from error

    async def upload_exactly(self, file: File, channel: str) -> str:
        """Share a file as it is, and return its id once Slack shows it there with its exact size.

        Raises:
            FileTooLarge: Slack takes no file of this size. Nothing was sent.
            UploadFailed: the file is not there, or Slack does not show it whole.
        """
        if file.size > self._max_bytes:
            raise FileTooLarge(UploadStep.ANNOUNCE, f"{file.size:,} bytes; Slack takes {self._max_bytes:,}")
        part = FilePart(file.name, file.content, 0, file.size)
        file_id = await self._upload_part(part)
        await self._complete([{"id": file_id, "title": file.title}], channel, None)
        await self._wait_for_shares({file_id: part.size}, channel, exactly=True)
        return file_id

    async def _upload_part(self, part: FilePart) -> str:
        """Upload one file and return its id. Each try announces it again: an address accepts bytes only once."""
        for tried in range(1, MAX_TRIES + 1):
            address, file_id = await self._announce(part)
            try:
                status, delay = await self._post(part, address)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                if isinstance(error.__cause__, ScratchFileFailed):  # aiohttp wraps what reading the body raises
                    raise UploadFailed(UploadStep.DISK, error.__cause__.reason) from error
                reason = describe_error(error)
                is_temporary = True
                delay = self._retry_delay * tried
            else:
                if status == 200:
                    return file_id
                reason = f"HTTP {status}"
                is_temporary = status in _TEMPORARY_STATUSES or status >= 500
            if tried == MAX_TRIES or not is_temporary:
                meaning = Meaning.PASSING if is_temporary else Meaning.UNKNOWN
                raise UploadFailed(UploadStep.BYTES, reason, fault=SlackFault(meaning, reason))
            log.warning("uploading the bytes of a file failed (%s), retrying", reason)
            await asyncio.sleep(delay)
        raise AssertionError("the last try returns or raises")

    async def _announce(self, part: FilePart) -> tuple[str, str]:
        """Return the address for the bytes, and the id of the file."""
        try:
            answer = await self._client.files_getUploadURLExternal(filename=part.name, length=part.size)
        except SLACK_ERRORS as error:
            raise UploadFailed(UploadStep.ANNOUNCE, describe_error(error), fault=read_fault(error)) from error
        address = urlsplit(answer["upload_url"])
        if f"{address.scheme}://{address.netloc}" not in self._origins:
            reason = "an address that is not Slack's"
            raise UploadFailed(UploadStep.ANNOUNCE, reason, fault=SlackFault(Meaning.UNKNOWN, reason))
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

    async def _complete(self, files: list[dict[str, str | None]], channel: str, thread_ts: str | None) -> None:
        """Share the files. If the answer is lost, only a look tells: a second call would fail in either case."""
        try:
            await self._client.files_completeUploadExternal(files=files, channel_id=channel, thread_ts=thread_ts)
        except SLACK_ERRORS as error:
            if not may_have_happened(error):
                raise UploadFailed(UploadStep.COMPLETE, describe_error(error), fault=read_fault(error)) from error
            log.warning("looking whether a file is shared: %s", describe_error(error))

    async def _wait_for_shares(self, sizes: Mapping[str, int], channel: str, *, exactly: bool = False) -> None:
        """Wait until Slack shows each file whole in the channel. An answer of ok to the completion is no proof.

        `exactly`: a file of which Slack does not say the size is not there yet.
        """
        unsized = () if exactly else (0, None)
        reason = "not seen there yet"
        fault: SlackFault | None = None
        missing = dict(sizes)
        for delay in self._share_delays:
            await asyncio.sleep(delay)
            try:
                for file_id, size in tuple(missing.items()):
                    found = read_object(await self._client.files_info(file=file_id), "file")
                    if channel in list_shares(found) and found.get("size") in (size, *unsized):
                        del missing[file_id]
            except SLACK_ERRORS as error:
                reason = describe_error(error)
                fault = read_fault(error)
                log.warning("cannot look whether a file is shared: %s", fault)
            if not missing:
                return
            if fault is not None and fault.meaning is Meaning.FOR_GOOD:
                break
        raise UploadFailed(UploadStep.COMPLETE, reason, uncertain=True, fault=fault)


def list_shares(file: Mapping[str, Any]) -> frozenset[str]:
    """Return the channels that a file object says it is shared in. Each of its lists may be null, or lack some."""
    channels = {str(channel) for name in ("channels", "groups", "ims") for channel in file.get(name) or ()}
    shares: Mapping[str, Any] = file.get("shares") or {}
    return frozenset(channels.union(*(shares.get(kind) or () for kind in ("public", "private"))))


async def _stream(part: FilePart) -> AsyncIterator[bytes]:
    if isinstance(part.content, ScratchFile):
        async for piece in part.content.pieces(part.start, part.stop):
            yield piece
    else:
        yield part.content[part.start : part.stop]


def _title(file: File, packed: PackedFile, part: FilePart) -> str:
    return file.title if len(packed.parts) == 1 else f"{file.title}, {part.name}"
