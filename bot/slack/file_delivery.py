"""A file → the caller's messages, or the channel it is meant for; and what to say of it where it was asked for."""

import logging

from slack_sdk.web.async_client import AsyncWebClient

from bot.caller import Caller
from bot.scratch_file import ScratchFile
from bot.slack.errors import SLACK_ERRORS, describe_error
from bot.slack.split_upload import PackedFile
from bot.slack.upload import FileUploader, UploadFailed, UploadStep
from bot.store.db.database import StoreUnavailable
from bot.ui.components.file_sent import Packing, Trouble, render_not_sent, render_nothing_to_send, render_sent
from bot.ui.reply import File, Message

log = logging.getLogger(__name__)


class FileDelivery:
    """Sends files; raises nothing."""

    def __init__(self, client: AsyncWebClient, uploads: FileUploader) -> None:
        self._client = client
        self._uploads = uploads

    async def send(self, file: File, caller: Caller) -> Message:
        """Send a file, close it, and return what to say where it was asked for."""
        try:
            if file.size == 0:
                return render_nothing_to_send(file)
            channel, moved_from = await self._place(file, caller)
            packed = await self._uploads.send(file, channel)
        except UploadFailed as error:
            log.warning("a file was not sent, step %s: %s", error.step.name, error.reason)
            return render_not_sent(file, _trouble(error), error.reason)
        finally:
            if isinstance(file.content, ScratchFile):
                file.content.close()
        await self._arrived(file)
        return render_sent(file, _packing(packed), parts=len(packed.parts), moved_from=moved_from)

    async def _place(self, file: File, caller: Caller) -> tuple[str, str | None]:
        """Return where the file goes, and the channel that it was meant for and cannot go to."""
        wanted = caller.channel if file.public else None
        if wanted is not None and await self._may_share_in(wanted):
            return wanted, None
        try:
            opened = await self._client.conversations_open(users=caller.user)
        except SLACK_ERRORS as error:
            raise UploadFailed(UploadStep.OPEN, describe_error(error)) from error
        return opened["channel"]["id"], wanted

    async def _may_share_in(self, channel: str) -> bool:
        """Look before a long upload whether the bot is in the channel: Slack would refuse only at the end."""
        try:
            found = (await self._client.conversations_info(channel=channel))["channel"]
        except SLACK_ERRORS as error:
            log.info("a file goes to its caller alone, because the channel cannot be seen: %s", describe_error(error))
            return False
        return bool(found.get("is_member") or found.get("is_im"))

    async def _arrived(self, file: File) -> None:
        try:
            if file.arrived is not None:
                await file.arrived()
        except StoreUnavailable:
            log.exception("it is not recorded that %s was sent", file.name)


def _packing(packed: PackedFile) -> Packing:
    if not packed.compressed:
        return Packing.AS_IT_IS
    return Packing.GZIP if len(packed.parts) == 1 else Packing.PARTS


def _trouble(error: UploadFailed) -> Trouble:
    match error.step:
        case UploadStep.OPEN:
            return Trouble.PLACE
        case UploadStep.DISK:
            return Trouble.OUR_DISK
        case _:
            return Trouble.IN_DOUBT if error.in_doubt else Trouble.SLACK
