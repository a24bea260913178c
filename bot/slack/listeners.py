"""What is registered with Bolt: each listener acks, starts a tracked task for the answer, and returns."""

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable

from msgspec.structs import replace
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.caller import UserId
from bot.commands.registry import parse
from bot.errors import ExpectedError, to_one_line
from bot.operations.interruption import Interrupted
from bot.operations.progress import Progress
from bot.operations.work_limits import WorkLimits
from bot.pipeline import Answer
from bot.slack.addressed import name_people, read_addressed
from bot.slack.desks import Desk, Desks, Routed
from bot.slack.forms import FormIncomplete, FormSeal
from bot.slack.in_flight import InFlight
from bot.slack.inbound import (
    InboundInteraction,
    Payload,
    read_any_surface,
    read_command,
    read_form,
    read_global_shortcut,
    read_home,
    read_interaction_surface,
    read_press,
    read_shortcut,
)
from bot.slack.mentions import MentionReplacer
from bot.slack.progress_messages import ProgressPlace, ProgressThread
from bot.slack.retries import SlackWaits
from bot.slack.surfaces import ConversationSurface, HomeSurface, MessageSurface, ModalSurface, Surface
from bot.store.db.database import StoreUnavailable
from bot.ui.components.bulk import COUNT_FORM
from bot.ui.components.buttons import NotOurButton
from bot.ui.components.cut_off import render_cut_off
from bot.ui.components.form_offer import render_form_offer
from bot.ui.errors.render import render_error, render_unexpected
from bot.ui.reply import Form, Message, Reply
from bot.ui.unknown_input import render_unknown_command, render_unknown_press, render_unknown_shortcut
from bot.ui.verbs.create import FORM
from bot.ui.verbs.decline import DECLINE_FORM
from bot.ui.verbs.edit import EDIT_FORM
from bot.ui.verbs.retry import RETRY_FORM

log = logging.getLogger(__name__)

COMMAND = "/batch"
SHORTCUT = "create_from_file"
"""The callback id of the message shortcut, as manifest.yml names it."""
GLOBAL_SHORTCUT = "create_batch"
"""The callback id of the global shortcut."""
ANYTHING = re.compile(r"[\s\S]*")


class _Posts:
    """How many posts the response_url of an interaction still takes (docs.slack.dev, interaction)."""

    def __init__(self) -> None:
        self._left = 5

    def take(self) -> None:
        """Count one post."""
        self._left -= 1

    def take_spare(self) -> bool:
        """Count one post, unless only two are left: for the answer, and for its plainer form if Slack refuses that."""
        if self._left <= 2:
            return False
        self.take()
        return True


async def _use_id(user: str) -> str:
    return user


_NO_NAMES = MentionReplacer(_use_id)
"""Names people by their ids, without a call to Slack."""


class BoltListeners:
    """What Bolt calls. Nothing slow happens before an ack, and every path after it ends in one visible reply.

    `desks` answer. `replace_mentions` names the people in an audit channel's messages, so that no one is notified by
    them. `seal` reads what a form carries, as the desk's delivery wrote it. `bot_user` is the bot's own id, which
    mentions name. `find_name` looks up a person's name. `count_error` receives the reference of each unexpected error.
    """

    def __init__(
        self,
        desks: Desks,
        in_flight: InFlight,
        waits: SlackWaits,
        api_waits: SlackWaits,
        replace_mentions: Callable[[Message], Awaitable[Message]],
        seal: FormSeal,
        bot_user: str,
        find_name: Callable[[UserId], Awaitable[str | None]],
        count_error: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._desks = desks
        self._in_flight = in_flight
        self._waits = waits
        self._api_waits = api_waits
        self._seal = seal
        self._bot_user = bot_user
        self._find_name = find_name
        self._replace_mentions = replace_mentions
        self._count_error = count_error
        self._work_limits = WorkLimits()

    def register(self, app: AsyncApp) -> None:
        """Register everything. `/batch` comes first, because each listener that Bolt tries before it costs time.

        The catch-alls matter: in Socket Mode, Bolt acks nothing without a listener, and the person sees a time-out.
        """
        app.command(COMMAND)(self.on_command)
        app.action(ANYTHING)(self.on_press)
        app.event("app_home_opened")(self.on_home)
        app.event("app_mention")(self.on_message)
        app.event("message")(self.on_message)
        app.command(ANYTHING)(self.on_other_command)
        app.view(FORM)(self.on_form)
        app.view(DECLINE_FORM)(self.on_form)
        app.view(EDIT_FORM)(self.on_form)
        app.view(COUNT_FORM)(self.on_form)
        app.view(RETRY_FORM)(self.on_form)
        app.view(ANYTHING)(self.on_view)
        app.view_closed(ANYTHING)(self.on_nothing)
        app.shortcut(SHORTCUT)(self.on_create_shortcut)
        app.shortcut(GLOBAL_SHORTCUT)(self.on_global_shortcut)
        app.shortcut(ANYTHING)(self.on_shortcut)
        app.options(ANYTHING)(self.on_options)
        app.event(ANYTHING)(self.on_nothing)
        app.error(self.on_error)

    async def on_command(self, ack: AsyncAck, body: Payload) -> None:
        """Answer `/batch`."""
        await ack()
        self._start(lambda: read_command(body), body)

    async def on_press(self, ack: AsyncAck, body: Payload) -> None:
        """Answer a press of any button, also of one that this version does not know.

        Bolt also takes dialogs and workflow steps for presses. Those of other apps have no actions.
        """
        await ack()
        if not body.get("actions"):
            if body.get("type") == "dialog_submission":
                self._show(render_error(NotOurButton()), read_interaction_surface(body, replaces_message=False))
            return
        self._start(lambda: read_press(body, self._seal), body)

    async def on_home(self, body: Payload) -> None:
        """Draw the App Home tab. Its Messages tab needs nothing. Bolt acks events by itself."""
        if body["event"].get("tab") == "home":
            self._start(lambda: read_home(body), body)

    async def on_message(self, body: Payload, request: AsyncBoltRequest) -> None:
        """Answer a message that addresses the bot, once, however often Slack delivers it. Ignore all others."""
        inbound = read_addressed(body, self._bot_user)
        if inbound is not None:
            is_repeated = (request.headers.get("x-slack-retry-num") or ["0"])[0] not in ("", "0")
            event_id = str(body.get("event_id") or secrets.token_hex(8))
            self._in_flight.start(self._answer_once(event_id, inbound, body, is_repeated=is_repeated))

    async def on_other_command(self, ack: AsyncAck, body: Payload) -> None:
        """Answer a slash command that the app's manifest sends here, and that this version does not know."""
        await ack()
        self._show(render_unknown_command(str(body.get("command"))), read_command(body).surface)

    async def on_form(self, ack: AsyncAck, body: Payload) -> None:
        """Answer a submitted form, or show at once what is wrong with each field."""
        try:
            received = read_form(body, self._seal)
        except FormIncomplete as error:
            await ack(response_action="errors", errors=error.fields)
            return
        await ack()
        self._start(lambda: received, body)

    async def on_create_shortcut(self, ack: AsyncAck, body: Payload) -> None:
        """Answer the message shortcut that makes a batch from a file."""
        await ack()
        self._start(lambda: read_shortcut(body), body)

    async def on_global_shortcut(self, ack: AsyncAck, body: Payload) -> None:
        """Answer the global shortcut that opens the form of a new batch."""
        await ack()
        self._start(lambda: read_global_shortcut(body), body)

    async def on_view(self, ack: AsyncAck, body: Payload) -> None:
        """Answer a modal that this version does not know."""
        await ack()
        self._show(render_unknown_press(), read_interaction_surface(body, replaces_message=False))

    async def on_shortcut(self, ack: AsyncAck, body: Payload) -> None:
        """Answer a shortcut that this version does not know."""
        await ack()
        self._show(render_unknown_shortcut(), read_interaction_surface(body, replaces_message=False))

    async def on_options(self, ack: AsyncAck) -> None:
        """Answer a menu that asks for options, with none: this bot has no such menu."""
        await ack(options=[])

    async def on_nothing(self, ack: AsyncAck) -> None:
        """Ack an interaction that needs no answer."""
        await ack()

    async def on_error(self, error: Exception, body: Payload) -> BoltResponse | None:
        """Log an error inside a listener. A returned response would raise inside Bolt's own task after an ack.

        What no listener takes, such as `app_rate_limited`, is acked, so that Slack does not repeat it.
        """
        if isinstance(error, BoltUnhandledRequestError):
            log.info("nothing takes a request of type %s", to_one_line(str(body.get("type"))))
            return BoltResponse(status=200, body="")
        log.error("a listener failed before it started its answer", exc_info=error)
        return None

    async def _answer_once(
        self, event_id: str, inbound: InboundInteraction, body: Payload, *, is_repeated: bool
    ) -> None:
        routed = await self._desks.route(inbound)
        interaction, claims = routed.interaction, routed.desk.claims
        user = interaction.caller.user
        if not await claims.claim(event_id, user, interaction.text, is_repeated=is_repeated):
            return
        named = await name_people(interaction, self._find_name)  # a worker reports what is cut off here
        try:
            await self._answer(lambda: inbound, body, replace(routed, interaction=named))
        finally:
            await claims.mark_answered(event_id)

    def _start(self, read: Callable[[], InboundInteraction], body: Payload) -> None:
        self._in_flight.start(self._answer(read, body))

    def _show(self, message: Message, surface: Surface) -> None:
        self._in_flight.start(self._deliver(message, surface, self._desks.nowhere))

    def _make_progress(self, routed: Routed, surface: Surface, posts: "_Posts") -> Progress:
        """Return the progress of a command. It is shown from the moment the command begins something long."""
        caller = routed.interaction.caller
        place = self._find_progress_place(surface, routed.desk, posts)

        def start(progress: Progress) -> None:
            self._work_limits.begin(progress, caller.user)
            self._in_flight.start(routed.desk.progress.show(progress, caller, place))

        progress = Progress(start)
        progress.retry_command = routed.interaction.text
        return progress

    def _find_progress_place(
        self, surface: Surface, desk: Desk, posts: "_Posts"
    ) -> ProgressPlace | ProgressThread | None:
        """Return where the progress of an answer is shown; None for direct messages, where it can be removed."""
        is_modal = isinstance(surface, ModalSurface) and surface.is_reachable
        channel = surface.caller.channel
        if not is_modal and (isinstance(surface, HomeSurface) or channel is None or channel.startswith("D")):
            return None
        if isinstance(surface, ConversationSurface) and channel is not None:
            return ProgressThread(channel, surface.root_ts)
        is_message = isinstance(surface, MessageSurface) and surface.replaces_message and not surface.seen_by_others

        async def show(message: Message) -> bool:
            if is_message and not posts.take_spare():
                return True  # what is shown stays until the answer
            return await desk.delivery.show_progress(message, surface)

        return ProgressPlace(show, can_edit=is_modal or is_message, is_message=is_message)

    async def _answer(
        self, read: Callable[[], InboundInteraction], body: Payload, routed: Routed | None = None
    ) -> None:
        """Answer one interaction. Of an unexpected error, the person sees a reference and the log has the traceback."""
        nowhere = self._desks.nowhere
        inbound: InboundInteraction | None = None
        surface = None
        answer: Answer | None = None
        progress: Progress | None = None
        posts = _Posts()
        is_shown = False
        try:
            inbound = read()
            surface = await nowhere.delivery.open_modal(inbound.surface)
            routed = routed or await self._desks.route(inbound)
            desk = routed.desk
            if routed.instead is not None:
                await self._deliver(routed.instead, surface, desk)
                return
            if isinstance(surface, HomeSurface) and surface.replaces_message:
                await desk.visits.record(surface.caller)
            with (
                self._waits.report_to(self._report_first_wait(surface, "Slack", desk, posts)),
                self._api_waits.report_to(self._report_first_wait(surface, "The Anthropic API", desk, posts)),
            ):
                progress = self._make_progress(routed, surface, posts)
                answer = await desk.pipeline.answer(routed.interaction, progress)
            async with progress.display:
                pass  # what is being shown of it must not come after the answer
            if progress.is_in_place and isinstance(surface, MessageSurface):
                surface = replace(surface, holds_progress=True)
            await self._deliver(await self._complete(answer, routed, surface), surface, desk)
            is_shown = True
            await self._mark_answered(answer, desk)
            await self._announce(answer, desk)
        except ExpectedError as error:
            await self._show_error(render_error(error), surface, body)
        except asyncio.CancelledError:
            if surface is not None and answer is not None and routed is not None:
                await self._leave_to_worker(answer, surface, routed.desk, is_shown=is_shown)
            elif surface is None and inbound is not None:  # Slack did not open the modal in time, so nothing has begun
                await self._leave_to_worker(
                    Answer(render_error(Interrupted())), inbound.surface, nowhere, is_shown=False
                )
            raise
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("unexpected error, reference %s", reference, extra={"reference": reference})
            self._count_error(reference)
            await self._show_error(render_unexpected(reference), surface, body)
        finally:
            if progress is not None:
                self._work_limits.end(progress)  # only now, because an upload follows its reading

    async def _complete(self, answer: Answer, routed: Routed, surface: Surface) -> Reply:
        """Return the reply as its surface can show it. A message opens no form, so a button does."""
        reply = routed.desk.home_tab.complete(answer, surface)
        if isinstance(reply, Form) and isinstance(surface, ConversationSurface):
            return render_form_offer(reply.title, routed.interaction.command or parse(routed.interaction.text))
        if isinstance(reply, Message) and isinstance(surface, HomeSurface):
            return await self._desks.complete_home(reply, routed)
        return reply

    async def _deliver(self, reply: Reply, surface: Surface, desk: Desk) -> None:
        """Show a reply. What Slack refuses everywhere, a worker sends to the caller later."""
        unshown = await desk.delivery.deliver(reply, surface)
        if unshown is not None:
            try:
                await desk.hand_over([(unshown, surface.caller.user)])
            except StoreUnavailable:
                log.exception("an answer to %s is lost", surface.caller.user)

    async def _announce(self, answer: Answer, desk: Desk) -> None:
        if answer.announcement is not None and desk.audit_channel is not None:
            named = await self._replace_mentions(answer.announcement)
            await desk.delivery.post(named, desk.audit_channel)

    async def _leave_to_worker(self, answer: Answer, surface: Surface, desk: Desk, *, is_shown: bool) -> None:
        """Have a worker send what Slack does not accept before the process ends. The Home tab is drawn again anyway."""
        user = surface.caller.user
        log.warning("an answer to %s is left to a worker", user)
        left: list[tuple[Message, str]] = []
        if not is_shown:
            cut_off = render_cut_off(answer.reply)
            if cut_off is not None and not isinstance(surface, HomeSurface):
                left.append((cut_off, user))
            postings = answer.reply.postings if isinstance(answer.reply, Message) else ()
            left += [(posting.message, posting.channel) for posting in postings if posting.edits is None]
        if answer.announcement is not None and desk.audit_channel is not None:
            left.append((await _NO_NAMES.replace_mentions(answer.announcement), desk.audit_channel))
        try:
            await desk.hand_over(left)
        except StoreUnavailable:
            log.exception("an answer to %s is lost", user)
            return
        await self._mark_answered(answer, desk)

    async def _mark_answered(self, answer: Answer, desk: Desk) -> None:
        """Record that the person knows the outcome of a change. If that fails, a worker may report it once more."""
        if answer.entry_id is not None:
            try:
                await desk.pipeline.mark_answered(answer.entry_id)
            except StoreUnavailable:
                log.exception("audit entry %d is not marked as answered", answer.entry_id)

    def _report_first_wait(
        self, surface: Surface, service: str, desk: Desk, posts: "_Posts"
    ) -> Callable[[float], None]:
        """Return what tells the caller of the first wait for a service. More than one message would only repeat it."""
        reported = False

        def report(seconds: float) -> None:
            nonlocal reported
            if not reported:
                reported = True
                posts.take()
                self._in_flight.start(desk.delivery.report_wait(surface, seconds, service))

        return report

    async def _show_error(self, message: Message, surface: Surface | None, body: Payload) -> None:
        """Show an error on the answer's surface, or on the payload's if the answer's is not known yet."""
        nowhere = self._desks.nowhere
        try:
            await self._deliver(message, surface or await nowhere.delivery.open_modal(read_any_surface(body)), nowhere)
        except Exception:
            log.exception("cannot show an error: the payload does not say where it came from")
