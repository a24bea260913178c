"""Deliver a reply to its surface with the right Slack call, and elsewhere if Slack refuses that call."""

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
from bot.slack.bot_messages import TEXT_LIMIT
from bot.slack.errors import SLACK_ERRORS, describe_error
from bot.slack.file_delivery import FileDelivery
from bot.slack.forms import FormPlace
from bot.slack.surfaces import HomeSurface, MessageSurface, ModalSurface, Surface
from bot.ui.components.modal import WAITING_BLOCK, make_modal
from bot.ui.reply import File, Form, Message, Placement, Reply
from bot.ui.verbs.approve import render_not_shared
from bot.ui.verbs.create import render_form_not_opened

log = logging.getLogger(__name__)

_SILENT_LOGGER = logging.Logger("response_url", logging.CRITICAL)
"""slack_sdk logs the whole response_url at every second try, at any level, and anyone who has it can post there."""


class ReplyDelivery:
    """Delivers replies. Every reply appears somewhere its caller sees it, or the log says that it could not.

    `response_url_origins`: the only origins a response_url may have.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        response_url_origins: frozenset[str],
        files: FileDelivery,
    ) -> None:
        self._client = client
        self._session = session
        self._response_url_origins = response_url_origins
        self._files = files

    async def open_modal(self, surface: Surface) -> Surface:
        """Open a waiting modal for a form or a press on App Home, and return the surface to answer on.

        A trigger_id expires after 3 seconds (docs.slack.dev, modals), and an answer may take longer.
        """
        if isinstance(surface, ModalSurface) or surface.trigger_id is None:
            return surface
        if isinstance(surface, HomeSurface) and surface.replaces_message:
            return surface
        try:
            opened = await self._client.views_open(trigger_id=surface.trigger_id, view=make_modal([WAITING_BLOCK]))
        except SLACK_ERRORS as error:
            log.warning("cannot open a modal, so the answer is a message: %s", describe_error(error))
            if isinstance(surface, MessageSurface):
                return replace(surface, trigger_id=None)
            return ModalSurface(surface.caller, None)
        return ModalSurface(surface.caller, opened["view"]["id"])

    async def deliver(self, reply: Reply, surface: Surface) -> None:
        """Show a reply, and post what it shares with the caller's channel. Raises nothing."""
        await self._show(reply, surface)
        if isinstance(reply, Message) and reply.shared is not None:
            await self._share(reply.shared, surface.caller)

    async def _show(self, reply: Reply, surface: Surface) -> None:
        if isinstance(reply, Form):
            if await self._show_form(reply, surface):
                return
            reply = render_form_not_opened()
        message = await self._files.send(reply, surface.caller) if isinstance(reply, File) else reply
        if await self._try_deliver(message, surface):
            return
        if message.fallback_blocks is not None:
            message = replace(message, blocks=message.fallback_blocks)
            if await self._try_deliver(message, surface):
                return
        await self._deliver_elsewhere(message, surface.caller)

    async def _share(self, message: Message, caller: Caller) -> None:
        """Post a message for everyone in the caller's channel, or tell the caller that it failed. Raises nothing."""
        try:
            await self._client.chat_postMessage(
                channel=caller.channel or caller.user, text=_text(message), blocks=_blocks(message)
            )
        except SLACK_ERRORS as error:
            log.warning("cannot post a message for a channel: %s", describe_error(error))
            await self._deliver_elsewhere(render_not_shared(caller.channel), caller)

    async def post(self, message: Message, channel: str) -> None:
        """Post to a channel (the audit channel). Raises nothing."""
        try:
            await self._client.chat_postMessage(
                channel=channel, text=_text(message), blocks=_blocks(message), unfurl_links=False, unfurl_media=False
            )
        except SLACK_ERRORS as error:
            log.error("cannot post to %s: %s", channel, describe_error(error))

    async def _show_form(self, form: Form, surface: Surface) -> bool:
        """Replace the waiting modal with a form. Return False if there is no modal: it was closed or never opened."""
        if not isinstance(surface, ModalSurface) or surface.view_id is None:
            return False
        try:
            await self._client.views_update(view_id=surface.view_id, view=_form(form))
        except SLACK_ERRORS as error:
            log.warning("cannot show a form: %s", describe_error(error))
            return False
        return True

    async def _try_deliver(self, message: Message, surface: Surface) -> bool:
        try:
            return await self._deliver_to_surface(message, surface)
        except SLACK_ERRORS as error:
            log.warning("cannot show a reply on its surface: %s", describe_error(error))
            return False

    async def _deliver_to_surface(self, message: Message, surface: Surface) -> bool:
        match surface:
            case MessageSurface():
                return await self._post_to_response_url(message, surface)
            case HomeSurface() | ModalSurface() if message.placement is Placement.BESIDE_ANSWER:
                return False
            case HomeSurface():
                view = {"type": "home", "blocks": _view_blocks(message)}
                await self._client.views_publish(user_id=surface.caller.user, view=view)
                return True
            case ModalSurface(view_id=None):
                return False
            case ModalSurface():
                await self._client.views_update(view_id=surface.view_id, view=make_modal(_view_blocks(message)))
                return True
            case unreachable:
                assert_never(unreachable)

    async def _post_to_response_url(self, message: Message, surface: MessageSurface) -> bool:
        """Post to the response_url. Only a press's can replace a message, and only the one its button is in."""
        if not self._is_slack_address(surface.response_url):
            log.error("did not call a response_url that is not Slack's")
            return False
        in_place = message.placement is Placement.IN_PLACE or (
            surface.replaces_message and message.placement is Placement.AS_ASKED
        )
        response_url = AsyncWebhookClient(
            surface.response_url,
            session=self._session,
            timeout=10,
            retry_handlers=make_retry_handlers(),
            logger=_SILENT_LOGGER,
        )
        answer = await response_url.send_dict(
            {
                "text": _text(message),
                "blocks": _blocks(message),
                "response_type": "in_channel" if message.public and not in_place else "ephemeral",
                "replace_original": in_place,
            }
        )
        if answer.status_code != 200:
            log.warning("the response_url answered %d %s", answer.status_code, answer.body[:100])
        return answer.status_code == 200

    async def _deliver_elsewhere(self, message: Message, caller: Caller) -> None:
        """Show the caller an ephemeral message where they are, or else send a direct message."""
        for attempt in (self._post_ephemeral, self._post_direct):
            try:
                if await attempt(message, caller):
                    return
            except SLACK_ERRORS as error:
                log.warning("%s failed: %s", attempt.__name__.removeprefix("_"), describe_error(error))
        log.error("a reply to %s could not be shown anywhere", caller.user)

    async def _post_ephemeral(self, message: Message, caller: Caller) -> bool:
        if caller.channel is None:
            return False
        await self._client.chat_postEphemeral(
            channel=caller.channel, user=caller.user, text=_text(message), blocks=_blocks(message)
        )
        return True

    async def _post_direct(self, message: Message, caller: Caller) -> bool:
        await self._client.chat_postMessage(
            channel=caller.user, text=_text(message), blocks=_blocks(message), unfurl_links=False, unfurl_media=False
        )
        return True

    def _is_slack_address(self, url: str) -> bool:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" in self._response_url_origins


def make_retry_handlers() -> list[AsyncRetryHandler]:
    """Return what slack_sdk retries: a refused connection once, and a 429 after its Retry-After."""
    return [AsyncConnectionErrorRetryHandler(), AsyncRateLimitErrorRetryHandler(max_retry_count=3)]


def _text(message: Message) -> str:
    return message.text[:TEXT_LIMIT]


def _blocks(message: Message) -> list[dict[str, object]]:
    return [dict(block) for block in message.blocks]


def _view_blocks(message: Message) -> list[dict[str, object]]:
    """Return the blocks for a modal or the Home tab, which refuse the kinds that only messages may hold."""
    blocks = message.blocks if message.fallback_blocks is None else message.fallback_blocks
    return [dict(block) for block in blocks]


def _form(form: Form) -> dict[str, object]:
    return make_modal([dict(block) for block in form.blocks], form.title) | {
        "submit": {"type": "plain_text", "text": form.submit},
        "callback_id": form.callback_id,
        "private_metadata": FormPlace(channel=form.channel).model_dump_json(),
    }
