"""Reply + surface → the one right Slack call, and the next best one where Slack refuses it."""

import logging
from typing import assert_never
from urllib.parse import urlsplit

import aiohttp
from msgspec.structs import replace
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.caller import Caller
from bot.slack.errors import SLACK_ERRORS, describe_error
from bot.slack.file_delivery import FileDelivery
from bot.slack.forms import FormPlace
from bot.slack.surfaces import HomeSurface, MessageSurface, ModalSurface, Surface
from bot.ui.reply import File, Form, Message, Placement, Reply
from bot.ui.verbs.approve import render_not_shared
from bot.ui.verbs.create import render_form_not_opened

log = logging.getLogger(__name__)

_UNLOGGED = logging.Logger("response_url", logging.CRITICAL)
"""Of nobody's: slack_sdk logs the whole address at each second try, whatever the level, and whoever has it may post."""
TEXT_LIMIT = 4_000  # characters; chat.update refuses more (docs.slack.dev, chat.update)
WORKING: dict[str, object] = {"type": "section", "text": {"type": "plain_text", "text": "One moment…"}}


class ReplyDelivery:
    """Delivers replies. Every reply arrives somewhere its caller sees, or the log says that it could not."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        hook_origins: frozenset[str],
        files: FileDelivery,
    ) -> None:
        self._client = client
        self._session = session
        self._files = files
        self._hook_origins = hook_origins

    async def prepare(self, surface: Surface) -> Surface:
        """Open a waiting modal for a form, or a press on App Home: a trigger lives 3 seconds, answers take longer."""
        if (
            isinstance(surface, ModalSurface)
            or surface.trigger_id is None
            or (isinstance(surface, HomeSurface) and surface.renews)
        ):
            return surface
        try:
            opened = await self._client.views_open(trigger_id=surface.trigger_id, view=_modal([WORKING]))
        except SLACK_ERRORS as error:
            log.warning("no modal could be opened, answering by message: %s", describe_error(error))
            return (
                replace(surface, trigger_id=None)
                if isinstance(surface, MessageSurface)
                else ModalSurface(surface.caller, None)
            )
        return ModalSurface(surface.caller, opened["view"]["id"])

    async def deliver(self, reply: Reply, surface: Surface) -> None:
        """Show a reply; raises nothing."""
        if isinstance(reply, Form):
            if await self._opened(reply, surface):
                return
            reply = render_form_not_opened()
        message = await self._files.send(reply, surface.caller) if isinstance(reply, File) else reply
        if await self._delivered(message, surface):
            return
        if message.simpler is not None:
            message = replace(message, blocks=message.simpler)
            if await self._delivered(message, surface):
                return
        await self._deliver_elsewhere(message, surface.caller)

    async def share(self, message: Message, caller: Caller) -> None:
        """Post for everybody where it was asked for; where that cannot be, say so to the caller. Raises nothing."""
        try:
            await self._client.chat_postMessage(
                channel=caller.channel or caller.user, text=_text(message), blocks=_blocks(message)
            )
        except SLACK_ERRORS as error:
            log.warning("a message for a channel could not be posted: %s", describe_error(error))
            await self._deliver_elsewhere(render_not_shared(caller.channel), caller)

    async def _opened(self, form: Form, surface: Surface) -> bool:
        """Put a form in place of the waiting modal; False where there is none, because it was closed or came late."""
        if not isinstance(surface, ModalSurface) or surface.view_id is None:
            return False
        try:
            await self._client.views_update(view_id=surface.view_id, view=_form(form))
        except SLACK_ERRORS as error:
            log.warning("a form could not be shown: %s", describe_error(error))
            return False
        return True

    async def _delivered(self, message: Message, surface: Surface) -> bool:
        try:
            return await self._deliver_there(message, surface)
        except SLACK_ERRORS as error:
            log.warning("a reply could not be shown where it belongs: %s", describe_error(error))
            return False

    async def post(self, message: Message, channel: str) -> None:
        """Post to a channel (the audit channel); raises nothing."""
        try:
            await self._client.chat_postMessage(
                channel=channel, text=_text(message), blocks=_blocks(message), unfurl_links=False, unfurl_media=False
            )
        except SLACK_ERRORS as error:
            log.error("could not post to %s: %s", channel, describe_error(error))

    async def _deliver_there(self, message: Message, surface: Surface) -> bool:
        match surface:
            case MessageSurface():
                return await self._hook(message, surface)
            case HomeSurface():
                view = {"type": "home", "blocks": _view_blocks(message)}
                await self._client.views_publish(user_id=surface.caller.user, view=view)
                return True
            case ModalSurface(view_id=None):
                return False
            case ModalSurface():
                await self._client.views_update(view_id=surface.view_id, view=_modal(_view_blocks(message)))
                return True
            case unreachable:
                assert_never(unreachable)

    async def _hook(self, message: Message, surface: MessageSurface) -> bool:
        """Post to the response_url; only a press's can replace, and only the message the button is in."""
        if not self._is_slacks(surface.url):
            log.error("a response_url of another host was not dialled")
            return False
        in_place = message.placement is Placement.IN_PLACE or (
            surface.renews and message.placement is Placement.AS_ASKED
        )
        hook = AsyncWebhookClient(
            surface.url, session=self._session, timeout=10, retry_handlers=make_retry_handlers(), logger=_UNLOGGED
        )
        answered = await hook.send_dict(
            {
                "text": _text(message),
                "blocks": _blocks(message),
                "response_type": "in_channel" if message.public and not in_place else "ephemeral",
                "replace_original": in_place,
            }
        )
        if answered.status_code != 200:
            log.warning("the response_url answered %d %s", answered.status_code, answered.body[:100])
        return answered.status_code == 200

    async def _deliver_elsewhere(self, message: Message, caller: Caller) -> None:
        """Say it where the caller is, to him alone, else in his messages with the bot."""
        for attempt in (self._ephemeral, self._direct):
            try:
                if await attempt(message, caller):
                    return
            except SLACK_ERRORS as error:
                log.warning("%s failed: %s", attempt.__name__.strip("_"), describe_error(error))
        log.error("a reply to %s could not be shown anywhere", caller.user)

    async def _ephemeral(self, message: Message, caller: Caller) -> bool:
        if caller.channel is None:
            return False
        await self._client.chat_postEphemeral(
            channel=caller.channel, user=caller.user, text=_text(message), blocks=_blocks(message)
        )
        return True

    async def _direct(self, message: Message, caller: Caller) -> bool:
        await self._client.chat_postMessage(
            channel=caller.user, text=_text(message), blocks=_blocks(message), unfurl_links=False, unfurl_media=False
        )
        return True

    def _is_slacks(self, url: str) -> bool:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" in self._hook_origins


def make_retry_handlers() -> list[AsyncRetryHandler]:
    """Return what slack_sdk is to try again: a refused connection once, a 429 after its Retry-After."""
    return [AsyncConnectionErrorRetryHandler(), AsyncRateLimitErrorRetryHandler(max_retry_count=3)]


def _text(message: Message) -> str:
    return message.text[:TEXT_LIMIT]


def _blocks(message: Message) -> list[dict[str, object]]:
    return [dict(block) for block in message.blocks]


def _view_blocks(message: Message) -> list[dict[str, object]]:
    """Return what a modal and the Home tab take: no block that stands in messages only."""
    return [dict(block) for block in (message.blocks if message.simpler is None else message.simpler)]


def _form(form: Form) -> dict[str, object]:
    return _modal([dict(block) for block in form.blocks]) | {
        "title": {"type": "plain_text", "text": form.title},
        "submit": {"type": "plain_text", "text": form.submit},
        "callback_id": form.callback_id,
        "private_metadata": FormPlace(channel=form.channel).model_dump_json(),
    }


def _modal(blocks: list[dict[str, object]]) -> dict[str, object]:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Batchdesk"},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": blocks,
    }
