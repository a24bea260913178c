"""The simulated Slack: one loopback server, and the actions of the people in it."""

import asyncio
import secrets
import time
from collections.abc import Callable, Collection
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from bot.playground.local_server import LocalServer
from bot.playground.slack_simulator.faults import SlackFault
from bot.playground.slack_simulator.file_endpoints import FileEndpoints
from bot.playground.slack_simulator.http_delivery import HttpDelivery
from bot.playground.slack_simulator.page_endpoints import PageEndpoints
from bot.playground.slack_simulator.page_guard import guard_page
from bot.playground.slack_simulator.page_options import PageOptions
from bot.playground.slack_simulator.payload_delivery import PayloadDelivery
from bot.playground.slack_simulator.person_actions import PersonActions
from bot.playground.slack_simulator.records import ApiCall, Delivery, Json, SlackMessage, TrafficEntry, View
from bot.playground.slack_simulator.response_url_endpoint import ResponseUrlEndpoint
from bot.playground.slack_simulator.sockets import SocketHub
from bot.playground.slack_simulator.state import SlackState
from bot.playground.slack_simulator.static_files import serve_static
from bot.playground.slack_simulator.view_store import make_view
from bot.playground.slack_simulator.web_api import WebApi
from bot.playground.slack_simulator.world import World, make_demo_world

T = TypeVar("T")


class SlackSimulator:
    """A Slack workspace with one app, on loopback: Web API, Socket Mode, signed HTTP delivery, and a page to use it.

    `scopes`: those of the bot token; None grants all but chat:write.public.
    `events`: what its manifest subscribes to; None is everything.
    `takes_messages`: people can write in their direct messages with the app.
    `ack_deadline`: real seconds.
    `trigger_life`: seconds of the clock.
    `warning_lead`: real seconds that a connection may stay after the warning of a refresh.
    `public_url`: the address that it says it has, such as https://slack-gov.com, with response_urls, files and sockets
    on hosts of their own below it, as Slack has. Only a proxy finds it there.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        clock: Callable[[], float] = time.time,
        scopes: frozenset[str] | None = None,
        events: frozenset[str] | None = None,
        takes_messages: bool = True,
        ack_deadline: float = 3.0,
        trigger_life: float = 3.0,
        ping_interval: float = 10.0,
        warning_lead: float = 10.0,
        public_url: str = "",
    ) -> None:
        self.world = world or make_demo_world()
        self._state = SlackState(self.world, clock, scopes, trigger_life)
        self._state.public_url = public_url
        self._state.events, self._state.takes_messages = events, takes_messages
        credentials = self._state.credentials
        self.bot_token = credentials.bot_token
        self.app_token = credentials.app_token
        self.signing_secret = credentials.signing_secret
        self._sockets = SocketHub(self._state, ping_interval=ping_interval, warning_lead=warning_lead)
        self._http = HttpDelivery(self.signing_secret)
        self._deliverer = PayloadDelivery(self._state, self._sockets, self._http, ack_deadline)
        self._people = PersonActions(self._state, self._deliverer)
        self._page = PageEndpoints(self._state, self._people)
        self._server: LocalServer | None = None

    def rotate_signing_secret(self) -> None:
        """Sign with another secret from now on, as after Regenerate in the app's settings."""
        self.signing_secret = secrets.token_hex(16)
        self._http.use_secret(self.signing_secret)

    @property
    def url(self) -> str:
        """The page's address; empty before the start."""
        return self._state.url

    @property
    def api_url(self) -> str:
        """The Web API's base, for the setting SLACK_API_URL."""
        return f"{self._state.public_url or self.url}/api/"

    @property
    def http_target(self) -> str | None:
        """The address that payloads are posted to; None for Socket Mode."""
        return self._deliverer.http_target

    @http_target.setter
    def http_target(self, target: str | None) -> None:
        self._deliverer.http_target = target

    @property
    def sockets(self) -> int:
        """The number of open Socket Mode connections."""
        return self._sockets.count

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen. Port 0 selects a free one. Raises OSError if the port is in use."""
        server = LocalServer(self._application(), shutdown_timeout=0.2)
        await server.start(host, port)
        self._server = server
        self._state.url = f"http://{host}:{server.port}"

    async def stop(self) -> None:
        """Close every connection and stop listening. Does nothing if the server has not started."""
        await self._deliverer.close()
        await self._sockets.close()
        await self._page.close()
        await self._http.close()
        if self._server is not None:
            await self._server.close()
            self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def slash(self, user: str, channel: str, line: str) -> Delivery:
        """Type a whole line such as "/batch status last". Raises LookupError for an unknown person or channel."""
        return await self._people.slash(user, channel, line)

    async def press(
        self,
        user: str,
        message: SlackMessage | View,
        action_id: str | None = None,
        *,
        text: str | None = None,
        state: Any = None,
        selected: Any = None,
    ) -> Delivery:
        """Press an element of this message or view, by action_id or visible text. Raises LookupError."""
        return await self._people.press(user, message, action_id, text, None, state, selected)

    async def press_raw(
        self,
        user: str,
        channel: str | None,
        *,
        value: str,
        action_id: str = "x",
        block_id: str = "forged",
        message_ts: str | None = None,
        ephemeral: bool = True,
    ) -> Delivery:
        """Press a button that was never shown, on the Home tab if there is no channel."""
        action = {"action_id": action_id, "block_id": block_id, "value": value}
        return await self._people.press_forged(user, channel, action, message_ts, ephemeral)

    async def submit_view(self, user: str, view_id: str, state: Any = None) -> Delivery:
        """Submit an open modal with these values. The error is "input_required" if a required one is empty."""
        return await self._people.submit_view(user, view_id, state)

    async def close_view(self, user: str, view_id: str) -> Delivery:
        """Close an open modal without submitting."""
        return await self._people.close_view(user, view_id)

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        files: Collection[tuple[str, bytes]] = (),
    ) -> SlackMessage:
        """Write a message as a person, with files, each a name and its content. The app receives its events.

        What is typed is encoded as Slack does, so `@Batchdesk` mentions the app. Raises LookupError if they cannot
        write there.
        """
        stored = [self._state.files.keep(user, name, content) for name, content in files]
        return await self._people.say(user, channel, text, thread_ts, stored)

    async def edit(self, user: str, message: SlackMessage, text: str) -> SlackMessage:
        """Edit a person's own message."""
        return await self._people.edit(user, message, text)

    async def take_back(self, message: SlackMessage) -> None:
        """Delete a person's own message."""
        await self._people.take_back(message)

    async def say_as_app(self, channel: str, text: str) -> SlackMessage:
        """Post a message of another app, with markup."""
        return await self._people.say_as_app(channel, text)

    @property
    def event_deliveries(self) -> list[Delivery]:
        """The events of messages that the app was sent, oldest first, without repetitions."""
        return list(self._state.event_deliveries)

    async def repeat_event(self, delivery: Delivery, number: int = 1) -> Delivery:
        """Deliver an event once more, as Slack does if it saw no ack."""
        return await self._people.repeat_event(delivery, number)

    async def global_shortcut(self, user: str, callback_id: str) -> Delivery:
        """Choose a global shortcut of the app."""
        return await self._people.global_shortcut(user, callback_id)

    def share_file(self, user: str, channel: str, name: str, content: bytes) -> SlackMessage:
        """Post a file as a person. Its id is in the message's `files`. Raises LookupError if they are no member.

        The app is not told: `say` with files does.
        """
        return self._people.share_file(user, channel, name, content)

    def share_files(self, user: str, channel: str, *files: tuple[str, bytes]) -> SlackMessage:
        """Post several files, each a name and its content, in one message."""
        stored = [self._state.files.keep(user, name, content) for name, content in files]
        return self._people.share_stored(user, channel, stored)

    def change_file(self, file_id: str, info: Json | None = None, drop: Collection[str] = ()) -> None:
        """Override fields of a file object, and drop others from it."""
        file = self._state.files.files[file_id]
        file.info, file.dropped = info or {}, drop

    def delay_shares(self, seconds: float | None) -> None:
        """Share completed uploads this much later; with None, never, though their completion says ok."""
        self._state.share_delay = seconds

    def give_file(self, user: str, name: str, content: bytes) -> str:
        """Add a file as a `file_input` does, and return its id. Only the app sees it."""
        return self._state.files.keep(user, name, content).id

    def delete_file(self, file_id: str) -> None:
        """Delete a file, as its owner may at any time."""
        self._state.files.files[file_id].deleted = True

    async def message_shortcut(self, user: str, message: SlackMessage, callback_id: str) -> Delivery:
        """Choose a message shortcut of the app from a message's menu."""
        return await self._people.message_shortcut(user, message, callback_id)

    async def open_home(self, user: str) -> Delivery:
        """Visit the app's Home tab."""
        return await self._people.open_home(user)

    def messages(self, channel: str, viewer: str | None = None) -> list[SlackMessage]:
        """Return a channel's messages, oldest first. With a viewer, only those that this person sees."""
        return self._state.messages.list_channel(channel, viewer)

    def modal(self, user: str) -> View | None:
        """Return the top modal that is open for a person, or None."""
        stack = self._state.views.stacks[user]
        return make_view(user, stack[-1]) if stack else None

    def home(self, user: str) -> View | None:
        """Return a person's Home tab, or None before it was published."""
        body = self._state.views.homes.get(user)
        return make_view(user, body) if body else None

    def calls(self, method: str | None = None) -> list[ApiCall]:
        """Return the Web API calls and response_url posts so far, oldest first."""
        return [call for call in self._state.calls if method in (None, call.method)]

    def notices(self, user: str) -> list[str]:
        """Return the notices that Slack itself showed a person, such as a command that timed out."""
        return list(self._state.notices[user])

    def fail_next(
        self,
        method: str,
        *,
        error: str | None = None,
        status: int = 200,
        retry_after: int | None = None,
        times: int = 1,
        delay: float | asyncio.Event = 0,
        body: str | None = None,
        location: str | None = None,
    ) -> None:
        """Make the next calls of a method fail or be slow. Also: "response_url", "upload", "download", "socket".

        `body`: an answer in place of Slack's own, for the Web API and a response_url. `location`: where an answer with
        the status of a redirect points to, for the same.
        """
        fault = SlackFault(error, status, retry_after, delay, body=body, location=location)
        self._state.faults.order(method, fault, times)

    def clear_faults(self) -> None:
        """Drop every ordered fault that has not happened."""
        self._state.faults.clear()

    def lose_next(self, method: str, *, after: int = 0, times: int = 1) -> None:
        """Carry out calls of a method and reset their connections before the answer. `after` calls go well before.

        Also: "response_url", "upload".
        """
        self._state.faults.order(method, SlackFault(), after)
        self._state.faults.order(method, SlackFault(loses_answer=True), times)

    def refuse_token(self, error: str | None = "token_revoked") -> None:
        """Refuse every call with the bot's token from now on, with this error code; None: accept it again."""
        self._state.token_refusal = error

    def set_scopes(self, scopes: frozenset[str]) -> None:
        """Grant the bot's token these scopes from now on, as a reinstallation does."""
        self._state.scopes = scopes

    def set_events(self, events: frozenset[str], *, takes_messages: bool = True) -> None:
        """Change the events the manifest subscribes to. `takes_messages`: whether people may write to the app."""
        self._state.events, self._state.takes_messages = events, takes_messages

    def set_clock(self, seconds_ahead: float) -> None:
        """Let the Date header of the Web API's answers be ahead of the present."""
        self._state.clock_offset = seconds_ahead

    def refuse_blocks(self) -> None:
        """Refuse every message that has blocks from now on, as Slack does with a block that it does not know."""
        self._state.refuses_blocks = True

    def record_traffic(self, entry: TrafficEntry) -> None:
        """Show a call to another API in the page's traffic pane."""
        self._state.traffic.record(entry)

    def set_page_options(self, options: PageOptions) -> None:
        """Set what the page offers. Once commands are set, it accepts no others."""
        self._state.page_options = options

    async def wait_for(self, condition: Callable[[], T], timeout: float = 60.0) -> T:
        """Return the condition's first truthy value, checked after every change. Raises TimeoutError."""
        return await self._state.feed.wait_for(condition, timeout)

    async def refresh_sockets(self) -> None:
        """Warn every Socket Mode connection and wait for it to leave. Then ask the rest to refresh, and close them."""
        await self._sockets.refresh()

    async def disconnect_sockets(self, reason: str = "refresh_requested") -> None:
        """Send every Socket Mode connection a disconnect frame and close it."""
        await self._sockets.disconnect(reason)

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[guard_page], client_max_size=300 * 1024 * 1024)
        api = WebApi(self._state, self._sockets)
        response_urls = ResponseUrlEndpoint(self._state)
        files = FileEndpoints(self._state)
        application.add_routes(
            [
                web.route("*", "/api/{method}", api.handle),
                web.get("/link/", self._sockets.handle),
                web.post("/commands/{rest:.+}", response_urls.handle),
                web.post("/actions/{rest:.+}", response_urls.handle),
                web.post("/upload/v1/{rest}", files.upload),
                web.get("/files-pri/{file}/{name}", files.private),
                web.get("/_page/files/{file}", files.for_page),
                *self._page.routes(),
                web.get("/{path:.*}", serve_static),
            ]
        )
        return application
