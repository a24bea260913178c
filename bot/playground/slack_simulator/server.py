"""The simulated Slack itself: one loopback server, and what people do in it."""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from bot.playground.slack_simulator.faults import SlackFault
from bot.playground.slack_simulator.file_endpoints import FileEndpoints
from bot.playground.slack_simulator.http_delivery import HttpDelivery
from bot.playground.slack_simulator.page_endpoints import PageEndpoints
from bot.playground.slack_simulator.page_guard import guard_page
from bot.playground.slack_simulator.page_options import PageOptions
from bot.playground.slack_simulator.payload_delivery import PayloadDelivery
from bot.playground.slack_simulator.person_actions import PersonActions
from bot.playground.slack_simulator.records import ApiCall, Delivery, SlackMessage, TrafficEntry, View
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

    `scopes` are those granted to the bot token; None grants all but chat:write.public. `ack_deadline` is in real
    seconds, `trigger_life` in seconds of the clock. `warning_lead` is how long (real seconds) a connection may stay
    after the warning of a refresh. `http_target` None delivers through Socket Mode, an address by signed HTTP.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        clock: Callable[[], float] = time.time,
        scopes: frozenset[str] | None = None,
        ack_deadline: float = 3.0,
        trigger_life: float = 3.0,
        ping_interval: float = 10.0,
        warning_lead: float = 10.0,
    ) -> None:
        self.world = world or make_demo_world()
        self._state = SlackState(self.world, clock, scopes, trigger_life)
        credentials = self._state.credentials
        self.bot_token = credentials.bot_token
        self.app_token = credentials.app_token
        self.signing_secret = credentials.signing_secret
        self._sockets = SocketHub(self._state, ping_interval=ping_interval, warning_lead=warning_lead)
        self._http = HttpDelivery(self.signing_secret)
        self._deliverer = PayloadDelivery(self._state, self._sockets, self._http, ack_deadline)
        self._people = PersonActions(self._state, self._deliverer)
        self._page = PageEndpoints(self._state, self._people)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The page's address; empty before the start."""
        return self._state.url

    @property
    def api_url(self) -> str:
        """The Web API's base, for the setting SLACK_API_URL."""
        return f"{self.url}/api/"

    @property
    def http_target(self) -> str | None:
        """Where payloads are posted; None for Socket Mode."""
        return self._deliverer.http_target

    @http_target.setter
    def http_target(self, target: str | None) -> None:
        self._deliverer.http_target = target

    @property
    def sockets(self) -> int:
        """How many Socket Mode connections are open."""
        return self._sockets.count

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 lets the system choose. OSError when the port is taken."""
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self._state.url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close every connection and stop listening; harmless when not started."""
        await self._sockets.close()
        await self._page.close()
        await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def slash(self, user: str, channel: str, line: str) -> Delivery:
        """Type a whole line such as "/batch status last"; LookupError for an unknown person or channel."""
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
        """Press an element as it stood in this message or view, by action_id or visible text; LookupError if none."""
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
        """Press a button nobody was shown; without a channel it stands on a Home tab."""
        action = {"action_id": action_id, "block_id": block_id, "value": value}
        return await self._people.press_forged(user, channel, action, message_ts, ephemeral)

    async def submit_view(self, user: str, view_id: str, state: Any = None) -> Delivery:
        """Submit an open modal with these state values; error "input_required" when a required one is left empty."""
        return await self._people.submit_view(user, view_id, state)

    async def close_view(self, user: str, view_id: str) -> Delivery:
        """Close an open modal without submitting."""
        return await self._people.close_view(user, view_id)

    def say(self, user: str, channel: str, text: str) -> SlackMessage:
        """Post a person's own message; LookupError where they are no member."""
        return self._people.say(user, channel, text)

    def share_file(self, user: str, channel: str, name: str, content: bytes) -> SlackMessage:
        """Post a file as a person; `files` of the message has its id. LookupError where they are no member."""
        return self._people.share_file(user, channel, name, content)

    def give_file(self, user: str, name: str, content: bytes) -> str:
        """The id of a file as a `file_input` holds it: nobody but the app sees it."""
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
        """A channel's messages, oldest first; with a viewer only what that person sees."""
        return self._state.messages.list_channel(channel, viewer)

    def modal(self, user: str) -> View | None:
        """The top modal before a person."""
        stack = self._state.views.stacks[user]
        return make_view(user, stack[-1]) if stack else None

    def home(self, user: str) -> View | None:
        """A person's Home tab, once it was published."""
        body = self._state.views.homes.get(user)
        return make_view(user, body) if body else None

    def calls(self, method: str | None = None) -> list[ApiCall]:
        """Web API calls and response_url posts so far, oldest first."""
        return [call for call in self._state.calls if method in (None, call.method)]

    def notices(self, user: str) -> list[str]:
        """What Slack itself told a person, such as a command that timed out."""
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
    ) -> None:
        """Let the next calls of a method ("response_url", "upload", "download", "socket" too) fail, or be slow."""
        self._state.faults.order(method, SlackFault(error, status, retry_after, delay), times)

    def record_traffic(self, entry: TrafficEntry) -> None:
        """Show an exchange with another API in the page's pane."""
        self._state.traffic.record(entry)

    def set_page_options(self, offer: PageOptions) -> None:
        """What the page offers; it takes no other commands once some are set."""
        self._state.page_options = offer

    async def wait_for(self, condition: Callable[[], T], timeout: float = 5.0) -> T:
        """The condition's first truthy value, looked at after every change; TimeoutError after `timeout` seconds."""
        return await self._state.feed.wait_for(condition, timeout)

    async def refresh_sockets(self) -> None:
        """Warn every Socket Mode connection, wait for it to leave, ask the rest to refresh and close them."""
        await self._sockets.refresh()

    async def disconnect_sockets(self, reason: str = "refresh_requested") -> None:
        """Send every Socket Mode connection a disconnect frame and close it."""
        await self._sockets.disconnect(reason)

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[guard_page], client_max_size=300 * 1024 * 1024)
        api = WebApi(self._state, self._sockets)
        hook = ResponseUrlEndpoint(self._state)
        files = FileEndpoints(self._state)
        application.add_routes(
            [
                web.route("*", "/api/{method}", api.handle),
                web.get("/link/", self._sockets.handle),
                web.post("/commands/{rest:.+}", hook.handle),
                web.post("/actions/{rest:.+}", hook.handle),
                web.post("/upload/v1/{rest}", files.upload),
                web.get("/files-pri/{file}/{name}", files.private),
                web.get("/_page/files/{file}", files.for_page),
                *self._page.routes(),
                web.get("/{path:.*}", serve_static),
            ]
        )
        return application
