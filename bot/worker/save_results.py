"""Save the results of a batch: deliver the whole file to a person, and verify that it is there.

The file is read to its end and compared with the counts of the batch. It is saved once Slack shows it in the person's
messages with its exact size. Anything else raises NotSaved.
"""

import logging
from dataclasses import dataclass

from bot.api.errors import ApiError
from bot.api.models import MessageBatch
from bot.caller import Caller
from bot.operations.progress import Progress
from bot.operations.read_results import ReadingFailed, ReadSummary, ResultsCopy, read_results, select_prices
from bot.operations.result_files import ResultFileKind, make_converter
from bot.operations.services import Services
from bot.scratch_file import ScratchFile, ScratchFileFailed
from bot.slack.bot_messages import BotMessages, MessageCallFailed
from bot.slack.upload import FileTooLarge, FileUploader, UploadFailed
from bot.store.records.bulks import FailReason, SavedFile
from bot.store.records.labels import BatchNames
from bot.ui.components.result_file import file_name
from bot.ui.reply import File, Message

log = logging.getLogger(__name__)


@dataclass(eq=False)
class NotSaved(Exception):
    """The results are not saved. `detail` is an error in a few words, if the reason does not say it all."""

    reason: FailReason
    detail: str | None = None


class ResultsSaver:
    """Saves results."""

    def __init__(self, services: Services, messages: BotMessages, uploader: FileUploader) -> None:
        self._services = services
        self._messages = messages
        self._uploader = uploader

    async def save(self, batch: MessageBatch, names: BatchNames | None, caller: Caller) -> SavedFile:
        """Deliver the results of a batch to the caller's messages, and return the file. Raises NotSaved."""
        try:
            scratch_file = ScratchFile(self._services.open_scratch_file)
        except ScratchFileFailed as error:
            raise NotSaved("unreadable", str(error)) from error
        try:
            lines = await self._read(batch, caller, scratch_file)
            name = file_name(batch.id, ResultFileKind.JSONL, names)
            file = File(name, name, scratch_file, Message(name, ()))
            return SavedFile(await self._deliver(file, caller), name, file.size, lines)
        finally:
            scratch_file.close()

    async def _read(self, batch: MessageBatch, caller: Caller, scratch_file: ScratchFile) -> int:
        """Write the results into the file, and return how many lines it has."""
        services = self._services
        copy = ResultsCopy(make_converter(ResultFileKind.JSONL, select_prices(services, batch)), scratch_file)
        try:
            read = await read_results(services, batch, caller, Progress(), copy)
        except (ReadingFailed, ApiError) as error:
            raise NotSaved("unreadable", str(error)) from error
        added = scratch_file.size - read.summary.bytes_read
        if not _is_whole(batch, read) or added not in (0, 1):  # a last line without a newline gets one
            lines = f"{read.summary.lines:,} lines for {batch.request_counts.total:,} requests"
            raise NotSaved("incomplete", lines)
        return read.summary.lines

    async def _deliver(self, file: File, caller: Caller) -> str:
        """Return Slack's id of the delivered file."""
        try:
            await self._messages.check_reader(caller.user)
            channel = await self._messages.open_direct_message(caller.user)
            return await self._uploader.upload_exactly(file, channel)
        except MessageCallFailed as error:
            raise NotSaved("slack", str(error)) from error
        except FileTooLarge as error:
            raise NotSaved("too_large", error.reason) from error
        except UploadFailed as error:
            log.warning("cannot save a file, step %s: %s", error.step.name, error.reason)
            raise NotSaved("unconfirmed" if error.uncertain else "slack", error.reason) from error


def _is_whole(batch: MessageBatch, read: ReadSummary) -> bool:
    """Return whether the file has exactly one readable line for each request, with the outcomes that the batch counts.

    The API's counts decide, because they are what would be deleted.
    """
    summary = read.summary
    is_complete = summary.lines == batch.request_counts.total and not summary.broken.count and not summary.duplicates
    return is_complete and not summary.find_differences(batch.request_counts)
