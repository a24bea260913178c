"""Deliver a file to the caller's direct message or to a channel, and return the message that reports it."""

import logging

from slack_sdk.web.async_client import AsyncWebClient

from bot.caller import Caller
from bot.scratch_file import ScratchFile
from bot.slack.errors import SLACK_ERRORS, describe_error
from bot.slack.split_upload import PackedFile
from bot.slack.upload import FileUploader, UploadFailed, UploadStep
from bot.store.db.database import StoreUnavailable
from bot.ui.components.file_sent import DeliveryFailure, Packing, render_not_sent, render_nothing_to_send, render_sent
from bot.ui.reply import File, Message

log = logging.getLogger(__name__)


class FileDelivery:
    """Delivers files. Raises nothing."""

    def __init__(self, client: AsyncWebClient, uploader: FileUploader) -> None:
        self._client = client
        self._uploader = uploader

    async def send(self, file: File, caller: Caller) -> Message:
        """Send a file, close it, and return the message to show on the caller's surface."""
        try:
            if file.size == 0:
                return render_nothing_to_send(file)
            channel, moved_from = await self._choose_channel(file, caller)
            packed = await self._uploader.upload(file, channel)
        except UploadFailed as error:
            log.warning("cannot send a file, step %s: %s", error.step.name, error.reason)
            return render_not_sent(file, _trouble(error), error.reason)
        finally:
            if isinstance(file.content, ScratchFile):
                file.content.close()
        await self._record_arrival(file)
        return render_sent(file, _packing(packed), parts=len(packed.parts), moved_from=moved_from)

    async def _choose_channel(self, file: File, caller: Caller) -> tuple[str, str | None]:
        """Return the channel the file goes to, and the channel it was meant for if it cannot go there."""
        wanted = caller.channel if file.public else None
        if wanted is not None and await self._can_share_in(wanted):
            return wanted, None
        try:
            opened = await self._client.conversations_open(users=caller.user)
        except SLACK_ERRORS as error:
            raise UploadFailed(UploadStep.OPEN, describe_error(error)) from error
        return opened["channel"]["id"], wanted

    async def _can_share_in(self, channel: str) -> bool:
        """Check before a long upload that the bot is in the channel. Slack would refuse only at its end."""
        try:
            found = (await self._client.conversations_info(channel=channel))["channel"]
        except SLACK_ERRORS as error:
            log.info(
                "a file goes to its caller only, because its channel cannot be looked up: %s", describe_error(error)
            )
            return False
        return bool(found.get("is_member") or found.get("is_im"))

    async def _record_arrival(self, file: File) -> None:
        try:
            if file.on_delivered is not None:
                await file.on_delivered()
        except StoreUnavailable:
            log.exception("cannot record that %s was sent", file.name)


def _packing(packed: PackedFile) -> Packing:
    if not packed.compressed:
        return Packing.AS_IT_IS
    return Packing.GZIP if len(packed.parts) == 1 else Packing.PARTS


def _trouble(error: UploadFailed) -> DeliveryFailure:
    match error.step:
        case UploadStep.OPEN:
            return DeliveryFailure.PLACE
        case UploadStep.DISK:
            return DeliveryFailure.OUR_DISK
        case _:
            return DeliveryFailure.IN_DOUBT if error.uncertain else DeliveryFailure.SLACK
