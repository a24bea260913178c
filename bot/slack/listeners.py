"""The registrations with Bolt: each listener acks, hands the rest to a tracked task, and returns."""

import logging
import re
import secrets
from collections.abc import Callable

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.errors import ExpectedError
from bot.operations.progress import Progress
from bot.pipeline import Pipeline
from bot.slack.delivery import ReplyDelivery
from bot.slack.forms import FormIncomplete
from bot.slack.in_flight import InFlight
from bot.slack.inbound import (
    InboundInteraction,
    Payload,
    read_any_surface,
    read_command,
    read_form,
    read_home,
    read_interaction_surface,
    read_press,
    read_shortcut,
)
from bot.slack.progress_messages import ProgressMessages
from bot.slack.surfaces import Surface
from bot.ui.errors.render import render_error, render_unexpected
from bot.ui.reply import Message
from bot.ui.unknown_input import render_unknown_command, render_unknown_press, render_unknown_shortcut
from bot.ui.verbs.create import FORM

log = logging.getLogger(__name__)

COMMAND = "/batch"
SHORTCUT = "create_from_file"
"""The callback id of the message shortcut, as manifest.yml names it."""
ANYTHING = re.compile(r"[\s\S]*")


class BoltListeners:
    """What Bolt calls. Nothing slow stands before an ack, and every path after it ends in one visible reply."""

    def __init__(
        self,
        pipeline: Pipeline,
        outbound: ReplyDelivery,
        in_flight: InFlight,
        progress: ProgressMessages,
        audit_channel: str | None,
        note_error: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._pipeline = pipeline
        self._outbound = outbound
        self._in_flight = in_flight
        self._progress = progress
        self._audit_channel = audit_channel
        self._note_error = note_error

    def register(self, app: AsyncApp) -> None:
        """Register everything, `/batch` first because each listener tried before the match costs time.

        The catch-alls matter: in Socket Mode what nobody listens to gets no ack, and its caller a time-out.
        """
        app.command(COMMAND)(self.on_command)
        app.action(ANYTHING)(self.on_press)
        app.event("app_home_opened")(self.on_home)
        app.command(ANYTHING)(self.on_other_command)
        app.view(FORM)(self.on_form)
        app.view(ANYTHING)(self.on_view)
        app.view_closed(ANYTHING)(self.on_nothing)
        app.shortcut(SHORTCUT)(self.on_create_shortcut)
        app.shortcut(ANYTHING)(self.on_shortcut)
        app.options(ANYTHING)(self.on_options)
        app.event(ANYTHING)(self.on_nothing)
        app.error(self.on_error)

    async def on_command(self, ack: AsyncAck, body: Payload) -> None:
        """Take a slash command."""
        await ack()
        self._start(lambda: read_command(body), body)

    async def on_press(self, ack: AsyncAck, body: Payload) -> None:
        """Take a press of any button, ours or a stranger's."""
        await ack()
        self._start(lambda: read_press(body), body)

    async def on_home(self, body: Payload) -> None:
        """Draw the App Home tab; its Messages tab needs nothing. Bolt acks events by itself."""
        if body["event"].get("tab") == "home":
            self._start(lambda: read_home(body), body)

    async def on_other_command(self, ack: AsyncAck, body: Payload) -> None:
        """Answer a command that the manifest of somebody's making sends here."""
        await ack()
        self._say(render_unknown_command(str(body.get("command"))), read_command(body).surface)

    async def on_form(self, ack: AsyncAck, body: Payload) -> None:
        """Take a submitted form: what is wrong is said beside its field, at once."""
        try:
            received = read_form(body)
        except FormIncomplete as error:
            await ack(response_action="errors", errors=error.fields)
            return
        await ack()
        self._start(lambda: received, body)

    async def on_create_shortcut(self, ack: AsyncAck, body: Payload) -> None:
        """Make a batch of the file on a message."""
        await ack()
        self._start(lambda: read_shortcut(body), body)

    async def on_view(self, ack: AsyncAck, body: Payload) -> None:
        """Close a modal that this version does not know, and say so."""
        await ack()
        self._say(render_unknown_press(), read_interaction_surface(body, renews=False))

    async def on_shortcut(self, ack: AsyncAck, body: Payload) -> None:
        """Answer a shortcut that this version does not know."""
        await ack()
        self._say(render_unknown_shortcut(), read_interaction_surface(body, renews=False))

    async def on_options(self, ack: AsyncAck) -> None:
        """Answer a select menu that asks for options: there are none of ours."""
        await ack(options=[])

    async def on_nothing(self, ack: AsyncAck) -> None:
        """Ack what needs no answer."""
        await ack()

    async def on_error(self, error: Exception, body: Payload) -> None:
        """Log what failed inside a listener. Returns nothing: after an ack Bolt could not send it anyway."""
        log.error("a listener failed before its answer began", exc_info=error)

    def _start(self, read: Callable[[], InboundInteraction], body: Payload) -> None:
        self._in_flight.start(self._answer(read, body))

    def _say(self, message: Message, surface: Surface) -> None:
        self._in_flight.start(self._outbound.deliver(message, surface))

    def _followed(self, received: InboundInteraction) -> Progress:
        """Return what a long command tells how it goes on; it is watched from the moment it says that it began."""
        caller = received.interaction.caller
        return Progress(lambda progress: self._in_flight.start(self._progress.show(progress, caller)))

    async def _answer(self, read: Callable[[], InboundInteraction], body: Payload) -> None:
        """Answer one interaction; whatever breaks, the person gets a reference and the log the traceback with it."""
        surface = None
        try:
            received = read()
            surface = await self._outbound.prepare(received.surface)
            answer = await self._pipeline.answer(received.interaction, self._followed(received))
            await self._outbound.deliver(answer.reply, surface)
            if answer.shared is not None:
                await self._outbound.share(answer.shared, received.interaction.caller)
            if answer.announcement is not None and self._audit_channel is not None:
                await self._outbound.post(answer.announcement, self._audit_channel)
        except ExpectedError as error:
            await self._say_instead(render_error(error), surface, body)
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("unexpected error, reference %s", reference, extra={"reference": reference})
            self._note_error(reference)
            await self._say_instead(render_unexpected(reference), surface, body)

    async def _say_instead(self, message: Message, surface: Surface | None, body: Payload) -> None:
        """Say what went wrong where the answer would have been, or where the payload came from if that is not known."""
        try:
            await self._outbound.deliver(message, surface or await self._outbound.prepare(read_any_surface(body)))
        except Exception:
            log.exception("a payload says so little that nobody could be told")
