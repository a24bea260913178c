"""Deliver a reply to its surface with the right Slack call, and elsewhere if Slack refuses that call."""

import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import assert_never
from urllib.parse import urlsplit

import aiohttp
from msgspec.structs import replace
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.caller import Caller
from bot.slack.bot_messages import (
    AnswerUncertain,
    BotMessages,
    MessageCallFailed,
    list_forms,
    make_reply_key,
)
from bot.slack.client import read_object
from bot.slack.errors import REFUSED_BLOCKS, SLACK_ERRORS, describe_error, get_code, is_lost
from bot.slack.file_delivery import FileDelivery
from bot.slack.forms import FormPlace, FormSeal
from bot.slack.retries import make_retry_handlers
from bot.slack.surfaces import ConversationSurface, HomeSurface, MessageSurface, ModalSurface, Surface
from bot.slack_faults import NOT_A_MEMBER
from bot.ui.components.modal import APP_NAME, WAITING_BLOCK, make_modal
from bot.ui.components.text import section
from bot.ui.components.workspace_mark import WorkspaceMark, mark_blocks
from bot.ui.errors.slack import render_wait
from bot.ui.reply import File, Form, Message, Placement, Posting, Reply
from bot.ui.verbs.create import render_form_not_opened

log = logging.getLogger(__name__)

_SILENT_LOGGER = logging.Logger("response_url", logging.CRITICAL)
"""slack_sdk logs the whole response_url at every second try, at any level, and anyone who has it can post there."""


class _NoSurface(Exception):
    """The surface cannot show anything."""


class _ResponseUrlRefused(Exception):
    """A response_url answered with another status than 200."""

    def __init__(self, status: int, body: str) -> None:
        self.status = status
        self.code = _read_code(body)
        super().__init__(f"the response_url answered {status} {self.code}")


_Show = Callable[[Message], Awaitable[None]]
"""Shows one form of a message in one place. Raises one of _FAILURES."""
_FAILURES = (*SLACK_ERRORS, MessageCallFailed, _ResponseUrlRefused, _NoSurface)


class ReplyDelivery:
    """Delivers replies. Every reply appears once where its caller sees it, or the log says that it may not have.

    A call that Slack may have carried out is not made again, here or elsewhere, unless that changes nothing.

    `messages`: posts what everyone in a channel sees, and what a direct message shows.
    `response_url_origins`: the only origins a response_url may have.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        response_url_origins: frozenset[str],
        messages: BotMessages,
        files: FileDelivery,
        seal: FormSeal,
    ) -> None:
        self._client = client
        self._session = session
        self._response_url_origins = response_url_origins
        self._messages = messages
        self._files = files
        self._seal = seal
        self._home_is_refused = False

    async def open_modal(self, surface: Surface) -> Surface:
        """Open a waiting modal for a form or a press on App Home, and return the surface to answer on.

        A trigger_id expires after 3 seconds (docs.slack.dev, modals), and an answer may take longer. If the answer of
        Slack is lost, the modal may be open: it is reached by the id that the bot gave it.
        """
        if isinstance(surface, ModalSurface | ConversationSurface) or surface.trigger_id is None:
            return surface
        if isinstance(surface, HomeSurface) and surface.replaces_message:
            return surface
        thread_ts = surface.thread_ts if isinstance(surface, MessageSurface) else None
        opener_url = surface.response_url if isinstance(surface, MessageSurface) else None
        external_id = secrets.token_hex(16)
        view = make_modal([WAITING_BLOCK]) | {"external_id": external_id}
        try:
            opened = await self._client.views_open(trigger_id=surface.trigger_id, view=view)
        except SLACK_ERRORS as error:
            if is_lost(error):
                log.warning("a modal may be open: %s", describe_error(error))
                return ModalSurface(surface.caller, None, external_id, thread_ts, opener_url)
            log.warning("cannot open a modal, so the answer is a message: %s", describe_error(error))
            if isinstance(surface, MessageSurface):
                return replace(surface, trigger_id=None, replaces_message=False)  # others may see the message
            return ModalSurface(surface.caller, None)
        return ModalSurface(surface.caller, opened["view"]["id"], external_id, thread_ts, opener_url)

    async def deliver(self, reply: Reply, surface: Surface) -> Message | None:
        """Show a reply, then post what others see of it. Return what cannot be shown now, or None. Raises nothing."""
        unshown = await self._show_reply(reply, surface)
        if isinstance(reply, Message):
            for posting in reply.postings:
                await self._post_for_others(posting, surface.caller)
        return unshown

    async def report_wait(self, surface: Surface, seconds: float, service: str) -> None:
        """Tell the caller that a service makes the bot wait. Raises nothing."""
        message = render_wait(seconds, service)
        if isinstance(surface, HomeSurface):
            return
        try:
            await self._show_where_asked(message, surface)
        except _FAILURES as error:
            log.warning("cannot report a wait: %s", _describe(error))

    async def show_progress(self, message: Message, surface: Surface) -> bool:
        """Show the progress of long work where its answer will be; False if that is not possible. Raises nothing."""
        try:
            await self._show_where_asked(message, surface)
        except _FAILURES as error:
            log.warning("cannot show progress: %s", _describe(error))
            return _is_unconfirmed(error)
        return True

    async def _show_where_asked(self, message: Message, surface: Surface) -> None:
        """Show a message that comes before the answer. For a form that was submitted, it is where that was opened."""
        if not isinstance(surface, ModalSurface) or surface.is_reachable:
            await self._on_surface(surface)(message)
        elif surface.caller.channel is not None:
            await self._post_ephemeral(message, surface.caller, surface.thread_ts)

    async def post(self, message: Message, channel: str) -> None:
        """Post to a channel (the audit channel). Raises nothing."""
        try:
            await self._messages.post_once(channel, message, make_reply_key())
        except AnswerUncertain as error:
            log.error("a message in %s is unconfirmed: %s", channel, error)
        except MessageCallFailed as error:
            log.error("cannot post to %s: %s", channel, error)

    async def _post_for_others(self, posting: Posting, caller: Caller) -> None:
        """Post or edit a message for others, or tell the caller that it failed. Raises nothing."""
        try:
            if posting.edits is not None:
                await self._messages.update(posting.channel, posting.edits, posting.message)
                return
            channel, ts = await self._messages.post_once(posting.channel, posting.message, make_reply_key())
        except MessageCallFailed as error:
            log.warning("cannot post a message for others: %s", error)
            note = posting.note_if_uncertain if isinstance(error, AnswerUncertain) else posting.note_if_refused
            if note is not None:
                await self._show(note, self._elsewhere(caller, None), caller)
            return
        if posting.on_posted is not None:
            await posting.on_posted(channel, ts)

    async def _show_reply(self, reply: Reply, surface: Surface) -> Message | None:
        caller = surface.caller
        thread_ts = None if isinstance(surface, HomeSurface) else surface.thread_ts
        if isinstance(reply, Form):
            if await self._show_form(reply, surface):
                return None
            reply = reply.message_without_form or render_form_not_opened()
        below = surface.root_ts if isinstance(surface, ConversationSurface) and not surface.is_direct else thread_ts
        message = await self._files.send(reply, caller, below) if isinstance(reply, File) else reply
        if isinstance(surface, HomeSurface | ModalSurface) and message.fallback_blocks is not None:
            message = replace(message, blocks=message.fallback_blocks, fallback_blocks=None)
        if isinstance(surface, HomeSurface):
            await self._show_home(message, surface)
            return None
        is_submitted = isinstance(surface, ModalSurface) and not surface.is_reachable
        places = [*([] if is_submitted else [self._on_surface(surface)]), *self._elsewhere(caller, thread_ts)]
        return None if await self._show(message, places, caller) else message

    async def _show_home(self, message: Message, surface: HomeSurface) -> None:
        """Show the App Home tab. A tab that Slack refuses at every visit is one line in the log, and no message."""
        is_press = surface.trigger_id is not None
        elsewhere = self._elsewhere(surface.caller, None) if is_press else []
        shown = await self._show(
            message,
            [self._on_surface(surface), *elsewhere],
            surface.caller,
            is_logged=is_press or not self._home_is_refused,
        )
        self._home_is_refused = not shown

    async def _show_form(self, form: Form, surface: Surface) -> bool:
        """Replace the waiting modal with a form. Return False if there is no modal: it was closed or never opened."""
        if not isinstance(surface, ModalSurface) or not surface.is_reachable:
            return False
        try:
            await self._update_modal(surface, _form_view(form, self._seal, surface, self._messages.mark))
        except (*SLACK_ERRORS, _NoSurface) as error:
            log.warning("cannot show a form: %s", _describe(error))
            return False
        return True

    async def _show(self, message: Message, places: list[_Show], caller: Caller, *, is_logged: bool = True) -> bool:
        """Show a message in the first place that takes it, in the best form that Slack accepts."""
        forms = list_forms(message)
        for show in places:
            while True:
                try:
                    await show(forms[0])
                    return True
                except _FAILURES as error:
                    if is_logged:
                        log.warning("cannot show a reply: %s", _describe(error))
                    if _is_unconfirmed(error):
                        log.error("a reply to %s is unconfirmed: Slack may have shown it", caller.user)
                        return True
                    if not _is_refusal_of_blocks(error) or len(forms) == 1:
                        break
                    forms = forms[1:]
        if is_logged:
            log.error("a reply to %s could not be shown anywhere", caller.user)
        return False

    def _on_surface(self, surface: Surface) -> _Show:
        async def show(message: Message) -> None:
            match surface:
                case MessageSurface():
                    await self._post_to_response_url(message, surface)
                case ConversationSurface():
                    await self._post_in_conversation(message, surface)
                case HomeSurface() | ModalSurface() if message.placement is Placement.BESIDE_ANSWER:
                    raise _NoSurface("the answer on the surface stays")
                case HomeSurface():
                    view = {"type": "home", "blocks": self._view_blocks(message)}
                    await self._client.views_publish(user_id=surface.caller.user, view=view)
                case ModalSurface():
                    title = message.modal_title or APP_NAME
                    await self._update_modal(surface, make_modal(self._view_blocks(message), title))
                case unreachable:
                    assert_never(unreachable)

        return show

    async def _post_in_conversation(self, message: Message, surface: ConversationSurface) -> None:
        """Answer a message: for everyone below it, for its author alone, or in their direct messages with the bot."""
        caller = surface.caller
        channel = caller.channel or ""
        if surface.is_direct:
            await self._messages.post_once(channel, message, make_reply_key(), surface.thread_ts)
        elif message.public:
            await self._messages.post_once(channel, message, make_reply_key(), surface.root_ts)
        else:
            await self._post_ephemeral(message, caller, surface.thread_ts)

    async def _post_ephemeral(self, message: Message, caller: Caller, thread_ts: str | None) -> None:
        channel = caller.channel or ""
        try:
            await self._client.chat_postEphemeral(
                channel=channel, user=caller.user, thread_ts=thread_ts, **self._messages.make_content(message)
            )
        except SLACK_ERRORS as error:
            if is_lost(error) and not await self._may_be_member(channel):
                raise _NoSurface(f"the bot is not in {channel}") from error
            raise

    def _elsewhere(self, caller: Caller, thread_ts: str | None) -> list[_Show]:
        """Return the ways to show the caller a message where they are, or else in a direct message."""

        async def show_ephemeral(message: Message) -> None:
            await self._post_ephemeral(message, caller, thread_ts)

        async def show_direct(message: Message) -> None:
            await self._messages.post_once(caller.user, message, make_reply_key())

        return [show_ephemeral, show_direct] if caller.channel is not None else [show_direct]

    async def _may_be_member(self, channel: str) -> bool:
        """Return whether the bot may be in a channel. No one can look an ephemeral message up."""
        try:
            found = read_object(await self._client.conversations_info(channel=channel), "channel")
        except SLACK_ERRORS as error:
            return get_code(error) not in NOT_A_MEMBER
        return bool(found.get("is_member") or found.get("is_im"))

    async def _update_modal(self, surface: ModalSurface, view: dict[str, object]) -> None:
        if surface.external_id is not None:
            view = view | {"external_id": surface.external_id}
        if surface.view_id is not None:
            await self._client.views_update(view_id=surface.view_id, view=view)
        else:
            await self._client.views_update(external_id=surface.external_id, view=view)

    async def _post_to_response_url(self, message: Message, surface: MessageSurface) -> None:
        """Post to the response_url. Only a press's can replace a message, and only the one its button is in."""
        url = surface.response_url
        if not self._is_slack_address(url):
            log.error("did not call a response_url that is not Slack's")
            raise _NoSurface("a response_url that is not Slack's")
        is_press = urlsplit(url).path.startswith("/actions/")
        in_place = (
            surface.holds_progress
            or message.placement is Placement.IN_PLACE
            or (surface.replaces_message and message.placement is Placement.AS_ASKED)
        )
        removes = is_press and message.placement is Placement.REMOVES
        # After a command nothing is replaced, so a second post would be a second message.
        replaces = removes or (in_place and is_press)
        response_url = AsyncWebhookClient(
            url,
            session=self._session,
            retry_handlers=make_retry_handlers(harmless=replaces),
            logger=_SILENT_LOGGER,
        )
        response_url.proxy = None  # slack_sdk takes it from the environment; the session selects it
        body = {
            **self._messages.make_content(message),
            "response_type": "in_channel" if message.public and not in_place else "ephemeral",
            "replace_original": in_place,
        }
        if surface.thread_ts is not None and not in_place:
            body["thread_ts"] = surface.thread_ts
        answer = await response_url.send_dict({"delete_original": True} if removes else body)
        if answer.status_code != 200:
            raise _ResponseUrlRefused(answer.status_code, answer.body)

    def _view_blocks(self, message: Message) -> list[dict[str, object]]:
        """Return the blocks for a modal or the Home tab, which have no text beside them."""
        blocks = message.blocks or (section(message.text),)
        return [dict(block) for block in mark_blocks(blocks, self._messages.mark)]

    def _is_slack_address(self, url: str) -> bool:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc}" in self._response_url_origins


def _is_unconfirmed(error: BaseException) -> bool:
    """Return whether a reply may be shown although its call failed, so that it must not be shown elsewhere too."""
    if isinstance(error, AnswerUncertain):
        return True
    return isinstance(error, SLACK_ERRORS) and is_lost(error)


def _is_refusal_of_blocks(error: BaseException) -> bool:
    if isinstance(error, _ResponseUrlRefused):
        return error.code in REFUSED_BLOCKS
    return (get_code(error) or str(error)) in REFUSED_BLOCKS


def _describe(error: BaseException) -> str:
    return describe_error(error) if isinstance(error, SLACK_ERRORS) else str(error)


def _read_code(body: str) -> str:
    """Return the error code in the body of a refusal: JSON, or the bare word."""
    try:
        answer = json.loads(body)
    except ValueError:
        return body[:100]
    return str(answer.get("error", "")) if isinstance(answer, dict) else ""


def _form_view(form: Form, seal: FormSeal, surface: ModalSurface, mark: WorkspaceMark | None) -> dict[str, object]:
    place = FormPlace(
        channel=form.channel,
        thread_ts=surface.thread_ts,
        subject=form.subject,
        values=dict(form.values),
        question_url=surface.opener_url if form.answers_question else None,
        workspace=mark.key if mark is not None else None,
    )
    return make_modal([dict(block) for block in mark_blocks(form.blocks, mark)], form.title) | {
        "submit": {"type": "plain_text", "text": form.submit},
        "close": {"type": "plain_text", "text": "Cancel"},
        "callback_id": form.callback_id,
        "private_metadata": seal.write(place, form.callback_id, surface.caller.user),
    }
