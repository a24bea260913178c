"""Deliver a file to the caller's direct message or to a channel, and return the message that reports it."""

import logging
from typing import Literal

from slack_sdk.web.async_client import AsyncWebClient

from bot.caller import Caller
from bot.scratch_file import ScratchFile
from bot.slack.client import read_object
from bot.slack.errors import SLACK_ERRORS, describe_error, get_code, read_fault
from bot.slack.split_upload import PackedFile
from bot.slack.upload import FileUploader, UploadFailed, UploadStep
from bot.slack_faults import CLOSED_PLACE, NOT_A_MEMBER
from bot.store.db.database import StoreUnavailable
from bot.ui.components.file_sent import DeliveryFailure, Packing, render_not_sent, render_nothing_to_send, render_sent
from bot.ui.reply import File, Message

log = logging.getLogger(__name__)


class FileDelivery:
    """Delivers files. Raises nothing."""

    def __init__(self, client: AsyncWebClient, uploader: FileUploader) -> None:
        self._client = client
        self._uploader = uploader

    async def send(self, file: File, caller: Caller, thread_ts: str | None = None) -> Message:
        """Send a file, close it, and return the message to show on the caller's surface.

        `thread_ts`: the thread that a public file goes to.
        """
        try:
            if file.size == 0:
                await self._settle(file, "failed", "the file is empty")
                return render_nothing_to_send(file)
            packed, moved_from = await self._upload(file, caller, thread_ts)
        except UploadFailed as error:
            log.warning("cannot send a file, step %s: %s", error.step.name, error.reason)
            if error.uncertain:
                await self._record(file, is_confirmed=False)
            await self._settle(file, "unknown" if error.uncertain else "failed", error.reason)
            return render_not_sent(file, _trouble(error), error.reason, error.fault)
        finally:
            if isinstance(file.content, ScratchFile):
                file.content.close()
        await self._record(file, is_confirmed=True)
        await self._settle(file, "done", None)
        return render_sent(
            file,
            _packing(packed),
            parts=len(packed.parts),
            moved_from=moved_from,
            can_be_invited=not caller.is_direct,
        )

    async def _upload(self, file: File, caller: Caller, thread_ts: str | None) -> tuple[PackedFile, str | None]:
        """Upload a file. Return how it was packed, and the channel that it was meant for if it cannot go there."""
        wanted = caller.channel if file.public else None
        if wanted is not None and await self._can_share_in(wanted):
            try:
                return await self._uploader.upload(file, wanted, thread_ts), None
            except UploadFailed as error:
                if error.reason not in CLOSED_PLACE:
                    raise
                log.info("a file goes to its caller only, because of its channel: %s", error.reason)
        return await self._uploader.upload(file, await self._open_direct_message(caller)), wanted

    async def _open_direct_message(self, caller: Caller) -> str:
        try:
            opened = await self._client.conversations_open(users=caller.user)
        except SLACK_ERRORS as error:
            raise UploadFailed(UploadStep.OPEN, describe_error(error), fault=read_fault(error)) from error
        return str(opened["channel"]["id"])

    async def _can_share_in(self, channel: str) -> bool:
        """Check before a long upload that the bot is in the channel. Slack would refuse only at its end."""
        try:
            found = read_object(await self._client.conversations_info(channel=channel), "channel")
        except SLACK_ERRORS as error:
            if get_code(error) in NOT_A_MEMBER:
                return False
            log.warning("cannot look up whether the bot is in %s: %s", channel, describe_error(error))
            return True
        return bool(found.get("is_member") or found.get("is_im"))

    async def _record(self, file: File, *, is_confirmed: bool) -> None:
        try:
            if file.on_delivered is not None:
                await file.on_delivered(is_confirmed)
        except StoreUnavailable:
            log.exception("cannot record that %s was sent", file.name)

    async def _settle(self, file: File, outcome: Literal["done", "unknown", "failed"], reason: str | None) -> None:
        try:
            if file.on_settled is not None:
                await file.on_settled(outcome, reason)
        except StoreUnavailable:
            log.exception("the audit entry of %s is without its outcome: %s", file.name, outcome)


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
